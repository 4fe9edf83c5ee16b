"""Release files as they are written, always the same way: their keys and the order of them."""

from __future__ import annotations

from datetime import date
from typing import Final

from policy_versions.model import Decision, Finding, Passage, Release, ReleaseFinding
from policy_versions.obligations import after
from policy_versions.strict_yaml import Node, write

DATES: Final = ("announced_on", "effective_on", "earliest_effective_on", "withdrawn_on")
KEYS: Final = (
    "policy", "number", "previous", *DATES, "withdrawn_for", "withdrawn_by", "comment_days",
    "level", "guardian", "lead_days", "texts", "summaries", "answers",
    "prevailing", "decisions", "waivers", "findings",
)  # fmt: skip
DECISION: Final = (
    "fingerprint", "verdict", "reason", "by", "on", "second", "level", "answers", "category", "direction", "says",
    "same_as",
)  # fmt: skip
WAIVER: Final = ("rule", "quote", "reason", "by", "second", "on")
FINDING: Final = (
    "fingerprint", "language", "rule", "category", "effect", "direction", "material", "confidence", "sensitive",
    "evidence_before", "evidence_after", "lines", "also", "path", "args", "explanation", "duty",
)  # fmt: skip
PLACE: Final = ("evidence_before", "evidence_after", "lines")
DUTY: Final = ("level", "lead_days", "guardian", "law", "jurisdictions", "blocks", "modifiers")
MAY_LACK: Final = frozenset({"also", "path", "args"})
"""Keys of a finding that are written only where they say something."""


def dump(release: Release, header: str = "", *, today: date | None = None) -> bytes:
    """Write a release file; `parse` gives the same release back (commit, status and blobs live in git, not here).

    `today` stands in for the day of announcing while that is open, to show the earliest lawful effective date.
    """
    start, days = release.announced_on or today, release.lead_days
    earliest = after(start, days) if start else None
    fields: dict[str, Node] = {
        "policy": release.policy,
        "number": release.number,
        "previous": release.previous,
        "announced_on": _day(release.announced_on),
        "effective_on": _day(release.effective_on),
        "earliest_effective_on": _day(earliest),
        "withdrawn_on": _day(release.withdrawn_on),
        "withdrawn_for": dict(release.withdrawn_for),
        "withdrawn_by": release.withdrawn_by,
        "comment_days": str(release.comment_days or ""),
        "level": release.level,
        "guardian": _truth(release.guardian),
        "lead_days": str(days),
        "texts": {k: {"path": t.path, "sha256": t.sha256} for k, t in release.texts.items()},
        "summaries": dict(release.summaries),
        "answers": {k: _truth(v) for k, v in release.answers.items()},
        "prevailing": release.prevailing,
        "decisions": [_decision(d) for d in release.decisions],
        "waivers": [{k: _day(w.on) if k == "on" else getattr(w, k) for k in WAIVER} for w in release.waivers],
        "findings": [_finding(f) for f in release.findings],
    }
    optional = {
        "earliest_effective_on", "withdrawn_on", "withdrawn_for", "withdrawn_by", "comment_days", "answers", "waivers",
        "prevailing",
    }  # fmt: skip
    return write({k: _words(v) for k, v in fields.items() if v or k not in optional}, header)


def _words(node: Node) -> Node:
    """Turn enum members into the plain text that they are."""
    if isinstance(node, dict):
        return {str(k): _words(v) for k, v in node.items()}
    return [_words(v) for v in node] if isinstance(node, list) else str(node)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _decision(decision: Decision) -> Node:
    fields: dict[str, Node] = {
        "fingerprint": decision.fingerprint,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "by": decision.by,
        "on": _day(decision.on),
        "second": decision.second,
        "level": decision.level or "",
        "answers": {k: _truth(v) for k, v in decision.answers.items()},
        "category": decision.category or "",
        "direction": decision.direction or "",
        "says": dict(decision.says),
        "same_as": dict(decision.same_as),
    }
    return {k: v for k, v in fields.items() if v or k in DECISION[:5]}


def _finding(found: ReleaseFinding) -> Node:
    f, duty = found.finding, found.obligation
    fields: dict[str, Node] = {
        "fingerprint": f.fingerprint,
        "language": found.language,
        "rule": f.rule,
        "category": f.category,
        "effect": f.effect,
        "direction": f.direction,
        "material": _truth(f.material),
        "confidence": f.confidence,
        "sensitive": _truth(f.sensitive),
        "evidence_before": f.evidence_before,
        "evidence_after": f.evidence_after,
        "lines": _span(f),
        "also": [{"evidence_before": p.before, "evidence_after": p.after, "lines": _span(p)} for p in f.also],
        "path": list(f.path),
        "args": dict(f.args),
        "explanation": dict(f.explanation),
        "duty": {
            "level": duty.level,
            "lead_days": str(duty.lead_days),
            "guardian": _truth(duty.guardian),
            "law": list(duty.law),
            "jurisdictions": dict(duty.jurisdictions),
            "blocks": list(duty.blocks),
            "modifiers": list(duty.modifiers),
        },
    }
    return {k: v for k, v in fields.items() if v or k not in MAY_LACK}


def _span(of: Finding | Passage) -> Node:
    sides = (("before", of.lines_before), ("after", of.lines_after))
    return {name: f"{lines.first}-{lines.last}" for name, lines in sides}
