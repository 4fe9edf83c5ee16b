"""Annexes: lists of SDKs, sub-processors and cookies are documents of a policy, checked, drafted and shown with it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from archive import links, site
from policy_versions.cli import main
from policy_versions.config import parse
from policy_versions.errors import ConfigError
from policy_versions.release import Record
from tests.archive.conftest import PUBLISHER, many
from tests.policy_versions.gitmaker import GitMaker
from tests.policy_versions.releasing import BASE, TOML

ANNEX = """
[[policy]]
id = "sdks"
annex_of = "privacy"
title = { zh-CN = "第三方 SDK 清单", en = "List of SDKs" }
files = { zh-CN = "policies/sdks/zh-CN.md", en = "policies/sdks/en.md" }
"""
ZH, EN = "policies/sdks/zh-CN.md", "policies/sdks/en.md"
LISTS = {
    ZH: "# 第三方 SDK 清单\n\n| SDK名称 | 公司 | 收集的个人信息 | 使用目的 |\n|---|---|---|---|\n"
    "| 甲推送 | 甲科技有限公司 | 设备标识符 | 消息推送 |\n",
    EN: "# Third-party SDKs\n\n| SDK | Company | Data | Purpose |\n|---|---|---|---|\n"
    "| Alpha Push | Alpha Inc. | device identifier | push messages |\n",
}
ROWS = {
    ZH: "| 乙广告 | 乙网络有限公司 | 广告标识符 | 广告投放 |\n",
    EN: "| Beta Ads | Beta LLC | advertising identifier | advertising |\n",
}
NEW = {path: text + ROWS[path] for path, text in LISTS.items()}


@pytest.fixture
def git(tmp_path: Path) -> GitMaker:
    maker = GitMaker(tmp_path / "repo")
    maker.git("config", "user.name", "T")
    maker.git("config", "user.email", "t@e.cn")
    maker.commit({**BASE, **LISTS, "policy.toml": TOML + ANNEX})
    return maker


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        parse(text.encode(), lambda _: True)
    return list(error.value.problems)


def test_an_annex_belongs_to_a_policy_that_stands_by_itself() -> None:
    config = parse((TOML + ANNEX).encode(), lambda _: True)
    assert [p.id for p in config.annexes("privacy")] == ["sdks"]
    assert config.annexes("sdks") == ()
    (unknown,) = problems(TOML + ANNEX.replace('"privacy"', '"privat"'))
    assert "key `policy[1].annex_of`: there is no policy 'privat' (allowed: privacy)" in unknown
    (itself,) = problems(TOML + ANNEX.replace('"privacy"', '"sdks"'))
    assert "'sdks' is itself an annex (allowed: privacy)" in itself
    deeper = ANNEX.replace('"sdks"', '"more"').replace('"privacy"', '"sdks"').replace("policies/sdks", "more")
    assert "key `policy[2].annex_of`: 'sdks' is itself an annex" in problems(TOML + ANNEX + deeper)[0]


def test_a_new_row_of_an_annex_is_a_finding_with_the_names_of_its_row(
    git: GitMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    git.commit(dict(NEW))
    with pytest.raises(SystemExit) as end:
        main(["check", "HEAD~1..HEAD", "--format", "json", "-C", str(git.root)])
    (policy,) = json.loads(capsys.readouterr().out)["policies"]
    assert (end.value.code, policy["policy"]) == (1, "sdks")
    told = {(f["category"], f["direction"]): f["explanation"]["en"] for f in policy["findings"]}
    assert {category for category, _ in told} >= {"recipients", "data", "purpose"}
    assert {direction for _, direction in told} == {"expands"}
    said = " ".join(f["explanation"]["en"] for f in policy["findings"])
    assert "The row: Company: Beta LLC; Data: advertising identifier; Purpose: advertising." in said
    assert "Beta Ads · Data" in said
    assert "乙广告 · 收集的个人信息" in " ".join(f["explanation"]["zh-CN"] for f in policy["findings"])


def test_an_annex_is_drafted_by_itself_and_known_to_the_record(
    git: GitMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["draft", "-C", str(git.root)])
    capsys.readouterr()
    assert not end.value.code
    drafts = sorted(str(p.relative_to(git.root)) for p in git.root.glob("policies/*/releases/*.yaml"))
    assert drafts == ["policies/privacy/releases/1.0.0.yaml", "policies/sdks/releases/1.0.0.yaml"]
    assert Record.open(git.root).publisher.annexes == {"sdks": "privacy"}


def test_the_archive_shows_an_annex_behind_its_policy_and_names_it() -> None:
    one = many(2)
    rows = one.releases_by_policy["terms"]
    others = {name: tuple(replace(r, policy=name) for r in rows) for name in ("cookies", "terms", "zeta")}
    texts = {(name, number, tag): data for name in others for (_, number, tag), data in one.texts.items()}
    titles = {name: {"en": name.title(), "zh-CN": name.title()} for name in others}
    publisher = replace(PUBLISHER, policy_titles=titles, annexes={"cookies": "zeta"})
    source = replace(one, releases_by_policy=others, texts=texts, publisher=publisher)
    page = site.Site.of(source, today=date(2026, 11, 22)).page(links.home())
    assert page is not None
    html = page.content.decode()
    places = [html.index(f'">{name}</a></h3>') for name in ("Terms", "Zeta", "Cookies")]
    assert places == sorted(places)
    assert html.count("所属政策") == 1
