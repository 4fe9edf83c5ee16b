"""`python -m tests.bench [NAME ...]`: run every module of this folder that defines `bench()`."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys

import tests.bench
from tests.bench import harness


def names(wanted: list[str]) -> list[str]:
    """Name the modules to run, in alphabetical order."""
    there = sorted(m.name for m in pkgutil.iter_modules(tests.bench.__path__) if m.name not in {"harness", "__main__"})
    unknown = set(wanted) - set(there)
    if unknown:
        sys.exit(f"no such bench: {', '.join(sorted(unknown))}; there are: {', '.join(there)}")
    return [n for n in there if not wanted or n in wanted]


def main(arguments: list[str]) -> None:
    """Run each module in a process of its own, so that memory and imports of one do not weigh on another."""
    if os.environ.get("BENCH_CHILD"):
        importlib.import_module(f"tests.bench.{arguments[0]}").bench()
        sys.stdout.write(f"{'':44} peak memory {harness.peak_memory_mb():.0f} MB\n")
        return
    failed = []
    for name in names(arguments):
        sys.stdout.write(f"\n== {name}\n")
        sys.stdout.flush()
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench", name], env={**os.environ, "BENCH_CHILD": "1"}, check=False
        )
        failed += [name] if done.returncode else []
    if failed:
        sys.exit(f"these benches did not run to their end: {', '.join(failed)}")


main(sys.argv[1:])
