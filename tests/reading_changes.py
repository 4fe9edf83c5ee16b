"""Read `tests/changes/zh.txt` and `en.txt`: invented policy changes, labelled by hand.

The head of each file describes its form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "changes"
CATEGORIES: Final = frozenset(
    {"purpose", "data", "method", "legal-basis", "ownership", "recipients", "rights", "contact", "risk", "retention"}
    | {"location", "minors", "security", "notice", "scope"}
)
EFFECTS: Final = frozenset({"added", "removed", "changed"})
DIRECTIONS: Final = frozenset({"expands", "restricts", "neutral"})
GENTLE: Final = frozenset({"security", "notice", "scope"})
ABSENT: Final = "-"
LONGEST: Final = 200

_HEAD: Final = re.compile(r"^=== (?P<id>[a-z]{2}-\d{3}) \| (?P<sector>[^|\n]+) \| (?P<note>.+)$", re.MULTILINE)
_BODY: Final = re.compile(
    r"\n--- before\n(?P<before>.+?)\n--- after\n(?P<after>.+?)\n--- findings\n?(?P<findings>.*)", re.DOTALL
)


class ChangesFileError(ValueError):
    """Say which file and which change cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One finding that a reader expects; absent evidence is empty."""

    category: str
    effect: str
    direction: str
    evidence_before: str
    evidence_after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One passage before and after, and what a reader finds in it."""

    id: str
    sector: str
    note: str
    before: str
    after: str
    findings: tuple[Labelled, ...]

    @property
    def language(self) -> str:
        """Return `zh` or `en`, the first part of the id."""
        return self.id.partition("-")[0]

    @property
    def material(self) -> bool:
        """Tell whether any finding counts: security, notice and scope do so only where the person ends up with less."""
        return any(f.category not in GENTLE or f.direction == "expands" for f in self.findings)


def read(path: Path) -> list[Change]:
    """Read one file; raises ChangesFileError naming file and change where the form or a label is wrong."""
    text = path.read_text(encoding="utf-8")
    heads = list(_HEAD.finditer(text))
    if len(heads) != len(re.findall(r"^===", text, re.MULTILINE)):
        raise ChangesFileError(f"{path.name}: a line begins with === but is not `=== id | sector | note`")
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [_change(path.name, head, text[head.end() : end]) for head, end in zip(heads, ends, strict=True)]


def _change(file: str, head: re.Match[str], body: str) -> Change:
    where = f"{file}: {head['id']}"
    parts = _BODY.fullmatch(body)
    if parts is None:
        raise ChangesFileError(f"{where}: wanted --- before, --- after and --- findings, in this order")
    before, after = (parts[side].strip("\n") for side in ("before", "after"))
    lines = [line for line in parts["findings"].splitlines() if line.strip()]
    findings = tuple(_finding(where, line, before, after) for line in lines)
    return Change(head["id"], head["sector"], head["note"], before, after, findings)


def _finding(where: str, line: str, before: str, after: str) -> Labelled:
    cells = line.split(" | ")
    words = cells[0].split()
    if len(cells) != 3 or len(words) != 3:
        raise ChangesFileError(f"{where}: wanted `category effect direction | before | after`, not {line!r}")
    for word, known in zip(words, (CATEGORIES, EFFECTS, DIRECTIONS), strict=True):
        if word not in known:
            raise ChangesFileError(f"{where}: {word!r} is none of {', '.join(sorted(known))}")
    old, new = ("" if cell.strip() == ABSENT else cell.strip() for cell in cells[1:])
    if not old and not new:
        raise ChangesFileError(f"{where}: a finding needs evidence on one side at least")
    for quote, side in ((old, before), (new, after)):
        if quote not in side or len(quote) > LONGEST:
            raise ChangesFileError(f"{where}: not a quote from its side of at most {LONGEST} signs: {quote!r}")
    category, effect, direction = words
    return Labelled(category, effect, direction, old, new)
