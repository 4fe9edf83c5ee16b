"""Read `obligations.yaml` strictly: every row there, every word of it known, all problems at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from policy_versions.errors import ConfigError
from policy_versions.model import Category, Direction, Level
from policy_versions.strict_yaml import Node, ours, read

FLOOR: Final = "floor"
_LEAD: Final = re.compile(r"(\d{1,3}|old-rule)/(\d{1,3})")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Raise:
    """Where one of `when` (each: conditions that hold together) is true: at least `level`, or the stop `block`."""

    when: tuple[tuple[str, ...], ...]
    level: Level | None = None
    block: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one jurisdiction asks for one row."""

    level: Level
    raises: tuple[Raise, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One category and direction: cells by jurisdiction and `floor`, days of lead (legal, default), references."""

    cells: Mapping[str, Cell]
    lead_legal: int
    lead_default: int
    lead_old_rule: bool
    law: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Lower:
    """A level that sinks in some columns, if these conditions are known to be false."""

    level_from: Level
    level_to: Level
    columns: tuple[str, ...]
    only_if_false: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A stop, in some columns or in all (empty), lifted when `unless_false` is known to be false."""

    columns: tuple[str, ...] = ()
    unless_false: str = ""


@dataclass(frozen=True, slots=True)
class Modifier:
    """What applies after the row, on the release or later on each person."""

    name: str
    when: str
    wanted: bool
    unknown: bool
    at: str
    categories: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    raises: Mapping[str, Level] = field(default_factory=dict)
    lower: Lower | None = None
    block: Block | None = None
    guardian_from: Level | None = None
    lead: str | None = None
    lead_columns: tuple[str, ...] = ()
    no_lead: bool = False
    measures: tuple[str, ...] = ()
    law: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """The whole decision table."""

    jurisdictions: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, str]]
    rows: Mapping[str, Mapping[str, Row]]
    modifiers: tuple[Modifier, ...]


@cache
def table() -> Table:
    """Return the table that ships with the package."""
    name = "obligations.yaml"
    return _parsed(ours(Path(__file__).parent / name, name), name)


def parse(data: bytes, name: str = "obligations.yaml") -> Table:
    """Read a decision table; raises ConfigError with every problem, each with its key and what is allowed."""
    return _parsed(read(data, name), name)


def _parsed(node: Node, name: str) -> Table:
    reader = _Reader(name)
    found = reader.table(node)
    if reader.problems:
        raise ConfigError(reader.problems)
    return found


