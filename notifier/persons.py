"""Who somebody is for a consent decision: how old, under whose care, and by whose calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from policy_versions.model import Publisher


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who answers for a child, and during which time; `until` None means to this day."""

    id: str
    relation: str
    since: datetime | None = None
    until: datetime | None = None

    def active(self, at: datetime) -> bool:
        """Say whether this person was the guardian at a moment."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Person:
    """What the decisions need to know of somebody; `joined` is the day we first knew of them."""

    id: str
    joined: date
    birth_date: date | None = None
    age_band: str = ""
    guardians: tuple[Guardian, ...] = ()

    def adult_on(self, day: date, age: int) -> bool | None:
        """Say whether the person has reached an age in full years; None when nobody knows."""
        if self.birth_date is not None:
            return _years(self.birth_date, day) >= age
        bounds = [int(n) for n in self.age_band.replace("+", "-200").split("-") if n.strip().isdigit()]
        if not bounds:
            return None
        return True if bounds[0] >= age else False if bounds[-1] < age else None


def _years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True)
class Setting:
    """What a publisher lays down for all its policies: the language that decides, the age, the calendar's zone."""

    authoritative: str
    guardian_under: int = 18
    zone: tzinfo = UTC

    def day(self, at: datetime) -> date:
        """Give the day of a moment where the publisher lives."""
        return at.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """Give the last moment of a day where the publisher lives."""
        return datetime.combine(day, time.max, tzinfo=self.zone)

    def minor(self, person: Person, day: date) -> bool:
        """Say whether a guardian must answer; an unknown age counts as minor where there is a guardian."""
        adult = person.adult_on(day, self.guardian_under)
        return not adult if adult is not None else bool(person.guardians)


def setting_of(publisher: Publisher) -> Setting:
    """Read the setting of consent decisions from what the publisher says of itself."""
    return Setting(publisher.authoritative, publisher.guardian_under, ZoneInfo(publisher.timezone))
