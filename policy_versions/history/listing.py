"""The versions of policies: from release files and tags, else from the commits that changed a text."""

from __future__ import annotations

import codecs
import difflib
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from policy_versions.errors import HistoryError, TextError, UnknownVersionError
from policy_versions.history import records
from policy_versions.history.documents import Document
from policy_versions.history.repository import Repository, Tag
from policy_versions.model import ReleaseStatus, Version

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from policy_versions.config import Config, Policy

_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})*")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def versions(
    repository: Repository, config: Config, policy: str | None = None, language: str | None = None, *, today: date
) -> tuple[Version, ...]:
    """List versions, oldest first within each policy and language; every text is read once and hashed."""
    head = repository.resolve(config.ref or repository.default_ref())
    wanted = config.policies if policy is None else [config.policy(policy)]
    released = _released(repository, head, wanted)
    rest = [p for p in wanted if p.id not in released]
    found = _followed(repository, head, rest, config.zone) if rest else {}
    found |= released
    rows = [v for p in wanted for v in found.get(p.id, ()) if language in (None, v.language)]
    return tuple(_completed(rows, _digests(repository, rows), today))


class Dated(Protocol):
    """What has the days of a version."""

    @property
    def effective_on(self) -> date | None: ...
    @property
    def committed_on(self) -> date | None: ...
    @property
    def landed_on(self) -> date | None: ...
    @property
    def withdrawn_on(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


@dataclass(slots=True)
class _Row:
    """A version before its text was read; frozen values are dear to make twice."""

    policy: str
    language: str
    number: str
    commit: str
    path: str
    blob: str
    announced_on: date | None = None
    effective_on: date | None = None
    committed_on: date | None = None
    landed_on: date | None = None
    withdrawn_on: date | None = None

    def version(self, sha256: str, size: int, status: ReleaseStatus) -> Version:
        """Complete it."""
        known = (self.policy, self.language, self.number, self.commit, self.path, self.blob)
        days = (self.committed_on, self.landed_on, self.withdrawn_on)
        return Version(*known, self.announced_on, self.effective_on, sha256, status, size, *days)


def since(version: Dated) -> date:
    """Return the day from which a version binds: its effective day, else the day the main line had it."""
    day = version.effective_on or version.landed_on or version.committed_on
    return day or date.max


def in_force(versions: Sequence[D], on: date) -> D | None:
    """Return the version of one policy and language in force on a day, or None."""
    best: tuple[date, int] | None = None
    start = date.min
    for index, version in enumerate(versions):
        # A later commit cannot have been in force before an earlier one, whatever its clock said.
        start = since(version) if version.effective_on else max(start, since(version))
        gone = version.withdrawn_on is not None and version.withdrawn_on <= on
        if start <= on and not gone and (best is None or (start, index) >= best):
            best = (start, index)
    return versions[best[1]] if best else None


def latest(versions: Sequence[Version]) -> Version | None:
    """Return the last version listed, whether or not it is in force yet."""
    return versions[-1] if versions else None


def find(versions: Sequence[Version], spec: str, *, today: date) -> Version:
    """Find POLICY (in force today), POLICY@NUMBER or POLICY@YYYY-MM-DD among versions of one language.

    UnknownVersionError names what there is nearest to it.
    """
    name, _, which = spec.partition("@")
    of_policy = [v for v in versions if v.policy == name]
    if not of_policy:
        ids = sorted({v.policy for v in versions})
        near = difflib.get_close_matches(name, ids, 5, 0.5) or ids[:10]
        raise UnknownVersionError(f"no versions of a policy {name!r}; there is {', '.join(near) or 'none'}")
    if _DAY.fullmatch(which) or not which:
        return _on(of_policy, name, which, today)
    numbers = list(dict.fromkeys(v.number for v in of_policy))
    for version in of_policy:
        if version.number == which.removeprefix("v"):
            return version
    raise UnknownVersionError(f"{name} has no version {which!r}; {_nearest(numbers, which)}")


def text(repository: Repository, version: Version) -> str:
    """Return the text of a version."""
    return decode(repository.blob(version.blob))


def decode(data: bytes) -> str:
    """Read UTF-8, dropping a byte order mark and keeping line ends; TextError names the first bad line."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise TextError("the text is UTF-16; save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TextError(f"line {line}: byte 0x{data[error.start]:02x} is not UTF-8; save the text as UTF-8") from None


def _on(of_policy: Sequence[Version], name: str, which: str, today: date) -> Version:
    try:
        day = date.fromisoformat(which) if which else today
    except ValueError:
        raise UnknownVersionError(f"{which!r} is not a day of the calendar (YYYY-MM-DD)") from None
    found = in_force(of_policy, day)
    if found is not None:
        return found
    first = min(since(v) for v in of_policy)
    if day < first:
        raise UnknownVersionError(f"{name} has no version on {day}: its first one is of {first}")
    gone = max(v.withdrawn_on for v in of_policy if v.withdrawn_on)
    raise UnknownVersionError(
        f"{name} has no version in force on {day}: it was withdrawn on {gone}; ask for one by number"
    )


def _nearest(numbers: Sequence[str], which: str) -> str:
    """Name the versions around the one asked for."""
    wanted = which.removeprefix("v")
    key = records.number_key(wanted if _NUMBER.fullmatch(wanted) else "0")
    ordered = sorted(numbers, key=records.number_key)
    at = sum(records.number_key(n) < key for n in ordered)
    return f"nearest: {', '.join(ordered[max(0, at - 2) : at + 2])} ({len(ordered)} in all)"


def _released(repository: Repository, head: str, policies: Iterable[Policy]) -> dict[str, list[_Row]]:
    """Read the versions of those policies that have release files whose tag exists."""
    files = repository.files(head, "policies")
    found: dict[str, list[_Row]] = {}
    tags: dict[str, Tag] | None = None
    for policy in policies:
        under = f"policies/{policy.id}/releases/"
        names = [p for p in files if p.startswith(under) and p.endswith(".yaml")]
        tags = repository.tags() if names and tags is None else tags
        read = [records.read(repository.blob(files[n]), n, policy.id) for n in names]
        tagged = [r for r in sorted(read, key=lambda r: r.order) if _tag(r) in (tags or {})]
        rows = [v for r in tagged for v in _of(repository, r, (tags or {})[_tag(r)].commit)]
        if rows:
            found[policy.id] = sorted(rows, key=lambda v: v.language)
    return found


def _tag(record: records.Record) -> str:
    return f"{record.policy}/v{record.number}"


def _of(repository: Repository, record: records.Record, commit: str) -> Iterator[_Row]:
    for language, path in record.texts.items():
        blob = repository.locate(commit, path)
        if blob is None:
            problem = f"the release file of {_tag(record)} names {path!r}, which is not in the commit of the tag"
            raise HistoryError(problem)
        days = (record.announced_on, record.effective_on)
        yield _Row(record.policy, language, record.number, commit, path, blob, *days, withdrawn_on=record.withdrawn_on)


def _followed(repository: Repository, head: str, policies: Sequence[Policy], zone: ZoneInfo) -> dict[str, list[_Row]]:
    """Number every text that the files of these policies ever had."""
    follower = repository.follow(head, {path for p in policies for path in p.files.values()})
    found: dict[str, list[_Row]] = defaultdict(list)
    day = lru_cache(maxsize=None)(lambda seconds: datetime.fromtimestamp(seconds, zone).date())
    for policy in policies:
        for language, path in sorted(policy.files.items()):
            document = follower.of(path, policy.until)
            if document is not None:
                found[policy.id] += _numbered(document, policy.id, language, day)
    return found


def _numbered(document: Document, policy: str, language: str, day: Callable[[int], date]) -> Iterator[_Row]:
    for index, entry in enumerate(document.entries, 1):
        gone = None if entry.gone is None else day(entry.gone)
        days = (None, None, day(entry.committed), day(entry.landed), gone)
        yield _Row(policy, language, str(index), entry.commit, entry.path, entry.blob, *days)


@dataclass(frozen=True, slots=True)
class _Digest:
    sha256: str
    size: int


def _digests(repository: Repository, rows: Sequence[_Row]) -> dict[str, _Digest]:
    """Hash the texts; a blob that several versions share is read once."""
    blobs = repository.blobs(dict.fromkeys(v.blob for v in rows))
    return {oid: _Digest(hashlib.sha256(data).hexdigest(), len(data)) for oid, data in blobs}


def _completed(rows: Iterable[_Row], digests: Mapping[str, _Digest], today: date) -> Iterator[Version]:
    """Give each version its hash and size, and say where it stands today."""
    for _, series in groupby(rows, key=lambda v: (v.policy, v.language)):
        group = list(series)
        current = in_force(group, today)
        for row in group:
            digest = digests[row.blob]
            status = _status(row, row is group[-1], current, today)
            yield row.version(digest.sha256, digest.size, status)


def _status(row: _Row, last: bool, current: _Row | None, today: date) -> ReleaseStatus:
    withdrawn = row.withdrawn_on is not None and row.withdrawn_on <= today
    if row is current:
        return ReleaseStatus.IN_FORCE
    if withdrawn and (row.effective_on or last):
        return ReleaseStatus.WITHDRAWN
    if since(row) > today and last:
        return ReleaseStatus.ANNOUNCED
    return ReleaseStatus.ANNOUNCED if (row.effective_on or date.min) > today else ReleaseStatus.REPLACED
