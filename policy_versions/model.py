"""The nouns that travel between the packages: frozen values, standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from policy_versions.outlook import Mail as Mail
from policy_versions.outlook import Outlook as Outlook
from policy_versions.outlook import Reach as Reach
from policy_versions.passage import Lines as Lines
from policy_versions.passage import Passage as Passage
from policy_versions.plain import plain
from policy_versions.vocabulary import Category as Category
from policy_versions.vocabulary import ChangeKind as ChangeKind
from policy_versions.vocabulary import ClauseKind as ClauseKind
from policy_versions.vocabulary import Confidence as Confidence
from policy_versions.vocabulary import Direction as Direction
from policy_versions.vocabulary import Effect as Effect
from policy_versions.vocabulary import Level as Level
from policy_versions.vocabulary import ReleaseStatus as ReleaseStatus
from policy_versions.vocabulary import SegmentKind as SegmentKind
from policy_versions.vocabulary import Verdict as Verdict


@dataclass(frozen=True, slots=True)
class Version:
    """One text of one policy in one language as git holds it; the bytes are read by `blob` when they are needed.

    `committed_on` is the committer's day, `landed_on` the day the main line had it (later for merged branches);
    both in the time zone of the configuration. `size` counts bytes.
    """

    policy: str
    language: str
    number: str
    commit: str
    path: str
    blob: str
    announced_on: date | None
    effective_on: date | None
    sha256: str
    status: ReleaseStatus = ReleaseStatus.IN_FORCE
    size: int = 0
    committed_on: date | None = None
    landed_on: date | None = None
    withdrawn_on: date | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """The smallest unit that is compared: a paragraph, a list item, a table row or a heading.

    `text` is the verbatim source without block markup (bullets, heading signs, pipes of the row's borders);
    `path` holds the headings above it, outermost first; `ordinal` counts clauses from 0 in document order;
    `labels` are the column headings of a table row, else empty; `head` marks the row that holds them.
    """

    path: tuple[str, ...]
    ordinal: int
    kind: ClauseKind
    text: str
    lines: Lines
    labels: tuple[str, ...] = ()
    lead: str = ""
    head: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A policy text as clauses, with its front matter (all scalars as strings)."""

    language: str
    title: str
    clauses: tuple[Clause, ...]
    front_matter: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text in a redline; the inserts and equals joined give the new text, the deletes and equals the old."""

    kind: SegmentKind
    text: str


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """How clauses of the two texts correspond; `before` and `after` hold more than one clause for merged and split."""

    kind: ChangeKind
    before: tuple[Clause, ...]
    after: tuple[Clause, ...]
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One change of substance (or one that a person must judge), with quotes that are verbatim text of each side.

    `witness` is the last part of `explanation`. `terms` are W3C DPV IRIs. `also` are the other places of the
    same change: the fingerprint, and so any decision, covers them too. Release files keep nothing after `also`.
    """

    rule: str
    category: Category
    effect: Effect
    direction: Direction
    material: bool
    evidence_before: str
    evidence_after: str
    lines_before: Lines
    lines_after: Lines
    confidence: Confidence
    fingerprint: str
    explanation: Mapping[str, str]
    args: Mapping[str, str] = field(default_factory=dict)
    sensitive: bool = False
    path: tuple[str, ...] = ()
    also: tuple[Passage, ...] = ()
    law: tuple[str, ...] = ()
    witness: Mapping[str, str] = field(default_factory=dict)
    confidence_reason: Mapping[str, str] = field(default_factory=dict)
    terms: tuple[str, ...] = ()

    @property
    def quotes(self) -> tuple[str, str]:
        """Return both quotes as people read them: no emphasis marks, a link as its words, cut short or whole."""
        return plain(self.evidence_before), plain(self.evidence_after)


@dataclass(frozen=True, slots=True)
class Editorial:
    """A change that was looked at and means nothing new; `kind` is a word of `EditorialKind`."""

    kind: str
    before: str
    after: str
    lines_before: Lines
    lines_after: Lines


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that was found between two texts of one policy in one language, in document order."""

    policy: str
    language: str
    findings: tuple[Finding, ...]
    editorial: tuple[Editorial, ...] = ()
    base: str = ""
    head: str = ""

    @property
    def material(self) -> bool:
        """Say whether any finding is material (an unclassified one counts until a person says otherwise)."""
        return any(f.material for f in self.findings)


@dataclass(frozen=True, slots=True)
class Obligation:
    """What one finding asks for: level, days between announcing and effect, law."""

    level: Level
    lead_days: int
    law: tuple[str, ...] = ()
    guardian: bool = False
    blocks: tuple[str, ...] = ()
    jurisdictions: Mapping[str, Level] = field(default_factory=dict)
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a lawyer said about a finding; bound to its fingerprint, so that it dies when the sentence changes.

    `answers` settle the conditions that the law's table asks about (obligations.yaml), for this finding alone.
    `says` is the sentence for the people, by language; `category` and `direction` are what a person says of a finding
    that no rule explains. `same_as` quotes, by language, the sentence of a translation that says the same.
    """

    fingerprint: str
    verdict: Verdict
    reason: str
    by: str
    on: date
    second: str = ""
    level: Level | None = None
    answers: Mapping[str, bool] = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)
    category: Category | None = None
    direction: Direction | None = None
    same_as: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiver:
    """Two people's word that a rule of the lint misreads a passage, quoted from the text; gone when the passage is."""

    rule: str
    quote: str
    reason: str
    by: str
    second: str
    on: date


