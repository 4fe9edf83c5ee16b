"""The reference of the rules, and the commands that print from it."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner, Result

from policy_versions import reference, rules
from policy_versions.cli import main
from policy_versions.commands.rules import explain
from policy_versions.commands.rules import rules as listing
from policy_versions.errors import PolicyError
from tests.cases import CASES
from tests.reference.__main__ import pages, stale

RULES = rules.load()


def _run(*args: str, command: str = "explain") -> Result:
    return CliRunner().invoke(explain if command == "explain" else listing, list(args), catch_exceptions=False)


def test_the_pages_are_fresh() -> None:
    assert stale() == [], "run `make reference`"


@pytest.mark.parametrize("language", reference.LANGUAGES)
def test_a_page_tells_every_rule_with_its_examples(language: str) -> None:
    page = pages()[f"rules.{language}.md"]
    assert re.findall(r"(?m)^## ([a-z-]+)$", page) == [rule.id for rule in RULES]
    for case in CASES:
        if case.language == language:
            assert case.after in page
            assert case.guard in page
    assert not re.search(r"\{\w+\}", page)


@pytest.mark.parametrize("language", reference.LANGUAGES)
@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_no_concept_is_left_without_a_name(rule: rules.Rule, language: str) -> None:
    said = "\n".join(value for name, value in reference.facts_of(rule, language) if name not in ("law", "W3C DPV"))
    assert not re.search(r"\b(?:[a-z]+\.[a-z][a-z.-]+|act|minor|lim|sec|cond)\b(?!\.)", said.replace("`", "")), said


@pytest.mark.parametrize("language", reference.LANGUAGES)
def test_each_law_has_its_full_name_and_none_is_idle(language: str) -> None:
    cited = {law for rule in RULES for law in rule.law}
    named = {
        short: {law for law in cited if law.split()[: len(short.split())] == short.split()}
        for short in reference.laws(language)
    }
    assert set().union(*named.values()) == cited
    assert all(named.values())


def test_explain_prints_the_section_with_its_examples() -> None:
    said = _run("retention-period", "--lang", "zh-CN").output
    assert said.startswith("## retention-period\n\n保存期限有变化。")
    assert "PIPL 19" in said
    assert "修改为下文时不指出" in said
    assert "it keeps silent after" in _run("retention-period", "--lang", "en").output


def test_explain_speaks_the_language_of_the_environment() -> None:
    said = CliRunner(env={"LC_ALL": "zh_CN.UTF-8"}).invoke(explain, ["data-kind"]).output
    assert "所处理的个人信息种类有变化" in said


def test_explain_as_json_has_rule_law_and_terms() -> None:
    said = json.loads(_run("data-contact-kind", "--format", "json").output)
    assert said["law"]
    assert "https://w3id.org/dpv/pd#EmailAddress" in said["terms"]
    assert set(said["reference"]) == set(said["explain"]) == {"zh-CN", "en"}


def test_an_unknown_rule_names_its_neighbours(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PolicyError, match="retention-period"):
        _run("retention-perod")
    with pytest.raises(SystemExit) as left:
        main(["explain", "retention-perod"])
    assert left.value.code != 0
    assert "nearest: retention-period" in capsys.readouterr().err


def test_rules_lists_all_or_one_category_in_both_languages() -> None:
    assert len(_run(command="rules").output.splitlines()) == len(RULES)
    some = _run("--category", "retention", "--lang", "zh-CN", command="rules").output.splitlines()
    assert {line.split()[1] for line in some} == {"retention"}
    assert "{what}" not in _run("--lang", "en", command="rules").output
    assert {r["id"] for r in json.loads(_run("--format", "json", command="rules").output)} == {r.id for r in RULES}


def test_a_rule_without_a_made_section_is_told_without_examples() -> None:
    new = rules.parse(
        "id: new-rule\ncategory: data\nkind: concept\ndirection: practice\nnew: [data.email]\nlaw: [PIPL 17]\n"
        "explain:\n  zh-CN: 某事有变化（{what}）。\n  en: Something changes ({what}).\n",
        "new-rule.yaml",
    )
    said = reference.made(new, "en")
    assert said.startswith("## new-rule\n\nSomething changes.")
    assert "e-mail addresses" in said
    assert said.endswith("It has no examples of its own.")
