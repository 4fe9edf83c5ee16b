"""Both languages say the same things, and a key that is missing is an error."""

from __future__ import annotations

import re
import string
from datetime import date

import pytest

from archive import strings


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_with_the_same_arguments() -> None:
    chinese, english = (strings.load(language).words for language in strings.LANGUAGES)
    singular = {key for key in english if key.endswith(".one")}
    assert {k for k in chinese if not k.endswith(".one")} == set(english) - singular
    for key in set(chinese) - singular:
        if not key.startswith("date."):
            assert _fields(chinese[key]) == _fields(english[key]), key


def test_every_key_of_the_templates_has_words() -> None:
    known = strings.load("en")
    for template in strings.FOLDER.glob("*.html"):
        for key in re.findall(r"\bt(?:\.count)?\(\"([a-z_.-]+)\"[,)]", template.read_text(encoding="utf-8")):
            assert known.has(key), f"{template.name}: {key}"


def test_dates_are_written_as_people_do() -> None:
    assert strings.load("zh-CN").date(date(2026, 12, 1)) == "2026-12-01"
    assert strings.load("en").date(date(2026, 12, 1)) == "1 December 2026"
    assert strings.load("en").date(None) == "date not recorded"


def test_counts_have_a_singular_where_the_language_has_one() -> None:
    assert strings.load("en").count("redline.summary", 1) == "1 change"
    assert strings.load("en").count("redline.summary", 2) == "2 changes"
    assert strings.load("zh-CN").count("redline.summary", 1) == "1 处改动"


def test_a_missing_key_or_argument_is_an_error() -> None:
    with pytest.raises(KeyError):
        strings.load("en")("no.such.key")
    with pytest.raises(KeyError):
        strings.load("en")("home.since")


@pytest.mark.parametrize(
    ("language", "expected"), [("zh-CN", "zh-CN"), ("zh-Hant", "zh-CN"), ("de", "en"), ("und", "en")]
)
def test_the_interface_follows_the_text(language: str, expected: str) -> None:
    assert strings.interface(language) == expected
