"""Token diff of real pairs against `git diff --word-diff`, for time and for how much is marked; and the worst cases."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from policy_versions.alignment import align
from policy_versions.document import parse
from policy_versions.model import SegmentKind
from policy_versions.redline import TOKEN, redline, segments
from tests.bench.harness import compare

SHARED = Path(os.environ.get("POLICY_VERSIONS_SHARED", Path(__file__).resolve().parents[3] / "shared"))
WORD_DIFF = ("git", "diff", "--no-index", "--word-diff=porcelain")


def bench() -> None:
    """Compare with git on real pairs where they are at hand and on made-up giants.

    A giant may take two seconds in all where git takes 0.05 to 0.1: 20 to 40 times the limit, shared by the parts.
    """
    if (SHARED / "corpus").is_dir():
        _pairs(_real())
    for name, (before, after) in _giants().items():
        with tempfile.TemporaryDirectory() as folder:
            old, new = _files(Path(folder), before, after)
            compare(
                f"redline, {name}", lambda b=before, a=after: segments(b, a), lambda o=old, n=new: _git(o, n), 20, 3
            )
            compare(
                f"align, {name}",
                lambda b=before, a=after: align(parse(b), parse(a)),
                lambda o=old, n=new: _git(o, n),
                25,
                3,
            )


def _real() -> list[tuple[Path, Path]]:
    befores = sorted((SHARED / "corpus/dev/texts").glob("*.before.md"))[:300]
    return [(b, b.with_name(b.name.replace(".before.", ".after."))) for b in befores]


def _pairs(pairs: list[tuple[Path, Path]]) -> None:
    texts = [(b.read_text(encoding="utf-8"), a.read_text(encoding="utf-8")) for b, a in pairs]
    compare(
        f"token diff of {len(pairs)} pairs",
        lambda: [segments(b, a) for b, a in texts],
        lambda: [_git(b, a) for b, a in pairs],
        1.5,
        3,
    )
    compare(
        f"redline of {len(pairs)} pairs with alignment",
        lambda: [redline(parse(b), parse(a)) for b, a in texts],
        lambda: [_git(b, a) for b, a in pairs],
        10,
        1,
    )
    ours = [_clock(b, a) for b, a in texts]
    shares = [share for b, a in texts if (share := _marked(b, a)) is not None]
    over = sum(m for m, _ in shares) / max(1, sum(x for _, x in shares))
    worst = max(m / max(1, x) for m, x in shares)
    sys.stdout.write(
        f"  one pair: median {statistics.median(ours) * 1e3:.2f} ms, mean {statistics.fmean(ours) * 1e3:.2f} ms, "
        f"slowest {max(ours) * 1e3:.1f} ms; marked over exact: {over:.3f} x in all, {worst:.2f} x at worst "
        f"({len(shares)} pairs small enough for the exact answer)\n"
    )


def _clock(before: str, after: str) -> float:
    start = time.perf_counter()
    segments(before, after)
    return time.perf_counter() - start


def _marked(before: str, after: str) -> tuple[int, int] | None:
    """Give the words we mark as changed and the least number possible."""
    from rapidfuzz.distance import LCSseq  # noqa: PLC0415

    a, b = _tokens(before), _tokens(after)
    if len(a) * len(b) > 400_000_000 or a == b:
        return None
    marked = sum(len(_tokens(s.text)) for s in segments(before, after) if s.kind is not SegmentKind.EQUAL)
    return marked, len(a) + len(b) - 2 * LCSseq.similarity(a, b)


def _tokens(text: str) -> list[str]:
    return [token for token in TOKEN.findall(text) if not token.isspace()]


def _git(before: Path, after: Path) -> bytes:
    return subprocess.run([*WORD_DIFF, str(before), str(after)], capture_output=True, check=False).stdout


def _files(folder: Path, before: str, after: str) -> tuple[Path, Path]:
    old, new = folder / "old.md", folder / "new.md"
    old.write_text(before, encoding="utf-8")
    new.write_text(after, encoding="utf-8")
    return old, new


def _giants() -> dict[str, tuple[str, str]]:
    chance = random.Random(5)
    vocabulary = ["".join(chance.choices("abcdefghijklmnop", k=chance.randrange(2, 9))) for _ in range(4000)]
    words = chance.choices(vocabulary, k=90_000)
    lines = [" ".join(words[i : i + 60]) + "." for i in range(0, len(words), 60)]
    swapped = [w if chance.random() > 0.3 else chance.choice(vocabulary) for w in words]
    other = chance.choices(vocabulary, k=90_000)
    same = ["We share your data with partners."] * 9_000
    return {
        "30 % replaced": ("\n\n".join(lines), "\n\n".join(" ".join(swapped[i : i + 60]) for i in range(0, 90_000, 60))),
        "unrelated": ("\n\n".join(lines), "\n\n".join(" ".join(other[i : i + 60]) for i in range(0, 90_000, 60))),
        "shuffled": ("\n\n".join(lines), "\n\n".join(chance.sample(lines, len(lines)))),
        "repetitive": ("\n\n".join(same), "\n\n".join([*same[:7000], *["We do not share it."] * 2000])),
        "one paragraph": (" ".join(words), " ".join(swapped)),
    }
