"""Words of the interface by language: YAML beside the templates, never literals in code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

FOLDER: Final = Path(__file__).parent / "templates"
LANGUAGES: Final = ("zh-CN", "en")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Strings:
    """The words of one interface language; an unknown key or a missing argument is an error, not an empty page."""

    language: str
    words: Mapping[str, str]

    def __call__(self, key: str, **arguments: object) -> str:
        """Return the words of a key with its arguments filled in; KeyError when either is missing."""
        return self.words[key].format(**arguments)

    def has(self, key: str) -> bool:
        """Say whether there are words for a key."""
        return key in self.words

    def count(self, key: str, n: int) -> str:
        """Return words that depend on a number: `KEY.one` for 1 where the language has it, else `KEY`."""
        one = f"{key}.one"
        return self(one if n == 1 and one in self.words else key, n=n)

    def date(self, day: date | None) -> str:
        """Write a day as people of this language do; an unknown day is said to be unknown."""
        if day is None:
            return self("date.unknown")
        return self("date.format", year=day.year, month=day.month, day=day.day, month_name=_MONTHS[day.month - 1])

    def name(self, language: str) -> str:
        """Return the name of a language in itself, or its code where we have none."""
        return self.words.get(f"language.{language}", language)

    def called(self, language: str) -> str:
        """Return the name of a language in this one, to stand in a sentence, or its code where we have none."""
        return self.words.get(f"language.in.{language}", language)


def interface(language: str) -> str:
    """Choose the interface language for a text's language: Chinese for any zh, English for the rest."""
    return "zh-CN" if language.lower().partition("-")[0] == "zh" else "en"


@cache
def load(language: str) -> Strings:
    """Read all `strings*.<language>.yaml` of the templates folder; the same key twice is an error."""
    words: dict[str, str] = {}
    for file in sorted(FOLDER.glob(f"strings*.{language}.yaml")):
        for key, value in YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")).items():
            if key in words:
                raise ValueError(f"{file.name}: key `{key}` is there twice")
            words[str(key)] = str(value)
    return Strings(language, words)


def pick(texts: Mapping[str, str], language: str, fallback: str = "") -> str:
    """Choose from texts by language: the exact one, one of the same interface language, the fallback's, any."""
    for wanted in (language, interface(language), fallback):
        if texts.get(wanted):
            return texts[wanted]
    return next((text for text in texts.values() if text), "")
