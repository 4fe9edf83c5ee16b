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
from policy_versions.papers import Papers, Problem
from policy_versions.quantities import Quantity, quantities
from policy_versions.sentences import sentences
from policy_versions.strict_yaml import Node, read
from policy_versions.yaml_fields import Fields

_WITHIN: Final = {"zh": re.compile(r"^\s*(?:之|以)?内"), "en": re.compile(r"\b(?:within|in up to|up to)\D{0,24}$")}
_KEYS: Final = ("kind", "unit", "limits", "law", "zh", "en", "within", "not")


@dataclass(frozen=True, slots=True)
class Floor:
    """One limit: in days or years by jurisdiction, or (kind `never`) a thing that is not to be said."""

    name: str
    kind: str
    unit: str
    limits: Mapping[str, float]
    law: Mapping[str, str]
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    within: bool
    spared: re.Pattern[str] | None

    def breaks(self, value: float, limit: float) -> bool:
        """Say whether a quantity goes below what the law gives."""
        return value > limit if self.kind == "most" else value < limit


def problems(papers: Papers) -> Iterator[Problem]:
    """Yield every sentence that goes below a statutory right or deadline in one of the policy's jurisdictions."""
    for language, text in papers.now.items():
        family = lexicon.family(language)
        for number, line in enumerate(text.splitlines(), 1):
            for sentence in sentences(line, language):
                yield from _sentence(papers, papers.files[language], number, sentence, family, language)


def _sentence(papers: Papers, path: str, number: int, sentence: str, family: str, language: str) -> Iterator[Problem]:
    folded = lexicon.load(language).fold(sentence)
    for floor in floors():
        patterns = floor.patterns.get(family, ())
        if not patterns or not all(p.search(folded) for p in patterns):
            continue
        if floor.spared and floor.spared.search(folded):
            continue
        for jurisdiction in papers.config.jurisdictions:
            if jurisdiction not in floor.law:
                continue
            value = _broken(floor, jurisdiction, folded, family, language)
            if value is not None:
                args = {"quote": _cut(sentence), "law": floor.law[jurisdiction], "value": value}
                yield Problem(f"floor-{floor.name}", path, number, args | _limit(floor, jurisdiction))
                break


def _broken(floor: Floor, jurisdiction: str, folded: str, family: str, language: str) -> str | None:
    """Return the words of the quantity that breaks a floor, an empty text for what is never said, else None."""
    if floor.kind == "never":
        return ""
    limit = floor.limits[jurisdiction]
    found = [q for q in quantities(folded, lexicon.load(language)) if q.kind == floor.unit]
    if floor.within:
        found = [q for q in found if _inside(folded, q, family)]
    if not found:
        return None
    # Of several the most generous one is meant as the rule, the others as its parts or exceptions.
    best = min(found, key=lambda q: q.value) if floor.kind == "most" else max(found, key=lambda q: q.value)
    return best.surface if floor.breaks(best.value, limit) else None


def _inside(folded: str, quantity: Quantity, family: str) -> bool:
    if family == "zh":
        return bool(_WITHIN["zh"].match(folded[quantity.end :]))
    return bool(_WITHIN["en"].search(folded[: quantity.start]))


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
    top = reader.table("", read((Path(__file__).parent / name).read_bytes(), name), ("floors",), needed=("floors",))
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
        reader.truth(f"{at}.within", given.get("within", "false")),
        re.compile(spared) if spared else None,
    )
