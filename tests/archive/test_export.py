"""The export can be made again over itself, and refuses to write among what is not its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from archive import links
from archive.cli import archive
from archive.export import export
from archive.site import Site
from policy_versions.errors import ConfigError
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
