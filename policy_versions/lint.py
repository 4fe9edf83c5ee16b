"""What a careful editor would catch in the texts of a release: dates, contact, placeholders, emphasis, dead anchors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from policy_versions import history
from policy_versions.config import Config
from policy_versions.decisions import Block
from policy_versions.errors import TextError
from policy_versions.model import Release

_PLACEHOLDER: Final = re.compile(
    r"\b(?:TODO|TBD|FIXME|XXX+|lorem ipsum)\b|\{\{[^}\n]*\}\}"
    r"|[【\[](?:待[定填补]|公司名称|日期|company name|date|name)[】\]](?!\()|20XX|X+\s*年\s*X+\s*月|_{4,}",
    re.IGNORECASE,
)
_LABEL: Final = r"(?:生效日期|施行日期|effective(?:[ _-](?:date|on|from))?)"
_ISO: Final = r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
_HAN: Final = r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日"
_MONTHS: Final = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                  "november", "december")  # fmt: skip
_WORD: Final = rf"(?P<d>\d{{1,2}})\s+(?P<n>{'|'.join(_MONTHS)})\s+(?P<y>\d{{4}})"
_US: Final = rf"(?P<n>{'|'.join(_MONTHS)})\s+(?P<d>\d{{1,2}}),?\s+(?P<y>\d{{4}})"
_EFFECTIVE: Final = tuple(
    re.compile(rf"{_LABEL}\s*\W{{0,4}}\s*{form}", re.IGNORECASE) for form in (_ISO, _HAN, _WORD, _US)
)
_STARS: Final = re.compile(r"(?<![*\\])\*\*(?!\*)")
_LINK: Final = re.compile(r"\]\(#([^)\s]+)\)")
_HEADING: Final = re.compile(r"(?m)^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$")
_ANCHOR: Final = re.compile(r"""\{#([^}\s]+)\}|<a\s+(?:id|name)=["']([^"']+)["']""")


def lint(release: Release, texts: Mapping[str, bytes], config: Config) -> tuple[Block, ...]:
    """Return what looks wrong in the texts of a release, by file and line; TextError for one that is not UTF-8."""
    files = config.policy(release.policy).files
    read = {files[language]: _decode(files[language], data) for language, data in texts.items()}
    found = [warning for path, text in read.items() for warning in _text(path, text, config)]
    return (*found, *_dates(release, read), *_behind(release, files))


def _decode(path: str, data: bytes) -> str:
    try:
        return history.decode(data)
    except TextError as error:
        raise TextError(f"{path}: {error}") from None


def _text(path: str, text: str, config: Config) -> Iterator[Block]:
    lines = text.replace("\r\n", "\n").split("\n")
    anchors = _anchors(text) if "](#" in text else set()
    for number, line in enumerate(lines, 1):
        about = {"path": path, "line": str(number)}
        yield from (Block("placeholder", {**about, "quote": m[0]}) for m in _PLACEHOLDER.finditer(line))
        yield from (Block("emphasis", {**about, "quote": quote}) for quote in _unrendered(line))
        yield from (
            Block("anchor", {**about, "quote": f"#{m[1]}"}) for m in _LINK.finditer(line) if m[1] not in anchors
        )
    email = config.controller.email
    if email and email.lower() not in text.lower():
        yield Block("contact-missing", {"path": path, "email": email})


def _unrendered(line: str) -> Iterator[str]:
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


def _dates(release: Release, texts: Mapping[str, str]) -> Iterator[Block]:
    """Hold the effective dates that the texts state against each other and against the release file."""
    stated = {path: day for path, text in texts.items() if (day := effective_on(text)) is not None}
    if len(set(stated.values())) > 1:
        yield Block("date-differs", {"dates": ", ".join(f"{path}: {day}" for path, day in stated.items())})
    elif release.effective_on is not None:
        for path, day in stated.items():
            if day != release.effective_on:
                yield Block("date-wrong", {"path": path, "found": str(day), "expected": str(release.effective_on)})


def _behind(release: Release, files: Mapping[str, str]) -> Iterator[Block]:
    """Name the languages in which nothing was found though something material was found in another."""
    changed = {f.language for f in release.findings if f.finding.material}
    for language in files if changed else ():
        if language not in changed:
            yield Block(
                "language-behind",
                {"path": files[language], "language": language, "others": ", ".join(sorted(changed))},
            )


def effective_on(text: str) -> date | None:
    """Return the effective date that a text states, the first one; None when it states none or no real day."""
    hits = [m for pattern in _EFFECTIVE if (m := pattern.search(text))]
    if not hits:
        return None
    first = min(hits, key=lambda m: m.start())
    parts = first.groupdict()
    month = _MONTHS.index(parts["n"].lower()) + 1 if parts.get("n") else int(parts["m"])
    try:
        return date(int(parts["y"]), month, int(parts["d"]))
    except ValueError:
        return None


def _anchors(text: str) -> set[str]:
    """Return the names that links inside the text may lead to: explicit ones, and headings as GitHub spells them."""
    named = {name for pair in _ANCHOR.findall(text) for name in pair if name}
    import regex  # noqa: PLC0415 - 30 ms, and few texts have links into themselves

    for title in _HEADING.findall(text):
        slug = regex.sub(r"[^\p{L}\p{N}\p{M}_\- ]", "", title.lower()).replace(" ", "-")
        named |= {slug, title.strip()}
    return named
