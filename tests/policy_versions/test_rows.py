"""Table rows: cells belong together by their columns' names, and a finding names row and column."""

from __future__ import annotations

import pytest

from policy_versions.alignment import align, edits
from policy_versions.classify import classify
from policy_versions.document import parse
from policy_versions.model import Direction, Finding
from policy_versions.rows import answer

RIGHTS = """## Categories

| Category | Collected | Sold to third parties |
|---|---|---|
| E-mail address | YES | NO |
| Geolocation data | YES | NO |
"""
SDKS = """## Third-party SDKs

| SDK | Company | Data | Purpose |
|---|---|---|---|
| Alpha Push | Alpha Inc. | device identifier | push messages |
| Beta Maps | Beta Ltd. | location | maps |
"""
NEW = "| Gamma Ads | Gamma LLC | advertising identifier | advertising |\n"


def found(before: str, after: str) -> list[Finding]:
    return list(classify(before, after, "en").findings)


def told(before: str, after: str) -> list[tuple[str, Direction, str]]:
    return [(f.category, f.direction, f.args["what"]) for f in found(before, after)]


def columns(text: str, order: tuple[int, ...]) -> str:
    """Put the columns of every table of a text into another order."""
    rows = []
    for row in text.splitlines():
        cells = row.strip("|").split("|")
        rows.append("|" + "|".join(cells[k] for k in order) + "|" if row.startswith("|") else row)
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("order", [(1, 0, 2, 3), (3, 2, 1, 0), (0, 3, 1, 2)])
def test_columns_in_another_order_say_the_same(order: tuple[int, ...]) -> None:
    assert found(SDKS, columns(SDKS, order)) == []


def test_a_change_in_a_table_with_swapped_columns_is_still_found() -> None:
    after = columns(SDKS.replace("push messages", "advertising"), (2, 0, 1, 3))
    assert told(SDKS, after) == [("purpose", "expands", "Alpha Push · Purpose: advertising")]


def test_no_turned_into_yes_names_row_and_column() -> None:
    after = RIGHTS.replace("Geolocation data | YES | NO", "Geolocation data | YES | YES")
    assert told(RIGHTS, after) == [("recipients", "expands", "Geolocation data · Sold to third parties: NO → YES")]
    assert told(after, RIGHTS) == [("recipients", "restricts", "Geolocation data · Sold to third parties: YES → NO")]
    (finding,) = found(RIGHTS, after)
    assert (finding.evidence_before, finding.evidence_after) == ("NO", "YES")
    assert finding.lines_after.first == 6


def test_headings_that_change_places_over_the_same_cells_change_what_these_say() -> None:
    after = RIGHTS.replace("Collected | Sold to third parties", "Sold to third parties | Collected")
    assert [t[2] for t in told(RIGHTS, after)] == [
        "E-mail address · Sold to third parties: NO → YES",
        "E-mail address · Collected: YES → NO",
        "Geolocation data · Sold to third parties: NO → YES",
        "Geolocation data · Collected: YES → NO",
    ]


def test_an_answer_that_no_rule_understands_is_for_a_person_to_judge() -> None:
    table = "## List\n\n| Kind | Applies |\n|---|---|\n| Thing | {} |\n"
    assert told(table.format("yes"), table.format("no")) == [("unclassified", "neutral", "Thing · Applies: yes → no")]


def test_a_new_recipient_is_told_by_name_with_what_its_row_says() -> None:
    detail = "(Company: Gamma LLC; Data: advertising identifier; Purpose: advertising)"
    whats = told(SDKS, SDKS + NEW)
    assert ("recipients", "expands", f"Gamma Ads {detail}") in whats
    assert ("data", "expands", "Gamma Ads · Data: advertising identifier") in whats
    assert ("purpose", "expands", "Gamma Ads · Purpose: advertising") in whats
    assert {t[1] for t in told(SDKS + NEW, SDKS)} == {"restricts"}


def test_a_row_keeps_its_partner_by_its_name_whatever_else_changes() -> None:
    after = SDKS.replace(
        "Beta Maps | Beta Ltd. | location | maps", "Beta Maps | Zeta Holding | contacts, photos | advertising, research"
    )
    pairs = [(e.before, e.after) for e in edits(align(parse(SDKS), parse(after)))]
    assert pairs == [("Beta Ltd.", "Zeta Holding"), ("location", "contacts, photos"), ("maps", "advertising, research")]


def test_a_list_made_a_table_gains_columns_and_nothing_else() -> None:
    items = "\n".join("- " + row.strip("| ").replace(" | ", ", ") for row in SDKS.splitlines()[4:])
    assert found(f"## Third-party SDKs\n\n{items}\n", SDKS) == []


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        *(
            ("YES", True),
            ("**No**", False),
            ("✓", True),
            ("×", False),
            ("是", True),
            ("否", False),
            ("Not sold", False),
        ),
        *(("yes, with your consent", None), ("nothing", None), ("Norway", None), ("", None)),
    ],
)
def test_answers(cell: str, meaning: bool | None) -> None:
    assert answer(cell) is meaning


def test_a_passage_that_the_layout_put_into_a_cell_is_read_by_its_sentences() -> None:
    said = [
        "We keep the orders that you place for two years so that we can answer questions about them.",
        "Our staff in the workshop see your name and the model of your bicycle when you book a repair.",
        "You may ask us at any time what we know about you, and we answer within thirty days of that.",
        "If you write to us, we read your letter and answer it as soon as we can, usually in three days.",
    ]
    table = "| Topic | What we do |\n|---|---|\n| Shop | {} |\n"
    before = table.format("<br><br>".join(said))
    after = table.format("<br><br>".join([said[3], *said[:2], said[2].replace("thirty", "forty")]))
    assert [(e.before, e.after) for e in edits(align(parse(before), parse(after)))] == [
        (said[2], said[2].replace("thirty", "forty"))
    ]
