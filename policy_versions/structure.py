"""Structure that Markdown does not see, on source lines: Chinese and plain numbering, bullets, bold lines, HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from policy_versions.model import ClauseKind
from policy_versions.wording import HAN, visible

_HAN_NUMBER: Final = "一二三四五六七八九十百零〇两"
_NUMBER: Final = rf"第\s?[{_HAN_NUMBER}0-9]{{1,5}}\s?"
_AFTER: Final = rf"(?=[\s、.:：，,]|[{HAN}《“])"
_STYLE: Final = re.compile(
    rf"[*_\s]*(?:{_NUMBER}(?:(?P<part>章|编|部分)|(?P<section>节)|(?P<article>[条款])){_AFTER}"
    rf"|(?P<han>[{_HAN_NUMBER}]{{1,4}}\s?[、.．])"
    rf"|(?P<hanparen>[（(]\s?[{_HAN_NUMBER}]{{1,4}}\s?[）)]|[㈠-㈩])"
    r"|(?P<paren>[（(]\s?[0-9０-９]{1,3}\s?[）)]|[⑴-⒇])"
    r"|(?P<circle>[①-⑳❶-❿])"
    rf"|(?P<multi>[0-9]{{1,2}}(?:[.．][0-9]{{1,2}}){{1,4}}"
    rf"(?:\\?[.．、](?!\d)|\s+(?=[*_A-Z{HAN}《“\"\[(])|(?=[{HAN}《“])(?![个年月天日小时分秒万亿元岁周倍])))"
    r"|(?P<num>[0-9０-９]{1,3}\s?(?:[、．)）]|\\?\.)(?![0-9]))"
    r"|(?P<letterparen>[（(]\s?[a-zA-Z]\s?[）)])"
    rf"|(?P<letter>[a-zA-Z](?:[)）、]|[.．](?=\s|[{HAN}])))"
    r"|(?P<roman>(?:[ivx]{1,5}|[IVX]{1,5})[.)、](?=\s)|[（(][ivx]{1,5}[）)])"
    rf"|(?P<bullet>[·•●○■□◆◇※➤►▪▸]|[-–—](?=[{HAN}“《])))"
)
_BOLD: Final = re.compile(r"\s*(\*\*\*?|__|<(?:b|strong)\b[^<>]*>)(.+?)(\*\*\*?|__|</(?:b|strong)\s*>)\s*[:：]?\s*$")
_INLINE: Final = re.compile(
    rf"(?<=[。；;：:])\s*(?=(?:[（(]\s?[{_HAN_NUMBER}0-9０-９]{{1,3}}\s?[）)]|[①-⑳]|[0-9]{{1,2}}、)[^\s，。；、）)])"
    r"|(?<!\s)\s+(?=[•●■◆]\s)"
)
_LABEL: Final = re.compile(rf"[\s*]*[{HAN}A-Za-z][{HAN}A-Za-z0-9 /（）()]{{0,17}}[*\s]*[：:](?!//)")
_HASHES: Final = re.compile(rf"(#{{1,6}})(?=[{HAN}0-9A-Za-z（(《“【*])")
_SENTENCE_END: Final = re.compile(r"[。；！？;!?,，.…][”’」』\"')）*_\s]*$")
_BLOCK_TAG: Final = re.compile(
    r"</?(?:p|div|li|ul|ol|dl|dt|dd|tr|td|th|table|tbody|thead|section|article|header|footer|main|nav|h[1-6]|blockquote"
    r"|details|summary|center|body|html|head|title|meta|link|hr)\b[^<>]*>|(?:<br\s*/?>\s*){2,}",
    re.IGNORECASE,
)
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)
_JOIN_TIGHT: Final = re.compile(rf"[{HAN}，。；：、！？（）《》“”【】「」]")
_ENDS: Final = re.compile(r"[。；：.;:!?！？）][*_\s”\"]*$")
_WEAK: Final = frozenset(("paren", "letter", "letterparen", "roman", "num"))
_BRIEF: Final = re.compile(rf"[*_]*[{HAN}][{HAN}A-Za-z ]{{0,15}}[*_]*")
_LOWER: Final = re.compile(r"\W*\w{1,4}\W+[a-z]")
WRAPPED = 50
"""A line of so many signs without an end may be a wrapped one."""
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
    head: bool = False


def style_of(line: str) -> str:
    """Name the numbering or bullet a line begins with, '' for none."""
    match = _STYLE.match(line)
    name = (match and match.lastgroup) or ""
    return f"multi{len(re.findall('[.．](?=[0-9])', match[0]))}" if match and name == "multi" else name


def unnumbered(text: str) -> str:
    """Take the numbering or bullet off the front of a line, unless nothing would be left."""
    match = _STYLE.match(text)
    rest = text[match.end() :].lstrip(" 、.．:：\u3000") if match else ""
    return rest if rest.strip("*_") else text


def label(text: str) -> str:
    """Give a heading's words without emphasis and numbering, as they stand in `Clause.path`."""
    return unnumbered(visible(text)).strip(" :：")