@dataclass(frozen=True, slots=True)
class ReleaseText:
    """The text of a release in one language: where it lies and the SHA-256 of its bytes."""

    language: str
    path: str
    sha256: str
    blob: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseFinding:
    """A finding together with the language it was found in and the duty that follows from it."""

    finding: Finding
    language: str
    obligation: Obligation


@dataclass(frozen=True, slots=True)
class Release:
    """The legal record of one version of a policy in all its languages.

    `withdrawn_for` says by language why it was recalled, `withdrawn_by` who did that. `comment_days` is how long, from
    the day of announcing, anybody may comment on it before it applies.
    `prevailing` names the language that decides, where the others were published out of step with it; else empty.
    """

    policy: str
    number: str
    previous: str
    announced_on: date | None
    effective_on: date | None
    texts: Mapping[str, ReleaseText]
    summaries: Mapping[str, str]
    findings: tuple[ReleaseFinding, ...]
    decisions: tuple[Decision, ...]
    level: Level
    guardian: bool
    lead_days: int
    commit: str = ""
    status: ReleaseStatus = ReleaseStatus.DRAFT
    withdrawn_on: date | None = None
    answers: Mapping[str, bool] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    withdrawn_for: Mapping[str, str] = field(default_factory=dict)
    withdrawn_by: str = ""
    comment_days: int = 0
    prevailing: str = ""

    @property
    def comments_until(self) -> date | None:
        """Return the last day on which comments are taken, None where none are asked for."""
        if not self.comment_days or self.announced_on is None:
            return None
        return self.announced_on + timedelta(days=self.comment_days - 1)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes the policies and how they are reached; texts are by language.

    `comments` is where the public may write about an announced version: an address with {policy}, {number}, {finding}.
    """

    title: Mapping[str, str]
    name: Mapping[str, str]
    url: str
    languages: tuple[str, ...]
    authoritative: str
    jurisdictions: tuple[str, ...]
    timezone: str = "UTC"
    address: Mapping[str, str] = field(default_factory=dict)
    department: Mapping[str, str] = field(default_factory=dict)
    authorities: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    phone: str = ""
    reply_days: int = 15
    channels: tuple[str, ...] = ("email", "in_app")
    guardian_under: int = 18
    policy_titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    annexes: Mapping[str, str] = field(default_factory=dict)
    comments: str = ""
