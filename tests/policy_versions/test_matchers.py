"""The short cuts of matching leave nothing out: no rule is passed over that matches, no literal that stands there."""

from __future__ import annotations

import pytest

from policy_versions.compare import Delta, compare
from policy_versions.facts import Fact, statement
from policy_versions.lexicon import Index, load
from policy_versions.matchers import match, names, possible
from policy_versions.rules import load as rules
from tests.cases import CASES, Case


def delta(case: Case, text: str) -> Delta:
    before = statement(case.before, None, case.language) if case.before else None
    return compare(before, statement(text, None, case.language))


def test_no_rule_that_matches_is_passed_over() -> None:
    for case in CASES:
        for text in (case.after, case.guard):
            if not text:
                continue
            edit = delta(case, text)
            fired = [r.id for r in rules() if match(r, edit)]
            tried = [*possible(edit), *possible(edit, last=True)]
            assert sorted(fired) == sorted(r.id for r in tried if match(r, edit)), text


def spelt(index: Index, folded: str, i: int) -> set[tuple[int, str]]:
    """Look for every literal at one place, the long way."""
    found = set()
    for table, whole in ((index.stems, False), (index.whole, True)):
        for word, concepts in table.items():
            end = i + len(word)
            inside = whole and folded[end : end + 1].isascii() and folded[end - 1 : end + 1].isalnum()
            if folded.startswith(word, i) and not (inside and end < len(folded)):
                found |= {(end, c) for c in concepts}
    return found


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_no_literal_that_stands_at_a_place_is_passed_over(language: str) -> None:
    lexicon = load(language)
    texts = [lexicon.fold(c.after) for c in CASES if c.language == language][::4]
    assert len(texts) > 15
    for text in texts:
        for i in range(0, len(text), 3):
            begins = i == 0 or not (text[i].isascii() and text[i].isalnum() and text[i - 1].isalnum())
            if not begins or text[i].isspace():
                continue
            end = next((k for k in range(i, len(text)) if not text[k].isalnum()), len(text))
            word = text[i : i + 2] if lexicon.han and not text[i].isascii() else text[i:end]
            if word.isalnum() and (lexicon.han is False or not word.isascii()):
                named = set(lexicon.statements.at(text, i, word))
                assert spelt(lexicon.statements, text, i) <= named, text[i : i + 40]


@pytest.mark.parametrize(("language", "text"), [("en", "we keep your data"), ("zh-CN", "我们保存您的手机号码")])
def test_what_ends_a_text_is_named_once(language: str, text: str) -> None:
    hits = load(language).scan(text)
    assert len(hits) == len(set(hits))
    assert any(h.end == len(text) for h in hits)


@pytest.mark.parametrize(
    ("atom", "negated", "named"),
    [
        ("data", True, True),
        ("data.location", False, True),
        ("+data", False, True),
        ("+data", True, False),
        ("-data.location.precise", True, True),
        ("-data", False, False),
        ("data.loc", False, False),
        ("data.location.precise.gps", False, False),
    ],
)
def test_a_fact_bears_its_own_name_and_all_broader_ones(atom: str, negated: bool, named: bool) -> None:
    assert names(Fact("data.location.precise", "gps", negated, 0.0), ("other", atom)) is named
