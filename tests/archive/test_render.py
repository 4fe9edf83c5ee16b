"""Markdown becomes HTML that is safe, has permanent anchors and reads right in Chinese."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import render


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**注意：**请阅读", "<strong>注意：</strong>请阅读"),
        ("您**“好”**的", "您<strong>“好”</strong>的"),
        ("**《隐私政策》**适用", "<strong>《隐私政策》</strong>适用"),
        ("请看**第 3 条（保存）**。", "请看<strong>第 3 条（保存）</strong>。"),
        ("a **bold** b", "a <strong>bold</strong> b"),
        ("a * not * b", "a * not * b"),
        ("snake_case_name", "snake_case_name"),
        ('a**"quoted"**b', 'a**"quoted"**b'),
    ],
)
def test_emphasis_beside_chinese_and_latin(text: str, expected: str) -> None:
    assert f">{expected}</p>" in render.document(text).html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe src='https://x.example'></iframe>",
        "<p style='color:red' onclick='x()'>y</p>",
        "![pixel](https://track.example/p.gif)",
        "<svg onload=alert(1)><style>*{}</style></svg>",
        "<form action=https://x.example><input></form>",
    ],
)
def test_nothing_runs_or_loads(text: str) -> None:
    html = render.document(f"before\n\n{text}\n\nafter").html.lower()
    for bad in (
        "<script",
        "<img",
        "onerror",
        "<iframe",
        "style",
        "onclick",
        "<svg",
        "<form",
        "<input",
        'href="javascript',
    ):
        assert bad not in html
    assert "before" in html
    assert "after" in html


def test_raw_html_cannot_take_our_ids_or_classes() -> None:
    html = render.document('<b id="main" class="mark">x</b>\n\n<h1>y</h1>').html
    assert "id=" not in html.replace('id="p.', "")
    assert "class=" not in html
    assert "<h1" not in html


def test_links_inside_stay_and_links_to_nowhere_become_words() -> None:
    html = render.document("[a](#one) [b](/elsewhere) [c](https://example.com) [d](mailto:x@example.com)").html
    assert '<a href="#one">' in html
    assert "/elsewhere" not in html
    assert '<a href="https://example.com">' in html
    assert '<a href="mailto:x@example.com">' in html


def test_headings_start_at_h2_and_skip_no_level() -> None:
    rendered = render.document("# 政策\n\n### 深\n\n## 浅\n\n# 又\n\n###### 底")
    assert [h.depth for h in rendered.headings] == [1, 2, 2, 1, 2]
    assert "<h2" in rendered.html
    assert "<h4" not in rendered.html


def test_anchors_are_words_and_numbers_and_never_twice() -> None:
    text = "# 一、收集\n\n甲\n\n- 乙\n- 丙\n\n# 一、收集\n\n丁\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    rendered = render.document(text)
    ids = [part.partition('"')[0] for part in rendered.html.split('id="')[1:]]
    assert len(ids) == len(set(ids))
    assert ids[:4] == ["一收集", "一收集.1", "一收集.2", "一收集.3"]
    assert "一收集-1" in ids


def test_adding_below_does_not_move_anchors_above() -> None:
    text = "# A\n\none\n\ntwo\n"
    before, after = render.document(text).html, render.document(text + "\n# B\n\nthree\n").html
    assert after.startswith(before.rstrip())


def test_marks_stand_at_the_block_of_their_line() -> None:
    marks = [render.Mark(3, "../x/#c1", "修改", "修改：看"), render.Mark(6, "../x/#c2", "新增", "新增：看")]
    html = render.document("# A\n\none\n\n- two\n- three\n", marks=marks).html
    assert '<p id="a.1" class="changed"><a class="mark" href="../x/#c1" aria-label="修改：看">修改</a>one</p>' in html
    assert '<li id="a.3" class="changed"><a class="mark" href="../x/#c2"' in html
    assert html.count("mark") == 2


def test_front_matter_is_no_text() -> None:
    assert "title" not in render.document("---\ntitle: x\n---\n\nhello").html


@given(st.text(alphabet="ab*_中（。 \n#-|`<>[]()!&", max_size=60))
def test_any_text_gives_balanced_html_without_handlers(text: str) -> None:
    html = str(render.document(text).html)
    for tag in ("p", "li", "strong", "em", "a", "code"):
        assert html.count(f"<{tag}>") + html.count(f"<{tag} ") == html.count(f"</{tag}>")
