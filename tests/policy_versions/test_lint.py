"""Lint: each fault of a text is named with its line, a sound text has none, and what misreads can be waived by two."""

# ruff: noqa: E501 - a text is read best in one piece

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest

from policy_versions import config
from policy_versions.decisions import Block
from policy_versions.errors import ConfigError
from policy_versions.lint import effective_on, lint, restated, severities
from policy_versions.lint.floors import floors
from policy_versions.model import Level, Release, Waiver
from policy_versions.papers import Papers
from policy_versions.reports.words import words
from tests.policy_versions.releasing import EN, TOML, ZH

TODAY, EARLIEST, DAY = date(2026, 11, 22), date(2026, 11, 30), date(2026, 12, 1)
BOTH = (
    TOML
    + '[[policy]]\nid = "closing"\ntitle = { zh-CN = "账户注销须知", en = "Closing an account" }\nfiles = { zh-CN = "c.md" }\n'
)
SETTINGS = config.parse(BOTH.encode(), lambda _: True)
RELEASE = Release("privacy", "1.0.0", "", None, DAY, {}, {}, (), (), Level.PROMINENT, False, 30)
SOUND = {
    "zh-CN": "# 隐私政策\n\n生效日期：2026 年 12 月 1 日\n\n某公司 privacy@example.com，您可以向网信部门投诉。\n",
    "en": "# Privacy policy\n\nEffective date: 1 December 2026\n\nSome Co., privacy@example.com; you may complain to the authority.\n",
}
LINES = 5  # of a sound text


def papers(zh: str = "", en: str = "", before: Mapping[str, str] | None = None, **changes: object) -> Papers:
    now = {"zh-CN": SOUND["zh-CN"] + zh, "en": SOUND["en"] + en}
    made = Papers(
        RELEASE,
        {"zh-CN": ZH, "en": EN},
        now,
        before if before is not None else {},
        SETTINGS,
        TODAY,
        EARLIEST,
        lambda path: path == "policies/privacy/list.md",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def faults(of: Papers, *, warns: bool = False) -> list[tuple[str, int]]:
    return [(b.code, int(b.args["line"])) for b in lint(of) if warns or not b.warns]


def test_a_sound_text_has_no_fault() -> None:
    assert faults(papers(), warns=True) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("联系我们【待填】", "placeholder"),
        ("公司名称：【】", "placeholder"),
        ("公司名称：【　●　】", "placeholder"),
        ("XX公司运营", "placeholder"),
        ("TODO", "placeholder"),
        ("Lorem ipsum dolor", "placeholder"),
        ("{{company}}", "placeholder"),
        ("Contact ${email}", "placeholder"),
        ("[Insert company address]", "placeholder"),
        ("20XX年X月X日起", "placeholder"),
        ("传真：____", "placeholder"),
        ("**注意：**请阅读", "emphasis"),
        ("这是**“重点”**内容", "emphasis"),
        ("** 空格 **", "emphasis"),
        ("见[上文](#不存在)", "anchor"),
        ("[目录请见此处]()", "link-empty"),
        ("[目录](#)", "link-empty"),
        ("[名单](list-old.md)", "link-broken"),
        ('[名单](../list.md#a "名单")', "link-broken"),
        ("[名单][sdk]", "link-undefined"),
        ("详见附件《SDK 清单》", "annex-missing"),
        ("具体请参见《个人信息收集清单》。", "annex-missing"),
        ("See Annex A for the list.", "annex-missing"),
    ],
)
def test_what_is_unfinished_or_broken_is_named_with_its_line(text: str, rule: str) -> None:
    assert faults(papers(f"\n{text}\n")) == [(rule, LINES + 2)]


@pytest.mark.parametrize(
    "text",
    [
        "[日期](#隐私政策)",
        "**注意**：请阅读 **这里** 和 **note** it",
        "**重点，**“另”和（**“重点”**）",
        "见[上文](#隐私政策)",
        "【八、如何联系我们】",
        "【特别提示】请仔细阅读",
        "[名单](list.md)和[网站](https://example.com/a(b))",
        "[信箱](mailto:a@example.com)",
        "[名单][sdk]\n\n[SDK]: https://example.com/sdk",
        "## 附件\n\n## 附件\n\n[再见](#附件-1)",
        "详见《账户注销须知》和《某公司账户注销须知》。",
        "详见《中华人民共和国电子商务法》和《儿童个人信息网络保护规定》。",
        "## Annex A: list\n\nSee Annex A.",
        "更多信息请见[《SDK 目录》](list.md)",
        "日志保存 6 个月，年龄 18 周岁，MAX 公司",
    ],
)
def test_what_is_sound_is_left_alone(text: str) -> None:
    assert faults(papers(f"\n{text}\n"), warns=True) == []


