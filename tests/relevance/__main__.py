"""Learn policy_versions/relevance.json from rows.tsv; `--check` only says whether it is fresh; `--rows SET…` measures.

`--rows` takes folders in the shape of the corpus and writes rows.tsv anew; learning then proves itself on halves.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

from policy_versions.relevance import WEIGHTS, likelihood
from tests.relevance.learning import learn
from tests.relevance.rows import ROWS, Row, measured, read, write


def digest() -> str:
    """Give the digest of what the weights are learned from and how."""
    sources = (ROWS, Path(__file__).with_name("learning.py"))
    return sha256(b"".join(s.read_bytes() for s in sources)).hexdigest()


def main(arguments: list[str]) -> int:
    """Run one of the three."""
    if "--check" in arguments:
        if json.loads(WEIGHTS.read_text(encoding="utf-8"))["from"] == digest():
            return 0
        sys.stderr.write("policy_versions/relevance.json is stale: run `python -m tests.relevance`\n")
        return 1
    if "--rows" in arguments:
        write(measured([Path(a) for a in arguments if not a.startswith("--")]))
    rows = read()
    told = _learned(rows)
    WEIGHTS.write_text(json.dumps({"from": digest(), "weights": told}, indent=1) + "\n", encoding="utf-8")
    for half in (0, 1):
        other = _learned([r for r in rows if r.change % 2 != half])
        sys.stdout.write(f"half {half}: {_ranked([r for r in rows if r.change % 2 == half], other)}\n")
    return 0


def _learned(rows: list[Row]) -> dict[str, float]:
    return learn([r.traits for r in rows], [r.listed for r in rows])


def _ranked(rows: list[Row], told: dict[str, float]) -> str:
    """Say how many of a half's categories are listed by readers, at and below even likelihood."""
    ranked = [(likelihood(r.traits, told) >= 0.5, r.listed) for r in rows]
    sure, rest = ([listed for likely, listed in ranked if likely is side] for side in (True, False))
    return f"{sum(sure)} of {len(sure)} listed from 0.5 on, {sum(rest)} of {len(rest)} below"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
