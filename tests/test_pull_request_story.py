"""One pull request from its branch to its recall, over a real git repository and by the commands that people use."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from policy_versions.assessments import kept
from policy_versions.cli import main
from tests.policy_versions.gitmaker import GitMaker
from tests.policy_versions.releasing import TOML

ZH, EN, SETTINGS, IMPACT = (
    "policies/privacy/zh-CN.md",
    "policies/privacy/en.md",
    "policy.toml",
    "assessments/advertising.yaml",
)
ZONE_AND_LOGINS = """timezone = "Asia/Shanghai"
[logins]
lin-legal = "lin@example.com"
zhou-legal = "zhou@example.com"
[site]"""
FIRST = {
    ZH: "# 隐私政策\n\n## 一、收集\n\n我们收集您的手机号，用于创建账号。\n\n"
    "## 二、提供\n\n我们向律师提供您的姓名。\n\n"
    "## 三、联系\n\n某公司，privacy@example.com。您可以向监管部门投诉。生效日期：2999 年 12 月 31 日\n",
    EN: "# Privacy policy\n\n## 1. Collection\n\nWe collect your phone number to create your account.\n\n"
    "## 2. Sharing\n\nWe provide your name to lawyers.\n\n"
    "## 3. Contact\n\nSome Co., privacy@example.com. You may complain to the authority. "
    "Effective date: 31 December 2999\n",
}
NEW = {
    ZH: ("姓名。\n", "姓名。\n\n我们向广告公司提供您的手机号，用于投放广告。\n"),
    EN: ("lawyers.\n", "lawyers.\n\nWe provide your phone number to advertising companies to show advertisements.\n"),
}
WORSE = ("手机号，用于投放广告", "手机号和银行卡号，用于投放广告")
ASSESSMENT = """id: advertising
policies: [privacy]
subject: 与广告公司共享手机号
by: zhou@example.com
date: {today}
risk: medium
findings: [{findings}]
categories: [recipients, data, purpose]
necessity: 仅限单独同意的用户
impact: 可能收到更多广告
measures: [合同约束, 随时撤回]
kept_until: {until}
"""


class Desk:
    """A lawyer's and a pipeline's hands: policyctl and git in one repository."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.git = GitMaker(root / "repo")
        self.git.git("config", "user.name", "T")
        self.git.git("config", "user.email", "t@e.cn")
        self.capsys, self.body = capsys, root / "comment.md"

    def run(self, *arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as end:
            main([*arguments, "-C", str(self.git.root)])
        said = self.capsys.readouterr()
        assert "Traceback" not in said.err
        return int(end.value.code or 0), said.out + said.err

    def check(self) -> tuple[int, dict[str, Any]]:
        """Judge the branch as the pipeline does: exit code, and the report on the one policy."""
        code, out = self.run("check", "main..HEAD", "--format", "json")
        report: dict[str, Any] = json.loads(out)["policies"][0]
        return code, report

    def stops(self) -> set[str]:
        code, report = self.check()
        found = {str(b["code"]) for b in report["blocks"]}
        assert code == bool(found)
        return found

    def comment(self, login: str, body: str) -> dict[str, Any]:
        """Answer a comment as the workflow does: in the writer's name, if anything is to be committed."""
        self.body.write_text(body, "utf-8")
        arguments = ("--body", str(self.body), "--author", login, "--base", "main", "--format", "json")
        code, out = self.run("comment", *arguments)
        assert code == 0, out
        found: dict[str, Any] = json.loads(out)
        if found["commit"]:
            who = found["author"]
            self.git.git("add", "--all", "--", *found["paths"])
            author = f"{who['name']} <{who['email']}>"
            self.git.git("commit", "--quiet", "--author", author, "-m", found["message"], **self.git.dates())
        return found

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.git.root / path).read_text("utf-8")
        assert old in text
        self.git.commit({path: text.replace(old, new)})

    def findings(self, language: str) -> list[str]:
        return [f["fingerprint"] for f in self.check()[1]["findings"] if f["language"] == language]

    def release(self) -> Path:
        (path,) = [p for p in (self.git.root / "policies/privacy/releases").iterdir() if p.name != "1.0.0.yaml"]
        return path


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in (
        "LC_ALL",
        "LANG",
        "POLICYCTL_LANG",
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
        "POLICYCTL_SIGNING_KEY_FILE",
    ):
        monkeypatch.delenv(name, raising=False)
    made = Desk(tmp_path, capsys)
    made.git.commit({SETTINGS: TOML.replace("[site]", ZONE_AND_LOGINS), **FIRST})
    made.run("draft")
    path = made.git.root / "policies/privacy/releases/1.0.0.yaml"
    path.write_text(path.read_text("utf-8").replace('zh-CN: ""', "zh-CN: 首版").replace('en: ""', "en: First"), "utf-8")
    assert made.run("publish")[0] == 0
    return made


@pytest.mark.timeout(300)
def test_the_story_of_a_pull_request(desk: Desk) -> None:
    _branch_and_edit_is_red(desk)
    _decide_translate_assess_is_green(desk)
    _rebased_and_beside_other_work_it_stays_green(desk)
    _an_altered_sentence_is_red_until_decided_again(desk)
    _merged_and_published_and_recalled(desk)


