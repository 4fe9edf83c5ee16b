"""`policyctl check`, `draft`, `decide`, `publish`, `verify` as a lawyer's CI runs them, on the real classifier."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy_versions.cli import main
from tests.policy_versions.gitmaker import GitMaker
from tests.policy_versions.releasing import EN, TEXTS, TOML, ZH

NEW = {
    ZH: TEXTS[ZH].replace("support@example.com", "help@example.com"),
    EN: TEXTS[EN].replace("support@example.com", "help@example.com"),
}


class Shell:
    """Runs policyctl in one repository."""

    def __init__(self, git: GitMaker, capsys: pytest.CaptureFixture[str]) -> None:
        self.git = git
        self.capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Return exit code, output and error output."""
        with pytest.raises(SystemExit) as end:
            main([*arguments, "-C", str(self.git.root)])
        said = self.capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "FORCE_COLOR", "POLICYCTL_LANG", "POLICYCTL_SIGNING_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    git = GitMaker(tmp_path / "repo")
    git.git("config", "user.name", "T")
    git.git("config", "user.email", "t@e.cn")
    git.write("policy.toml", TOML)
    git.commit(dict(TEXTS))
    return Shell(git, capsys)


def word(run: Shell, number: str) -> None:
    """Word the summaries in the release file."""
    path = run.git.root / f"policies/privacy/releases/{number}.yaml"
    text = (
        path.read_text(encoding="utf-8")
        .replace('zh-CN: ""', "zh-CN: 联系邮箱变更")
        .replace('en: ""', "en: A new address")
    )
    path.write_text(text, encoding="utf-8")


def first(run: Shell) -> None:
    run("draft")
    word(run, "1.0.0")
    assert run("publish")[0] == 0


def test_a_first_version_is_called_what_it_is(run: Shell) -> None:
    _, out, err = run("draft")
    assert ": the first version, 1.0.0; earliest effective date " in out
    assert "privacy has no version on record, so that nothing was compared" in err
    assert "policyctl import" in err
    assert run("check")[1].startswith("· First version: v1.0.0, with nothing before it to compare, ")
    assert "is drafted as a first version, though" not in run("check")[1]  # the text is what HEAD holds
    assert run("check", "--lang", "zh-CN")[1].startswith("· 首个版本")


def test_a_first_version_over_another_text_says_that_nobody_judges_the_difference(run: Shell) -> None:
    run.git.commit(dict(NEW))
    run("draft")
    word(run, "1.0.0")
    run.git.commit()
    code, out, _ = run("check", "HEAD~2..HEAD")
    assert (code, "privacy 1.0.0 is drafted as a first version, though" in out) == (0, True)
    assert run("draft", "--effective", "2998-01-01")[0] == 0
    run.git.commit()
    assert "is drafted as a first version" not in run("check", "HEAD~2..HEAD")[1]  # another day is no other text
    first(run)
    assert "is drafted as a first version" not in run("check", "HEAD~1..HEAD")[1]


def test_a_clean_tree_has_nothing_to_say(run: Shell) -> None:
    assert run("check") == (0, "Nothing changed in any policy.\n", "")
    assert run("check", "--lang", "zh-CN")[1] == "没有政策发生变化。\n"


def test_the_whole_way_of_one_change(run: Shell) -> None:
    first(run)
    run.git.commit(dict(NEW))
    code, out, _ = run("check", "HEAD~1..HEAD", "--format", "json")
    said = json.loads(out)
    assert code == 1
    assert (said["schema_version"], said["level"], said["blocked"]) == (1, "prominent", True)
    policy = said["policies"][0]
    assert (policy["before"], policy["number"], policy["blocks"][0]["code"]) == ("v1.0.0", "1.1.0", "no-draft")
    assert {f["category"] for f in policy["findings"]} == {"contact"}
    assert policy["findings"][0]["evidence_after"] in NEW[ZH]
    assert run("draft")[0] == 0
    assert run("check")[0] == 1
    code, _, err = run("publish")
    assert code == 1
    assert "nobody has decided" in err
    word(run, "1.1.0")
    for found in policy["findings"]:
        decided = run(
            "decide", found["fingerprint"][:8], "--verdict", "confirmed", "--reason", "ok", "--by", "lin@example.com"
        )
        assert decided[0] == 0, decided
    code, out, _ = run("check")
    assert code == 0, out
    assert "Nothing stands in the way." in out
    assert run("publish")[1].startswith("published privacy 1.1.0: effective ")
    assert run("publish") == (0, "privacy 1.1.0 is published already; nothing changed\n", "")
    assert run("verify")[1] == "All is as it was published: 2 releases, 2 lines in the log.\n"
    run.git.commit({ZH: NEW[ZH] + "\n后来悄悄加的一句。\n"})
    code, out, _ = run("verify")
    assert code == 1
    assert f"{ZH} (zh-CN) is no longer what privacy 1.1.0 published" in out