@pytest.mark.parametrize(
    "rule_line", ["**注意：**请阅读", "见[上文](#不存在)", "[目录请见此处]()", "详见附件《SDK 清单》"]
)
def test_what_was_there_before_only_warns_unless_policy_toml_says_more(rule_line: str) -> None:
    old = {"zh-CN": SOUND["zh-CN"] + f"\n{rule_line}\n"}
    now = papers(f"\n{rule_line}\n\n新的一句。\n", before=old)
    assert faults(now) == []
    (code,) = [b.code for b in lint(now) if b.warns]
    strict = config.parse(f'{TOML}[lint]\nblock = ["{code}"]\n'.encode(), lambda _: True)
    assert [c for c, _ in faults(replace(now, config=strict))] == [code]


def test_only_rules_there_are_can_be_made_stricter() -> None:
    with pytest.raises(ConfigError, match=r"lint\.block.*emphasis"):
        config.parse(f'{TOML}[lint]\nblock = ["emphasys"]\n'.encode(), lambda _: True)
    with pytest.raises(ConfigError, match=r"lint\.languages.*prevailing"):
        config.parse(f'{TOML}[lint]\nlanguages = "off"\n'.encode(), lambda _: True)


def swapped(old: str, new: str, **changes: object) -> Papers:
    return papers(**changes, now={k: t.replace(old, new) for k, t in SOUND.items()})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2026 年 12 月 1 日", "2026 年 12 月 2 日", ["date-wrong", "date-differs"]),
        ("2026 年 12 月 1 日", "2026 年 13 月 1 日", ["date-unreal"]),
        ("2026 年 12 月 1 日", "2025 年 12 月 1 日", ["date-past", "date-differs"]),
        ("生效日期：2026 年 12 月 1 日\n", "\n", ["date-missing"]),
        ("某公司", "另一家", ["controller-missing"]),
        ("Some Co.", "Us", ["controller-missing"]),
        ("投诉", "告诉", ["complaint-missing"]),
        ("complain", "write", ["complaint-missing"]),
        ("privacy@", "other@", ["contact-missing", "contact-missing"]),
    ],
)
def test_the_day_and_the_publisher_are_named_in_every_language(old: str, new: str, expected: list[str]) -> None:
    assert sorted(code for code, _ in faults(swapped(old, new))) == sorted(expected)


def test_a_day_must_be_far_enough_ahead_for_the_duties_found() -> None:
    undrafted = replace(RELEASE, effective_on=None)
    assert faults(papers(release=undrafted)) == []
    assert faults(papers(release=undrafted, earliest=date(2026, 12, 22))) == [("date-early", 3), ("date-early", 3)]


def test_a_release_about_to_be_published_states_its_day() -> None:
    bare = {k: "\n".join(line for line in t.splitlines() if "2026" not in line) for k, t in SOUND.items()}
    found = lint(papers(now=bare))
    assert [(b.code, b.args["example"], b.warns) for b in found] == [
        ("date-missing", "生效日期：2026 年 12 月 1 日", False),
        ("date-missing", "Effective date: 1 December 2026", False),
    ]
    assert all(b.args["example"] in words("en").how(b) for b in found)
    assert [b.warns for b in lint(papers(now=bare, drafted=False))] == [True, True]  # nobody publishes anything yet
    assert {c for c, _ in faults(papers(now=bare, before=SOUND, drafted=False))} == {"date-missing"}  # it was there


def test_an_annex_may_leave_the_day_to_its_policy() -> None:
    listed = config.parse(
        BOTH.replace('id = "closing"', 'id = "closing"\nannex_of = "privacy"').encode(), lambda _: True
    )
    given = {"files": {"zh-CN": "c.md"}, "now": {"zh-CN": "# 清单\n"}, "release": replace(RELEASE, policy="closing")}
    assert [(b.code, b.warns) for b in lint(papers(config=listed, **given))] == [("date-missing", True)]
    assert [(b.code, b.warns) for b in lint(papers(**given))] == [("date-missing", False)]


