"""A quick reader for the plain part of YAML: what we write ourselves, and what careful people write by hand.

It gives exactly what the full reader gives, every scalar as text, or None: then the full reader, forty times slower,
has the word, and the word about errors too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

Node = str | list["Node"] | dict[str, "Node"]

_KEY: Final = re.compile(r'(?:([^\W_][\w./-]*)|("(?:[^"\\]|\\["\\nt/])*")):(?: +|$)')
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\["\\nt/]|\\u(?!d[89a-f])[0-9a-f]{4})*"')
_SINGLE: Final = re.compile(r"'(?:[^']|'')*'")
_FLOW: Final = re.compile(r'[\[\]{},]|"(?:[^"\\]|\\["\\nt/])*"|-?[^\s,\[\]{}"\'#&*!|>%@`:?~-][^,\[\]{}"\'#]*')
_FIRST: Final = frozenset(
    "\"'[]{}#&*!|>%@`,?:-"
)  # what a plain scalar may not begin with (a dash may, but seldom does)


class _TooHard(Exception):  # noqa: N818 - control flow, never seen outside
    """The text uses more of YAML than is read here."""


def read(text: str) -> Node | None:
    """Return the document, or None for whatever is not plain: tags, anchors, folded texts, trailing comments, tabs."""
    if not text.endswith("\n") or "\t" in text or not _printable(text):
        return None
    lines = text.split("\n")
    try:
        cursor = _Cursor(lines)
        if cursor.peek() is None:
            return {}
        node = _block(cursor, _indent(lines[cursor.at]))
        return node if cursor.peek() is None else None
    except (_TooHard, RecursionError):
        return None


def _printable(text: str) -> bool:
    return all(c.isprintable() or c == "\n" for c in set(text))


class _Cursor:
    """A place among the lines."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0

    def peek(self) -> str | None:
        """Skip empty lines and comments; return the next line, or None at the end."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            bare = line.lstrip(" ")
            if bare and bare[0] != "#":
                return line
            self.at += 1
        return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _block(cursor: _Cursor, indent: int) -> Node:
    line = cursor.lines[cursor.at]
    return _list(cursor, indent) if line.startswith("- ", indent) or line[indent:] == "-" else _mapping(cursor, indent)


def _mapping(cursor: _Cursor, indent: int) -> Node:
    found: dict[str, Node] = {}
    while (line := cursor.peek()) is not None and _indent(line) == indent:
        match = _KEY.match(line, indent)
        if match is None:
            raise _TooHard
        key = match[1] if match[1] is not None else json.loads(match[2])
        if key in found:
            raise _TooHard
        found[key] = _value(cursor, indent, line[match.end() :])
    if line is not None and _indent(line) > indent:
        raise _TooHard
    return found


def _list(cursor: _Cursor, indent: int) -> Node:
    found: list[Node] = []
    while (line := cursor.peek()) is not None and _indent(line) == indent and line.startswith("-", indent):
        rest = line[indent + 1 :]
        bare = rest.lstrip(" ")
        if rest and rest[0] != " ":
            raise _TooHard
        if bare.startswith("- ") or bare == "-" or _KEY.match(bare):
            inner = indent + 1 + len(rest) - len(bare)
            cursor.lines[cursor.at] = " " * inner + bare
            found.append(_block(cursor, inner))
        else:
            found.append(_value(cursor, indent, bare))
    if line is not None and _indent(line) > indent:
        raise _TooHard
    return found


def _value(cursor: _Cursor, indent: int, rest: str) -> Node:
    """Read what follows a key or a dash, on its line or below it."""
    cursor.at += 1
    rest = rest.rstrip(" ")
    if rest in ("|", "|-"):
        return _literal(cursor, indent, keep=rest == "|")
    if rest == ">-":
        return _folded(cursor, indent)
    line = cursor.peek()
    deeper = line is not None and _indent(line) > indent
    if not rest:
        dashes = line is not None and _indent(line) == indent and line.startswith("- ", indent)
        dashes = dashes and not cursor.lines[cursor.at - 1].lstrip(" ").startswith("-")
        if deeper or dashes:
            if line is None or (cursor.lines[cursor.at].startswith("-", indent) and not dashes):
                raise _TooHard
            return _block(cursor, _indent(line))
        return ""
    if deeper:
        raise _TooHard
    return _scalar(rest)


def _literal(cursor: _Cursor, indent: int, *, keep: bool) -> str:
    taken: list[str] = []
    depth = 0
    while cursor.at < len(cursor.lines):
        line = cursor.lines[cursor.at]
        if line.strip(" ") and _indent(line) <= indent:
            break
        depth = depth or (_indent(line) if line.strip(" ") else 0)
        if line.strip(" ") and _indent(line) < depth:
            raise _TooHard
        if not line.strip(" ") and (line or not taken):
            raise _TooHard
        taken.append(line[depth:])
        cursor.at += 1
    while taken and not taken[-1]:
        taken.pop()
    if not taken:
        raise _TooHard
    return "\n".join(taken) + ("\n" if keep else "")


def _folded(cursor: _Cursor, indent: int) -> str:
    """Join lines by blanks; empty, indented or blank-ended ones among them have rules of their own."""
    lines = _literal(cursor, indent, keep=False).split("\n")
    if any(not line or line[0] == " " or line[-1] == " " for line in lines):
        raise _TooHard
    return " ".join(lines)


def _scalar(text: str) -> Node:
    if text[0] == '"':
        if not _QUOTED.fullmatch(text):
            raise _TooHard
        return str(json.loads(text))
    if text[0] == "'":
        if not _SINGLE.fullmatch(text):
            raise _TooHard
        return text[1:-1].replace("''", "'")
    if text[0] in "[{":
        return _flow_of(text)
    if text[0] in _FIRST or ": " in text or " #" in text or text[-1] == ":" or text in ("---", "..."):
        raise _TooHard
    return text


def _flow_of(text: str) -> Node:
    parts: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        match = _FLOW.match(text, at)
        if match is None:
            raise _TooHard
        parts.append(match[0].rstrip(" "))
        at = match.end()
    stream = iter([*parts, ""])
    node = _flow(next(stream), stream)
    if next(stream) != "":
        raise _TooHard
    return node


def _flow(part: str, stream: Iterator[str]) -> Node:
    if part == "[":
        return _flow_list(stream)
    if part == "{":
        return _flow_mapping(stream)
    if not part or part in "]},":
        raise _TooHard
    if part[0] == '"':
        return str(json.loads(part))
    if ": " in part or part[-1] == ":":
        raise _TooHard
    return part


def _flow_list(stream: Iterator[str]) -> Node:
    found: list[Node] = []
    part = next(stream)
    while part != "]":
        found.append(_flow(part, stream))
        part = next(stream)
        if part == ",":
            part = next(stream)
            if part == "]":
                raise _TooHard
        elif part != "]":
            raise _TooHard
    return found


def _flow_mapping(stream: Iterator[str]) -> Node:
    found: dict[str, Node] = {}
    part = next(stream)
    while part != "}":
        key, colon, value = part.partition(":")
        if not colon or not key or key[0] == '"' or key in found or (value and value[0] != " "):
            raise _TooHard
        value = value.strip(" ")
        found[key] = _flow(value or next(stream), stream)
        part = next(stream)
        if part == ",":
            part = next(stream)
            if part == "}":
                raise _TooHard
        elif part != "}":
            raise _TooHard
    return found
