"""Findings for code scanning: SARIF 2.1.0 (OASIS), known again by the fingerprint of the sentence, not by its line."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from policy_versions import __version__
from policy_versions.reports.notes import Note, Weight, notes
from policy_versions.reports.summary import Report
from policy_versions.reports.words import LANGUAGES, Words, words
from policy_versions.rules import Rule, load

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "policyFinding/v1"
MOST: Final = 25_000  # results that GitHub takes in one run
_ASIDE: Final = re.compile(r"\s?[（(]\{what\}[)）]")
_OPEN: Final = re.compile(r"\{\w+\}")  # what a rule names is open before it has met a text


def render(report: Report, say: Words) -> str:
    """Return one run: rules explained in both languages, relative URIs, decided findings as suppressed ones."""
    found = notes(report, say)
    names = list(dict.fromkeys(note.rule for note in found))
    known = {rule.id: rule for rule in load()}
    run = {
        "tool": {
            "driver": {
                "name": "policyctl",
                "version": __version__,
                "language": "zh-CN" if say.languages[0] == "zh-CN" else "en",
                "rules": [_rule(name, known.get(name)) for name in names],
            }
        },
        "automationDetails": {"id": "policyctl/check/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the policy repository."}}},
        "results": [_result(note, names) for note in found[:MOST]],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(name: str, rule: Rule | None) -> dict[str, Any]:
    """Describe a rule, or what the lint of documents calls by a name of its own."""
    if rule is None:
        return _own(name)
    law = ", ".join(rule.law)
    said = [_OPEN.sub("…", _ASIDE.sub("", rule.explain[x])) for x in LANGUAGES]
    about = [f"{words(x)('column.change')}: {words(x)(f'category.{rule.category}')}" for x in LANGUAGES]
    marked = "\n\n".join(f"**{x}** {text} _{kind}_" for x, text, kind in zip(LANGUAGES, said, about, strict=True))
    return {
        "id": name,
        "shortDescription": {"text": " / ".join(said)},
        "help": {
            "text": "\n".join([*said, *about, *([law] if law else [])]),
            "markdown": marked + (f"\n\n{law}" if law else ""),
        },
        "properties": {"tags": ["privacy", str(rule.category)]},
    }


def _own(name: str) -> dict[str, Any]:
    """Describe a rule of the lint by how it is cleared, in both languages; the places of names stay open."""
    texts = [words(x) for x in LANGUAGES]
    key = f"block.{name}.how"
    said = [one(key, **dict.fromkeys(one.names(key), "…")) for one in texts if one.has(key)]
    about = {"help": {"text": "\n".join(said), "markdown": "\n\n".join(said)}} if said else {}
    return {"id": name, "shortDescription": {"text": name}, **about}


def _result(note: Note, names: Sequence[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": note.rule,
        "ruleIndex": names.index(note.rule),
        "level": str(Weight(note.weight)),
        "message": {"text": f"{note.title}\n{note.text}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(note.path, safe="/"), "uriBaseId": "SRCROOT"},
                    "region": _region(note),
                }
            }
        ],
        "partialFingerprints": {FINGERPRINT: note.fingerprint},
        "suppressions": _suppressed(note),
    }
    if note.found is not None:
        f = note.found
        result["properties"] = {
            "language": f.language,
            "category": f.finding.category,
            "direction": f.finding.direction,
            "duty": f.obligation.level,
            "law": list(f.obligation.law),
        }
    return result


def _region(note: Note) -> dict[str, int]:
    region = {"startLine": note.place.lines.first, "endLine": note.place.lines.last}
    if note.place.first_column:
        region |= {"startColumn": note.place.first_column, "endColumn": note.place.last_column}
    return region


def _suppressed(note: Note) -> list[dict[str, Any]]:
    made = note.decision
    if made is None:
        return []
    people = " + ".join(p for p in (made.by, made.second) if p)
    reason = f"{made.verdict} ({people}, {made.on}): {made.reason}"
    return [{"kind": "external", "status": "accepted", "justification": reason}]
