"""Chinese wordings compared by what they say: synonyms are one word; filling and the way to a setting are none."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from typing import Final, cast

from policy_versions.patterns import read
from policy_versions.wording import strip_number

_FIRST: Final = 0x20000
"""A group of synonyms is written as one rare ideograph that no policy holds."""
_KEPT: Final = re.compile(r"[^\W_]")
_STEP: Final = r"[^\s\d,;:|()\"【\[】\]>、。/-]{1,14}"
PATH: Final = re.compile(
    rf"[\"【\[]?{_STEP}(?:[\"】\]]?\s*(?:-(?!-)>?|>{{1,2}}|→|⇒)\s*[\"【\[]?{_STEP}){{1,6}}[\"】\]]?"
)
"""Names of menus one after the other (我的-设置-注销), in folded text: the way to a setting."""
_BEFORE: Final = "以经在对向于"
"""Words that only tie an expression to what stands before it."""
_MENU: Final = re.compile(
    r"设置|我的|首页|账号|账户|隐私|中心|头像|个人|菜单|更多|关于|帮助|权限|管理|通知|选项|偏好|高级|通用|客服|反馈"
)
"""A word of which a way through menus names at least one; a span of years or two places joined by a dash name none."""


@cache
def _groups() -> tuple[re.Pattern[str], dict[str, str], frozenset[str], frozenset[str]]:
    """Give what matches any word, the sign for each, the signs that must stand on both sides, and those that oppose."""
    data = cast("dict[str, str]", read("zh"))
    signs: dict[str, str] = dict.fromkeys(_words(data["filling"], "; "), "")
    weighty = set()
    for n, group in enumerate(_words(data["same"], "; ")):
        signs |= dict.fromkeys(_words(group.lstrip("!"), "="), chr(_FIRST + n))
        if group[0] == "!":
            weighty.add(chr(_FIRST + n))
    found = sorted(signs, key=lambda w: (-len(w), w))
    opposing = frozenset(signs[word] for word in _words(data["opposing"], "; "))
    return re.compile("|".join(map(re.escape, found))), signs, frozenset(weighty), opposing


def _words(text: str, between: str) -> list[str]:
    return [word.strip() for word in text.split(between) if word.strip()]


@lru_cache(maxsize=8192)
def plain_words(folded: str) -> str:
    """Write a folded text with one sign for each group of synonyms, without filling, menu paths and punctuation."""
    return _written(strip_number(folded), filling=False)


def _written(text: str, *, filling: bool) -> str:
    pattern, signs, *_ = _groups()
    kept = pattern.sub(lambda m: signs[m[0]] or (m[0] if filling else ""), PATH.sub(_no_menu, text))
    return "".join(_KEPT.findall(kept))


def _no_menu(found: re.Match[str]) -> str:
    return " " if _MENU.search(found[0]) else found[0]


def left_over(before: str, after: str) -> tuple[str, str]:
    """Give the signs that only one of two folded wordings has."""
    one, other = (Counter(plain_words(text)) for text in (before, after))
    return "".join((one - other).elements()), "".join((other - one).elements())


def weighty(signs: str) -> bool:
    """Say whether a word is among these without which a statement is another: a denial, 只, 可能, or any figure."""
    return any(sign.isascii() or sign in _groups()[2] for sign in signs)


def turned(before: str, after: str) -> bool:
    """Say whether words that oppose each other (不, 仅, 开启, 关闭) come in another order, and so bind other things."""
    one, other = ("".join(c for c in plain_words(text) if c in _groups()[3]) for text in (before, after))
    return len(set(one)) > 1 and one != other


def stands(surface: str, folded: str) -> bool:
    """Say whether a folded text says these words too, in synonyms."""
    words = _synonyms(surface.lstrip(_BEFORE))
    return len(words) >= 2 and words in _synonyms(folded)


@lru_cache(maxsize=8192)
def _synonyms(folded: str) -> str:
    return _written(folded, filling=True)