def _branch_and_edit_is_red(desk: Desk) -> None:
    desk.git.git("switch", "--quiet", "--create", "advertising")
    desk.edit(ZH, *NEW[ZH])
    assert desk.stops() == {"no-draft", "language-behind", "assessment-missing"}
    code, markdown = desk.run("check", "main..HEAD", "--format", "markdown")
    assert code == 1
    assert "广告公司" in markdown
    assert "PIPL 23" in markdown


def _decide_translate_assess_is_green(desk: Desk) -> None:
    zh = desk.findings("zh-CN")
    stranger = desk.comment("passer-by", f"/policy agree {zh[0]} looks fine")
    assert (stranger["commit"], "may not decide" in stranger["reply"]) == (False, True)
    wrong = desk.comment("lin-legal", f"/policy 降低 {zh[0][:8]} 一般告知 影响不大")
    assert (wrong["commit"], "法律要求" in wrong["reply"]) == (False, True)
    done = desk.comment("lin-legal", f"看过了。\n\n/policy 同意 {'、'.join(f[:8] for f in zh)} 已与业务核对\n")
    assert (done["commit"], done["refused"]) == (True, 0)
    assert desk.git.git("log", "-1", "--format=%an %ae") == "lin-legal lin@example.com"
    assert desk.stops() == {"language-behind", "assessment-missing", "summary-missing"}

    desk.edit(EN, *NEW[EN])
    assert {"text-changed", "finding-lost"} <= desk.stops()
    desk.comment("lin-legal", "/policy 起草")
    en = desk.findings("en")
    desk.comment("zhou-legal", f"/policy agree {', '.join(f[:8] for f in en)} translation checked")
    desk.comment(
        "lin-legal", "/policy 摘要\n中文：手机号将提供给广告公司\n英文：Your phone number goes to advertisers\n"
    )
    assert desk.stops() == {"assessment-missing"}

    assess(desk, [*zh, *en])
    assert desk.stops() == set()


def assess(desk: Desk, findings: list[str]) -> None:
    """Commit the assessment of some findings, made today."""
    day = today()
    text = ASSESSMENT.format(today=day, until=kept(day), findings=", ".join(f[:12] for f in findings))
    desk.git.commit({IMPACT: text})


def today() -> date:
    return datetime.now(UTC).date()


def _rebased_and_beside_other_work_it_stays_green(desk: Desk) -> None:
    decided = decisions(desk)
    desk.git.git("switch", "--quiet", "main")
    desk.git.commit({"README.md": "Our policies\n"})
    desk.git.git("switch", "--quiet", "advertising")
    desk.git.git("rebase", "--quiet", "main", **desk.git.dates())
    assert desk.stops() == set()

    # An edit elsewhere in the policy: the draft is brought up to date, and nobody has to decide again.
    desk.edit(ZH, "我们收集您的手机号，用于创建账号。", "我们收集您的手机号，用于创建账号 。")
    assert desk.stops() == {"text-changed"}
    assert desk.run("draft")[0] == 0
    desk.git.commit()
    assert desk.stops() == set()
    assert decisions(desk) == decided


def decisions(desk: Desk) -> str:
    """Return what the release file says under `decisions`."""
    return desk.release().read_text("utf-8").split("\ndecisions:")[1].split("\nfindings:")[0]


def _an_altered_sentence_is_red_until_decided_again(desk: Desk) -> None:
    desk.edit(ZH, *WORSE)
    code, report = desk.check()
    assert code == 1
    stale = [b for b in report["blocks"] if b["code"] == "stale"]
    assert stale
    assert all("已与业务核对" in b["zh-CN"]["what"] and "lin@example.com" in b["en"]["what"] for b in stale)
    desk.comment("lin-legal", "/policy draft")
    assert "undecided" in desk.stops()
    _code, report = desk.check()
    open_ones = [f["fingerprint"] for f in report["findings"] if not f["decision"]]
    assert open_ones
    # It was a slip: the sentence is put back, and decided once more where its decisions had gone.
    desk.edit(ZH, WORSE[1], WORSE[0])
    desk.comment("lin-legal", "/policy draft")
    again = [f["fingerprint"] for f in desk.check()[1]["findings"] if not f["decision"]]
    assert again
    desk.comment("lin-legal", f"/policy agree {', '.join(again)} 恢复原句")
    assert desk.stops() == set()


def _merged_and_published_and_recalled(desk: Desk) -> None:
    number = desk.release().stem
    desk.git.git("switch", "--quiet", "main")
    desk.git.merge("advertising")
    code, said = desk.run("publish")
    assert (code, f"published privacy {number}" in said) == (0, True)
    assert desk.run("verify")[0] == 0
    assert f"privacy/v{number}" in desk.git.git("tag", "--list")
    assert desk.run("publish")[1].endswith("nothing changed\n")
    reasons = ("--reason", "合作取消", "--reason", "en=The partnership is off", "--by", "lin@example.com")
    assert desk.run("recall", f"privacy@{number}", *reasons)[0] == 0
    assert "withdrawn_on: 20" in (desk.git.root / f"policies/privacy/releases/{number}.yaml").read_text("utf-8")
    assert desk.run("verify")[0] == 0
