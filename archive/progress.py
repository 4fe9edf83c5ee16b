"""One line that says how far a long work is: rewritten in place on a terminal, now and then a new one elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Self, TextIO

ON_SCREEN: Final = 0.2
"""Seconds between two looks on a terminal."""
ELSEWHERE: Final = 30.0
"""Seconds between two lines in a log."""


@dataclass
class Progress:
    """Called with what is done and what there is; `clock` counts seconds. A context manager: it ends its line."""

    stream: TextIO
    clock: Callable[[], float]
    _last: float = field(init=False)
    _written: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """Begin to count."""
        self._last = self.clock()

    def __call__(self, done: int, total: int) -> None:
        """Say how far the work is, unless it was said just now."""
        screen = self.stream.isatty()
        if self.clock() - self._last < (ON_SCREEN if screen else ELSEWHERE):
            return
        self._last, self._written = self.clock(), True
        self.stream.write(f"\r{done}/{total} pages" if screen else f"{done}/{total} pages\n")
        self.stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._written and self.stream.isatty():
            self.stream.write("\n")
