"""Hold the sentences of a text against what no consent can cure: statutory deadlines, ages, and things never said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from policy_versions import lexicon
from policy_versions.errors import ConfigError
from policy_versions.lint.passages import passages
from policy_versions.papers import Papers, Problem
from policy_versions.quantities import Quantity, quantities
from policy_versions.strict_yaml import Node, ours
from policy_versions.yaml_fields import Fields

_KEYS: Final = ("kind", "unit", "limits", "law", "zh", "en", "at", "elsewhere", "not")
_HERE: Final = "§"  # stands on both sides of the quantity that a pattern `at` looks for
_Q: Final = f"{_HERE}[^{_HERE}]*{_HERE}"


_KEPT: Final = "\0"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a text, where it begins, its language and the lexicon that reads it."""

    language: str
    family: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Floor:
    """One limit: in days or years by jurisdiction, or (kind `never`) a thing that is not to be said.

    `at` says where in a sentence the quantity stands that counts; `elsewhere`: another sentence may keep to it.
    """

    name: str
    kind: str
    unit: str
    limits: Mapping[str, float]
    law: Mapping[str, str]
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    at: Mapping[str, re.Pattern[str]]
    elsewhere: bool
    spared: re.Pattern[str] | None

    def breaks(self, value: float, limit: float) -> bool:
        """Say whether a quantity goes below what the law gives."""
        return value > limit if self.kind == "most" else value < limit

    def spares(self, folded: str) -> bool:
        """Say whether a sentence is about something else after all."""
        return bool(self.spared and self.spared.search(folded))


def problems(papers: Papers) -> Iterator[Problem]:
    """Yield every sentence that goes below a statutory right or deadline in one of the policy's jurisdictions."""
    for language, text in papers.now.items():
        family = lexicon.family(language)
        kept: set[tuple[str, str]] = set()
        found = [one for line, sentence in passages(text, language)
                 for one in _sentence(papers, Said(language, family, line, sentence), kept)]  # fmt: skip
        # What the text grants in another sentence it does not take away where it speaks of other people or places.
        yield from (problem for key, problem in found if key not in kept)


def _sentence(papers: Papers, said: Said, kept: set[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], Problem]]:
    """Yield the floors that a sentence undercuts, by floor and jurisdiction; note in `kept` those that it keeps to."""
    folded = lexicon.load(said.language).fold(said.text)
    for floor in floors():
        patterns = floor.patterns.get(said.family, ())
        if not patterns or not all(p.search(folded) for p in patterns) or floor.spares(folded):
            continue
        for jurisdiction in [j for j in papers.config.jurisdictions if j in floor.law]:
            value = _broken(floor, jurisdiction, folded, said)
            if value is None:
                continue
            if value is _KEPT:
                kept |= {(floor.name, jurisdiction)} if floor.elsewhere else set()
                continue
            args = {"quote": _cut(said.text), "law": floor.law[jurisdiction], "value": value}
            args |= _limit(floor, jurisdiction)
            path = papers.files[said.language]
            yield (floor.name, jurisdiction), Problem(f"floor-{floor.name}", path, said.line, args, words=said.text)


def _broken(floor: Floor, jurisdiction: str, folded: str, said: Said) -> str | None:
    """Return the words of the quantity that breaks a floor, an empty text for what is never said.

    `_KEPT` where a quantity keeps to the floor, None where the sentence states none.
    """
    if floor.kind == "never":
        return ""
    limit = floor.limits[jurisdiction]
    found = [q for q in quantities(folded, lexicon.load(said.language)) if q.kind == floor.unit]
    if place := floor.at.get(said.family):
        found = [q for q in found if place.search(_marked(folded, q))]
    if not found:
        return None
    # Of several the most generous one is meant as the rule, the others as its parts or exceptions.
    best = min(found, key=lambda q: q.value) if floor.kind == "most" else max(found, key=lambda q: q.value)
    return best.surface if floor.breaks(best.value, limit) else _KEPT


def _marked(folded: str, quantity: Quantity) -> str:
    start, end = quantity.start, quantity.end
    return f"{folded[:start]}{_HERE}{folded[start:end]}{_HERE}{folded[end:]}"


def _limit(floor: Floor, jurisdiction: str) -> dict[str, str]:
    limit = floor.limits.get(jurisdiction)
    return {} if limit is None else {"limit": f"{limit:g}"}


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79] + "…"


@cache
def floors() -> tuple[Floor, ...]:
    """Return the floors of floors.yaml; ConfigError for a file that is not as it should be."""
    name = "floors.yaml"
    reader = Fields(name)
    top = reader.table("", ours(Path(__file__).parent / name, name), ("floors",), needed=("floors",))
    found = reader.children("floors", top.get("floors", {}), lambda at, node, key: _floor(reader, at, node, key))
    if reader.problems:
        raise ConfigError(reader.problems)
    return tuple(found.values())


def _floor(reader: Fields, at: str, node: Node, name: str) -> Floor:
    given = reader.table(at, node, _KEYS, needed=("kind", "law", "zh", "en"))
    limits = reader.texts(f"{at}.limits", given.get("limits", {}))
    spared = reader.text(f"{at}.not", given.get("not", ""))
    return Floor(
        name,
        reader.text(f"{at}.kind", given.get("kind", "")),
        reader.text(f"{at}.unit", given.get("unit", "")),
        {k: float(v) for k, v in limits.items()},
        reader.texts(f"{at}.law", given.get("law", {})),
        {
            x: tuple(re.compile(p) for p in reader.items(f"{at}.{x}", given.get(x, []), reader.text))
            for x in ("zh", "en")
        },
        {k: re.compile(p.replace("{q}", _Q)) for k, p in reader.texts(f"{at}.at", given.get("at", {})).items()},
        reader.truth(f"{at}.elsewhere", given.get("elsewhere", "false")),
        re.compile(spared) if spared else None,
    )
