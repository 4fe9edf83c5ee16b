"""(before, after) -> Assessment: what changed in substance and in which direction, quoted and explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policy_versions.alignment import align, edits
from policy_versions.compare import Delta
from policy_versions.document import parse
from policy_versions.editorial import FORM, editorial_kind
from policy_versions.extent import FEW, LARGE, limit, within
from policy_versions.facts import Fact
from policy_versions.findings import Candidate, finding, lines, to_json, unread
from policy_versions.foremost import foremost, guessed
from policy_versions.joining import exchanged
from policy_versions.lexicon import load, understood
from policy_versions.likely import FAINT, placed, unexplained
from policy_versions.matchers import Match, match, possible
from policy_versions.model import (
    Assessment,
    Category,
    ChangeKind,
    Clause,
    ClauseChange,
    ClauseKind,
    Editorial,
)
from policy_versions.reading import deltas
from policy_versions.recut import recut
from policy_versions.rejoin import rejoined
from policy_versions.relevance import by_category, relevant, traits
from policy_versions.renaming import renamed
from policy_versions.substance import reworded, substance
from policy_versions.surviving import survives
from policy_versions.telling import MOST, told
from policy_versions.texts import Texts, texts_of
from policy_versions.vocabulary import EditorialKind

__all__ = ["classify", "described", "to_json"]


def classify(before: str, after: str, language: str, *, policy: str = "", whole: bool = False) -> Assessment:
    """Judge the change from one text of a policy to the next; `language` is a tag such as `zh-CN` or `en`.

    Identical texts, and texts that differ in form only, give no finding. The result is deterministic and in the order
    of the document. A change too large to be judged in bounded time is judged in part, and a finding says so; a text
    too large for a policy raises TextError. In a language without a lexicon whatever differs in more than form is
    `unclassified`: nothing in it is understood, so that a person must judge all of it.

    Of each category the most telling findings are told, and of those that say the same in several places one; `whole`
    tells all, and a finding that stands for several names their places (`also`): nothing of substance is left out.
    """
    found = _find(before, after, language)
    chosen = told(found.everything, None) if whole else told(relevant(found.everything, found.traits), MOST)
    shown = {id(c.delta) for one in chosen for c in (one.head, *(one.doubles if whole else ()))}
    left = {id(c.delta): c.delta for c in found.everything if id(c.delta) not in shown}
    notes = [*found.notes, *(_note(EditorialKind.TOLD, delta) for delta in left.values())]
    findings = tuple(finding(one.head, policy, one.doubles if whole else ()) for one in chosen)
    return Assessment(policy, language, findings, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Found:
    """All that was found between two texts: what may be told, what means nothing new, and how many edits there are."""

    everything: list[Candidate]
    notes: list[Editorial]
    texts: Texts
    size: int

    def traits(self, found: Sequence[Candidate]) -> dict[str, float]:
        """Describe what was found of one category."""
        return traits(found, self.everything, self.size, self.texts.fresh)


def described(before: str, after: str, language: str) -> Iterator[tuple[Category, dict[str, float]]]:
    """Give each category found between two texts with its traits, from which its weights are learned."""
    found = _find(before, after, language)
    for category, ones in by_category(found.everything).items():
        yield category, found.traits(ones)


def _find(before: str, after: str, language: str) -> _Found:
    for text in (before, after):
        limit(len(text.encode()))
    old, new = parse(before, language), parse(after, language)
    changes = align(old, new)
    differing = recut(edits(changes))
    texts = texts_of(before, after, language) if differing else Texts("", "")
    differing = rejoined(differing, load(language).fold) if texts.han else differing
    candidates: list[Candidate] = []
    faint: list[Candidate] = []
    idle: list[tuple[str, Delta]] = []
    size = len(differing)
    upto = within(differing)
    read = [delta for edit in differing[:upto] for delta in deltas(edit, language)]
    blind = not understood(language)
    read = read if blind or not texts.han else renamed(read, texts.before, texts.after, language)
    kept = () if blind or size > LARGE else tuple(clause for c in changes if c.kind in _KEPT for clause in c.after)
    for delta in read:
        if kept and _doubled(delta, kept, language):
            idle.append((EditorialKind.RESTATED, delta))
            continue
        kind, found, weak = _verdict(delta, texts, size, blind=blind)
        faint += weak
        if kind:
            idle.append((kind, delta))
        else:
            candidates += found or [unexplained(delta)]
    candidates = _in_order(_with_faint(candidates if blind else placed(candidates, size), faint), read)
    used = {id(c.delta) for c in candidates}
    notes = [_moved(c) for c in changes if c.kind is ChangeKind.MOVED]
    notes += [_note(kind, delta) for kind, delta in idle if id(delta) not in used]
    if upto < size:
        candidates.insert(0, unread(differing[upto], f"{size - upto}/{size}", language))
    everything = exchanged(candidates)
    notes += _elsewhere(candidates, everything)
    return _Found(everything, notes, texts, size)


def _verdict(delta: Delta, texts: Texts, size: int, *, blind: bool) -> tuple[str, list[Candidate], list[Candidate]]:
    """Give the editorial kind of an edit or '', what the rules find in it, and what they find faintly.

    `blind`: there is no lexicon of the language, so only a change of form is known for what it is.
    """
    kind = editorial_kind(delta) or ("" if blind or not reworded(delta) else EditorialKind.SYNONYM)
    if blind:
        return kind if kind in FORM else "", [], []
    found, faint = ([], []) if kind else _judge(delta, texts, size)
    if found or delta.flipped:  # a cell that turned from yes to no is never editorial
        return "", found, faint
    kind = kind or substance(delta, texts.names, rewritten=size > FEW)
    return kind, found, [] if kind == EditorialKind.SYNONYM and texts.han else faint


_KEPT: Final = (ChangeKind.UNCHANGED, ChangeKind.MOVED)


def _doubled(delta: Delta, kept: Sequence[Clause], language: str) -> bool:
    """Say whether a sentence came or went that a clause of both texts says anyway."""
    side = delta.told
    return side is not None and not (delta.pair or delta.flipped) and survives(side, kept, language)


def _with_faint(candidates: list[Candidate], faint: list[Candidate]) -> list[Candidate]:
    """Add what was found faintly where it belongs to what stands out; where nothing does, it is the change."""
    known = {c.match.rule.category for c in candidates}
    return candidates + [c for c in faint if c.match.rule.category in known or not known]


def _in_order(candidates: list[Candidate], read: list[Delta]) -> list[Candidate]:
    place = {id(delta): n for n, delta in enumerate(read)}
    return sorted(candidates, key=lambda c: place[id(c.delta)])


def _judge(delta: Delta, texts: Texts, size: int) -> tuple[list[Candidate], list[Candidate]]:
    """Give what the rules find in an edit; and, where that is nothing, the best of what they find faintly."""
    found: list[Candidate] = []
    faint: list[Candidate] = []
    for rule in possible(delta):
        one = match(rule, delta)
        if one is None:
            continue
        score = rule.weight * _novelty(one, texts, pair=delta.pair, cell=_cell(delta))
        enough = score >= (0.75 if size >= LARGE and not delta.pair else 0.45)
        if enough and not (size > FEW and delta.after is None and _remains(one, texts)):
            found.append(Candidate(one, delta, score))
        elif score or not _brands_known(one, texts):
            faint.append(Candidate(one, delta, FAINT))
    if found:
        return foremost(found, faint), faint
    best = foremost(sorted(faint, key=lambda c: -c.match.rule.weight)[:1])
    return (best, []) if size <= FEW else ([], best)  # few words stand elsewhere too, yet nobody said this


def _cell(delta: Delta) -> bool:
    """Say whether this is a cell of a row that came or went."""
    side = delta.told
    return not delta.pair and side is not None and side.clause is not None and side.clause.kind is ClauseKind.ROW


def _remains(found: Match, texts: Texts) -> bool:
    """Say whether the new text still names all that a dropped sentence named: then it is told anew, not given up."""
    return bool(found.lost) and all(texts.names(f, False) for f in found.lost)


_ONLY_NEW: Final = frozenset(
    {Category.CONTACT, Category.PURPOSE, Category.SECURITY, Category.NOTICE, Category.RECIPIENTS}
)
"""Categories whose words are common in every policy: what the other text says somewhere too is no change."""
_ONLY_NEW_ALONE: Final = _ONLY_NEW | {Category.METHOD}
"""The same where a whole sentence came or went."""


def _novelty(found: Match, texts: Texts, *, pair: bool, cell: bool) -> float:
    """Say how new the matched facts are to the document: 1 when at least one stands nowhere in the other text."""
    if found.rule.kind in ("force", "swap", "quantity"):
        return 1.0
    fresh = texts.fresh(found)
    facts = (*found.lost, *found.gained)
    if not fresh and _said_anyway(found, facts, cell=cell):
        return 0.0
    if all(f.concept == "method.ai" for f in facts) and all(texts.names(f, f in found.gained) for f in facts):
        return 0.0
    if not fresh and found.rule.category in (_ONLY_NEW if pair else _ONLY_NEW_ALONE):
        swapped = found.lost and found.gained
        return 0.5 if pair and found.rule.category is Category.RECIPIENTS and not swapped else 0.0
    if not all(f.group in ("data", "party", "aim", "method", "place", "e") for f in (*found.lost, *found.gained)):
        return 1.0
    return (0.6 if guessed(found) else 1.0) if fresh else 0.5


def _brands_known(found: Match, texts: Texts) -> bool:
    """Say whether a match stands on names alone that the other text knows: not even faintly does it tell anything."""
    return all(f.concept == "party.brand" for f in (*found.lost, *found.gained)) and not texts.fresh(found)


def _said_anyway(found: Match, facts: tuple[Fact, ...], *, cell: bool) -> bool:
    """Say whether these are names, or countries of a row that came or went: where they are known they mean nothing."""
    named = found.rule.kind == "entity" or all(f.concept == "party.brand" for f in facts)
    return named or (cell and all(f.group == "place" for f in facts))


def _elsewhere(candidates: list[Candidate], kept: list[Candidate]) -> list[Editorial]:
    """Note the sentences that went at one place and came at another, and say the same there."""
    there = {id(side) for c in kept for side in (c.delta.before, c.delta.after) if side}
    gone = {id(c.delta): c.delta for c in candidates}.values()
    return [_note(EditorialKind.RESTATED, d) for d in gone if not {id(d.before), id(d.after)} & there]


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
