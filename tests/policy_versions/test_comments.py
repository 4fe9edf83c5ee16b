"""The grammar of comments: what people really type is understood, what cannot be is never guessed at."""

from __future__ import annotations

from datetime import date

import pytest

from policy_versions.comments import Command, Mistake, Verb, parse
from policy_versions.model import Category, Direction, Level


def one(body: str) -> Command:
    found = parse(body)
    assert len(found) == 1, found
    assert isinstance(found[0], Command), found[0]
    return found[0]


def wrong(body: str) -> Mistake:
    found = parse(body)
    assert len(found) == 1, found
    assert isinstance(found[0], Mistake), found[0]
    return found[0]


@pytest.mark.parametrize(
    ("body", "verb", "fingerprints", "reason"),
    [
        ("/policy agree a1b2c3 checked with product", Verb.AGREE, ("a1b2c3",), "checked with product"),
        ("/policy 同意 a1b2c3 已与业务核对", Verb.AGREE, ("a1b2c3",), "已与业务核对"),
        ("/policy 同意a1b2c3，已与业务核对。", Verb.AGREE, ("a1b2c3",), "已与业务核对。"),
        ("／ｐｏｌｉｃｙ　同意　Ａ１ｂ２ｃ３：原因：已核对", Verb.AGREE, ("a1b2c3",), "已核对"),
        ("/policy：同意 a1b2c3 理由: 已核对", Verb.AGREE, ("a1b2c3",), "已核对"),
        ("/政策 确认 `a1b2c3d4e5f6` ok", Verb.AGREE, ("a1b2c3d4e5f6",), "ok"),
        ("  /Policy AGREE A1B2C3 - Fine", Verb.AGREE, ("a1b2c3",), "Fine"),
        ("/policy agree a1b2c3, d4e5f6, added because of X", Verb.AGREE, ("a1b2c3", "d4e5f6"), "added because of X"),
        ("/policy agree a1b2c3，2024 年已评估", Verb.AGREE, ("a1b2c3",), "2024 年已评估"),
        ("/policy agree a1b2c3、d4e5 同一处修改", Verb.AGREE, ("a1b2c3", "d4e5"), "同一处修改"),
        ("/policy agree a1b2c3 d4e5f6 added later", Verb.AGREE, ("a1b2c3", "d4e5f6"), "added later"),
        ("/policy agree a1b2c3 2024 年已评估", Verb.AGREE, ("a1b2c3",), "2024 年已评估"),
        ("/policy 否定 a1b2c3 误报：仅调整语序", Verb.OVERRULE, ("a1b2c3",), "误报：仅调整语序"),
        ("/policy agree a1b2c3", Verb.AGREE, ("a1b2c3",), ""),
        ("/policy agree a1b2c3\n已核对\n无异议", Verb.AGREE, ("a1b2c3",), "已核对 无异议"),
        ("/policy 复核 a1b2c3 同意降低", Verb.SECOND, ("a1b2c3",), "同意降低"),
        ("\u200b/policy agree \ufeffa1b2c3 ok", Verb.AGREE, ("a1b2c3",), "ok"),
    ],
)
def test_a_decision_is_read(body: str, verb: Verb, fingerprints: tuple[str, ...], reason: str) -> None:
    found = one(body)
    assert (found.verb, found.fingerprints, found.reason) == (verb, fingerprints, reason)


@pytest.mark.parametrize(
    ("body", "verb", "level", "reason"),
    [
        ("/policy raise a1b2c3 consent new purpose", Verb.RAISE, Level.CONSENT, "new purpose"),
        ("/policy raise a1b2c3 separate-consent x", Verb.RAISE, Level.SEPARATE_CONSENT, "x"),
        ("/policy 提级 a1b2c3 单独同意 涉及人脸", Verb.RAISE, Level.SEPARATE_CONSENT, "涉及人脸"),
        ("/policy 提高 a1b2c3 为同意", None, None, ""),
        ("/policy 降低 a1b2c3：显著告知，仅改称呼", Verb.LOWER, Level.PROMINENT, "仅改称呼"),
        ("/policy raise a1b2c3 because", None, None, ""),
        ("/policy raise a1b2c3", None, None, ""),
    ],
)
def test_raising_and_lowering_name_a_level(body: str, verb: Verb | None, level: Level | None, reason: str) -> None:
    if verb is None:
        assert wrong(body).code == "level-missing"
        return
    found = one(body)
    assert (found.verb, found.level, found.reason) == (verb, level, reason)


def test_the_lines_below_say_what_no_rule_could() -> None:
    found = one(
        "/policy 同意 a1b2c3\n"
        "理由：新增语音识别\n"
        "类别：信息种类\n"
        "- 方向: 扩大\n"
        "中文：我们会收集您的语音。\n"
        "EN: We will collect: your voice.\n"
        "译文 en：We collect your voice.\n"
        "abroad：否\n"
        "已与研发确认"
    )
    assert (found.category, found.direction) == (Category.DATA, Direction.EXPANDS)
    assert found.texts == {"zh-CN": "我们会收集您的语音。", "en": "We will collect: your voice."}
    assert found.same_as == {"en": "We collect your voice."}
    assert found.answers == {"abroad": False}
    assert found.reason == "新增语音识别 已与研发确认"


