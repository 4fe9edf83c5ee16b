"""Lexicons: both languages know the same concepts, patterns compile, quantities and denials are read rightly."""

from __future__ import annotations

import re

import pytest

from policy_versions.facts import statement
from policy_versions.lexicon import languages, load
from policy_versions.patterns import literals, prepare
from policy_versions.sentences import sentences


def test_each_language_knows_the_same_concepts() -> None:
    first, *others = (load(language) for language in languages())
    for other in others:
        assert set(first.concepts) == set(other.concepts)


@pytest.mark.parametrize("language", languages())
def test_each_pattern_compiles_and_begins_with_a_sign(language: str) -> None:
    for concept, sources in load(language).concepts.items():
        for source in sources:
            for pattern in prepare(source, language):
                assert re.compile(pattern.source), (concept, source)
                assert all(pattern.keys), (concept, source)
                assert not pattern.source.startswith("(?<"), (
                    f"{concept}: what looks back first is never found: {source}"
                )


@pytest.mark.parametrize(
    ("text", "concept", "found"),
    [
        ("If you are a minor, ask your parents.", "minor.child", True),
        ("Most changes are likely to be minor.", "minor.child", False),
        ("We post it on this page.", "notice.policy", True),
        ("Closing this page counts as your consent.", "notice.policy", False),
    ],
)
def test_what_stands_before_a_word_may_rule_it_out(text: str, concept: str, found: bool) -> None:
    assert (concept in statement(text, None, "en").names) is found


def test_traditional_signs_are_folded() -> None:
    assert "data.phone" in statement("我們會收集您的手機號碼。", None, "zh-Hant").names


def test_spelling_out() -> None:
    assert literals("colou?r(?:s|ed)") == ["colors", "colored", "colours", "coloured"]
    assert literals("a.*b") is None


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "within thirty (30) days", [30]),
        ("en", "for 72 hours, then for two years", [3, 730]),
        ("en", "in the third year of 2026", []),
        ("zh", "十五个工作日内", [21]),
        ("zh", "一年半", [547.5]),
        ("zh", "六个月", [180]),
        ("zh", "于2026年12月1日生效", []),
        ("zh", "第三年", []),
    ],
)
def test_durations(language: str, text: str, days: list[float]) -> None:
    found = [fact.value for fact in statement(text, None, language).facts if fact.concept == "q.duration"]
    assert found == pytest.approx(days)


@pytest.mark.parametrize(
    ("language", "text", "ages"),
    [
        ("zh", "未满十四周岁", [14]),
        ("en", "under the age of sixteen", [16]),
        ("en", "13 years of age or older", [13]),
        ("en", "under 30 days", []),
        ("en", "for a period of 2 years", []),
        ("en", "an area of at least 3 sq km with at least 1,000 people", []),
        ("en", "the minimum age of 16 that applies to you", [16]),
    ],
)
def test_ages(language: str, text: str, ages: list[float]) -> None:
    assert [f.value for f in statement(text, None, language).facts if f.concept == "q.age"] == ages


@pytest.mark.parametrize(
    ("language", "text", "denied"),
    [
        ("zh", "我们不会收集您的短信。", True),
        ("zh", "我们不仅收集您的短信。", False),
        ("zh", "我们不会出售信息，但会收集您的短信。", False),
        ("en", "We do not collect text messages.", True),
        ("en", "We collect data not limited to text messages.", False),
        ("en", "We do not sell data, but we collect text messages.", False),
    ],
)
def test_denials(language: str, text: str, denied: bool) -> None:
    (fact,) = [f for f in statement(text, None, language).facts if f.concept == "data.messages"]
    assert fact.negated is denied


@pytest.mark.parametrize(
    ("text", "concept", "value"),
    [
        ("Write to privacy [at] example [dot] com.", "e.email", "privacy@example.com"),
        ("请发邮件至help@example.com联系", "e.email", "help@example.com"),
        ("客服电话400-800-8000为您服务", "e.phone", "4008008000"),
        ("我们是华为技术有限公司。", "e.company", "华为技术有限公司"),
        ("Bluebottle House", "e.address", "bluebottlehouse"),
        ("59 Rue Marie-Anne Blanc, 75999 Paris", "e.address", "59ruemarieanneblanc"),
        ("Quay Street, Galway, H91 X2X2", "e.address", "h91x2x2"),
        ("Please write to our Chief Data Officer.", "e.person", "chiefdataofficer"),
    ],
)
def test_named_things(text: str, concept: str, value: str) -> None:
    language = "en" if text.isascii() else "zh"
    assert value in [f.surface for f in statement(text, None, language).facts if f.concept == concept]


def test_a_law_in_a_register_of_statutes_is_no_telephone_number() -> None:
    facts = statement("See Pub. L. 199-50, 138 Stat. 895 (2031).", None, "en").facts
    assert [f for f in facts if f.concept == "e.phone"] == []


def test_where_readers_live_is_no_place_of_data() -> None:
    countries = "Australia, Brazil, Canada, Hong Kong SAR, India, Malaysia, South Korea, Sri Lanka, Thailand or Vietnam"
    here, there = (
        [f.surface for f in statement(s.format(countries), None, "en").facts if f.concept == "place.country"]
        for s in ("If you are a user located in {}, other terms apply.", "We store your data in {}.")
    )
    assert here == []
    assert len(there) >= 9


def test_an_abbreviated_trade_name_ends_no_sentence() -> None:
    text = "This notice explains how Pebble, PBC d.b.a. Pebble uses data. It is short."
    assert sentences(text) == ("This notice explains how Pebble, PBC d.b.a. Pebble uses data.", "It is short.")
