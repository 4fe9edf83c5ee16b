"""Which language a text is written in, as far as there is a lexicon for it."""

from __future__ import annotations

import re
from typing import Final

from policy_versions.wording import COMMON_HAN

UNKNOWN: Final = "und"

_LINK: Final = re.compile(
    r"https?://\S+|\]\([^)\n]{0,1000}\)"
)  # bounded, as what never closes is looked at again and again
_LATIN: Final = re.compile("[A-Za-z]{2,}")
_ENGLISH: Final = re.compile(r"\b(?:the|of|and|we|your|you|with|this|our|that|by|are|to|for)\b", re.IGNORECASE)
_SHARE: Final = 20  # one word in twenty: English policies have at least one in nine, other languages next to none
_FEW: Final = 20  # words; fewer do not tell


def detect(text: str) -> str:
    """Say `zh`, `en`, or `und` for what is neither, by the first 200 kB.

    Chinese signs make up at least a third of the words of a Chinese text; a Latin text of more than a few words that
    has hardly one of the commonest English words is written in another language.
    """
    head = _LINK.sub(" ", text[:200_000])
    han, latin = len(COMMON_HAN.findall(head)), len(_LATIN.findall(head))
    if han > latin / 2:
        return "zh"
    return UNKNOWN if latin > _FEW and len(_ENGLISH.findall(head)) * _SHARE < latin else "en"
