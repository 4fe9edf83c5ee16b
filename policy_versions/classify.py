"""(before, after) -> Assessment: what changed in substance and in which direction, quoted and explained."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from policy_versions import rules
from policy_versions.alignment import align, edits
from policy_versions.compare import Delta
from policy_versions.document import parse
from policy_versions.editorial import editorial_kind
from policy_versions.entities import short_forms
from policy_versions.extent import READ, limit, within
from policy_versions.facts import Fact
from policy_versions.findings import Candidate, exchanged, finding, lines, to_json, told, unread
from policy_versions.lexicon import MAX_SCAN, load
from policy_versions.matchers import Match, match, possible
from policy_versions.model import (
    Assessment,
    Category,
    ChangeKind,
    ClauseChange,
    Direction,
    Editorial,
    Effect,
)
from policy_versions.quoting import words
from policy_versions.reading import deltas
from policy_versions.substance import common, substance

__all__ = ["classify", "to_json"]

FEW: Final = 5
"""Up to so many edits each is judged for itself: a sentence that the other text lacks says something."""
PAIR: Final = 3
"""In a change of so few edits what an edit names says what it is likely about."""
FAINT: Final = 0.2
"""The score of what a rule explains in words that the other text uses elsewhere."""
LARGE: Final = 14
"""From so many edits on, what names nothing new to the document is no finding: a rewording repeats much."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Both whole texts in folded form, to know what stood elsewhere."""

    before: str
    after: str
    han: bool = False

    def knows(self, fact: Fact, *, new: bool) -> bool:
        """Say whether the other text names this too."""
        other = self.before if new else self.after
        if fact.group == "e":
            return words(short_forms(fact.surface)) in _tight(other)
        return fact.surface in other if self.han else f" {fact.surface}" in other

    def names(self, fact: Fact, new: bool) -> bool:
        """Say whether the other text names the concept of a fact, in whichever words."""
        return fact.concept in _concepts(self.before if new else self.after, self.han)


def classify(before: str, after: str, language: str, *, policy: str = "") -> Assessment:
    """Judge the change from one text of a policy to the next; `language` is a tag such as `zh-CN` or `en`.

    Identical texts, and texts that differ in form only, give no finding. The result is deterministic and in the order
    of the document. A change too large to be judged in bounded time is judged in part, and a finding says so; a text
    too large for a policy raises TextError.
    """
    for text in (before, after):
        limit(len(text.encode()))
    old, new = parse(before, language), parse(after, language)
    changes = align(old, new)
    differing = edits(changes)
    texts = Texts(_plain(before, language), _plain(after, language), load(language).han) if differing else Texts("", "")
    candidates: list[Candidate] = []
    faint: list[Candidate] = []
    notes: list[Editorial] = [_moved(c) for c in changes if c.kind is ChangeKind.MOVED]
    size = len(differing)
    read = within(differing)
    candidates += [unread(differing[read], f"{size - read}/{size}", language)] if read < size else []
    for edit in differing[:read]:
        for delta in deltas(edit, language):
            found, weak = _judge(delta, texts, size)
            kind = (
                ""
                if found or delta.flipped
                else editorial_kind(delta) or substance(delta, texts.names, rewritten=size > FEW)
            )
            if kind:
                notes.append(_note(kind, delta))
                faint += weak
            else:
                candidates += found or [_unexplained(delta)]
    candidates = _placed(candidates, size)
    # where nothing at all stands out, what was told anew is the change
    candidates = candidates or faint
    findings = tuple(finding(c, policy) for c in told(exchanged(candidates)))
    return Assessment(policy, language, findings, tuple(notes))


@lru_cache(maxsize=4)
def _concepts(plain: str, han: bool) -> frozenset[str]:
    lexicon = load("zh" if han else "en")
    pieces = range(0, min(len(plain), READ), MAX_SCAN)  # what stands further on counts as new, which is the safe side
    return frozenset(hit.concept for i in pieces for hit in lexicon.scan(plain[i : i + MAX_SCAN]))


@lru_cache(maxsize=4)
def _tight(text: str) -> str:
    return words(short_forms(text))


