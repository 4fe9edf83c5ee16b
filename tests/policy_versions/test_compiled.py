"""What is kept from a data file: made anew when the file or its maker changes, never needed, never half-written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from policy_versions.compiled import compiled


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file = tmp_path / "words.yaml"
    file.write_text("one")
    return file


def make(data: Path, made: list[str]) -> object:
    def work() -> dict[str, list[str]]:
        made.append(data.read_text())
        return {"words": [data.read_text()]}

    return compiled("words", (data,), work)


def test_it_is_made_once_and_anew_when_a_source_changes(data: Path) -> None:
    made: list[str] = []
    assert [make(data, made), make(data, made)] == [{"words": ["one"]}] * 2
    data.write_text("two")
    assert make(data, made) == {"words": ["two"]}
    assert made == ["one", "two"]


@pytest.mark.parametrize("rest", [b"", b"\0", b"no marshal"])
def test_what_was_kept_and_is_damaged_is_made_anew(data: Path, rest: bytes) -> None:
    made: list[str] = []
    make(data, made)
    (kept,) = (data.parent / "__pycache__").iterdir()
    kept.write_bytes(kept.read_bytes()[:32] + rest)
    assert make(data, made) == {"words": ["one"]}
    assert made == ["one", "one"]


def test_nothing_is_written_where_python_writes_no_modules(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    made: list[str] = []
    assert [make(data, made), make(data, made)] == [{"words": ["one"]}] * 2
    assert made == ["one", "one"]
    assert [p.name for p in data.parent.iterdir()] == ["words.yaml"]


def test_a_place_that_cannot_be_written_is_no_error(data: Path) -> None:
    (data.parent / "__pycache__").write_text("a file where the folder should be")
    made: list[str] = []
    assert make(data, made) == {"words": ["one"]}
    assert made == ["one"]
