"""A review for programs: stable keys, `schema_version` 1, everything the other formats say.

The schema is beside this file (schemas/report.schema.json); keys are only added.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from policy_versions.decisions import Block
from policy_versions.model import Editorial, Lines, Outlook, Passage, ReleaseFinding
from policy_versions.reports.pairing import ordered
from policy_versions.reports.summary import Report, headline, made, overall, strictest
from policy_versions.reports.words import LANGUAGES, Words, words
from policy_versions.review import Review

VERSION = 1


def render(report: Report, say: Words | None = None) -> str:  # noqa: ARG001 - programs get all languages
    """Return the report as one JSON object, readable, in UTF-8."""
    said = {
        "schema_version": VERSION,
        "level": strictest(report.reviews),
        "blocked": any(r.blocks for r in report.reviews),
        "verdict": {x: overall(report, words(x)) for x in LANGUAGES},
        "policies": [_review(r, report.outlooks.get(r.policy.id)) for r in report.reviews],
        "unjudged": list(report.unjudged),
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def schema() -> str:
    """Return the JSON Schema (2020-12) that every report keeps to."""
    return files("policy_versions.reports").joinpath("schemas", "report.schema.json").read_text(encoding="utf-8")


def _review(review: Review, outlook: Outlook | None) -> dict[str, object]:
    release = review.release
    return {
        "policy": review.policy.id,
        "title": dict(review.policy.title),
        "files": dict(review.policy.files),
        "before": review.before,
        "number": release.number,
        "drafted": review.drafted,
        "verdict": {x: headline(review, words(x)) for x in LANGUAGES},
        "level": release.level,
        "guardian": release.guardian,
        "lead_days": release.lead_days,
        "earliest_effective_on": review.earliest.isoformat(),
        "effective_on": release.effective_on.isoformat() if release.effective_on else None,
        "summaries": dict(release.summaries),
        "added": list(review.added),
        "removed": list(review.removed),
        "findings": [_finding(review, f) for f in ordered(review)],
        "editorial": [_editorial(language, e) for language, e in review.editorial],
        "notices": [{"language": m.language, "subject": m.subject, "text": m.text} for m in outlook.mails]
        if outlook
        else [],
        "touched": _reach(outlook),
        "blocks": [_block(b) for b in review.blocks],
        "warnings": [_block(b) for b in review.warnings],
    }


def _reach(outlook: Outlook | None) -> dict[str, object] | None:
    """Return the counts; None where nobody counted, which is not zero."""
    if outlook is None or outlook.reach is None:
        return None
    found = outlook.reach
    return {
        "source": found.source,
        "people": found.people,
        "minors": found.minors,
        "channels": dict(found.channels),
        "languages": dict(found.languages),
        "unreachable": dict(found.unreachable),
        "bad_rows": found.bad_rows,
    }


def _finding(review: Review, found: ReleaseFinding) -> dict[str, object]:
    f, duty, decision = found.finding, found.obligation, made(review, found)
    day = review.dates.get(f.fingerprint)
    return {
        "fingerprint": f.fingerprint,
        "language": found.language,
        "rule": f.rule,
        "category": f.category,
        "effect": f.effect,
        "direction": f.direction,
        "material": f.material,
        "confidence": f.confidence,
        "sensitive": f.sensitive,
        "evidence_before": f.evidence_before,
        "evidence_after": f.evidence_after,
        "lines": {"before": _lines(f.lines_before), "after": _lines(f.lines_after)},
        "place": _place(review, found),
        "also": [_passage(p) for p in f.also],
        "path": list(f.path),
        "explanation": dict(f.explanation),
        "witness": dict(f.witness),
        "confidence_reason": dict(f.confidence_reason),
        "terms": list(f.terms),
        "duty": {
            "level": duty.level,
            "lead_days": duty.lead_days,
            "earliest_effective_on": day.isoformat() if day else None,
            "guardian": duty.guardian,
            "law": list(duty.law),
            "jurisdictions": dict(duty.jurisdictions),
            "blocks": list(duty.blocks),
            "modifiers": list(duty.modifiers),
        },
        "questions": list(review.questions.get(f.fingerprint, ())),
        "decision": decision
        and {
            "verdict": decision.verdict,
            "reason": decision.reason,
            "by": decision.by,
            "on": decision.on.isoformat(),
            "second": decision.second,
            "level": decision.level,
            "answers": dict(decision.answers),
            "says": dict(decision.says),
            "same_as": dict(decision.same_as),
            "category": decision.category,
            "direction": decision.direction,
        },
    }


def _place(review: Review, found: ReleaseFinding) -> dict[str, Any] | None:
    """Say where the finding shows in the new file; None for one that the texts no longer show."""
    place = review.places.get((found.language, found.finding.fingerprint))
    if place is None:
        return None
    columns = [place.first_column, place.last_column] if place.first_column else None
    return {"lines": _lines(place.lines), "columns": columns}


def _passage(one: Passage) -> dict[str, object]:
    lines = {"before": _lines(one.lines_before), "after": _lines(one.lines_after)}
    return {"evidence_before": one.before, "evidence_after": one.after, "lines": lines}


def _editorial(language: str, change: Editorial) -> dict[str, object]:
    lines = {"before": _lines(change.lines_before), "after": _lines(change.lines_after)}
    said = {"before": change.before, "after": change.after, "lines": lines}
    reason = {x: words(x)(f"editorial.{change.kind}") for x in LANGUAGES}
    return {"language": language, "kind": change.kind, "reason": reason, **said}


def _lines(lines: Lines) -> list[int]:
    return [lines.first, lines.last]


def _block(block: Block) -> dict[str, object]:
    said = {x: {"what": words(x).what(block), "how": words(x).how(block)} for x in LANGUAGES}
    return {"code": block.code, "args": dict(block.args), **said}
