"""policyctl as git, a shell and a commit hook call it: through real git and real processes."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from policy_versions.cli import COMMANDS
from tests.policy_versions.gitmaker import GitMaker
from tests.policy_versions.releasing import TOML
from tests.policy_versions.test_check import EN, NEW, TEXTS, ZH

ROOT = Path(__file__).resolve().parents[2]
POLICYCTL = f"{sys.executable} -m policy_versions"
HOOKS = ROOT / ".pre-commit-hooks.yaml"


@pytest.fixture
def git(tmp_path: Path) -> GitMaker:
    made = GitMaker(tmp_path / "repo")
    made.git("config", "user.name", "T")
    made.git("config", "user.email", "t@e.cn")
    made.git("config", "diff.policy.command", f"{POLICYCTL} git-diff")
    made.commit({"policy.toml": TOML, ".gitattributes": "policies/**/*.md diff=policy\n", **TEXTS})
    return made


def call(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS")}
    return subprocess.run(
        [sys.executable, "-m", "policy_versions", *arguments],
        env={**clean, **env}, capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip


def test_git_shows_the_redline_of_uncommitted_work(git: GitMaker) -> None:
    git.write(ZH, NEW[ZH])
    out = git.git("diff")
    assert out.startswith(f"--- a/{ZH}\n+++ b/{ZH}\n@@ -9 +9 @@ 隐私政策 › 联系\n")
    assert "~ 邮箱：[-support@example.com-]{+help@example.com+}" in out
    assert "\x1b" not in out
    assert "-邮箱：support@example.com" in git.git("diff", "--no-ext-diff")


def test_git_shows_what_is_new_gone_renamed_and_what_cannot_be_read(git: GitMaker) -> None:
    git.commit({"policies/terms.md": "# Terms\n"})
    git.git("mv", "policies/terms.md", "policies/rules.md")
    git.commit({"policies/rules.md": "# Terms\n\nBe kind.\n", EN: b"# x\n\xff\n"})
    out = git.git("log", "-p", "-2", "-M10", "--ext-diff", "--format=")
    assert "+ Terms" in out
    assert "--- a/policies/terms.md\n+++ b/policies/rules.md" in out
    assert "+ Be kind." in out
    assert "! " in out
    assert "not valid UTF-8" in out
    (git.root / ZH).unlink()
    assert "- 我们收集您的手机号，用于创建账号。" in git.git("diff")


def test_git_shows_an_unmerged_text(git: GitMaker) -> None:
    git.git("checkout", "-q", "-b", "other")
    git.commit({ZH: "# 甲\n"})
    git.git("checkout", "-q", "main")
    git.commit({ZH: "# 乙\n"})
    with pytest.raises(AssertionError):
        git.git("merge", "other")
    assert f"* {ZH}" in git.git("diff", "--cached")


def test_the_driver_colours_in_git_s_pager_unless_told_not_to(git: GitMaker) -> None:
    git.write(ZH, NEW[ZH])
    assert "\x1b[32m{+help@example.com+}" in git.git("diff", GIT_PAGER_IN_USE="1", NO_COLOR="")
    assert "\x1b" not in git.git("diff", GIT_PAGER_IN_USE="1", NO_COLOR="1")


def test_the_driver_does_not_disturb_our_own_use_of_git(git: GitMaker) -> None:
    git.write(ZH, NEW[ZH])
    done = call("check", "-C", str(git.root), "--format", "json")
    assert json.loads(done.stdout)["policies"][0]["findings"][0]["rule"].startswith("contact")
    assert call("draft", "-C", str(git.root)).returncode == 0


def test_called_by_hand_the_driver_says_who_calls_it() -> None:
    done = call("git-diff", "a", "b")
    assert done.returncode == 2
    assert "git calls this with 7 or 9 arguments" in done.stderr


@pytest.mark.parametrize("entry", YAML(typ="safe").load(HOOKS.read_text(encoding="utf-8")), ids=lambda e: e["id"])
def test_the_hooks_for_pre_commit_run_on_a_commit(git: GitMaker, entry: dict[str, object]) -> None:
    assert {"id", "name", "entry", "language", "files"} <= entry.keys()
    hook = git.root / ".git" / "hooks" / "pre-commit"
    command = str(entry["entry"]).replace("policyctl", POLICYCTL)
    hook.write_text(f"#!/bin/sh\nexec {command} >said.txt 2>&1\n", encoding="utf-8")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    git.write(ZH, NEW[ZH])
    git.git("add", ZH)
    stops = "--exit-zero" not in command
    try:
        git.git("commit", "-q", "-m", "x")
    except AssertionError:
        assert stops
    else:
        assert not stops
    assert "help@example.com" in (git.root / "said.txt").read_text(encoding="utf-8")


def test_a_shell_completes_commands_without_loading_them_and_options() -> None:
    done = call(_POLICYCTL_COMPLETE="x")
    assert done.returncode == 2
    script = "import sys; from policy_versions.cli import cli; cli.main(prog_name='policyctl')"
    words = {"che": "check", "check --rec": "--recipients", "check --format sar": "sarif", "completion z": "zsh"}
    for typed, wanted in words.items():
        line = f"policyctl {typed}"
        env = {"_POLICYCTL_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
        out = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", script], env={**os.environ, **env}, capture_output=True,
            text=True, check=True,
        )  # fmt: skip
        assert f"plain,{wanted}" in out.stdout.split()
        assert typed != "che" or "policy_versions.commands" not in out.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_names_policyctl(shell: str) -> None:
    done = call("completion", shell)
    assert done.returncode == 0
    assert f"_POLICYCTL_COMPLETE={shell}_complete" in done.stdout


def test_bash_takes_the_script(tmp_path: Path) -> None:
    script = tmp_path / "c.sh"
    script.write_text(call("completion", "bash").stdout, encoding="utf-8")
    done = subprocess.run(
        ["bash", "-c", f". {script}; complete -p policyctl"], capture_output=True, text=True, check=False
    )
    assert "_policyctl_completion policyctl" in done.stdout


def test_the_schema_is_printed_as_it_is_published() -> None:
    assert json.loads(call("schema").stdout)["properties"]["schema_version"] == {"const": 1}


def test_each_new_command_is_in_the_table() -> None:
    assert {"git-diff", "completion", "schema"} <= COMMANDS.keys()
