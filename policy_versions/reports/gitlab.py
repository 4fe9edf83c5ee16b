"""Code quality for GitLab's merge requests: a list of remarks, each known again by its fingerprint."""

from __future__ import annotations

import json
from typing import Final

from policy_versions.model import Level
from policy_versions.reports.notes import Note, Weight, notes
from policy_versions.reports.summary import Report
from policy_versions.reports.words import Words

_SEVERITY: Final = {Weight.ERROR: "critical", Weight.WARNING: "major", Weight.NOTE: "info"}


def render(report: Report, say: Words) -> str:
    """Return the report that `artifacts: reports: codequality` takes; no two remarks share a fingerprint."""
    found = {(n.path, n.fingerprint): n for n in reversed(notes(report, say))}
    return json.dumps([_issue(n) for n in reversed(found.values())], ensure_ascii=False, indent=2) + "\n"


def _issue(note: Note) -> dict[str, object]:
    blocker = note.found is not None and note.found.obligation.level is Level.GUARDIAN and note.decision is None
    return {
        "description": f"{note.title}: {note.text.replace(chr(10), ' / ')}",
        "check_name": note.rule,
        "fingerprint": f"{note.fingerprint}-{note.found.language if note.found else 'lint'}",
        "severity": "blocker" if blocker else _SEVERITY[note.weight],
        "location": {
            "path": note.path,
            "lines": {"begin": note.place.lines.first, "end": note.place.lines.last},
        },
    }
