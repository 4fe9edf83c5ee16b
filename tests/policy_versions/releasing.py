"""A small policy repository to release from, with a classifier so simple that every finding is foreseen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from policy_versions import config, decisions, publishing, release_file
from policy_versions.history import Repository
from policy_versions.model import (
    Assessment,
    Category,
    Confidence,
    Decision,
    Direction,
    Editorial,
    Effect,
    Finding,
    Lines,
    Release,
    Verdict,
)
from policy_versions.review import Desk, Source, State, state
from tests.policy_versions.gitmaker import GitMaker

ZH, EN = "policies/privacy/zh-CN.md", "policies/privacy/en.md"
TOML = """
schema = 1
authoritative = "zh-CN"
languages = ["zh-CN", "en"]
jurisdictions = ["CN"]
approvers = ["lin@example.com", "zhou@example.com"]
[site]
title = { zh-CN = "政策", en = "Policies" }
url = "https://policies.example.com/"
[controller]
name = { zh-CN = "某公司", en = "Some Co." }
email = "privacy@example.com"
[[policy]]
id = "privacy"
title = { zh-CN = "隐私政策", en = "Privacy policy" }
files = { zh-CN = "policies/privacy/zh-CN.md", en = "policies/privacy/en.md" }
"""
BASE = {ZH: "# 隐私政策\n\n联系：privacy@example.com\n", EN: "# Privacy policy\n\nContact: privacy@example.com\n"}
# In force so late that no wait is longer: what a release asks for never moves the day that these texts state.
TEXTS = {
    ZH: "# 隐私政策\n\n## 一、使用\n\n我们收集您的手机号，用于创建账号。\n\n"
    "## 二、联系\n\n邮箱：support@example.com\n\n"
    "某公司，privacy@example.com。您可以向监管部门投诉。生效日期：2999 年 12 月 31 日\n",
    EN: "# Privacy policy\n\n## 1. Use\n\nWe collect your phone number to create your account.\n\n## 2. Contact\n\n"
    "Email: support@example.com\n\nSome Co., privacy@example.com. You may complain to the authority. "
    "Effective date: 31 December 2999\n",
}  # fmt: skip
# What stands before the colon of an added line says what kind of finding it is; all else is editorial.
KINDS = {
    "purpose": (Category.PURPOSE, Direction.EXPANDS, Confidence.HIGH, True),
    "rights": (Category.RIGHTS, Direction.EXPANDS, Confidence.HIGH, True),
    "contact": (Category.CONTACT, Direction.NEUTRAL, Confidence.HIGH, True),
    "security": (Category.SECURITY, Direction.RESTRICTS, Confidence.HIGH, False),
    "abroad": (Category.LOCATION, Direction.EXPANDS, Confidence.MEDIUM, True),
    "odd": (Category.UNCLASSIFIED, Direction.NEUTRAL, Confidence.LOW, True),
}


def classify(before: str, after: str, language: str, policy: str) -> Assessment:
    """Find what added lines announce of themselves."""
    old = set(before.split("\n"))
    findings, editorial = [], []
    for number, line in enumerate(after.split("\n"), 1):
        if line in old:
            continue
        word = line.partition(":")[0]
        if word not in KINDS:
            editorial.append(Editorial("typography", "", line, Lines(), Lines(number, number)))
            continue
        category, direction, confidence, material = KINDS[word]
        fingerprint = hashlib.sha256(f"{policy} {language} {line}".encode()).hexdigest()[:12]
        findings.append(
            Finding(
                f"{word}-added",
                category,
                Effect.ADDED,
                direction,
                material,
                "",
                line,
                Lines(),
                Lines(number, number),
                confidence,
                fingerprint,
                {"zh-CN": f"新增{word}", "en": f"{word} added"},
            )
        )
    return Assessment(policy, language, tuple(findings), tuple(editorial))


def confirmation(finding: Finding, today: date) -> Decision:
    """Confirm a finding; say of one that no rule explains what kind it is, and how people are told."""
    made = Decision(finding.fingerprint, Verdict.CONFIRMED, "已核对", "lin@example.com", today)
    if finding.category is not Category.UNCLASSIFIED:
        return made
    says = {"zh-CN": "我们换了一种说法。", "en": "We put it in other words."}
    return replace(made, says=says, category=Category.METHOD, direction=Direction.NEUTRAL)


class House:
    """A repository and the day it is."""

    def __init__(self, git: GitMaker, today: date = date(2026, 11, 22)) -> None:
        self.git = git
        self.today = today
        self.texts: dict[str, str] = dict(BASE)
        git.write("policy.toml", TOML)
        git.commit(dict(BASE))

    def open(self) -> Repository:
        """Open the repository."""
        return Repository.open(self.git.root)

    def desk(self, repository: Repository) -> Desk:
        """Give a review what it needs."""
        return Desk(repository, config.load(repository), Source(repository, None), self.today, classify)

    def state(self) -> State:
        """Say where the policy stands."""
        with self.open() as repository:
            desk = self.desk(repository)
            return state(desk, desk.config.policy("privacy"))

    def add(self, line: str, *paths: str) -> None:
        """Add a line to the texts (both by default) and commit."""
        for path in paths or (ZH, EN):
            self.texts[path] += f"\n{line}\n"
        self.git.commit(dict(self.texts))

    def draft(self, number: str | None = None, effective: date | None = None) -> Release:
        """Draft as the command does."""
        with self.open() as repository:
            desk = self.desk(repository)
            made = publishing.draft(desk, desk.config.policy("privacy"), number=number, effective=effective)
            assert made is not None
            self.git.write(made.path, made.data)
            if made.replaces:
                (self.git.root / made.replaces).unlink()
            return made.release

    def write(self, release: Release) -> None:
        """Write a release file."""
        self.git.write(release_file.path_of(release.policy, release.number), release_file.dump(release))

    def confirm(self, release: Release, answers: Mapping[str, bool] | None = None) -> Release:
        """Confirm every finding and word the summaries, as two lawyers would."""
        with self.open() as repository:
            settings = config.load(repository)
        for found in release.findings:
            made = confirmation(found.finding, self.today)
            release = decisions.decide(release, settings, made, answers=answers)
        release = Release(
            **{f: getattr(release, f) for f in release.__slots__} | {"summaries": {"zh-CN": "变", "en": "c"}}
        )
        self.write(release)
        return release

    def publish(self) -> publishing.Publication | None:
        """Publish as the command does."""
        with self.open() as repository:
            desk = self.desk(repository)
            noon = datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)
            return publishing.publish(desk, desk.config.policy("privacy"), now=noon)

    def release(self, line: str | None = None) -> Release:
        """Draft, confirm and publish in one go; a day passes."""
        if line:
            self.add(line)
        self.confirm(self.draft())
        done = self.publish()
        assert done is not None
        self.today += timedelta(days=1)
        return done.release
