"""policies/<policy>/releases/<number>.yaml: the legal record of a version, read strictly and written one way only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from policy_versions.errors import ConfigError
from policy_versions.model import (
    Category,
    Confidence,
    Decision,
    Direction,
    Effect,
    Finding,
    Level,
    Lines,
    Obligation,
    Release,
    ReleaseFinding,
    ReleaseStatus,
    ReleaseText,
    Verdict,
    Waiver,
)
from policy_versions.obligations import after
from policy_versions.strict_yaml import Node, read, write
from policy_versions.yaml_fields import Fields

FOLDER: Final = "policies/{policy}/releases/"
_LINES: Final = re.compile(r"(\d{1,7})-(\d{1,7})")
_NUMBER: Final = re.compile(r"\d{1,9}(\.\d{1,9}){0,2}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_DATES: Final = ("announced_on", "effective_on", "earliest_effective_on", "withdrawn_on")
_KEYS: Final = (
    "policy", "number", "previous", *_DATES, "withdrawn_for", "withdrawn_by", "comment_days",
    "level", "guardian", "lead_days", "texts", "summaries", "answers",
    "prevailing", "decisions", "waivers", "findings",
)  # fmt: skip
_DECISION: Final = (
    "fingerprint", "verdict", "reason", "by", "on", "second", "level", "answers", "category", "direction", "says",
    "same_as",
)  # fmt: skip
_WAIVER: Final = ("rule", "quote", "reason", "by", "second", "on")
_FINDING: Final = (
    "fingerprint", "language", "rule", "category", "effect", "direction", "material", "confidence", "sensitive",
    "evidence_before", "evidence_after", "lines", "path", "args", "explanation", "duty",
)  # fmt: skip
_DUTY: Final = ("level", "lead_days", "guardian", "law", "jurisdictions", "blocks", "modifiers")


def path_of(policy: str, number: str) -> str:
    """Return where the release file of a version lies."""
    return f"{FOLDER.format(policy=policy)}{number}.yaml"


def numbers(policy: str, tags: Iterable[str]) -> list[str]:
    """Return the version numbers that tags of a policy name; a tag of another form is somebody else's."""
    found = (tag.removeprefix(f"{policy}/v") for tag in tags if tag.startswith(f"{policy}/v"))
    return [number for number in found if _NUMBER.fullmatch(number) and number.isascii()]


def owned(paths: Iterable[str], policies: Collection[str]) -> None:
    """Raise ConfigError for release files of policies that policy.toml does not name: their versions would be lost."""
    parts = (path.split("/") for path in paths if path.endswith(".yaml"))
    held = {p[1] for p in parts if len(p) == 4 and (p[0], p[2]) == ("policies", "releases")}
    why = "is not named, but has release files (allowed: keep it, with `withdrawn = true`)"
    problems = [f"policy.toml: key `policy`: {name!r} {why}" for name in sorted(held - set(policies))]
    if problems:
        raise ConfigError(problems)


def parse(data: bytes, name: str) -> Release:
    """Read a release file; ConfigError tells every problem with file, key and what is allowed.

    Findings come as they were written: whether they are what the texts show is judged when a release is published.
    """
    reader = _Reader(name)
    try:
        release = reader.release(read(data, name))
    except RecursionError:
        raise ConfigError([f"{name}: is nested too deeply"]) from None
    if reader.problems:
        raise ConfigError(reader.problems)
    return release


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
        "waivers": [{k: _day(w.on) if k == "on" else getattr(w, k) for k in _WAIVER} for w in release.waivers],
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
    return {k: v for k, v in fields.items() if v or k in _DECISION[:5]}


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
        "lines": {k: f"{x.first}-{x.last}" for k, x in (("before", f.lines_before), ("after", f.lines_after))},
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
    return {k: v for k, v in fields.items() if v or k not in {"path", "args"}}


