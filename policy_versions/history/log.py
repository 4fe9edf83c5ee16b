"""`git log --raw -z` as values: commits, newest first, with what each did to the files that matter."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
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


@dataclass(slots=True)
class Commit:
    """A commit and what it did to files of interest; `main` on the first-parent line, `landed` when that line had it.

    Times are seconds since 1970 by the committer's clock: the author's may lie long before the text was in the record.
    """

    id: str
    committed: int
    parents: tuple[str, ...]
    changes: tuple[Change, ...]
    landed: int = 0
    main: bool = False

    @property
    def merge(self) -> bool:
        """Say whether it has more than one parent."""
        return len(self.parents) > 1


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
    header = b""
    changes: list[Change] = []
    for token in stream:
        if token.startswith(b"\x01"):
            if header:
                yield _commit(header, changes)
            header, changes = token, []
        elif token.lstrip(b"\n").startswith(b":"):
            changes += _change(token, stream, wanted)
    if header:
        yield _commit(header, changes)


def landing(newest_first: Iterable[Commit]) -> list[Commit]:
    """Order commits as the main line took them in: oldest first, a merged branch right before its merge."""
    listed = list(newest_first)
    by_id = {commit.id: commit for commit in listed}
    line = []
    at = listed[0] if listed else None
    while at is not None:
        at.main = True
        line.append(at)
        at = by_id.get(at.parents[0]) if at.parents else None
    turn: dict[str, int] = {}
    for index, tip in enumerate(reversed(line)):
        _land(tip, index, turn, by_id)
    listed.reverse()
    listed.sort(key=lambda commit: turn[commit.id])  # stable: parents stay before children
    return listed


def _land(tip: Commit, index: int, turn: dict[str, int], by_id: Mapping[str, Commit]) -> None:
    """Give a commit of the main line, and all that came with it, its turn and time."""
    todo = [tip]
    while todo:
        commit = todo.pop()
        if commit.id not in turn:
            turn[commit.id], commit.landed = index, tip.committed
            todo += [by_id[p] for p in commit.parents if p in by_id and p not in turn]


def _commit(header: bytes, changes: list[Change]) -> Commit:
    name, time, *parents = header[1:].decode().split()
    return Commit(name, int(time), tuple(parents), tuple(changes))


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
