"""Why an edit means nothing new: the kinds of editorial change, each known by what it is and not by what it is not."""

# ruff: noqa: E501 - a regular expression is read best in one piece

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from policy_versions.compare import Delta
from policy_versions.entities import short_forms
from policy_versions.facts import Statement
from policy_versions.model import ClauseKind
from policy_versions.pointing import counted, liable, points, torn

_MONTH: Final = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
DATE: Final = re.compile(
    r"(?:19|20)?\d{2}\s?[-./年]\s?\d{1,2}(?:\s?[-./月]\s?\d{1,4}日?)?"
    r"(?!\d|\s?(?:周?岁|个|天|小时|years?|days?|months?|hours?))"
    # `13 may` alone is a threshold and a verb more often than a day
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?!may\b(?!,? ?\d{{4}})){_MONTH},? ?(?:\d{{4}})?"
    rf"|\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b,? ?(?:\d{{4}})?|\b{_MONTH} \d{{4}}|\bv?\d+(?:\.\d+)+\b"
)
URL: Final = re.compile(r"(?:https?://|www\.)\S+?(?=[\s)\]>\"'，。；]|$)|\]\([^)\s]*\)")
REFERENCE: Final = re.compile(
    r"(?:sections?|articles?|clauses?|parts?|annex(?:es)?|appendix|paragraphs?|§+) ?\d[\d.]*|第 ?\d[\d.]* ?[条款章节部项]|附件 ?\d+|\\?\[\d+\\?\]|\(\d{1,2}\)|\b20\d\d\b"
)
LONGEST_TITLE: Final = 120
_NOT_WORD: Final = re.compile(r"[\W_]+")


def editorial_kind(delta: Delta) -> str:
    """Name the kind of editorial change, '' when the words must be judged."""
    side = delta.told
    if side is None:
        return "empty"
    if _title(side) and not _names_recipient(side) and not _switched(delta):
        return "heading"
    if all(_guides(s) or points(s) for s in (delta.before, delta.after) if s is not None):
        return "reading"
    if delta.before is not None and delta.after is not None:
        kind = _pair_kind(delta.before, delta.after)
        return "synonym" if delta.renamed and kind in FORM else kind
    return _single_kind(side)


def _title(side: Statement) -> bool:
    """Say whether a text is a heading; a whole sentence that stands where one is expected says something."""
    if side.clause is None or side.clause.kind is not ClauseKind.HEADING:
        return False
    return len(side.folded) <= LONGEST_TITLE and not side.text.rstrip("*_ \u00a0").endswith((".", "。", ";", "；"))


def _switched(delta: Delta) -> bool:
    """Say whether a heading that changed tells whether something is on or off by default."""
    return delta.pair and any(f.concept.startswith("method.default-") for f in (*delta.gained, *delta.lost))


_ENTRY: Final = re.compile(r"(?:[\W\d]*\[[^\[\]]*(?:\\.[^\[\]]*)*\]\(#[^()\s]*\))+[\W\d]*")
_QUESTION: Final = re.compile(r"[^.!?。！？|]{3,}[?？][\s*_\"”」)）]*")


def _guides(side: Statement) -> bool:
    """Say whether a text only points: an entry of a table of contents, or a question, which the text below answers."""
    return bool(_ENTRY.fullmatch(side.text)) or (bool(_QUESTION.fullmatch(side.text)) and not side.has("field.row"))


def _names_recipient(side: Statement) -> bool:
    """Say whether a heading is itself an entry of a list of recipients, such as the name of an SDK."""
    return "field.recipient" in side.context and (
        side.has("party.brand") or side.has("party.ai") or side.has("e.company")
    )


def _pair_kind(before: Statement, after: Statement) -> str:
    if _hosts(before) == _hosts(after) or (_here(before) ^ _here(after) and _called(before) == _called(after)):
        for kind, bare in _BARE:
            if bare(before) == bare(after):
                return kind
    if bare_words(DATE.sub("", before.folded)) == bare_words(DATE.sub("", after.folded)):
        return "date" if bare_words(before.folded) != bare_words(after.folded) else ""
    if _misspelt(before.folded, after.folded) or torn(before, after):
        return "typography"
    if _labels(before, after):
        return _labels(before, after)
    if counted(before, after) or (before.has("edit.metric") and after.has("edit.metric")):
        return "metric"
    return ""


def _labels(before: Statement, after: Statement) -> str:
    """Say whether both only tell from when a text is, or which version it is."""
    if before.has("edit.date") and after.has("edit.date") and len(after.folded) < DATED:
        return "date"
    told = all(s.has("edit.version") and len(s.folded) < LABEL and not serious(s) for s in (before, after))
    return "version" if told else ""


_MAIL_SIGNS: Final = re.compile(r"\s*[\[({](?:at|dot)[\])}]\s*")


def _plain_mail(text: str) -> str:
    """Write `privacy [at] example [dot] org` without its signs."""
    return _MAIL_SIGNS.sub("", text) if "[at]" in text or "(at)" in text else text