def test_questions_of_the_table_are_answered_on_the_line_too() -> None:
    found = one("/policy answer a1b2c3 abroad=no，minors=是 数据均在境内")
    assert (found.verb, found.answers, found.reason) == (
        Verb.AGREE,
        {"abroad": False, "minors": True},
        "数据均在境内",
    )


@pytest.mark.parametrize(
    ("body", "texts", "day"),
    [
        ("/policy summary\nzh: 新增语音\n第二行\nen: Voice", {"zh-CN": "新增语音\n第二行", "en": "Voice"}, None),
        ("/policy 摘要 中文：新增语音", {"zh-CN": "新增语音"}, None),
        (
            "/policy summary\nen: Voice\nfrom 10:30 on\nhttps://example.com/x\nTwo words: this\nfor: privacy",
            {"en": "Voice\nfrom 10:30 on\nhttps://example.com/x\nTwo words: this"},
            None,
        ),
        (
            "/policy summary\nzh: 新增\n我们会收集您的语音：用于识别",
            {"zh-CN": "新增\n我们会收集您的语音：用于识别"},
            None,
        ),
        ("/policy effective 2026-12-31", {}, date(2026, 12, 31)),
        ("/policy 生效日期：２０２６年１２月３１日", {}, date(2026, 12, 31)),
    ],
)
def test_summaries_and_the_day_are_set(body: str, texts: dict[str, str], day: date | None) -> None:
    found = one(body)
    assert (found.texts, found.day) == (texts, day)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("/policy aggree a1b2c3 x", "verb-unknown"),
        ("/policy 同意书 a1b2c3 x", "fingerprint-missing"),
        ("/policy agree", "fingerprint-missing"),
        ("/policy agree everything is fine", "fingerprint-missing"),
        ("/policy agree a1b x", "fingerprint-missing"),
        ("/policy summary\nzh: 新增语音\nfr: La voix\nen: Voice", "label-unknown"),
        ("/policy summary\nzh: 新增语音\n日文：音声", "label-unknown"),
        ("/policy summary What is new\nen: Voice", "label-unknown"),
        ("/policy summary\nfr: La voix", "label-unknown"),
        ("/policy effective soon", "day-missing"),
        ("/policy effective 2026-13-01", "day-missing"),
        ("/policy agree a1b2c3 x\ncategory: stuff", "category-unknown"),
        ("/policy agree a1b2c3 x\n方向: 上", "direction-unknown"),
        ("/policy agree a1b2c3 abroad=maybe x", "answer-unclear"),
        ("/policy agree a1b2c3 x\nminors: 也许", "answer-unclear"),
    ],
)
def test_what_cannot_be_understood_is_a_mistake_and_no_guess(body: str, code: str) -> None:
    assert wrong(body).code == code


@pytest.mark.parametrize(
    "body",
    [
        "",
        "I agree with /policy agree a1b2c3",
        "> /policy agree a1b2c3 quoted",
        "＞ /policy agree a1b2c3 quoted",
        "```\n/policy agree a1b2c3 x\n```",
        "~~~~ text\n```\n/policy agree a1b2c3 x\n~~~\n/policy help\n~~~~",
        "    /policy agree a1b2c3 code",
        "`/policy agree a1b2c3 x`",
        "<!-- /policy agree a1b2c3 x -->",
        "<!--\n/policy agree a1b2c3 x\n",
        "/policyagree a1b2c3",
        "/policies agree a1b2c3",
        "/merge",
        "//policy help",
    ],
)
def test_what_is_quoted_shown_or_meant_for_others_is_left_alone(body: str) -> None:
    assert parse(body) == ()


def test_several_commands_stand_in_one_comment_each_with_its_line() -> None:
    found = parse(
        "看过了。\r\n\r\n/policy 同意 a1b2c3 已核对\r\n/policy overrule d4e5f6\r\nonly reordered\r\n\r\n谢谢\n"
        "```\n/policy help\n```\n/policy aggree a1b2\n/policy"
    )
    assert [(f.line, type(f)) for f in found] == [(3, Command), (4, Command), (11, Mistake), (12, Command)]
    assert isinstance(found[1], Command)
    assert found[1].reason == "only reordered"
    assert isinstance(found[3], Command)
    assert found[3].verb is Verb.HELP


@pytest.mark.parametrize("body", ["/policy", "/policy help", "/policy 帮助", "/policy ?", "／政策　帮助"])
def test_help_is_near(body: str) -> None:
    assert one(body).verb is Verb.HELP


def test_long_and_odd_bodies_are_read_without_harm() -> None:
    assert parse("/" * 100_000) == ()
    assert parse("<!--" * 20_000) == ()
    assert isinstance(parse("/policy agree a1b2c3 " + "x，" * 50_000)[0], Command)
    assert isinstance(parse("/policy " + "同" * 100_000)[0], Mistake)
