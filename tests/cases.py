"""Read `tests/cases/<rule-id>.md`: for each language a text before and after, what the rule finds, and a guard.

The guard is another text that may follow `before`, on which the rule must keep silent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True)
class Case:
    """One example of a rule in one language."""

    rule: str
    language: str
    under: str
    before: str
    after: str
    finds: str
    guard: str

    def page(self, sentence: str) -> str:
        """Put a sentence into a small policy, below its heading and between sentences that say nothing."""
        first, last = ("欢迎光临。", "祝您愉快。") if self.language == "zh-CN" else ("Hello there.", "Have a nice day.")
        heading = f"## {self.under}\n\n" if self.under else ""
        body = f"{sentence}\n\n" if sentence else ""
        return f"{first}\n\n{heading}{body}{last}\n"


def read(path: Path) -> tuple[Case, ...]:
    """Read one case file; raises KeyError where a line is missing."""
    found = []
    for part in path.read_text(encoding="utf-8").split("\n## ")[1:]:
        language, body = part.split("\n", 1)
        lines = dict(re.findall(r"^- (\w+): (.*)$", body, re.MULTILINE))
        under, before = lines.get("under", ""), lines.get("before", "")
        found.append(Case(path.stem, language.strip(), under, before, lines["after"], lines["finds"], lines["guard"]))
    return tuple(found)


CASES: Final = tuple(case for path in sorted(FOLDER.glob("*.md")) for case in read(path))