def _plain(text: str, language: str) -> str:
    lexicon = load(language)
    if lexicon.han:
        return lexicon.fold(text)
    return " ".join(text.lower().replace("-", " ").replace("*", "").replace("’", " ").replace("'", " ").split())


_FORCE_ORDER: Final = (
    "minors-force",
    "retention-force",
    "notice-force",
    "recipients-force",
    "practice-force",
    "data-force",
    "purpose-force",
)
_ABOUT: Final[dict[Category, frozenset[Category]]] = {
    Category.OWNERSHIP: frozenset(
        {
            Category.RECIPIENTS,
            Category.METHOD,
            Category.RETENTION,
            Category.RIGHTS,
            Category.PURPOSE,
            Category.DATA,
            Category.LEGAL_BASIS,
        }
    ),
    Category.LEGAL_BASIS: frozenset({Category.NOTICE}),
    Category.MINORS: frozenset({Category.RIGHTS, Category.RETENTION, Category.DATA, Category.PURPOSE, Category.SCOPE}),
    Category.RISK: frozenset({Category.METHOD, Category.SECURITY, Category.LEGAL_BASIS}),
}
"""What a sentence is about when it speaks of these: the categories that are then only its circumstances."""


def _judge(delta: Delta, texts: Texts, size: int) -> tuple[list[Candidate], list[Candidate]]:
    """Give what the rules find in an edit; and, where that is nothing, the best of what they find faintly."""
    if editorial_kind(delta):
        return [], []
    found: list[Candidate] = []
    faint: list[Candidate] = []
    for rule in possible(delta):
        one = match(rule, delta)
        if one is None:
            continue
        score = rule.weight * _novelty(one, texts, pair=delta.pair)
        enough = score >= (0.75 if size >= LARGE and not delta.pair else 0.45)
        if enough and not (size > FEW and delta.after is None and _remains(one, texts)):
            found.append(Candidate(one, delta, score))
        else:
            faint.append(Candidate(one, delta, FAINT))
    if found:
        return _foremost(found), []
    best = _foremost(sorted(faint, key=lambda c: -c.match.rule.weight)[:1])
    return (best, []) if size <= FEW else ([], best)  # few words stand elsewhere too, yet nobody said this


def _remains(found: Match, texts: Texts) -> bool:
    """Say whether the new text still names all that a dropped sentence named: then it is told anew, not given up."""
    return bool(found.lost) and all(texts.names(f, False) for f in found.lost)


def _foremost(found: list[Candidate]) -> list[Candidate]:
    """Leave out what is only a circumstance of what the sentence is about."""
    said = {c.match.rule.category for c in found if c.match.rule.kind != "force"}
    dropped = {d for category, drops in _ABOUT.items() if category in said for d in drops}
    forces = [c for c in found if c.match.rule.kind == "force"]
    first = min(forces, key=lambda c: _FORCE_ORDER.index(c.match.rule.id), default=None)
    if first and said & {
        Category.OWNERSHIP,
        Category.SECURITY,
        Category.MINORS,
        Category.SCOPE,
        Category.LEGAL_BASIS,
        Category.LOCATION,
    } - {first.match.rule.category}:
        first = (
            first
            if first.match.rule.category in (Category.RECIPIENTS, Category.RETENTION) and said <= {Category.LEGAL_BASIS}
            else None
        )
    ids = {c.match.rule.id for c in found}
    aims = {Category.METHOD} & said
    silenced = {circumstance for rule, circumstance in _CIRCUMSTANCES if rule in ids}
    if _new_practice(found):  # consent to what is only now done is no change of ground
        silenced.add("basis-condition")
    others = said - {Category.PURPOSE}
    return [
        c
        for c in found
        if (c.match.rule.kind != "force" or c is first)
        and c.match.rule.category not in dropped
        and c.match.rule.id not in silenced
        and not (aims and c.match.rule.id == "purpose-stated" and _only_ads(c))
        and not (others and c.match.rule.category is Category.PURPOSE and _unknown(c.match))
    ]


_CIRCUMSTANCES: Final = frozenset(
    {
        ("location-home", "location-place"),
        ("basis-explicit", "method-default-on"),
        ("basis-condition", "method-default-on"),
        ("rights-signal-honoured", "practice-force"),
        ("rights-signal", "practice-force"),
    }
)
"""(rule, circumstance): what the second finds is then only how the first puts it."""


