"""Two real changes of somebody else's policy, one small and one large, as the comment shows them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from policy_versions.cli import main
from policy_versions.reports import markdown
from tests.policy_versions.test_report_markup import Read

SMALL, LARGE, MANY = "a46c2270", "835eefc0", "7e4eebc0"
pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def policies(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    bundle = shared / "corpus" / "git" / "site-policy.bundle"
    if not bundle.is_file():
        pytest.skip(f"no {bundle}")
    root = tmp_path_factory.mktemp("site-policy") / "repository"
    subprocess.run(["git", "clone", "--quiet", "--branch", "main", bundle, root], check=True, capture_output=True)
    with pytest.raises(SystemExit) as end:
        main(["import", "-C", str(root), "--language", "en"])
    assert not end.value.code
    return root


def shown(policies: Path, commit: str, into: Path) -> tuple[dict[str, object], str]:
    names = ("json", "markdown", "sarif", "github", "gitlab", "summary")
    given = [x for name in names for x in ("--output", f"{name}={into / name}")]
    with pytest.raises(SystemExit) as end:
        main(["check", f"{commit[:7]}~1..{commit[:7]}", "-C", str(policies), "--exit-zero", *given])
    assert not end.value.code
    return json.loads((into / "json").read_text(encoding="utf-8")), (into / "markdown").read_text(encoding="utf-8")


@pytest.mark.parametrize("commit", [SMALL, LARGE, MANY])
def test_a_real_change_reads_as_a_comment(policies: Path, commit: str, tmp_path: Path) -> None:
    said, comment = shown(policies, commit, tmp_path)
    assert markdown.utf16(comment) <= markdown.COMMENT
    read = Read(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(comment))
    assert {"table", "details", "del", "ins"} - {"ins"} <= read.tags
    assert "a" not in read.tags
    assert comment.count("<details>") == comment.count("</details>")
    findings = [f for p in said["policies"] for f in p["findings"]]  # type: ignore[attr-defined]
    named = sum(f["fingerprint"][:12] in comment for f in findings)  # a row names each finding that it tells
    left = sum(int(n) for n in re.findall(r"… and (\d+) more changes", comment))
    assert named + left == len(findings) > 0
    assert comment.startswith(("### ", "**"))


def test_the_small_change_fits_one_screen_before_what_is_folded(policies: Path, tmp_path: Path) -> None:
    _, comment = shown(policies, SMALL, tmp_path)
    open_part = re.sub(r"<details>.*?</details>", "", comment, flags=re.DOTALL)
    assert "c/o DP Dock DPO Services GmbH" in open_part
    assert "/policy draft" in open_part
    assert len(open_part) < 4_000


def test_annotations_point_into_the_files_of_the_change(policies: Path, tmp_path: Path) -> None:
    shown(policies, LARGE, tmp_path)
    commands = [x for x in (tmp_path / "github").read_text(encoding="utf-8").splitlines() if x.startswith("::")]
    assert len(commands) == 11
    for command in commands[:10]:
        about = dict(x.split("=", 1) for x in command.split("::")[1].split(" ", 1)[1].split(","))
        text = subprocess.run(["git", "-C", policies, "show", f"{LARGE[:7]}:{about['file']}"], check=True,
                              capture_output=True).stdout.decode()  # fmt: skip
        assert 1 <= int(about["line"]) <= int(about["endLine"]) <= text.count("\n") + 1