def test_uncommitted_work_is_judged_without_a_range(run: Shell) -> None:
    run.git.write(ZH, NEW[ZH])
    code, out, _ = run("check")
    assert code == 1
    assert out.startswith("◐ Prominent notice: changes from ")
    assert " to v1.0.0: 1 material; to apply from " in out
    assert "   + 邮箱：help@example.com" in out


def test_a_text_that_cannot_be_read_is_named_where_it_changed_and_passed_over_where_not(run: Shell) -> None:
    second = '\n[[policy]]\nid = "terms"\ntitle = { en = "Terms" }\nfiles = { en = "terms.md" }\n'
    run.git.commit({"policy.toml": TOML + second, "terms.md": b"# Terms\n\xff\n"})
    assert run("check")[0] == 0
    run.git.commit({"terms.md": b"\xff\xfea\x00"})
    assert run("check")[0] == 0
    code, _, err = run("check", "HEAD~1..HEAD")
    assert (code, err) == (2, "policyctl: terms.md: line 2: byte 0xff is not UTF-8; save the text as UTF-8\n")


def test_a_history_without_policy_toml_is_checked_by_that_of_the_work_tree(run: Shell) -> None:
    run.git.git("rm", "--quiet", "--cached", "policy.toml")
    run.git.git("commit", "--quiet", "-m", "x", **run.git.dates())
    run.git.write(ZH, NEW[ZH])
    run.git.git("commit", "--quiet", "-am", "y", **run.git.dates())
    code, out, err = run("check", "HEAD~1..HEAD")
    assert (code, "邮箱：help@example.com" in out) == (1, True)
    assert err.endswith(" has no policy.toml: reading that of the work tree\n")


def test_a_text_that_moved_is_compared_with_itself_by_the_old_policy_toml(run: Shell) -> None:
    run.git.git("mv", ZH, "zh.md")
    run.git.commit({"policy.toml": TOML.replace(ZH, "zh.md"), "zh.md": NEW[ZH]})
    code, out, _ = run("check", "HEAD~1..HEAD")
    assert (code, "邮箱：help@example.com" in out) == (1, True)


def test_a_text_that_moved_is_compared_with_itself_where_no_policy_toml_tells(run: Shell) -> None:
    run.git.git("rm", "--quiet", "--cached", "policy.toml")
    run.git.git("commit", "--quiet", "-m", "x", **run.git.dates())
    run.git.git("mv", ZH, "three words.md")
    run.git.write("three words.md", NEW[ZH])
    run.git.git("commit", "--quiet", "-am", "y", **run.git.dates())
    run.git.write("policy.toml", TOML.replace(ZH, "three words.md"))
    code, out, _ = run("check", "HEAD~1..HEAD")
    assert (code, "邮箱：help@example.com" in out) == (1, True)


def test_a_policy_with_versions_cannot_drop_out_of_policy_toml(run: Shell) -> None:
    first(run)
    run.git.commit({"policy.toml": TOML.replace('id = "privacy"', 'id = "notice"')})
    for arguments in (("check", "HEAD~1..HEAD"), ("check",), ("publish",)):
        code, _, err = run(*arguments)
        assert (code, "'privacy' is not named, but has release files" in err) == (2, True)


def test_an_editorial_change_blocks_nothing(run: Shell) -> None:
    run.git.write(EN, TEXTS[EN].replace("We collect", "**We** collect"))
    code, out, _ = run("check")
    assert (code, out.splitlines()[0][:11]) == (0, "· Editorial")


def test_markdown_speaks_both_languages_and_lets_no_text_become_markup(run: Shell) -> None:
    run.git.write(ZH, TEXTS[ZH] + "\n我们将您的手机号提供给“<b>星图</b>|@team”公司用于投放广告。\n")
    code, out, _ = run("check", "--format", "markdown")
    assert code == 1
    lines = out.splitlines()
    assert lines[0].startswith("### ")
    assert " · " in lines[0]
    assert "<b>" not in out
    assert "@team" not in out
    rows = [line for line in lines if "星图" in line and line.startswith("| ")]
    assert rows
    assert {row.count("|") for row in rows} == {5}
    assert "**发布前待办 · To do before it can be published**" in lines