def looks_like_title(text: str) -> bool:
    """Say whether a line is short and unpunctuated enough to head what follows."""
    if len(text) > 400:
        return False
    bare = unnumbered(visible(text))
    limit = HEADING_HAN if re.search(rf"[{HAN}]", bare) else HEADING_LATIN
    return 0 < len(bare) <= limit and not _SENTENCE_END.search(bare) and not re.search(r"[。；;](?!$)|https?:|@", bare)


def cut(content: str, first: int, kind: ClauseKind, depth: int = 0, style: str = "") -> Iterator[Block]:
    """Cut the text of one Markdown block at numbering, bullets, bold-only lines, label lines and block tags.

    `first` is the 0-based source line of the content's first line. Lines between two cuts are one soft-wrapped
    paragraph: joined by a space, or by nothing between Chinese.
    """
    if kind is not ClauseKind.CODE and "\n" not in content and "<" not in content and not _INLINE.search(content):
        if content.strip():
            yield _block([(first, content.strip())], kind, depth, style, "")
        return
    lines = list(_parts(content, first))
    labelled = [bool(_LABEL.match(part)) for _, part, _ in lines]
    group: list[tuple[int, str]] = []
    lone, tagged = style, ""  # the number of a Markdown list belongs to its first line only
    for i, (number, part, tag) in enumerate(lines):
        pair = labelled[i] and ((i > 0 and labelled[i - 1]) or (i + 1 < len(lines) and labelled[i + 1]))
        if group and (tag or pair or _starts(part, group) or _stands_alone(group, lone)):
            yield _block(group, kind, depth, lone, tagged)
            group, lone = [], ""
        if not group:
            tagged = tag
        group.append((number, part))
    if group:
        yield _block(group, kind, depth, lone, tagged)


def _parts(content: str, first: int) -> Iterator[tuple[int, str, str]]:
    """Give the pieces of the source lines, each with its line and the block tag it follows (`/` a closing one)."""
    tag = ""
    for number, line in enumerate(content.split("\n"), first):
        start = 0
        if _BREAK.fullmatch(line.strip()):  # alone on its line it parts paragraphs, as an empty line does
            tag = "br"
            continue
        for match in [*(_BLOCK_TAG.finditer(line) if "<" in line else ()), None]:
            piece = line[start : match.start() if match else len(line)]
            for row in _BREAK.split(piece) if "<" in piece else (piece,):
                for part in filter(None, map(str.strip, _INLINE.split(row))):
                    yield number, part, tag
                    tag = ""
            if match:
                tag, start = _tag(match[0]), match.end()


def _tag(found: str) -> str:
    return "/" if found[1] == "/" else re.split(r"[\s>/]", found[1:], maxsplit=1)[0].lower()


def _starts(part: str, group: list[tuple[int, str]]) -> bool:
    style = style_of(part)
    if style in _WEAK and not part.startswith(
        ("#", "**", "__")
    ):  # a wrapped line may begin with "(45) days" or "c) ..." by chance
        above = group[-1][1]
        short = len(above) < WRAPPED and not _LOWER.match(part)
        return style == style_of(group[0][1]) or short or bool(_ENDS.search(above[-12:]))
    return bool(_HASHES.match(part) or _bold_only(part) or style)


def _stands_alone(group: list[tuple[int, str]], style: str) -> bool:
    """Say whether one line is complete: a heading or item that the next line only seems to continue."""
    part = group[0][1]
    if len(group) > 1 or len(part) > 2 * HEADING_LATIN:
        return False
    if style:  # the number is Markdown's; a wrapped line of Chinese is not that short
        return bool(_BRIEF.fullmatch(part))
    if _HASHES.match(part) or _bold_only(part):
        return True
    return len(part) < WRAPPED and not _LOWER.match(part) and bool(style_of(part)) and looks_like_title(part)


def _bold_only(part: str) -> bool:
    match = _BOLD.match(part) if len(part) < 400 else None
    return bool(match and "**" not in match[2] and "__" not in match[2]) and looks_like_title(part)


def _block(group: list[tuple[int, str]], kind: ClauseKind, depth: int, style: str, tag: str) -> Block:
    text = _joined([part for _, part in group])
    first, last = group[0][0], group[-1][0]
    if kind is ClauseKind.CODE:
        return Block(kind, text, first, last, depth=depth)
    if tag[:1] == "h" and tag[1:].isdigit():
        return Block(ClauseKind.HEADING, text, first, last, level=int(tag[1:]))
    hashes = _HASHES.match(text)
    if hashes and looks_like_title(text[hashes.end() :]):
        return Block(ClauseKind.HEADING, text[hashes.end() :].strip(), first, last, level=len(hashes[1]))
    style = style or style_of(text)
    if kind is ClauseKind.PARAGRAPH and (style or tag in ("li", "dd")):
        kind = ClauseKind.ITEM
    bold = _bold_only(text)
    title = bold or (style not in ("", "bullet", "letter", "circle") and looks_like_title(text))
    return Block(kind, text, first, last, style=style, depth=depth, title=title, bold=bold)


def _joined(parts: list[str]) -> str:
    """Join soft-wrapped lines."""
    pieces = parts[:1]
    for above, part in pairwise(parts):
        tight = _JOIN_TIGHT.match(above[-1]) and _JOIN_TIGHT.match(part[0])
        pieces.append(part if tight else f" {part}")
    return "".join(pieces)
