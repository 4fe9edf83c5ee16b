"""The record of a repository: from release files and tags, and of any history that has none."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from policy_versions import release_file
from policy_versions.errors import ConfigError, PolicyError, UnknownVersionError
from policy_versions.model import Level, Release, ReleaseStatus, ReleaseText
from policy_versions.release import Record
from tests.policy_versions.gitmaker import GitMaker

TODAY = date(2024, 3, 1)
TOML = """
schema = 1
authoritative = "zh-CN"
languages = ["zh-CN", "en"]
timezone = "UTC"
[site]
title = { zh-CN = "政策", en = "Policies" }
url = "https://policies.example.com/"
[controller]
name = { zh-CN = "某公司", en = "Some Co." }
email = "privacy@example.com"
[notice]
guardian_under = 14
[[policy]]
id = "privacy"
title = { zh-CN = "隐私政策", en = "Privacy policy" }
files = { zh-CN = "policies/privacy/zh-CN.md", en = "policies/privacy/en.md" }
"""
ZH, EN = "policies/privacy/zh-CN.md", "policies/privacy/en.md"


@pytest.fixture
def git(tmp_path: Path) -> GitMaker:
    made = GitMaker(tmp_path / "repo")
    made.write("policy.toml", TOML)
    return made


def released(number: str, previous: str, announced: date, effective: date, zh: str, en: str) -> Release:
    texts = {
        "zh-CN": ReleaseText("zh-CN", ZH, hashlib.sha256(zh.encode()).hexdigest()),
        "en": ReleaseText("en", EN, hashlib.sha256(en.encode()).hexdigest()),
    }
    return Release(
        "privacy",
        number,
        previous,
        announced,
        effective,
        texts,
        {"zh-CN": "变", "en": "c"},
        (),
        (),
        Level.NONE,
        False,
        0,
    )


def publish(git: GitMaker, release: Release, zh: str, en: str) -> None:
    git.commit({ZH: zh, EN: en, release_file.path_of("privacy", release.number): release_file.dump(release)})
    git.git("tag", "-a", "-m", "published", f"privacy/v{release.number}")


def three(git: GitMaker) -> None:
    days = [date(2024, 1, 1), date(2024, 2, 1), date(2024, 4, 1)]
    for number, previous, day in zip(("1.9.0", "1.10.0", "2.0.0"), ("", "1.9.0", "1.10.0"), days, strict=True):
        zh, en = f"第 {number} 版\n", f"version {number}\n"
        publish(git, released(number, previous, day, day, zh, en), zh, en)


def test_releases_come_from_files_and_tags_in_the_order_of_numbers(git: GitMaker) -> None:
    three(git)
    draft = released("3.0.0", "2.0.0", TODAY, TODAY, "", "")
    git.commit({release_file.path_of("privacy", "3.0.0"): release_file.dump(draft)})
    with Record.open(git.root) as record:
        found = record.releases("privacy", today=TODAY)
        assert [r.number for r in found] == ["1.9.0", "1.10.0", "2.0.0"]
        assert [r.status for r in found] == [ReleaseStatus.REPLACED, ReleaseStatus.IN_FORCE, ReleaseStatus.ANNOUNCED]
        assert record.text(found[1], "zh-CN") == "第 1.10.0 版\n"
        assert record.bytes(found[2], "en") == b"version 2.0.0\n"
        assert found[0].commit == git.git("rev-parse", "privacy/v1.9.0^{commit}")
        assert record.policies() == ("privacy",)


def test_the_release_in_force_is_that_of_the_day(git: GitMaker) -> None:
    three(git)
    with Record.open(git.root) as record:
        on = {day: record.in_force("privacy", on=day) for day in (date(2023, 12, 31), date(2024, 1, 31), TODAY)}
        assert [r and r.number for r in on.values()] == [None, "1.9.0", "1.10.0"]
        assert record.release("privacy", "2.0.0", today=date(2024, 4, 1)).status is ReleaseStatus.IN_FORCE


def test_a_withdrawn_release_stays_and_binds_nobody(git: GitMaker) -> None:
    three(git)
    with Record.open(git.root) as record:
        recalled = replace(record.release("privacy", "2.0.0", today=TODAY), withdrawn_on=date(2024, 3, 15))
    git.commit({release_file.path_of("privacy", "2.0.0"): release_file.dump(recalled)})
    with Record.open(git.root) as record:
        assert record.releases("privacy", today=date(2024, 5, 1))[-1].status is ReleaseStatus.WITHDRAWN
        current = record.in_force("privacy", on=date(2024, 5, 1))
        assert current is not None
        assert current.number == "1.10.0"


def test_a_history_without_releases_has_one_for_each_text(git: GitMaker) -> None:
    git.commit({ZH: "一\n", EN: "one\n"})
    git.commit({ZH: "二\n"})
    git.commit({ZH: "三\n", EN: "two\n"})
    with Record.open(git.root) as record:
        found = record.releases("privacy", today=TODAY)
        assert [(r.number, r.previous, sorted(r.texts)) for r in found] == [
            ("1", "", ["en", "zh-CN"]),
            ("2", "1", ["en", "zh-CN"]),
            ("3", "2", ["zh-CN"]),
        ]
        assert {(r.level, r.findings) for r in found} == {(Level.NONE, ())}
        assert found[-1].status is ReleaseStatus.IN_FORCE
        assert record.bytes(found[1], "zh-CN") == "二\n".encode()
        assert found[1].effective_on == date(2024, 1, 2)
        assert record.in_force("privacy", on=date(2024, 1, 1)) == replace(found[0], status=ReleaseStatus.IN_FORCE)


def test_the_publisher_is_who_policy_toml_says(git: GitMaker) -> None:
    git.commit({ZH: "一\n", EN: "one\n"})
    with Record.open(git.root) as record:
        who = record.publisher
    assert (who.name["zh-CN"], who.email, who.guardian_under) == ("某公司", "privacy@example.com", 14)
    assert who.policy_titles["privacy"]["en"] == "Privacy policy"
    assert who.channels == ("email", "in_app")


def test_what_is_not_there_is_named_with_what_is(git: GitMaker) -> None:
    three(git)
    with Record.open(git.root) as record:
        with pytest.raises(UnknownVersionError, match=r"no release '9'; the latest: 1\.9\.0, 1\.10\.0, 2\.0\.0"):
            record.release("privacy", "9", today=TODAY)
        with pytest.raises(ConfigError, match="no policy 'pivacy'"):
            record.releases("pivacy", today=TODAY)
        with pytest.raises(UnknownVersionError, match="is not in 'fr'; it is in zh-CN, en"):
            record.bytes(record.release("privacy", "2.0.0", today=TODAY), "fr")
    with pytest.raises(PolicyError):
        Record.open(git.root.parent)