_CONFUSED: Final = (
    "的地得",
    "做作",
    "帐账",
    "象像相",
    "即既",
    "议义意",
    "录陆",
    "它他其",
    "份分",
    "订定",
    "以已",
    "需须",
    "至致",
    "联连",
    "形型",
    "制治",
    "记计纪",
    "付副",
    "籍藉",
    "权全",
    "息析熄",
    "息信",
    "陆路",
    "护互",
    "步部",
    "箱厢",
    "址止",
    "销消",
    "偿尝",
    "蔽避",
    "密蜜",
    "暴爆",
)
"""Signs that are mistaken for one another in typing."""


def _misspelt(before: str, after: str) -> bool:
    """Say whether two wordings differ in signs alone that are mistaken for one another."""
    if len(before) != len(after):
        return False
    wrong = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    return 0 < len(wrong) <= 3 and all(any(a in signs and b in signs for signs in _CONFUSED) for a, b in wrong)


_LINKED: Final = re.compile(r"\[[^\]]*\]\([^)\s]*?([^)\s/]{8,})/?(?: \"[^\"]*\")?\)")
"""A link, known by the last part of its path: what a page is called there may change."""
_BARE: Final[tuple[tuple[str, Callable[[Statement], object]], ...]] = (
    ("typography", lambda s: (bare_words(s.folded), URL.findall(s.text))),
    ("link-path", lambda s: bare_words(s.folded)),
    ("link-path", lambda s: bare_words(URL.sub("", s.text))),
    ("link-path", lambda s: bare_words(_LINKED.sub(r"\1", s.text))),
    ("typography", lambda s: bare_words(short_forms(_plain_mail(URL.sub("", s.text.lower()))))),
    ("numbering", lambda s: bare_words(REFERENCE.sub("", URL.sub("", s.text.lower())))),
)
"""What two wordings of an editorial change have in common once the rest is left out."""
FORM: Final = ("empty", "typography", "link-path", "numbering")
"""Kinds that are seen without a word of the language."""
LABEL: Final = 30
"""A text with the number of a version that is no longer is its label."""
DATED: Final = 90
"""A longer statement with a date says more than when the text was changed."""


def _hosts(side: Statement) -> set[str]:
    """Give the sites and addresses that a statement points to."""
    sites = {".".join(f.surface.split(".")[-2:]) for f in side.facts if f.concept == "e.url"}
    return sites | _called(side)


_ANCHOR: Final = re.compile(r"\]\(#[^)\s]*\)")


def _here(side: Statement) -> bool:
    """Say whether every link of a statement leads to a place of its own text, such as a footnote."""
    return bool(_ANCHOR.search(side.text)) and not any(f.concept == "e.url" for f in side.facts)


def _called(side: Statement) -> set[str]:
    """Give the addresses and numbers by which a statement lets somebody be reached."""
    return {f.surface for f in side.facts if f.concept in ("e.email", "e.phone")}


def _single_kind(side: Statement) -> str:
    bare = bare_words(DATE.sub("", side.folded))
    if len(bare) < 2 and not side.has("e"):
        return "numbering"
    if side.has("edit.date") and DATE.search(side.folded) and len(side.folded) < 80:
        return "date"
    if side.has("edit.metric"):
        return "metric"
    if liable(side):
        return "liability"
    return next((kind for kind in IDLE if side.has(f"edit.{kind}") and not serious(side)), "")


PRACTICE: Final = (
    "act.collect",
    "act.use",
    "act.share",
    "act.sell",
    "act.publish",
    "act.retain",
    "act.delete",
    "act.track",
    "act.combine",
)
IDLE: Final = ("meaning", "translation", "version", "reading", "marketing", "advice", "liability")
"""What a sentence may do that states no practice: define, point to a translation, guide the reader, name a version, praise, advise, license."""
_SERIOUS: Final = (
    *("right", "lim", "risk", "basis", "place", "owner", "minor.age", "minor.parent", "sec.weak"),
    *("notice.lead", "notice.end", "notice.weak", "notice.material"),
    *("scope.covers", "scope.people", "scope.excluded", "scope.prevails"),
    *("e.email", "e.phone", "e.company", "q.duration", "q.money", "contact.authority", "method.default-on", "act.sell"),
)


def serious(side: Statement) -> bool:
    """Say whether a sentence that explains, praises or guides also states what is done or may be asked."""
    if any(side.has(a) for a in _SERIOUS) or handled(side):
        return True
    return side.has("actor.we") and any(side.has(a) for a in PRACTICE)


def handled(side: Statement) -> bool:
    """Say whether a sentence names a kind of the person's data with what it serves or who gets it."""
    named = any(f.group == "data" and f.concept != "data.any" for f in side.facts)
    return named and any(side.has(a) for a in ("aim", "act.gets", "act.share"))


def bare_words(text: str) -> str:
    """Give letters and digits alone."""
    return _NOT_WORD.sub("", text)
