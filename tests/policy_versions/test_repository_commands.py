"""init, import, versions, show and diff as a person calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy_versions import config
from policy_versions.cli import cli
from policy_versions.errors import PolicyError
from policy_versions.history import Repository
from tests.policy_versions.gitmaker import GitMaker


def call(*arguments: str | Path, cwd: Path | None = None) -> Result:
    """Call policyctl; errors of the input are raised, and everything but them is a failure of the test."""
    directory = ["-C", str(cwd)] if cwd else []
    result = CliRunner().invoke(cli, [str(a) for a in arguments] + directory, catch_exceptions=True)
    if isinstance(result.exception, PolicyError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def maker(tmp_path: Path) -> GitMaker:
    """Give an imported history of one policy in two languages and one that is gone."""
    made = GitMaker(tmp_path / "repo")
    made.commit({"privacy/zh-CN.md": "# 隐私\n\n我们保存您的信息六个月。\n", "privacy/en.md": "# Privacy\n\nOne.\n"})
    made.commit({"privacy/zh-CN.md": "# 隐私\n\n我们保存您的信息三年。\n", "terms.md": "# Terms\n\nx\n"})
    made.git("rm", "--quiet", "terms.md")
    made.commit({"README.md": "about\n", "privacy/en.md": b"\xef\xbb\xbf# Privacy\r\n\r\nTwo.\r\n"})
    call("import", cwd=made.root)
    return made


def listed(maker: GitMaker, *arguments: str) -> list[dict[str, object]]:
    answer = json.loads(call("versions", *arguments, "--format", "json", cwd=maker.root).stdout)
    assert answer.keys() == {"schema_version", "versions"}
    assert answer["schema_version"] == 1
    rows: list[dict[str, object]] = answer["versions"]
    return rows


def test_init_makes_a_repository_that_reads_itself(tmp_path: Path) -> None:
    told = call("init", tmp_path / "new").stdout
    with Repository.open(tmp_path / "new") as repository:
        files = repository.files("HEAD")
        assert all(f"  {name}" in told for name in files)
        assert config.load(repository) == config.load(repository, repository.resolve("HEAD"))
        assert {".github/workflows/policy-check.yml", "assessments/README.md", "policy.toml"} <= files.keys()
    assert [(r["policy"], r["language"]) for r in listed(GitMaker(tmp_path / "new"))] == [
        ("privacy", "en"),
        ("privacy", "zh-CN"),
    ]
    assert subprocess.run(
        ["git", "status", "--porcelain"], cwd=tmp_path / "new", capture_output=True, check=True
    ).stdout == b""  # fmt: skip


@pytest.mark.parametrize("name", ["full", "full/file"])
def test_init_refuses_what_is_not_empty(tmp_path: Path, name: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine")
    with pytest.raises(PolicyError, match="not an empty folder"):
        call("init", tmp_path / name)
    assert [p.name for p in tmp_path.rglob("*")] == ["full", "file"]


def test_the_workflows_it_writes_are_sound_and_name_the_tool(tmp_path: Path) -> None:
    tool = f"acme/tools@{'a1' * 20}"
    call("init", tmp_path / "new", "--tool", tool)
    workflows = sorted((tmp_path / "new/.github/workflows").iterdir())
    assert len(workflows) == 4
    for workflow in workflows:
        reusable = f"uses: acme/tools/.github/workflows/{workflow.name}@{'a1' * 20}\n"
        assert reusable in workflow.read_text(encoding="utf-8")
    schema = ["check-jsonschema", "--builtin-schema", "vendor.github-workflows"]
    for tool, *arguments in (["actionlint"], ["zizmor", "--offline", "--quiet"], schema):
        command = [str(Path(sys.executable).parent / tool), *arguments, *map(str, workflows)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("forge", "file", "schema"),
    [
        ("gitlab", ".gitlab-ci.yml", ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
        ("gitee", ".workflow/policy-check.yml", []),
    ],
)
def test_other_forges_get_their_own_pipeline(tmp_path: Path, forge: str, file: str, schema: list[str]) -> None:
    call("init", tmp_path / "new", "--forge", forge)
    assert not (tmp_path / "new/.github").exists()
    pipeline = tmp_path / "new" / file
    assert b"policyctl check" in pipeline.read_bytes()
    if schema:
        command = [str(Path(sys.executable).parent / "check-jsonschema"), *schema, str(pipeline)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("tool", ["acme/tools@main", "acme", "a/b@" + "g" * 40, "a/b;x@" + "a" * 40])
def test_init_wants_the_tool_at_a_commit(tmp_path: Path, tool: str) -> None:
    with pytest.raises(PolicyError, match=r"--tool.*40 digits"):
        call("init", tmp_path / "new", "--tool", tool)


def test_versions_as_json(maker: GitMaker) -> None:
    rows = listed(maker)
    assert [(r["policy"], r["language"], r["number"], r["date"], r["status"]) for r in rows] == [
        ("privacy", "en", "1", "2024-01-01", "replaced"),
        ("privacy", "en", "2", "2024-01-03", "in-force"),
        ("privacy", "zh-CN", "1", "2024-01-01", "replaced"),
        ("privacy", "zh-CN", "2", "2024-01-02", "in-force"),
        ("terms", "und", "1", "2024-01-02", "withdrawn"),
    ]
    assert list(rows[0]) == [
        *("policy", "language", "number", "commit", "path", "blob", "sha256", "bytes"),
        *("announced_on", "effective_on", "date", "status"),
    ]
    assert [r["number"] for r in listed(maker, "privacy", "--language", "en")] == ["1", "2"]


def test_versions_as_text(maker: GitMaker) -> None:
    lines = call("versions", "terms", cwd=maker.root).stdout.splitlines()
    assert [line.split()[:5] for line in lines] == [["terms", "und", "1", "2024-01-02", "withdrawn"]]


def test_show_gives_the_exact_bytes(maker: GitMaker) -> None:
    shown = call("show", "privacy@2", "--language", "en", cwd=maker.root).stdout_bytes
    assert shown == b"\xef\xbb\xbf# Privacy\r\n\r\nTwo.\r\n"
    assert "六个月" in call("show", "privacy@2024-01-01", cwd=maker.root).stdout
    assert "三年" in call("show", "privacy", cwd=maker.root).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "privacy@9"], "no version '9'; nearest: 1, 2"),
        (["show", "privacy@2023-01-01"], "its first one is of 2024-01-01"),
        (["show", "privcy"], "there is privacy"),
        (["show", "privacy@2", "--language", "fr"], "there is en, zh-CN"),
        (["show", "terms"], "withdrawn on 2024-01-03"),
        (["show", "--ref", "a..b", "privacy"], "not a branch, tag or commit"),
        (["show", "--ref=--output=x", "privacy"], "not a branch, tag or commit"),
        (["versions", "nope"], "no policy 'nope'"),
        (["versions", "--language", "fr"], "the languages are"),
        (["diff", "privacy@1", "no-file.md"], "no policy 'no-file.md'"),
        (["import"], "exists already: --force"),
    ],
)
def test_what_is_wrong_is_told_plainly(maker: GitMaker, arguments: list[str], message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        call(*arguments, cwd=maker.root)


def test_diff_marks_words(maker: GitMaker) -> None:
    out = call("diff", "privacy@1", "privacy@2", cwd=maker.root).stdout
    assert "[-六个月-]{+三年+}" in out
    assert "\x1b" not in out
    assert out.startswith("@@ -3 +3 @@ 隐私\n~ ")


def test_diff_of_files_and_of_equal_texts(maker: GitMaker, tmp_path: Path) -> None:
    (tmp_path / "new.en.md").write_text("# Privacy\n\nTwo.\n\nThree\n")
    out = call("diff", "privacy@2", tmp_path / "new.en.md", "--language", "en", cwd=maker.root).stdout
    assert out.splitlines()[:2] == ["@@ -0 +5 @@ Privacy", "+ Three"]
    assert "are the same" in call("diff", "privacy@2", "privacy", cwd=maker.root).stderr
    (tmp_path / "bad.md").write_bytes(b"a\n\xff")
    with pytest.raises(PolicyError, match=r"bad\.md: line 2"):
        call("diff", tmp_path / "bad.md", "privacy", cwd=maker.root)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Write an Email to us.", "Write an E-mail to us.", "[-Email-]{+E-mail+}"),
        ("See **the list**.", "See the list.", "[-**-]the list[-**-]"),
    ],
)
def test_diff_shows_words_that_differ_though_they_mean_the_same(tmp_path: Path, old: str, new: str, shown: str) -> None:
    for name, line in (("a.en.md", old), ("b.en.md", new)):
        (tmp_path / name).write_text(f"# Privacy\n\n{line}\n")
    done = call("diff", tmp_path / "a.en.md", tmp_path / "b.en.md", cwd=tmp_path)
    assert done.stdout.startswith("@@ -3 +3 @@ Privacy\n~ ")
    assert shown in done.stdout
    assert "no clause differs" not in done.stderr


def test_import_says_what_it_made_and_what_it_skipped(maker: GitMaker) -> None:
    told = call("import", "--force", "--language", "en", cwd=maker.root).stderr
    assert "2 policies (1 deleted by now), 5 texts, from HEAD" in told
    assert "skipped README.md: about the repository" in told
    assert call("import", "--output", "-", cwd=maker.root).stdout.startswith("# Made by")


def test_import_into_a_clone_whose_branch_is_unborn(maker: GitMaker, tmp_path: Path) -> None:
    clone = GitMaker(tmp_path / "clone")
    clone.git("fetch", "--quiet", str(maker.root), "main:refs/remotes/origin/main")
    told = call("import", cwd=clone.root).stderr
    assert "reading origin/main" in told
    assert 'ref = "origin/main"' in (clone.root / "policy.toml").read_text()
    assert [r["sha256"] for r in listed(clone)] == [r["sha256"] for r in listed(maker)]
    clone.git("add", "policy.toml")
    clone.commit()
    assert [r["sha256"] for r in listed(clone)] == [r["sha256"] for r in listed(maker)]


def test_import_in_a_bare_repository(maker: GitMaker, tmp_path: Path) -> None:
    maker.git("clone", "--quiet", "--bare", str(maker.root), str(tmp_path / "bare"))
    with pytest.raises(PolicyError, match="--output"):
        call("import", cwd=tmp_path / "bare")
    assert "[[policy]]" in call("import", "--output", "-", cwd=tmp_path / "bare").stdout
    maker.commit()
    maker.git("push", "--quiet", str(tmp_path / "bare"), "main")
    assert len(listed(GitMakerView(tmp_path / "bare"))) == 5


class GitMakerView(GitMaker):
    """A repository that is there already."""

    def __init__(self, root: Path) -> None:
        self.root = root


def test_a_shallow_clone_is_told(maker: GitMaker, tmp_path: Path) -> None:
    maker.commit()
    maker.git("clone", "--quiet", "--depth=1", maker.root.as_uri(), str(tmp_path / "cut"))
    assert "history is cut" in call("versions", cwd=tmp_path / "cut").stderr


def test_odd_names_on_the_screen_and_in_json(tmp_path: Path) -> None:
    made = GitMaker(tmp_path / "odd")
    body = "".join(f"line {n}\n" for n in range(20))
    made.commit({"caf\udce9.md": body, "esc\x1b[2J\n.md": "x"})
    made.git("mv", "caf\udce9.md", "café.md")
    made.commit({"café.md": body + "more\n"})
    call("import", cwd=made.root)
    assert {r["path"] for r in listed(made)} == {"caf\ufffd.md", "café.md", "esc\x1b[2J\n.md"}
    text = call("versions", cwd=made.root).stdout
    assert "\x1b" not in text
    assert len(text.splitlines()) == 3


def test_the_whole_process(maker: GitMaker) -> None:
    """Run the real command: exit status 2 and one line for what is wrong, bytes untouched on a pipe."""
    command = [sys.executable, "-m", "policy_versions"]
    wrong = subprocess.run([*command, "show", "privacy@9"], cwd=maker.root, capture_output=True, check=False)
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert wrong.stderr.startswith(b"policyctl: privacy has no version '9'")
    assert b"Traceback" not in wrong.stderr
    right = subprocess.run(
        [*command, "show", "privacy@2", "--language=en"],
        cwd=maker.root,
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        check=True,
    )
    assert right.stdout == b"\xef\xbb\xbf# Privacy\r\n\r\nTwo.\r\n"