def test_the_day_of_the_version_in_force_is_past_until_somebody_drafts() -> None:
    undated = replace(RELEASE, effective_on=None)
    for code, year, month in (("date-past", "2025", "12"), ("date-early", "2026", "11")):
        old = {
            k: t.replace("2026 年 12 月 1 日", f"{year} 年 {month} 月 25 日").replace(
                "1 December 2026", "25 December 2025" if year == "2025" else "25 November 2026"
            )
            for k, t in SOUND.items()
        }
        for drafted in (True, False):
            found = lint(papers(now=old, before=old, drafted=drafted, release=undated))
            assert [(b.code, b.warns) for b in found] == [(code, not drafted)] * 2


@pytest.mark.parametrize(
    ("text", "day", "changed"),
    [
        (
            "生效日期：2026 年 1 月 5 日。更新日期：2026 年 1 月 5 日",
            DAY,
            "生效日期：2026 年 12 月 1 日。更新日期：2026 年 1 月 5 日",
        ),
        ("**生效日期**：2026-01-05", DAY, "**生效日期**：2026-12-01"),
        ("本政策自2026年1月15日起生效", DAY, "本政策自2026年12月1日起生效"),
        ("Effective 2026/1/5.", DAY, "Effective 2026/12/1."),
        ("Effective date: January 5th, 2026", DAY, "Effective date: December 1st, 2026"),
        ("Effective on 23rd Jan 2026", date(2027, 5, 12), "Effective on 12th May 2027"),
        ("EFFECTIVE DATE: 5 MAY 2026", DAY, "EFFECTIVE DATE: 1 DECEMBER 2026"),
        ("Updated: 5 May 2026", DAY, "Updated: 5 May 2026"),
    ],
)
def test_a_text_states_another_day_in_its_own_way(text: str, day: date, changed: str) -> None:
    assert restated(text, day) == changed
    assert effective_on(changed) in {day, None}


def test_a_version_takes_effect_after_the_one_before_it() -> None:
    last = replace(RELEASE, number="0.9.0", effective_on=date(2026, 12, 5))
    assert faults(papers(last=last)) == [("date-order", 1)]
    assert faults(papers(last=replace(last, effective_on=DAY))) == []


def test_dates_and_versions_that_stayed_behind_are_shown() -> None:
    old = {"zh-CN": SOUND["zh-CN"] + "\n更新日期：2026-01-01\n\n版本：V2.0\n"}
    now = papers("\n更新日期：2026-01-01\n\n版本：V2.0\n\n新的一句。\n", before=old)
    assert faults(now, warns=True) == [("updated-stale", LINES + 2), ("version-stale", LINES + 4)]
    fresh = papers("\n更新日期：2026-11-01\n\n版本：V2.1\n", before=old)
    assert faults(fresh, warns=True) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("生效日期：2026年12月1日", date(2026, 12, 1)),
        ("本政策自 2026 年 12 月 1 日起生效", date(2026, 12, 1)),
        ("生效日期为：2026-12-01", date(2026, 12, 1)),
        ("更新日期：2026 年 11 月 1 日\n\n生效日期：2026 年 12 月 1 日", date(2026, 12, 1)),
        ("更新日期：2026年11月1日 生效日期：2026年12月1日", date(2026, 12, 1)),
        ("更新日期：2026年11月1日\n生效时间：2026年12月1日", date(2026, 12, 1)),
        ("**Effective date:** 1 December 2026", date(2026, 12, 1)),
        ("Effective December 1, 2026", date(2026, 12, 1)),
        ("Effective from 1st Dec. 2026", date(2026, 12, 1)),
        ("effective_on: 2026-12-01", date(2026, 12, 1)),
        ("施行日期 2026/12/1", date(2026, 12, 1)),
        ("生效日期：2026 年 13 月 1 日", None),
        ("更新日期：2026 年 12 月 1 日", None),
        ("an effective remedy within 30 days", None),
    ],
)
def test_the_stated_day_is_read(text: str, day: date | None) -> None:
    assert effective_on(text) == day


