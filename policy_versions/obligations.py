"""Findings x jurisdictions -> what must be done and how long before: the decision table of `obligations.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from policy_versions.duty_table import FLOOR, Cell, Modifier, Row, Table, table
from policy_versions.errors import ConfigError
from policy_versions.model import Category, Confidence, Finding, Level, Obligation

_NO_LEVELS: Final[Mapping[Level, int]] = {}


@dataclass(frozen=True, slots=True)
class Conditions:
    """What counsel knows about the circumstances: true, false, or (not named) unknown, which counts as true.

    `old_rule_days` is the wait that the old text itself promised for changes (M11), in days.
    """

    values: Mapping[str, bool] = field(default_factory=dict)
    old_rule_days: int = 0

    def known(self, name: str) -> bool | None:
        """Return the answer, or None while nobody gave one."""
        return True if name == "always" else self.values.get(name)

    def holds(self, name: str, unknown: bool = True) -> bool:
        """Say whether a condition counts as true; by default an unanswered one does."""
        answer = self.known(name)
        return unknown if answer is None else answer

    def but(self, **answers: bool) -> Conditions:
        """Return these conditions with some answers added or replaced."""
        return replace(self, values={**self.values, **answers})


UNKNOWN: Final = Conditions()


def duty(
    finding: Finding, *, jurisdictions: Sequence[str] = ("CN",), floor: bool = True, conditions: Conditions = UNKNOWN
) -> Obligation:
    """Return what one finding asks for: the strictest of each jurisdiction's law, the policy's own floor and modifiers.

    `Obligation.jurisdictions` keeps each column's own level (`floor` among them), so that the law's share shows.
    Raises ConfigError for a jurisdiction or condition the table does not know. Source: LAW table in obligations.yaml.
    """
    rules = table()
    _validate(rules, jurisdictions, conditions)
    known = conditions if conditions.known("sensitive") is not None else conditions.but(sensitive=finding.sensitive)
    rows = _rows(rules, finding)
    columns = (*jurisdictions, FLOOR) if floor else tuple(jurisdictions)
    levels = {c: max((_cell_level(row.cells[c], known) for row in rows), key=_rank) for c in columns}
    blocks = {b for c in columns for row in rows for b in _cell_blocks(row.cells[c], known)}
    working = tuple(m for m in rules.modifiers if m.at == "release" and _applies(m, finding, known))
    changed = _modify(levels, working, known)
    blocks |= {m.name for m in working if m.block and _blocks(m, columns, known)}
    level = max(levels.values(), key=_rank)
    guardian = [m for m in working if m.guardian_from is not None and level.rank >= m.guardian_from.rank]
    lead, waits = _lead(rows, working, columns, level, known)
    names = changed | blocks.intersection(m.name for m in working) | {m.name for m in guardian} | waits
    laws = [row.law for row in rows] + [m.law for m in working if m.name in names]
    return Obligation(
        level=level,
        lead_days=lead,
        law=tuple(dict.fromkeys(ref for law in laws for c in jurisdictions for ref in law.get(c, ()))),
        guardian=level is Level.GUARDIAN or bool(guardian),
        blocks=tuple(sorted(blocks)),
        jurisdictions=levels,
        modifiers=tuple(m.name for m in rules.modifiers if m.name in names),
    )


def level_of(
    findings: Iterable[Finding],
    *,
    jurisdictions: Sequence[str] = ("CN",),
    floor: bool = True,
    conditions: Conditions = UNKNOWN,
) -> Level:
    """Return the strictest level over the material findings; `none` when there is no material one."""
    duties = (
        duty(f, jurisdictions=jurisdictions, floor=floor, conditions=conditions).level for f in findings if f.material
    )
    return max(duties, key=_rank, default=Level.NONE)


def law_level(obligation: Obligation) -> Level:
    """Return what the law alone asks for, without the policy's own promise: nobody may lower a finding below it."""
    return max((v for k, v in obligation.jurisdictions.items() if k != FLOOR), key=_rank, default=Level.NONE)


def questions(
    finding: Finding, *, jurisdictions: Sequence[str] = ("CN",), floor: bool = True, conditions: Conditions = UNKNOWN
) -> tuple[str, ...]:
    """Name the unanswered conditions whose answer may change what a finding asks for, in the table's order.

    One counts when a no to it alone would ease the duty, or when it alone would keep it up while all others are no.
    """

    def with_answers(answers: Mapping[str, bool]) -> Obligation:
        return duty(finding, jurisdictions=jurisdictions, floor=floor, conditions=conditions.but(**answers))

    unsaid = [n for n in table().conditions if conditions.known(n) is None and n != "sensitive"]
    strict, mild = with_answers({}), with_answers(dict.fromkeys(unsaid, False))
    if strict == mild:
        return ()
    return tuple(
        name
        for name in unsaid
        if with_answers({name: False}) != strict or with_answers({n: False for n in unsaid if n != name}) != mild
    )


def conditions() -> Mapping[str, Mapping[str, str]]:
    """Return the conditions that may be answered, each with its question by language."""
    return table().conditions


def next_number(previous: str | None, level: Level) -> str:
    """Return the number that a change leads to: major = somebody's consent, minor = a prominent notice, else patch."""
    if not previous:
        return "1.0.0"
    major, minor, patch = number_key(previous)
    if level.asks:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if level is Level.PROMINENT else f"{major}.{minor}.{patch + 1}"


