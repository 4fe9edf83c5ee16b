"""What is unfinished or does not render in a text: placeholders, emphasis beside Chinese punctuation, dead links."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from policy_versions.lint.passages import passages
from policy_versions.papers import Papers, Problem

_PLACEHOLDER: Final = re.compile(
    r"\b(?:TODO|TBD|TBC|FIXME|XXX+|lorem ipsum)\b|\{\{[^}\n]*\}\}|\{%[^%\n]*%\}|\$\{[^}\n]*\}|<%[^%\n]*%>"
    r"|[【［\[](?:待[定填补]\w{0,4}|请?填写\w{0,6}|公司名称|公司全称|产品名称|日期|邮箱|insert [^\]\n]{1,40}"
    r"|your [^\]\n]{1,30}|company(?: name)?|product name|date|name|e-?mail(?: address)?)[】］\]](?![(\[:])"
    r"|【[\s　●•○xX×*＊_…._-]*】|［[\s　●•xX×_…]*］|<(?:公司|产品|日期|company|product|date)[^>\n]{0,12}>"
    r"|20XX|(?<![A-Za-z])X{1,4}\s*年\s*X{1,2}\s*月|[xX×]{2,}(?:公司|平台|有限公司|APP|应用)|_{4,}|此处(?:填写|插入)|待(?:补充|完善|确认)"
    r"(?=[】）)。，,]|$)",
    re.IGNORECASE,
)
_STARS: Final = re.compile(r"(?<![*\\])\*\*(?!\*)")
_LINK: Final = re.compile(r"(?<!\\)\[([^\[\]\n]*)\]\(\s*<?([^()\s<>]*)>?(?:\s+[\"'“(][^)\n]*)?\s*\)")
_REFERENCE: Final = re.compile(r"(?<!\\)(?<!\])\[([^\[\]\n]+)\]\[([^\[\]\n]*)\]")
_DEFINITION: Final = re.compile(r"(?m)^ {0,3}\[([^\[\]\n]+)\]:\s*\S")
_HEADING: Final = re.compile(r"(?m)^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$")
_ANCHOR: Final = re.compile(r"""\{#([^}\s]+)\}|<a\s+(?:id|name)=["']([^"']+)["']""")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


def problems(papers: Papers) -> Iterator[Problem]:
    """Yield what is unfinished or broken in each text, line by line."""
    for language, text in papers.now.items():
        path = papers.files[language]
        anchors = anchors_of(text) if "](#" in text else frozenset()
        defined = {_label(name) for name in _DEFINITION.findall(text)} if "][" in text else set()
        for number, sentence in passages(text, language):
            for match in _PLACEHOLDER.finditer(sentence):
                yield Problem("placeholder", path, number, {"quote": match[0]}, words=sentence)
        for number, line in enumerate(text.splitlines(), 1):
            for quote in unrendered(line):
                yield Problem("emphasis", path, number, {"quote": quote})
            for match in _LINK.finditer(line) if "](" in line else ():
                yield from _link(papers, path, number, match, anchors)
            for match in _REFERENCE.finditer(line) if "][" in line else ():
                if _label(match[2] or match[1]) not in defined:
                    yield Problem("link-undefined", path, number, {"quote": match[0]})


def _link(papers: Papers, path: str, number: int, match: re.Match[str], anchors: frozenset[str]) -> Iterator[Problem]:
    target = unquote(match[2])
    args = {"quote": target, "text": match[1]}
    if target in {"", "#"}:
        yield Problem("link-empty", path, number, {**args, "quote": match[0]})
    elif target.startswith("#"):
        if target[1:] not in anchors:
            yield Problem("anchor", path, number, args)
    elif not _SCHEME.match(target) and not target.startswith("/"):
        file = posixpath.normpath(posixpath.join(posixpath.dirname(path), target.partition("#")[0].partition("?")[0]))
        if not papers.exists(file):
            yield Problem("link-broken", path, number, {**args, "file": file})


def _label(name: str) -> str:
    return " ".join(name.casefold().split())


def unrendered(line: str) -> Iterator[str]:
    """Yield emphasis meant by pairs of ** that CommonMark does not see, for want of a space beside punctuation."""
    stars = [m.start() for m in _STARS.finditer(line)]
    for start, end in zip(stars[::2], stars[1::2], strict=False):
        opens = _flanks(line[start + 2 : start + 3], line[start - 1 : start] if start else "")
        closes = _flanks(line[end - 1 : end], line[end + 2 : end + 3])
        if not (opens and closes):
            yield line[start : end + 2]


def _flanks(inside: str, outside: str) -> bool:
    """Say whether a run of stars may open or close between these two characters (CommonMark 6.2)."""
    if not inside.strip():
        return False
    return not _sign(inside) or not outside.strip() or _sign(outside)


def _sign(text: str) -> bool:
    """Say whether a text begins with punctuation or a symbol."""
    return unicodedata.category(text[0])[0] in "PS" if text else False


def anchors_of(text: str) -> frozenset[str]:
    """Return the names that links inside a text may lead to: explicit ones, and headings as GitHub spells them."""
    named = {name for pair in _ANCHOR.findall(text) for name in pair if name}
    import regex  # noqa: PLC0415 - 30 ms, and few texts have links into themselves

    seen: Counter[str] = Counter()
    for title in _HEADING.findall(text):
        words = _LINK.sub(r"\1", title)
        slug = regex.sub(r"[^\p{L}\p{N}\p{M}_\- ]", "", words.strip().lower()).replace(" ", "-")
        named |= {f"{slug}-{seen[slug]}" if seen[slug] else slug, title.strip()}
        seen[slug] += 1
    return frozenset(named)
