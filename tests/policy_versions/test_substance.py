"""What no rule explains is reported, unless there is a reason why it says nothing new."""

from __future__ import annotations

import pytest

from policy_versions.classify import classify
from policy_versions.model import Assessment

FRAME = {
    "en": "# Privacy\n\nThis page describes our practices.\n\n{}\n\nThat is all there is to say here.\n",
    "zh": "# 隐私政策\n\n本页介绍我们的做法。\n\n{}\n\n以上就是全部内容。\n",
}


def judged(before: str, after: str, language: str) -> Assessment:
    """Classify two texts that differ in one paragraph."""
    frame = FRAME[language]
    return classify(frame.format(before), frame.format(after), language)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh", "数据经纪商可以从我们处购买去标识化的用户名单。"),
        ("zh", "部分接口暂未启用传输加密。"),
        ("zh", "个性化推荐功能默认处于关闭状态。"),
        ("en", "Data brokers may purchase de-identified user lists from us."),
        ("en", "Support staff in India can access your tickets."),
        ("en", "There is no limit on how long we keep your chats."),
    ],
)
def test_a_new_sentence_about_a_practice_never_passes_in_silence(language: str, sentence: str) -> None:
    assert judged("", sentence, language).findings
    assert judged(sentence, "", language).findings


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("zh", "(1) 产品或技术服务的供应商。", "(1) 产品、广告或技术服务的供应商。"),
        (
            "en",
            "This covers the app, website and mini program.",
            "This covers the app, website, mini program and Acme Pro.",
        ),
        ("zh", "您最多可以绑定两台设备来接收登录信息。", "您最多可以绑定五台设备来接收登录信息。"),
        (
            "en",
            "You may link up to two devices to your account data.",
            "You may link up to five devices to your account data.",
        ),
        (
            "en",
            "The recipients of reports are our partners.",
            "The recipients of reports are our partners, "
            "whichever venture or undertaking happens to sponsor another campaign anywhere.",
        ),
    ],
)
def test_another_item_figure_or_clause_in_a_sentence_is_reported(language: str, before: str, after: str) -> None:
    assert judged(before, after, language).findings


@pytest.mark.parametrize(
    ("kind", "language", "before", "after"),
    [
        ("synonym", "zh", "我们会向您提供订单信息的副本。", "我们将向您提供订单信息的副本。"),
        ("synonym", "zh", "一张卡在半年内最多绑定六台设备。", "一张卡在六个月内最多绑定 6 台设备。"),
        (
            "synonym",
            "en",
            "We show the last four digits of the payment card.",
            "We show the last 4 digits of the payment card.",
        ),
        ("synonym", "en", "We organise your account data.", "We organize your account data."),
        ("date", "en", "Updated over a week ago", "Updated over 7 months ago"),
        ("numbering", "en", "Use [our services\\[2\\]](#a2) freely.", "Use [our services\\[1\\]](#a1) freely."),
        ("numbering", "zh", "请见第3条所述的个人信息。", "请见第4条所述的个人信息。"),
        ("version", "en", "", "We have updated our Privacy Policy."),
        ("reading", "zh", "", "您可以查看本隐私政策的历史版本。"),
        ("idle", "en", "", "[Chrome & the Chrome Operating System](https://www.example.com/chrome)"),
        ("idle", "zh", "", "本页面支持深色模式与大字号显示。"),
        ("translation", "en", "", "A large-print view and a dark theme of this page are available."),
        ("liability", "en", "", "This text is licensed under a Creative Commons licence."),
    ],
)
def test_what_says_nothing_new_has_a_reason(kind: str, language: str, before: str, after: str) -> None:
    assessment = judged(before, after, language)
    assert not assessment.findings
    assert kind in {note.kind for note in assessment.editorial}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_rewritten_text_may_repeat_what_it_says(language: str) -> None:
    lead = {"zh": "我们会把您的订单信息提供给快递公司。", "en": "We share your order data with couriers."}[language]
    again = {"zh": "快递公司需要订单信息。", "en": "Couriers need your order data."}[language]
    filler = [
        {"zh": f"第{n}个栏目叫作“天气{n}”。", "en": f"Column {n} is called weather {n}."}[language] for n in range(9)
    ]
    before = "\n\n".join([lead, *filler])
    after = "\n\n".join([lead, again, *(f"{f} {again[:6]}{n}{n}{n}" for n, f in enumerate(filler))])
    notes = judged(before, after, language).editorial
    assert any(note.kind in ("restated", "idle") for note in notes)


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        (
            "zh",
            "电子邮箱：用于接收咨询意见书、电子发票和本政策的变更通知。",
            "电子邮箱：用于接收咨询意见书、电子发票、营销推广信息和本政策的变更通知。",
        ),
        (
            "en",
            "E-mail address: used to send you written opinions, invoices and notices of changes to it.",
            "E-mail address: used to send you written opinions, invoices, marketing and notices of changes to it.",
        ),
    ],
)
def test_words_put_in_are_named_for_what_they_are(language: str, before: str, after: str) -> None:
    found = judged(before, after, language).findings
    assert [(f.category, f.direction) for f in found] == [("purpose", "expands")]


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        (
            "en",
            "## What we collect\n\nWe collect the following data:\n\n- your phone number,\n- your name.\n",
            "## What we collect\n\nWe collect the following data:\n\n- your phone number,\n- a roster,\n- your name.\n",
        ),
        (
            "en",
            "## Who receives data\n\n| Provider | Country |\n| --- | --- |\n| Crowdbeam | Chile |\n",
            "## Who receives data\n\n| Provider | Country |\n| --- | --- |\n| Pagetick | Chile |\n",
        ),
        (
            "zh",
            "## 我们收集的信息\n\n我们收集以下信息：\n\n- 手机号码\n- 姓名\n",
            "## 我们收集的信息\n\n我们收集以下信息：\n\n- 手机号码\n- 队友名册\n- 姓名\n",
        ),
    ],
)
def test_an_entry_that_no_word_list_knows_is_reported_all_the_same(language: str, before: str, after: str) -> None:
    assert classify(before, after, language).findings
    assert classify(after, before, language).findings
