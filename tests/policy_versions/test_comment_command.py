"""`policyctl comment` over a real repository: what is right is done in the writer's name, what is wrong is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policy_versions import release_file
from policy_versions.cli import main
from policy_versions.model import Category, Direction, Level, Release, Verdict
from tests.policy_versions.gitmaker import GitMaker
from tests.policy_versions.releasing import EN, TEXTS, TOML, ZH

LOGINS = '[logins]\nLin-Legal = "lin@example.com"\n"zhou" = "zhou@example.com"\n'
NEW = {path: text.replace("support@example.com", "help@example.com") for path, text in TEXTS.items()}
Comment = Callable[..., dict[str, Any]]


@pytest.fixture
def git(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> GitMaker:
    made = GitMaker(tmp_path / "repo")
    made.git("config", "user.name", "T")
    made.git("config", "user.email", "t@e.cn")
    made.write("policy.toml", TOML.replace("[site]", LOGINS + "[site]"))
    made.commit(dict(TEXTS))
    run(made, "draft")
    path = made.root / "policies/privacy/releases/1.0.0.yaml"
    path.write_text(path.read_text("utf-8").replace('zh-CN: ""', "zh-CN: 变").replace('en: ""', "en: c"), "utf-8")
    assert run(made, "publish") == 0
    made.git("switch", "--quiet", "--create", "edit")
    made.commit(dict(NEW))
    capsys.readouterr()
    return made


def run(git: GitMaker, *arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        main([*arguments, "-C", str(git.root)])
    return int(end.value.code or 0)


@pytest.fixture
def comment(git: GitMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Comment:
    def write(body: str, login: str = "lin-legal", *more: str) -> dict[str, Any]:
        file = tmp_path / "body.md"
        file.write_text(body, "utf-8")
        code = run(git, "comment", "--body", str(file), "--author", login, "--format", "json", "--base", "main", *more)
        said = capsys.readouterr()
        assert code == 0, said.err
        found: dict[str, Any] = json.loads(said.out)
        return found

    return write


def drafted(git: GitMaker) -> Release:
    (path,) = [p for p in (git.root / "policies/privacy/releases").iterdir() if p.name != "1.0.0.yaml"]
    return release_file.parse(path.read_bytes(), path.name)


def fingerprints(git: GitMaker, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    run(git, "check", "main..HEAD", "--format", "json")
    report = json.loads(capsys.readouterr().out)
    return {f["language"]: f["fingerprint"] for f in report["policies"][0]["findings"]}


def test_a_lawyer_needs_no_command_line(git: GitMaker, comment: Comment, capsys: pytest.CaptureFixture[str]) -> None:
    there = fingerprints(git, capsys)
    body = (
        f"核对过了，没有问题。\n\n/policy 同意 {there['zh-CN'][:6]}、{there['en'][:6]} 联系邮箱更换\n\n"
        "/policy 摘要\n中文：联系邮箱变更\nen: A new address\n"
    )
    found = comment(body)
    assert (found["commit"], found["commands"], found["done"], found["refused"]) == (True, 2, 2, 0)
    assert found["author"] == {"name": "lin-legal", "email": "lin@example.com"}
    assert found["paths"] == ["policies/privacy/releases/1.1.0.yaml"]
    assert found["message"].startswith("Decide 1.1.0: agree ")
    assert "没有需要处理的事项" in found["reply"] or "Nothing stands in the way." in found["reply"]
    release = drafted(git)
    assert {d.fingerprint for d in release.decisions} == set(there.values())
    assert {(d.verdict, d.by, d.reason) for d in release.decisions} == {
        (Verdict.CONFIRMED, "lin@example.com", "联系邮箱更换")
    }
    assert release.summaries == {"zh-CN": "联系邮箱变更", "en": "A new address"}
    git.commit()
    assert run(git, "check", "main..HEAD") == 0


def test_an_answer_says_what_to_comment_and_shows_commands_as_code(
    git: GitMaker, comment: Comment, capsys: pytest.CaptureFixture[str]
) -> None:
    there = fingerprints(git, capsys)
    wrong = comment(f"/policy agree {there['en'][:6]}")["reply"]
    assert "<code>/policy … " in wrong
    assert "&#96;" not in wrong.rpartition("\n\n")[0]
    left = comment("/policy status")["reply"]
    assert "<code>/policy summary</code>" in left or "<code>/policy draft</code>" in left


def test_a_lowering_waits_for_a_second_person(
    git: GitMaker, comment: Comment, capsys: pytest.CaptureFixture[str]
) -> None:
    there = fingerprints(git, capsys)
    first = comment(f"/policy overrule {there['en'][:6]} only reordered")
    assert first["commit"] is True
    assert "/policy second" in first["reply"]
    assert (drafted(git).decisions[0].second, drafted(git).level) == ("", Level.PROMINENT)
    own = comment(f"/policy second {there['en'][:6]} me again")
    assert (own["commit"], own["refused"]) == (False, 1)
    other = comment(f"/policy 复核 {there['en'][:6]} 同意", "ZHOU")
    assert (other["commit"], other["refused"]) == (True, 0)
    made = drafted(git).decisions[0]
    assert (made.by, made.second) == ("lin@example.com", "zhou@example.com")
    assert made.reason == "only reordered | zhou@example.com: 同意"


def test_to_overrule_what_somebody_overruled_is_to_second_it(
    git: GitMaker, comment: Comment, capsys: pytest.CaptureFixture[str]
) -> None:
    there = fingerprints(git, capsys)
    comment(f"/policy overrule {there['en'][:6]} only reordered")
    comment(f"/policy overrule {there['en'][:6]} so it is", "zhou")
    assert (drafted(git).decisions[0].by, drafted(git).decisions[0].second) == ("lin@example.com", "zhou@example.com")


def test_raising_changes_the_number_of_the_file(
    git: GitMaker, comment: Comment, capsys: pytest.CaptureFixture[str]
) -> None:
    there = fingerprints(git, capsys)
    comment("/policy draft")
    git.commit()
    found = comment(f"/policy raise {there['en'][:6]} consent it matters more")
    assert sorted(found["paths"]) == ["policies/privacy/releases/1.1.0.yaml", "policies/privacy/releases/2.0.0.yaml"]
    assert (drafted(git).number, drafted(git).level) == ("2.0.0", Level.CONSENT)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("/policy agree ffffff x", "names no finding"),
        ("/policy agree {en}", "gives no reason"),
        ("/policy aggree {en} x", "is no command"),
        ("/policy lower {en} none x", "the law asks for"),
        ("/policy raise {en} routine x", "no higher level"),
        ("/policy second {en} x", "waits for a second person"),
        ("/policy effective 2020-01-01", "too early"),
        ("/policy summary\nfr: x", "Begin the line of each language with its label: zh: …, en: …"),
        ("/policy summary", "No summary was understood"),
        ("/policy agree {en} x\nfr: y\nzh: 我们", ""),
        ("/policy agree {en} x\ncategory: data", "cannot be rewritten"),
        ("/policy effective 2027-12-01\nfor: terms", "Several policies"),
    ],
)
def test_a_wrong_command_changes_nothing_and_is_told_what_is_right(
    git: GitMaker, comment: Comment, capsys: pytest.CaptureFixture[str], body: str, told: str
) -> None:
    found = comment(body.format(**fingerprints(git, capsys)))
    if not told:  # what is no field of ours is a part of the reason
        assert drafted(git).decisions[0].says == {"zh-CN": "我们"}
        return
    assert (found["commit"], found["paths"], found["done"], found["refused"]) == (False, [], 0, 1)
    assert told in found["reply"].replace("&#8203;", "")
    assert "帮助" in found["reply"]
    assert git.git("status", "--porcelain") == ""


def test_one_wrong_command_does_not_stop_the_others(
    git: GitMaker, comment: Comment, capsys: pytest.CaptureFixture[str]
) -> None:
    there = fingerprints(git, capsys)
    found = comment(f"/policy agree ffff x\n/policy agree {there['en']} right\n/policy effective never")
    assert (found["done"], found["refused"], found["commit"]) == (1, 2, True)


@pytest.mark.parametrize("login", ["eve", "lin", "lin@example.com", ""])
def test_a_stranger_changes_nothing(git: GitMaker, comment: Comment, login: str) -> None:
    found = comment("/policy draft\n/policy summary\nzh: x", login)
    assert (found["commit"], found["done"]) == (False, 0)
    assert "may not decide" in found["reply"]


def test_nobody_makes_themselves_an_approver_on_their_own_branch(git: GitMaker, comment: Comment) -> None:
    text = (git.root / "policy.toml").read_text("utf-8").replace('"zhou" =', 'eve = "eve@example.com"\n"zhou" =')
    git.commit({"policy.toml": text.replace("approvers = [", 'approvers = ["eve@example.com", ')})
    assert comment("/policy draft", "eve")["commit"] is False
    assert comment("/policy draft", "zhou")["commit"] is True


def test_a_check_does_not_count_what_an_approver_of_the_branch_alone_decided(
    git: GitMaker, comment: Comment, capsys: pytest.CaptureFixture[str]
) -> None:
    there = fingerprints(git, capsys)
    comment(f"/policy agree {there['en']}, {there['zh-CN']} ok\n\n/policy summary\nzh: 变\nen: c")
    text = (git.root / "policy.toml").read_text("utf-8")
    git.commit({"policy.toml": text.replace("lin@example.com", "eve@example.com")})
    path = "policies/privacy/releases/1.1.0.yaml"
    git.commit({path: (git.root / path).read_text("utf-8").replace("lin@", "eve@")})
    assert run(git, "check", "main..HEAD") == 1
    assert "eve@example.com may not decide" in capsys.readouterr().out


def test_what_no_rule_explains_is_worded_in_the_comment(
    git: GitMaker, comment: Comment, capsys: pytest.CaptureFixture[str]
) -> None:
    git.commit(
        {
            EN: TEXTS[EN].replace("## 2.", "We collect your data in the ways that this page describes.\n\n## 2."),
            ZH: TEXTS[ZH],
        }
    )
    run(git, "check", "main..HEAD", "--format", "json")
    (odd,) = json.loads(capsys.readouterr().out)["policies"][0]["findings"]
    assert odd["category"] == "unclassified"
    bare = comment(f"/policy agree {odd['fingerprint']} fine")
    assert (bare["commit"], "sentence for the people" in bare["reply"]) == (False, True)
    said = comment(
        f"/policy 同意 {odd['fingerprint']} 无实质影响\n类别：适用范围\n方向：中性\n"
        "中文：新增一句描述。\n英文：One sentence is new."
    )
    assert said["commit"] is True
    made = drafted(git).decisions[0]
    assert (made.category, made.direction) == (Category.SCOPE, Direction.NEUTRAL)
    assert made.says == {"zh-CN": "新增一句描述。", "en": "One sentence is new."}


def test_help_and_status_are_for_everybody_and_write_nothing(git: GitMaker, comment: Comment) -> None:
    helped = comment("/policy 帮助", "eve")
    assert (helped["commit"], "```" in helped["reply"], "/policy second" in helped["reply"]) == (False, True, True)
    status = comment("/policy status", "eve")
    assert (status["commit"], "policyctl draft privacy" in status["reply"]) == (False, True)
    assert git.git("status", "--porcelain") == ""


def test_a_comment_that_does_not_call_us_is_not_answered(git: GitMaker, comment: Comment) -> None:
    found = comment("> /policy agree a1b2c3\n\nWhat does this mean?")
    assert (found["reply"], found["commit"], found["commands"]) == ("", False, 0)


def test_what_a_comment_says_back_cannot_mention_anybody(git: GitMaker, comment: Comment) -> None:
    reply = comment("/policy <b>@team</b>\n/policy effective [x](http://e.cn)")["reply"]
    assert "@team" not in reply
    assert "<b>" not in reply
    assert "](http" not in reply


def test_without_a_format_the_answer_itself_is_printed(
    git: GitMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b").write_text("/policy help", "utf-8")
    assert run(git, "comment", "--body", str(tmp_path / "b"), "--author", "x", "--lang", "en") == 0
    assert capsys.readouterr().out.startswith("**How to decide in a comment.**")


def test_a_base_that_is_not_there_is_misuse(git: GitMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "b").write_text("/policy draft", "utf-8")
    assert run(git, "comment", "--body", str(tmp_path / "b"), "--author", "x", "--base", "nowhere") == 2
    assert "Traceback" not in capsys.readouterr().err
