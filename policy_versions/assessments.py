"""Privacy impact assessments: strict files in `assessments/`, and what a risk that rises means for a policy. Pure.

PIPL 55-56: an assessment says whether purpose and method are lawful, legitimate and necessary, how people's rights are
affected and how safe they are, and whether the measures fit the risk; report and record are kept for three years.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from policy_versions.errors import ConfigError
from policy_versions.model import Category, Confidence, Direction, Effect, Finding, Lines
from policy_versions.quoting import fingerprint
from policy_versions.sources import ASSESSED
from policy_versions.strict_yaml import Node, read
from policy_versions.yaml_fields import Fields

KEPT: Final = 3  # years that report and record are kept (PIPL 56)
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{4,64}")
_KEYS: Final = (
    "schema", "id", "policies", "subject", "by", "date", "risk", "categories", "findings", "necessity", "impact",
    "measures", "kept_until", "report",
)  # fmt: skip
_NEEDED: Final = ("id", "policies", "subject", "by", "date", "risk", "necessity", "impact", "measures", "kept_until")


class Risk(StrEnum):
    """What is left of the risk after the measures."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Impact:
    """One assessment as it was written down; `findings` are fingerprints or the first digits of some."""

    id: str
    path: str
    policies: tuple[str, ...]
    subject: Mapping[str, str]
    by: str
    on: date
    risk: Risk
    categories: tuple[Category, ...]
    findings: tuple[str, ...]
    measures: tuple[str, ...]
    kept_until: date

    def covers(self, policy: str, finding: Finding, since: date | None) -> bool:
        """Say whether it is about a change: by its fingerprint, or by its category when made since the last version."""
        if policy not in self.policies:
            return False
        if any(finding.fingerprint.startswith(x) for x in self.findings):
            return True
        return finding.category in self.categories and (since is None or self.on >= since)

    def outdated(self, policy: str, finding: Finding, since: date | None) -> bool:
        """Say whether it would cover a change by its category, had it not been made before the last version."""
        return policy in self.policies and finding.category in self.categories and since is not None and self.on < since


def parse(data: bytes, path: str) -> Impact:
    """Read an assessment; ConfigError tells every problem with file, line, key and what is allowed."""
    reader = _Reader(path)
    try:
        found = reader.impact(read(data, path))
    except RecursionError:
        raise ConfigError([f"{path}: is nested too deeply"]) from None
    if reader.problems:
        text = data.decode("utf-8-sig", errors="replace")
        raise ConfigError([_with_line(problem, text, path) for problem in reader.problems])
    return found


def line_of(problem: str) -> int:
    """Return the line that a problem names, 1 where it names none."""
    found = re.search(r": line (\d+): ", problem)
    return int(found[1]) if found else 1


def risen(
    policy: str,
    languages: Sequence[str],
    before: Mapping[str, Impact],
    now: Mapping[str, Impact],
    words: Mapping[str, Mapping[str, Mapping[str, str]]],
) -> dict[str, tuple[Finding, ...]]:
    """Return, by language, the findings that follow from assessments (by id) whose risk rose to high, or left it.

    Source: seed policy 七.2(6), material in either direction. `words` are the sentences of lint/assessments.yaml.
    """
    found: dict[str, list[Finding]] = {language: [] for language in languages}
    for name, impact in sorted(now.items()):
        if policy not in impact.policies:
            continue
        was = before[name].risk if name in before and policy in before[name].policies else None
        if (impact.risk is Risk.HIGH) == (was is Risk.HIGH):
            continue
        for language in languages:
            found[language].append(_finding(policy, language, impact, was, words))
    return {language: tuple(findings) for language, findings in found.items() if findings}


