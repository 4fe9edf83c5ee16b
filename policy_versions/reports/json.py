"""A review for programs: stable keys, `schema_version` 1, everything the other formats say."""

from __future__ import annotations

import json
from collections.abc import Sequence

from policy_versions.decisions import Block
from policy_versions.model import Editorial, Lines, ReleaseFinding
from policy_versions.reports.summary import made, ordered, strictest
from policy_versions.reports.words import LANGUAGES, words
from policy_versions.review import Review

VERSION = 1


def render(reviews: Sequence[Review]) -> str:
    """Return the report as one JSON object, readable, in UTF-8."""
    report = {
        "schema_version": VERSION,
        "level": strictest(reviews),
        "blocked": any(r.blocks for r in reviews),
        "policies": [_review(r) for r in reviews],
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def _review(review: Review) -> dict[str, object]:
    release = review.release
    return {
        "policy": review.policy.id,
        "title": dict(review.policy.title),
        "before": review.before,
        "number": release.number,
        "drafted": review.drafted,
        "level": release.level,
        "guardian": release.guardian,
        "lead_days": release.lead_days,
        "earliest_effective_on": review.earliest.isoformat(),
        "effective_on": release.effective_on.isoformat() if release.effective_on else None,
        "summaries": dict(release.summaries),
        "findings": [_finding(review, f) for f in ordered(review)],
        "editorial": [_editorial(language, e) for language, e in review.editorial],
        "blocks": [_block(b) for b in review.blocks],
        "warnings": [_block(b) for b in review.warnings],
    }


def _finding(review: Review, found: ReleaseFinding) -> dict[str, object]:
    f, duty, decision = found.finding, found.obligation, made(review, found)
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
        "path": list(f.path),
        "explanation": dict(f.explanation),
        "duty": {
            "level": duty.level,
            "lead_days": duty.lead_days,
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
        },
    }


def _editorial(language: str, change: Editorial) -> dict[str, object]:
    lines = {"before": _lines(change.lines_before), "after": _lines(change.lines_after)}
    return {"language": language, "kind": change.kind, "before": change.before, "after": change.after, "lines": lines}


def _lines(lines: Lines) -> list[int]:
    return [lines.first, lines.last]


def _block(block: Block) -> dict[str, object]:
    said = {x: {"what": words(x).what(block), "how": words(x).how(block)} for x in LANGUAGES}
    return {"code": block.code, "args": dict(block.args), **said}
