"""Give `re` back the patterns that a command compiled the last time: compiling them is much of what a check costs.

What `re.compile` makes of a pattern is a list of numbers and a few names. They are kept where Python keeps compiled
modules, under its rules and with the same trust (see `compiled`), and put into the table in which `re` looks before it
compiles. Nothing here is ever needed: an interpreter that does it otherwise, or a file that is not as expected,
costs time alone.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import marshal
import re
import sys
from array import array
from pathlib import Path
from typing import Any, Final

from policy_versions import compiled

FEW: Final = 12
"""So many new patterns are compiled rather than kept: some are made of a text's own words and never come again."""
MOST: Final = 1_500
"""What is kept beyond that is begun anew: patterns that are no longer in the code go with it."""
_ODD: Final = (AttributeError, EOFError, ImportError, KeyError, OSError, RuntimeError, TypeError, ValueError)

Key = tuple[type, str, int]  # as `re` files what it compiled
Kept = tuple[str, int, int, bytes, int, dict[str, int], tuple[str | None, ...]]


def warm(command: str) -> None:
    """Take up what this command compiled the last time, and keep at the end what it compiled anew."""
    place = compiled.place(Path(__file__).with_name(f"patterns-{command}.py"))
    if place is None or sys.implementation.name != "cpython":
        return
    kept: list[Kept] = []
    with contextlib.suppress(*_ODD):
        data = place.read_bytes()
        if data.startswith(_interpreter()):
            kept = marshal.loads(data[len(_interpreter()) :])  # noqa: S302 - lies among the compiled modules
            _table().update({(str, one[0], one[1]): _pattern(one) for one in kept})
    if not sys.dont_write_bytecode:
        atexit.register(_keep, place, kept)


def _keep(place: Path, kept: list[Kept]) -> None:
    """Write what is known now, if it is more than a little."""
    with contextlib.suppress(*_ODD):
        known = {(str, one[0], one[1]) for one in kept}
        fresh = [_written(key) for key in list(_table()) if key not in known and key[0] is str]
        if len(fresh) > FEW:
            made = fresh if len(kept) + len(fresh) > MOST else [*kept, *fresh]
            compiled.write(place, _interpreter() + marshal.dumps(made))


def _table() -> dict[Key, re.Pattern[str]]:
    """Return the table of `re`."""
    table = vars(re)["_cache"]
    if not isinstance(table, dict):
        raise TypeError("re keeps no table")
    return table


def _interpreter() -> bytes:
    """Name the interpreter and its compiler of patterns: another one reads none of this."""
    constants = importlib.import_module("re._constants")
    return f"{sys.version} {sys.maxunicode} {sys.byteorder} {constants.MAGIC}\n".encode()


def _pattern(one: Kept) -> re.Pattern[str]:
    """Make a pattern; the interpreter checks the numbers first."""
    source, _, flags, code, groups, names, numbers = one
    made: re.Pattern[str] = _engine().compile(source, flags, array("I", code).tolist(), groups, names, numbers)
    return made


def _written(key: Key) -> Kept:
    """Compile once more, and return what `re` makes its pattern of."""
    _, source, flags = key
    compiler, parser = (importlib.import_module(f"re.{name}") for name in ("_compiler", "_parser"))
    tree = parser.parse(source, flags)
    names: dict[str, int] = tree.state.groupdict
    numbers: list[str | None] = [None] * tree.state.groups
    for name, number in names.items():
        numbers[number] = name
    code = array("I", compiler._code(tree, flags)).tobytes()
    return source, flags, flags | tree.state.flags, code, tree.state.groups - 1, dict(names), tuple(numbers)


def _engine() -> Any:
    return importlib.import_module("_sre")
