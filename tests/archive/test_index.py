"""The index answers as git does, takes over only what is new, and can be thrown away."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from archive import site
from archive.index import Index
from policy_versions.errors import UnknownVersionError
from policy_versions.release import Record, stated
from tests.archive.conftest import TERMS
from tests.policy_versions.gitmaker import GitMaker


@pytest.fixture
def made(tmp_path: Path) -> GitMaker:
    git = GitMaker(tmp_path / "policies")
    git.commit({"policy.toml": TERMS, "terms.md": "# Terms\n\none\n"})
    git.commit({"terms.md": "# Terms\r\n\r\ntwo 中文\r\n"})
    git.commit({"terms.md": "# Terms\n\none\n"})
    return git


def test_every_text_is_the_one_git_has(made: GitMaker) -> None:
    index = Index.open()
    with Record.open(made.root) as record:
        assert index.update(record) == 2
        assert index.update(record) == 0
        releases = record.releases("terms", today=date(2030, 1, 1))
        assert [r.number for r in releases] == ["1", "2", "3"]
        for release in releases:
            assert index.bytes(release, "en") == record.bytes(release, "en")
        assert index.publisher == record.publisher
        assert stated(index.releases("terms", today=date.max), date(2024, 1, 2)) == record.releases(
            "terms", today=date(2024, 1, 2)
        )
    index.close()


def test_by_date_agrees_with_the_record(made: GitMaker) -> None:
    index = Index.open()
    with Record.open(made.root) as record:
        index.update(record)
        for day in (date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 3), date(2025, 1, 1)):
            release = record.in_force("terms", on=day)
            assert release is not None
            assert index.text_on("terms", "en", day) == record.bytes(release, "en")
    with pytest.raises(UnknownVersionError, match="2023-12-31"):
        index.text_on("terms", "en", date(2023, 12, 31))
    with pytest.raises(UnknownVersionError):
        index.text_of("terms", "9", "en")
    index.close()


def test_only_new_texts_are_read(made: GitMaker, tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite3"
    with Record.open(made.root) as record:
        first = Index.open(file)
        assert first.update(record) == 2
        first.close()
    made.commit({"terms.md": "# Terms\n\nfour\n"})
    with Record.open(made.root) as record:
        again = Index.open(file)
        assert again.update(record) == 1
        assert again.text_of("terms", "4", "en") == b"# Terms\n\nfour\n"
        again.close()


def test_a_broken_file_is_made_anew(made: GitMaker, tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite3"
    file.write_bytes(b"this is no database at all, not even a little" * 50)
    index = Index.open(file)
    with Record.open(made.root) as record:
        assert index.update(record) == 2
    index.close()


def test_pages_from_the_index_are_those_from_git(made: GitMaker) -> None:
    index = Index.open()
    today = date(2024, 6, 1)
    with Record.open(made.root) as record:
        index.update(record)
        from_git = {p.path: p.content for p in site.pages(record, today=today)}
    assert from_git == {p.path: p.content for p in site.pages(index, today=today)}
    index.close()