def _finding(
    policy: str, language: str, impact: Impact, was: Risk | None, words: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> Finding:
    rises = impact.risk is Risk.HIGH
    levels, sentences = words["levels"], words["risk"]["raised" if rises else "lowered"]
    old, new = was or "none", impact.risk
    said = {
        x: sentence.format(title=title(impact, x), before=levels[old][x], after=levels[new][x])
        for x, sentence in sentences.items()
    }
    return Finding(
        rule=ASSESSED,
        category=Category.RISK,
        effect=Effect.CHANGED if was else Effect.ADDED,
        direction=Direction.EXPANDS if rises else Direction.RESTRICTS,
        material=True,
        evidence_before=f"{title(impact, language)}: {_level(levels, old, language)}" if was else "",
        evidence_after=f"{title(impact, language)}: {_level(levels, new, language)}",
        lines_before=Lines(),
        lines_after=Lines(),
        confidence=Confidence.HIGH,
        fingerprint=fingerprint(ASSESSED, policy, (impact.id, language), old, new),
        explanation=said,
        args={"what": impact.id, "assessment": impact.path},
        path=(impact.path,),
    )


def _level(levels: Mapping[str, Mapping[str, str]], level: str, language: str) -> str:
    return levels[level].get(language) or levels[level]["en"]


def title(impact: Impact, language: str) -> str:
    """Return what an assessment is about, in a language or in whatever there is."""
    return impact.subject.get(language) or next(iter(impact.subject.values()), impact.id)


def kept(day: date) -> date:
    """Return the day until which an assessment of a day is kept at least: three years on."""
    try:
        return day.replace(year=day.year + KEPT)
    except ValueError:  # the 29th of February
        return date(day.year + KEPT, 3, 1)


def _with_line(problem: str, text: str, path: str) -> str:
    """Put the line into a problem that names its key: the first line that writes the key's last part."""
    found = re.search(r"key `([^`]*)`", problem)
    if found is None or not found[1]:
        return problem
    last = re.split(r"[.\[]", found[1].partition("[")[0])[-1]
    lines = text.splitlines()
    line = next((n for n, row in enumerate(lines, 1) if re.match(rf"\s*-?\s*\"?{re.escape(last)}\"?\s*:", row)), 0)
    return problem.replace(f"{path}: ", f"{path}: line {line}: ", 1) if line else problem


class _Reader(Fields):
    """Reads the keys of an assessment."""

    def impact(self, node: Node) -> Impact:
        top = self.table("", node, _KEYS, needed=_NEEDED)
        if top.get("schema", "1") != "1":
            self.problem("schema", f"is `{top['schema']}`", "1")
        on = self.day("date", top.get("date", ""), needed="date" in top) or date.min
        until = self.day("kept_until", top.get("kept_until", ""), needed="kept_until" in top) or date.max
        if on != date.min and until < kept(on):
            self.problem("kept_until", f"is `{until}`", f"{kept(on)} or later: three years are kept (PIPL 56)")
        made = Impact(
            id=self.match("id", top.get("id", ""), _ID, "a-z, 0-9 and . _ -, as the file's name")
            if "id" in top
            else "",
            path=self.name,
            policies=self.items("policies", top.get("policies", []), self.text),
            subject=self.said("subject", top),
            by=self.told("by", top),
            on=on,
            risk=self.choice("risk", top.get("risk", ""), Risk, Risk.HIGH) if "risk" in top else Risk.HIGH,
            categories=self.items(
                "categories", top.get("categories", []), lambda at, x: self.choice(at, x, Category, Category.RISK)
            ),
            findings=self.items("findings", top.get("findings", []), self.digits),
            measures=self.items("measures", top.get("measures", []), self.text),
            kept_until=until,
        )
        for key in ("necessity", "impact"):
            self.said(key, top)
        self._whole(made, top)
        return made

    def _whole(self, made: Impact, top: Mapping[str, Node]) -> None:
        """Check what single values cannot say."""
        stem = self.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        if made.id and made.id != stem:
            self.problem("id", f"is `{made.id}`", f"{stem}, as the file's name")
        for key, values in (("policies", made.policies), ("measures", made.measures)):
            if key in top and not any(v.strip() for v in values):
                self.problem(key, "names nothing", "one or more")
        if not made.categories and not made.findings:
            self.problem("findings", "neither `findings` nor `categories` says what is covered", "one of the two")

    def digits(self, at: str, node: Node) -> str:
        return self.match(at, node, _FINGERPRINT, "a fingerprint of a finding, or its first digits (four or more)")

    def told(self, key: str, top: Mapping[str, Node]) -> str:
        text = self.text(key, top.get(key, ""))
        if key in top and not text.strip():
            self.problem(key, "is empty", "who made the assessment")
        return text

    def said(self, key: str, top: Mapping[str, Node]) -> Mapping[str, str]:
        """Read a text, or one by language."""
        node = top.get(key, "")
        texts = {"": node} if isinstance(node, str) else self.texts(key, node)
        if key in top and not any(t.strip() for t in texts.values()):
            self.problem(key, "is empty", "a text, or one a language")
        return texts