class _Reader(Fields):
    """Reads the keys of a release file."""

    def release(self, node: Node) -> Release:
        top = self.table("", node, _KEYS, needed=("policy", "number", "previous", "texts", "summaries"))
        days = {key: self.day(key, top.get(key, "")) for key in _DATES}
        return Release(
            policy=self.text("policy", top.get("policy", "")),
            number=self.match("number", top.get("number", ""), _NUMBER, "MAJOR.MINOR.PATCH"),
            previous=self.match("previous", top["previous"], _NUMBER, "MAJOR.MINOR.PATCH")
            if top.get("previous")
            else "",
            announced_on=days["announced_on"],
            effective_on=days["effective_on"],
            texts=self.children("texts", top.get("texts", {}), self.release_text),
            summaries=self.children("summaries", top.get("summaries", {}), lambda at, v, _: self.text(at, v)),
            findings=self.items("findings", top.get("findings", []), self.finding),
            decisions=self.items("decisions", top.get("decisions", []), self.decision),
            prevailing=self.text("prevailing", top.get("prevailing", "")),
            waivers=self.items("waivers", top.get("waivers", []), self.waiver),
            level=self.choice("level", top.get("level", "none"), Level, Level.NONE),
            guardian=self.truth("guardian", top.get("guardian", "false")),
            lead_days=self.count("lead_days", top.get("lead_days", "0")),
            status=ReleaseStatus.DRAFT,
            withdrawn_on=days["withdrawn_on"],
            withdrawn_for=self.texts("withdrawn_for", top.get("withdrawn_for", {})),
            withdrawn_by=self.text("withdrawn_by", top.get("withdrawn_by", "")),
            comment_days=self.count("comment_days", top.get("comment_days", "0")),
            answers=self.children("answers", top.get("answers", {}), lambda at, v, _: self.truth(at, v)),
        )

    def release_text(self, at: str, node: Node, language: str) -> ReleaseText:
        given = self.table(at, node, ("path", "sha256"), needed=("path", "sha256"))
        digest = self.match(f"{at}.sha256", given.get("sha256", ""), _SHA256, "64 hexadecimal digits")
        return ReleaseText(language, self.text(f"{at}.path", given.get("path", "")), digest)

    def waiver(self, at: str, node: Node) -> Waiver:
        given = self.table(at, node, _WAIVER, needed=_WAIVER)
        rule, quote, reason, by, second = (self.text(f"{at}.{k}", given.get(k, "")) for k in _WAIVER[:5])
        return Waiver(
            rule, quote, reason, by, second, self.day(f"{at}.on", given.get("on", ""), needed=True) or date.min
        )

    def decision(self, at: str, node: Node) -> Decision:
        given = self.table(at, node, _DECISION, needed=("fingerprint", "verdict", "reason", "by", "on"))
        return Decision(
            self.text(f"{at}.fingerprint", given.get("fingerprint", "")),
            self.choice(f"{at}.verdict", given.get("verdict", ""), Verdict, Verdict.CONFIRMED),
            self.text(f"{at}.reason", given.get("reason", "")),
            self.text(f"{at}.by", given.get("by", "")),
            self.day(f"{at}.on", given.get("on", ""), needed=True) or date.min,
            self.text(f"{at}.second", given.get("second", "")),
            self.choice(f"{at}.level", given["level"], Level, Level.NONE) if given.get("level") else None,
            self.children(f"{at}.answers", given.get("answers", {}), lambda key, v, _: self.truth(key, v)),
            self.texts(f"{at}.says", given.get("says", {})),
            self.choice(f"{at}.category", given["category"], Category, Category.DATA)
            if given.get("category")
            else None,
            self.choice(f"{at}.direction", given["direction"], Direction, Direction.NEUTRAL)
            if given.get("direction")
            else None,
            self.texts(f"{at}.same_as", given.get("same_as", {})),
        )

    def finding(self, at: str, node: Node) -> ReleaseFinding:
        given = self.table(at, node, _FINDING, needed=tuple(k for k in _FINDING if k not in {"path", "args"}))
        lines = self.children(f"{at}.lines", given.get("lines", {}), lambda key, v, _: self.lines(key, v))
        finding = Finding(
            rule=self.text(f"{at}.rule", given.get("rule", "")),
            category=self.choice(f"{at}.category", given.get("category", ""), Category, Category.UNCLASSIFIED),
            effect=self.choice(f"{at}.effect", given.get("effect", ""), Effect, Effect.CHANGED),
            direction=self.choice(f"{at}.direction", given.get("direction", ""), Direction, Direction.NEUTRAL),
            material=self.truth(f"{at}.material", given.get("material", "")),
            evidence_before=self.text(f"{at}.evidence_before", given.get("evidence_before", "")),
            evidence_after=self.text(f"{at}.evidence_after", given.get("evidence_after", "")),
            lines_before=lines.get("before", Lines()),
            lines_after=lines.get("after", Lines()),
            confidence=self.choice(f"{at}.confidence", given.get("confidence", ""), Confidence, Confidence.LOW),
            fingerprint=self.text(f"{at}.fingerprint", given.get("fingerprint", "")),
            explanation=self.texts(f"{at}.explanation", given.get("explanation", {})),
            args=self.texts(f"{at}.args", given.get("args", {})),
            sensitive=self.truth(f"{at}.sensitive", given.get("sensitive", "")),
            path=self.items(f"{at}.path", given.get("path", []), self.text),
        )
        language = self.text(f"{at}.language", given.get("language", ""))
        return ReleaseFinding(finding, language, self.duty(f"{at}.duty", given.get("duty", {})))

    def duty(self, at: str, node: Node) -> Obligation:
        given = self.table(at, node, _DUTY, needed=("level", "lead_days"))
        return Obligation(
            self.choice(f"{at}.level", given.get("level", ""), Level, Level.NONE),
            self.count(f"{at}.lead_days", given.get("lead_days", "")),
            self.items(f"{at}.law", given.get("law", []), self.text),
            self.truth(f"{at}.guardian", given.get("guardian", "false")),
            self.items(f"{at}.blocks", given.get("blocks", []), self.text),
            self.children(
                f"{at}.jurisdictions",
                given.get("jurisdictions", {}),
                lambda key, v, _: self.choice(key, v, Level, Level.NONE),
            ),
            self.items(f"{at}.modifiers", given.get("modifiers", []), self.text),
        )

    def lines(self, at: str, node: Node) -> Lines:
        found = _LINES.fullmatch(node) if isinstance(node, str) else None
        if found is None:
            self.problem(at, f"is `{node}`", "FIRST-LAST")
            return Lines()
        return Lines(int(found[1]), int(found[2]))
