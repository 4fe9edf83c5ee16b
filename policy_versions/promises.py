"""How long before a change a text promises to tell people of it, in Chinese and in English. Pure.

The promise of the text in force binds its change, whatever the new text says (LAW table, M11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Final

from policy_versions import lexicon
from policy_versions.quantities import Quantity, quantities
from policy_versions.sentences import sentences

_CHANGE: Final = {
    "zh": re.compile(r"变更|修改|修订|更新|调整|改动"),
    "en": re.compile(r"\b(?:chang\w*|updat\w*|revis\w*|amend\w*|modif\w*)"),
}
_TELL: Final = {
    "zh": re.compile(r"通知|告知|公示|公告|公布|提示|提醒|说明|征求"),
    "en": re.compile(r"\b(?:notif\w*|notice|inform\w*|tell|announc\w*|post|posted|publish\w*|e-?mail)"),
}
# The end of a service and answers to a person have deadlines of their own.
_OTHER: Final = {
    "zh": re.compile(r"(?:终止|停止|结束|关闭)(?:运营|服务|经营|业务)|请求|申请|注销|答复|回复"),
    "en": re.compile(r"\b(?:ceas\w*|discontinu\w*|terminat\w*|your request|respond|reply)"),
}
_BEFORE_IT: Final = {
    "zh": re.compile(r"(?:提前|至少|不少于|生效前|之前|前)\D{0,6}$"),
    "en": re.compile(r"\badvance\b\D{0,20}$"),
}
_AFTER_IT: Final = {
    "zh": re.compile(r"^\s*(?:以|之)?(?:前|的?(?:提前|公示期|公告期))"),
    "en": re.compile(r"^['’]?s?\s*(?:before|prior|in advance|advance|ahead|notice)"),
}
_MOST: Final = 366  # days: a longer promise is a retention period that was misread


@dataclass(frozen=True, slots=True)
class Promise:
    """A wait in whole days, and the sentence that promises it with its line (from 1)."""

    days: int
    line: int
    quote: str


@lru_cache(maxsize=8)  # the dates and the lint both ask it of the text in force
def promise(text: str, language: str) -> Promise | None:
    """Return the longest wait that a text promises before a change takes effect, or None."""
    family = lexicon.family(language)
    if family not in _CHANGE:
        return None
    found = [p for number, line in enumerate(text.splitlines(), 1) for p in _promises(line, number, family, language)]
    return max(found, key=lambda p: p.days, default=None)


_HAN_NUMBER: Final = re.compile(r"[一二三四五六七八九十半]")


def _promises(line: str, number: int, family: str, language: str) -> list[Promise]:
    if family == "zh" and not (_HAN_NUMBER.search(line) or any(map(str.isdigit, line))):
        return []
    words = lexicon.load(language)
    made = []
    for sentence in sentences(line, language):
        folded = words.fold(sentence).replace("日前", "日 前")  # 十五日前; alone 日前 means "lately"
        if not (_CHANGE[family].search(folded) and _TELL[family].search(folded)) or _OTHER[family].search(folded):
            continue
        waits = [q for q in quantities(folded, words) if q.kind == "duration" and _ahead(folded, q, family)]
        made += [Promise(ceil(q.value), number, sentence) for q in waits if q.value <= _MOST]
    return made


def _ahead(folded: str, quantity: Quantity, family: str) -> bool:
    """Say whether a time lies before something, not after it."""
    head, tail = folded[: quantity.start], folded[quantity.end :]
    if family == "zh" and re.match(r"\s*(?:以|之)?(?:后|内)", tail):
        return False
    return bool(_BEFORE_IT[family].search(head) or _AFTER_IT[family].match(tail))