@pytest.mark.parametrize(
    ("text", "rule", "jurisdictions"),
    [
        ("我们将在收到您的请求后 30 日内答复。", "floor-reply", "CN"),
        ("我们会在三十个工作日内回复您的投诉。", "floor-reply", "CN"),
        ("We answer your request within sixty days.", "floor-reply", "EU"),
        ("如果我们终止服务，我们会提前十五日通知您。", "floor-service-end", "CN"),
        ("If we discontinue the service, we notify you 7 days before.", "floor-service-end", "CN"),
        ("不满十二周岁的儿童须经监护人同意方可使用。", "floor-guardian-age", "CN"),
        ("Children under 10 need the consent of a parent.", "floor-guardian-age", "US"),
        ("We report a breach to the authority within 10 days.", "floor-breach", "EU"),
        ("您的交易记录保存一年。", "floor-records", "CN"),
        ("We keep order records for twelve months.", "floor-records", "CN"),
        ("您继续使用我们的产品，即视为同意更新后的政策。", "floor-deemed-consent", "CN"),
        ("By continuing to use the service you agree to the new policy.", "floor-deemed-consent", "EU"),
        ("我们有权随时修改本政策而无需另行通知。", "floor-silent-change", "CN"),
        ("We may change this policy at any time without prior notice.", "floor-silent-change", "US"),
        ("您同意放弃对我们提起诉讼的权利。", "floor-waiver", "CN"),
        ("You hereby waive any right to claim damages.", "floor-waiver", "US"),
        ("注册时默认勾选同意接收推送。", "floor-default-on", "CN"),
        ("Pre-ticked boxes record your choice.", "floor-default-on", "EU"),
    ],
)
def test_statutory_floors_are_not_undercut(text: str, rule: str, jurisdictions: str) -> None:
    settings = config.parse(BOTH.replace('["CN"]', f'["{jurisdictions}"]').encode(), lambda _: True)
    side = "zh" if any("一" <= c <= "鿿" for c in text) else "en"
    found = lint(papers(**{side: f"\n{text}\n"}, config=settings))  # type: ignore[arg-type]
    assert [(b.code, b.args["line"], b.warns) for b in found] == [(rule, str(LINES + 2), False)]
    assert found[0].args["law"] in words("en").block(found[0])


@pytest.mark.parametrize(
    "text",
    [
        "我们将在收到您的请求并核验身份后的 15 天内答复您的请求。",
        "我们会在 15 个工作日内回复您的投诉。",
        "如果我们终止服务或运营，我们会至少提前三十日向您通知。",
        "您违反协议的，我们可以提前三日通知后停止服务。",
        "不满十四周岁的儿童须经监护人同意方可使用。",
        "若您是 18 周岁以下的未成年人，应事先取得您监护人的同意。",
        "交易信息保存时间自交易完成之日起不少于三年。",
        "您的订单信息在备份中保存 30 日。",
        "您继续使用本应用，不视为同意本政策的更新。",
        "继续使用不构成您对新政策的同意。",
        "未经通知我们不会修改本政策。",
        "我们修改本政策前会通知您。",
        "您不放弃任何法定权利。",
        "上述权限默认关闭，我们不会默认勾选同意。",
        "We answer within 15 days of receiving your request.",
        "You can send a request about data of the last 90 days; we answer within 10 days.",
        "Continuing to use the app does not mean that you agree to the change.",
        "We delete your data within 90 days of closing your account.",
    ],
)
def test_what_keeps_to_the_floors_is_left_alone(text: str) -> None:
    settings = config.parse(BOTH.replace('["CN"]', '["CN", "EU", "US"]').encode(), lambda _: True)
    side = "zh" if any("一" <= c <= "鿿" for c in text) else "en"
    assert faults(papers(**{side: f"\n{text}\n"}, config=settings), warns=True) == []  # type: ignore[arg-type]


PROMISE = "本政策变更的，我们将提前六十日公告。"


def test_the_wait_that_the_old_text_promised_is_shown() -> None:
    old = {"zh-CN": SOUND["zh-CN"] + f"\n{PROMISE}\n"}
    shorter = lint(papers("\n本政策变更的，我们将提前七日公告。\n", before=old))
    assert [(b.code, b.args["days"], b.args["new"], b.warns) for b in shorter] == [("promise-shorter", "60", "7", True)]
    gone = lint(papers("", before=old))
    assert [(b.code, b.args["new"]) for b in gone] == [("promise-shorter", "0")]
    kept = lint(papers(f"\n{PROMISE}\n", before=old, release=replace(RELEASE, lead_days=60)))
    assert [b.code for b in kept] == ["promise-counts"]


