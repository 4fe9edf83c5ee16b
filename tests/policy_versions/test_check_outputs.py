"""`policyctl check` in several formats at once: files whole or untouched, misuse told, the job summary added to."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from policy_versions.commands import outputs
from policy_versions.commands.outputs import OutputError
from tests.policy_versions.releasing import TOML
from tests.policy_versions.test_check import EN, NEW, TEXTS, ZH, Shell, run

__all__ = ["run"]
PEOPLE = (
    "id,language,birth_date,guardian_id,email\na,zh-CN,1990-01-01,,a@example.com\nb,en,2015-01-01,a,b@example.com\n"
)


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "NO_COLOR", "POLICYCTL_RECIPIENTS"):
        monkeypatch.delenv(name, raising=False)


def changed(run: Shell) -> Shell:
    for path, text in NEW.items():
        run.git.write(path, text)
    return run


def test_several_reports_are_written_in_one_run(run: Shell, tmp_path: Path) -> None:
    names = ("json", "markdown", "summary", "github", "sarif", "gitlab", "text")
    given = [x for name in names for x in ("--output", f"{name}={tmp_path}/{name}")]
    code, out, _ = changed(run)("check", *given)
    assert code == 1
    assert out.startswith("◐ Prominent notice: ")
    assert json.loads((tmp_path / "json").read_text(encoding="utf-8"))["level"] == "prominent"
    assert json.loads((tmp_path / "sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert (tmp_path / "text").read_text(encoding="utf-8").startswith("◐ Prominent notice: ")
    assert not [p.name for p in tmp_path.iterdir() if p.name.startswith(".") and p.name != ".policyctl"]
    mode = stat.S_IMODE((tmp_path / "json").stat().st_mode)
    assert mode & 0o600 == 0o600


def test_a_report_on_the_screen_is_the_only_one(run: Shell) -> None:
    _, out, _ = changed(run)("check", "--output", "json=-")
    assert json.loads(out)["schema_version"] == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--output", "pdf=x"], "formats: text, json, markdown, summary, github, sarif, gitlab"),
        (["--output", "json"], "wanted FORMAT=PATH"),
        (["--output", "json="], "wanted FORMAT=PATH"),
        (["--output", "json=a", "--output", "sarif=a"], "a is given twice"),
        (["--output", "json=nowhere/at/all.json"], "nowhere/at/all.json: No such file or directory"),
        (["--output", "json=/proc/version"], "/proc/version"),
        (["--recipients", "nobody.csv"], "nobody.csv: No such file or directory"),
    ],
)
def test_misuse_is_told_and_nothing_is_written(
    run: Shell, given: list[str], told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = changed(run)("check", *given)
    assert code == 2
    assert told in err
    assert not (tmp_path / "a").exists()


def test_a_file_that_cannot_be_replaced_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.json"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        outputs.write(str(target), "\udc80")
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]
    with pytest.raises(OutputError):
        outputs.write(str(target / "below"), "x")


def test_a_link_is_followed_and_a_device_written_to(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old", encoding="utf-8")
    (tmp_path / "link").symlink_to("real")
    outputs.write(str(tmp_path / "link"), "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text(encoding="utf-8") == "new"
    outputs.write(os.devnull, "x")
    assert not Path(os.devnull).is_file()


def test_in_github_actions_annotations_and_a_summary_come_unasked(
    run: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    _, out, _ = changed(run)("check")
    assert out.splitlines()[1].startswith(f"::warning file={ZH},line=9,endLine=9,")
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("# before\n### ◐ 显著告知 · Prominent notice")
    run("check", "--output", f"summary={summary}", "--format", "github")
    assert summary.read_text(encoding="utf-8").count("### ◐") == 2
    assert run("check", "--format", "text")[1].startswith("◐")
    assert summary.read_text(encoding="utf-8").count("### ◐") == 2
    summary.write_text("x" * (outputs.SUMMARY - 10), encoding="utf-8")
    _, _, err = run("check")
    assert "is full: the job summary is left out" in err


def test_people_and_notice_come_from_the_notifier(run: Shell, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    source = str(tmp_path / "people.csv")
    _, out, _ = changed(run)("check", "--recipients", source, "--notice", "--lang", "zh-CN")
    assert "2 人，其中须询问监护人的未成年人 1 人（据 people.csv）。" in out
    assert "  | 主题: 《隐私政策》将于 " in out
    assert "  |    新文：“邮箱：help@example.com”" in out
    said = json.loads(run("check", "--recipients", source, "--format", "json")[1])["policies"][0]
    assert (said["touched"]["people"], said["touched"]["minors"]) == (2, 1)
    assert [n["language"] for n in said["notices"]] == ["zh-CN", "en"]
    assert "a@example.com" not in json.dumps(said["touched"])


def test_without_being_asked_the_text_says_how_to_see_the_notice(run: Shell) -> None:
    _, out, _ = changed(run)("check")
    assert "policyctl check --notice" in out


def test_exit_zero_reports_only(run: Shell) -> None:
    assert changed(run)("check", "--exit-zero")[0] == 0


def test_a_new_text_that_no_policy_names_is_told(run: Shell) -> None:
    run.git.write("policies/privacy/sdk.md", "# SDK\n")
    run.git.write("policies/README.md", "# x\n")
    run.git.write("notes.md", "# x\n")
    code, out, _ = run("check")
    assert code == 0
    assert "part of no policy in policy.toml, so nobody judged them: policies/privacy/sdk.md\n" in out
    run.git.commit({})
    assert "nobody judged them: policies/privacy/sdk.md" in run("check", "HEAD~1..HEAD")[1]


def test_colour_only_on_a_terminal_and_as_the_environment_says(run: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in changed(run)("check")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[32m   + 邮箱：help@example.com" in run("check")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR")
    assert outputs.colours(os.environ) is False


def test_annotations_stand_on_the_lines_of_the_new_file(run: Shell) -> None:
    text = TEXTS[EN].replace("We collect your phone number to create your account.\n\n", "") + "\nMore.\n"
    run.git.write(EN, text)
    out = run("check", "--format", "github")[1]
    lines = text.splitlines()
    for found in (line for line in out.splitlines() if line.startswith("::")):
        place = dict(x.split("=", 1) for x in found.split("::")[1].split(" ", 1)[1].split(","))
        assert 1 <= int(place["line"]) <= int(place["endLine"]) <= len(lines)


def test_what_changed_in_substance_is_told_of_each_of_several_policies(run: Shell) -> None:
    second = '\n[[policy]]\nid = "terms"\ntitle = { en = "Terms" }\nfiles = { en = "policies/terms.md" }\n'
    run.git.commit(
        {"policy.toml": TOML + second, "policies/terms.md": "# Terms\n\nBe kind, or write to privacy@example.com.\n"}
    )
    changed(run).git.write(
        "policies/terms.md", "---\nx: y\n---\n# Terms\n\nBe kind, or write to privacy@example.com.\n"
    )
    out = run("check", "--format", "markdown", "--lang", "en")[1]
    assert out.startswith("**◐ Prominent notice: 2 policies touched, 1 of them in substance; still to do: ")
    assert "### · Editorial — Terms\n\n· Editorial: what changed is not in the words that people read" in out
