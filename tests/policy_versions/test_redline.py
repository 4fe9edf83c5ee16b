"""A redline gives both texts back to the letter and shows whole words."""

from __future__ import annotations

import itertools
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_versions.document import parse
from policy_versions.matching import heaviest, in_order, increasing
from policy_versions.model import ChangeKind, SegmentKind
from policy_versions.redline import redline, segments, text


def marked(before: str, after: str) -> str:
    signs = {SegmentKind.EQUAL: "{}", SegmentKind.DELETE: "[-{}-]", SegmentKind.INSERT: "{{+{}+}}"}
    return "".join(signs[s.kind].format(s.text) for s in segments(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("保存六个月。", "保存三年。", "保存[-六个月-]{+三年+}。"),
        ("保存 6 个月", "保存 16 个月", "保存 [-6-]{+16+} 个月"),
        ("保存30日内", "保存15个工作日内", "保存[-30日-]{+15个工作日+}内"),
        ("我们不会共享", "我们可能共享", "我们[-不会-]{+可能+}共享"),
        ("未经您同意", "经您同意", "[-未经-]{+经+}您同意"),
        ("we may share", "we must share", "we [-may-]{+must+} share"),
        ("mail a.b@c.io now", "mail a.c@c.io now", "mail [-a.b@c.io-]{+a.c@c.io+} now"),
        ("for 6 months.", "for three years.", "for [-6 months-]{+three years+}."),
        ("满14周岁", "满16周岁", "满[-14周岁-]{+16周岁+}"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("same", "same", "same"),
        ("", "", ""),
    ],
)
def test_words_come_out_whole(before: str, after: str, expected: str) -> None:
    assert marked(before, after) == expected


TEXT = st.text(alphabet="ab 1。\n我们不会可能六个月三年.@-|\u2028", max_size=80) | st.text(max_size=60)


@given(TEXT, TEXT)
def test_both_sides_are_reconstructed(before: str, after: str) -> None:
    found = segments(before, after)
    assert "".join(s.text for s in found if s.kind is not SegmentKind.INSERT) == before
    assert "".join(s.text for s in found if s.kind is not SegmentKind.DELETE) == after
    assert all(s.text for s in found)
    for one, two in itertools.pairwise(found):
        assert one.kind is not two.kind
        assert (one.kind, two.kind) != (SegmentKind.INSERT, SegmentKind.DELETE)


@given(TEXT)
def test_equal_texts_have_one_equal_segment(value: str) -> None:
    assert [s.kind for s in segments(value, value)] == [SegmentKind.EQUAL] * bool(value)


def test_a_moved_line_keeps_the_rest_equal() -> None:
    lines = [f"Sentence number {n} about data.\n" for n in range(50)]
    found = segments("".join(lines), "".join([*lines[1:], lines[0]]))
    assert sum(len(s.text) for s in found if s.kind is SegmentKind.EQUAL) == sum(map(len, lines[1:]))


def test_a_repetitive_text_is_told_coarsely_and_exactly() -> None:
    before, after = ">" * 30_000 + "a", "> " * 30_000 + "b"
    found = segments(before, after)
    assert "".join(s.text for s in found if s.kind is not SegmentKind.INSERT) == before
    assert len(found) < 50


def test_a_document_redline_fills_changed_clauses_only() -> None:
    before, after = (
        parse("# A\n\nWe keep it for a year.\n\nGone.\n"),
        parse("# A\n\nWe keep it for two years.\n\nNew one.\n"),
    )
    found = {c.kind: c for c in redline(before, after)}
    changed = found[ChangeKind.CHANGED]
    assert "".join(s.text for s in changed.segments if s.kind is not SegmentKind.INSERT) == text(changed.before)
    assert all(not c.segments for kind, c in found.items() if kind is not ChangeKind.CHANGED)


NUMBERS = st.lists(st.integers(0, 5), max_size=30)


@given(NUMBERS, NUMBERS, st.booleans())
def test_pairs_are_equal_and_never_cross(a: list[int], b: list[int], exact: bool) -> None:
    pairs = in_order(a, b, exact=exact)
    assert all(a[i] == b[j] for i, j in pairs)
    assert all(p[0] < q[0] and p[1] < q[1] for p, q in itertools.pairwise(pairs))
    if exact:
        longest = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
        for i, x in enumerate(a):
            for j, y in enumerate(b):
                longest[i + 1][j + 1] = longest[i][j] + 1 if x == y else max(longest[i][j + 1], longest[i + 1][j])
        assert len(pairs) == longest[-1][-1]


@given(st.lists(st.integers(0, 40), unique=True, max_size=20))
def test_the_longest_rising_run_rises(seconds: list[int]) -> None:
    found = increasing(list(enumerate(seconds)))
    assert all(p[0] < q[0] and p[1] < q[1] for p, q in itertools.pairwise(found))
    assert bool(found) == bool(seconds)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=9, unique_by=lambda p: p[0]))
def test_the_heaviest_rising_run_is_the_heaviest(drawn: list[tuple[int, int]]) -> None:
    points = [(i, second) for i, (second, _) in enumerate(drawn)]
    weights = [weight for _, weight in drawn]
    found = heaviest(points, weights)
    runs = [
        c for n in range(len(points) + 1) for c in combinations(points, n) if list(c) == sorted(c, key=lambda p: p[1])
    ]
    assert found in [list(run) for run in runs]
    assert sum(weights[i] for i, _ in found) == max(sum(weights[i] for i, _ in run) for run in runs)
