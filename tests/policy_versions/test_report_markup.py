"""Foreign text in a comment: every letter is shown, none is obeyed; and what has no room is counted, never halved."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from policy_versions.reports.fit import Section, fit
from policy_versions.reports.markup import code, line, plain, redline, visible

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
NASTY = st.text(alphabet="ab1|*_`<>&[](){}!@#\\\n隐：:~-+=$^/.w \u202e\u200b\u0007", max_size=80)
# What GitHub looks for in finished text, after all escapes are undone.
ALIVE = re.compile(r"@[A-Za-z0-9]|#\d|\bGH-\d|:[\w+-]+:|\w+://|\bwww\.|mailto:", re.IGNORECASE)


class Read(HTMLParser):
    """What a browser shows, and by which tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert attrs in ([], [("style", "text-align:center")] if tag in ("td", "th") else [])

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_data(self, data: str) -> None:
        self.text += data


def said(text: str) -> str:
    return re.sub(r"\s+", " ", visible(text)).strip()


def letters(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u200b", "")).strip()


@given(NASTY | st.text(max_size=60))
def test_a_passage_shows_its_letters_and_does_nothing(text: str) -> None:
    read = Read(PARSER.render(f"| a |\n|---|\n| x {plain(text)} y |\n"))
    assert read.tags <= {"table", "thead", "tbody", "tr", "th", "td", "span"}
    assert letters(read.text) == letters(f"a x {said(text)} y")
    assert not ALIVE.search(read.text.replace("\ufffd", ""))


@given(NASTY)
def test_a_passage_that_begins_a_line_begins_no_list(text: str) -> None:
    read = Read(PARSER.render(f"> {line(text)}&nbsp;\n"))
    assert read.tags <= {"blockquote", "p", "span"}


@given(NASTY)
def test_code_ends_where_it_should(text: str) -> None:
    html = PARSER.render(f"x {code(text)} y")
    assert Read(html).tags <= {"p", "code", "span"}
    assert html.rstrip().endswith("</code> y</p>")


@given(NASTY, NASTY)
def test_a_redline_shows_both_quotes_whole(before: str, after: str) -> None:
    html = PARSER.render(f"| a |\n|---|\n| {redline(before, after, '', '')} |\n")
    body = html.split("<td>")[1].split("</td>")[0] if "<td>" in html else ""
    body = body.replace("<br>", " ").replace("→", "")
    old = Read(re.sub(r"<ins>.*?</ins>", "", body))
    new = Read(re.sub(r"<del>.*?</del>", "", body))
    assert old.tags | new.tags <= {"del", "ins", "span"}
    assert letters(old.text).replace(" ", "") == said(before).replace(" ", "")
    assert letters(new.text).replace(" ", "") == said(after).replace(" ", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@team", "&#64;&#8203;team"),
        ("#12", "&#35;&#8203;12"),
        ("https://evil.example", "https:&#8203;//evil.example"),
        ("a\u202eb\u200bc", "a⟨U+202E⟩bc"),
        ("$x$", "<span>$</span>x<span>$</span>"),
        ("我们向“<b>星图</b>”提供", "我们向“&#60;b&#62;星图&#60;/b&#62;”提供"),
    ],
)
def test_what_is_alive_is_broken(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_redline_keeps_the_space_between_words() -> None:
    assert redline("We keep your data for two years.", "We keep your data for ten years.", "", "") == (
        "We keep your data for <del>two</del><ins>ten</ins> years."
    )
    assert redline("", "New.", "added:", "removed:") == "added: <ins>New.</ins>"
    assert redline("One.", "Quite another.", "", "") == "<del>One.</del><br>→ <ins>Quite another.</ins>"


SECTIONS = st.lists(
    st.builds(
        Section,
        st.lists(st.text(alphabet="x", min_size=1, max_size=30), max_size=8).map(tuple),
        st.just(lambda n: f"[{n}]"),
        st.sampled_from(["", "H"]),
        st.sampled_from(["", "F"]),
        st.integers(0, 3),
    ),
    max_size=6,
)


@given(SECTIONS, st.integers(0, 200))
def test_what_fits_is_whole_and_the_rest_is_counted(sections: list[Section], room: int) -> None:
    out = fit(sections, room)
    frames = sum(len(s.show(0)) if s.rank == 0 else len(s.more(len(s.items))) if s.items else 0 for s in sections)
    assert len(out) <= max(room, frames)
    left = sum(int(n) for n in re.findall(r"\[(\d+)\]", out))
    shown = re.sub(r"\[\d+\]|[HF]", "", out)
    items = [i for s in sections for i in s.items]
    assert 0 <= left <= len(items)
    assert len(shown) <= sum(map(len, items))
    assert (left == 0) == (out == "".join(s.show(len(s.items)) for s in sections)) or not items


def test_lower_ranks_get_room_first_and_pieces_are_whole() -> None:
    sections = [
        Section(("aaaa", "bbbb"), lambda n: f"+{n}", rank=1),
        Section(("cccc", "dddd"), lambda n: f"+{n}", rank=0),
    ]
    assert fit(sections, 10) == "+2ccccdddd"
    assert fit(sections, 14) == "aaaa+1ccccdddd"
    assert fit(sections, 16) == "aaaabbbbccccdddd"
