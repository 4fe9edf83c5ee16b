"""A verbatim quote as people read it: without marks of markup, and with a sign where it was cut short."""

from __future__ import annotations

import re
from typing import Final

_LINK: Final = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_LONG: Final = 150  # quotes are cut to at most 200 signs (quoting.LIMIT), at the last place where a clause or word ends
_ENDS: Final = "。！？；：.!?;:…”’\"')）】》|"


def plain(quote: str) -> str:
    """Drop emphasis marks, put the words of a link for the link, and show by an ellipsis where a sentence was cut."""
    text = _LINK.sub(r"\1", quote).replace("**", "").replace("__", "").strip()
    if len(quote) < _LONG or not text:
        return text
    return ("…" if text[0].islower() else "") + text + ("" if text[-1] in _ENDS else "…")
