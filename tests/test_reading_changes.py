"""The labelled changes of our own parse, keep to the labelling guide's words, and are spread widely."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.reading_changes import CATEGORIES, FOLDER, Change, ChangesFileError, read

LANGUAGES = ("zh", "en")
FILES = ("zh", "en", "zh-later", "en-later")
AMOUNTS = {"zh": 70, "en": 70, "zh-later": 50, "en-later": 50}
LEAST = 6
RARER = ("purpose", "scope", "notice", "security", "risk", "location", "ownership", "legal-basis", "minors")
ONE = "comment\n=== en-001 | bank | a note\n--- before\nWe keep it.\n\n--- after\nWe drop it.\n--- findings\n{}"


def changes(name: str) -> list[Change]:
    return read(FOLDER / f"{name}.txt")


def one(folder: Path, findings: str) -> list[Change]:
    path = folder / "one.txt"
    path.write_text(ONE.format(findings), encoding="utf-8")
    return read(path)


@pytest.mark.parametrize("name", FILES)
def test_ids_are_unique_and_name_the_language(name: str) -> None:
    ids = [change.id for change in changes(name)]
    assert len(set(ids)) == len(ids) >= AMOUNTS[name]
    assert {change.language for change in changes(name)} == {name[:2]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_written_once_and_differ(language: str) -> None:
    found = [*changes(language), *changes(f"{language}-later")]
    assert len({change.id for change in found}) == len(found)
    assert all(change.before != change.after for change in found)
    assert len({change.before for change in found}) == len(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_is_there_and_hard_negatives_too(language: str) -> None:
    found = changes(language)
    counts = Counter(finding.category for change in found for finding in change.findings)
    assert set(counts) == CATEGORIES
    assert {category: counts[category] for category in RARER if counts[category] < LEAST} == {}
    assert 0.2 <= sum(not change.material for change in found) / len(found) <= 0.4


@pytest.mark.parametrize("language", LANGUAGES)
def test_everyday_edits_are_small_and_many_mean_nothing(language: str) -> None:
    found = changes(f"{language}-later")
    assert sum(len(change.findings) <= 2 for change in found) / len(found) >= 0.7
    assert 0.25 <= sum(not change.material for change in found) / len(found) <= 0.45


def test_a_change_is_read_with_its_finding(tmp_path: Path) -> None:
    (change,) = one(tmp_path, "retention changed restricts | We keep it. | We drop it.\n")
    assert (change.sector, change.before, change.after, change.material) == ("bank", "We keep it.", "We drop it.", True)
    assert change.findings[0].evidence_after == "We drop it."


@pytest.mark.parametrize(
    ("direction", "material"), [("expands", True), ("restricts", False), ("neutral", False)], ids=str
)
def test_gentle_categories_count_where_the_person_has_less(tmp_path: Path, direction: str, material: bool) -> None:
    (change,) = one(tmp_path, f"security added {direction} | - | We drop it.")
    assert change.findings[0].evidence_before == ""
    assert change.material is material


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("secrets added expands | - | We drop it.", "'secrets' is none of"),
        ("data grown expands | - | We drop it.", "'grown' is none of"),
        ("data added worse | - | We drop it.", "'worse' is none of"),
        ("data added expands | - | -", "evidence on one side"),
        ("data added expands | We drop it. | -", "not a quote from its side"),
        ("data added expands | We drop it.", "wanted `category"),
        ("=== broken", "begins with ==="),
    ],
)
def test_a_wrong_label_is_named(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(ChangesFileError, match=r"one\.txt") as caught:
        one(tmp_path, line)
    assert says in str(caught.value)


def test_a_missing_side_is_named(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text("=== en-001 | bank | a note\n--- before\nWe keep it.\n--- findings\n", encoding="utf-8")
    with pytest.raises(ChangesFileError, match=r"one\.txt: en-001: wanted --- before"):
        read(path)
