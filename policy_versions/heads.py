"""With what the matches of a pattern begin, as far as that can be spelt out: where none of it stands, none is tried."""

from __future__ import annotations

from typing import Final

from policy_versions.patterns import span

MOST: Final = 48
"""A pattern with more beginnings is known by shorter ones."""
_ABOUT: Final = ("(?=", "(?!", "(?<=", "(?<!")
"""Groups that look around and take no sign."""
_REPEATS: Final = "?*+{"
_WORD: Final = "[a-z]+ "
RUN: Final = "\0"
"""Stands for one word of letters, at the beginning only and before a blank."""

Head = tuple[str, bool]
"""A beginning, and whether what follows in the pattern comes right after it."""
ANYTHING: Final[Head] = ("", False)
NOTHING: Final[Head] = ("", True)


def heads(source: str) -> tuple[str, ...]:
    """Give strings of which one begins every match of a pattern; '' among them says that anything may, RUN any word.

    Lookarounds only ever exclude matches, so they are passed over.
    """
    spelt, _ = _alternatives(source, 0)
    return _least({head[: head.find(RUN, 1)] if RUN in head[1:] else head for head, _ in spelt})


def _least(found: set[str]) -> tuple[str, ...]:
    """Leave out what another one begins."""
    kept: list[str] = []
    for head in sorted(found):
        if not kept or not head.startswith(kept[-1]):
            kept.append(head)
    return tuple(kept)


def _alternatives(source: str, i: int) -> tuple[list[Head], int]:
    """Read alternatives up to the end of their group; also give where that is."""
    found: list[Head] = []
    current = [NOTHING]
    while i < len(source) and source[i] != ")":
        if source[i] == "|":
            found, current, i = found + current, [NOTHING], i + 1
            continue
        if source.startswith(_WORD, i):
            current, i = _joined(current, [(RUN, True)]), i + len(_WORD) - 1
            continue
        piece, i = _piece(source, i)
        sign, i = _repeat(source, i)
        if sign in ("*", "+", "{"):  # what comes next may be more of it
            piece = [(head, False) for head, _ in piece]
        if sign in ("?", "*", "{"):  # nothing of it need be there
            piece = [NOTHING, *piece]
        current = _joined(current, piece)
    return found + current, i


def _joined(current: list[Head], piece: list[Head]) -> list[Head]:
    """Put a piece behind what is open; where that gives too many, only behind what has not begun yet."""
    done = [head for head in current if not head[1]]
    more = [(head + tail, goes_on) for head, is_open in current if is_open for tail, goes_on in piece]
    if len(done) + len(more) > MOST:
        begun = [(head, False) for head, is_open in current if head or not is_open]
        return list(dict.fromkeys([*begun, *(piece if NOTHING in current else ())]))
    return list(dict.fromkeys(done + more))


def _piece(source: str, i: int) -> tuple[list[Head], int]:
    """Read one sign, class or group; also give where it ends."""
    c = source[i]
    if c == "(":
        return _group(source, i)
    if c == "[":
        return _class(source, i)
    if c == "\\":
        return ([ANYTHING] if source[i + 1].isalnum() else [(source[i + 1], True)]), i + 2
    if c == "$":
        return [NOTHING], i + 1
    return ([ANYTHING] if c in ".^" else [(c, True)]), i + 1


def _group(source: str, i: int) -> tuple[list[Head], int]:
    if source.startswith(_ABOUT, i):
        return [NOTHING], _closed(source, i)
    if source.startswith("(?:", i):
        spelt, end = _alternatives(source, i + 3)
        return spelt, end + 1
    return [ANYTHING], _closed(source, i)


def _class(source: str, i: int) -> tuple[list[Head], int]:
    end = source.index("]", i + 1)
    inner = source[i + 1 : end]
    if inner.startswith("^") or "\\" in inner:
        return [ANYTHING], end + 1
    return [(sign, True) for part in _ranges(inner) for sign in span(part)], end + 1


def _ranges(inner: str) -> list[str]:
    """Cut the inside of a class into signs and ranges."""
    parts, i = [], 0
    while i < len(inner):
        size = 3 if inner[i + 1 : i + 2] == "-" and i + 2 < len(inner) else 1
        parts.append(inner[i : i + size])
        i += size
    return parts


def _closed(source: str, i: int) -> int:
    """Give where a group that begins here has ended."""
    depth, inside = 0, False
    while True:
        c = source[i]
        if c == "\\":
            i += 1
        elif inside:
            inside = c != "]"
        elif c == "[":
            inside = True
        else:
            depth += (c == "(") - (c == ")")
        i += 1
        if depth == 0:
            return i


def _repeat(source: str, i: int) -> tuple[str, int]:
    """Read how often the piece before stands: '' for once, else `?`, `*`, `+` or `{`; also give where that ends."""
    sign = source[i : i + 1]
    if not sign or sign not in _REPEATS:
        return "", i
    i = source.index("}", i) + 1 if sign == "{" else i + 1
    return sign, i + (source[i : i + 1] in ("?", "+"))
