"""The catalogue has no gap, every test that it names runs the real commands, and every text of it is met by `check`."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policy_versions.model import Level
from tests.faults.house import Fault, House, catalogue, codes
from tests.policy_versions.test_obligations import LETTER, ROWS

ROOT = Path(__file__).parents[2]
SERIES = {"S": 45, "L": 26, "E": 3, "M": 16, "R": 46, "T": 6, "D": 16, "P": 20, "A": 11, "U": 28}
TEXTS = [f for f in catalogue() if f.text]
DECIDED = [f for f in TEXTS if "decided" in f.text]
KEYS = {"under", "before", "after", "finds", "level", "blocks", "guardian", "material", "decided"}


# -- the catalogue itself ----------------------------------------------------------------------------------------------


def test_ids_have_no_gap_and_each_entry_says_how_it_stands() -> None:
    found = defaultdict(list)
    for fault in catalogue():
        found[fault.id[0]].append(int(fault.id[1:]))
        ways = [bool(fault.text), bool(fault.tests), bool(fault.never)]
        assert ways.count(True) == 1, fault.id
        assert fault.says.endswith("."), fault.id
        assert fault.text.keys() <= KEYS, fault.id
        assert not fault.elsewhere or fault.never, fault.id
        assert not fault.text or fault.text.keys() & {"finds", "blocks", "material"}, fault.id
    assert {k: len(v) for k, v in found.items()} == SERIES
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in found.values())


def test_each_row_of_the_table_has_its_case() -> None:
    rows = [f.text.get("decided") or f.text["finds"] for f in catalogue() if f.id.startswith("R")]
    assert rows == [*(f"{row[0]} {row[1]}" for row in ROWS), "unclassified neutral"]


@pytest.mark.parametrize("fault", [f for f in catalogue() if f.tests or f.elsewhere], ids=lambda f: f.id)
def test_each_named_test_is_there_and_runs_the_real_commands(fault: Fault) -> None:
    for name in (*fault.tests, *([fault.elsewhere] if fault.elsewhere else [])):
        file, _, function = name.partition("::")
        assert function in _defined(file), name
        if name in fault.tests:
            assert _runs(file, function), f"{name} runs no command"


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text("utf-8"))


@cache
def _defined(file: str) -> dict[str, ast.AST]:
    """Return what a module of tests defines: functions, fixtures, classes, by name."""
    return {x.name: x for x in _tree(file).body if isinstance(x, ast.FunctionDef | ast.ClassDef)}


@cache
def _imported(file: str) -> dict[str, str]:
    """Return which names a module takes from other modules of tests, and from which files."""
    found = {}
    for node in _tree(file).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            path = f"{(node.module or '').replace('.', '/')}.py"
            found |= {alias.name: path for alias in node.names}
    return found


def _runs(file: str, name: str) -> bool:
    """Say whether a test reaches, over helpers and fixtures, the command line: `main`, or the program by its name."""
    todo, seen = [(file, name)], set()
    while todo:
        here = todo.pop()
        if here in seen or here[1] not in _defined(here[0]):
            continue
        seen.add(here)
        node = _defined(here[0])[here[1]]
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        names |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
        idle = {id(n.value) for n in ast.walk(node) if isinstance(n, ast.Expr)}  # what is only said of a test
        texts = (n for n in ast.walk(node) if isinstance(n, ast.Constant) and id(n) not in idle)
        said = " ".join(str(n.value) for n in texts if isinstance(n.value, str))
        main = any(isinstance(n, ast.ImportFrom) and n.module == "policy_versions.cli" for n in _tree(here[0]).body)
        if ("main" in names and main) or re.search(r"(?<![\w.])policyctl(?![\w.])", said):
            return True
        todo += [(here[0], n) for n in names] + [(_imported(here[0])[n], n) for n in names & _imported(here[0]).keys()]
    return False


def test_a_test_that_runs_nothing_is_known_as_such() -> None:
    assert not _runs("tests/policy_versions/test_plain.py", next(iter(_defined("tests/policy_versions/test_plain.py"))))


# -- its texts ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Change all texts of the catalogue in one commit, each a policy, and check that commit."""
    house = House(tmp_path_factory.mktemp("faults") / "repo", {f.id.lower(): f.page("before") for f in TEXTS})
    house.git.commit({f"policies/{f.id.lower()}/en.md": f.page("after") for f in TEXTS})
    return house.check("HEAD~1..HEAD")


@pytest.mark.parametrize("fault", TEXTS, ids=lambda f: f.id)
def test_each_text_is_met(reports: dict[str, Any], fault: Fault) -> None:
    report = reports[fault.id.lower()]
    wanted = fault.text
    found = [f for f in report["findings"] if f"{f['category']} {f['direction']}" == wanted.get("finds")]
    assert found or "finds" not in wanted, [(f["category"], f["direction"]) for f in report["findings"]]
    assert set(wanted.get("blocks", ())) <= codes(report)
    least = Level(wanted.get("level", "none"))
    assert not found or max(Level(f["duty"]["level"]).rank for f in found) >= least.rank
    assert report["guardian"] or "guardian" not in wanted
    assert "material" not in wanted or any(f["material"] for f in report["findings"])
    assert "decided" in wanted or not fault.id.startswith("R") or _asks(found, wanted["finds"])


def _asks(found: list[dict[str, Any]], kind: str) -> bool:
    """Say whether a finding asks for at least what its row asks where every condition is known to be false."""
    letters = next((row[2:6] for row in ROWS if f"{row[0]} {row[1]}" == kind), ["p"])
    floor = max(LETTER[x].rank for x in letters)
    return all(Level(f["duty"]["level"]).rank >= floor for f in found)


@pytest.fixture(scope="session")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Publish, change, draft, and let a person say what kind of change each is; then check again."""
    house = House(tmp_path_factory.mktemp("ruled") / "repo", {f.id.lower(): f.page("before") for f in DECIDED})
    house.publish()
    house.git.commit({f"policies/{f.id.lower()}/en.md": f.page("after") for f in DECIDED})
    house.run("draft")
    drafted = house.check()
    for fault in DECIDED:
        category, direction = fault.text["decided"].split()
        (finding,) = drafted[fault.id.lower()]["findings"]
        said = ("--verdict", "confirmed", "--reason", "read", "--by", "lin@example.com", "--sentence", "en=It changed.")
        kind = ("--category", category, "--direction", direction, "--policy", fault.id.lower())
        house.run("decide", finding["fingerprint"], *said, *kind)
    return house.check()


@pytest.mark.parametrize("fault", DECIDED, ids=lambda f: f.id)
def test_what_a_person_calls_a_change_brings_the_duty_of_that_row(ruled: dict[str, Any], fault: Fault) -> None:
    report = ruled[fault.id.lower()]
    row = next(r for r in ROWS if f"{r[0]} {r[1]}" == fault.text["decided"])
    (finding,) = report["findings"]
    level = Level(finding["duty"]["level"])
    assert level.rank >= max(LETTER[x].rank for x in row[2:6]), (level, row)
    assert "undecided" not in codes(report)
