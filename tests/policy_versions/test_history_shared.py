"""Real histories: every version is git's own bytes, and none is lost."""

from __future__ import annotations

import hashlib
import itertools
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from policy_versions.cli import cli
from policy_versions.history import Repository
from tests.policy_versions.gitmaker import GitMaker

pytestmark = pytest.mark.shared
BUNDLES = ["site-policy", "pga-versions"]


@pytest.fixture(scope="module", params=BUNDLES)
def clone(request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clone a bundle, as a person would: its HEAD is unborn afterwards, and import it."""
    target = tmp_path_factory.mktemp("clone") / request.param
    bundle = shared / "corpus" / "git" / f"{request.param}.bundle"
    subprocess.run(["git", "clone", "--quiet", str(bundle), str(target)], check=True, capture_output=True)
    assert CliRunner().invoke(cli, ["import", "-C", str(target)]).exit_code == 0
    return target


def rows(clone: Path) -> list[dict[str, str]]:
    result = CliRunner().invoke(cli, ["versions", "--format", "json", "-C", str(clone)])
    assert result.exit_code == 0, result.output
    found: list[dict[str, str]] = json.loads(result.stdout)["versions"]
    return found


def git(clone: Path, *arguments: str) -> list[bytes]:
    done = subprocess.run(["git", *arguments], cwd=clone, capture_output=True, check=True)
    return [part for part in done.stdout.split(b"\0") if part]


def contents(clone: Path, names: list[str]) -> Iterator[tuple[str, bytes]]:
    """Ask git itself for `commit:path`, one process, no code of ours."""
    given = "".join(f"{name}\n" for name in names).encode()
    done = subprocess.run(["git", "cat-file", "--batch"], cwd=clone, input=given, capture_output=True, check=True)
    at = 0
    for _ in names:
        end = done.stdout.index(b"\n", at)
        name, _, size = done.stdout[at:end].decode().split(" ")
        yield name, done.stdout[end + 1 : end + 1 + int(size)]
        at = end + int(size) + 2


def test_every_version_is_what_git_holds(clone: Path) -> None:
    found = rows(clone)
    assert len(found) > 1200
    asked = [f"{r['commit']}:{r['path']}" for r in found]
    for row, (name, data) in zip(found, contents(clone, asked), strict=True):
        assert (row["blob"], row["sha256"]) == (name, hashlib.sha256(data).hexdigest())
        assert row["bytes"] == len(data)


def test_each_version_differs_from_the_one_before(clone: Path) -> None:
    for (_, _), group in itertools.groupby(rows(clone), key=lambda r: (r["policy"], r["language"])):
        blobs = [r["blob"] for r in group]
        assert all(a != b for a, b in itertools.pairwise(blobs))


def test_no_text_that_a_commit_made_is_lost(clone: Path) -> None:
    """Each blob that any commit outside merges gave a policy's file is the text of some version."""
    listed = {r["blob"] for r in rows(clone)}
    paths = {r["path"] for r in rows(clone)}
    tokens = iter(git(clone, "log", "--raw", "-z", "--no-renames", "--no-abbrev", "--format=", "origin/main"))
    made = {(path.decode(), meta.split()[3].decode()) for meta, path in zip(tokens, tokens, strict=True)}
    assert {blob for path, blob in made if path in paths and set(blob) != {"0"}} <= listed


def test_the_last_versions_are_what_the_branch_has(clone: Path) -> None:
    last = {(r["policy"], r["language"]): r for r in rows(clone)}
    with Repository.open(clone) as repository:
        there = repository.files("origin/main")
    in_force = {r["path"]: r["blob"] for r in last.values() if r["status"] == "in-force"}
    assert in_force.items() <= there.items()
    policies = {p for p in there if p.endswith(".md") and "/" in p and not p.startswith(".")}
    assert policies <= in_force.keys()


def test_the_seed_imports_as_version_1(shared: Path, tmp_path: Path) -> None:
    data = (shared / "reference" / "seed-policy.zh.md").read_bytes()
    made = GitMaker(tmp_path)
    made.commit({"seed-policy.zh.md": data})
    assert CliRunner().invoke(cli, ["import", "-C", str(tmp_path)]).exit_code == 0
    (row,) = rows(tmp_path)
    assert (row["language"], row["number"], row["status"]) == ("zh-CN", "1", "in-force")
    shown = CliRunner().invoke(cli, ["show", f"{row['policy']}@1", "-C", str(tmp_path)])
    assert shown.stdout_bytes == data
