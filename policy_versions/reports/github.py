"""Annotations on the changed lines of a pull request, as GitHub's workflow commands; the ten worst first."""

from __future__ import annotations

from typing import Final

from policy_versions.reports.markup import visible
from policy_versions.reports.notes import Note, Weight, notes
from policy_versions.reports.summary import Report, overall
from policy_versions.reports.words import Words

MOST: Final = 10  # GitHub shows so many of a kind for a step, and drops the rest in silence
_COMMANDS: Final = {Weight.ERROR: "error", Weight.WARNING: "warning", Weight.NOTE: "notice"}


def render(report: Report, say: Words) -> str:
    """Return the verdict, then a command a line; no foreign text can begin a command of its own."""
    found = notes(report, say)
    lines = [visible(say.each(lambda one: overall(report, one), " / ")).replace("##[", "## [")]
    lines += [_annotation(note) for note in found[:MOST]]
    if found[MOST:]:
        rest = say.each(lambda one: one("report.annotations", count=len(found) - MOST), " / ")
        lines.append(f"::notice::{data(rest)}")
    return "\n".join(lines) + "\n"


def _annotation(note: Note) -> str:
    span, place = note.place.lines, {}
    if span.first == span.last and note.place.first_column:
        place = {"col": note.place.first_column, "endColumn": note.place.last_column}
    values = {"file": note.path, "line": span.first, "endLine": span.last, **place, "title": note.title}
    said = ",".join(f"{name}={_property(str(value))}" for name, value in values.items())
    return f"::{_COMMANDS[note.weight]} {said}::{data(visible(note.text))}"


def data(text: str) -> str:
    """Escape the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return data(text).replace(":", "%3A").replace(",", "%2C")
