"""What people read: the change itself, from when, what they can do, what happens if they do nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from notifier import campaigns, render
from notifier.asking import asked
from notifier.model import LINK_MARK, Audience, Campaign, Kind, Snapshot
from policy_versions.model import Category, Decision, Level, Publisher, Release, ReleaseStatus, Verdict


@pytest.fixture
def campaign(release: Release, publisher: Publisher, now: datetime) -> Campaign:
    """Give the campaign of the release."""
    return campaigns.draft(release, publisher, now)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "zh-CN",
            (
                "《隐私政策》将有变更：新增广告合作方。",
                "自 2026年12月1日 起（Asia/Shanghai 时间零点），版本 4.0.0，取代 3.2.0。",
                "1. 新增接收方：星图广告。",
                "需您单独同意 · 公司可做的更多 / 您的权利减少",
                "原文：（无）",
                "新文：“我们向星图广告提供设备标识符。”",
                "原文：“电话 400-1”",
                "您仍适用 3.2.0 版，现有功能不受影响，什么都不会失去。",
                "https://policies.example.com/privacy/v3.2.0..v4.0.0/zh-CN/",
                "全民法务 · 个人信息保护部",
                "电话：400-810-8888",
                "15 天内答复",
                "网信、电信、公安、市场监管部门",
            ),
        ),
        (
            "en",
            (
                "Our Privacy Policy changes: new advertising partners.",
                "From 1 December 2026 (00:00, Asia/Shanghai time), version 4.0.0 instead of 3.2.0.",
                "1. A new recipient: Xingtu Ads.",
                "Needs your separate consent; the company may do more / you have less",
                "Before: (nothing)",
                'After: "We give device identifiers to Xingtu Ads."',
                "you stay on version 3.2.0, everything works as before and nothing is lost",
                "https://policies.example.com/privacy/v4.0.0/en/",
                "https://policies.example.com/privacy/\n",
                "Data Protection Office",
            ),
        ),
    ],
)
def test_a_notice_says_all_that_it_must(campaign: Campaign, language: str, expected: tuple[str, ...]) -> None:
    notice = render.notice(campaign, language, Audience.PERSON, "n@example.com")
    for words in expected:
        assert words in notice.text
    for editorial in ("措辞调整", "Wording only"):
        assert editorial not in notice.text
    assert notice.text.count(LINK_MARK) == 1
    assert notice.html.count(LINK_MARK) == 1
    assert "\n\n\n" not in notice.text
    assert f'<html lang="{language}"' in notice.html
    assert "@media (prefers-color-scheme: dark)" in notice.html
    assert "<img" not in notice.html
    assert len(notice.html.encode()) < 100_000


def test_subjects_say_what_and_when(campaign: Campaign) -> None:
    subjects = [render.notice(campaign, language, Audience.PERSON, "").subject for language in ("zh-CN", "en")]
    assert subjects == [
        "《隐私政策》将于 2026-12-01 变更：新增广告合作方，需您单独同意",
        "Our Privacy Policy changes on 1 December 2026: new advertising partners - needs your separate consent",
    ]


def test_a_text_message_is_short(campaign: Campaign) -> None:
    short = render.notice(campaign, "zh-CN", Audience.PERSON, "").short
    head = "【全民法务】《隐私政策》12月1日变更：新增广告合作方，需您单独同意。详情与选择"
    assert short == f"{head} {LINK_MARK} 拒绝不影响现有功能"
    assert len(short.replace(LINK_MARK, "")) <= 70


def test_a_child_and_a_guardian_are_told_in_their_own_words(campaign: Campaign) -> None:
    child = render.notice(campaign, "zh-CN", Audience.CHILD, "")
    guardian = render.notice(campaign, "en", Audience.GUARDIAN, "")
    assert "需监护人同意" in child.subject
    assert "需要由你的监护人决定" in child.text
    assert "You are the guardian of a child" in guardian.text
    assert "on the child's behalf" in guardian.html


def test_what_asks_nothing_says_so(release: Release, publisher: Publisher, now: datetime) -> None:
    informs = tuple(change for change in release.findings if not change.obligation.level.asks)
    campaign = campaigns.draft(replace(release, level=Level.PROMINENT, findings=informs), publisher, now)
    notice = render.notice(campaign, "en", Audience.PERSON, "")
    assert "You need not do anything" in notice.text
    assert "The new version applies from 1 December 2026" in notice.text
    assert "consent" not in notice.text.lower()


@pytest.mark.parametrize("language", render.LANGUAGES)
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("level", list(Level))
def test_every_template_knows_all_its_variables(
    release: Release, publisher: Publisher, now: datetime, language: str, kind: Kind, audience: Audience, level: Level
) -> None:
    status = ReleaseStatus.WITHDRAWN if kind is Kind.RECALL else ReleaseStatus.ANNOUNCED
    bare = replace(publisher, department={}, authorities={}, phone="", policy_titles={})
    for one, by in ((release, publisher), (replace(release, findings=(), summaries={}, previous=""), bare)):
        draft = campaigns.draft(replace(one, level=level, status=status), by, now, kind=kind)
        notice = render.notice(draft, language, audience, "n@example.com")
        for part in (notice.subject, notice.text, notice.html, notice.short, notice.banner):
            assert part.strip()
        assert "\n" not in notice.subject + notice.short + notice.banner
        assert "  " not in notice.subject


def test_text_and_html_say_the_same(campaign: Campaign) -> None:
    notice = render.notice(campaign, "en", Audience.PERSON, "")
    for change in campaign.snapshot.release.findings[1:4:2]:
        for part in (change.finding.explanation["en"], change.finding.evidence_after):
            assert part in notice.text
            assert part in notice.html


def test_quotes_cannot_become_markup(release: Release, publisher: Publisher, now: datetime) -> None:
    first = release.findings[0]
    evil = replace(first, finding=replace(first.finding, evidence_after="<script>alert(1)</script>"))
    campaign = campaigns.draft(replace(release, findings=(evil,)), publisher, now)
    html = render.notice(campaign, "zh-CN", Audience.PERSON, "").html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_finding_that_a_language_lacks_is_shown_in_the_authoritative_one(release: Release) -> None:
    fewer = replace(release, findings=tuple(f for f in release.findings if f.finding.fingerprint != "b2"))
    assert [f.finding.fingerprint for f in render.material(release, "en", "zh-CN")] == ["a2", "b2"]
    assert [f.finding.fingerprint for f in render.material(fewer, "en", "zh-CN")] == ["a2", "b1"]


def test_a_letter_tells_what_the_page_asks_and_nothing_else(release: Release) -> None:
    """A translation whose findings are of other kinds must neither add a matter nor take one away."""
    own = release.findings[1]
    other = replace(own, finding=replace(own.finding, category=Category.DATA, fingerprint="d2"))
    drifted = replace(release, findings=(release.findings[0], other, *release.findings[2:]))
    told = {f.finding.fingerprint for f in render.material(drifted, "en", "zh-CN")}
    assert told == {"a1", "b2"}
    assert {a.shown.finding.fingerprint for a in asked(drifted, "en", "zh-CN") if a.shown} <= told


def test_decisions_of_lawyers_count(release: Release) -> None:
    lowered = Decision("b1", Verdict.OVERRULED, "the old number still works", "lin", date(2026, 10, 1))
    raised = Decision("c1", Verdict.RAISED, "it matters here", "lin", date(2026, 10, 1))
    decided = replace(release, decisions=(lowered, raised))
    assert [f.finding.fingerprint for f in render.material(decided, "zh-CN", "zh-CN")] == ["a1", "c1"]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [("en", "en"), ("en-GB", "en"), ("zh", "zh-CN"), ("zh-TW", "zh-CN"), ("fr", "zh-CN"), ("", "zh-CN")],
)
def test_everybody_is_told_in_a_language_there_is(
    release: Release, publisher: Publisher, wanted: str, told: str
) -> None:
    assert render.language_for(wanted, Snapshot(release, publisher)) == told


def test_long_summaries_are_cut_at_a_clause() -> None:
    assert render.clip("新增广告合作方，并调整保存期限与联系方式", 12) == "新增广告合作方…"
    assert render.clip("new advertising partners and periods", 30) == "new advertising partners and…"
    assert render.clip("short", 30) == "short"


@pytest.mark.parametrize(("language", "said"), [("en", "the Chinese text prevails"), ("zh-CN", "以中文文本为准")])
def test_a_notice_names_the_language_that_prevails_where_they_are_out_of_step(
    release: Release, publisher: Publisher, now: datetime, language: str, said: str
) -> None:
    plain = render.notice(campaigns.draft(release, publisher, now), language, Audience.PERSON, "")
    assert said not in plain.text + plain.html
    behind = replace(release, prevailing="zh-CN")
    notice = render.notice(campaigns.draft(behind, publisher, now), language, Audience.PERSON, "")
    assert said in notice.text
    assert said in notice.html
