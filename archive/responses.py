"""Bytes ready to be sent: compressed once, with tag, digest and the headers that every answer has."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SECURITY: Final = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer in both codings; `packed` is empty where the bytes go out as they are."""

    etag: str
    plain: bytes
    plain_headers: Headers
    packed: bytes
    packed_headers: Headers
    same_headers: Headers

    @property
    def size(self) -> int:
        """Return how many bytes are held."""
        return len(self.plain) + len(self.packed)

    def pick(self, accepts_gzip: bool, asked_tags: str) -> tuple[int, Headers, bytes]:
        """Choose status, headers and body for what a client accepts and already has."""
        packed = bool(self.packed) and accepts_gzip
        if asked_tags and (asked_tags.strip() == "*" or not _tags(asked_tags).isdisjoint(_both(self.etag))):
            etag = _both(self.etag)[packed]
            return 304, [*self.same_headers, (b"etag", etag.encode())], b""
        if packed:
            return 200, self.packed_headers, self.packed
        return 200, self.plain_headers, self.plain


def prepare(content: bytes, media_type: str, more: Mapping[str, str], *, raw: bool = False) -> Ready:
    """Compress and describe bytes; `raw` ones are never compressed, so that their digest is that of the record.

    `Repr-Digest` (RFC 9530) covers the representation as it is coded, so it differs between codings.
    """
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    packed = b"" if raw or len(content) < 600 else gzip.compress(content, 6, mtime=0)
    if len(packed) >= len(content):
        packed = b""
    common = {"vary": "accept-encoding", **SECURITY, **more}
    entity = {**common, "content-type": media_type}
    return Ready(
        etag,
        content,
        _headers({**entity, "etag": etag}, content),
        packed,
        _headers({**entity, "etag": _both(etag)[1], "content-encoding": "gzip"}, packed),
        [(k.encode(), v.encode("latin-1", "replace")) for k, v in common.items()],
    )


def digest(data: bytes) -> str:
    """Write a digest as RFC 9530 does."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def _headers(named: Mapping[str, str], body: bytes) -> Headers:
    full = {**named, "content-length": str(len(body)), "repr-digest": digest(body)}
    return [(k.encode(), v.encode("latin-1", "replace")) for k, v in full.items()]


def _both(etag: str) -> tuple[str, str]:
    """Return the tags of the plain and of the compressed bytes: strong ones must differ (RFC 9110 8.8.3.3)."""
    return etag, f'{etag[:-1]}-gzip"'


def _tags(header: str) -> set[str]:
    """Read If-None-Match; weak comparison, as RFC 9110 asks."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


class Shelved:
    """Answers kept in memory up to a number of bytes, the least recently asked for leaving first."""

    def __init__(self, limit: int) -> None:
        self._limit, self._held = limit, 0
        self._answers: OrderedDict[str, Ready] = OrderedDict()

    def get(self, key: str) -> Ready | None:
        """Return an answer that is held."""
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def put(self, key: str, answer: Ready) -> None:
        """Hold an answer."""
        old = self._answers.pop(key, None)
        self._held += answer.size - (old.size if old else 0)
        self._answers[key] = answer
        while self._held > self._limit and len(self._answers) > 1:
            _, gone = self._answers.popitem(last=False)
            self._held -= gone.size

    def clear(self) -> None:
        """Forget everything."""
        self._answers.clear()
        self._held = 0
