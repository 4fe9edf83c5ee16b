"""Run what we do and what the limit is alternately, and print medians and their ratio."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """Medians in seconds of one comparison; `ratio` is ours over the limit, to be at most `goal`."""

    name: str
    ours: float
    limit: float
    goal: float

    @property
    def ratio(self) -> float:
        """Return how many times the limit we took."""
        return self.ours / self.limit if self.limit else float("inf")


RESULTS: list[Result] = []


def clock(work: Callable[[], object]) -> float:
    """Return the seconds that one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(name: str, ours: Callable[[], object], limit: Callable[[], object], goal: float, rounds: int = 5) -> Result:
    """Time both sides alternately, so that a drifting machine hits them alike, and print the outcome."""
    left, right = [], []
    for _ in range(rounds):
        left.append(clock(ours))
        right.append(clock(limit))
    return report(Result(name, statistics.median(left), statistics.median(right), goal))


def rate(name: str, ours: float, limit: float, goal: float) -> Result:
    """Record two rates (units a second); `goal` is the least share of the limit that is wanted."""
    return report(Result(name, 1 / ours, 1 / limit, 1 / goal))


def report(result: Result) -> Result:
    """Print one line and keep the result for the summary."""
    verdict = "ok" if result.ratio <= result.goal else "MISSED"
    sys.stdout.write(
        f"{result.name:44} {result.ours * 1e3:12.2f} ms   limit {result.limit * 1e3:12.2f} ms   "
        f"{result.ratio:7.2f} x   goal <= {result.goal:5.2f} x   {verdict}\n"
    )
    sys.stdout.flush()
    RESULTS.append(result)
    return result


def peak_memory_mb() -> float:
    """Return the most memory that this process ever held, in MB (Linux counts ru_maxrss in kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
