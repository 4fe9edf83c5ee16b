"""Memento (RFC 7089): the version that applied at a time, by content negotiation on dates; RFC 5829 between versions.

The original resource is `/<policy>/latest`, its mementos are the pages of the versions that are or were in force;
`Memento-Datetime` is the moment a version came into force, never a commit's. An announced version has its page, but
nobody could have met it yet, so it is no memento.
"""

from __future__ import annotations

import email.utils
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from archive import links
from archive.feeds import midnight
from archive.shelf import Period, Shelf
from archive.strings import interface
from archive.views import Archive
from policy_versions.errors import PolicyError
from policy_versions.model import Release


class BadDatetimeError(PolicyError):
    """Accept-Datetime is no HTTP date; it looks like: Tue, 01 Dec 2026 00:00:00 GMT."""


@dataclass(frozen=True, slots=True)
class Memento:
    """A version that is or was in force, and since when."""

    release: Release
    since: datetime


def read(header: str) -> datetime:
    """Read Accept-Datetime (RFC 1123, GMT); BadDatetimeError for anything else."""
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        raise BadDatetimeError from None
    if moment.tzinfo is None or not header.rstrip().endswith(("GMT", "UTC", "+0000")):
        raise BadDatetimeError
    return moment.astimezone(UTC)


def write(moment: datetime) -> str:
    """Write a moment as HTTP does."""
    return email.utils.format_datetime(moment.astimezone(UTC), usegmt=True)


def mementos(archive: Archive, shelf: Shelf) -> tuple[Memento, ...]:
    """List what can be travelled to, oldest first: each version once, at its last coming into force."""
    begun = {p.release.number: p for p in shelf.periods if p.start <= shelf.today and p.release.texts}
    return tuple(Memento(p.release, _since(archive, p)) for p in sorted(begun.values(), key=lambda p: p.start))


def _since(archive: Archive, period: Period) -> datetime:
    return midnight(period.start, archive.publisher.timezone)


def choose(there: tuple[Memento, ...], asked: datetime | None) -> Memento:
    """Choose the version in force at a moment: before the first the first, without a moment the last."""
    if asked is None:
        return there[-1]
    return next((m for m in reversed(there) if m.since <= asked), there[0])


def page(archive: Archive, release: Release, language: str) -> str:
    """Return the path of a memento: in a language, or the authoritative one's kin."""
    wanted = interface(language) if language else archive.interfaces[0]
    return links.version(release.policy, release.number, archive.page_language(release, wanted))


def relations(archive: Archive, shelf: Shelf, release: Release | None, language: str = "") -> str:
    """Write the Link header of a version, of the TimeGate, or of the original resource (`release` None)."""
    base, policy = archive.publisher.url, shelf.policy
    found = [
        _link(links.absolute(base, f"{policy}/latest"), "original"),
        _link(links.absolute(base, f"{policy}/timegate"), "timegate"),
        _link(links.absolute(base, f"{policy}/timemap"), "timemap", type="application/link-format"),
        _link(links.absolute(base, links.timeline(policy)), "version-history"),
    ]
    if shelf.current and shelf.current.texts:
        found.append(_link(links.absolute(base, page(archive, shelf.current, language)), "latest-version"))
    there = mementos(archive, shelf)
    at = next((i for i, m in enumerate(there) if release and m.release.number == release.number), None)
    if at is None:
        named = {"first": 0, "last": len(there) - 1} if there else {}
    else:
        named = {"first": 0, "last": len(there) - 1, "prev": at - 1, "next": at + 1, "": at}
    found += [
        _link(links.absolute(base, page(archive, there[i].release, language)), rel, datetime=write(there[i].since))
        for i, rel in _joined(named, len(there))
    ]
    if release:
        for rel, other in (("predecessor-version", shelf.before(release)), ("successor-version", shelf.next(release))):
            if other and other.texts:
                found.append(_link(links.absolute(base, page(archive, other, language)), rel))
    return ", ".join(found)


def _joined(named: dict[str, int], count: int) -> Iterable[tuple[int, str]]:
    """Give each memento its relations in one value: `first prev memento`."""
    by_place: dict[int, list[str]] = {}
    for rel, place in named.items():
        if 0 <= place < count:
            by_place.setdefault(place, []).append(rel)
    return [(place, " ".join([*(r for r in rels if r), "memento"])) for place, rels in sorted(by_place.items())]


def timemap(archive: Archive, shelf: Shelf) -> bytes:
    """Write the TimeMap: original, itself with its span, TimeGate and every memento (application/link-format)."""
    base, policy = archive.publisher.url, shelf.policy
    there = mementos(archive, shelf)
    span = {"from": write(there[0].since), "until": write(there[-1].since)} if there else {}
    own = links.absolute(base, f"{policy}/timemap")
    found = [
        _link(links.absolute(base, f"{policy}/latest"), "original"),
        _link(own, "self", type="application/link-format", **span),
        _link(links.absolute(base, f"{policy}/timegate"), "timegate"),
    ]
    for at, memento in enumerate(there):
        ends = ["first"] * (at == 0) + ["last"] * (at == len(there) - 1)
        address = links.absolute(base, page(archive, memento.release, ""))
        found.append(_link(address, " ".join([*ends, "memento"]), datetime=write(memento.since)))
    return (",\n".join(found) + "\n").encode()


def _link(address: str, rel: str, **parameters: str) -> str:
    return f'<{address}>; rel="{rel}"' + "".join(f'; {key}="{value}"' for key, value in parameters.items())
