"""Where findings show in the new file: by letter for what was written, at the gap for what was taken out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_versions.classify import classify
from policy_versions.model import Category, Confidence, Direction, Effect, Finding, Lines
from policy_versions.places import Place, places
from policy_versions.sentences import sentences


def finding(before: str = "", after: str = "", old: Lines = Lines(), new: Lines = Lines()) -> Finding:  # noqa: B008
    kinds = (Category.PURPOSE, Effect.CHANGED, Direction.EXPANDS, True)
    return Finding("r", *kinds, before, after, old, new, Confidence.HIGH, "f", {})


def spots(*arguments: object) -> tuple[Place, ...]:
    return tuple(replace(p, before="", after="") for p in places(*arguments))  # type: ignore[arg-type]


def test_a_quote_is_found_at_its_letters() -> None:
    text = "# 题\n\n我们收集手机号，\n用于广告。\n"
    found = finding(after="手机号，\n用于", new=Lines(3, 4))
    assert spots([found], "", text) == (Place(Lines(3, 4), 5, 3),)


def test_a_quote_between_marks_is_shown_by_its_lines() -> None:
    found = finding(after="收集 手机号", new=Lines(1, 2))
    assert spots([found], "", "> 收集\n> 手机号\n") == (Place(Lines(1, 2)),)


def test_what_was_removed_shows_at_the_line_before_its_gap() -> None:
    before, after = "a\n\nb\n\ngone\n\nc\n", "new\n\na\n\nb\n\nc\n"
    assert spots([finding(before="gone", old=Lines(5, 5))], before, after) == (Place(Lines(5, 5)),)
    assert spots([finding(before="a", old=Lines(1, 1))], "a\nb\n", "b\n") == (Place(Lines(1, 1)),)
    assert spots([finding(before="a", old=Lines(1, 1))], "a\n", "") == (Place(Lines(1, 1)),)


def test_the_classifier_s_findings_are_found_in_the_text() -> None:
    before = "# 隐私政策\n\n我们收集您的手机号。\n\n您可以注销账号。\n"
    after = "# 隐私政策\n\n我们收集您的手机号和精确位置信息。\n"
    for f in (found := classify(before, after, "zh-CN").findings):
        (place,) = places([f], before, after)
        assert 1 <= place.lines.first <= place.lines.last <= 3
    assert found


@given(
    st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=12), st.lists(st.sampled_from(["a", "b", "d"]), max_size=12)
)
def test_a_place_is_always_inside_the_new_file(old: list[str], new: list[str]) -> None:
    gone = [finding(before=x, old=Lines(n, n)) for n, x in enumerate(old, 1)]
    for place in places(gone, "\n".join(old), "\n".join(new)):
        assert 1 <= place.lines.first <= max(len("\n".join(new).splitlines()), 1)


@pytest.mark.parametrize(
    ("text", "quote", "shown"),
    [
        ("一、使用\n\n1. 我们收集手机号。其他。\n", "我们收集手机号。", "我们收集手机号。"),
        ("我们收集手机号，用于广告。\n", "用于广告。", "… 用于广告。"),
        ("我们收集手机号，用于广告。\n", "我们收集手机号", "我们收集手机号 …"),
        ("- **We** keep it for [two years](#a) or more.\n", "[two years](#a)", "… two years …"),
        ("| 星图 | 手机号 |\n", "手机号", "手机号"),
        ("see [the site](https://a.example/b/c)\n", "[the site](https://a.exa", "… the site …"),
        ("“我们收集手机号。”\n", "我们收集手机号。", "我们收集手机号。"),
    ],
)
def test_a_quote_says_where_its_sentence_goes_on(text: str, quote: str, shown: str) -> None:
    line = next(n for n, part in enumerate(text.split("\n"), 1) if quote in part)
    (place,) = places([finding(after=quote, new=Lines(line, line))], "", text)
    assert place.after == shown


def test_quotes_that_differ_in_markup_alone_are_shown_with_it() -> None:
    (place,) = places([finding("[x](#a)", "[x](#b)", Lines(1, 1), Lines(1, 1))], "[x](#a)\n", "[x](#b)\n")
    assert (place.before, place.after) == ("[x](#a)", "[x](#b)")


def test_a_quote_that_stops_before_an_address_says_that_it_goes_on() -> None:
    text = "To complain please visit https://example.com/complain for the form.\n"
    (place,) = places([finding(after="please visit https", new=Lines(1, 1))], "", text)
    assert place.after == "… please visit https …"
    text = "It is as set forth by the U.S. Department of Commerce.\n"
    (place,) = places([finding(after="as set forth by the U.S.", new=Lines(1, 1))], "", text)
    assert place.after == "… as set forth by the U.S. …"


LONG = (
    "We certify to the authority that we keep to the principles of the framework with regard to the data that we "
    "receive from the countries of the union, and that we answer for the agents to whom we pass it on."
)


def test_a_quote_cut_for_its_length_is_shown_as_the_whole_sentence() -> None:
    text = f"- {LONG} See below.\n"
    (place,) = places([finding(after=LONG[13:150], new=Lines(1, 1))], "", text)
    assert place.after == LONG


def test_what_stood_there_before_is_not_shown_as_written_now() -> None:
    quote = LONG[13:150]
    (place,) = places([finding(after=quote, new=Lines(1, 1))], LONG.replace(quote, "") + "\n", LONG + "\n")
    assert place.after == f"… {quote.strip()} …"


def test_a_statute_s_number_ends_no_sentence() -> None:
    text = "Under the Act (15 U.S.C. § 45) and 45 C.F.R. Part 164 we answer. We write to you."
    assert len(sentences(text)) == 2