class _Reader:
    """Collects problems while it reads; what it returns counts only when there are none."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[str] = []
        self.conditions: tuple[str, ...] = ()
        self.jurisdictions: tuple[str, ...] = ()

    def table(self, node: Node) -> Table:
        top = self.mapping("", node, ("schema", "jurisdictions", "conditions", "rows", "modifiers"))
        self.word("schema", top.get("schema", ""), ("1",))
        self.jurisdictions = self.words("jurisdictions", top.get("jurisdictions", []), None)
        conditions = {
            name: {"zh-CN": zh, "en": en} for name, zh, en in self.lines("conditions", top.get("conditions", ""), 3)
        }
        self.conditions = tuple(conditions)
        rows = self.rows(self.lines("rows", top.get("rows", ""), len(self.jurisdictions) + 5))
        modifiers = self.mapping("modifiers", top.get("modifiers", {}), None)
        return Table(
            self.jurisdictions, conditions, rows, tuple(self.modifier(name, child) for name, child in modifiers.items())
        )

    def lines(self, key: str, node: Node, width: int) -> list[list[str]]:
        """Split a block of `a | b | c` lines; such tables read better than nested keys, and far faster."""
        found = [[cell.strip() for cell in line.split("|")] for line in str(node).split("\n") if line.strip()]
        for number, cells in enumerate(found, 1):
            if len(cells) != width or not all(cells):
                self.problem(key, f"line {number} of the block: {len(cells)} cells", f"{width}, none empty")
        return [cells for cells in found if len(cells) == width]

    def rows(self, lines: list[list[str]]) -> dict[str, dict[str, Row]]:
        wanted = {(str(c), str(d)) for c in Category for d in Direction if c is not Category.UNCLASSIFIED}
        wanted.add((Category.UNCLASSIFIED, "any"))
        found: dict[str, dict[str, Row]] = {}
        for category, direction, *cells in lines:
            key = f"rows.{category}.{direction}"
            if (category, direction) not in wanted or direction in found.get(category, {}):
                self.problem(key, "unknown or there twice", ", ".join(sorted({c for c, _ in wanted})))
            found.setdefault(category, {})[direction] = self.row(key, cells)
        for category, direction in sorted(wanted):
            if direction not in found.get(category, {}):
                self.problem(f"rows.{category}.{direction}", "missing")
        return found

    def row(self, key: str, given: list[str]) -> Row:
        *texts, days, references = given
        cells = {c: self.cell(f"{key}.{c}", t) for c, t in zip((*self.jurisdictions, FLOOR), texts, strict=True)}
        lead = _LEAD.fullmatch(days)
        if lead is None:
            self.problem(f"{key}.lead", f"`{days}`", "LEGAL/DEFAULT in days, like 0/30 or old-rule/30")
        legal, default = lead.groups() if lead else ("0", "0")
        old = legal == "old-rule"
        law = {} if references == "-" else self.references(f"{key}.law", references)
        return Row(cells, 0 if old else int(legal), int(default), old, law)

    def references(self, key: str, text: str) -> dict[str, tuple[str, ...]]:
        parts = [part.partition(": ") for part in text.split(" / ")]
        return {
            self.word(key, name.strip(), self.jurisdictions): tuple(r.strip() for r in refs.split(","))
            for name, _, refs in parts
        }

    def cell(self, key: str, text: str) -> Cell:
        first, *rest = (part.strip() for part in text.split(";"))
        return Cell(self.level(key, first), tuple(self.raised(key, part) for part in rest))

    def raised(self, key: str, text: str) -> Raise:
        conditions, arrow, effect = text.partition("→")
        if not arrow:
            self.problem(key, f"`{text}`", "condition→level or condition→block:NAME")
        when = tuple(tuple(a.strip() for a in either.split(" and ")) for either in conditions.split(" or "))
        for condition in (c for together in when for c in together):
            self.word(key, condition, self.conditions)
        block = effect.strip().removeprefix("block:")
        return Raise(when, block=block) if block != effect.strip() else Raise(when, self.level(key, block))

    def modifier(self, name: str, node: Node) -> Modifier:
        key = f"modifiers.{name}"
        fields = ("when", "is", "unknown", "at", "categories", "directions", "raise", "lower", "block", "guardian_from")
        given = self.mapping(key, node, (*fields, "lead", "measures", "law"), needed=("when", "unknown", "at", "law"))
        lead = self.mapping(f"{key}.lead", given.get("lead", {}), ("least", "in", "none"))
        return Modifier(
            name,
            when=self.word(f"{key}.when", given.get("when", ""), (*self.conditions, "always")),
            wanted=self.truth(f"{key}.is", given.get("is", "true")),
            unknown=self.truth(f"{key}.unknown", given.get("unknown", "")),
            at=self.word(f"{key}.at", given.get("at", ""), ("release", "person")),
            categories=self.words(f"{key}.categories", given.get("categories", []), tuple(Category)),
            directions=self.words(f"{key}.directions", given.get("directions", []), tuple(Direction)),
            raises={
                c: self.level(f"{key}.raise.{c}", str(v))
                for c, v in self.mapping(f"{key}.raise", given.get("raise", {}), self.jurisdictions).items()
            },
            lower=self.given(given, "lower", lambda child: self.lower(f"{key}.lower", child)),
            block=self.given(given, "block", lambda child: self.block(f"{key}.block", child)),
            guardian_from=self.given(given, "guardian_from", lambda v: self.level(f"{key}.guardian_from", str(v))),
            lead=self.given(lead, "least", lambda v: self.days(f"{key}.lead.least", str(v))),
            lead_columns=self.words(f"{key}.lead.in", lead.get("in", []), self.jurisdictions),
            no_lead=self.truth(f"{key}.lead.none", lead.get("none", "false")),
            measures=self.words(f"{key}.measures", given.get("measures", []), None),
            law=self.law(f"{key}.law", given.get("law", {})),
        )

    def lower(self, key: str, node: Node) -> Lower:
        fields = ("from", "to", "in", "only_if_false")
        given = self.mapping(key, node, fields, needed=fields)
        return Lower(
            self.level(f"{key}.from", str(given.get("from", ""))),
            self.level(f"{key}.to", str(given.get("to", ""))),
            self.words(f"{key}.in", given.get("in", []), self.jurisdictions),
            self.words(f"{key}.only_if_false", given.get("only_if_false", []), self.conditions),
        )

    def block(self, key: str, node: Node) -> Block:
        given = self.mapping(key, node, ("in", "unless_false"))
        unless = self.given(given, "unless_false", lambda v: self.word(f"{key}.unless_false", v, self.conditions))
        return Block(self.words(f"{key}.in", given.get("in", []), self.jurisdictions), unless or "")

    def given(self, mapping: Mapping[str, Node], key: str, make: Callable[[Node], _T]) -> _T | None:
        return make(mapping[key]) if key in mapping else None

    def law(self, key: str, node: Node) -> dict[str, tuple[str, ...]]:
        return {
            c: self.words(f"{key}.{c}", refs, None) for c, refs in self.mapping(key, node, self.jurisdictions).items()
        }

    def days(self, key: str, text: str) -> str:
        if text != "old-rule" and not text.isdecimal():
            self.problem(key, f"`{text}`", "days, or old-rule")
        return text

    def level(self, key: str, text: str) -> Level:
        return Level(self.word(key, text, tuple(Level)) or Level.NONE)

    def truth(self, key: str, node: Node) -> bool:
        return self.word(key, node, ("true", "false")) == "true"

    def word(self, key: str, node: Node, allowed: tuple[str, ...]) -> str:
        if isinstance(node, str) and node in allowed:
            return str(node)
        self.problem(key, f"`{node}`", ", ".join(allowed))
        return ""

    def words(self, key: str, node: Node, allowed: tuple[str, ...] | None) -> tuple[str, ...]:
        if not isinstance(node, list):
            self.problem(key, "not a list")
            return ()
        found = tuple(str(child) for child in node)
        for child in found:
            if allowed is not None:
                self.word(key, child, allowed)
        return found

    def mapping(
        self, key: str, node: Node, allowed: tuple[str, ...] | None, needed: tuple[str, ...] = ()
    ) -> dict[str, Node]:
        if not isinstance(node, dict):
            self.problem(key, "not a mapping")
            return {}
        for child in node:
            if allowed is not None and child not in allowed:
                self.problem(f"{key}.{child}".lstrip("."), "unknown key", ", ".join(allowed))
        for child in needed:
            if child not in node:
                self.problem(f"{key}.{child}".lstrip("."), "missing")
        return node

    def problem(self, key: str, what: str, allowed: str = "") -> None:
        self.problems.append(f"{self.name}: key `{key}`: {what}" + (f" (allowed: {allowed})" if allowed else ""))
