"""Reports: every word is there in both languages, every quote is harmless, every format says the same."""

from __future__ import annotations

import json
import re
import string
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from policy_versions import config, decisions, duty_table
from policy_versions.answering import Outcome
from policy_versions.decisions import Block
from policy_versions.errors import ConfigError
from policy_versions.lint import severities
from policy_versions.model import (
    Category,
    Decision,
    Direction,
    Editorial,
    Level,
    Lines,
    Release,
    ReleaseFinding,
    Verdict,
)
from policy_versions.reports import json as json_report
from policy_versions.reports import markdown, reply, text
from policy_versions.reports.summary import TOGETHER, Report, todo
from policy_versions.reports.words import LANGUAGES, _table, words
from policy_versions.review import Review
from tests.policy_versions.releasing import TOML, classify

SETTINGS = config.parse(TOML.encode(), lambda _: True)
FORMATTER = string.Formatter()


def review(*lines: str, **changes: object) -> Review:
    found = classify("", "\n".join(lines), "zh-CN", "privacy").findings
    findings = tuple(ReleaseFinding(f, "zh-CN", decisions.duty_of(f, SETTINGS)) for f in found)
    first = findings[0].finding.fingerprint if findings else "0"
    said = (Decision(first, Verdict.CONFIRMED, "已核对 | x", "lin@example.com", date(2026, 11, 21)),)
    release = Release(
        "privacy", "2.0.0", "1.0.0", None, date(2026, 12, 22), {}, {}, findings, said, Level.NONE, False, 0
    )
    release = decisions.settle(release, SETTINGS)
    made = Review(
        SETTINGS.policy("privacy"), "v1.0.0", release, drafted=True,
        editorial=(("en", Editorial("typography", "a", "**a**", Lines(3, 3), Lines(3, 3))),),
        blocks=(Block("summary-missing", {"language": "en"}),), earliest=date(2026, 12, 22),
        questions={first: ("minors",)},
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in FORMATTER.parse(sentence) if name}


def test_both_languages_have_the_same_sentences_with_the_same_parts() -> None:
    zh, en = _table("zh-CN"), _table("en")
    assert zh.keys() == en.keys()
    assert {k for k in zh if names(zh[k]) != names(en[k])} == set()
    assert all(s.strip() for s in (*zh.values(), *en.values()))


def test_each_stop_that_the_code_can_raise_has_words() -> None:
    sources = list(Path(str(files("policy_versions"))).rglob("*.py"))
    raised = {code for f in sources for code in re.findall(r'Block\(\s*"([a-z0-9-]+)"', f.read_text(encoding="utf-8"))}
    raised |= {"log-altered", "log-lost", *severities(), *(f"many-{code}" for code, _ in TOGETHER)}
    misread = r'(?:_Misread|_choice)\("([a-z0-9-]+)"'
    raised |= {f"comment-{code}" for f in sources for code in re.findall(misread, f.read_text(encoding="utf-8"))}
    table = duty_table.table()
    raised |= {f"duty-{m.name}" for m in table.modifiers if m.block}
    cells = [c for rows in table.rows.values() for row in rows.values() for c in row.cells.values()]
    raised |= {f"duty-{r.block}" for c in cells for r in c.raises if r.block}
    worded = {k.split(".")[1] for k in _table("en") if k.startswith("block.")}
    assert raised == worded


def test_each_word_of_the_model_is_there() -> None:
    say = words("en")
    assert all(say.has(f"level.{x}") and say.has(f"sign.{x}") for x in Level)
    assert all(say.has(f"category.{x}") for x in Category)
    assert all(say.has(f"direction.{x}") for x in Direction)
    assert all(say.has(f"verdict.{x}") for x in Verdict)


def test_a_language_without_words_is_told() -> None:
    with pytest.raises(ConfigError, match="allowed: zh-CN, en"):
        words("fr")


