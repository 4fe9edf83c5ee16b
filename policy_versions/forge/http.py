"""The one place that speaks HTTP to a forge: retries, rate limits, pages, and errors a person can act on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx2

from policy_versions import __version__
from policy_versions.errors import PolicyError

T = TypeVar("T")
_PAGES: Final = 200  # of 100 rows each: more comments than any pull request has
_BODY: Final = 20 * 2**20  # bytes of an answer that we are ready to read
_TRIES: Final = 4  # of a request that met a server in trouble
_SECONDARY: Final = 60.0  # seconds to wait at a limit that does not say how long (GitHub's advice)
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_NEXT: Final = re.compile(r'<([^<>]+)>\s*;[^,]*\brel="?next"?')


class ForgeError(PolicyError):
    """The forge refused, or could not be reached; `status` is that of its answer, 0 without one."""

    exit_code = 3

    def __init__(self, message: str, status: int = 0) -> None:
        self.status = status
        super().__init__(message)


class UnsureError(ForgeError):
    """A request that makes something got no clear answer: it may have been done, so look before asking again."""


class RateLimitError(ForgeError):
    """The forge asks to wait longer than we were allowed to."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How time passes: a clock, a way to wait, and how many seconds of waiting one run may come to in all."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    budget: float = 300.0


@dataclass(slots=True)
class Session:
    """Requests under one base address with one token. Not for several threads; close it, or use it as a context."""

    base: str
    headers: Mapping[str, str]
    patience: Patience
    _spent: float = 0.0
    _client: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        """Refuse addresses that would show the token to everybody on the way."""
        parts = urlsplit(self.base)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ForgeError(f"{self.base!r} is no address to send a token to (allowed: https://…)")
        self.base = self.base.rstrip("/") + "/"
        agent = {"User-Agent": f"policyctl/{__version__}"}
        self._client = httpx2.Client(headers={**agent, **self.headers}, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def json(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the answer to a request, read as JSON; None for an empty one. Raises ForgeError."""
        return _read(self._send(method, self._address(path), body), path)

    def remove(self, path: str) -> None:
        """Delete what is at a path; what is gone already is no error. Raises ForgeError for any other answer."""
        try:
            self.json("DELETE", path)
        except ForgeError as error:
            if error.status != 404:
                raise

    def rows(self, path: str) -> Iterator[Any]:
        """Yield the rows of a list, page after page (RFC 8288 `next` links, on the same host only)."""
        address = self._address(path)
        for _ in range(_PAGES):
            answer = self._send("GET", address, None)
            found = _read(answer, path)
            if not isinstance(found, list):
                raise ForgeError(f"{path}: the forge answered no list")
            yield from found
            following = _NEXT.search(answer.headers.get("link", ""))
            if following is None:
                return
            address = urljoin(address, following[1])
            if urlsplit(address)[:2] != urlsplit(self.base)[:2]:
                raise ForgeError(f"{path}: the next page would be on another host: {urlsplit(address).hostname}")
        raise ForgeError(f"{path}: has more than {_PAGES} pages")

    def data(self, path: str, most: int) -> bytes:
        """Return the bytes behind a path, following the forge to where it stores them; ForgeError beyond `most`."""
        return self._send("GET", self._address(path), None, most=most, follow=True).content

    def _address(self, path: str) -> str:
        return urljoin(self.base, path)

    def _send(
        self, method: str, address: str, body: Mapping[str, Any] | None, *, most: int = _BODY, follow: bool = False
    ) -> httpx2.Response:
        """Send a request until there is an answer to it, within the patience allowed."""
        said = f"{method} {urlsplit(address).path}"
        for tried in range(1, _TRIES + 50):
            answer = self._once(method, address, body, most, follow)
            wait = _limit(answer, self.patience.now(), tried) if answer is not None else None
            if wait is not None:
                self._wait(wait, said)
                continue
            if answer is not None and answer.status_code < 500:
                return _checked(answer, said)
            if method == "POST":
                raise UnsureError(f"{said}: {_trouble(answer)}", answer.status_code if answer else 0)
            if tried >= _TRIES:
                raise ForgeError(f"{said}: {_trouble(answer)}, {tried} times", answer.status_code if answer else 0)
            self._wait(float(2**tried), said)
        raise RateLimitError(f"{said}: the forge kept asking to wait")

    def _once(
        self, method: str, address: str, body: Mapping[str, Any] | None, most: int, follow: bool
    ) -> httpx2.Response | None:
        """Send once; None when no whole answer came. A redirect to another host is followed without the token."""
        try:
            with self._client.stream(method, address, json=body, follow_redirects=follow) as answer:
                content = bytearray()
                for piece in answer.iter_bytes():
                    content += piece
                    if len(content) > most:
                        raise ForgeError(f"{method} {urlsplit(address).path}: the answer has more than {most} bytes")
        except httpx2.TransportError:
            return None
        headers = {k: v for k, v in answer.headers.items() if k not in {"content-encoding", "content-length"}}
        return httpx2.Response(answer.status_code, headers=headers, content=bytes(content))

    def _wait(self, seconds: float, said: str) -> None:
        """Wait, if that is still within the budget of this run."""
        if self._spent + seconds > self.patience.budget:
            until = datetime.fromtimestamp(self.patience.now().timestamp() + seconds, UTC)
            raise RateLimitError(
                f"{said}: the forge asks to wait {seconds:.0f} s, until {until:%Y-%m-%d %H:%M:%S} UTC; "
                f"{self.patience.budget:.0f} s are allowed in all (--wait)"
            )
        self._spent += seconds
        self.patience.sleep(seconds)


def shaped(make: Callable[[Any], T], row: Any) -> T:
    """Read a part of an answer; ForgeError where it is not of the documented form."""
    try:
        return make(row)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ForgeError(f"the forge's answer is not of its documented form: {error!r}") from None


def _limit(answer: httpx2.Response, now: datetime, tried: int) -> float | None:
    """Return the seconds that a rate limit asks for, None where there is none.

    429 always is one; 403 is when it says how long (`Retry-After`), that nothing is left, or names a secondary limit.
    """
    after, left = answer.headers.get("retry-after", ""), answer.headers.get("x-ratelimit-remaining", "")
    secondary = b"secondary rate limit" in answer.content[:4096].lower()
    refused = answer.status_code == 403 and (bool(after) or left == "0" or secondary)
    if answer.status_code != 429 and not refused:
        return None
    if after.isdigit():
        return float(after)
    if after:
        return max(_until(after, now), 1.0)
    reset = str(answer.headers.get("x-ratelimit-reset") or answer.headers.get("ratelimit-reset") or "")
    if left in {"0", ""} and reset.isdigit():
        return max(float(reset) - now.timestamp(), 1.0)
    return _SECONDARY * 2.0 ** (tried - 1)


def _until(date: str, now: datetime) -> float:
    try:
        return parsedate_to_datetime(date).timestamp() - now.timestamp()
    except ValueError:
        return _SECONDARY


def _checked(answer: httpx2.Response, said: str) -> httpx2.Response:
    """Return a good answer; of any other say what is wrong and what would help."""
    status = answer.status_code
    if status < 300:
        return answer
    hints = {
        401: "the token is missing, wrong or expired (GITHUB_TOKEN, GITLAB_TOKEN)",
        403: "the token may not do this (look at the job's `permissions`)",
        404: "there is no such thing, or the token may not see it",
    }
    if status < 400:
        hint = f"moved to {answer.headers.get('location', 'elsewhere')}; was the repository renamed?"
    else:
        hint = hints.get(status, "refused")
    raise ForgeError(": ".join(x for x in (said, f"{status} {hint}", _message(answer)) if x), status)


def _message(answer: httpx2.Response) -> str:
    """Return what the forge itself says, in one short line."""
    try:
        found = json.loads(answer.content)
    except ValueError:
        return ""
    said = (found.get("message") or found.get("error") or "") if isinstance(found, dict) else ""
    return " ".join(str(said).split())[:200]


def _trouble(answer: httpx2.Response | None) -> str:
    return f"the server is in trouble ({answer.status_code})" if answer is not None else "no answer came"


def _read(answer: httpx2.Response, path: str) -> Any:
    if not answer.content:
        return None
    try:
        return json.loads(answer.content)
    except ValueError:
        raise ForgeError(f"{path}: the answer is no JSON", answer.status_code) from None
