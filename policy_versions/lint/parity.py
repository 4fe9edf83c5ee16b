"""Languages in step: what was found in one text of a policy must come out of every other, clause by clause.

Each finding seeks its counterpart in the other text, for each place that it stands for: the sentence that a person
quoted (`same_as` of a decision), a finding of the same kind and direction, or one that no rule explains at the same
place. Where both old texts have the same clauses (or, failing that, the same headings: then by sections) places
correspond, and one that stayed as it was is a forgotten translation: also of a finding that two people overruled, for
the sentence changed all the same. A sentence of that kind somewhere else is no counterpart.
Where one finding of a clause has its counterpart, another kind beside it in one language only warns: the rules of two
languages name one sentence differently, and the stricter of both counts for the release anyway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policy_versions import spots
from policy_versions.decisions import decided, dismissed, judged
from policy_versions.model import Category, Direction, Finding, ReleaseFinding
from policy_versions.papers import Papers, Problem
from policy_versions.spots import Spot, near
from policy_versions.wording import shorten

RULES: Final = ("language-behind", "parity-missing", "parity-extra", "parity-opposite")
_CLASH: Final = {Direction.EXPANDS: Direction.RESTRICTS, Direction.RESTRICTS: Direction.EXPANDS}
_SHORTEST: Final = 4  # characters of a quoted sentence
_LONGEST: Final = 80  # characters of a passage that a message names


@dataclass(kw_only=True)
class _Side(spots.Sides):
    """One language: its texts, and its findings (place by place) as people judged them or overruled."""

    path: str
    found: Sequence[ReleaseFinding]
    overruled: Sequence[ReleaseFinding] = ()


def problems(papers: Papers) -> Iterator[Problem]:
    """Yield what one language says and another does not; texts that are new in a language have nothing to compare."""
    sides = {x: _side(papers, x) for x in papers.now if x in papers.before}
    lead = papers.config.authoritative if papers.config.authoritative in sides else next(iter(sides), "")
    for language, side in sides.items():
        if language != lead:
            yield from _between(papers, sides[lead], side)


def _side(papers: Papers, language: str) -> _Side:
    release, config = papers.release, papers.config
    own = [f for f in release.findings if f.language == language and (f.finding.material or _odd(f.finding))]
    overruled = [f for f in own if dismissed(release, f, config)]
    as_judged = [
        ReleaseFinding(judged(f.finding, decided(release, f)), language, f.obligation)
        for f in own
        if f not in overruled
    ]
    return _Side(
        language=language,
        before=papers.before[language],
        after=papers.now[language],
        path=papers.files[language],
        found=[one for f in as_judged for one in spots.places(f)],
        overruled=[one for f in overruled for one in spots.places(f)],
    )


def _odd(finding: Finding) -> bool:
    return finding.category is Category.UNCLASSIFIED


def _between(papers: Papers, lead: _Side, other: _Side) -> Iterator[Problem]:
    any_found = any((lead.found, other.found, lead.overruled, other.overruled))
    pair = spots.corresponding(lead, other) if any_found else None
    parallel = pair is not None
    lead, other = pair or (lead, other)
    here, there = Counter(map(_kind, lead.found)), Counter(map(_kind, other.found))
    for one, two, missing, counts in ((lead, other, "parity-missing", there), (other, lead, "parity-extra", here)):
        left = counts.copy()
        said: set[tuple[str, int]] = set()
        for found in (*one.found, *one.overruled):
            overruled = found in one.overruled
            if overruled:
                fault = None if _said(papers, found, two) else _behind(found, one, two, parallel=parallel)
            else:
                fault = _fault(papers, found, one, two, left, parallel=parallel)
            if fault is None:
                continue
            code, line, words = fault
            key = (code, line if code == "language-behind" else id(found))
            if key in said:
                continue
            said.add(key)
            mild = code in {"absent", "elsewhere"} and _agreed(found, one, two, parallel=parallel)
            code = missing if code in {"absent", "elsewhere"} else code
            args = _args(found, one, two, words, overruled=overruled)
            yield Problem(code, two.path, line, args, blocks=False if mild else None)


def _fault(
    papers: Papers, found: ReleaseFinding, one: _Side, two: _Side, left: Counter[tuple[str, str]], *, parallel: bool
) -> tuple[str, int, str] | None:
    """Return what is wrong with the other text for a finding: code, line there, words there; None where it says it."""
    finding = found.finding
    if _said(papers, found, two):
        return None
    if behind := _behind(found, one, two, parallel=parallel):
        return behind
    spot = one.spot(finding) if parallel else None
    kind = _kind(found)
    if left[kind]:
        # Of one kind a translation may join or part what the other text says in two sentences: places decide.
        left[kind] -= 0 if spot is not None else 1
        if spot is None or _unexplained_at(spot, two):
            return None
        there = any(_kind(f) == kind and _beside(two.spot(f.finding), spot) for f in two.found)
        return None if there else ("elsewhere", two.line_of(spot)[0], "")
    if _odd(finding) or (spot is not None and _unexplained_at(spot, two)):
        return None
    clash = (str(finding.category), str(_CLASH.get(finding.direction, "")))
    line = two.line_of(spot)[0] if spot is not None else 1
    return ("parity-opposite" if left[clash] else "absent"), line, ""


def _behind(found: ReleaseFinding, one: _Side, two: _Side, *, parallel: bool) -> tuple[str, int, str] | None:
    """Return where the other text stayed as it was, though the sentence of a finding changed."""
    spot = one.spot(found.finding) if parallel else None
    if spot is not None and not _followed(spot, two.touched):
        line, words = two.line_of(spot)
        return "language-behind", line, words
    in_text = found.finding.lines_after.first or found.finding.lines_before.first  # a risk stands in no text
    return ("language-behind", 1, "") if in_text and two.before == two.after else None


def _said(papers: Papers, found: ReleaseFinding, two: _Side) -> bool:
    """Say whether a person quoted, and rightly, the sentence of the other text that says or (removed) said the same."""
    decision = decided(papers.release, found)
    quoted = decision.same_as.get(two.language, "").strip() if decision else ""
    if len(quoted) < _SHORTEST:
        return False
    if found.finding.evidence_after:
        return quoted in two.after
    return quoted in two.before and quoted not in two.after


def _followed(spot: Spot, touched: frozenset[Spot]) -> bool:
    """Say whether the other text changed at a place; what is added may have gone into the clause beside it."""
    if spot == int(spot):
        return spot in touched or {spot - 0.5, spot + 0.5} & touched != set()
    return any(near(spot, t) for t in touched)


def _beside(one: Spot | None, other: Spot) -> bool:
    return one is None or near(one, other)


def _unexplained_at(spot: Spot, side: _Side) -> bool:
    return any(_odd(f.finding) and (s := side.spot(f.finding)) is not None and near(s, spot) for f in side.found)


def _agreed(found: ReleaseFinding, one: _Side, two: _Side, *, parallel: bool) -> bool:
    """Say whether the clause of a finding has, in both texts, another finding of one kind and this direction."""
    spot = one.spot(found.finding) if parallel and not one.sections else None
    if spot is None:
        return False
    here = {_kind(f) for f in one.found if one.spot(f.finding) == spot}
    there = {_kind(f) for f in two.found if (s := two.spot(f.finding)) is not None and near(s, spot)}
    return any(direction == found.finding.direction for _category, direction in here & there)


def _kind(found: ReleaseFinding) -> tuple[str, str]:
    return str(found.finding.category), str(found.finding.direction)


def _args(found: ReleaseFinding, one: _Side, two: _Side, words: str, *, overruled: bool) -> dict[str, str]:
    finding = found.finding
    added = "added" if words and not finding.evidence_before else ""
    variant = "overruled" if overruled else "section" if words and one.sections else added
    quote = shorten(finding.evidence_after or finding.evidence_before, _LONGEST)
    return {
        "language": two.language,
        "other": one.language,
        "quote": quote,
        "words": shorten(words, _LONGEST) or "—",
        **({"variant": variant} if variant else {}),
        "category": str(finding.category),
        "direction": str(finding.direction),
        "fingerprint": finding.fingerprint[:12],
    }
