"""Every rule is complete, has an example in both languages, and keeps silent on its guards."""

from __future__ import annotations

from collections import Counter
from typing import Final, cast

import pytest

from policy_versions import concepts, rules
from policy_versions.alignment import align, edits
from policy_versions.classify import classify
from policy_versions.document import parse
from policy_versions.explaining import LANGUAGES, templates
from policy_versions.lexicon import languages, load
from policy_versions.matchers import Match, match
from policy_versions.model import Category, Direction
from policy_versions.reading import deltas
from tests.cases import CASES, Case

RULES: Final = {rule.id: rule for rule in rules.load()}
WAIVED: Final = {
    "unclassified": "speaks where no rule does; tests/policy_versions/test_classify.py has its example",
    "too-large": "speaks of size alone; tests/policy_versions/test_bad_input.py has its example",
}
"""Rules without a case file, and why."""


def _matches(rule: rules.Rule, case: Case, after: str) -> list[Match]:
    old, new = (parse(case.page(text), case.language) for text in (case.before, after))
    found = edits(align(old, new))
    return [m for edit in found for delta in deltas(edit, case.language) if (m := match(rule, delta))]


def _keys(node: object, at: str = "") -> set[str]:
    if not isinstance(node, dict):
        return {at}
    return set().union(*(_keys(value, f"{at}/{key}") for key, value in node.items()))


def test_each_category_has_a_rule() -> None:
    assert {rule.category for rule in RULES.values()} == set(Category)


def test_each_rule_is_complete() -> None:
    for rule in RULES.values():
        assert set(rule.explain) == {"zh-CN", "en"}, rule.id
        assert rule.law, rule.id


def test_each_rule_has_templates_of_its_own_in_every_language() -> None:
    for language in LANGUAGES:
        assert cast("dict[str, object]", templates(language)["rules"]).keys() == RULES.keys(), language


def test_each_category_has_a_witness_for_every_direction() -> None:
    for language in LANGUAGES:
        witness = cast("dict[str, dict[str, str]]", templates(language)["witness"])
        assert witness.keys() == set(Category), language
        assert all(set(Direction) <= given.keys() for given in witness.values()), language


def test_languages_have_the_same_templates() -> None:
    assert _keys(templates("zh-CN")) == _keys(templates("en"))


def test_each_concept_of_the_lexicons_has_a_label_in_both_languages() -> None:
    silent = ("edit.", "field.")
    for language in languages():
        there = {name for name in load(language).concepts if not name.startswith(silent)}
        assert not sorted(there - concepts.load().keys()), f"add these to concepts/concepts.yaml ({language})"
    named = {a.lstrip("+-") for rule in RULES.values() for a in (*rule.new, *rule.old, *rule.acts)}
    assert all(concepts.find(name) for name in named if "." in name), "a finding may name these"


def test_no_label_is_stale() -> None:
    there = set().union(*(load(language).concepts for language in languages()))
    made = {n for n in concepts.load() if n.split(".")[0] in ("e", "q") or n.endswith(".other")}
    assert concepts.load().keys() - made <= there


def test_each_kind_has_a_dpv_term_or_the_reason_why_none() -> None:
    for name, concept in concepts.load().items():
        if name.split(".")[0] in ("data", "purpose", "party", "right", "method", "basis", "sec"):
            assert bool(concept.terms) != (set(concept.why_none) == {"zh-CN", "en"}), name


def test_each_term_is_in_the_vocabulary_of_dpv() -> None:
    known = concepts.vocabulary()
    named = [(c.name, term) for c in concepts.load().values() for term in c.terms]
    assert [(name, term) for name, term in named if term not in known] == []
    assert all(concepts.iri(term).startswith("https://w3id.org/dpv") for term in known)


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
