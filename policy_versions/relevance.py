"""How likely a careful reader lists a category among the matters of a change: a small linear model of what was found.

The model only ranks what rules found, for who asks for the most telling findings: it never finds, never judges a
direction, and a check, which asks for all, does not use it. Nothing in it
looks at a direction, so that the change back is told the same. Its weights are learned by tests/relevance from figures
of labelled changes (how many findings, how sure, how new to the text), and each is a sum that can be read off.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import exp, log
from pathlib import Path
from typing import Final

from policy_versions.extent import FEW
from policy_versions.facts import Fact
from policy_versions.findings import Candidate, material
from policy_versions.matchers import Match
from policy_versions.model import Category

WEIGHTS: Final = Path(__file__).parent / "relevance.json"
Fresh = Callable[[Match], Sequence[Fact]]
"""Which facts of a match the other text does not name in the same words."""
LIKELY: Final = 0.42
"""From this likelihood on a category is told among others."""


def traits(found: Sequence[Candidate], everything: Sequence[Candidate], size: int, fresh: Fresh) -> dict[str, float]:
    """Describe what was found of one category by figures; `size`: how many edits the change has."""
    category = found[0].match.rule.category
    edits: dict[int, set[Category]] = {}
    best: dict[int, float] = {}
    for c in everything:
        if c.match.rule.category is not Category.UNCLASSIFIED:
            edits.setdefault(id(c.delta), set()).add(c.match.rule.category)
            best[id(c.delta)] = max(best.get(id(c.delta), 0.0), c.score)
    first = max(found, key=lambda c: c.score)
    new = sum(bool(fresh(c.match)) for c in found)
    return {
        "one": 1.0,
        f"category {category}": 1.0,
        f"kind {first.match.rule.kind}": 1.0,
        "score": first.score,
        "beside": max(best[id(c.delta)] for c in found),
        "findings": log(len(found)),
        "share": len(found) / max(1, len(everything)),
        "edits": log(1 + size),
        "few": float(size <= FEW),
        "categories": float(len({c for cs in edits.values() for c in cs})),
        "alone": float(any(len(edits[id(c.delta)]) == 1 for c in found)),
        "pair": float(any(c.delta.pair for c in found)),
        "fresh": float(new > 0),
        "all fresh": new / len(found),
        "guess": float(all(c.match.rule.last for c in found)),
    }


@cache
def weights() -> Mapping[str, float]:
    """Load the learned weights."""
    learned: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return learned


def likelihood(described: Mapping[str, float], learned: Mapping[str, float] | None = None) -> float:
    """Say how likely a careful reader lists the category that was described so, 0 to 1."""
    told = weights() if learned is None else learned
    return 1 / (1 + exp(-sum(told.get(name, 0.0) * value for name, value in described.items())))


def by_category(everything: Sequence[Candidate]) -> dict[Category, list[Candidate]]:
    """Group what rules explain by category, in the order of the document."""
    groups: dict[Category, list[Candidate]] = {}
    for candidate in everything:
        if candidate.match.rule.category is not Category.UNCLASSIFIED:
            groups.setdefault(candidate.match.rule.category, []).append(candidate)
    return groups


def relevant(
    everything: Sequence[Candidate], describe: Callable[[Sequence[Candidate]], Mapping[str, float]]
) -> list[Candidate]:
    """Leave out the categories that a careful reader would hardly list beside the others.

    The likeliest category always stays, and so does the likeliest material one: a change never becomes less for it.
    What no rule explains stays as well.
    """
    groups = by_category(everything)
    sure = {category: likelihood(describe(found)) for category, found in groups.items()}
    kept = {category for category, share in sure.items() if share >= LIKELY}
    kept |= {max(sure, key=lambda c: sure[c])} if sure else set()
    weighty = [c for c, found in groups.items() if any(material(one.match) for one in found)]
    if weighty and not kept.intersection(weighty):
        kept.add(max(weighty, key=lambda c: sure[c]))
    return [c for c in everything if c.match.rule.category in kept or c.match.rule.category not in groups]
