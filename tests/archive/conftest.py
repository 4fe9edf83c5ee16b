"""A small policy repository in memory, so that pages can be made without git."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from archive.proof import Log
from policy_versions import release_file
from policy_versions.errors import UnknownVersionError
from policy_versions.model import (
    Category,
    Confidence,
    Direction,
    Effect,
    Finding,
    Level,
    Lines,
    Obligation,
    Publisher,
    Release,
    ReleaseFinding,
    ReleaseText,
)
from policy_versions.signed_note import Checkpoint
from policy_versions.transparency import Tree, statement
from tests.policy_versions.gitmaker import GitMaker

TODAY = date(2026, 11, 22)

ZH_1 = """---
title: 隐私政策
---
# 隐私政策

## 一、我们收集什么

我们收集您的手机号，用于登录。

**注意：**请仔细阅读。

- 手机号
- 昵称

## 二、保存多久

我们保存六个月。

## 三、共享

我们不向第三方共享您的信息。

## 四、安全

我们加密保存。

我们定期检查。

我们培训员工。

## 五、联系我们

请写信给 help@example.com。
"""
ZH_2 = ZH_1.replace("help@example.com", "privacy@example.com").replace("- 昵称\n", "- 昵称\n- 头像\n")
ZH_3 = (
    ZH_2.replace("六个月", "三年")
    .replace("我们不向第三方共享您的信息。", "我们向星图广告提供设备标识符。\n\n您可以关闭个性化广告。")
    .replace("我们定期检查。\n\n", "")
)
EN_2 = """# Privacy Policy

## 1. What we collect

We collect your phone number to sign you in.

- Phone number
- Nickname
- Picture

| Data | Why |
|---|---|
| Phone number | To sign in |

## 2. How long

We keep it for six months.

## 3. Contact

Write to privacy@example.com.
"""
EN_3 = EN_2.replace("six months", "three years")
TEXTS: dict[tuple[str, str], str] = {
    ("1.0.0", "zh-CN"): ZH_1,
    ("1.0.1", "zh-CN"): ZH_2,
    ("1.0.1", "en"): EN_2,
    ("1.1.0", "zh-CN"): ZH_2.replace("加密", "妥善"),
    ("1.1.0", "en"): EN_2,
    ("2.0.0", "zh-CN"): ZH_3,
    ("2.0.0", "en"): EN_3,
}

PUBLISHER = Publisher(
    title={"zh-CN": "示例政策中心", "en": "Example policies"},
    name={"zh-CN": "示例公司", "en": "Example Ltd"},
    url="https://policies.example.com/",
    languages=("zh-CN", "en"),
    authoritative="zh-CN",
    jurisdictions=("CN",),
    timezone="Asia/Shanghai",
    email="privacy@example.com",
    policy_titles={"privacy": {"zh-CN": "隐私政策", "en": "Privacy Policy"}},
)


def finding(language: str = "zh-CN", fingerprint: str = "f1") -> ReleaseFinding:
    """Make a finding on the new recipient."""
    found = Finding(
        rule="recipient-added",
        category=Category.RECIPIENTS,
        effect=Effect.ADDED,
        direction=Direction.EXPANDS,
        material=True,
        evidence_before="",
        evidence_after="我们向星图广告提供设备标识符。" if language == "zh-CN" else "three years",
        lines_before=Lines(),
        lines_after=Lines(27, 27),
        confidence=Confidence.HIGH,
        fingerprint=fingerprint,
        explanation={"zh-CN": "新增接收方：星图广告。", "en": "New recipient: Xingtu Ads."},
    )
    return ReleaseFinding(found, language, Obligation(Level.SEPARATE_CONSENT, 30, ("PIPL 23",)))


def release(number: str, announced: date, effective: date, level: Level, *, previous: str = "") -> Release:
    """Make a release of the sample with its texts."""
    texts = {
        k: ReleaseText(k, f"policies/privacy/{k}.md", hashlib.sha256(text.encode()).hexdigest(), f"{n}{k}")
        for (n, k), text in TEXTS.items()
        if n == number
    }
    summaries = {"zh-CN": f"第 {number} 版的摘要。", "en": f"Summary of version {number}."} if previous else {}
    return Release(
        "privacy", number, previous, announced, effective, texts, summaries, (), (), level, False, 0, "c0ffee" * 6
    )


RELEASES = (
    release("1.0.0", date(2024, 4, 1), date(2024, 5, 1), Level.NONE),
    release("1.0.1", date(2025, 1, 5), date(2025, 1, 12), Level.ROUTINE, previous="1.0.0"),
    replace(
        release("1.1.0", date(2025, 6, 1), date(2025, 7, 1), Level.PROMINENT, previous="1.0.1"),
        withdrawn_on=date(2025, 6, 10),
    ),
    replace(
        release("2.0.0", date(2026, 11, 1), date(2026, 12, 1), Level.SEPARATE_CONSENT, previous="1.0.1"),
        findings=(finding(), finding("en", "f2")),
    ),
)


@dataclass(frozen=True)
class Memory:
    """A source in memory."""

    releases_by_policy: Mapping[str, tuple[Release, ...]]
    texts: Mapping[tuple[str, str, str], bytes]
    publisher: Publisher = PUBLISHER

    def policies(self) -> tuple[str, ...]:
        return tuple(self.releases_by_policy)

    def releases(self, policy: str, *, today: date) -> tuple[Release, ...]:
        return self.releases_by_policy[policy]

    def bytes(self, release: Release, language: str) -> bytes:
        try:
            return self.texts[release.policy, release.number, language]
        except KeyError:
            raise UnknownVersionError from None


def many(count: int) -> Memory:
    """Make a history of many versions, as an imported repository has it: no findings, one language."""
    texts = {
        ("terms", str(n), "en"): f"# Terms\n\nParagraph {n}.\n\nAlways the same.\n".encode()
        for n in range(1, count + 1)
    }
    rows = []
    for n in range(1, count + 1):
        digest = hashlib.sha256(texts["terms", str(n), "en"]).hexdigest()
        previous = str(n - 1) if n > 1 else ""
        day = date.fromordinal(date(2020, 1, 1).toordinal() + 40 * n)
        text = {"en": ReleaseText("en", "Terms.md", digest)}
        rows.append(Release("terms", str(n), previous, None, day, text, {}, (), (), Level.NONE, False, 0, "abc"))
    publisher = replace(PUBLISHER, languages=("en",), authoritative="en", policy_titles={"terms": {"en": "Terms"}})
    return Memory({"terms": tuple(rows)}, texts, publisher)


@pytest.fixture
def source() -> Memory:
    """Give the sample."""
    return Memory({"privacy": RELEASES}, {("privacy", *key): text.encode() for key, text in TEXTS.items()})


@pytest.fixture
def imported() -> Memory:
    """Give a long history without release files."""
    return many(25)


@pytest.fixture
def log() -> Log:
    """Give the log of the sample."""
    return sample_log()


def sample_log() -> Log:
    """Make a log of the sample's first two versions."""
    leaves = [
        statement(
            policy=r.policy,
            number=r.number,
            announced_on=str(r.announced_on),
            effective_on=str(r.effective_on),
            texts={k: t.sha256 for k, t in r.texts.items()},
            previous=r.previous,
        )
        for r in RELEASES[:2]
    ]
    tree = Tree(leaves)
    checkpoint = Checkpoint("policies.example.com", len(tree), tree.root()).text()
    return Log(b"\n".join(leaves) + b"\n", checkpoint.encode())


