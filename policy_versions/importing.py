"""Make a policy.toml for a history that has none: one policy a document, nothing dropped without a word. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from policy_versions.errors import HistoryError
from policy_versions.history.documents import Document

UNKNOWN: Final = "und"
_CODES: Final = re.compile(
    "ar|bg|cs|d[ae]|e[lnst]|f[air]|h[eiru]|i[dst]|ja|ko|l[tv]|ms|n[blo]|p[lt]|r[ou]|s[klrv]|t[hr]|uk|vi|zh"
)
_WORDS: Final = frozenset(("id", "is", "it", "no", "he", "hi", "ms"))  # also English words: no language as a folder
_TAG: Final = re.compile(r"([A-Za-z]{2})(?:[-_]([A-Za-z]{2}|[Hh]ans|[Hh]ant))?")
_TAIL: Final = re.compile(
    r"(?<=[^._-])(?:[._]([A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?)|-(en|zh|zh[-_][A-Za-z]{2,4}|en[-_][A-Za-z]{2}))$"
)
_ABOUT: Final = frozenset(
    (
        "readme",
        "contributing",
        "contributors",
        "changelog",
        "code-of-conduct",
        "pull-request-template",
        "issue-template",
    )
)
_ABOUT_TOP: Final = _ABOUT | {
    "license",
    "licence",
    "copying",
    "security",
    "support",
    "authors",
    "maintainers",
    "codeowners",
    "governance",
}
_HEADING: Final = re.compile(r"(?:title:\s*|#{1,2}\s+)(.+?)\s*#*\s*")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_KANA: Final = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Found:
    """A document that becomes (part of) a policy."""

    key: str
    language: str
    heading: str
    document: Document
    until: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The policies by id, each a list of documents of different languages; and what is left out, with the reason."""

    policies: Mapping[str, Sequence[Found]]
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def languages(self) -> list[str]:
        """Return the languages found, the most frequent first (Chinese before others as frequent), unknown last."""
        counts = Counter(f.language for g in self.policies.values() for f in g)
        return sorted(counts, key=lambda lang: (lang == UNKNOWN, -counts[lang], lang != "zh-CN", lang))


def plan(
    documents: Sequence[Document],
    blob: Callable[[str], bytes],
    owner: Callable[[str], Document | None],
    language: str = "",
) -> Plan:
    """Sort the documents of a history into policies.

    The language is what the file's name says, else Chinese where the text is in Han characters, else `language`,
    else unknown. HistoryError when nothing is left.
    """
    skipped: dict[str, str] = {}
    groups: dict[tuple[str, bool, str], list[Found]] = {}
    for document in documents:
        reason = no_policy(document.path)
        if reason:
            skipped[document.path] = reason
            continue
        found = _found(document, blob(document.entries[-1].blob), owner(document.path) is document, language)
        place = (found.key, document.present, found.until)
        if any(f.language == found.language for f in groups.get(place, ())):
            place = (found.key, document.present, document.path)
        groups.setdefault(place, []).append(found)
    if not groups:
        raise HistoryError(
            "no policy texts found: the history holds no Markdown files besides those about the repository"
        )
    return Plan(_named(list(groups.values())), skipped)


def split_language(path: str) -> tuple[str, str]:
    """Split the language off a path such as `privacy/zh-CN.md`, `privacy.en.md`, `en/privacy.md`."""
    pure = PurePosixPath(path)
    folders = list(pure.parent.parts)
    tag = _language(pure.stem)
    if tag and folders:
        return "/".join(folders), tag
    tail = _TAIL.search(pure.stem)
    tag = _language(tail[1] or tail[2]) if tail else ""
    if tail and tag:
        return "/".join([*folders, pure.stem[: tail.start()]]), tag
    for index, name in enumerate(folders):
        tag = "" if name in _WORDS else _language(name)
        if tag:
            return "/".join([*folders[:index], *folders[index + 1 :], pure.stem]), tag
    return "/".join([*folders, pure.stem]), ""


