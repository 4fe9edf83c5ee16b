"""What a sweep found, as Markdown: figures first, then what was slow, what failed, and verdicts to read by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from policy_versions.model import Assessment, Category, Level, Lines
from tests.sweep.judge import Outcome
from tests.sweep.pairs import Pair

SLOW = 2.0
"""Seconds that no pair may take (PERFORMANCE: worst case)."""
LISTED = 10


def render(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Write the tables of a run, line by line."""
    judged = [o for o in outcomes if not o.error]
    changed = [o for o in judged if o.categories]
    yield "# Sweep"
    yield ""
    yield from _table(("history", "changes", "with findings", "material", "errors"), _histories(outcomes))
    yield ""
    yield from _table(("level", "changes", "share"), _levels(judged))
    yield ""
    yield from _table(("category", "findings", "changes", "share of changes"), _categories(judged))
    yield ""
    lone = sum(set(o.categories) == {str(Category.UNCLASSIFIED)} for o in judged)
    some = sum(str(Category.UNCLASSIFIED) in o.categories for o in judged)
    yield (
        f"Unclassified: {_share(lone, len(judged))} of all changes hold nothing else, {_share(some, len(judged))} hold "
        f"one beside others; of {len(changed)} changes with findings {_share(lone, len(changed))} and "
        f"{_share(some, len(changed))}."
    )
    yield ""
    yield from _table(("editorial kind", "times"), Counter(k for o in judged for k in o.editorial).most_common())
    yield ""
    yield from _speed(judged)
    failed = [o for o in outcomes if o.error]
    if failed:
        yield ""
        rows = [(o.pair.name, "refused" if o.clear else "CRASH", o.error) for o in failed]
        yield from _table(("failed", "how", "why"), rows)


def _histories(outcomes: Sequence[Outcome]) -> Iterator[tuple[object, ...]]:
    for name in dict.fromkeys(o.pair.history for o in outcomes):
        of = [o for o in outcomes if o.pair.history == name]
        counts = (sum(bool(o.categories) for o in of), sum(o.material for o in of), sum(bool(o.error) for o in of))
        yield (name, len(of), *counts)


def _levels(judged: Sequence[Outcome]) -> Iterator[tuple[object, ...]]:
    counts = Counter(o.level for o in judged)
    return ((level, counts[level], _share(counts[level], len(judged))) for level in map(str, Level) if counts[level])


def _categories(judged: Sequence[Outcome]) -> Iterator[tuple[object, ...]]:
    every = Counter(c for o in judged for c in o.categories)
    once = Counter(c for o in judged for c in set(o.categories))
    return ((c, n, once[c], _share(once[c], len(judged))) for c, n in every.most_common())


def _speed(judged: Sequence[Outcome]) -> Iterator[str]:
    times = sorted(o.seconds for o in judged)
    if not times:
        return
    slow = sum(t > SLOW for t in times)
    yield (
        f"Classifying took {sum(times):.1f} s in all, median {times[len(times) // 2] * 1e3:.0f} ms, slowest "
        f"{times[-1]:.2f} s; {slow} changes took more than {SLOW:.0f} s. "
        f"Peak memory of a process {max(o.peak for o in judged):.0f} MB."
    )
    yield ""
    slowest = sorted(judged, key=lambda o: -o.seconds)[:LISTED]
    rows = [(o.pair.name, f"{o.seconds:.2f} s", f"{o.size / 1000:.0f} kB") for o in slowest]
    yield from _table(("slowest", "time", "size"), rows)


def verdict(pair: Pair, found: Assessment) -> Iterator[str]:
    """Write one verdict for reading by hand."""
    yield ""
    yield f"## {pair.name}"
    yield ""
    language = "zh-CN" if found.language.startswith("zh") else "en"
    for f in found.findings:
        yield f"- **{f.category} {f.effect} {f.direction}** ({f.rule}, {f.confidence}) {f.explanation[language]}"
        yield from _quotes(f.evidence_before, f.evidence_after, f.lines_before, f.lines_after)
    for e in found.editorial:
        yield f"- editorial: {e.kind}"
        yield from _quotes(e.before, e.after, e.lines_before, e.lines_after)


def _quotes(before: str, after: str, old: Lines, new: Lines) -> Iterator[str]:
    for sign, text, lines in (("-", before, old), ("+", after, new)):
        if text:
            yield f"  - `{sign}{lines.first}` {' '.join(text.split())[:400]}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |"
