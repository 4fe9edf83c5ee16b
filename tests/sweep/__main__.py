"""`python -m tests.sweep [HISTORY ...] [--sample N --seed S]`: what the classifier says about whole histories."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import re
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from pathlib import Path

from tests.sweep.judge import Outcome, assess, judge
from tests.sweep.pairs import Pair, opened, pairs
from tests.sweep.report import render, verdict

SHARED = Path(os.environ.get("POLICY_VERSIONS_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
DOCUMENTS = r"(?i)privacy|cookie|subprocessor|隐私|个人信息|儿童"
CHUNK = 8
"""Changes given to a worker at once: neighbours of one document, of which it then knows the common text."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.sweep", description=__doc__)
    parser.add_argument("histories", nargs="*", type=Path, help="git repositories or bundles (default: the corpus')")
    parser.add_argument("--documents", default=DOCUMENTS, type=re.compile, help="regular expression over paths")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="print N verdicts to read by hand")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which verdicts --sample takes")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="J", help="processes")
    return parser.parse_args(arguments)


def run(found: Sequence[Pair], jobs: int) -> list[Outcome]:
    """Judge all pairs, a process a core; only the figures come back, so memory does not grow with the history."""
    context = multiprocessing.get_context("spawn")
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        try:
            outcomes.extend(pool.map(judge, found, chunksize=CHUNK))
        except BrokenProcessPool:
            near = found[len(outcomes) : len(outcomes) + CHUNK * jobs]
            raise SystemExit(f"a process died; at one of: {'; '.join(p.name for p in near)}") from None
    return outcomes


def sample(outcomes: Sequence[Outcome], count: int, seed: int) -> list[Pair]:
    """Choose changes in which anything at all was seen, the same ones for the same seed."""
    seen = [o.pair for o in outcomes if o.categories or o.editorial]
    return random.Random(seed).sample(seen, min(count, len(seen)))


def main(arguments: Sequence[str]) -> int:
    """Sweep, print the report; return 1 when a change crashed the classifier."""
    asked = options(arguments)
    histories = asked.histories or sorted((SHARED / "corpus" / "git").glob("*.bundle"))
    if not histories:
        sys.stdout.write(f"sweep: skipped, no bundles at {SHARED} (name histories, or set POLICY_VERSIONS_SHARED)\n")
        return 0
    with ExitStack() as stack:
        folders = [(stack.enter_context(opened(h)), h.resolve().stem) for h in histories]
        found = [p for folder, name in folders for p in pairs(folder, name, asked.documents)]
        outcomes = run(found, asked.jobs)
        sys.stdout.writelines(f"{line}\n" for line in render(outcomes))
        for pair in sample(outcomes, asked.sample, asked.seed):
            sys.stdout.writelines(f"{line}\n" for line in verdict(pair, assess(pair)[0]))
    return int(any(o.error and not o.clear for o in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
