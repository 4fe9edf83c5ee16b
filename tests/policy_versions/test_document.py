"""Markdown of every kind becomes clauses with the right headings, words and lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_versions.alignment import normalise, signature
from policy_versions.document import cells, parse, sentences
from policy_versions.model import Clause, ClauseKind, Lines


def texts(source: str) -> list[str]:
    return [c.text for c in parse(source).clauses]


def clause(source: str, word: str) -> Clause:
    return next(c for c in parse(source).clauses if word in c.text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("一、引言", "二、定义"),
        ("（一）引言", "（二）定义"),
        ("(一) 引言", "(二) 定义"),
        ("第一章 引言", "第二章 定义"),
        ("第一条 引言", "第二条 定义"),
        ("1、引言", "2、定义"),
        ("1．引言", "2．定义"),
        ("1. 引言", "2. 定义"),
        ("1.1 引言", "1.2 定义"),
        ("（1）引言", "（2）定义"),
        ("①引言", "②定义"),
        ("**引言**", "**定义**"),
        ("__引言__", "__定义__"),
        ("#引言", "#定义"),
        ("# 引言", "# 定义"),
        ("<h2>引言</h2>", "<h2>定义</h2>"),
        ("**1. Scope**", "**2. Terms**"),
    ],
)
def test_every_numbering_is_structure_even_run_together(first: str, second: str) -> None:
    found = parse(f"{first}\n我们如何处理您的信息。\n{second}\n本政策所用的词语。\n").clauses
    assert len(found) == 4
    if not first.startswith("①"):
        assert [c.kind for c in found[::2]] == [ClauseKind.HEADING] * 2
        assert found[3].path[-1] in ("定义", "Terms")
        assert found[3].path == found[2].path + found[3].path[-1:]


@pytest.mark.parametrize("mark", ["{}、", "（{}）", "{}. ", "{}）", "- ", "* ", "· ", "• ", "●", "①"])
def test_siblings_are_items_of_what_introduces_them(mark: str) -> None:
    source = "您有权：\n" + "".join(f"{mark.format(n)}{t}\n" for n, t in enumerate(("查阅", "更正", "删除您的信息"), 1))
    found = parse(source).clauses
    assert [c.kind for c in found[1:]] == [ClauseKind.ITEM] * 3
    assert {c.lead for c in found[1:]} == {"您有权："}
    assert [signature(c.text) for c in found[1:]] == ["查阅", "更正", "删除您的信息"]


def test_a_list_inside_one_paragraph_is_cut() -> None:
    assert texts("我们收集：（1）手机号；（2）设备型号；（3）位置。") == [
        "我们收集：",
        "（1）手机号；",
        "（2）设备型号；",
        "（3）位置。",
    ]


@pytest.mark.parametrize(
    "ordinary", ["2.5 million users trust us.", "14周岁以下的儿童", "一般情况下我们不会共享", "第三方会收集信息"]
)
def test_numbers_that_say_something_stay(ordinary: str) -> None:
    assert signature(ordinary).startswith(signature(ordinary.split(maxsplit=1)[0][:3]))
    assert parse(ordinary + "\n").clauses[0].kind is ClauseKind.PARAGRAPH


def test_a_table_of_contents_is_no_heading() -> None:
    found = parse("# 政策\n\n一、引言\n二、收集\n三、共享\n\n正文。\n").clauses
    assert [c.kind for c in found[1:4]] == [ClauseKind.ITEM] * 3
    assert found[4].path == ("政策",)


def test_a_row_knows_its_columns_and_its_cells() -> None:
    source = "SDK：\n\n| 名称 | **用途** |\n| --- | --- |\n| 微信 SDK | 分享 \\| 登录 |\n"
    row = clause(source, "微信")
    assert (row.kind, row.labels, row.lines, row.lead) == (ClauseKind.ROW, ("名称", "用途"), Lines(5, 5), "SDK：")
    assert cells(row)[0] == "微信 SDK"


def test_the_first_row_names_the_columns_when_the_head_is_empty() -> None:
    assert clause("| | |\n|---|---|\n| Name | Use |\n| X | Ads |\n", "Ads").labels == ("Name", "Use")


def test_an_html_table_is_rows() -> None:
    rows = "<tr><th>名称</th><th>用途</th></tr>\n<tr>\n\n<td>微信</td>\n<td>分享</td>\n</tr>\n"
    source = f"前言。\n\n<table>\n{rows}</table>\n\n结语。\n"
    row = clause(source, "微信")
    assert (row.text, row.labels, row.lines) == ("微信 | 分享", ("名称", "用途"), Lines(5, 9))
    assert clause(source, "结语").lines == Lines(12, 12)


def test_html_is_text_and_what_is_hidden_is_none() -> None:
    shown = '<div><p>We keep <b>logs</b>.</p><p>We share <a href="https://x.example">data</a>.</p></div>'
    source = f"{shown}\n\n<!-- todo\n\n- x -->\n<script>var a\n</script>\nEnd.\n"
    assert texts(source) == ["We keep <b>logs</b>.", 'We share <a href="https://x.example">data</a>.', "End."]
    assert clause(source, "End").lines == Lines(8, 8)


def test_wrapping_makes_no_other_clause() -> None:
    one = "We collect your name and (45) days later we delete it without asking you again."
    wrapped = one.replace("and (45)", "and\n(45)").replace("delete it", "delete\nit")
    assert texts(wrapped) == [one]
    assert texts("我们收集您的\n手机号。") == ["我们收集您的手机号。"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\x0b"])
def test_any_line_break_gives_the_same_clauses_and_lines_count_newlines_only(newline: str) -> None:
    source = "\ufeff# A\n\nOne.\n\n- two\n- three\n".replace("\n", newline)
    found = parse(source).clauses
    assert [c.text for c in found] == ["A", "One.", "two", "three"]
    assert found[-1].lines.first == (6 if "\n" in newline else 1)


def test_front_matter_is_read_and_not_a_clause() -> None:
    document = parse('---\ntitle: "Privacy"\neffective_date: 2025-01-02\ntags:\n  - a\n---\n# Heading\n')
    assert dict(document.front_matter) == {"title": "Privacy", "effective_date": "2025-01-02", "tags": ""}
    assert (document.title, document.clauses[0].lines) == ("Privacy", Lines(7, 7))
    assert parse("---\nNo matter at all\n---\n").clauses


def test_nested_lists_lead_and_quotes_and_code() -> None:
    source = "- We use:\n  - cookies\n  - pixels\n\n> quoted\n\n```\ncode line\n```\n"
    assert clause(source, "pixels").lead == "We use:"
    assert clause(source, "quoted").kind is ClauseKind.QUOTE
    assert (clause(source, "code").kind, clause(source, "code").lines) == (ClauseKind.CODE, Lines(8, 8))


def test_deep_nesting_loses_no_word() -> None:
    deep = "".join("  " * i + f"- word{i}\n" for i in range(60)) + "> " * 60 + "bottom\n"
    assert {f"word{i}" for i in range(60)} | {"bottom"} <= set(re.findall(r"\w+", " ".join(texts(deep))))


def test_an_empty_heading_takes_nothing_away() -> None:
    assert texts("###\n\nWhat we collect\n\nYour name.\n") == ["What we collect", "Your name."]


LINES = st.lists(
    st.sampled_from(
        [
            "# 标题",
            "一、引言",
            "1、手机号；2、姓名；",
            "- item",
            "  - inner",
            "| a | b |",
            "|---|---|",
            "**粗体**",
            "> quote",
            "```",
            "",
            "text goes on",
            "<br>text",
            "<table><tr><td>x</td>",
            "</table>",
            "---",
            "===",
            "    indented",
            "电话：12345",
            "邮箱：a@b.cn",
        ]
    ),
    max_size=25,
)


@given(LINES)
def test_no_word_is_lost_and_lines_are_exact(lines: list[str]) -> None:
    source = "\n".join(lines)
    document = parse(source)
    if document.front_matter or source.startswith("---"):
        return
    said = "".join(c.text for c in document.clauses)
    for word in ("手机号", "item", "inner", "quote", "indented", "12345", "a@b.cn", "粗体"):
        assert said.count(word) == source.count(word)
    for found in document.clauses:
        span = "\n".join(lines[found.lines.first - 1 : found.lines.last])
        # Letter by letter, in order: two soft-wrapped lines of Han are one word, and marks between them are gone.
        there = iter(span)
        assert all(letter in there for letter in re.findall(r"\w", found.text))
    assert [c.ordinal for c in document.clauses] == list(range(len(document.clauses)))


@given(st.text(max_size=300))
def test_any_text_parses(source: str) -> None:
    assert all(1 <= c.lines.first <= c.lines.last <= source.count("\n") + 1 for c in parse(source).clauses)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我们会保存。您可以删除！好吗？可以；完", ["我们会保存。", "您可以删除！", "好吗？", "可以；", "完"]),
        ("我们称为“信息。”您同意。", ["我们称为“信息。”", "您同意。"]),
        ("Write to a.b@c.co.uk. See https://x.y/z.html. It is 3.5 km.", None),
        ("We share data, e.g. with Acme Inc. in the U.S. only. Dr. Lee agrees.", None),
        ("Acme Inc. We sell nothing. See No. 5.", ["Acme Inc.", "We sell nothing.", "See No. 5."]),
        ("1. We collect data. 2. We share data.", ["1. We collect data.", "2. We share data."]),
        ("一 | 二。三 | four", ["一", "二。", "三", "four"]),
    ],
)
def test_sentences(text: str, expected: list[str] | None) -> None:
    found = sentences(text, "zh")
    if expected is None:
        assert len(found) == text.count("@") * 3 + text.count("Dr.") * 2
    else:
        assert list(found) == expected
    assert all(s in text for s in found)


@given(st.text(alphabet="。！a.B ”;；1\n我|", max_size=60))
def test_sentences_leave_no_letter_out(text: str) -> None:
    found = sentences(text)
    assert re.findall(r"\w", "".join(found)) == re.findall(r"\w", text)
    at = 0
    for sentence in found:
        at = text.index(sentence, at) + len(sentence)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“我们”，收集：Ａ", '"我们",收集:A'),
        ("**我们**收集 `数据`", "我们收集数据"),
        ("we—and  you", "we-and you"),
        ("a [b@c.io](mailto:b@c.io)", "a b@c.io"),
        ("Fish &amp; Chips", "Fish & Chips"),
        ("《政策》", "「政策」"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_typography_is_no_difference(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5 GB", "15 GB"),
        ("2-3 days", "23 days"),
        ("2 3 days", "23 days"),
        ("a.b@c.io", "ab@c.io"),
        ("[us](https://a.io/x)", "[us](https://a.io/y)"),
        ("< 14", "> 14"),
        ("10%", "10"),
        ("Ads | ✓", "Ads | ✗"),
        ("~~We sell data~~", "We sell data"),
        ("within (3) years", "within (5) years"),
        ("期限:(3)年", "期限:(5)年"),
    ],
)
def test_what_means_something_is_a_difference(one: str, other: str) -> None:
    assert signature(one) != signature(other)


@pytest.mark.shared
def test_real_policies_lose_no_word(shared: Path) -> None:
    for file in [
        *sorted((shared / "corpus/dev/texts").glob("*.after.md"))[::9],
        *(shared / "corpus/bases").glob("*.md"),
    ]:
        source = re.sub(r"<!--.*?-->|<style.*?</style>", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        document = parse(source)
        words = set(
            re.findall(
                r"\w{3,}", re.sub(r"<[^>]*>|^---\n.*?\n---\n|!\[[^\]]*\]\([^)]*\)", " ", source, flags=re.DOTALL)
            )
        )
        missing = words - set(re.findall(r"\w{3,}", " ".join(c.text for c in document.clauses)))
        assert not {w for w in missing if w not in "".join("".join(c.text.split()) for c in document.clauses)}, (
            file.name
        )


def test_words_of_an_html_table_outside_its_cells_are_kept() -> None:
    source = "<table><caption>SDK list</caption>\n<tr>loose<td>a</td></tr>\nafter</table>\n"
    assert set(re.findall("SDK list|loose|after", " ".join(texts(source)))) >= {"SDK list", "loose", "after"}


@pytest.mark.parametrize("end", ["", "  "])
def test_a_break_alone_on_its_line_parts_paragraphs(end: str) -> None:
    text = f"我们会申请相机权限{end}\n<br>{end}\n我们展示权限列表{end}\n<br/>{end}\n列表会随产品变动\n"
    assert [c.text for c in parse(text, "zh").clauses] == ["我们会申请相机权限", "我们展示权限列表", "列表会随产品变动"]