@pytest.fixture
def today() -> date:
    """Give the day of the tests: one version in force, one withdrawn, one announced."""
    return TODAY


TOML = """
schema = 1
authoritative = "zh-CN"
languages = ["zh-CN", "en"]
jurisdictions = ["CN"]
timezone = "Asia/Shanghai"
[site]
title = { zh-CN = "示例政策中心", en = "Example policies" }
url = "https://policies.example.com/"
[controller]
name = { zh-CN = "示例公司", en = "Example Ltd" }
email = "privacy@example.com"
[[policy]]
id = "privacy"
title = { zh-CN = "隐私政策", en = "Privacy Policy" }
files = { zh-CN = "policies/privacy/zh-CN.md", en = "policies/privacy/en.md" }
"""


TERMS = """
schema = 1
authoritative = "en"
languages = ["en"]
jurisdictions = ["EU"]
[[policy]]
id = "terms"
title = { en = "Terms" }
files = { en = "terms.md" }
"""
"""A history without releases: one policy in English."""


def publish(git: GitMaker, release: Release) -> None:
    """Commit a release of the sample with its texts and tag it."""
    files: dict[str, str | bytes] = {
        t.path: TEXTS[release.number, k].encode() for k, t in release.texts.items()
    }  # the newest texts stay in the work tree
    path = release_file.path_of("privacy", release.number)
    git.release({**files, path: release_file.dump(release)}, release.number)


@pytest.fixture
def repository(tmp_path: Path, log: Log) -> GitMaker:
    """Give the sample as a policy repository in git, with its log; the last version is announced."""
    git = GitMaker(tmp_path / "policies")
    git.commit({"policy.toml": TOML, "transparency/log.jsonl": log.data, "transparency/checkpoint": log.checkpoint})
    for made in RELEASES:
        publish(git, made)
    return git