def number_key(number: str) -> tuple[int, int, int]:
    """Return a number's parts for comparing (`3` is 3.0.0); raises ConfigError when it is not up to three integers."""
    parts = number.split(".")
    if len(parts) > 3 or not all(p.isascii() and p.isdigit() for p in parts):
        raise ConfigError([f"version number `{number}`: not MAJOR.MINOR.PATCH (like 2.0.1)"])
    major, minor, patch = (*(int(p) for p in parts), 0, 0)[:3]
    return major, minor, patch


def lead_days(obligations: Iterable[Obligation], lead: Mapping[Level, int] = _NO_LEVELS) -> int:
    """Return the days between announcing and effect: the law table's, lengthened by the product's minimum a level.

    An urgent order (M14) is not lengthened; a change that anybody is told of waits a day at least, because telling
    comes before effect.
    """
    return max((_wait(o, lead) for o in obligations), default=0)


def earliest(today: date, obligations: Iterable[Obligation], lead: Mapping[Level, int] = _NO_LEVELS) -> date:
    """Return the first lawful effective date of a release announced on `today`."""
    return after(today, lead_days(obligations, lead))


def after(day: date, days: int) -> date:
    """Return the day so many days later; the last day there is where the calendar ends before."""
    return day + timedelta(days=min(days, (date.max - day).days))


def _wait(obligation: Obligation, lead: Mapping[Level, int]) -> int:
    if obligation.level is Level.NONE:
        return 0
    asks = obligation.level if obligation.level in lead or not obligation.level.asks else Level.CONSENT
    product = 0 if "M14" in obligation.modifiers else lead.get(asks, 0)
    return max(1, obligation.lead_days, product)


def _rank(level: Level) -> int:
    return level.rank


def _rows(rules: Table, finding: Finding) -> tuple[Row, ...]:
    unsure = rules.rows[Category.UNCLASSIFIED]["any"]
    if finding.category is Category.UNCLASSIFIED:
        return (unsure,)
    row = rules.rows[finding.category][finding.direction]
    return (row, unsure) if finding.confidence is Confidence.LOW else (row,)


def _cell_level(cell: Cell, conditions: Conditions) -> Level:
    raised = (r.level for r in cell.raises if r.level is not None and _any(r.when, conditions))
    return max((cell.level, *raised), key=_rank)


def _cell_blocks(cell: Cell, conditions: Conditions) -> Iterable[str]:
    return (r.block for r in cell.raises if r.block and _any(r.when, conditions))


def _any(alternatives: tuple[tuple[str, ...], ...], conditions: Conditions) -> bool:
    return any(all(conditions.holds(name) for name in together) for together in alternatives)


def _applies(modifier: Modifier, finding: Finding, conditions: Conditions) -> bool:
    answer = conditions.known(modifier.when)
    met = modifier.unknown if answer is None else answer is modifier.wanted
    unsure = finding.category is Category.UNCLASSIFIED
    there = not modifier.categories or finding.category in modifier.categories
    return met and there and (unsure or not modifier.directions or finding.direction in modifier.directions)


def _modify(levels: dict[str, Level], working: Sequence[Modifier], conditions: Conditions) -> set[str]:
    """Raise and lower the columns in place; return the names of the modifiers that changed something."""
    changed = set()
    for modifier in working:
        lower = modifier.lower
        if lower is not None and all(conditions.known(n) is False for n in lower.only_if_false):
            for column in lower.columns:
                if levels.get(column) is lower.level_from:
                    levels[column] = lower.level_to
                    changed.add(modifier.name)
    for modifier in working:
        for column, level in modifier.raises.items():
            if column in levels and level.rank > levels[column].rank:
                levels[column] = level
                changed.add(modifier.name)
    return changed


def _blocks(modifier: Modifier, columns: Sequence[str], conditions: Conditions) -> bool:
    block = modifier.block
    if block is None or (block.columns and not set(block.columns) & set(columns)):
        return False
    return not block.unless_false or conditions.holds(block.unless_false)


def _lead(
    rows: Sequence[Row], working: Sequence[Modifier], columns: Sequence[str], level: Level, conditions: Conditions
) -> tuple[int, set[str]]:
    """Return the days, and the names of the modifiers that decided them."""
    if level is Level.NONE:
        return 0, set()
    urgent = {m.name for m in working if m.no_lead}
    if urgent:
        return 0, urgent
    days = max(max(row.lead_default, conditions.old_rule_days if row.lead_old_rule else 0) for row in rows)
    named = set()
    for modifier in working:
        if modifier.lead is None or (modifier.lead_columns and not set(modifier.lead_columns) & set(columns)):
            continue
        least = conditions.old_rule_days if modifier.lead == "old-rule" else int(modifier.lead)
        named |= {modifier.name} if least > days or modifier.lead == "old-rule" else set()
        days = max(days, least)
    return days, named


def _validate(rules: Table, jurisdictions: Sequence[str], conditions: Conditions) -> None:
    problems = [
        f"jurisdiction `{j}` is unknown (allowed: {', '.join(rules.jurisdictions)})"
        for j in jurisdictions
        if j not in rules.jurisdictions
    ]
    problems += [
        f"condition `{c}` is unknown (allowed: {', '.join(rules.conditions)})"
        for c in conditions.values
        if c not in rules.conditions
    ]
    if problems:
        raise ConfigError(problems)
