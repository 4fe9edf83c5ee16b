"""What must hold for every text: identity, mirror, reshaping, verbatim quotes, stable fingerprints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_versions.classify import classify
from policy_versions.model import Category, Direction, Effect, Finding
from tests.cases import CASES, Case

FLIP: Final = {
    Direction.EXPANDS: Direction.RESTRICTS,
    Direction.RESTRICTS: Direction.EXPANDS,
    Direction.NEUTRAL: Direction.NEUTRAL,
}
MIRROR: Final = {Effect.ADDED: Effect.REMOVED, Effect.REMOVED: Effect.ADDED, Effect.CHANGED: Effect.CHANGED}
cases = st.sampled_from(CASES)


def _many(language: str) -> str:
    """Put all examples of one language together to one long policy."""
    parts = ["# 隐私政策" if language == "zh-CN" else "# Privacy policy"]
    for n, case in enumerate(c for c in CASES if c.language == language):
        parts.append(f"## {case.under or ('第' + str(n) + '节' if language == 'zh-CN' else f'Part {n}')}")
        parts.append(case.before or case.guard)
    return "\n\n".join(parts) + "\n"


PAGES: Final = {language: _many(language) for language in ("zh-CN", "en")}


def _keys(findings: tuple[Finding, ...]) -> set[tuple[str, Effect, Direction]]:
    return {(f.rule, f.effect, f.direction) for f in findings}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_identity(language: str) -> None:
    assert classify(PAGES[language], PAGES[language], language).findings == ()


@given(case=cases)
@settings(max_examples=60, deadline=None)
def test_swapping_mirrors_effect_and_direction(case: Case) -> None:
    before, after = case.page(case.before), case.page(case.after)
    there = classify(before, after, case.language).findings
    back = classify(after, before, case.language).findings
    assert {(r, MIRROR[e], FLIP[d]) for r, e, d in _keys(there)} == _keys(back)


RESHAPES: Final = {
    "heading levels": lambda t: re.sub(r"(?m)^#", "##", t),
    "emphasis": lambda t: re.sub(r"(?m)^(?![#\n])(.+)$", r"**\1**", t),
    "line ends": lambda t: t.replace("\n", "\r\n"),
    "byte-order mark": lambda t: "\ufeff" + t,
    "blank lines": lambda t: t.replace("\n\n", "\n\n\n\n"),
    "trailing blanks": lambda t: re.sub(r"(?m)(?<=\S)$", "  ", t),
    "punctuation width": lambda t: t.translate(str.maketrans("，；：（）！？", ",;:()!?")),
    "quotes": lambda t: t.translate(str.maketrans("“”‘’", "\"\"''")),
    "bullets": lambda t: re.sub(r"(?m)^(?![#\n])(?=.)", "- ", t),
}


@pytest.mark.parametrize("shape", RESHAPES)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_reshaping_finds_nothing(language: str, shape: str) -> None:
    page = PAGES[language]
    assert classify(page, RESHAPES[shape](page), language).findings == ()


@given(order=st.randoms(use_true_random=False), language=st.sampled_from(["zh-CN", "en"]))
@settings(max_examples=10, deadline=None)
def test_shuffled_sections_find_nothing(order: object, language: str) -> None:
    head, *sections = re.split(r"(?m)^(?=## )", PAGES[language])
    sections = [s.rstrip() + "\n\n" for s in sections]
    order.shuffle(sections)  # type: ignore[attr-defined]
    assert classify(PAGES[language], head + "".join(sections), language).findings == ()


@given(case=cases)
@settings(max_examples=60, deadline=None)
def test_quotes_are_verbatim_and_short(case: Case) -> None:
    before, after = case.page(case.before), case.page(case.after)
    for finding in classify(before, after, case.language).findings:
        assert finding.evidence_before in before
        assert finding.evidence_after in after
        assert finding.evidence_before or finding.evidence_after
        assert max(len(finding.evidence_before), len(finding.evidence_after)) <= 200


@given(case=cases, other=cases)
@settings(max_examples=40, deadline=None)
def test_fingerprints_survive_unrelated_edits(case: Case, other: Case) -> None:
    before, after = case.page(case.before), case.page(case.after)
    alone = {f.fingerprint for f in classify(before, after, case.language).findings}
    note = "\n\n另见附录三。\n" if case.language == "zh-CN" else "\n\nSee annex three.\n"
    later = {f.fingerprint for f in classify(before + note, after + note, case.language).findings}
    assert alone == later
    rebased = {
        f.fingerprint
        for f in classify(note.strip() + "\n\n" + before, note.strip() + "\n\n" + after, case.language).findings
    }
    assert alone == rebased


@pytest.mark.shared
def test_seed_policy_three_edits_three_findings(shared: Path) -> None:
    seed = (shared / "reference" / "seed-policy.zh.md").read_text(encoding="utf-8")
    email = re.search(r"[\w.]+@[\w.]+", seed)
    assert email is not None
    edited = seed.replace(email[0], "dpo@example.org")
    shared_with, used_for = "我们会将您的订单信息提供给保险公司。", "您的订单信息还将用于市场调研。"
    lines = edited.split("\n")
    where = next(n for n, line in enumerate(lines) if line.startswith("#") and "共享" in line)
    lines[where + 1 : where + 1] = ["", shared_with, ""]
    where = next(n for n, line in enumerate(lines) if line.startswith("#") and "使用" in line)
    lines[where + 1 : where + 1] = ["", used_for, ""]
    found = classify(seed, "\n".join(lines), "zh-CN").findings
    assert {f.category for f in found} == {Category.CONTACT, Category.RECIPIENTS, Category.PURPOSE}


def _wrapped(text: str, width: int) -> str:
    """Wrap paragraphs softly: Latin text at blanks, Chinese anywhere but before a sign that no line begins with."""
    rows = []
    for row in text.split("\n"):
        pieces = re.findall(r"[A-Za-z0-9\"'“”‘’(),.;:!?/%@-]+ ?|.", row)
        line, lines = "", []
        for piece in pieces:
            if len(line) >= width and not re.match(r"[\W_]|\d", piece) and not re.search(r"[\W\d]$", line.rstrip()):
                lines.append(line.rstrip())
                line = ""
            line += piece
        rows.append(row if row.startswith("#") else "\n".join([*lines, line]))
    return "\n".join(rows)


@given(width=st.integers(60, 90), language=st.sampled_from(["zh-CN", "en"]))
@settings(max_examples=6, deadline=None)
def test_wrapping_finds_nothing(width: int, language: str) -> None:
    assert classify(PAGES[language], _wrapped(PAGES[language], width), language).findings == ()


FORMS: Final = {
    "nested list": lambda items: "- List:\n" + "".join(f"  - {i}\n" for i in items),
    "numbered": lambda items: "List:\n\n" + "".join(f"{n}. {i}\n" for n, i in enumerate(items, 1)),
    "HTML list": lambda items: "List:\n\n<ul>\n" + "".join(f"<li>{i}</li>\n" for i in items) + "</ul>\n",
    "paragraphs": lambda items: "List:\n\n" + "\n\n".join(items) + "\n",
    "joined": lambda items: "List:\n\n" + " ".join(items) + "\n",
    "full-width": lambda items: "List:\n\n" + "".join(f"（{chr(0xFF11 + n)}）{i}\n\n" for n, i in enumerate(items)),
    "table": lambda items: "List:\n\n| x |\n|---|\n" + "".join(f"| {i} |\n" for i in items),
    "HTML table": lambda items: "List:\n\n<table>" + "".join(f"<tr><td>{i}</td></tr>\n" for i in items) + "</table>\n",
}  # fmt: skip
ITEMS: Final = {
    "en": ["We collect your phone number.", "We share data with partners.", "We keep records for 30 days."],
    "zh-CN": ["我们收集您的手机号码。", "我们与合作伙伴共享信息。", "我们将记录保存三十天。"],
}


@given(
    one=st.sampled_from(sorted(FORMS)), other=st.sampled_from(sorted(FORMS)), language=st.sampled_from(sorted(ITEMS))
)
@settings(max_examples=80, deadline=None)
def test_one_list_in_two_forms_says_the_same_and_a_change_in_it_is_seen(one: str, other: str, language: str) -> None:
    items = ITEMS[language]
    before = FORMS[one](items)
    assert classify(before, FORMS[other](items), language).findings == ()
    changed = [*items[:2], items[2].replace("30 days", "2 years").replace("三十天", "两年")]
    found = classify(before, FORMS[other](changed), language).findings
    assert {f.category for f in found} == {Category.RETENTION}


def test_traditional_and_simplified_signs_say_the_same() -> None:
    traditional = "我們會收集您的手機號碼。\n\n我們與關聯公司共享個人信息。\n"
    simplified = "我们会收集您的手机号码。\n\n我们与关联公司共享个人信息。\n"
    assert classify(traditional, simplified, "zh-Hant").findings == ()


def test_a_small_change_hidden_in_a_moved_sentence_is_found() -> None:
    parts = [f"## Part {n}\n\nThis part explains how matter number {n} is handled by us.\n" for n in range(5)]
    kept = "We keep the records of your orders for six months after the delivery of the goods.\n"
    before = "\n".join([parts[0], kept, *parts[1:]])
    after = "\n".join([*parts, kept.replace("six months", "sixty months")])
    (finding,) = classify(before, after, "en").findings
    assert (finding.category, finding.direction) == (Category.RETENTION, Direction.EXPANDS)
