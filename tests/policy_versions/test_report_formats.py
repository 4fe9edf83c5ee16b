"""Each format on the same review: valid by its schema, whole within its limit, obeying nothing that it quotes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator
from markdown_it import MarkdownIt

from policy_versions import decisions
from policy_versions.decisions import Block
from policy_versions.forge.untrusted import harmless
from policy_versions.model import (
    Category,
    Decision,
    Editorial,
    Level,
    Lines,
    Mail,
    Outlook,
    Reach,
    ReleaseFinding,
    Verdict,
)
from policy_versions.places import Place
from policy_versions.reports import github, gitlab, markdown, sarif, text
from policy_versions.reports import json as json_report
from policy_versions.reports.formats import FORMATS, render
from policy_versions.reports.notes import notes
from policy_versions.reports.pairing import rows
from policy_versions.reports.summary import Report, headline
from policy_versions.reports.words import LANGUAGES, words
from policy_versions.review import Review
from tests.policy_versions.test_report_markup import ALIVE, NASTY, Read
from tests.policy_versions.test_reports import SETTINGS, review

SARIF = Draft4Validator(
    json.loads((Path(__file__).parent.parent / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
)
BOTH = words(*LANGUAGES)
MAIL = Mail("zh-CN", "《隐私政策》将变更", "自 2026-12-22 起。\n\n1. 新增\n   原文：“甲”\n")
REACH = Reach("people.csv", 12, 3, {"email": 9, "pigeon": 1}, {"zh-CN": 10}, {"no-address": 2}, 1)
OUTLOOK = Outlook((MAIL,), REACH)


def report(*lines: str, **changes: object) -> Report:
    return Report((review(*lines, **changes),), {"privacy": OUTLOOK})


def cut(base: Review, **changes: object) -> Review:
    """Change the first finding of a review."""
    found = base.release.findings[0]
    finding = replace(found.finding, **changes)  # type: ignore[arg-type]
    return replace(base, release=replace(base.release, findings=(replace(found, finding=finding),)), places={})


def decided(one: Review, verdict: Verdict, **more: Any) -> Review:
    first = one.release.findings[0].finding.fingerprint
    made = Decision(first, verdict, "已核对", "lin@example.com", date(2026, 11, 21), **more)
    return replace(one, release=decisions.settle(replace(one.release, decisions=(made,)), SETTINGS))


REPORTS = [
    Report(),
    report("purpose: x", "contact: y", "odd: z"),
    report(
        "purpose: x", "contact: y", blocks=(Block("placeholder", {"path": "a b.md", "line": "3", "quote": "TODO"}),)
    ),
    Report((decided(review("purpose: x"), Verdict.OVERRULED, second="zhou@example.com"),)),
    Report((review(), review("abroad: x", added=("zh-CN",))), unjudged=("policies/other.md",)),
    Report((replace(review(), editorial=(), blocks=(), removed=("en",)),)),
]


@pytest.mark.parametrize("one", REPORTS)
def test_json_keeps_to_the_published_schema(one: Report) -> None:
    schema = json.loads(json_report.schema())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(json_report.render(one)))


def test_the_schema_names_every_key_and_allows_no_other() -> None:
    said = json.loads(json_report.render(REPORTS[1]))
    validator = Draft202012Validator(json.loads(json_report.schema()))
    policy = said["policies"][0]
    for part in (said, policy, policy["findings"][0], policy["findings"][0]["duty"], policy["touched"]):
        part["extra"] = 1
        assert not validator.is_valid(said)
        del part["extra"]
    assert validator.is_valid(said)


@pytest.mark.parametrize("one", REPORTS)
def test_sarif_is_valid_by_the_schema_of_oasis(one: Report) -> None:
    SARIF.validate(json.loads(sarif.render(one, BOTH)))


def test_sarif_explains_rules_in_both_languages_and_names_files_relatively() -> None:
    one = report("purpose: x")
    policy = one.reviews[0].policy
    named = replace(one.reviews[0], policy=type(policy)(policy.id, policy.title, {"zh-CN": "政策/隐私 政策.md"}))
    run = json.loads(sarif.render(Report((cut(named, rule="purpose-stated"),)), BOTH))["runs"][0]
    rule = run["tool"]["driver"]["rules"][0]
    assert re.search(r"[\u4e00-\u9fff]", rule["help"]["text"])
    assert re.search(r"[a-z]{4}", rule["help"]["text"])
    assert "PIPL" in rule["help"]["markdown"]
    assert "{" not in rule["help"]["text"] + rule["help"]["markdown"] + rule["shortDescription"]["text"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "%E6%94%BF%E7%AD%96/%E9%9A%90%E7%A7%81%20%E6%94%BF%E7%AD%96.md"
    assert run["results"][0]["suppressions"][0]["kind"] == "external"


def test_sarif_shows_the_place_in_the_new_file_and_keeps_the_fingerprint_when_it_moves() -> None:
    base = review("purpose: x")
    key = ("zh-CN", base.release.findings[0].finding.fingerprint)
    results = []
    for line in (3, 9):
        moved = replace(base, places={key: Place(Lines(line, line), 5, 8)})
        results += json.loads(sarif.render(Report((moved,)), BOTH))["runs"][0]["results"]
    regions = [r["locations"][0]["physicalLocation"]["region"] for r in results]
    assert regions[1] == {"startLine": 9, "endLine": 9, "startColumn": 5, "endColumn": 8}
    assert regions[0]["startLine"] == 3
    assert results[0]["partialFingerprints"] == results[1]["partialFingerprints"]


def test_sarif_suppresses_what_is_decided_and_nothing_else() -> None:
    run = json.loads(sarif.render(report("purpose: x", "contact: y"), BOTH))["runs"][0]
    found = {r["ruleId"]: r for r in run["results"]}
    assert found["contact-added"]["suppressions"] == []
    assert found["purpose-added"]["suppressions"][0]["justification"].endswith("已核对 | x")
    assert found["purpose-added"]["level"] == "note"


def test_annotations_are_ten_the_worst_first_and_the_rest_is_counted() -> None:
    lines = [f"contact: {n}" for n in range(8)] + [f"purpose: {n}" for n in range(8)]
    out = github.render(Report((review(*lines),)), BOTH).splitlines()
    commands = [line.split(" ")[0] for line in out if line.startswith("::")]
    assert commands == ["::error"] * 8 + ["::warning"] * 2 + ["::notice::其余"]
    assert "6" in out[-1]
    assert out[0].startswith("● ")


@given(NASTY, NASTY)
def test_no_quote_becomes_a_command_of_the_runner(quote: str, path: str) -> None:
    one = cut(review("purpose: x"), evidence_after=f"{quote}\n::error::x\r\n##[add-mask]y", explanation={"en": quote})
    files = {"zh-CN": path or "a"}
    named = replace(one, policy=type(one.policy)("p", {"en": f"##[x]{quote}"}, files))
    out = github.render(Report((named,)), BOTH)
    assert out.count("\n") == 2
    assert (
        len([line for line in re.split(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", out) if line.startswith("::")]) == 1
    )
    head = out.splitlines()[1].split("::", 2)
    assert re.fullmatch(r"notice file=[^,:]*,line=\d+,endLine=\d+,title=[^,:]*", head[1])
    assert "##[" not in text.render(Report((named,)), words("en"))


@given(NASTY)
def test_no_quote_moves_the_cursor_of_a_terminal(quote: str) -> None:
    one = cut(review("purpose: x"), evidence_after=f"a{quote}\x1b[2J\u202eb")  # behind the quote: it closes no link
    out = text.render(Report((one,)), words("en"))
    assert all(c.isprintable() for c in out.replace("\n", ""))
    assert "⟨U+001B⟩[2J" in out


def test_code_quality_has_what_gitlab_asks_for_and_no_fingerprint_twice() -> None:
    found = json.loads(gitlab.render(report("purpose: x", "purpose: x", "contact: y"), BOTH))
    assert len({f["fingerprint"] for f in found}) == len(found) == 2
    for issue in found:
        assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["lines"]["begin"] >= 1
        assert not issue["location"]["path"].startswith(("/", "."))


def test_lint_that_names_a_line_is_a_remark_on_it() -> None:
    block = Block("placeholder", {"path": "policies/privacy/en.md", "line": "7", "quote": "TODO"})
    stops, hints = (notes(Report((review(**{where: (block,)}),)), BOTH) for where in ("blocks", "warnings"))
    assert [(n.path, n.place.lines.first, n.weight) for n in stops] == [("policies/privacy/en.md", 7, "error")]
    assert hints[0].weight == "warning"
    assert "TODO" in stops[0].text
    moved = replace(block, args={**block.args, "line": "70"})
    assert notes(Report((review(blocks=(moved,)),)), BOTH)[0].fingerprint == stops[0].fingerprint


def test_the_comment_tells_in_order() -> None:
    out = markdown.render(report("purpose: x", "contact: y"), BOTH)
    order = [
        out.index(part)
        for part in (
            "### ● 需用户重新同意 · Needs consent — ",
            "从 v1.0.0 到 v2.0.0",
            "| | 变更 · Change |",
            "**涉及的人 · Who is touched** — 12 人，其中须询问监护人的未成年人 3 人",
            "《隐私政策》将变更</summary>",
            "**发布前待办 · To do before it can be published**",
            "法律表中尚未回答的问题",
            "编辑性修改及其理由",
        )
    ]
    assert order == sorted(order)
    assert "电子邮件 9; pigeon 1" in out
    assert "没有地址 2" in out
    assert "people.csv 中有 1 行有误" in out
    assert "- [ ] 尚未撰写 en 摘要。" in out


def test_nobody_counted_is_said_and_is_not_zero() -> None:
    out = markdown.render(Report((review("purpose: x"),), {"privacy": Outlook((MAIL,))}), words("en"))
    assert "**Who is touched** — Not known: no source of recipients was given" in out
    said = json.loads(json_report.render(Report((review("purpose: x"),), {"privacy": Outlook((MAIL,))})))
    assert said["policies"][0]["touched"] is None


def test_the_same_change_in_two_languages_is_one_row_with_both_quotes() -> None:
    one = review("purpose: 甲")
    found = one.release.findings[0]
    twin = ReleaseFinding(replace(found.finding, evidence_after="purpose: a", fingerprint="e1"), "en", found.obligation)
    both = replace(one, release=replace(one.release, findings=(found, twin)))
    assert [len(group) for group in rows(both)] == [2]
    out = markdown.render(Report((both,)), BOTH)
    assert "<ins>purpose: 甲</ins><br><br><code>en</code>" in out
    third = replace(twin, finding=replace(twin.finding, evidence_after="purpose: b", fingerprint="e2"))
    by_other = replace(twin, finding=replace(twin.finding, rule="r"))
    other = replace(both, release=replace(both.release, findings=(found, by_other)))
    assert [len(group) for group in rows(other)] == [2]  # the same kind of change by another rule
    odd = replace(one, release=replace(one.release, findings=(found, twin, third)))
    assert [len(group) for group in rows(odd)] == [1, 1, 1]


def test_languages_are_paired_by_place_where_one_tells_more_and_decided_at_once() -> None:
    one = review("purpose: 甲", "purpose: 乙", "purpose: 丙")
    own = one.release.findings
    twins = tuple(
        ReleaseFinding(replace(f.finding, evidence_after=f"purpose: {x}", fingerprint=f"e{x}"), "en", f.obligation)
        for f, x in zip(own[1:], "bc", strict=True)
    )
    places = {("zh-CN", f.finding.fingerprint): float(n) for n, f in enumerate(own, 4)}
    places |= {("en", "eb"): 5.0, ("en", "ec"): 6.5}
    both = replace(one, release=replace(one.release, findings=(*own, *twins)), spots={})
    assert [len(group) for group in rows(both)] == [1] * 5  # by order alone nobody knows which belong together
    placed = replace(both, spots=places, drafted=True)
    told = [[f.finding.evidence_after[-1] for f in group] for group in rows(placed)]
    assert told == [["甲"], ["乙", "b"], ["丙", "c"]]
    shown = text.render(Report((placed,)), words("en"))
    assert [x for x in shown.splitlines() if " 4. " in x] == []
    assert shown.index("+ purpose: 乙") < shown.index("+ purpose: b") < shown.index("+ purpose: 丙")
    assert f"policyctl decide {own[1].finding.fingerprint[:12]} eb …" in shown
    far = replace(placed, spots={**places, ("en", "eb"): 40.0})
    assert [len(group) for group in rows(far)] == [1, 1, 2, 1]


def test_one_edit_told_twice_in_one_way_is_one_row_and_other_edits_are_not() -> None:
    one = review("contact: x")
    found = one.release.findings[0]

    def like(**changes: object) -> ReleaseFinding:
        return replace(found, finding=replace(found.finding, **changes))  # type: ignore[arg-type]

    def folded(*all_: ReleaseFinding) -> list[int]:
        return [len(group) for group in rows(replace(one, release=replace(one.release, findings=all_)))]

    again, other = like(fingerprint="b" * 32), like(fingerprint="c" * 32, evidence_after="else")
    assert folded(found, again, other) == [2, 1]
    assert folded(found, like(fingerprint="d" * 32, direction="restricts")) == [1, 1]
    at = found.finding.lines_after.first
    first = like(category=Category.SECURITY, lines_after=Lines(at, at))
    beside = like(category=Category.SECURITY, evidence_after="else", fingerprint="e", lines_after=Lines(at + 2, at + 2))
    away = like(category=Category.SECURITY, evidence_after="far", fingerprint="f", lines_after=Lines(at + 9, at + 9))
    assert folded(first, beside, away) == [2, 1]


def test_what_is_to_do_is_counted_as_it_is_listed() -> None:
    stops = tuple(Block("undecided", {"fingerprint": str(n) * 12, "quote": "x", "language": "en", "category": "data"})
                  for n in range(9))  # fmt: skip
    assert "still to do: 1." in headline(review("purpose: x", blocks=stops), words("en"))


def test_a_person_s_own_words_stand_for_what_no_rule_explains() -> None:
    one = decided(
        review("odd: x"), Verdict.CONFIRMED, says={"zh-CN": "我们会共享您的生日。", "en": "We share birthdays."}
    )
    out = markdown.render(Report((one,)), BOTH)
    assert "**我们会共享您的生日。**<br>**We share birthdays.**" in out


def test_a_text_that_is_new_or_gone_is_never_called_editorial() -> None:
    new = replace(review(), editorial=(), added=("zh-CN", "en"), blocks=())
    gone = replace(review(), editorial=(), removed=("zh-CN",), blocks=())
    for one, expected in (
        (new, "First version: v2.0.0"),
        (gone, "Text no longer there (zh-CN), so nothing was compared"),
    ):
        assert expected in headline(one, words("en"))
        out = markdown.render(Report((one, gone)), words("en"))
        assert expected in out
        assert "Editorial" not in out


def test_policies_with_nothing_to_read_are_folded_in_one_list() -> None:
    same = replace(review(), editorial=(), blocks=(), warnings=())
    out = markdown.render(Report((review("purpose: x"), same, same)), words("en"))
    folded = out[out.index("<details><summary>Policies with editorial changes alone: 2</summary>") :]
    assert folded.count("- Privacy policy: · Editorial: what changed is not in the words that people read") == 2


def test_what_a_change_means_stands_beside_what_it_is() -> None:
    said, meant = {"en": "A new recipient. Who agreed expected none."}, {"en": "Who agreed expected none."}
    out = markdown.render(Report((cut(review("purpose: x"), explanation=said, witness=meant),)), words("en"))
    assert "| **A new recipient.** Who agreed expected none.<br>" in out
    kept = cut(review("purpose: x"), explanation=said)  # a release file keeps no witness of its own
    assert "| **A new recipient.** Who agreed expected none.<br>" in markdown.render(Report((kept,)), words("en"))


def test_many_things_to_do_do_not_push_each_other_out_of_sight() -> None:
    stops = tuple(Block("placeholder", {"path": "a.md", "line": str(n), "quote": "TODO"}) for n in range(20))
    out = markdown.render(Report((review("purpose: x", blocks=stops),)), words("en"))
    assert out.count("- [ ]") == 20
    assert out[: out.index("<details><summary>12 more things to do</summary>")].count("- [ ]") == 8


def test_sarif_explains_the_lint_s_rules_too() -> None:
    stops = (Block("placeholder", {"path": "a.md", "line": "3", "quote": "TODO"}),)
    log = json.loads(sarif.render(report("purpose: x", blocks=stops), BOTH))
    SARIF.validate(log)
    rule = next(r for r in log["runs"][0]["tool"]["driver"]["rules"] if r["id"] == "placeholder")
    assert re.search(r"[\u4e00-\u9fff]", rule["help"]["text"])
    assert re.search(r"[A-Za-z ]{4}", rule["help"]["text"])


def test_texts_that_nobody_judged_are_named() -> None:
    one = Report((review("purpose: x"),), unjudged=("policies/陌生.md",))
    for name in ("text", "markdown", "json"):
        assert "policies/陌生.md" in render(name, one, "en", "en")


def test_many_undecided_findings_are_one_thing_to_do() -> None:
    stops = tuple(Block("undecided", {"fingerprint": f"f{n}", "language": "en", "quote": "q", "category": "data"})
                  for n in range(4))  # fmt: skip
    out = markdown.render(Report((review("purpose: x", blocks=stops),)), words("en"))
    assert out.count("- [ ]") == 1
    assert "4 findings are undecided: f0, f1, f2, f3." in out
    assert "<code>/policy agree FINGERPRINT reason…</code>" in out


@given(NASTY, NASTY, NASTY)
@example("", "1.", "")
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_that_is_quoted_is_obeyed(quote: str, name: str, other: str) -> None:
    base = cut(review("purpose: x"), evidence_before=other, evidence_after=quote, rule=name, explanation={"en": quote})
    policy = type(base.policy)("p", {"en": name}, {"zh-CN": other or "x"})
    block = Block("placeholder", {"path": name, "line": "3", "quote": quote})
    notes = (("en", Editorial("synonym", quote, other, Lines(1, 1), Lines(1, 1))),)
    one = replace(base, policy=policy, blocks=(block,), warnings=(block,), editorial=notes, before=name)
    mail = Mail("en", quote, f"{quote}\n\n{other}\n- x\n# y\n")
    out = markdown.render(Report((one, one), {"p": Outlook((mail,), replace(REACH, source=name))}, (name,)), BOTH)
    read = Read(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(out))
    ours = {"h3", "p", "strong", "br", "table", "thead", "tbody", "tr", "th", "td", "code", "ins", "del", "span"}
    assert read.tags <= ours | {"details", "summary", "blockquote", "ul", "li"}
    found = {m[0] for m in ALIVE.finditer(read.text.replace("\ufffd", ""))}
    assert not found
    assert harmless(out, "") == out  # what a fork's run left behind is washed once more, and loses nothing


WORDS = st.text(alphabet="政策ab &*|", min_size=1, max_size=190).filter(lambda t: t.strip())


@given(st.lists(WORDS, min_size=1, max_size=60, unique=True), st.integers(3_000, 40_000))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_a_comment_holds_its_limit_and_every_quote_in_it_is_whole(quotes: list[str], room: int) -> None:
    lines = [f"purpose: {n}⟪{q}⟫" for n, q in enumerate(quotes)]
    one = Report((review(*lines),), {"privacy": OUTLOOK})
    out = markdown.render(one, BOTH, room=room)
    assert markdown.utf16(out) <= room
    assert out.count("⟪") == out.count("⟫")
    shown = len(re.findall(r"^\| ●", out, re.MULTILINE))
    shown += sum(int(n) for n in re.findall(r"Changes that read the same, each to be decided: (\d+)", out))
    left = sum(int(n) for n in re.findall(r"… and (\d+) more changes", out))
    assert shown + left == len(quotes)
    assert out.count("<details>") == out.count("</details>")


def test_three_hundred_policies_fit() -> None:
    base = review(*(f"purpose: {n}" for n in range(30)))
    policies = [type(base.policy)(f"p{n}", {"en": f"Policy {n}"}, base.policy.files) for n in range(300)]
    one = Report(tuple(replace(base, policy=p) for p in policies))
    out = markdown.render(one, BOTH)
    assert markdown.utf16(out) <= markdown.COMMENT
    assert "300 policies touched, 300 of them in substance" in out
    summary = markdown.summary(one, BOTH)
    assert len(summary.encode()) <= markdown.SUMMARY
    assert len(summary) > len(out)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("lang", [*LANGUAGES, None])
def test_every_format_renders_every_report_in_every_language(name: str, lang: str | None) -> None:
    for one in REPORTS:
        assert render(name, one, lang, "en").endswith("\n")


def test_a_language_asked_for_is_the_only_one() -> None:
    for name in ("markdown", "github", "text"):
        out = render(name, report("purpose: x"), "en", "zh-CN")
        assert "实质" not in out
        assert "需用户" not in out
    assert Level.CONSENT in render("json", report("purpose: x"), "en", "en")


def test_the_terminal_shows_where_a_quote_goes_on() -> None:
    one = review("purpose: 投放广告")
    found = one.release.findings[0]
    key = (found.language, found.finding.fingerprint)
    place = Place(Lines(3, 3), 0, 0, "", "… 投放广告 …")
    assert "   + … 投放广告 …\n" in text.render(Report((replace(one, places={**one.places, key: place}),)), words("en"))


def test_changes_that_read_the_same_share_a_row_and_keep_their_fingerprints() -> None:
    one = review(*(f"purpose: sentence {n}" for n in range(8)), "purpose: another sentence")
    found = [
        replace(f, finding=replace(f.finding, fingerprint=f"{n:032x}"[::-1]))
        for n, f in enumerate(one.release.findings, 1)
    ]
    other = replace(found[-1].finding, explanation={"en": "Another matter.", "zh-CN": "另一件事。"})
    found[-1] = replace(found[-1], finding=other)
    one = replace(one, release=replace(one.release, findings=tuple(found)))
    out = markdown.render(Report((one,)), BOTH)
    assert len(re.findall(r"^\| ●", out, re.MULTILINE)) == 3  # six, the two that are left, the other sentence
    assert [int(n) for n in re.findall(r"each to be decided: (\d+)", out)] == [5, 1]
    assert all(f"<code>{f.finding.fingerprint[:12]}</code>" in out for f in found)
