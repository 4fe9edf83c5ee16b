"""The short cuts of looking for patterns find what the long way finds: every pattern tried at every place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_versions.heads import RUN, heads
from policy_versions.index import Index
from policy_versions.lexicon import load
from policy_versions.naming import Named
from policy_versions.patterns import prepare
from tests.cases import CASES

SOURCES = [
    "shar(?:e|ed|ing) (?:it )?with",
    "(?:our |the )*(?:new )?kiosks?",
    "(?:[a-z]+ )?compan(?:y|ies) that",
    "[0-9]{1,2} (?:days|weeks)",
    "(?:[a-z ]{0,20}?)kept",
    "(?:仅|只)?(?:在|于)?(?:手机|设备)[^。;]{0,4}?(?:存储|保存)",
    "会(?<!社会)(?!议)",
]


@pytest.mark.parametrize("source", SOURCES)
@given(data=st.data())
@settings(max_examples=30)
def test_a_match_begins_as_its_pattern_says(source: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(source, fullmatch=True))
    word = text.split(" ")[0]
    assert any(text.startswith(h.replace(RUN, word)) for h in heads(source)), (text, heads(source))


def test_beginnings_are_spelt_out_as_far_as_they_can_be() -> None:
    assert heads("shar(?:e|ed) (?:it )?with") == ("share it with", "share with", "shared it with", "shared with")
    assert heads("(?:a |b )*core") == ("a ", "b ", "core")
    assert heads("[^.]x") == ("",)


def plain(index: Index, text: str) -> list[tuple[int, list[tuple[int, str]]]]:
    """Try every literal, and every pattern filed under the first signs, at every place."""
    found = []
    for m in re.finditer(r"[^\sa-zA-Z0-9]|[a-zA-Z0-9]+" if index.han else r"[a-z0-9$€£]+", text):
        word = text[m.start() : m.start() + 2] if index.han and len(m[0]) == 1 else m[0]
        here = _literals(index, text, m.start()) + _others(index, text, m.start(), word)
        found += [(m.start(), sorted(here, key=lambda f: -f[0]))] if here else []
    return found


def _literals(index: Index, text: str, i: int) -> list[tuple[int, str]]:
    found = []
    for end in range(min(len(text), i + 120), i, -1):
        found += [(end, c) for c in index.stems.get(text[i:end], ())]
        if not re.fullmatch(r"[a-zA-Z0-9]{2}", text[end - 1 : end + 1], re.ASCII):
            found += [(end, c) for c in index.whole.get(text[i:end], ())]
    return found


def _others(index: Index, text: str, i: int, word: str) -> list[tuple[int, str]]:
    found = []
    for key in dict.fromkeys((word[:1], word[:2], word[:3])):
        patterns = index.loose.get(key, ())
        for concept in dict.fromkeys(p[0] for p in patterns):
            matches = (re.compile(source).match(text, i) for c, source, _ in patterns if c == concept)
            match = next((m for m in matches if m), None)
            if match and match.end() > i:
                found.append((match.end(), concept))
    return found


def made(sources: dict[str, list[str]], language: str) -> Index:
    index = Index(language == "zh")
    for concept, patterns in sources.items():
        for pattern in (p for source in patterns for p in prepare(source, language)):
            index.add(concept, pattern)
    index.seal()
    return index


ENGLISH = made(
    {"a": SOURCES[:3], "b": [*SOURCES[3:5], "share", "the new", "new kiosks", "30 days"], "c": ["shar~", "kept for"]},
    "en",
)
CHINESE = made({"a": SOURCES[5:], "b": ["手机", "手机号码", "保存", "会话", "sdk", "在设备上"]}, "zh")


WORDS = [
    *("share", "shared", "it", "with", "our", "the", "new", "kiosk", "kiosks", "company", "companies", "that"),
    *("30", "days", "kept", "for", ".", "|", "at$"),
]


@given(st.lists(st.sampled_from(WORDS)))
def test_english_words_are_found_as_the_long_way_finds_them(words: list[str]) -> None:
    text = " ".join(words)
    assert list(ENGLISH.named(text)) == plain(ENGLISH, text)


@given(st.text("仅在手机设备号码存储保社会议话。 sdk1"))
def test_chinese_signs_are_found_as_the_long_way_finds_them(text: str) -> None:
    assert list(CHINESE.named(text)) == plain(CHINESE, text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_asked_for_alone_is_what_a_whole_scan_names(language: str) -> None:
    lexicon = load(language)
    pieces = [lexicon.fold(c.after) for c in CASES if c.language.startswith(language)][:12]
    named = {hit.concept for piece in pieces for hit in lexicon.scan(piece)}
    asked = Named(language, pieces)
    backwards = sorted(lexicon.concepts, reverse=True)
    assert {c for c in backwards if c in asked} == named
    assert {c for c in backwards if c in asked} == named
    assert "no.such" not in asked
