"""What a worker was doing, on disk before it does it: so that a killed one leaves known, not guessed, doubts.

One file a lease. A line is written before each message leaves and one after each answer; the operating system keeps
them when the process is killed. The file is locked while its worker lives: one that can be locked is a dead one's.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from notifier.model import DeliveryEvent, State
from notifier.store.chunks import Lease

SUFFIX: Final = ".journal"
_MARK: Final = "~"  # cannot occur in ids of campaigns and names of channels


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier workers did with a chunk: answers they got, and messages that left without one."""

    answered: tuple[DeliveryEvent, ...]
    doubtful: frozenset[int]
    tokens: frozenset[int]
    files: tuple[Path, ...]


class Journal:
    """The journal of one lease, open and locked."""

    def __init__(self, folder: Path, lease: Lease) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / (_stem(lease) + f"{lease.token}{SUFFIX}")
        unnamed = (
            folder / f"{self.path.name}.new"
        )  # gets its name when it is locked: nobody is to take it for an orphan
        self._file = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unnamed.rename(self.path)

    def started(self, delivery: int) -> None:
        """Note that a message is about to leave."""
        os.write(self._file, b"+%d\n" % delivery)

    def answered(self, event: DeliveryEvent) -> None:
        """Note what became of a message."""
        row = (event.delivery_id, event.state.value, event.at, event.provider_id, event.detail)
        os.write(self._file, b"=" + msgspec.json.encode(row) + b"\n")

    def settle(self) -> None:
        """Drop the journal: all it says is in the database."""
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)


def _stem(lease: Lease) -> str:
    """Return how the names of all journals of a chunk begin."""
    return _MARK.join((lease.campaign_id, lease.channel, str(lease.chunk), ""))


def past(folder: Path, lease: Lease) -> Past:
    """Read what earlier workers on this machine did with a chunk."""
    answered: dict[int, DeliveryEvent] = {}
    started: set[int] = set()
    files = {
        path: int(path.name.removesuffix(SUFFIX).rpartition(_MARK)[2])
        for path in sorted(folder.glob(f"{_stem(lease)}*{SUFFIX}"))
    }
    files = {path: token for path, token in files.items() if token < lease.token}
    for path, _token in sorted(files.items(), key=lambda item: item[1]):
        for entry in _entries(path):
            if isinstance(entry, int):
                started.add(entry)
                answered.pop(entry, None)
            else:
                answered[entry.delivery_id] = entry
    return Past(tuple(answered.values()), frozenset(started - set(answered)), frozenset(files.values()), tuple(files))


def _entries(path: Path) -> Iterator[int | DeliveryEvent]:
    """Read a journal; a last line that was cut off in writing is none."""
    for line in path.read_bytes().split(b"\n")[:-1]:
        if line.startswith(b"+"):
            yield int(line[1:])
        else:
            row = msgspec.json.decode(line[1:], type=tuple[int, State, datetime, str, str])
            yield DeliveryEvent(*row)


def drop(files: Iterable[Path]) -> None:
    """Remove journals whose contents are in the database."""
    for path in files:
        path.unlink(missing_ok=True)


def orphans(folder: Path) -> Iterator[Lease]:
    """Yield the leases whose workers died on this machine: their journals are there and nobody locks them."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        campaign, channel, chunk, token = path.name.removesuffix(SUFFIX).split(_MARK)
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, FileNotFoundError):
            continue
        yield Lease(campaign, channel, int(chunk), int(token), 0)
