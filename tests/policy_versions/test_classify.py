"""The classifier on small texts of our own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from policy_versions.classify import classify, to_json
from policy_versions.commands.classify import classify as command
from policy_versions.model import Category, Direction

ZH = "# 隐私政策\n\n## 我们收集的信息\n\n我们会收集您的昵称。\n\n## 联系我们\n\n请写信至 privacy@example.com。\n"
EN = "# Privacy\n\n## What we collect\n\nWe collect your nickname.\n\n## Contact\n\nWrite to privacy@example.com.\n"


def test_identical_texts_give_nothing() -> None:
    assert classify(ZH, ZH, "zh-CN").findings == ()
    assert classify(EN, EN, "en").findings == ()


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("zh-CN", ZH, ZH.replace("我们会收集您的昵称。", "我们会收集您的昵称和精准定位信息。")),
        ("en", EN, EN.replace("your nickname.", "your nickname and your precise location.")),
    ],
)
def test_a_new_kind_of_data_expands(language: str, before: str, after: str) -> None:
    (finding,) = classify(before, after, language).findings
    assert (finding.category, finding.direction, finding.material) == (Category.DATA, Direction.EXPANDS, True)
    assert finding.sensitive
    assert finding.evidence_after in after
    assert finding.evidence_before in before


def test_a_changed_address_is_neutral_contact() -> None:
    (finding,) = classify(EN, EN.replace("privacy@example.com", "dpo@example.org"), "en").findings
    assert (finding.category, finding.direction) == (Category.CONTACT, Direction.NEUTRAL)
    assert set(finding.explanation) == {"zh-CN", "en"}


def test_json_has_the_agreed_shape() -> None:
    shape = to_json(classify(EN, EN.replace("privacy@example.com", "dpo@example.org"), "en"))
    assert set(shape) == {"material", "level", "findings"}
    assert set(shape["findings"][0]) == {
        "rule", "category", "effect", "direction", "material", "evidence_before", "evidence_after",
        "confidence", "explanation", "fingerprint", "lines",
    }  # fmt: skip
    assert shape["findings"][0]["lines"] == {"before": [9, 9], "after": [9, 9]}


def test_batch_answers_each_line_and_bad_ones_too(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(EN, encoding="utf-8")
    (tmp_path / "b.md").write_text(EN.replace("nickname", "fingerprint"), encoding="utf-8")
    (tmp_path / "c.md").write_bytes(b"\xff\xfe\x00bad")
    good = {"id": "1", "before": str(tmp_path / "a.md"), "after": str(tmp_path / "b.md"), "language": "en"}
    bad = {"id": "2", "before": str(tmp_path / "a.md"), "after": str(tmp_path / "c.md")}
    lines = [json.dumps(good), json.dumps(bad), "{not json", json.dumps({"id": "4"})]
    done = CliRunner().invoke(command, ["--batch", "-"], input="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in done.output.splitlines()]
    assert done.exit_code == 1
    assert answers[0]["material"] is True
    assert [a["id"] for a in answers] == ["1", "2", None, "4"]
    assert all("error" in a for a in answers[1:])


def test_language_is_detected(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(ZH, encoding="utf-8")
    (tmp_path / "b.md").write_text(ZH.replace("昵称", "昵称、身份证号码"), encoding="utf-8")
    done = CliRunner().invoke(command, [str(tmp_path / "a.md"), str(tmp_path / "b.md"), "--format", "json"])
    assert json.loads(done.output)["findings"][0]["category"] == "data"


@pytest.mark.parametrize(
    ("before", "after", "language", "said"),
    [
        ("客服电话：+86 10 0000 0101", "客服电话：+86 10 0000 0202", "zh-CN", "由10 0000 0101更换为10 0000 0202"),
        ("We keep logs for six months.", "We keep logs for **two** years.", "en", "two years instead of six months"),
    ],
)
def test_an_explanation_names_what_changed_in_the_text_s_own_words(
    before: str, after: str, language: str, said: str
) -> None:
    (found,) = classify(before, after, language).findings
    assert said in found.explanation[language]


def test_quotes_for_people_carry_no_markup() -> None:
    (found,) = classify("", "**We share your data with [Acme Inc.](https://acme.example).**", "en").findings
    assert found.quotes == ("", "We share your data with Acme Inc..")


@pytest.mark.parametrize(
    ("before", "after", "language"),
    [
        ("Our archive: 12 Market Street, Springfield.", "Our archive: 21 Market Street, Springfield.", "en"),
        ("至少提前60天通知服务终止。", "至少提前10天通知服务终止。", "zh-CN"),
        ("Children under 13 may not register.", "Children under 16 may not register.", "en"),
    ],
)
def test_another_figure_never_passes_in_silence(before: str, after: str, language: str) -> None:
    assert classify(before, after, language).material


@pytest.mark.parametrize(
    ("before", "after", "language"),
    [
        ("我们停止运营的，至少提前三十日通知您。", "我们停止运营的，至少提前 30 日通知您。", "zh-CN"),
        ("See section 4 for your rights.", "See section 5 for your rights.", "en"),
        ("Last updated: 13 January 2025", "Last updated: 14 January 2026", "en"),
    ],
)
def test_the_same_figure_in_other_signs_is_no_change(before: str, after: str, language: str) -> None:
    assert not classify(before, after, language).material


def test_what_no_rule_explains_stands_beside_what_rules_explain() -> None:
    before = EN + "\nVault 12 holds our sealed archive of your records.\n"
    after = (
        EN.replace("privacy@example.com", "dpo@example.org") + "\nVault 77 holds our sealed archive of your records.\n"
    )
    assert {f.category for f in classify(before, after, "en").findings} == {Category.CONTACT, Category.UNCLASSIFIED}


def test_an_item_put_into_a_list_is_never_silent() -> None:
    before = "我们使用您的订单信息来进行身份核验、确定交易。"
    after = "我们使用您的订单信息来进行身份核验、梯队划分、确定交易。"
    assert classify(before, after, "zh-CN").material


def test_a_company_whose_name_holds_a_trimming_sign_is_read_whole() -> None:
    before = "重庆一触即发科技有限公司（以下简称“我们”）处理您的个人信息。"
    findings = classify(before, before.replace("重庆", "成都"), "zh-CN").findings
    assert {f.category for f in findings} == {Category.OWNERSHIP}


def test_one_period_of_two_things_is_two_changes() -> None:
    old = "咨询记录自咨询结束之日起保存一年。\n\n## 二\n\n通话录音自通话结束之日起保存一年。\n"
    found = classify(old, old.replace("一年", "三年"), "zh-CN").findings
    assert [f.rule for f in found] == ["retention-period", "retention-period"]
    assert len({f.fingerprint for f in found}) == 2


def test_what_is_told_with_another_sentence_is_noted_and_never_lost() -> None:
    old = "我们收集您的手机号。\n\n## 二\n\n本节说明注册。\n\n## 三\n\n本节说明支付。\n"
    new = old.replace("注册。", "注册。我们收集您的人脸信息。").replace(
        "支付。", "支付。支付时，我们收集您的人脸信息。"
    )
    made = classify(old, new, "zh-CN")
    told = [*(f.evidence_after for f in made.findings), *(note.after for note in made.editorial)]
    assert any("支付时" in text for text in told)
    assert sum("人脸信息" in text for text in told) == 2
    assert made.findings


@pytest.mark.parametrize(
    ("before", "after", "language"),
    [
        ("个人信息保护负责部门：用户服务部，负责答复。", "个人信息保护负责部门：客户关怀部，负责答复。", "zh-CN"),
        ("我们的个人信息保护机构为用户服务中心。", "我们的个人信息保护机构为合规办公室。", "zh-CN"),
        ("Department responsible for personal information: User Services, which answers.",
         "Department responsible for personal information: Customer Care, which answers.", "en"),
    ],
)  # fmt: skip
def test_another_department_in_charge_is_a_change(before: str, after: str, language: str) -> None:
    found = classify(before, after, language).findings
    assert [(str(f.category), f.material) for f in found] == [("contact", True)]


@pytest.mark.parametrize(
    ("sentence", "about", "circumstance"),
    [
        ("With your explicit consent we share your e-mail address with advertisers.", "recipients", "legal-basis"),
        ("We keep access logs for two years in encrypted form.", "retention", "security"),
        ("经您明示同意，我们会将您的邮箱地址提供给广告合作伙伴。", "recipients", "legal-basis"),
        ("访问日志经加密后保存两年。", "retention", "security"),
    ],
)
def test_how_something_is_done_is_no_finding_of_its_own(sentence: str, about: str, circumstance: str) -> None:
    language = "en" if sentence.isascii() else "zh-CN"
    before = {"en": "# Policy\n\nWe run a shop.\n", "zh-CN": "# 政策\n\n我们经营一家商店。\n"}[language]
    told = {f.category for f in classify(before, f"{before}\n{sentence}\n", language).findings}
    assert about in told
    assert circumstance not in told


@pytest.mark.parametrize(
    ("sentence", "category"),
    [
        ("Closing this page counts as your consent.", "legal-basis"),
        ("The boxes are ticked for you beforehand.", "method"),
        ("Please check back regularly to see whether this policy changed.", "notice"),
        ("关闭本页面即视为您已同意。", "legal-basis"),
        ("同意选项已为您默认勾选。", "method"),
        ("请您定期查看本页面，以了解本政策是否有变化。", "notice"),
    ],
)
def test_a_dark_pattern_never_passes_as_idle(sentence: str, category: str) -> None:
    language = "en" if sentence.isascii() else "zh-CN"
    before = {"en": "# Policy\n\nWe run a shop.\n", "zh-CN": "# 政策\n\n我们经营一家商店。\n"}[language]
    (found,) = classify(before, f"{before}\n{sentence}\n", language).findings
    assert (found.category, found.direction, found.material) == (category, "expands", True)


def test_minor_changes_are_nothing_about_children() -> None:
    before = "# Policy\n\nWe run a shop.\n"
    assert not classify(before, f"{before}\nMost changes are likely to be minor.\n", "en").material


@pytest.mark.parametrize(
    ("before", "after", "language"),
    [
        ("### Updates (off by default)", "### Updates (on by default)", "en"),
        ("### 检查更新（默认关）", "### 检查更新（默认开，可在设置中关闭）", "zh-CN"),
        ("We run a shop.", "Copyright fees: Music Rights Centre receives your device identifier.", "en"),
        ("我们经营一家商店。", "版权结算：甲乙权益服务中心，得到你的设备编号，用来核对播放量。", "zh-CN"),
    ],
)
def test_neither_a_heading_nor_a_word_of_licences_hides_a_practice(before: str, after: str, language: str) -> None:
    assert classify(f"# P\n\n{before}\n\nText.\n", f"# P\n\n{after}\n\nText.\n", language).material