WAIVER = Waiver("floor-deemed-consent", "即视为同意更新", "指合同更新", "lin@example.com", "zhou@example.com", TODAY)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"reason": " "}, ["waiver-void", "floor-deemed-consent"]),
        ({"second": "lin@example.com"}, ["waiver-void", "floor-deemed-consent"]),
        ({"second": "eve@example.com"}, ["waiver-void", "floor-deemed-consent"]),
        ({"quote": "不在文中的话"}, ["waiver-void", "floor-deemed-consent"]),
        ({"quote": " "}, ["waiver-void", "floor-deemed-consent"]),
        ({"rule": "floor-waiver"}, ["floor-deemed-consent"]),
        ({"rule": "flor"}, ["waiver-void", "floor-deemed-consent"]),
    ],
)
def test_two_approvers_may_waive_what_a_rule_misread(changes: dict[str, str], codes: list[str]) -> None:
    release = replace(RELEASE, waivers=(replace(WAIVER, **changes),))  # type: ignore[arg-type]
    found = papers("\n您继续使用，即视为同意更新后的政策。\n", release=release)
    assert [code for code, _ in faults(found)] == codes


CALLED = """[controller]
email = "privacy@example.com"
phone = "400-800-1234"
name = { zh-CN = "某公司", en = "Some Co." }
address = { en = "1 Old Street, Springfield" }
"""


@pytest.mark.parametrize(
    ("old", "new", "key", "value", "found"),
    [
        ("Call 400 800 1234.", "Call 400 800 5678.", "phone", "400-800-1234", "400 800 5678"),
        ("Write to dpo: privacy@example.com.", "Write to dpo: dpo@example.com.", "email", "privacy@example.com", "dpo@example.com"),
        ("We sit at 1 Old Street, Springfield.", "We sit at 2 New Road.", "address.en", "1 Old Street, Springfield", "We sit at 2 New Road."),
        ("Call 400-800-1234.", "", "phone", "400-800-1234", "—"),
    ],
)  # fmt: skip
def test_where_the_text_changes_how_we_are_reached_policy_toml_must_follow(
    old: str, new: str, key: str, value: str, found: str
) -> None:
    head, tail = BOTH.split("[controller]")[0], BOTH.split("[controller]")[1].partition("\n[")[2]
    settings = config.parse(f"{head}{CALLED}\n[{tail}".encode(), lambda _: True)
    before = {"zh-CN": SOUND["zh-CN"], "en": f"{SOUND['en']}\n{old}\n"}
    of = papers(en=f"\n{new}\n", before=before, config=settings)
    (said,) = [b for b in lint(of) if b.code == "contact-behind"]
    assert said.warns
    assert (said.args["file"], said.args["setting"]) == ("policy.toml", f"controller.{key}")
    assert (said.args["value"], said.args["new"], said.args["path"]) == (value, found, EN)
    assert value in words("zh-CN").what(said)
    same = papers(en=f"\n{old}\n", before=before, config=settings)
    assert "contact-behind" not in {b.code for b in lint(same)}


def test_terms_and_lists_need_no_controller() -> None:
    release = replace(RELEASE, policy="closing")
    now = {"zh-CN": "# 账户注销须知\n\n自 2026 年 12 月 1 日起生效\n"}
    assert faults(papers(release=release, files={"zh-CN": "c.md"}, now=now)) == []


def test_every_rule_has_words_and_a_weight_and_every_floor_a_law() -> None:
    for rule in severities():
        assert words("zh-CN").has(f"block.{rule}.what"), rule
    assert {f"floor-{f.name}" for f in floors()} <= severities().keys()
    for floor in floors():
        assert floor.law.keys() == (floor.limits.keys() or floor.law.keys())
        assert floor.patterns["zh"]
        assert floor.patterns["en"]


def test_the_sample_policy_is_sound() -> None:
    samples = files("policy_versions") / "samples"
    settings = config.parse((samples / "layout" / "policy.toml").read_bytes(), lambda _: True)
    texts = {k: (samples / "policies" / "privacy" / f"{k}.md").read_text(encoding="utf-8") for k in ("zh-CN", "en")}
    assert {b.code for b in lint(papers(config=settings, now=texts))} == {"date-past"}  # what a first draft mends
    dated = {k: restated(t, DAY) for k, t in texts.items()}
    assert lint(papers(config=settings, now=dated)) == ()


def test_a_block_is_told_in_both_languages() -> None:
    (found,) = lint(papers("\n【待填】\n"))
    assert isinstance(found, Block)
    assert words("zh-CN").block(found).startswith(f"{ZH} 第 {LINES + 2} 行")
    assert words("en").block(found).startswith(f"{ZH}, line {LINES + 2}")
