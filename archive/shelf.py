"""The releases of one policy in their order, and what that order answers: which applied when, what came before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Final, Protocol

from archive.strings import interface
from policy_versions.model import Publisher, Release, ReleaseStatus
from policy_versions.release import in_force, stated

ALL_PAIRS: Final = 20
"""Up to so many versions of a policy every pair is compared in advance."""
TO_LATEST: Final = 100
"""Up to so many versions each is also compared with the latest one in advance; beyond, only with the one before."""


class Source(Protocol):
    """What the archive needs of a policy repository; `release.Record` and `archive.index.Index` both give it."""

    @property
    def publisher(self) -> Publisher:
        """Return who publishes."""
        ...

    def policies(self) -> tuple[str, ...]:
        """Name the policies."""
        ...

    def releases(self, policy: str, *, today: date) -> tuple[Release, ...]:
        """Return the releases of a policy, oldest first."""
        ...

    def bytes(self, release: Release, language: str) -> bytes:
        """Return the published bytes of a text."""
        ...


@dataclass(frozen=True, slots=True)
class Period:
    """A run of days, the last one excluded, on which a release applied; `until` is None while no end is known."""

    release: Release
    start: date
    until: date | None


@dataclass(frozen=True)
class Shelf:
    """The releases of a policy, oldest first, as they stand on a day."""

    policy: str
    releases: tuple[Release, ...]
    today: date

    @cached_property
    def by_number(self) -> Mapping[str, Release]:
        """Return the releases by their number."""
        return {r.number: r for r in self.releases}

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {r.number: at for at, r in enumerate(self.releases)}

    @cached_property
    def current(self) -> Release | None:
        """Return the release in force today."""
        return self.at(self.today)

    @cached_property
    def coming(self) -> tuple[Release, ...]:
        """Return the announced releases, the next one first."""
        waiting = (r for r in self.releases if r.status is ReleaseStatus.ANNOUNCED)
        return tuple(sorted(waiting, key=lambda r: (r.effective_on or date.max, self._order[r.number])))

    @cached_property
    def latest(self) -> Release | None:
        """Return what comparisons are made against: the release in force, else the newest one."""
        return self.current or (self.releases[-1] if self.releases else None)

    def at(self, day: date) -> Release | None:
        """Return the release in force on a day."""
        return in_force(self.releases, day)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """Return which release applied when, oldest first; a release that another replaced the same day has none."""
        days = {r.effective_on for r in self.releases} | {r.withdrawn_on for r in self.releases}
        found: list[Period] = []
        for day in sorted(d for d in days if d):
            release = self.at(day)
            if found and found[-1].until is None and found[-1].release is not release:
                found[-1] = replace(found[-1], until=day)
            if release and (not found or found[-1].until is not None):
                found.append(Period(release, day, None))
        return tuple(found)

    @cached_property
    def _last_period(self) -> Mapping[str, Period]:
        return {p.release.number: p for p in self.periods}

    def period(self, release: Release) -> Period | None:
        """Return the last run of days on which a release applied or will apply."""
        return self._last_period.get(release.number)

    def after(self, period: Period) -> Release | None:
        """Return the release that followed a period."""
        return self.at(period.until) if period.until else None

    def previous(self, release: Release) -> Release | None:
        """Return the release that this one changed: the one it names, else the one before it that was not withdrawn."""
        named = self.by_number.get(release.previous)
        if named is not None:
            return named
        earlier = self.releases[: self._order[release.number]]
        return next((r for r in reversed(earlier) if r.status is not ReleaseStatus.WITHDRAWN), None)

    def next(self, release: Release) -> Release | None:
        """Return the release after this one in the order of the archive."""
        at = self._order[release.number] + 1
        return self.releases[at] if at < len(self.releases) else None

    def before(self, release: Release) -> Release | None:
        """Return the release before this one in the order of the archive."""
        at = self._order[release.number]
        return self.releases[at - 1] if at else None

    def between(self, old: Release, new: Release) -> tuple[Release, ...]:
        """Return the releases that lead from one to the other, the second included; withdrawn ones only if named."""
        low, high = self._order[old.number], self._order[new.number]
        return tuple(
            r for r in self.releases[low + 1 : high + 1] if r is new or r.status is not ReleaseStatus.WITHDRAWN
        )

    @property
    def bounded(self) -> bool:
        """Say whether there are too many versions to compare each with each in advance."""
        return len(self.releases) > ALL_PAIRS

    @property
    def long(self) -> bool:
        """Say whether there are too many versions to compare each with the latest one in advance."""
        return len(self.releases) > TO_LATEST

    def pairs(self) -> Iterator[tuple[Release, Release]]:
        """Give the comparisons made in advance: every pair; or each with the one before, and with the latest."""
        for release in self.releases:
            yield from ((old, release) for old in self.bases(release))

    def bases(self, new: Release) -> tuple[Release, ...]:
        """Return the releases that one is compared with in advance, oldest first."""
        at = self._order[new.number]
        if not self.bounded or (new is self.latest and not self.long):
            return self.releases[:at]
        found = {r.number: r for r in (self.previous(new), self.before(new)) if r}
        return tuple(sorted(found.values(), key=lambda r: self._order[r.number]))

    def ahead(self, old: Release, new: Release) -> bool:
        """Say whether a comparison is made in advance."""
        return any(r is old for r in self.bases(new))


def shelve(source: Source, policy: str, today: date) -> Shelf:
    """Take the releases of a policy out of a source, each with its status on a day."""
    return Shelf(policy, stated(source.releases(policy, today=today), today), today)


def languages(release: Release, publisher: Publisher) -> tuple[str, ...]:
    """List the languages in which a release has a page: those of its texts, and each of the site's that it lacks."""
    there = sorted(release.texts, key=lambda k: (k != publisher.authoritative, _rank(k, publisher), k))
    covered = {interface(k) for k in there}
    lacking = [k for k in publisher.languages if k not in there and interface(k) not in covered]
    return tuple(there + lacking) if there else ()


def text_language(release: Release, wanted: str, publisher: Publisher) -> str:
    """Choose the text for a page: the wanted language, one of its kin, the authoritative one, any; KeyError if none."""
    kin = (k for k in release.texts if interface(k) == interface(wanted))
    for language in (wanted, next(kin, ""), publisher.authoritative, *release.texts):
        if language in release.texts:
            return language
    raise KeyError(wanted)


def interfaces(publisher: Publisher) -> tuple[str, ...]:
    """List the interface languages of a site, that of the authoritative text first."""
    ordered = sorted(publisher.languages, key=lambda k: (k != publisher.authoritative, _rank(k, publisher)))
    return tuple(dict.fromkeys(interface(k) for k in ordered)) or ("en",)


def yesterday(day: date) -> date:
    """Return the day before."""
    return day - timedelta(days=1)


def _rank(language: str, publisher: Publisher) -> int:
    known = publisher.languages
    return known.index(language) if language in known else len(known)
