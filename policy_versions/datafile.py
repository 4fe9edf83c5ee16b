"""Read our own data files: the small part of YAML that lexicons and rules are written in, read a hundred times faster.

Mappings by indentation, `[a, b]` and `- a` lists, plain and quoted scalars, `>-` blocks (lines joined by a blank)
and whole-line comments. Every scalar is a string. The tests hold the result against a full YAML parser for every file
that is shipped.
"""

from __future__ import annotations

import re
from typing import Final

from policy_versions.errors import ConfigError

Data = str | list[str] | dict[str, "Data"]

_KEY: Final = re.compile(r"( *)([\w.-]+|\"[^\"]+\"):(?: +(.*))?$")
_ITEM: Final = re.compile(r"( *)- +(.*)$")


def read(text: str, name: str) -> dict[str, Data]:
    """Read one mapping; raises ConfigError naming file and line for whatever is outside the subset."""
    rows = [(n, r.rstrip()) for n, r in enumerate(text.split("\n"), 1)]
    rows = [(n, r) for n, r in rows if r and not r.lstrip().startswith("#")]
    value, end = _mapping(rows, 0, 0, name)
    if end != len(rows):
        raise ConfigError([f"{name}: line {rows[end][0]}: wrong indentation"])
    return value


def _mapping(rows: list[tuple[int, str]], at: int, indent: int, name: str) -> tuple[dict[str, Data], int]:
    found: dict[str, Data] = {}
    while at < len(rows):
        number, row = rows[at]
        match = _KEY.match(row)
        depth = len(row) - len(row.lstrip())
        if depth < indent:
            break
        if not match or depth > indent:
            raise ConfigError([f"{name}: line {number}: expected `key: value` here"])
        key = match[2].strip('"')
        if key in found:
            raise ConfigError([f"{name}: line {number}: the key `{key}` stands twice"])
        found[key], at = _value(match[3] or "", rows, at + 1, indent, name)
    return found, at


def _value(head: str, rows: list[tuple[int, str]], at: int, indent: int, name: str) -> tuple[Data, int]:
    if head == ">-":
        return _block(rows, at, indent)
    if head.startswith("["):
        return [
            _scalar(part) for part in re.findall(r'"[^"]*"|[^,\[\]]+', head[1 : head.rindex("]")]) if part.strip()
        ], at
    if head:
        return _scalar(head), at
    if at < len(rows) and _ITEM.match(rows[at][1]):
        items: list[str] = []
        while at < len(rows) and (item := _ITEM.match(rows[at][1])) and len(item[1]) >= indent:
            items.append(_scalar(item[2]))
            at += 1
        return items, at
    return _mapping(rows, at, indent + 2, name)


def _block(rows: list[tuple[int, str]], at: int, indent: int) -> tuple[str, int]:
    lines: list[str] = []
    while at < len(rows) and len(rows[at][1]) - len(rows[at][1].lstrip()) > indent:
        lines.append(rows[at][1].strip())
        at += 1
    return " ".join(lines), at


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text
