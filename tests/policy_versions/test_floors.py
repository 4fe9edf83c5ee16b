"""Statutory floors: read precisely in both languages; a change answers for what it touches, old text only warns."""

# ruff: noqa: E501 - a text is read best in one piece

from __future__ import annotations

from dataclasses import replace

import pytest

from policy_versions import config
from policy_versions.lint import lint
from policy_versions.lint.passages import passages
from policy_versions.papers import Papers
from tests.policy_versions.releasing import TOML
from tests.policy_versions.test_lint import BOTH, LINES, SOUND, faults, papers

TRUE = {
    "zh": [
        ("CN", "reply", "我们收到您的投诉后，将在四十五日内给予答复。"),
        ("CN", "reply", "您的申请我们会于60日内回复。"),
        ("CN", "reply", "对您的意见和请求，答复期限为两个月。"),
        ("EU", "reply", "核实您的身份后，我们将在90天内完成核查和处理您的查阅请求。"),
        ("CN", "service-end", "如本平台停止运营，我们将提前15日在首页公告。"),
        ("CN", "service-end", "终止本服务的，我们至少七日前通知您。"),
        ("CN", "guardian-age", "未满10周岁的用户，应当由父母同意后再使用。"),
        ("CN", "guardian-age", "十二周岁以下儿童提交信息须得到监护人的许可。"),
        ("EU", "breach", "发生个人信息泄露的，我们在30日内向监管机构报告。"),
        ("EU", "breach", "安全事件发生后，我们会向主管部门报告，最迟不超过10日。"),
        ("CN", "records", "订单信息自交易完成之日起保存六个月。"),
        ("CN", "records", "我们保存交易记录两年。"),
        ("CN", "deemed-consent", "您一旦登录本网站，即表示您接受本政策的全部内容。"),
        ("CN", "silent-change", "我们可不经通知随时调整本政策。"),
        ("CN", "default-on", "为方便您使用，系统已默认勾选。"),
        ("CN", "waiver", "您在此放弃就个人信息提出索赔的权利。"),
    ],
    "en": [
        ("EU", "reply", "We reply to your complaint within two months."),
        ("CN", "reply", "Our team will respond to deletion requests within 90 days."),
        ("US", "reply", "We will inform you of our decision on your request within 60 days."),
        ("EU", "reply", "Within 90 days of your request we will answer it in writing."),
        ("EU", "reply", "Access requests are processed within six weeks."),
        ("CN", "service-end", "Should we shut down the service, you receive notice of at least 10 days."),
        ("CN", "service-end", "We announce it two weeks in advance if we cease to operate the service."),
        ("US", "guardian-age", "Users below the age of 11 need the permission of a parent."),
        ("CN", "guardian-age", "A guardian must consent where the user is younger than 12."),
        ("EU", "breach", "We notify the supervisory authority of a breach within five days."),
        ("EU", "breach", "Within 14 days of an incident we inform the regulator."),
        ("CN", "records", "Transaction records are kept for 24 months."),
        ("CN", "records", "We retain order details for a period of one year."),
        ("EU", "deemed-consent", "By using the app you consent to our policy."),
        ("US", "silent-change", "This policy may be revised without further notice."),
        ("US", "waiver", "You agree to waive any claim about your personal data."),
        ("EU", "default-on", "The box for our newsletter is pre-selected."),
    ],
}  # fmt: skip
NEAR = {
    "zh": [
        "我们尽快答复您的请求，备份中的副本在90日内清除。",
        "账号注销后，我们在90日内删除您的个人信息。",
        "您可以申请导出最近180日内的浏览记录，我们会在10日内答复。",
        "我们在15个工作日内答复您的投诉，调查最长需要60日。",
        "您可以提前3日通知我们终止服务。",
        "系统维护期间需停止服务的，我们提前24小时公告。",
        "停止运营后的30日内，您仍可下载您的数据；我们至少提前45日公告。",
        "停止服务后，我们在15日内删除您的数据。",
        "不满6周岁的儿童不得注册，监护人同意也不例外。",
        "不满十四周岁的儿童须经监护人同意；其中不满八周岁的，由监护人代为操作。",
        "发生安全事件的，我们立即向监管部门报告，并在15日内告知您处理结果。",
        "您可以查看最近90日的订单记录。",
        "交易信息保存三年，订单信息的草稿保留30日。",
        "我们不会仅因您使用本产品就视为您同意。",
        "我们不会在不经通知的情况下修改本政策。",
        "您可以随时修改个人资料，无需通知我们。",
        "我们不采用默认勾选的方式取得同意。",
        "您无需放弃任何投诉或者起诉的权利。",
    ],
    "en": [
        "Deletion is complete within 90 days.",
        "We answer requests at once and erase the backups within 90 days.",
        "You may complain about anything of the last 90 days; we respond within two weeks.",
        "We respond to requests received in the last 60 days first.",
        "We answer your question and complete the deletion within 90 days of a court's order.",
        "We reply to your request within one month, which we may extend by 60 days.",
        "You may end the service with 7 days' notice.",
        "For maintenance we may shut down the service with 12 hours notice.",
        "If we discontinue the service we give 60 days notice and delete your files within 10 days.",
        "Children under 6 may not use the app even with the consent of a parent.",
        "Children under 14 need a parent's consent; those under 8 need one beside them.",
        "We notify the authority of a breach without delay, and affected people within 10 days.",
        "You can see your order history of the last 90 days, which we keep for five years.",
        "We keep order records for as long as the law asks, and search history for 30 days.",
        "Using the app never means that you agree to a change.",
        "We never change this policy without notice.",
        "You can change your settings without notice to us.",
        "Nothing is pre-ticked, and you do not waive any right.",
        "An effective remedy follows within 60 days of the decision of a court.",
    ],
}  # fmt: skip


