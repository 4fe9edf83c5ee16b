"""A redline shows every change once, folds what stayed, and gives both texts back."""

from __future__ import annotations

import re
from html import unescape

from archive import redlines, strings
from archive.redlines import RowKind

T = strings.load("zh-CN")
OLD = (
    "# 政策\n\n## 一、甲\n\n第一段。\n\n第二段。\n\n第三段。\n\n第四段说的是六个月。\n\n"
    "## 二、乙\n\n可移动的一整段文字在这里说明用途。\n\n末段。\n"
)


def bare(html: str, drop: str) -> str:
    html = re.sub(r'<span class="hidden">.*?</span>', "", html)
    html = re.sub(rf"<{drop}>.*?</{drop}>", "", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", html))


def test_identical_texts_have_no_change() -> None:
    assert redlines.compare(OLD, OLD, "zh-CN").changes == ()


def test_unchanged_runs_are_folded_and_the_section_is_named() -> None:
    found = redlines.compare(OLD, OLD.replace("六个月", "三年"), "zh-CN")
    blocks = list(redlines.blocks(found))
    assert [len(b.rows) for b in blocks if b.folded] == [5, 3]
    changed = next(b for b in blocks if b.rows[0].number)
    assert changed.where == "甲"
    assert [r.number for r in found.changes] == [1]


def test_words_of_a_change_come_out_whole_and_give_both_sides_back() -> None:
    row = redlines.compare(OLD, OLD.replace("六个月", "三年"), "zh-CN").changes[0]
    html = str(redlines.inline(row, T))
    assert "六个月<span" in html
    assert bare(html, "ins") == "第四段说的是六个月。"
    assert bare(html, "del") == "第四段说的是三年。"
    assert "<ins>" not in redlines.side(row, T, new=False)
    assert "<del>" not in redlines.side(row, T, new=True)


def test_a_moved_clause_is_seen_at_both_ends() -> None:
    moving = "可移动的一整段文字在这里说明用途。\n\n"
    new = OLD.replace(moving, "").replace("第一段。\n\n", moving + "第一段。\n\n")
    found = redlines.compare(OLD, new, "zh-CN")
    kinds = [r.kind for r in found.rows]
    assert kinds.count(RowKind.MOVED) == kinds.count(RowKind.MOVED_AWAY) == 1
    assert kinds.index(RowKind.MOVED) < kinds.index(RowKind.MOVED_AWAY)
    away = next(r for r in found.rows if r.kind is RowKind.MOVED_AWAY)
    assert away.number == 0
    assert "<del>" not in redlines.inline(away, T)


def test_typography_is_shown_though_it_means_nothing() -> None:
    found = redlines.compare(OLD, OLD.replace("第一段。", "**第一段。**"), "zh-CN")
    assert [r.kind for r in found.changes] == [RowKind.TYPOGRAPHY]


def test_a_removal_is_marked_at_what_follows_it() -> None:
    new = OLD.replace("第二段。\n\n", "")
    marks = list(redlines.first_lines(redlines.compare(OLD, new, "zh-CN")))
    assert [(r.kind, line) for r, line in marks] == [(RowKind.REMOVED, new.split("\n").index("第三段。") + 1)]


def test_markup_in_texts_is_escaped() -> None:
    row = redlines.compare(
        "a <b onclick=x>one</b>\n", "a <script>two</script> <b onclick=x>one</b> three\n", "en"
    ).changes[0]
    html = redlines.inline(row, T)
    assert "<script" not in html
    assert "<b onclick" not in html


def test_the_middle_of_a_long_unchanged_run_is_left_out() -> None:
    text = "# Terms\n\n" + "\n\n".join(f"Clause {n} says its own thing." for n in range(60)) + "\n"
    found = redlines.compare(text, text.replace("Clause 50 says", "Clause 50 states"), "en")
    first, _, last = list(redlines.blocks(found))
    assert (len(first.rows), first.folded, first.left_out) == (2 * redlines.CONTEXT, True, 51 - 2 * redlines.CONTEXT)
    assert first.rows[-1].clause.text == "Clause 49 says its own thing."
    assert first.rows[redlines.CONTEXT - 1].clause.text == "Clause 2 says its own thing."
    assert (len(last.rows), last.left_out) == (9, 0)


def test_a_link_that_stays_is_its_words_and_one_that_changes_is_seen() -> None:
    old = "Read [our rules](https://example.com/a) and [the notice](https://example.com/b) today please.\n"
    new = old.replace("today", "tomorrow").replace("example.com/b", "example.com/c")
    html = str(redlines.inline(redlines.compare(old, new, "en").changes[0], T))
    assert "our rules and " in html
    assert "example.com/a" not in html
    assert "[the notice](https://example.com/<del>" in html
    unlinked = redlines.compare("Read [a](b) [a](b) now.\n", "Read [a](b) a now.\n", "en").changes[0]
    assert "<del>" in redlines.inline(unlinked, T)
