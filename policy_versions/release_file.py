"""policies/<policy>/releases/<number>.yaml: the legal record of a version, read strictly and written one way only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
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
    Passage,
    Release,
    ReleaseFinding,
    ReleaseStatus,
    ReleaseText,
    Verdict,
    Waiver,
)
from policy_versions.release_writing import DATES, DECISION, DUTY, FINDING, KEYS, MAY_LACK, PLACE, WAIVER, dump
from policy_versions.strict_yaml import Node, read
from policy_versions.yaml_fields import Fields

__all__ = ["FOLDER", "dump", "numbers", "owned", "parse", "path_of"]

FOLDER: Final = "policies/{policy}/releases/"
_LINES: Final = re.compile(r"(\d{1,7})-(\d{1,7})")
_NUMBER: Final = re.compile(r"\d{1,9}(\.\d{1,9}){0,2}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


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


class _Reader(Fields):
    """Reads the keys of a release file."""

    def release(self, node: Node) -> Release:
        top = self.table("", node, KEYS, needed=("policy", "number", "previous", "texts", "summaries"))
        days = {key: self.day(key, top.get(key, "")) for key in DATES}
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
        given = self.table(at, node, WAIVER, needed=WAIVER)
        rule, quote, reason, by, second = (self.text(f"{at}.{k}", given.get(k, "")) for k in WAIVER[:5])
        return Waiver(
            rule, quote, reason, by, second, self.day(f"{at}.on", given.get("on", ""), needed=True) or date.min
        )

    def decision(self, at: str, node: Node) -> Decision:
        given = self.table(at, node, DECISION, needed=("fingerprint", "verdict", "reason", "by", "on"))
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
        given = self.table(at, node, FINDING, needed=tuple(k for k in FINDING if k not in MAY_LACK))
        lines = self.spans(at, given)
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
            also=self.items(f"{at}.also", given.get("also", []), self.passage),
        )
        language = self.text(f"{at}.language", given.get("language", ""))
        return ReleaseFinding(finding, language, self.duty(f"{at}.duty", given.get("duty", {})))

    def passage(self, at: str, node: Node) -> Passage:
        given = self.table(at, node, PLACE, needed=PLACE)
        before, after = (self.text(f"{at}.{key}", given.get(key, "")) for key in PLACE[:2])
        lines = self.spans(at, given)
        return Passage(before, after, lines.get("before", Lines()), lines.get("after", Lines()))

    def duty(self, at: str, node: Node) -> Obligation:
        given = self.table(at, node, DUTY, needed=("level", "lead_days"))
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

    def spans(self, at: str, given: Mapping[str, Node]) -> dict[str, Lines]:
        return self.children(f"{at}.lines", given.get("lines", {}), lambda key, v, _: self.lines(key, v))

    def lines(self, at: str, node: Node) -> Lines:
        found = _LINES.fullmatch(node) if isinstance(node, str) else None
        if found is None:
            self.problem(at, f"is `{node}`", "FIRST-LAST")
            return Lines()
        return Lines(int(found[1]), int(found[2]))