@pytest.mark.parametrize("revisions", ["nowhere..HEAD", "HEAD", "--output=x..HEAD", "HEAD...HEAD", "..HEAD"])
def test_a_wrong_range_is_misuse(run: Shell, revisions: str) -> None:
    code, _, err = run("check", "--", revisions) if revisions.startswith("-") else run("check", revisions)
    assert code == 2
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("publish", "pivacy"), "no policy 'pivacy'"),
        (("draft", "--number", "two"), "MAJOR.MINOR.PATCH"),
        (("decide", "abcd", "--verdict", "confirmed", "--reason", "x", "--by", "lin@example.com"), "no draft"),
        (("verify", "--key", "nonsense"), "a key reads"),
    ],
)
def test_misuse_is_told_in_one_message(run: Shell, arguments: tuple[str, ...], told: str) -> None:
    code, _, err = run(*arguments)
    assert code in (1, 2)
    assert told in err
    assert "Traceback" not in err


def test_a_broken_release_file_is_misuse(run: Shell) -> None:
    run.git.commit({"policies/privacy/releases/1.0.0.yaml": "policy: privacy\nnummer: 1\n"})
    code, _, err = run("check")
    assert code == 2
    assert "1.0.0.yaml: key `nummer`: unknown key (allowed: policy, number" in err


def test_a_decision_that_does_not_hold_says_why(run: Shell) -> None:
    first(run)
    run.git.commit(dict(NEW))
    run("draft")
    found = json.loads(run("check", "--format", "json")[1])["policies"][0]["findings"][0]["fingerprint"]
    code, _, err = run("decide", found, "--verdict", "overruled", "--reason", "x", "--by", "lin@example.com")
    assert code == 2
    assert "takes a second person" in err
    arguments = ("--reason", "x", "--by", "lin@example.com", "--answer", "minors=perhaps")
    code, _, err = run("decide", found, "--verdict", "confirmed", *arguments)
    assert code == 2
    assert "NAME=true" in err


def test_a_bare_clone_can_be_checked_by_its_range(run: Shell, tmp_path: Path) -> None:
    run.git.commit(dict(NEW))
    run.git.git("clone", "-q", "--bare", str(run.git.root), str(tmp_path / "bare.git"))
    with pytest.raises(SystemExit) as end:
        main(["check", "HEAD~1..HEAD", "-C", str(tmp_path / "bare.git")])
    assert end.value.code == 1


def test_help_needs_nothing() -> None:
    from policy_versions.cli import cli  # noqa: PLC0415

    for name in ("check", "draft", "decide", "publish", "verify"):
        result: Result = CliRunner().invoke(cli, [name, "--help"])
        assert result.exit_code == 0


def test_lint_names_file_line_and_rule_and_what_to_do(run: Shell) -> None:
    assert run("lint")[0] == 0
    run.git.write(ZH, TEXTS[ZH] + "\n我们可以随时修改本政策而无需另行通知。\n\n详见【待填】\n")
    code, out, _ = run("lint", "--format", "json")
    found = [p for p in json.loads(out)["problems"] if p["blocks"]]
    assert (code, [(p["rule"], p["path"], p["line"]) for p in found]) == (
        1,
        [("language-behind", EN, 11), ("placeholder", ZH, 15), ("floor-silent-change", ZH, 13)],
    )
    assert all(p["zh-CN"]["how"] for p in found)
    code, out, _ = run("lint", "--lang", "zh-CN")
    assert f"{ZH}:15: 阻止发布 placeholder" in out
    assert out.endswith("3 项阻止发布，0 项提示\n")
    assert "floor-reply            new" in run("lint", "--rules")[1]
    assert run("check")[0] == 1


def test_an_old_fault_of_a_text_never_released_only_warns_until_somebody_drafts(run: Shell) -> None:
    run.git.commit({ZH: TEXTS[ZH] + "\n详见【待填】\n"})
    code, out, _ = run("lint", "--lang", "en")
    assert (code, "warns placeholder" in out) == (0, True)
    run.git.write(ZH, TEXTS[ZH] + "\n详见【待填】\n\n另见【待定】\n")
    assert (run("lint")[0], run("check")[0]) == (1, 1)  # both say the same of what somebody brings now
    run.git.write(ZH, TEXTS[ZH] + "\n详见【待填】\n")
    run("draft")
    assert (run("lint")[0], run("check")[0]) == (1, 1)


