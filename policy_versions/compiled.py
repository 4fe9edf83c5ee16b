"""Keep what is made from a data file beside Python's own compiled modules, as long as the file and its maker stay."""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import sys
from collections.abc import Callable, Sequence
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, Final

_DIGEST: Final = 32


def compiled(name: str, sources: Sequence[Path], make: Callable[[], Any]) -> Any:
    """Give what `make` makes of the sources (data and the modules that read it), from the last time if none changed.

    The result must be made of plain dicts, lists, tuples, strings, bytes and numbers. It is kept where Python keeps
    compiled modules, under the same rules (PYTHONDONTWRITEBYTECODE, PYTHONPYCACHEPREFIX) and with the same trust: who
    can write there can change the modules too. A place that cannot be written costs time alone.
    """
    hashed = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).digest()
    there = place(sources[0].with_name(f"{name}.py"))
    if there is None:
        return make()
    with contextlib.suppress(OSError, EOFError, ValueError, TypeError):
        kept = there.read_bytes()
        if kept[:_DIGEST] == hashed:
            return marshal.loads(kept[_DIGEST:])  # noqa: S302 - lies among the compiled modules, see above
    made = make()
    if not sys.dont_write_bytecode:
        write(there, hashed + marshal.dumps(made))
    return made


def pack(value: Any) -> bytes:
    """Put a part of what is kept into bytes, to be taken out by `unpack` only when it is asked for."""
    return marshal.dumps(value)


def unpack(packed: bytes) -> Any:
    """Take out what `pack` put into bytes."""
    return marshal.loads(packed)  # noqa: S302 - comes from `compiled`, see there


def place(module: Path) -> Path | None:
    """Name the file that goes with a module, or None where this interpreter keeps none."""
    try:
        return Path(cache_from_source(str(module))).with_suffix(".data")
    except NotImplementedError:  # an interpreter that keeps none
        return None


def write(there: Path, data: bytes) -> None:
    """Write whole or not at all: another process may be reading."""
    fresh = there.with_name(f"{there.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        there.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(data)
        fresh.replace(there)