def test_a_missing_part_is_an_error_and_never_a_gap() -> None:
    with pytest.raises(KeyError):
        words("en").block(Block("summary-missing"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_leads_with_the_verdict_and_ends_with_what_to_do(language: str) -> None:
    say = words(language)
    lines = text.render(Report((review("purpose: x", "odd: y"),)), say).splitlines()
    assert lines[0].startswith(say.level(Level.CONSENT))
    assert re.search(r"v1\.0\.0 (?:to|到) v2\.0\.0", lines[0])
    assert "2026-12-22" in lines[0]
    assert lines[-2:] == [f"  ☐ {say.what(Block('summary-missing', {'language': 'en'}))}",
                          f"    {say.how(Block('summary-missing', {'language': 'en'}))}"]  # fmt: skip
    assert "   + purpose: x" in lines


def test_what_no_rule_explains_has_no_direction_before_somebody_judged_it() -> None:
    before = review("purpose: x", "odd: y")
    odd = next(f for f in before.release.findings if f.finding.category is Category.UNCLASSIFIED)
    shown = text.render(Report((before,)), words("en"))
    assert "the effect is for a person to judge" in shown
    assert "no change in effect" not in shown
    said = Decision(odd.finding.fingerprint, Verdict.CONFIRMED, "r", "lin@example.com", date(2026, 11, 21),
                    category=Category.DATA, direction=Direction.EXPANDS, says={"en": "We hear you."})  # fmt: skip
    release = replace(before.release, decisions=(*before.release.decisions, said))
    after = text.render(Report((replace(before, release=release),)), words("en"))
    assert "for a person to judge" not in after
    assert "We hear you." in after


def test_a_wait_is_told_as_long_as_its_date_says() -> None:
    made = review("purpose: x")
    fingerprint = made.release.findings[0].finding.fingerprint
    longer = replace(made, waits={fingerprint: 45}, dates={fingerprint: date(2027, 1, 5)})
    assert "Needs consent, 45 days" in text.render(Report((longer,)), words("en"))
    assert "earliest 2027-01-05 (45 days)" in markdown.render(Report((longer,)), words("en"))


def test_chinese_sentences_stand_without_a_blank_between_them() -> None:
    block = Block("summary-missing", {"language": "en"})
    assert "。 " not in words("zh-CN").block(block)
    assert "。请" in words("zh-CN").block(block)
    assert ". Comment" in words("en").block(block)


def test_text_is_coloured_only_by_the_style_given() -> None:
    painted = text.render(Report((review("purpose: x"),)), words("en"), lambda part, kind: f"<{kind}>{part}")
    assert "<new>   + purpose: x" in painted
    assert "\x1b" not in text.render(Report((review("purpose: x"),)), words("en"))


def test_what_many_findings_ask_for_stands_once_among_what_is_to_do() -> None:
    def stops(count: int) -> tuple[Block, ...]:
        about = [{"fingerprint": f"{n:012}", "category": "data", "law": f"PIPL {n}"} for n in range(count)]
        places = {"path": "zh.md", "line": "3", "quote": "x", "language": "zh-CN"}
        codes = ("undecided", "assessment-missing", "duty-M6")
        return tuple(Block(code, {**places, **args}) for code in codes for args in about)

    many, last = review("data: more", blocks=stops(60)), Block("summary-missing", {"language": "en"})
    assert [b.code for b in todo((*many.blocks, last))] == [
        "many-undecided", "many-assessment-missing", "many-duty-M6", "summary-missing",
    ]  # fmt: skip
    for say in map(words, LANGUAGES):
        for shown in (text.render(Report((many,)), say), markdown.render(Report((many,)), say)):
            assert shown.count("000000000059") == 3
        answer = reply.render(reply.Reply("lin", (), help=False, left=(*many.blocks, last)), say)
        assert (answer.count("- [ ]"), answer.count("000000000059")) == (4, 3)
    assert todo(stops(2)) == stops(2)  # two are named, each with its quote


def test_an_answer_shows_commands_as_code_and_what_people_wrote_as_text() -> None:
    done = Outcome(1, "waits", {"fingerprints": "a1b2c3", "by": "lin", "reason": "`/policy x` <b>"})
    for say in map(words, LANGUAGES):
        out = reply.render(reply.Reply("lin", (done,), help=False, left=None), say)
        assert re.search(r"<code>/policy \S+ a1b2c3 \S+</code>", out)
        assert "<b>" not in out
        assert "<code>/policy x</code>" not in out


def test_json_says_all_and_is_stable() -> None:
    one = review("purpose: x", "contact: y")
    said = json.loads(json_report.render(Report((one,))))
    assert json_report.render(Report((one,))) == json_report.render(Report((one,)))
    assert (said["schema_version"], said["level"], said["blocked"]) == (1, "consent", True)
    policy = said["policies"][0]
    assert [f["duty"]["level"] for f in policy["findings"]] == ["consent", "prominent"]
    assert policy["findings"][0]["decision"]["by"] == "lin@example.com"
    assert policy["findings"][1]["decision"] is None
    assert policy["blocks"][0]["zh-CN"]["what"] == "尚未撰写 en 摘要。"
    assert policy["editorial"][0]["kind"] == "typography"


def test_nothing_changed_is_said_in_each_format() -> None:
    assert text.render(Report(), words("en")) == "Nothing changed in any policy.\n"
    assert markdown.render(Report(), words("en")) == "### Nothing changed in any policy.\n"
    assert json.loads(json_report.render(Report())) == {
        "schema_version": 1,
        "level": "none",
        "blocked": False,
        "policies": [],
        "verdict": {"zh-CN": "没有政策发生变化。", "en": "Nothing changed in any policy."},
        "unjudged": [],
    }


def test_markdown_is_one_table_whose_cells_line_up() -> None:
    out = markdown.render(Report((review("purpose: a | b", "contact: y"),)), words(*LANGUAGES))
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(out)
    assert html.count("<tr>") == 3
    assert html.count("<td") == 2 * 4
    assert "<h3>● 需用户重新同意 · Needs consent — 隐私政策 · Privacy policy</h3>" in html
    assert out.count("<details>") == 2
