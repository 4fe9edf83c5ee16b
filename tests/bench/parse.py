"""Clauses and alignment of many real pairs against markdown-it-py's tokens of the same texts."""

from __future__ import annotations

import os
from pathlib import Path

from markdown_it import MarkdownIt

from policy_versions import blocks, sentences, wording
from policy_versions.alignment import align, edits
from policy_versions.document import parse
from tests.bench.harness import compare

SHARED = Path(os.environ.get("POLICY_VERSIONS_SHARED", Path(__file__).resolve().parents[3] / "shared"))


def bench() -> None:
    """Compare on real pairs; the whole batch may take three times the limit, so this part half of that."""
    texts = _texts()
    tokens = MarkdownIt("commonmark").enable("table")
    compare(
        f"clauses, alignment and edits of {len(texts)} pairs",
        lambda: [edits(align(parse(b), parse(a))) for b, a in _cold(texts)],
        lambda: [(tokens.parse(b), tokens.parse(a)) for b, a in texts],
        1.5,
        3,
    )


def _cold(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Forget what earlier rounds have seen: only what two texts of a pair share is known twice."""
    for known in (blocks.known, wording.normalise, wording.signature, sentences.sentences):
        known.cache_clear()
    return texts


def _texts() -> list[tuple[str, str]]:
    folder = SHARED / "corpus/dev/texts"
    files = sorted(folder.glob("*.before.md"))[::3]
    if not files:
        section = "## {n}. Data {n}\n\nWe collect item {n} and **keep** it for {m} days.\n\n- one\n- two {n}\n\n"
        return [("".join(section.format(n=n, m=m) for n in range(300)), section.format(n=1, m=m) * 300) for m in (1, 2)]
    return [
        (f.read_text(encoding="utf-8"), f.with_name(f.name.replace(".before.", ".after.")).read_text(encoding="utf-8"))
        for f in files
    ]
