"""`git log --raw -z` as values: commits, newest first, with what each did to the files that matter."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

# One line a commit; merges are held against the line they were merged into; renames are followed.
ARGUMENTS: Final = (
    "log", "--raw", "-z", "--topo-order", "--diff-merges=first-parent", "--find-renames", "--no-abbrev",
    "--no-show-signature", "--no-notes", "--no-relative", "--format=%x01%H %ct %P",
)  # fmt: skip
_CHUNK: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit did to one file: its path before (None: not there) and after (None: gone), and the blob after."""

    before: str | None
    after: str | None
    blob: str
    old_blob: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that touched files of interest, or stands on the main line; `landed` is when the main line had it.

    Times are seconds since 1970 by the committer's clock: the author's may lie long before the text was in the record.
    """

    id: str
    committed: int
    landed: int
    main: bool
    merge: bool
    changes: tuple[Change, ...]


def tokens(out: BinaryIO) -> Iterator[bytes]:
    """Split a stream at NUL, holding no more than a chunk."""
    rest = b""
    while chunk := out.read(_CHUNK):
        parts = (rest + chunk).split(b"\0")
        rest = parts.pop()
        yield from parts
    if rest:
        yield rest


def commits(out: BinaryIO, wanted: Callable[[str], bool]) -> Iterator[Commit]:
    """Yield the commits of a log made with ARGUMENTS, newest first; only changes of wanted paths are kept."""
    stream = tokens(out)
    header: bytes | None = None
    changes: list[Change] = []
    line = _MainLine()
    for token in stream:
        if token.startswith(b"\x01"):
            if header is not None:
                yield line.commit(header, changes)
            header, changes = token, []
        elif token.lstrip(b"\n").startswith(b":"):
            changes += _change(token, stream, wanted)
    if header is not None:
        yield line.commit(header, changes)


class _MainLine:
    """Tells the commits of the first-parent line from those that were merged into it."""

    def __init__(self) -> None:
        self._next: bytes | None = None
        self._landed = 0
        self._started = False

    def commit(self, header: bytes, changes: list[Change]) -> Commit:
        """Make the commit of a header; to be called newest first."""
        name, time, *parents = header[1:].split()
        main = not self._started or name == self._next
        if main:
            self._started = True
            self._next = parents[0] if parents else None
            self._landed = int(time)
        return Commit(name.decode(), int(time), self._landed, main, len(parents) > 1, tuple(changes))


def _change(meta: bytes, stream: Iterator[bytes], wanted: Callable[[str], bool]) -> list[Change]:
    """Read one raw entry and its one or two paths; symbolic links and submodules are no texts."""
    _, new_mode, old_blob, blob, status = meta.split()
    first = os.fsdecode(next(stream))
    second = os.fsdecode(next(stream)) if status[:1] in b"RC" else first
    if not wanted(first) and not wanted(second):
        return []
    before = None if status[:1] in b"AC" else first
    after = second if new_mode.startswith(b"100") else None
    return [Change(before, after, blob.decode(), old_blob.decode())]
