"""What a finding says: the facts by name, what it means for people, why it is so sure, and which terms it touches."""

from __future__ import annotations

import re
from typing import Final

import pytest

from policy_versions import concepts
from policy_versions.classify import classify
from policy_versions.explaining import LANGUAGES
from policy_versions.model import Category, Finding
from tests.cases import CASES, Case

ZH: Final = "# 隐私政策\n\n## {head}\n\n{text}\n"
EN: Final = "# Privacy\n\n## {head}\n\n{text}\n"


def _one(head: str, before: str, after: str, language: str) -> Finding:
    page = ZH if language == "zh-CN" else EN
    found = classify(page.format(head=head, text=before), page.format(head=head, text=after), language).findings
    assert len(found) == 1, [f.rule for f in found]
    return found[0]


@pytest.mark.parametrize(
    ("head", "before", "after", "language", "parts"),
    [
        (
            "共享",
            "我们会将您的订单提供给物流公司。",
            "我们会将您的订单提供给物流公司和保险公司。",
            "zh-CN",
            ("新增保险公司", "没有同意让以下对象得到或看到其信息：保险公司"),
        ),
        (
            "Sharing",
            "We share your orders with couriers.",
            "We share your orders with couriers and advertisers.",
            "en",
            ("Adds advertisers to those who receive or see your data.", "advertisers getting or seeing"),
        ),
        ("保存期限", "日志保存30日。", "日志保存90日。", "zh-CN", ("更长：由30日改为90日", "更早被删除")),
        (
            "Retention",
            "We keep logs for 30 days.",
            "We keep logs for 90 days.",
            "en",
            ("Data is kept longer: 90 days instead of 30 days.", "gone earlier"),
        ),
        (
            "Retention",
            "We keep logs for 90 days.",
            "We keep logs for 30 days.",
            "en",
            ("for a shorter time", "than people agreed to"),
        ),
        (
            "联系我们",
            "请写信至 a@example.com。",
            "请写信至 b@example.org。",
            "zh-CN",
            ("由a@example.com更换为b@example.org", "可能不再得到答复"),
        ),
    ],
)  # fmt: skip
def test_an_explanation_names_the_facts_and_what_they_mean(
    head: str, before: str, after: str, language: str, parts: tuple[str, ...]
) -> None:
    found = _one(head, before, after, language)
    for part in parts:
        assert part in found.explanation[language]
    assert found.explanation[language].endswith(found.witness[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_effects_and_directions_have_witnesses_of_their_own(language: str) -> None:
    said = {
        ("zh-CN", "广告"): "我们{}会将您的订单提供给广告主。",
        ("en", "ads"): "We {}share your orders with advertisers.",
    }
    template = next(text for (spoken, _), text in said.items() if spoken == language)
    no = "不" if language == "zh-CN" else "do not "
    head, keeps = ("共享", "我们重视您。") if language == "zh-CN" else ("Sharing", "We like you.")
    yes, never = template.format(""), template.format(no)
    pairs = [(keeps, f"{keeps}{yes}"), (f"{keeps}{yes}", keeps), (keeps, f"{keeps}{never}"), (f"{keeps}{never}", keeps)]
    page = ZH if language == "zh-CN" else EN
    told = []
    for before, after in pairs:
        texts = (page.format(head=head, text=text.replace(".We", ". We")) for text in (before, after))
        told.append(next(f for f in classify(*texts, language).findings if f.category is Category.RECIPIENTS))
    assert len({f.explanation[language] for f in told}) == 4
    assert told[0].witness != told[1].witness
    assert told[3].witness != told[0].witness


def test_a_narrower_kind_under_a_known_wider_one_is_told_as_such() -> None:
    narrow = _one("收集的信息", "我们会收集您的位置信息。", "我们会收集您的位置信息和经纬度。", "zh-CN")
    assert "“经纬度”属于旧文本已载明的“位置信息”" in narrow.explanation["zh-CN"]
    assert "precise location is a narrower kind of location data" in narrow.explanation["en"]
    wide = _one("What we collect", "We collect your IMEI.", "We collect your IMEI and device information.", "en")
    assert "reaches further than device identifiers" in wide.explanation["en"]


def test_terms_are_those_of_dpv() -> None:
    found = _one("收集的信息", "我们会收集您的昵称。", "我们会收集您的昵称和指纹。", "zh-CN")
    assert found.terms == ("https://w3id.org/dpv/pd#Biometric",)
    assert concepts.broader("data.location.precise") == {"data.location"}
    assert "party.third" in concepts.broader("party.advertiser")


def test_no_concept_is_wider_than_itself() -> None:
    for name in concepts.load():
        assert name not in concepts.broader(name)
        assert not [w for w in concepts.broader(name) if name in concepts.broader(w)], name


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.rule}-{c.language}")
def test_every_finding_explains_itself(case: Case) -> None:
    for before, after in ((case.before, case.after), (case.after, case.before)):
        for found in classify(case.page(before), case.page(after), case.language).findings:
            for said in (found.explanation, found.witness, found.confidence_reason):
                assert set(said) == set(LANGUAGES)
                assert all(said.values())
                assert not [text for text in said.values() if re.search(r"[{}]|[：:、,] ?[。.]|“”|  ", text)], said
            assert found.law
            assert max(map(len, found.explanation.values())) < 900


def test_a_confidence_gives_its_reason() -> None:
    found = _one("Retention", "We keep logs for 30 days.", "We keep logs for 90 days.", "en")
    assert found.confidence_reason["en"].startswith("high: the text names 90 days, 30 days; both wordings")
    assert found.confidence_reason["zh-CN"].startswith("高：")
    page = EN.format(head="Notes", text="We collect your nickname.")
    (new,) = classify(page, f"{page}\nWe share your nickname with advertisers.\n", "en").findings
    assert new.confidence_reason["en"].startswith(f"{new.confidence}: ")


def test_what_no_rule_explains_is_quoted_where_it_differs() -> None:
    before = (
        "We handle orders with the diligence of a prudent merchant, and the moon crew keeps two copies in its tower."
    )
    found = _one("Birds", before, before.replace("two", "twelve"), "en")
    assert found.category is Category.UNCLASSIFIED
    assert "“…e moon crew keeps twelve copies in its tower.”" in found.explanation["en"]


def test_names_are_told_as_the_text_spells_them_and_sentences_end_where_they_do() -> None:
    new = "We certified to the Department of Commerce that we adhere to the EU-U.S. Data Privacy Framework Principles."
    page = EN.format(head="Transfers", text="We store your account data in Ireland.")
    found = classify(page, f"{page}\n{new}\n", "en").findings
    assert found
    assert all("usa" not in f.explanation["en"] and not f.evidence_after.endswith("EU-U.S.") for f in found)
    assert any("EU-U.S. Data Privacy Framework" in f.evidence_after for f in found)


def test_what_is_said_of_a_long_row_ends_at_a_word_and_without_a_full_stop() -> None:
    table = "# List\n\n| Company | Work | Place |\n|---|---|---|\n| Acme | mail | Berlin |\n"
    row = "| Beta LLC | " + "answering questions of customers " * 6 + "| Paris |\n"
    (said,) = {
        f.explanation["en"] for f in classify(table, table + row, "en").findings if "The row:" in f.explanation["en"]
    }
    assert re.search(r"\w …(?: |$)", said), said
    assert "…." not in said


def test_artificial_intelligence_is_not_told_twice_in_one_sentence() -> None:
    found = _one(
        "Use",
        "We read your messages to answer you.",
        "We read your messages with artificial intelligence to answer you.",
        "en",
    )
    assert "artificial intelligence" in found.explanation["en"]
    assert "by artificial intelligence" not in found.explanation["en"].split(".")[0]


def test_a_witness_names_who_and_what_not_the_act() -> None:
    after = "As told above, we share personal data with third parties for various business purposes."
    found = _one("Sharing", "We like you.", after, "en")
    assert "third parties" in found.witness["en"]
    assert "passing" not in found.witness["en"]
    assert "对外提供" not in found.witness["zh-CN"]