def _new_practice(found: list[Candidate]) -> bool:
    return any(
        c.match.rule.category in (Category.METHOD, Category.DATA)
        and c.match.direction is Direction.EXPANDS
        and c.match.rule.kind != "force"
        and c.delta.pair
        for c in found
    )


def _only_ads(candidate: Candidate) -> bool:
    facts = (*candidate.match.lost, *candidate.match.gained)
    return all(f.concept in ("aim.advertising", "aim.personalise") for f in facts)


def _unknown(found: Match) -> bool:
    """Say whether all that matched is known by its place only, and by no word list."""
    return all(f.concept.endswith(".other") for f in (*found.lost, *found.gained))


_ONLY_NEW: Final = frozenset(
    {Category.CONTACT, Category.PURPOSE, Category.SECURITY, Category.NOTICE, Category.RECIPIENTS}
)
"""Categories whose words are common in every policy: what the other text says somewhere too is no change."""
_ONLY_NEW_ALONE: Final = _ONLY_NEW | {Category.METHOD}
"""The same where a whole sentence came or went."""


def _novelty(found: Match, texts: Texts, *, pair: bool) -> float:
    """Say how new the matched facts are to the document: 1 when at least one stands nowhere in the other text."""
    if found.rule.kind in ("force", "swap", "quantity"):
        return 1.0
    fresh = [f for f in found.gained if not texts.knows(f, new=True)] + [
        f for f in found.lost if not texts.knows(f, new=False)
    ]
    if (found.rule.kind == "entity" or found.rule.id == "recipients-brand") and not fresh:
        return 0.0
    if not fresh and found.rule.category in (_ONLY_NEW if pair else _ONLY_NEW_ALONE):
        swapped = found.lost and found.gained
        return 0.5 if pair and found.rule.category is Category.RECIPIENTS and not swapped else 0.0
    if not all(f.group in ("data", "party", "aim", "method", "place", "e") for f in (*found.lost, *found.gained)):
        return 1.0
    return (0.6 if _unknown(found) else 1.0) if fresh else 0.5


def _placed(candidates: list[Candidate], size: int) -> list[Candidate]:
    """Tell of an edit that no rule explains what it is likely about, where that is likely enough.

    In a change of few edits its own words decide. In a larger one a whole sentence must be about what the change is
    known to be about anyway; two wordings of one sentence show by themselves what was put in or taken out.
    """
    known = {c.match.rule.category for c in candidates}
    placed = []
    for candidate in candidates:
        found = _likely(candidate.delta) if candidate.match.rule.id == "unclassified" else []
        near = [m for m in found if m.rule.category in known]
        best = near or (found if size <= PAIR or _put_in(candidate.delta) else [])
        placed.append(Candidate(best[0], candidate.delta, FAINT) if best else candidate)
    return placed


def _put_in(delta: Delta) -> bool:
    """Say whether one wording of a sentence is the other with some words more."""
    if delta.before is None or delta.after is None:
        return False
    short, long = sorted((delta.before.folded, delta.after.folded), key=len)
    head = common(short, long)
    return head + common(short[head:][::-1], long[head:][::-1]) >= len(short) - 2


def _likely(delta: Delta) -> list[Match]:
    """Give what the rules of last resort say of an edit, the likeliest first."""
    matches = [m for rule in possible(delta, last=True) if (m := match(rule, delta))]
    return sorted(matches, key=lambda m: -m.rule.weight)


def _unexplained(delta: Delta) -> Candidate:
    rule = next(r for r in rules.load() if r.id == "unclassified")
    effect = Effect.CHANGED if delta.pair else Effect.ADDED if delta.after else Effect.REMOVED
    return Candidate(Match(rule, effect, Direction.NEUTRAL, (), ()), delta, 0.1)


def _note(kind: str, delta: Delta) -> Editorial:
    return Editorial(
        kind,
        delta.before.text if delta.before else "",
        delta.after.text if delta.after else "",
        lines(delta.before),
        lines(delta.after),
    )


def _moved(change: ClauseChange) -> Editorial:
    old, new = change.before[0], change.after[0]
    return Editorial("moved", old.text, new.text, old.lines, new.lines)
