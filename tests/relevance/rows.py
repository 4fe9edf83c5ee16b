"""The figures of labelled changes: one row for each category that the rules found in one, no word of any text."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from policy_versions.classify import described

ROWS = Path(__file__).parent / "rows.tsv"
NAMED = ("category", "kind")
MEASURED = (
    *("score", "beside", "findings", "share", "edits", "few", "categories", "alone", "pair", "fresh", "all fresh"),
    "guess",
)
COLUMNS = ("set", "change", "listed", *NAMED, *MEASURED)


@dataclass(frozen=True, slots=True)
class Row:
    """What was found of one category in one change, and whether its reader listed that category."""

    group: str
    change: int
    listed: bool
    traits: dict[str, float]

    def cells(self) -> list[str]:
        """Give the cells of the table's line."""
        named = [next(n.split(" ", 1)[1] for n in self.traits if n.startswith(f"{k} ")) for k in NAMED]
        return [
            self.group,
            str(self.change),
            str(int(self.listed)),
            *named,
            *(f"{self.traits[n]:.3g}" for n in MEASURED),
        ]


def read(path: Path = ROWS) -> list[Row]:
    """Read the table."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_row(line) for line in csv.DictReader(file, delimiter="\t")]


def _row(line: dict[str, str]) -> Row:
    named = {f"{k} {line[k]}": 1.0 for k in NAMED}
    return Row(
        line["set"],
        int(line["change"]),
        line["listed"] == "1",
        {"one": 1.0} | named | {n: float(line[n]) for n in MEASURED},
    )


def write(rows: Iterable[Row], path: Path = ROWS) -> None:
    """Write the table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerow(COLUMNS)
        out.writerows(row.cells() for row in rows)


def measured(folders: Sequence[Path]) -> Iterator[Row]:
    """Measure labelled sets in the shape of the corpus (`labels.jsonl` and the texts that it names)."""
    change = 0
    for folder in folders:
        for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
            label = json.loads(line)
            texts = [(folder / label[f"{side}_file"]).read_text(encoding="utf-8") for side in ("before", "after")]
            change += 1
            wanted = {f["category"] for f in label["findings"]}
            group = f"{label['language']} {label['group']}"
            for category, figures in described(texts[0], texts[1], label["language"]):
                yield Row(group, change, category in wanted, figures)
