"""Typed fields out of a YAML document whose scalars are all text; every problem is kept, with its key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from policy_versions.strict_yaml import Node

_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)


class Fields:
    """Collects problems while it reads; what it returns counts only when there are none."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[str] = []

    def table(self, at: str, node: Node, allowed: tuple[str, ...], needed: tuple[str, ...] = ()) -> dict[str, Node]:
        """Return a mapping whose keys are all allowed, or an empty one."""
        if not isinstance(node, dict):
            self.problem(at, "is not a table of keys", ", ".join(allowed))
            return {}
        for key in node:
            if key not in allowed:
                self.problem(f"{at}.{key}".lstrip("."), "unknown key", ", ".join(allowed))
        for key in needed:
            if key not in node:
                self.problem(f"{at}.{key}".lstrip("."), "is missing")
        return node

    def children(self, at: str, node: Node, make: Callable[[str, Node, str], _T]) -> dict[str, _T]:
        """Make one value a key."""
        if node == "":
            return {}
        if not isinstance(node, dict):
            self.problem(at, "is not a table of keys")
            return {}
        return {key: make(f"{at}.{key}", child, key) for key, child in node.items()}

    def items(self, at: str, node: Node, make: Callable[[str, Node], _T]) -> tuple[_T, ...]:
        """Make one value an item."""
        if node == "":
            return ()
        if not isinstance(node, list):
            self.problem(at, "is not a list")
            return ()
        return tuple(make(f"{at}[{index}]", child) for index, child in enumerate(node))

    def texts(self, at: str, node: Node) -> Mapping[str, str]:
        """Read a mapping of texts."""
        return self.children(at, node, lambda key, value, _: self.text(key, value))

    def text(self, at: str, node: Node) -> str:
        """Read a text."""
        if isinstance(node, str):
            return node
        self.problem(at, "is not text")
        return ""

    def match(self, at: str, node: Node, pattern: re.Pattern[str], allowed: str) -> str:
        """Read a text of a certain form."""
        if isinstance(node, str) and pattern.fullmatch(node):
            return node
        self.problem(at, f"is `{node}`", allowed)
        return ""

    def day(self, at: str, node: Node, needed: bool = False) -> date | None:
        """Read a day; None for an empty one that is not needed."""
        if node in {"", "null", "~"} and not needed:
            return None
        try:
            return date.fromisoformat(node) if isinstance(node, str) and len(node) == 10 else date.fromisoformat("")
        except ValueError:
            self.problem(at, f"is `{node}`", "a day, YYYY-MM-DD")
            return None

    def count(self, at: str, node: Node) -> int:
        """Read a whole number of days."""
        if isinstance(node, str) and node.isascii() and node.isdigit() and len(node) < 6:
            return int(node)
        self.problem(at, f"is `{node}`", "a whole number of days")
        return 0

    def truth(self, at: str, node: Node) -> bool:
        """Read true or false."""
        if node not in ("true", "false"):
            self.problem(at, f"is `{node}`", "true, false")
        return node == "true"

    def choice(self, at: str, node: Node, kind: type[_E], default: _E) -> _E:
        """Read one word of an enum."""
        if isinstance(node, str) and node in tuple(kind):
            return kind(node)
        self.problem(at, f"is `{node}`", ", ".join(kind))
        return default

    def problem(self, at: str, what: str, allowed: str = "") -> None:
        """Note one problem with its key and what would be right."""
        self.problems.append(f"{self.name}: key `{at}`: {what}" + (f" (allowed: {allowed})" if allowed else ""))
