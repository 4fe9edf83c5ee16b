"""What holds for every rule: the mirror, amounts by value, both languages alike, one answer whatever the hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_versions import rules
from policy_versions.alignment import align, edits
from policy_versions.classify import classify, deltas
from policy_versions.document import parse
from policy_versions.matchers import Match, match
from policy_versions.model import Category, Direction, Effect, Finding
from tests.cases import CASES, Case

RULES: Final = {rule.id: rule for rule in rules.load()}
FLIP: Final = {
    Direction.EXPANDS: Direction.RESTRICTS,
    Direction.RESTRICTS: Direction.EXPANDS,
    Direction.NEUTRAL: Direction.NEUTRAL,
}
MIRROR: Final = {Effect.ADDED: Effect.REMOVED, Effect.REMOVED: Effect.ADDED, Effect.CHANGED: Effect.CHANGED}
PAGES: Final = {
    "zh-CN": "# 隐私政策\n\n## {head}\n\n{text}\n",
    "en": "# Privacy policy\n\n## {head}\n\n{text}\n",
}


def _matches(case: Case, before: str, after: str) -> list[Match]:
    rule = RULES[case.rule]
    old, new = (parse(case.page(text), case.language) for text in (before, after))
    found = edits(align(old, new))
    return [m for edit in found for delta in deltas(edit, case.language) if (m := match(rule, delta))]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.rule}-{c.language}")
def test_every_rule_mirrors(case: Case) -> None:
    there, back = _matches(case, case.before, case.after), _matches(case, case.after, case.before)
    assert [(MIRROR[m.effect], FLIP[m.direction]) for m in there] == [(m.effect, m.direction) for m in back]
    assert [({f.surface for f in m.lost}, {f.surface for f in m.gained}) for m in there] == [
        ({f.surface for f in m.gained}, {f.surface for f in m.lost}) for m in back
    ]


@pytest.mark.parametrize("rule", sorted({case.rule for case in CASES}))
def test_both_languages_say_the_same(rule: str) -> None:
    said = {
        c.language: [(m.effect, m.direction) for m in _matches(c, c.before, c.after)][:1]
        for c in CASES
        if c.rule == rule
    }
    assert said["zh-CN"] == said["en"]
    assert said["en"]


def _figures(number: int) -> dict[str, list[str]]:
    return {"zh-CN": [str(number), _han(number)], "en": [str(number), _spelt(number)]}


def _han(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones or not tens else "")


def _spelt(number: int) -> str:
    small = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    return small[number - 1] if number <= len(small) else str(number)


SENTENCES: Final = {
    ("retention-period", "zh-CN"): ("保存期限", "我们保存日志{}天。", Direction.EXPANDS),
    ("retention-period", "en"): ("How long we keep data", "We keep logs for {} days.", Direction.EXPANDS),
    ("rights-time", "zh-CN"): ("您的权利", "我们会在{}日内答复您的请求。", Direction.EXPANDS),
    ("rights-time", "en"): ("Your rights", "We answer your requests within {} days.", Direction.EXPANDS),
}


def _only(before: str, after: str, language: str, rule: str) -> Finding:
    return next(f for f in classify(before, after, language).findings if f.rule == rule)


@given(
    which=st.sampled_from(sorted(SENTENCES)),
    amounts=st.lists(st.integers(2, 99), min_size=2, max_size=2, unique=True),
    spellings=st.tuples(st.booleans(), st.booleans()),
)
@settings(max_examples=60, deadline=None)
def test_quantities_are_compared_by_value(
    which: tuple[str, str], amounts: list[int], spellings: tuple[bool, bool]
) -> None:
    rule, language = which
    head, sentence, longer = SENTENCES[which]
    texts = [
        PAGES[language].format(head=head, text=sentence.format(_figures(n)[language][s]))
        for n, s in zip(amounts, spellings, strict=True)
    ]
    there, back = _only(texts[0], texts[1], language, rule), _only(texts[1], texts[0], language, rule)
    assert there.direction is (longer if amounts[1] > amounts[0] else FLIP[longer])
    assert (back.effect, back.direction) == (MIRROR[there.effect], FLIP[there.direction])


@given(which=st.sampled_from(sorted(SENTENCES)), amount=st.integers(1, 99))
@settings(max_examples=40, deadline=None)
def test_the_same_amount_in_other_figures_is_no_finding(which: tuple[str, str], amount: int) -> None:
    head, sentence, _ = SENTENCES[which]
    one, other = (
        PAGES[which[1]].format(head=head, text=sentence.format(figure)) for figure in _figures(amount)[which[1]]
    )
    assert classify(one, other, which[1]).findings == ()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_quotes_are_verbatim_when_everything_changes_at_once(language: str) -> None:
    before, after = _whole(language)
    for old, new in ((before, after), (after, before)):
        found = classify(old, new, language).findings
        assert len({f.category for f in found}) >= len(Category) - 1
        for f in found:
            assert f.evidence_before in old
            assert f.evidence_after in new
            assert f.lines_before.last <= old.count("\n") + 1
            assert f.lines_after.last <= new.count("\n") + 1


def _whole(language: str) -> tuple[str, str]:
    """Put the cases of a language together to one policy, before and after all of them at once."""
    texts = []
    for side in ("before", "after"):
        parts = ["# 隐私政策" if language == "zh-CN" else "# Privacy policy"]
        for n, case in enumerate(c for c in CASES if c.language == language):
            parts += [
                f"## {case.under or n}",
                getattr(case, side) or ("另见附录。" if language == "zh-CN" else "See below."),
            ]
        texts.append("\n\n".join(parts) + "\n")
    return texts[0], texts[1]


def test_the_answer_is_the_same_whatever_the_hash_seed(tmp_path: Path) -> None:
    asked = []
    for language in ("zh-CN", "en"):
        for side, text in zip(("before", "after"), _whole(language), strict=True):
            (tmp_path / f"{language}.{side}.md").write_text(text, encoding="utf-8")
        paths = {side: str(tmp_path / f"{language}.{side}.md") for side in ("before", "after")}
        asked.append(json.dumps({"id": language, "language": language, **paths}))
    (tmp_path / "batch.jsonl").write_text("\n".join(asked) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "policy_versions", "classify", "--batch", str(tmp_path / "batch.jsonl")]
    said = {
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("0", "1", "42")
    }
    assert len(said) == 1
    assert all(json.loads(line)["findings"] for line in said.pop().splitlines())


REWRAPS: Final = {
    "deeper headings": lambda text: text.replace("\n## ", "\n### "),
    "a wrapped line": lambda text: text.replace(", ", ",\n", 1),
    "another paragraph above": lambda text: text.replace("\n\n", "\n\nNote.\n\n", 1),
    "emphasis elsewhere": lambda text: text.replace("Have a nice day.", "**Have a nice day.**"),
}


@pytest.mark.parametrize("reshape", REWRAPS)
@given(case=st.sampled_from([c for c in CASES if c.language == "en"]))
@settings(max_examples=30, deadline=None)
def test_a_fingerprint_survives_what_does_not_touch_its_sentence(reshape: str, case: Case) -> None:
    change = REWRAPS[reshape]
    before, after = case.page(case.before), case.page(case.after)
    alone = {f.fingerprint for f in classify(before, after, "en").findings}
    assert {f.fingerprint for f in classify(change(before), change(after), "en").findings} == alone


@given(case=st.sampled_from([c for c in CASES if c.before and not set(c.after[:-1]) & set(";；。.!！")]))
@settings(max_examples=40, deadline=None)
def test_a_fingerprint_dies_with_its_sentence(case: Case) -> None:
    more = "在本地" if case.language == "zh-CN" else "really "
    before, after = case.page(case.before), case.page(case.after)
    first = {f.fingerprint for f in classify(before, after, case.language).findings}
    other = case.after[:-1] + more + case.after[-1:]
    later = {f.fingerprint for f in classify(before, case.page(other), case.language).findings}
    assert not first & later
