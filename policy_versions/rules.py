"""What the classifier knows about meaning, as data: one file a rule, found by glob, read strictly."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Final, cast

from policy_versions import plain_yaml
from policy_versions.compiled import compiled
from policy_versions.errors import ConfigError
from policy_versions.model import Category, Confidence
from policy_versions.strict_yaml import Node, read

KINDS: Final = ("concept", "entity", "quantity", "force", "swap", "residual")
DIRECTIONS: Final = ("practice", "protection", "expands", "restricts", "neutral", "first", "swap")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what must be gained or lost (`new`), what must stand beside it (`every`, `none`), and what follows.

    `direction` is a policy, told for what is gained; losing it means the reverse. practice: expands, denied restricts.
    protection: restricts, denied expands. first: gained restricts, lost expands, exchanged neutral. swap: gained
    expands, lost restricts, exchanged neutral. `reverse` names concepts that turn it round. `when`: any, pair, single.
    `none` holds for the clause of the new fact, `never` for its whole sentence. `last`: asked only where no other rule
    explains an edit, and then by `weight`; what it says is of low confidence.
    """

    id: str
    category: Category
    kind: str
    direction: str
    explain: dict[str, str]
    law: tuple[str, ...]
    new: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    every: tuple[tuple[str, ...], ...] = ()
    none: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    reverse: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    of: str = ""
    longer: str = ""
    single: str = ""
    when: str = "any"
    weight: float = 1.0
    last: bool = False
    confidence: Confidence = Confidence.HIGH


_NAMES: Final = {
    "new": "new",
    "entities": "new",
    "to": "new",
    "from": "old",
    "not-new": "spared",
    "all": "every",
    "none": "none",
    "never": "never",
    "reverse": "reverse",
    "acts": "acts",
}


@cache
def load() -> tuple[Rule, ...]:
    """Load all rules in the order of their ids; raises ConfigError naming file, key and what is allowed."""
    files = sorted((Path(__file__).parent / "rules").glob("*.yaml"), key=lambda f: f.name)
    read_all = compiled("rules", (*files, Path(plain_yaml.__file__)), lambda: {f.name: _read(f) for f in files})
    return tuple(_rule(node, name) for name, node in cast("dict[str, Node]", read_all).items())


def _read(file: Path) -> Node:
    return read(file.read_bytes(), f"rules/{file.name}")


def find(identity: str) -> Rule | None:
    """Give the rule of this id, if there is one."""
    return next((r for r in load() if r.id == identity), None)


def parse(text: str, name: str) -> Rule:
    """Read one rule file."""
    return _rule(read(text.encode(), f"rules/{name}"), name)


def _rule(data: Node, name: str) -> Rule:
    if not isinstance(data, dict):
        raise ConfigError([f"rules/{name}: holds no keys"])
    problems = [f"rules/{name}: unknown key `{k}`" for k in data if k not in _known()]
    problems += [
        f"rules/{name}: key `{k}` is missing"
        for k in ("id", "category", "kind", "direction", "law", "explain")
        if k not in data
    ]
    problems += _bad(data, "kind", KINDS, name) + _bad(data, "direction", DIRECTIONS, name)
    problems += _bad(data, "category", tuple(Category), name)
    if data.get("id") != name.removesuffix(".yaml"):
        problems.append(f"rules/{name}: key `id`: must be the file's name")
    if problems:
        raise ConfigError(problems)
    return Rule(
        id=str(data["id"]),
        category=Category(str(data["category"])),
        kind=str(data["kind"]),
        direction=str(data["direction"]),
        explain=cast("dict[str, str]", data["explain"]),
        law=_list(data["law"]),
        weight=float(str(data.get("weight", "1"))),
        last=data.get("last") == "true",
        confidence=Confidence(str(data.get("confidence", "high"))),
        **_texts(data),  # type: ignore[arg-type]
        **_lists(data),  # type: ignore[arg-type]
    )


def _texts(data: dict[str, Node]) -> dict[str, str]:
    return {k: str(data[k]) for k in ("of", "longer", "single", "when") if k in data}


def _lists(data: dict[str, Node]) -> dict[str, tuple[str, ...] | tuple[tuple[str, ...], ...]]:
    found: dict[str, tuple[str, ...] | tuple[tuple[str, ...], ...]] = {}
    for key, name in _NAMES.items():
        if key in data:
            values = _list(data[key])
            found[name] = tuple(tuple(a.strip() for a in v.split("|")) for v in values) if name == "every" else values
    return found


@cache
def _known() -> frozenset[str]:
    return frozenset(f.name for f in fields(Rule)) | frozenset(_NAMES)


def _bad(data: dict[str, Node], key: str, allowed: tuple[str, ...], name: str) -> list[str]:
    if key not in data or data[key] in allowed:
        return []
    return [f"rules/{name}: key `{key}`: {data[key]!r} (allowed: {', '.join(allowed)})"]


def _list(value: Node) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)
