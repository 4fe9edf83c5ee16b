"""Every rule is complete, has an example in both languages, and keeps silent on its guards."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from policy_versions import rules
from policy_versions.alignment import align, edits
from policy_versions.classify import classify, deltas
from policy_versions.document import parse
from policy_versions.lexicon import languages, load
from policy_versions.matchers import Match, match
from policy_versions.model import Category
from tests.cases import CASES, Case

RULES: Final = {rule.id: rule for rule in rules.load()}
WAIVED: Final = {"unclassified": "speaks where no rule does; tests/policy_versions/test_classify.py has its example"}
"""Rules without a case file, and why."""


def _matches(rule: rules.Rule, case: Case, after: str) -> list[Match]:
    old, new = (parse(case.page(text), case.language) for text in (case.before, after))
    found = edits(align(old, new))
    return [m for edit in found for delta in deltas(edit, case.language) if (m := match(rule, delta))]


def test_each_category_has_a_rule() -> None:
    assert {rule.category for rule in RULES.values()} == set(Category)


def test_each_rule_is_complete() -> None:
    for rule in RULES.values():
        assert set(rule.explain) == {"zh-CN", "en"}, rule.id
        assert all("{what}" in text for text in rule.explain.values()), rule.id
        assert rule.law, rule.id


def test_each_rule_has_a_case_in_both_languages_or_a_waiver() -> None:
    there = {(case.rule, case.language) for case in CASES}
    wanted = {(rule, language) for rule in RULES.keys() - WAIVED.keys() for language in ("zh-CN", "en")}
    assert there == wanted


def test_no_waiver_is_stale() -> None:
    assert WAIVED.keys() <= RULES.keys()
    assert not WAIVED.keys() & {case.rule for case in CASES}


def test_each_concept_that_a_rule_names_is_in_every_lexicon() -> None:
    made = {"aim", "e", "q", "field", "label"}
    for language in languages():
        concepts = load(language).concepts
        for rule in RULES.values():
            atoms = (*rule.new, *rule.old, *rule.none, *rule.never, *rule.reverse, *rule.acts)
            for atom in (*atoms, *(a for group in rule.every for a in group)):
                name = atom.lstrip("+-")
                if name.split(".")[0] not in made:
                    assert any(c == name or c.startswith(f"{name}.") for c in concepts), (language, rule.id, atom)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.rule}-{c.language}")
def test_case(case: Case) -> None:
    rule = RULES[case.rule]
    found = _matches(rule, case, case.after)
    assert [str(m.direction) for m in found][:1] == [case.finds]
    told = classify(case.page(case.before), case.page(case.after), case.language).findings
    assert (rule.category, case.finds) in {(f.category, str(f.direction)) for f in told}
    assert _matches(rule, case, case.guard) == []


def test_no_rule_speaks_in_most_cases() -> None:
    told: Counter[str] = Counter()
    for case in CASES:
        told.update({f.rule for f in classify(case.page(case.before), case.page(case.after), case.language).findings})
    assert max(told.values()) < len(CASES) / 4
