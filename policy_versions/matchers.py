"""The few kinds of match that rules are made of; each looks at both sides alike, so that swapping them mirrors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from policy_versions.compare import Delta, put_in
from policy_versions.facts import Fact, Statement, said, widened
from policy_versions.model import Direction, Effect
from policy_versions.rules import Rule, load

_BY_SIGN: Final = {1: Direction.EXPANDS, 0: Direction.NEUTRAL, -1: Direction.RESTRICTS}
_SIGNS: Final = {d.value: s for s, d in _BY_SIGN.items()}


@dataclass(frozen=True, slots=True)
class Match:
    """What a rule found in one edit: the facts that carry it on each side."""

    rule: Rule
    effect: Effect
    direction: Direction
    lost: tuple[Fact, ...]
    gained: tuple[Fact, ...]


def match(rule: Rule, delta: Delta) -> Match | None:
    """Apply one rule to one edit."""
    if (rule.when == "pair" and not delta.pair) or (rule.when == "single" and delta.pair):
        return None
    return _KINDS[rule.kind](rule, delta)


def possible(delta: Delta, *, last: bool = False) -> Iterator[Rule]:
    """Give the rules that may match an edit at all, in the order of their ids: most name nothing that is in it.

    `last` asks for those that only speak where no other does.
    """
    fresh = {name for f in (*delta.gained, *delta.lost) for name in widened(f.concept)}
    named = delta.before.names if delta.before and delta.after else frozenset()
    for rule, needs in _needs():
        if rule.last is last and not needs.isdisjoint(named if rule.kind == "force" else fresh):
            yield rule


@cache
def _needs() -> tuple[tuple[Rule, frozenset[str]], ...]:
    """Give for each rule the concepts of which one must be fresh (of a change of force: named on both sides)."""
    return tuple((r, frozenset(a.lstrip("+-") for a in _needed(r))) for r in load())


def _needed(rule: Rule) -> tuple[str, ...]:
    if rule.kind == "quantity":
        return (f"q.{rule.of}",)
    return rule.acts if rule.kind == "force" else (*rule.new, *rule.old)


def names(fact: Fact, atoms: Iterable[str]) -> bool:
    """Say whether a fact is one of these concepts or a narrower one; `+` asks for affirmed, `-` for denied."""
    return not said(fact.concept, negated=fact.negated).isdisjoint(atoms)


def allowed(rule: Rule, statement: Statement | None) -> bool:
    """Say whether all stands in the statement that must stand beside the new fact."""
    if statement is None:
        return False
    if any(statement.has(a) for a in rule.never):
        return False
    return all(any(statement.has(a) for a in group) for group in rule.every)


def _fired(rule: Rule, delta: Delta, *, new: bool) -> tuple[Fact, ...]:
    side = delta.side(new=new)
    if side is None or not allowed(rule, side):
        return ()
    facts = (f for f in delta.fresh(new=new) if names(f, rule.new) and f.concept not in rule.spared)
    guards = _guards(rule, side, delta.side(new=not new))
    return tuple(f for f in facts if not any(side.near(f, a) for a in guards))


def _guards(rule: Rule, side: Statement, other: Statement | None) -> tuple[str, ...]:
    """Give what must not stand beside a new fact; of words only put in, what both sides say tells nothing."""
    if other is None or not rule.none or not put_in(side.folded, other.folded):
        return rule.none
    return tuple(a for a in rule.none if not other.has(a))


_MOVED: Final = ("contact.moved", "owner.renamed")
"""Words that say in one sentence what was before and what is now: neither the first nor the last of its kind."""


def _sign(rule: Rule, facts: tuple[Fact, ...], statement: Statement | None) -> int:
    """Say what one side means by itself: 1 more for the company, -1 more for the person."""
    base = {"practice": 1, "protection": -1, "expands": 1, "restricts": -1, "first": -1, "swap": 1}.get(
        rule.direction, 0
    )
    if rule.direction == "first" and statement is not None and any(statement.has(a) for a in _MOVED):
        return 0
    if rule.direction in ("practice", "protection") and sum(f.negated for f in facts) * 2 > len(facts):
        base = -base
    if rule.reverse and statement is not None and any(statement.has(a) for a in rule.reverse):
        base = -base
    return base


def _concept(rule: Rule, delta: Delta) -> Match | None:
    gained, lost = (_fired(rule, delta, new=new) for new in (True, False))
    if not gained and not lost:
        return None
    after = _sign(rule, gained, delta.after) if gained else 0
    before = _sign(rule, lost, delta.before) if lost else 0
    if gained and lost:
        sign = _clamp(after - before)
        if sign == 0 and rule.direction == "practice" and after:
            sign = _clamp(len({f.concept for f in gained}) - len({f.concept for f in lost})) * after
            sign = sign or _clamp(_narrower(gained, lost) - _narrower(lost, gained)) * after
        if sign == 0 and not _exchanged(rule, lost, gained):
            return None
        return Match(rule, Effect.CHANGED, _BY_SIGN[sign], lost, gained)
    return Match(rule, Effect.ADDED if gained else Effect.REMOVED, _BY_SIGN[after - before], lost, gained)


def _narrower(mine: tuple[Fact, ...], theirs: tuple[Fact, ...]) -> int:
    """Count the facts that say more exactly what the other side says (a precise location for a location)."""
    return sum(f.concept.startswith(o.concept + ".") for f in mine for o in theirs)


_PROPER: Final = ("party.brand", "party.ai", "place.country", "e")


def _exchanged(rule: Rule, lost: tuple[Fact, ...], gained: tuple[Fact, ...]) -> bool:
    """Say whether one thing stands for another: other words for the same thing are no change."""
    if rule.direction in ("first", "neutral"):
        return True
    return all(names(f, _PROPER) for f in (*lost, *gained))


def _clamp(number: float) -> int:
    return (number > 0) - (number < 0)


def _quantities(rule: Rule, delta: Delta, concept: str, *, new: bool) -> tuple[Fact, ...]:
    side = delta.side(new=new)
    if side is None or not allowed(rule, side):
        return ()
    facts = (f for f in delta.fresh(new=new) if f.concept == concept)
    return tuple(f for f in facts if not any(side.near(f, a) for a in rule.none))


def _quantity(rule: Rule, delta: Delta) -> Match | None:
    concept = f"q.{rule.of}"
    gained, lost = (_quantities(rule, delta, concept, new=new) for new in (True, False))
    if not gained and not lost:
        return None
    if gained and lost:
        sign = _clamp(gained[0].value - lost[0].value) * _SIGNS[rule.longer]
        return Match(rule, Effect.CHANGED, _BY_SIGN[sign], lost, gained)
    sign = _SIGNS[rule.single]
    statement = delta.after if gained else delta.before
    if delta.pair and statement and sign == 0:  # a bound put into a sentence that had none
        sign = statement.has("bound.min") - statement.has("bound.max")
    if sign and rule.reverse and statement and any(statement.has(a) for a in rule.reverse):
        sign = -sign
    told = gained or lost
    if len(told) > 1 and statement and statement.has("change.to"):  # “shortened from 12 months to 3”
        sign = _clamp(told[-1].value - told[0].value) * _SIGNS[rule.longer]
    return Match(rule, Effect.ADDED if gained else Effect.REMOVED, _BY_SIGN[sign if gained else -sign], lost, gained)


_ACTING: Final = 2.0


def _freedom(rule: Rule, statement: Statement) -> float | None:
    """Measure how much a statement leaves the company; None when it is not about these acts."""
    acts = [f for f in statement.facts if names(f, rule.acts) and not any(statement.near(f, a) for a in rule.none)]
    if not acts:
        return None
    denied = all(f.negated for f in acts)
    if rule.direction == "practice":
        free = -_ACTING if denied else _ACTING
        free -= statement.has("cond.only") + statement.has("cond.consent") + statement.has("purpose.limit")
        return free + (statement.has("cond.except") if denied else 0)
    free = _ACTING if denied else -_ACTING
    weak = statement.has("force.may") and not statement.has("force.will")
    return free + weak + statement.has("cond.except") - statement.has("retain.short")


def _force(rule: Rule, delta: Delta) -> Match | None:
    if delta.before is None or delta.after is None or not (allowed(rule, delta.before) and allowed(rule, delta.after)):
        return None
    old, new = _freedom(rule, delta.before), _freedom(rule, delta.after)
    if old is None or new is None or old == new:
        return None
    markers = ("cond", "force", "purpose.limit", "retain.short", *rule.acts)
    gained, lost = (tuple(f for f in delta.fresh(new=new_side) if names(f, markers)) for new_side in (True, False))
    return Match(rule, Effect.CHANGED, _BY_SIGN[_clamp(new - old)], lost, gained) if gained or lost else None


def _swap(rule: Rule, delta: Delta) -> Match | None:
    """Find `from` turned into `to` (or back): told as expanding when `to` is on the new side."""
    for new in (True, False):
        mine, theirs = delta.fresh(new=new), delta.fresh(new=not new)
        to, source = tuple(f for f in mine if names(f, rule.new)), tuple(f for f in theirs if names(f, rule.old))
        to = tuple(f for f in to if not any(delta.side(new=new).near(f, a) for a in rule.none))  # type: ignore[union-attr]
        if to and source and allowed(rule, delta.side(new=new)) and not _one_name(to, source):
            sign = 0 if rule.direction == "neutral" else 1 if new else -1
            return Match(rule, Effect.CHANGED, _BY_SIGN[sign], source if new else to, to if new else source)
    return None


def _one_name(some: tuple[Fact, ...], others: tuple[Fact, ...]) -> bool:
    """Say whether a name is only written in full on one side: that is no other one."""
    pairs = [(a.surface, b.surface) for a in some for b in others if a.group == b.group == "e"]
    return any(a in b or b in a for a, b in pairs)


def _none(_rule: Rule, _delta: Delta) -> Match | None:
    return None


_KINDS: Final[dict[str, Callable[[Rule, Delta], Match | None]]] = {
    "concept": _concept,
    "entity": _concept,
    "quantity": _quantity,
    "force": _force,
    "swap": _swap,
    "residual": _none,
}