def test_what_lint_blocks_is_not_published(run: Shell) -> None:
    run.git.commit({ZH: TEXTS[ZH] + "\n【待填】\n"})
    run("draft")
    word(run, "1.0.0")
    code, _, err = run("publish")
    assert (code, "a placeholder is left: “【待填】”" in err) == (1, True)
    run.git.commit({ZH: TEXTS[ZH]})
    first(run)


def test_the_wait_that_the_text_in_force_promises_sets_the_earliest_date(run: Shell) -> None:
    run.git.commit({EN: TEXTS[EN] + "\nWe announce changes of this policy at least 90 days before they apply.\n"})
    first(run)
    run.git.commit({EN: NEW[EN], ZH: NEW[ZH]})
    report = json.loads(run("check", "HEAD~1..HEAD", "--format", "json")[1])["policies"][0]
    assert report["lead_days"] == 90
    assert "promise-shorter" in {w["code"] for w in report["warnings"]}
    run("draft")
    path = run.git.root / "policies/privacy/releases/1.1.0.yaml"
    early = next(p for p in path.parent.iterdir() if p.name != "1.0.0.yaml")
    text = early.read_text("utf-8")
    assert "lead_days: 90" in text
    day = text.split("\neffective_on: ")[1].split()[0]
    soon = datetime.now(UTC).date() + timedelta(days=45)  # enough for the law, not for the promise
    early.write_text(text.replace(f"\neffective_on: {day}", f"\neffective_on: {soon}"), "utf-8")
    blocks = {b["code"] for b in json.loads(run("check", "--format", "json")[1])["policies"][0]["blocks"]}
    assert "effective-early" in blocks


def test_a_forgotten_translation_blocks(run: Shell) -> None:
    first(run)
    run.git.commit({ZH: NEW[ZH]})
    code, out, _ = run("check", "HEAD~1..HEAD", "--lang", "en")
    assert code == 1
    assert f"{EN} (en), line 9 is a forgotten translation: zh-CN now says “邮箱：help@example.com”" in out
    assert "here it still says “Email: support@example.com”" in out


def test_if_so_configured_the_release_names_the_language_that_prevails(run: Shell) -> None:
    run.git.commit({"policy.toml": TOML + '[lint]\nlanguages = "prevailing"\n'})
    first(run)
    run.git.commit({ZH: NEW[ZH]})
    run("draft")
    word(run, "1.1.0")
    found = json.loads(run("check", "--format", "json")[1])["policies"][0]
    assert "language-behind" in {w["code"] for w in found["warnings"]}
    run(
        "decide",
        found["findings"][0]["fingerprint"],
        "--verdict",
        "confirmed",
        "--reason",
        "x",
        "--by",
        "lin@example.com",
    )
    assert run("publish")[0] == 0
    assert "\nprevailing: zh-CN\n" in (run.git.root / "policies/privacy/releases/1.1.0.yaml").read_text("utf-8")
    assert run("verify")[0] == 0


def test_the_drafter_answers_the_open_questions_of_the_table(run: Shell) -> None:
    first(run)
    sharing = {ZH: "\n我们向律师事务所提供您的姓名。\n", EN: "\nWe provide your name to law firms.\n"}
    run.git.commit({path: TEXTS[path] + more for path, more in sharing.items()})
    run("draft")
    before = json.loads(run("check", "--format", "json")[1])["policies"][0]
    assert "other_controller" in {q for f in before["findings"] for q in f["questions"]}
    answers = ("other_controller", "publication", "abroad", "minors", "recipient_purpose")
    run("draft", *(x for name in answers for x in ("--answer", f"{name}=false")))
    after = json.loads(run("check", "--format", "json")[1])["policies"][0]
    assert (before["level"], after["level"]) == ("separate-consent", "consent")
    assert not set(answers) & {q for f in after["findings"] for q in f["questions"]}
    for wrong, told in (("abroad=perhaps", "NAME=true"), ("abrod=true", "no question `abrod` (allowed: sensitive")):
        code, _, err = run("draft", "--answer", wrong)
        assert (code, told in err) == (2, True)
