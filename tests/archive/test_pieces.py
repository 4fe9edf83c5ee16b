"""A text cut into pieces is the text that it is in one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import pieces, render

_BITS = st.sampled_from(
    [
        "# 一、标题\n", "Words of a paragraph.\n", "- item\n", "  continued\n", "1. one\n", "> quote\n", "| a | b |\n",
        "|---|---|\n", "| 1 | 2 |\n", "    indented\n", "\n", "\n\n", " \t\n", "<div>\n", "</div>\n", "<b>x</b> y\n",
        "```\n", "~~~ text\n", "<!-- a\n", "-->\n", "[ref]: https://example.com\n", "[ref] and **bold** words\n",
        "Setext\n===\n", "---\n", "title: x\n", "![alt](a.png) image\n", "**注意：**请阅读\n", "### deep\n", "<pre>\n",
        "<?php\n", "* * *\n", "a  \nb\n", "（一）款\n", "\r\n", "&amp; &#0;\n", "\0 nul\n",
    ]
)  # fmt: skip


@given(st.lists(_BITS, max_size=14).map("".join))
def test_pieces_joined_are_the_text_and_its_html(text: str) -> None:
    source = text.replace("\r\n", "\n")
    cut = list(pieces.cut(source))
    assert "".join(cut) == source
    whole = str(pieces.parser().render(source))
    assert "".join(str(pieces.parser().render(part)) for part in cut).strip() == whole.strip()


@given(st.lists(_BITS, max_size=14).map("".join))
def test_anchors_count_the_lines_of_the_whole(text: str) -> None:
    piece = pieces.compile_(text.replace("\r\n", "\n").replace("\0", "\ufffd"))
    lines = {spot.line + 1 for spot in piece.spots}
    rendered = render.document(text)
    assert set(rendered.anchors) == lines
    assert "\0" not in rendered.html


@pytest.mark.parametrize("far", ["[x]: https://example.com", "```\ncode\n```", "<!-- a -->", "<script>"])
def test_what_reaches_further_keeps_a_text_in_one_piece(far: str) -> None:
    text = f"One.\n\nTwo.\n\n{far}\n\nThree.\n"
    assert list(pieces.cut(text)) == [text]
    assert len(list(pieces.cut(text.replace(far, "Far.")))) == 4


def test_words_for_images_are_those_of_the_page() -> None:
    text = "# ![logo](a.png) Terms\n\nSee ![<map>](b.png).\n"
    for name in ("图片", "image"):
        found = render.document(text, words=render.Words(image=lambda alt, name=name: f"[{name}: {alt}]"))  # type: ignore[misc]
        assert found.headings[0].text == f"[{name}: logo] Terms"
        assert f"[{name}: &lt;map&gt;]" in found.html
