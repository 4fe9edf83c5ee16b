"""What people call the concepts of the lexicons, which are wider, and which W3C DPV term says the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, cast

from policy_versions.errors import ConfigError
from policy_versions.strict_yaml import ours

FOLDER: Final = Path(__file__).parent
SPACES: Final = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "tech": "https://w3id.org/dpv/tech#",
    "risk": "https://w3id.org/dpv/risk#",
}
"""Where the ids of DPV 2.3 live; an id is `space:Term`."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept: its label by language, its DPV ids, the wider concept, and why it has no id, by language."""

    name: str
    label: dict[str, str]
    terms: tuple[str, ...] = ()
    broader: str = ""
    why_none: dict[str, str] = field(default_factory=dict)


@cache
def load() -> dict[str, Concept]:
    """Load all concepts; raises ConfigError naming file and line or concept."""
    file = FOLDER / "concepts.yaml"
    data = cast("dict[str, dict[str, object]]", ours(file, f"concepts/{file.name}"))
    problems = [f"concepts/{file.name}: {name}: needs `zh-CN` and `en`" for name in data if not _labelled(data[name])]
    if problems:
        raise ConfigError(problems)
    return {name: _concept(name, given) for name, given in data.items()}


def _labelled(given: object) -> bool:
    return isinstance(given, dict) and bool(given.get("zh-CN")) and bool(given.get("en"))


def _concept(name: str, given: dict[str, object]) -> Concept:
    return Concept(
        name,
        {language: str(given[language]) for language in ("zh-CN", "en")},
        tuple(cast("list[str]", given.get("terms", []))),
        str(given.get("broader", "")),
        cast("dict[str, str]", given.get("no-term", {})),
    )


def find(name: str) -> Concept | None:
    """Give a concept, or the nearest wider one that is known; a purpose named as an aim is that purpose."""
    parts = (f"purpose.{name[4:]}" if name.startswith("aim.") else name).split(".")
    known = (load().get(".".join(parts[:n])) for n in range(len(parts), 1, -1))
    return next((concept for concept in known if concept), None)


def iris(names: Iterable[str]) -> tuple[str, ...]:
    """Give the IRIs of some concepts, each once, in order."""
    found = (concept for name in names if (concept := find(name)))
    return tuple(dict.fromkeys(iri(term) for concept in found for term in concept.terms))


def iri(term: str) -> str:
    """Write an id as an IRI."""
    space, name = term.split(":", 1)
    return SPACES[space] + name


@cache
def vocabulary() -> dict[str, tuple[str, ...]]:
    """Give the ids of DPV 2.3 that may be named, with the ids of their broader classes."""
    lines = (FOLDER / "dpv-2.3.txt").read_text(encoding="utf-8").splitlines()
    return {(parts := line.split())[0]: tuple(parts[1:]) for line in lines if line and not line.startswith("#")}


@cache
def broader(name: str) -> frozenset[str]:
    """Name all concepts that are wider: by name, by our word for it, or because DPV says so of their terms."""
    mine = find(name)
    found: set[str] = set()
    left = [mine.name] if mine else []
    while left:
        fresh = _wider(left.pop()) - found
        found |= fresh
        left += sorted(fresh)
    return frozenset(found - {mine.name} if mine else found)


TOO_WIDE: Final = frozenset({"data.any", "data.messages", "party.brand", "purpose.any", "purpose.word"})
"""What everything of its group falls under, or what DPV alone takes to be wider (voice under messages)."""


@cache
def _wider(name: str) -> frozenset[str]:
    """Name the concepts that are wider by one step of name or word, or by any of DPV."""
    mine = load()[name]
    parts = name.split(".")
    near = {".".join(parts[:n]) for n in range(2, len(parts))} | ({mine.broader} if mine.broader else set())
    above = frozenset[str]().union(*(_above(term) for term in mine.terms)) - set(mine.terms)
    near |= {c.name for c in load().values() if c.name.startswith(f"{parts[0]}.") and above & set(c.terms)}
    return frozenset((near - TOO_WIDE) & load().keys())


def _above(term: str) -> frozenset[str]:
    found: set[str] = set()
    left = [term]
    while left:
        fresh = set(vocabulary().get(left.pop(), ())) - found
        found |= fresh
        left += sorted(fresh)
    return frozenset(found - {term})
