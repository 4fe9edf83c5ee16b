"""Classify many pairs as one process, against markdown-it-py's tokens of both sides; and name the slowest pair."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from markdown_it import MarkdownIt

from tests.bench.harness import compare

SHARED = Path(os.environ.get("POLICY_VERSIONS_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))


def bench() -> None:
    """Answer every third real pair by `classify --batch`, starting the program and loading its lexicons included."""
    befores = sorted((SHARED / "corpus/dev/texts").glob("*.before.md"))[::3]
    if not befores:
        sys.stdout.write(f"classify: skipped, no corpus at {SHARED} (POLICY_VERSIONS_SHARED)\n")
        return
    pairs = [(b, b.with_name(b.name.replace(".before.", ".after."))) for b in befores]
    waits: list[tuple[float, str]] = []
    compare(
        f"classify --batch, {len(pairs)} pairs", lambda: waits.append(_batch(pairs)), lambda: _tokens(pairs), 3.0, 3
    )
    slowest = min(waits)
    sys.stdout.write(f"  slowest pair: {slowest[1]} in {slowest[0]:.2f} s (wanted: under 2 s)\n")


def _tokens(pairs: list[tuple[Path, Path]]) -> None:
    parser = MarkdownIt("commonmark").enable("table")
    for pair in pairs:
        for path in pair:
            parser.parse(path.read_text(encoding="utf-8"))


def _batch(pairs: list[tuple[Path, Path]]) -> tuple[float, str]:
    """Return the longest wait between two answers, in seconds, with its pair."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as asked:
        asked.writelines(json.dumps({"id": b.name, "before": str(b), "after": str(a)}) + "\n" for b, a in pairs)
        asked.flush()
        command = [sys.executable, "-m", "policy_versions", "classify", "--batch", asked.name]
        last = time.perf_counter()
        slowest = (0.0, "")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
            assert process.stdout is not None
            for number, line in enumerate(process.stdout):
                now = time.perf_counter()
                if "error" in (answer := json.loads(line)):
                    sys.exit(f"the batch could not answer {answer}")
                slowest = max(slowest, (now - last, answer["id"])) if number else slowest
                last = now
        return slowest
