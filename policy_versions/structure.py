"""Structure that Markdown does not see, on source lines: Chinese and plain numbering, bullets, bold lines, HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from policy_versions.model import ClauseKind
from policy_versions.wording import HAN, normalise, strip_number

_HAN_NUMBER: Final = "一二三四五六七八九十百零〇两"
_STYLES: Final = (
    ("part", re.compile(rf"第\s?[{_HAN_NUMBER}0-9]{{1,5}}\s?(?:章|编|部分)(?=[\s、.:：，,]|[{HAN}《“])")),
    ("section", re.compile(rf"第\s?[{_HAN_NUMBER}0-9]{{1,5}}\s?节(?=[\s、.:：，,]|[{HAN}《“])")),
    ("article", re.compile(rf"第\s?[{_HAN_NUMBER}0-9]{{1,5}}\s?[条款](?=[\s、.:：，,]|[{HAN}《“])")),
    ("han", re.compile(rf"[{_HAN_NUMBER}]{{1,4}}\s?[、.．]")),
    ("han-paren", re.compile(rf"[（(]\s?[{_HAN_NUMBER}]{{1,4}}\s?[）)]|[㈠-㈩]")),
    ("paren", re.compile(r"[（(]\s?[0-9０-９]{1,3}\s?[）)]|[⑴-⒇]")),
    ("circle", re.compile(r"[①-⑳❶-❿]")),
    (
        "multi",
        re.compile(
            rf"[0-9]{{1,2}}(?:[.．][0-9]{{1,2}}){{1,4}}(?:\\?[.．、](?!\d)|\s|(?=[{HAN}《“])(?![个年月天日小时分秒万亿元岁周倍]))"
        ),
    ),
    ("num", re.compile(r"[0-9０-９]{1,3}\s?(?:[、．)）]|\\?\.)(?![0-9])")),
    ("letter-paren", re.compile(r"[（(]\s?[a-zA-Z]\s?[）)]")),
    ("letter", re.compile(rf"[a-zA-Z](?:[)）、]|[.．](?=\s|[{HAN}]))")),
    ("roman", re.compile(r"(?:[ivx]{1,5}|[IVX]{1,5})[.)、](?=\s)|[（(][ivx]{1,5}[）)]")),
    ("bullet", re.compile(rf"[·•●○■□◆◇※➤►▪▸](?=\S|\s)|[-–—](?=[{HAN}“《])")),
)
_OPENING: Final = re.compile(r"[*_\s\u3000]*")
_BOLD: Final = re.compile(r"\s*(\*\*\*?|__|<(?:b|strong)\b[^<>]*>)(.+?)(\*\*\*?|__|</(?:b|strong)\s*>)\s*[:：]?\s*$")
_INLINE: Final = re.compile(
    rf"(?<=[。；;：:])\s*(?=(?:[（(]\s?[{_HAN_NUMBER}0-9０-９]{{1,3}}\s?[）)]|[①-⑳]|[0-9]{{1,2}}、)[^\s，。；、）)])|\s+(?=[•●■◆]\s)"
)
_LABEL: Final = re.compile(rf"[\s*]*[{HAN}A-Za-z][{HAN}A-Za-z0-9 /（）()]{{0,17}}[*\s]*[：:](?!//)")
_HASHES: Final = re.compile(rf"(#{{1,6}})(?=[{HAN}0-9A-Za-z（(《“【*])")
_SENTENCE_END: Final = re.compile(r"[。；！？;!?,，.…][”’」』\"')）*_\s]*$")
_BLOCK_TAG: Final = re.compile(
    r"</?(?:p|div|li|ul|ol|dl|dt|dd|tr|td|th|table|tbody|thead|section|article|header|footer|main|nav|h[1-6]|blockquote|details|summary|center|body|html|head|title|meta|link)\b[^<>]*>|(?:<br\s*/?>\s*){2,}|<hr\b[^<>]*>",
    re.IGNORECASE,
)
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)
_JOIN_TIGHT: Final = re.compile(rf"[{HAN}，。；：、！？（）《》“”【】「」]")
HEADING_HAN = 40
HEADING_LATIN = 110


@dataclass(frozen=True, slots=True)
class Block:
    """A clause before it knows its headings; lines are 0-based, `level` 1-6 a Markdown heading, `style` a numbering."""

    kind: ClauseKind
    text: str
    first: int
    last: int
    level: int = 0
    style: str = ""
    labels: tuple[str, ...] = ()
    depth: int = 0
    title: bool = False  # may be a heading by its looks; its neighbours decide
    bold: bool = False


def style_of(line: str) -> str:
    """Name the numbering or bullet a line begins with, '' for none."""
    at = _OPENING.match(line)
    start = at.end() if at else 0
    for name, pattern in _STYLES:
        match = pattern.match(line, start)
        if match:
            return f"multi{match[0].count('.') + match[0].count('．')}" if name == "multi" else name
    return ""


def unnumbered(text: str) -> str:
    """Take the numbering or bullet off the front of a line, unless nothing would be left."""
    start = len(text) - len(text.lstrip("*_ \u3000"))
    for _, pattern in _STYLES:
        match = pattern.match(text, start)
        if match and text[match.end() :].strip(" 、.．:：*_\u3000"):
            return text[match.end() :].lstrip(" 、.．:：\u3000")
    return text


def looks_like_title(text: str) -> bool:
    """Say whether a line is short and unpunctuated enough to head what follows."""
    bare = strip_number(normalise(text[:400]))
    limit = HEADING_HAN if re.search(rf"[{HAN}]", bare) else HEADING_LATIN
    return 0 < len(bare) <= limit and not _SENTENCE_END.search(bare) and not re.search(r"[。；;](?!$)|https?:|@", bare)


def cut(content: str, first: int, kind: ClauseKind, depth: int = 0, style: str = "") -> Iterator[Block]:
    """Cut the text of one Markdown block at numbering, bullets, bold-only lines, label lines and block tags.

    `first` is the 0-based source line of the content's first line. Lines between two cuts are one soft-wrapped
    paragraph: joined by a space, or by nothing beside Chinese.
    """
    lines = [(first + i, part, tag) for i, line in enumerate(content.split("\n")) for part, tag in _parts(line)]
    labelled = [bool(_LABEL.match(part)) for _, part, _ in lines]
    group: list[tuple[int, str]] = []
    lone, tagged = style, ""  # the number of a Markdown list belongs to its first line only
    for i, (number, part, tag) in enumerate(lines):
        pair = labelled[i] and ((i > 0 and labelled[i - 1]) or (i + 1 < len(lines) and labelled[i + 1]))
        if group and (tag or pair or _starts(part) or _stands_alone(group)):
            yield _block(group, kind, depth, lone, tagged)
            group, lone = [], ""
        if not group:
            tagged = tag
        group.append((number, part))
    if group:
        yield _block(group, kind, depth, lone, tagged)


def _parts(line: str) -> Iterator[tuple[str, str]]:
    """Give the pieces of a source line, each with the block tag it follows (inline lists cut as well)."""
    tag, start = "", 0
    for match in [*(_BLOCK_TAG.finditer(line) if "<" in line else ()), None]:
        piece = line[start : match.start() if match else len(line)]
        for row in _BREAK.split(piece) if "<" in piece else (piece,):
            for part in _INLINE.split(row):
                if part.strip():
                    yield part.strip(), tag
                    tag = ""
        if match:
            tag, start = match[0].strip("</ ").split(">")[0].split()[0].lower(), match.end()


def _starts(part: str) -> bool:
    return bool(_HASHES.match(part) or _bold_only(part) or style_of(part))


def _stands_alone(group: list[tuple[int, str]]) -> bool:
    if len(group) > 1:
        return False
    part = group[0][1]
    return bool(_HASHES.match(part)) or _bold_only(part) or (bool(style_of(part)) and looks_like_title(part))


def _bold_only(part: str) -> bool:
    match = _BOLD.match(part)
    return bool(match and "**" not in match[2] and "__" not in match[2]) and looks_like_title(part)


def _block(group: list[tuple[int, str]], kind: ClauseKind, depth: int, style: str, tag: str) -> Block:
    text = group[0][1]
    for _, part in group[1:]:
        tight = _JOIN_TIGHT.match(text[-1]) or _JOIN_TIGHT.match(part[0])
        text += part if tight else f" {part}"
    block = Block(kind, text, group[0][0], group[-1][0], depth=depth)
    hashes = _HASHES.match(text)
    if re.fullmatch("h[1-6]", tag):
        return replace(block, kind=ClauseKind.HEADING, level=int(tag[1]))
    if hashes and looks_like_title(text[hashes.end() :]):
        return replace(block, kind=ClauseKind.HEADING, text=text[hashes.end() :].strip(), level=len(hashes[1]))
    style = style or style_of(text)
    if kind is ClauseKind.PARAGRAPH and (style or tag in ("li", "dd")):
        block = replace(block, kind=ClauseKind.ITEM)
    if kind is ClauseKind.CODE:
        return block
    bold = _bold_only(text)
    return replace(
        block,
        style=style,
        bold=bold,
        title=bold or (style not in ("", "bullet", "letter", "circle") and looks_like_title(text)),
    )
