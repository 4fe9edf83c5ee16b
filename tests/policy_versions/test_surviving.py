"""A sentence that came or went, of which another clause of both texts says the same: nothing was given up or added."""

from __future__ import annotations

import pytest

from policy_versions.classify import classify

KEPT = {
    "zh-CN": (
        "我们采取访问控制与加密措施，防止您的个人信息遭到未经授权的访问、披露、篡改或丢失，并定期检查。",
        "防止您的个人信息遭到未经授权的访问、披露、篡改或丢失。",
        "我们不会防止您的个人信息遭到未经授权的访问、披露、篡改或丢失。",
    ),
    "en": (
        "We use encryption and access control to protect your personal data against loss, misuse and access.",
        "We use encryption and access control to protect your personal data against loss.",
        "We no longer use encryption and access control to protect your personal data against loss.",
    ),
}
CONTACT = {
    "zh-CN": (
        "您也可以随时发送邮件至 ask@lantern.example 与我们联系。",
        "关于本政策的意见，请写信到 ask@lantern.example。",
    ),
    "en": (
        "You can e-mail us at ask@lantern.example at any time.",
        "Please write to ask@lantern.example with comments.",
    ),
}


def _page(*paragraphs: str) -> str:
    return "# P\n\n" + "\n\n".join(paragraphs) + "\n"


@pytest.mark.parametrize("language", sorted(KEPT))
def test_what_another_clause_says_anyway_is_no_change(language: str) -> None:
    whole, part, _ = KEPT[language]
    for before, after in ((_page(whole, part), _page(whole)), (_page(whole), _page(whole, part))):
        assert not classify(before, after, language).findings


@pytest.mark.parametrize("language", sorted(KEPT))
def test_the_same_words_denied_are_another_statement(language: str) -> None:
    whole, _, denied = KEPT[language]
    assert classify(_page(whole), _page(whole, denied), language).findings


@pytest.mark.parametrize("language", sorted(CONTACT))
def test_a_way_to_ask_that_stands_elsewhere_is_not_taken_away(language: str) -> None:
    again, kept = CONTACT[language]
    assert not classify(_page(kept, again), _page(kept), language).findings
    assert classify(_page(again), _page("-"), language).findings


def test_under_a_heading_of_its_own_the_same_words_are_said_of_others() -> None:
    whole, part, _ = KEPT["en"]
    assert classify(_page(whole), _page(whole, "## Members of the club", part), "en").findings


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("您登陆后可以查看。", "您登录后可以查看。"),
        ("既删除您的记录。", "即删除您的记录。"),
        ("加密协义保护传输。", "加密协议保护传输。"),
    ],
)
def test_a_sign_mistaken_for_another_is_typography(before: str, after: str) -> None:
    assessment = classify(_page(before), _page(after), "zh-CN")
    assert not assessment.findings
    assert [note.kind for note in assessment.editorial] == ["typography"]
