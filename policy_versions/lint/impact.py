"""A change that needs an impact assessment waits until one in `assessments/` covers it (PIPL 55-56, GDPR 35)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from policy_versions import assessments
from policy_versions.assessments import Impact
from policy_versions.decisions import about, decided, dismissed, judged
from policy_versions.errors import ConfigError
from policy_versions.model import Category, Direction, Finding, ReleaseFinding
from policy_versions.papers import Papers, Problem
from policy_versions.strict_yaml import Node, ours
from policy_versions.yaml_fields import Fields

_NAME = "assessments.yaml"


@dataclass(frozen=True, slots=True)
class Need:
    """One reason for an assessment; empty means any."""

    name: str
    categories: tuple[str, ...]
    sensitive: bool
    rules: tuple[str, ...]
    unless: tuple[str, ...]
    law: Mapping[str, str]

    def meets(self, finding: Finding, answers: Mapping[str, bool]) -> bool:
        """Say whether a finding, as people judged it, needs to be assessed for this reason."""
        if finding.direction is not Direction.EXPANDS or any(answers.get(name) is False for name in self.unless):
            return False
        if self.sensitive and not finding.sensitive:
            return False
        there = not self.categories or finding.category in self.categories
        return there and (not self.rules or finding.rule.startswith(self.rules) or answers.get("automated") is True)


def problems(papers: Papers) -> Iterator[Problem]:
    """Yield what is not assessed, broken assessments, and those thrown away before their three years were over."""
    impacts: dict[str, Impact] = {}
    for path, data in papers.assessments.items():
        try:
            impacts[path] = assessments.parse(data, path)
        except ConfigError as error:
            for problem in error.problems:
                yield Problem("assessment-broken", path, assessments.line_of(problem), {"problem": problem})
    yield from _strange(papers, impacts)
    yield from _removed(papers)
    for found in papers.release.findings:
        yield from _finding(papers, found, impacts)


def _finding(papers: Papers, found: ReleaseFinding, impacts: Mapping[str, Impact]) -> Iterator[Problem]:
    release = papers.release
    if dismissed(release, found, papers.config):
        return
    decision = decided(release, found)
    answers = {**release.answers, **(decision.answers if decision else {})}
    finding = judged(found.finding, decision)
    law = next((x for n in needs() if n.meets(finding, answers) for x in _law(n, papers)), "")
    since = papers.last.announced_on if papers.last else None
    if not law or any(i.covers(release.policy, finding, since) for i in impacts.values()):
        return
    lines = found.finding.lines_after if found.finding.lines_after.first else found.finding.lines_before
    path = papers.files.get(found.language, "")
    args = {**about(found), "law": law}
    yield Problem("assessment-missing", path, lines.first or 1, args | _older(papers, finding, impacts))


def _older(papers: Papers, finding: Finding, impacts: Mapping[str, Impact]) -> dict[str, str]:
    """Say which assessment would cover a change, had it not been made before the last version: the latest one."""
    last = papers.last
    if last is None or last.announced_on is None:
        return {}
    found = [i for i in impacts.values() if i.outdated(papers.release.policy, finding, last.announced_on)]
    if not found:
        return {}
    latest = max(found, key=lambda i: i.on)
    said = {"variant": "old", "file": latest.path, "on": latest.on.isoformat()}
    return {**said, "last": last.number, "since": last.announced_on.isoformat()}


def _law(need: Need, papers: Papers) -> list[str]:
    return [need.law[j] for j in papers.config.jurisdictions if j in need.law][:1]


def _strange(papers: Papers, impacts: Mapping[str, Impact]) -> Iterator[Problem]:
    """Name assessments of policies that are not there, and those dated in the future."""
    known = {p.id for p in papers.config.policies}
    for path, impact in impacts.items():
        strange = [p for p in impact.policies if p not in known]
        if strange:
            said = f"{path}: key `policies`: no policy {', '.join(strange)} (allowed: {', '.join(sorted(known))})"
            yield Problem("assessment-broken", path, 1, {"problem": said})
        if impact.on > papers.today:
            said = f"{path}: key `date`: is `{impact.on}`, which is still to come (allowed: {papers.today} or before)"
            yield Problem("assessment-broken", path, 1, {"problem": said})


def _removed(papers: Papers) -> Iterator[Problem]:
    for path, data in papers.assessed_before.items():
        if path in papers.assessments:
            continue
        try:
            impact = assessments.parse(data, path)
        except ConfigError:
            continue
        if impact.kept_until > papers.today and papers.release.policy in impact.policies:
            yield Problem("assessment-removed", path, 1, {"until": impact.kept_until.isoformat()})


@cache
def needs() -> tuple[Need, ...]:
    """Return the reasons of assessments.yaml."""
    reader = Fields(_NAME)
    top = reader.table("", _read(), ("needs", "risk", "levels"), needed=("needs", "risk", "levels"))
    found = reader.children("needs", top.get("needs", {}), lambda at, node, name: _need(reader, at, node, name))
    if reader.problems:
        raise ConfigError(reader.problems)
    return tuple(found.values())


def _need(reader: Fields, at: str, node: Node, name: str) -> Need:
    given = reader.table(at, node, ("categories", "sensitive", "rules", "unless", "law"), needed=("law",))
    kinds = reader.items(
        f"{at}.categories", given.get("categories", []), lambda key, x: reader.choice(key, x, Category, Category.RISK)
    )
    return Need(
        name,
        tuple(str(k) for k in kinds),
        reader.truth(f"{at}.sensitive", given.get("sensitive", "false")),
        reader.items(f"{at}.rules", given.get("rules", []), reader.text),
        reader.items(f"{at}.unless", given.get("unless", []), reader.text),
        reader.texts(f"{at}.law", given.get("law", {})),
    )


@cache
def words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return the sentences and level names of assessments.yaml, by language."""
    top = _read()
    reader = Fields(_NAME)
    table = reader.table("", top, ("needs", "risk", "levels"))
    found = {
        key: reader.children(key, table.get(key, {}), lambda at, node, _: reader.texts(at, node))
        for key in ("risk", "levels")
    }
    if reader.problems:
        raise ConfigError(reader.problems)
    return found


@cache
def _read() -> Node:
    return ours(Path(__file__).parent / _NAME, _NAME)
