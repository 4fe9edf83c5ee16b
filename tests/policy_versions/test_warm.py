"""Patterns kept from the last run of a command: the same patterns, never needed, and never believed blindly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = (
    r"(?P<year>\d{4})-(?P<month>\d\d)",
    r"(?i:[\u4e00-\u9fff]{2,}(?=。)|straße)",
    r"(?<!a)b+?(c|d)\1",
    r"^\s*[^\W\d_]+$",
)
TEXTS = ("on 2026-11 and 2027-01", "收集个人信息。STRASSE straße", "abcc bdd bcd", "Wort\n word\n1")
RUN = """
import re, sys
from policy_versions.warm import warm
warm(sys.argv[1])
before = len(re._cache)
sources = sys.argv[2].split("\\n") + [f"filler{n}" for n in range(20)]
found = [[m.span() for m in re.finditer(p, t, re.M)] for p in sources for t in sys.argv[3].split("\\t")]
named = [re.compile(p, re.M).groupindex for p in sources]
print(before, found, [dict(n) for n in named])
"""


def run(folder: Path, command: str = "check") -> tuple[int, str]:
    """Run a process that compiles the patterns; give how many it was given back, and what they found."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", RUN, command, "\n".join(SOURCES), "\t".join(TEXTS)],
        env={**environment, "PYTHONPYCACHEPREFIX": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    given, found = done.stdout.split(" ", 1)
    return int(given), found


def kept(folder: Path) -> list[Path]:
    return list(folder.rglob("patterns-*.data"))


def test_a_second_run_is_given_the_patterns_and_finds_the_same(tmp_path: Path) -> None:
    first = run(tmp_path)
    assert len(kept(tmp_path)) == 1
    second = run(tmp_path)
    assert second[1] == first[1]
    assert second[0] >= first[0] + len(SOURCES)


@pytest.mark.parametrize("command", ["check", "classify"])
def test_each_command_keeps_its_own(tmp_path: Path, command: str) -> None:
    run(tmp_path, command)
    assert [file.name.split(".")[0] for file in kept(tmp_path)] == [f"patterns-{command}"]


@pytest.mark.parametrize("damage", ["empty", "cut", "numbers", "interpreter"])
def test_a_damaged_or_foreign_file_is_passed_over(tmp_path: Path, damage: str) -> None:
    first = run(tmp_path)
    (file,) = kept(tmp_path)
    data = file.read_bytes()
    spoilt = {
        "empty": b"",
        "cut": data[: len(data) // 2],
        "numbers": data[:-400] + b"\xff" * 400,
        "interpreter": b"3.0" + data[3:],
    }
    file.write_bytes(spoilt[damage])
    assert run(tmp_path)[1] == first[1]
