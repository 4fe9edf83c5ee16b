"""The export can be made again over itself, and refuses to write among what is not its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from archive import links
from archive.cli import archive
from archive.export import export, reopen
from archive.index import Index
from archive.site import Site
from policy_versions.cli import cli
from policy_versions.errors import ConfigError
from policy_versions.release import Record
from tests.archive.conftest import TERMS
from tests.archive.linkcheck import broken
from tests.policy_versions.gitmaker import GitMaker

if TYPE_CHECKING:
    from tests.archive.conftest import Memory
else:
    Memory = Any


def test_a_second_export_writes_only_what_changed(source: Memory, tmp_path: Path, today: date) -> None:
    folder = tmp_path / "out"
    first = export(Site.of(source, today=today), folder)
    assert first.changed == first.pages
    assert export(Site.of(source, today=today), folder).changed == 0
    later = export(Site.of(source, today=date(2026, 12, 1)), folder)
    assert 0 < later.changed < later.pages
    assert "现行有效" in (folder / links.version("privacy", "2.0.0", "zh-CN")).read_text(encoding="utf-8")
    assert not list(folder.rglob(".tmp-*"))
    assert not list(broken(folder))
    (folder / "on" / "index.html").unlink()
    assert "index.html -> on/index.html" in list(broken(folder))


def test_a_folder_of_something_else_is_refused(source: Memory, tmp_path: Path, today: date) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="something else than an archive"):
        export(Site.of(source, today=today), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_exports_and_says_how_much(repository: GitMaker, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(archive, ["export", str(out), "-C", str(repository.root), "--today", "2026-11-22"])
    assert done.exit_code == 0, done.output
    assert "pages" in done.output
    assert (out / "privacy" / "v1.0.0" / "zh-CN.md").is_file()
    again = CliRunner().invoke(archive, ["index", "-C", str(repository.root)])
    assert "4 versions" in again.output


def test_the_index_lies_at_the_root_from_whichever_folder_we_are_called(repository: GitMaker, tmp_path: Path) -> None:
    deep = repository.root / "policies" / "privacy"
    for command in (["index"], ["export", str(tmp_path / "out"), "--today", "2026-11-22", "--jobs", "1"]):
        done = CliRunner().invoke(archive, [*command, "-C", str(deep)])
        assert done.exit_code == 0, done.output
    assert (repository.root / ".policyctl" / "archive.sqlite3").is_file()
    assert not (deep / ".policyctl").exists()


def test_every_export_of_a_day_has_the_same_bytes(repository: GitMaker, tmp_path: Path) -> None:
    """Whatever order the sets and dictionaries of a process have."""
    found = []
    for seed in ("0", "1", "4711"):
        out = tmp_path / seed
        command = [sys.executable, "-m", "policy_versions", "archive", "export", str(out), "--today", "2026-11-22"]
        place = ["-C", str(repository.root), "--index-file", str(tmp_path / f"{seed}.sqlite3")]
        subprocess.run([*command, *place], env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True)
        found.append({p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()})
    assert len(found[0]) > 20
    assert found[0] == found[1] == found[2]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_several_processes_write_the_bytes_that_one_writes(tmp_path: Path, today: date) -> None:
    git = GitMaker(tmp_path / "policies")
    git.commit({"policy.toml": TERMS})
    for n in range(140):
        git.commit({"terms.md": f"# Terms\n\nWe keep it for {n} days.\n\nAlways the same.\n"})
    file = tmp_path / "index.sqlite3"
    index = Index.open(file)
    with Record.open(git.root) as record:
        index.update(record)
    site = Site.of(index, today=today, log=index.log)
    told: list[tuple[int, int]] = []
    alone = export(site, tmp_path / "one")
    again = partial(reopen, file, today)
    shared_ = export(site, tmp_path / "two", jobs=2, again=again, progress=lambda *n: told.append(n))
    assert shared_ == alone
    assert told[-1] == (alone.pages, alone.pages)
    made = contents(tmp_path / "two")
    assert made == contents(tmp_path / "one")
    assert {p.path: p.content for p in site.pages()} == {k: v for k, v in made.items() if k != "_headers"}
    assert not list(broken(tmp_path / "two"))
    assert "only comparisons of each with the one before" in made["terms/compare/index.html"].decode()
    index.close()


@pytest.mark.shared
def test_a_real_history_is_exported_whole(shared: Path, tmp_path: Path) -> None:
    clone, out = tmp_path / "clone", tmp_path / "out"
    bundle = shared / "corpus" / "git" / "site-policy.bundle"
    subprocess.run(["git", "clone", "--quiet", str(bundle), str(clone)], check=True, capture_output=True)
    assert CliRunner().invoke(cli, ["import", "-C", str(clone)]).exit_code == 0
    narrow(clone / "policy.toml", ("github-community-guidelines", "github-account-recovery-policy"))
    for jobs in ("1", "2"):
        done = CliRunner().invoke(
            archive, ["export", str(out / jobs), "-C", str(clone), "--jobs", jobs, "--today", "2026-11-22"]
        )
        assert done.exit_code == 0, done.output
    made = contents(out / "1")
    assert made == contents(out / "2")
    assert sum(name.endswith(".md") for name in made) >= 40
    assert not list(broken(out / "1"))
    shutil.rmtree(out)


def narrow(file: Path, names: tuple[str, ...]) -> None:
    """Leave only some policies in a policy.toml."""
    head, *policies = file.read_text(encoding="utf-8").split("[[policy]]")
    kept = [p for p in policies if any(f'id = "{name}"' in p for name in names)]
    assert len(kept) == len(names)
    file.write_text("[[policy]]".join([head, *kept]), encoding="utf-8")
