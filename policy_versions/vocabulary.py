"""The words that findings, levels and releases are made of: enumerations, standard library only."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Category(StrEnum):
    """What a change touches; the words of the labelling guide."""

    PURPOSE = "purpose"
    DATA = "data"
    METHOD = "method"
    LEGAL_BASIS = "legal-basis"
    OWNERSHIP = "ownership"
    RECIPIENTS = "recipients"
    RIGHTS = "rights"
    CONTACT = "contact"
    RISK = "risk"
    RETENTION = "retention"
    LOCATION = "location"
    MINORS = "minors"
    SECURITY = "security"
    NOTICE = "notice"
    SCOPE = "scope"
    UNCLASSIFIED = "unclassified"


class Effect(StrEnum):
    """What happened to the text."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Direction(StrEnum):
    """What it means in practice: expands = the company may do more or the person has less; restricts = the reverse."""

    EXPANDS = "expands"
    RESTRICTS = "restricts"
    NEUTRAL = "neutral"


class Confidence(StrEnum):
    """How sure a finding is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Level(StrEnum):
    """What a change asks of the publisher, weakest first (LAW.md: none < routine < ... < separate-consent)."""

    NONE = "none"
    ROUTINE = "routine"
    PROMINENT = "prominent"
    CONSENT = "consent"
    SEPARATE_CONSENT = "separate-consent"
    GUARDIAN = "guardian"

    @property
    def rank(self) -> int:
        """Return the place in the order; guardian ranks last because it is consent by a second person."""
        return _LEVELS.index(self)

    @property
    def asks(self) -> bool:
        """Say whether somebody must act explicitly before the change may bind them."""
        return self.rank >= Level.CONSENT.rank


_LEVELS: Final = tuple(Level)


class ClauseKind(StrEnum):
    """What a clause is in the document."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    QUOTE = "quote"
    CODE = "code"
    HTML = "html"


class ChangeKind(StrEnum):
    """How a clause of the old text relates to the new one."""

    UNCHANGED = "unchanged"
    MOVED = "moved"
    CHANGED = "changed"
    SPLIT = "split"
    MERGED = "merged"
    ADDED = "added"
    REMOVED = "removed"


class SegmentKind(StrEnum):
    """A run of a redline."""

    EQUAL = "equal"
    INSERT = "insert"
    DELETE = "delete"


class Verdict(StrEnum):
    """What a person decides about a finding."""

    CONFIRMED = "confirmed"
    OVERRULED = "overruled"
    RAISED = "raised"


class ReleaseStatus(StrEnum):
    """Where a release stands on a given day; withdrawn ones stay in the archive."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    IN_FORCE = "in-force"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class EditorialKind(StrEnum):
    """Why a change means nothing new; the list is closed, each has its reason in words in the reports."""

    TYPOGRAPHY = "typography"
    NUMBERING = "numbering"
    MOVED = "moved"
    SYNONYM = "synonym"
    RESTATED = "restated"
    TOLD = "told"
    DATE = "date"
    METRIC = "metric"
    LINK_PATH = "link-path"
    HEADING = "heading"
    EMPTY = "empty"
    IDLE = "idle"
    MEANING = "meaning"
    TRANSLATION = "translation"
    VERSION = "version"
    READING = "reading"
    MARKETING = "marketing"
    ADVICE = "advice"
    LIABILITY = "liability"