def under(*jurisdictions: str) -> config.Config:
    listed = ", ".join(f'"{j}"' for j in jurisdictions)
    return config.parse(BOTH.replace('["CN"]', f"[{listed}]").encode(), lambda _: True)


@pytest.mark.parametrize(("side", "row"), [(side, row) for side, rows in TRUE.items() for row in rows])
def test_what_undercuts_a_floor_is_found(side: str, row: tuple[str, str, str]) -> None:
    jurisdiction, floor, text = row
    found = lint(papers(**{side: f"\n{text}\n"}, config=under(jurisdiction)))  # type: ignore[arg-type]
    assert [(b.code, b.args["line"], b.warns) for b in found] == [(f"floor-{floor}", str(LINES + 2), False)]


@pytest.mark.parametrize(("side", "text"), [(side, text) for side, texts in NEAR.items() for text in texts])
def test_what_only_looks_like_it_is_left_alone(side: str, text: str) -> None:
    assert faults(papers(**{side: f"\n{text}\n"}, config=under("CN", "EU", "US")), warns=True) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("side", "text"),
    [("en", "We act on deletion requests within 90 days."), ("zh", "对删除、注销申请，我们在30日内办理完毕。")],
)
def test_the_time_to_carry_out_a_deletion_is_no_answer(side: str, text: str) -> None:
    """GDPR 12(3) and CCPA 1798.130 time the answer; only the rules for Apps in China time the deletion: a warning."""
    (found,) = lint(papers(**{side: f"\n{text}\n"}, config=under("CN", "EU", "US")))  # type: ignore[arg-type]
    assert (found.code, found.warns) == ("floor-handling", True)
    assert lint(papers(**{side: f"\n{text}\n"}, config=under("EU", "US"))) == ()  # type: ignore[arg-type]


def test_an_age_that_another_sentence_raises_is_not_undercut() -> None:
    text = (
        "\nIn the US we ask a parent's permission below the age of 13.\n\nElsewhere a parent must consent under 14.\n"
    )
    assert faults(papers(en=text, config=under("CN", "US")), warns=True) == []
    assert faults(papers(en=text.replace("14", "13"), config=under("CN", "US"))) != []


OLD_ZH, OLD_EN = "我们将在收到您的请求后 60 日内答复。", "We answer your request\nwithin sixty days."
BEFORE = {"zh-CN": SOUND["zh-CN"] + f"\n{OLD_ZH}\n", "en": SOUND["en"] + f"\n{OLD_EN}\n"}


@pytest.mark.parametrize(
    ("zh", "codes"),
    [
        (f"{OLD_ZH}\n\n新的一句。", []),  # untouched
        (f"**{OLD_ZH}** 新的一句。", []),  # untouched, though its line is not
        (f"新的一句。\n\n## 答复\n\n{OLD_ZH}", []),  # moved
        (OLD_ZH.replace("您的请求", "您的书面请求"), ["floor-reply"]),  # touched
        (OLD_ZH.replace("60", "50"), ["floor-reply"]),
        (f"{OLD_ZH}\n\n我们在 50 日内答复您的投诉。", ["floor-reply"]),  # one more
    ],
)
def test_only_sentences_that_the_change_touches_block(zh: str, codes: list[str]) -> None:
    found = lint(papers(f"\n{zh}\n", f"\n{OLD_EN}\n", before=BEFORE, config=under("CN")))
    assert [b.code for b in found if not b.warns] == codes


def test_old_text_warns_once_with_its_line_unless_policy_toml_says_more() -> None:
    now: Papers = papers(f"\n{OLD_ZH}\n\n再说一遍：新的。\n\n{OLD_ZH}\n", before=BEFORE)
    assert [(b.code, b.args["line"], b.warns) for b in lint(now)] == [("floor-reply", str(LINES + 2), True)]
    strict = config.parse(f'{TOML}[lint]\nblock = ["floor-reply"]\n'.encode(), lambda _: True)
    assert faults(replace(now, config=strict)) == [("floor-reply", LINES + 2)]


@pytest.mark.parametrize(
    ("old", "new", "blocks"),
    [
        ("电话：【待填】", "电话：【待填】", False),
        ("电话：【待填】", "客服电话：【待填】", True),
        ("电话：10086", "电话：【待填】", True),
        ("请联系{{company}}。", "新的一句。请联系{{company}}。", False),
    ],
)
def test_placeholders_of_old_text_warn_and_new_ones_block(old: str, new: str, blocks: bool) -> None:
    before = {x: text + f"\n{old}\n" * (x == "zh-CN") for x, text in SOUND.items()}
    (found,) = lint(papers(f"\n{new}\n", before=before))
    assert (found.code, found.warns) == ("placeholder", not blocks)
    (first,) = lint(papers(f"\n{old}\n" if not blocks else f"\n{new}\n"))
    assert not first.warns  # a first version has nothing that was there before


def test_a_sentence_that_was_wrapped_is_read_whole_and_placed() -> None:
    text = "# Title\n\nWe answer every request about the data that we hold of\nyou within sixty days. Then we\n\n- stop\n- rest\n"
    found = passages(text, "en")
    assert (3, "We answer every request about the data that we hold of you within sixty days.") in found
    assert (4, "Then we") in found
    assert [line for line, _ in found] == [1, 3, 4, 6, 7]