def to_toml(plan: Plan, *, ref: str, timezone: str) -> str:
    """Write the policy.toml of a plan; `ref` is left out when empty."""
    languages = plan.languages
    lines = [
        "# Made by `policyctl import`; look it over: languages, titles, jurisdictions, time zone.",
        "schema = 1",
        f"authoritative = {_string(languages[0])}",
        f"languages = [{', '.join(map(_string, languages))}]",
        'jurisdictions = ["CN"]  # where the readers live: CN, EU, US',
        f"timezone = {_string(timezone)}",
        *([f"ref = {_string(ref)}  # the branch that holds the texts"] if ref else []),
    ]
    for policy, group in plan.policies.items():
        titles = {f.language: f.heading for f in group}
        lines += ["", "[[policy]]", f"id = {_string(policy)}", f"title = {_table(titles)}"]
        lines += [f"files = {_table({f.language: f.document.path for f in group})}"]
        lines += ["withdrawn = true"] if not group[0].document.present else []
        lines += [f"until = {_string(group[0].until)}"] if group[0].until else []
    return "\n".join(lines) + "\n"


def no_policy(path: str) -> str:
    """Name why a file is no policy (encoding, hidden, about), or nothing."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return "encoding"
    if any(part.startswith(".") for part in PurePosixPath(path).parts):
        return "hidden"
    key, _ = split_language(path)
    name = re.sub(r"[ _]", "-", PurePosixPath(key).name.lower())
    about = _ABOUT if "/" in key else _ABOUT_TOP
    return "about" if name in about else ""


def _found(document: Document, data: bytes, owns: bool, default: str) -> Found:
    text = data.decode("utf-8", "replace")
    key, language = split_language(document.path)
    language = language or _script(text) or default or UNKNOWN
    return Found(key, language, _heading(text), document, "" if owns else document.ended)


def _language(name: str) -> str:
    """Normalise a language tag; empty for what is none. Plain `zh` and Hans are zh-CN, as the product's texts are."""
    match = _TAG.fullmatch(name)
    if match is None or not _CODES.fullmatch(match[1].lower()):
        return ""
    code, region = match[1].lower(), match[2] or ""
    if code == "zh" and region.lower() in ("", "hans"):
        return "zh-CN"
    return code + (f"-{region.upper() if len(region) == 2 else region.title()}" if region else "")


def _script(text: str) -> str:
    """Tell Chinese by its characters; other scripts do not tell their language."""
    han = len(_HAN.findall(text))
    return "zh-CN" if han * 5 > len(text) - han and len(_KANA.findall(text)) * 20 < han else ""


def _heading(text: str) -> str:
    for line in text.split("\n")[:40]:
        match = _HEADING.fullmatch(line.lstrip("\ufeff"))
        if match:
            return re.sub(r"[*`\"]|\]\([^)]*\)|[\[\]]", "", match[1])[:120].strip()
    return ""


def _named(groups: Sequence[Sequence[Found]]) -> dict[str, list[Found]]:
    """Give each group an id from as few parts of its path as keep the present ones apart, and a title."""
    present = [g[0].key for g in groups if g[0].document.present]
    deepest = max(len(g[0].key.split("/")) for g in groups)
    depths = (d for d in range(1, deepest + 1) if len({_slug(k, d) for k in present}) == len(present))
    depth = next(depths, deepest)
    headings = Counter(f.heading for g in groups for f in g)
    named: dict[str, list[Found]] = {}
    for group in sorted(groups, key=lambda g: not g[0].document.present):
        base = _slug(group[0].key, depth)
        name = next(n for n in _numbered(base) if n not in named)
        named[name] = [_titled(f, depth, headings) for f in group]
    return dict(sorted(named.items()))


def _titled(found: Found, depth: int, headings: Mapping[str, int]) -> Found:
    name = " · ".join(found.key.split("/")[-depth:])
    title = found.heading if headings[found.heading] == 1 and found.heading else name
    return Found(found.key, found.language, title, found.document, found.until)


def _numbered(base: str) -> Iterable[str]:
    yield base
    for n in range(2, 1_000_000):
        yield f"{base}-{n}"


def _slug(key: str, depth: int) -> str:
    """Make an id of the last parts of a path; what ASCII cannot say is told apart by a short hash."""
    name = "/".join(key.split("/")[-depth:])
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if name.isascii() and slug:
        return slug
    return f"{slug or 'policy'}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"


def _table(texts: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {_string(value)}" for key, value in texts.items()) + " }"


def _string(value: str) -> str:
    """Write a TOML basic string: JSON's escapes, and DEL, which TOML alone forbids."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
