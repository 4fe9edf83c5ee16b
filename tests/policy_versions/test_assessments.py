"""Impact assessments: strict files, findings that wait for one, and a risk that rises and must be told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from policy_versions import assessments
from policy_versions.assessments import Risk, kept, parse, risen
from policy_versions.cli import main
from policy_versions.errors import ConfigError
from policy_versions.lint import impact
from policy_versions.model import Category, Direction, Effect
from tests.policy_versions.gitmaker import GitMaker
from tests.policy_versions.releasing import EN, TOML, ZH

PATH = "assessments/sharing.yaml"
GOOD = """id: sharing
policies: [privacy]
subject:
  zh-CN: 与广告公司共享
  en: Sharing with an advertiser
by: zhou@example.com
date: 2026-11-20
risk: medium
categories: [recipients]
necessity: 目的合法、正当、必要
impact: 影响有限
measures:
  - 仅提供匿名信息
kept_until: 2029-11-20
"""


def test_a_good_file_is_read() -> None:
    found = parse(GOOD.encode(), PATH)
    assert (found.id, found.risk, found.on, found.categories) == (
        "sharing",
        Risk.MEDIUM,
        date(2026, 11, 20),
        (Category.RECIPIENTS,),
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("risk: medium", "risk: middling", "line 8: key `risk`: is `middling` (allowed: low, medium, high)"),
        ("risk: medium", "risc: medium", "line 8: key `risc`: unknown key (allowed: schema, id, policies"),
        ("risk: medium\n", "", "key `risk`: is missing"),
        ("date: 2026-11-20", "date: 20 November", "line 7: key `date`: is `20 November` (allowed: a day, YYYY-MM-DD)"),
        (
            "2029-11-20",
            "2029-11-19",
            "line 14: key `kept_until`: is `2029-11-19` (allowed: 2029-11-20 or later: three years",
        ),
        ("[recipients]", "[recipient]", "line 9: key `categories[0]`: is `recipient` (allowed: purpose, data"),
        ("categories: [recipients]", "findings: [xyz]", "line 9: key `findings[0]`: is `xyz`"),
        ("categories: [recipients]\n", "", "neither `findings` nor `categories`"),
        ("id: sharing", "id: other", "line 1: key `id`: is `other` (allowed: sharing, as the file's name)"),
        ("[privacy]", "[]", "line 2: key `policies`: names nothing"),
        ("by: zhou@example.com", 'by: ""', "line 6: key `by`: is empty"),
        ("necessity: 目的合法、正当、必要", "necessity: ''", "line 10: key `necessity`: is empty"),
        ("  - 仅提供匿名信息\n", "  - ''\n", "line 12: key `measures`: names nothing"),
        ("id: sharing", "schema: 2\nid: sharing", "line 1: key `schema`: is `2` (allowed: 1)"),
        ("risk: medium", "risk: [", "line "),
        ("risk: medium", "risk: {a: b}", "line 8: key `risk`"),
    ],
)
def test_errors_name_file_line_key_and_what_is_allowed(old: str, new: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse(GOOD.replace(old, new).encode(), PATH)
    assert told in str(error.value)
    assert all(p.startswith(f"{PATH}: ") for p in error.value.problems)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        parse(b"id: Sharing\nrisk: none\n", PATH)
    assert len(error.value.problems) >= 8


def test_three_years_are_counted_over_leap_days() -> None:
    assert kept(date(2028, 2, 29)) == date(2031, 3, 1)
    assert kept(date(2026, 11, 20)) == date(2029, 11, 20)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("medium", "high", [(Effect.CHANGED, Direction.EXPANDS)]),
        ("", "high", [(Effect.ADDED, Direction.EXPANDS)]),
        ("high", "low", [(Effect.CHANGED, Direction.RESTRICTS)]),
        ("low", "medium", []),
        ("", "medium", []),
        ("high", "high", []),
    ],
)
def test_a_risk_that_rises_to_high_is_a_finding_in_every_language(
    before: str, now: str, expected: list[tuple[Effect, Direction]]
) -> None:
    def at(risk: str) -> dict[str, assessments.Impact]:
        return {"sharing": parse(GOOD.replace("risk: medium", f"risk: {risk}").encode(), PATH)} if risk else {}

    found = risen("privacy", ("zh-CN", "en"), at(before), at(now), impact.words())
    assert [(f.effect, f.direction) for f in found.get("zh-CN", ())] == expected
    assert [(f.effect, f.direction) for f in found.get("en", ())] == expected
    for f in (*found.get("zh-CN", ()), *found.get("en", ())):
        assert (f.category, f.material) == (Category.RISK, True)
        assert "与广告公司共享" in f.explanation["zh-CN"]
        assert "Sharing with an advertiser" in f.explanation["en"]
    assert risen("terms", ("en",), at(before), at(now), impact.words()) == {}


TEXTS = {
    ZH: "# 隐私政策\n\n## 一、提供\n\n我们向律师提供您的姓名。\n\n## 二、联系\n\n"
    "某公司，privacy@example.com，可向监管部门投诉。生效日期：2999 年 12 月 31 日\n",
    EN: "# Privacy policy\n\n## 1. Sharing\n\nWe provide your name to lawyers.\n\n## 2. Contact\n\n"
    "Some Co., privacy@example.com. You may complain to the authority. Effective date: 31 December 2999\n",
}
MORE = {
    ZH: TEXTS[ZH].replace("姓名。\n", "姓名。\n\n我们向广告公司提供您的手机号，用于投放广告。\n"),
    EN: TEXTS[EN].replace("lawyers.\n", "lawyers.\n\nWe provide your phone number to advertisers for advertising.\n"),
}


class Shell:
    """Runs policyctl in a repository whose first version is published."""

    def __init__(self, git: GitMaker, capsys: pytest.CaptureFixture[str]) -> None:
        self.git, self.capsys = git, capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([*arguments, "-C", str(self.git.root)])
        said = self.capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self("check", "--format", "json")[1])["policies"][0]
        return report

    def faults(self) -> list[str]:
        """Name what blocks on account of assessments."""
        return [b["code"] for b in self.report()["blocks"] if b["code"].startswith("assessment")]

    def word(self, number: str) -> None:
        path = self.git.root / f"policies/privacy/releases/{number}.yaml"
        text = path.read_text("utf-8").replace('zh-CN: ""', "zh-CN: 变").replace('\n  en: ""', "\n  en: c")
        path.write_text(text, "utf-8")


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    git = GitMaker(tmp_path / "repo")
    git.git("config", "user.name", "T")
    git.git("config", "user.email", "t@e.cn")
    git.write("policy.toml", TOML)
    git.commit(dict(TEXTS))
    shell = Shell(git, capsys)
    shell("draft")
    shell.word("1.0.0")
    assert shell("publish")[0] == 0
    return shell


def dated(text: str) -> str:
    day = datetime.now(UTC).date()
    return text.replace("date: 2026-11-20", f"date: {day}").replace("2029-11-20", str(kept(day)))


def test_a_change_that_needs_one_waits_for_its_assessment(run: Shell) -> None:
    run.git.commit(dict(MORE))
    run("draft")
    assert set(run.faults()) == {"assessment-missing"}
    run.git.write(PATH, dated(GOOD.replace("[privacy]", "[terms]")))
    assert set(run.faults()) == {"assessment-broken", "assessment-missing"}
    run.git.write(PATH, dated(GOOD.replace("recipients", "contact")))
    assert set(run.faults()) == {"assessment-missing"}
    run.git.write(PATH, GOOD.replace("2026-11-20", "2019-11-20").replace("2029", "2030"))
    assert set(run.faults()) == {"assessment-missing"}  # made before the last version, and names no finding
    told = [b for b in run.report()["blocks"] if b["code"] == "assessment-missing"]
    since = datetime.now(UTC).date()
    assert all(f"{PATH} of 2019-11-20 does not count" in b["en"]["what"] for b in told)
    assert all(b["args"]["last"] == "1.0.0" and b["args"]["since"] <= str(since) for b in told)
    assert all(f"更新 {PATH} 并把 `date` 改为" in b["zh-CN"]["how"] for b in told)
    run.git.write(PATH, dated(GOOD))
    assert run.faults() == []


def test_an_assessment_may_name_the_findings_it_covers(run: Shell) -> None:
    run.git.commit(dict(MORE))
    run("draft")
    found = [f for f in run.report()["findings"] if f["category"] == "recipients"]
    short = ", ".join(f["fingerprint"][:8] for f in found)
    old = GOOD.replace("categories: [recipients]", f"findings: [{short}]")
    run.git.write(PATH, old.replace("2026-11-20", "2019-11-20").replace("2029", "2030"))
    assert run.faults() == []


def test_a_broken_assessment_is_named_in_the_report_with_its_line(run: Shell) -> None:
    run.git.commit(dict(MORE))
    run.git.write(PATH, GOOD.replace("risk: medium", "risk: huge"))
    code, out, _ = run("lint", "--format", "json")
    (broken,) = [p for p in json.loads(out)["problems"] if p["rule"] == "assessment-broken"]
    assert (code, broken["path"], broken["line"], "allowed: low, medium, high" in broken["en"]["what"]) == (
        1,
        PATH,
        8,
        True,
    )


def test_an_assessment_is_not_published_uncommitted(run: Shell) -> None:
    run.git.commit(dict(MORE))
    run.git.write(PATH, dated(GOOD))
    run("draft")
    assert f"{PATH} has changes that are not committed" in run("publish")[2]


def decide_all(run: Shell) -> None:
    for f in run.report()["findings"]:
        run("decide", f["fingerprint"], "--verdict", "confirmed", "--reason", "ok", "--by", "lin@example.com")


def test_a_risk_that_rises_to_high_starts_a_notice_though_no_text_changed(run: Shell) -> None:
    run.git.commit({PATH: dated(GOOD)})
    assert run("check")[0] == 0
    assert "no text differs" in run("draft")[2]
    run.git.commit({PATH: dated(GOOD.replace("risk: medium", "risk: high"))})
    report = run.report()
    assert (report["level"], [b["code"] for b in report["blocks"]][:1]) == ("prominent", ["no-draft"])
    assert {(f["category"], f["direction"], f["language"]) for f in report["findings"]} == {
        ("risk", "expands", "zh-CN"),
        ("risk", "expands", "en"),
    }
    run("draft")
    run.word("1.1.0")
    decide_all(run)
    assert run.faults() == ["assessment-missing", "assessment-missing"]  # its own subject is not yet said to be covered
    run.git.commit(
        {PATH: dated(GOOD.replace("risk: medium", "risk: high").replace("[recipients]", "[recipients, risk]"))}
    )
    assert run.report()["blocks"] == []
    assert run("publish")[0] == 0
    assert run("check") == (0, "Nothing changed in any policy.\n", "")
    assert run("verify")[0] == 0


def test_an_assessment_is_kept_for_three_years(run: Shell) -> None:
    run.git.commit({PATH: dated(GOOD), **MORE})
    run("draft")
    run.word("2.0.0")
    decide_all(run)
    run.git.commit()
    blocks = run.report()["blocks"]
    assert blocks == [], blocks
    assert run("publish")[0] == 0
    (run.git.root / PATH).unlink()
    assert run.faults() == ["assessment-removed"]
    run.git.commit()
    code, out, _ = run("check", "HEAD~1..HEAD")
    assert (code, f"{PATH} was removed, though it is kept until" in out) == (1, True)
    run.git.commit({PATH: dated(GOOD)})
    assert run("check", "HEAD~2..HEAD") == (0, "Nothing changed in any policy.\n", "")
