"""Chinese statements told in other words, in another order or cut otherwise; and near misses that say another thing."""

from __future__ import annotations

import pytest

from policy_versions.classify import classify
from policy_versions.lexicon import load
from policy_versions.paraphrase import left_over, turned

SAME = [
    ("我们不会将您的通话内容与其他应用的数据合并。", "您的通话内容，我们不会与其他应用的数据合并。"),
    ("上述权限都可以在手机设置里随时关闭。", "以上这些权限，您随时能到手机设置里关掉。"),
    ("导出：进入“我的-设置-导出数据”。", "导出：进入“首页-账号中心-导出数据”。"),
    ("养殖户：姓名、手机号、栏舍地址，用于上门防疫。", "养殖户：栏舍地址、姓名和手机号码，用于上门防疫。"),
    ("政策变动前10日，我们通过短信逐一通知养殖户。", "政策如需变动，我们会提前10日，用短信逐一通知每位养殖户。"),
    ("原始记录保存90天，期满后予以删除。", "原始记录的存储期限为90天；期限届满即予删除。"),
    ("您上报的故障日志只有工程师会查看，修好后就删除，最长不超过30天。",
     "您上报的故障日志，只有工程师会查看；修好之后就删除，最多不超过30天。"),
]  # fmt: skip
OTHER = [
    ("降噪功能默认关闭，主持人可以手动开启。", "降噪功能默认开启，主持人可以手动关闭。"),
    ("我们会向合作社提供您的姓名。", "我们不会向合作社提供您的姓名。"),
    ("未满14-18周岁的人请由家长陪同。", "未满14-16周岁的人请由家长陪同。"),
    ("原始记录保存90天。", "原始记录保存180天。"),
    ("我们只在您报修时收集位置。", "我们在您报修时收集位置。"),
    ("数据存储于境内机房。", "数据存储于境外机房。"),
    ("以下功能默认不启用：粗略位置——用于报表、安装列表——用于唤醒。", "以下功能默认不启用：粗略位置——用于报表。"),
    ("商城适用其自有的隐私政策。", "商城亦适用本政策。"),
]


def policy(sentence: str) -> str:
    return f"# 隐私政策\n\n我们重视您的信息。\n\n## 说明\n\n{sentence}\n\n## 其他\n\n本政策自发布之日起生效。\n"


@pytest.mark.parametrize(("before", "after"), SAME)
def test_a_statement_told_in_other_words_is_editorial(before: str, after: str) -> None:
    for old, new in ((before, after), (after, before)):
        assert not classify(policy(old), policy(new), "zh").material


@pytest.mark.parametrize(("before", "after"), OTHER)
def test_a_statement_that_says_something_else_is_material(before: str, after: str) -> None:
    for old, new in ((before, after), (after, before)):
        assert classify(policy(old), policy(new), "zh").findings


def test_what_is_left_over_is_told_in_signs_of_either_side() -> None:
    fold = load("zh").fold
    assert left_over(fold("我们会采集您的姓名"), fold("您的姓名由我们收集")) == ("", "")
    assert left_over(fold("我们会采集您的姓名"), fold("我们会采集您的指纹")) == ("姓名", "指纹")
    assert turned(fold("默认关闭，可以开启"), fold("默认开启，可以关闭"))
    assert not turned(fold("默认关闭"), fold("默认为停用"))


LIST = "# 隐私政策\n\n## 第三方\n\n- 运单打印组件：提供方为丰谷软件公司；用途：打印运单；信息：收件人姓名、电话。\n"
TABLE = (
    "# 隐私政策\n\n## 第三方\n\n| 组件 | 提供方 | 用途 | 信息 |\n|---|---|---|---|\n"
    "| 运单打印组件 | 丰谷软件公司 | 打印运单 | 收件人姓名、电话 |\n"
)


def test_a_list_made_a_table_says_the_same() -> None:
    assert not classify(LIST, TABLE, "zh").material
    assert not classify(TABLE, LIST, "zh").material


def test_a_list_made_a_table_with_one_more_field_is_material() -> None:
    assert classify(LIST, TABLE.replace("电话", "电话、身份证号"), "zh").material
    assert classify(TABLE.replace("电话", "电话、身份证号"), LIST, "zh").material


def test_a_title_run_into_its_sentence_says_nothing_new() -> None:
    before = "# 隐私政策\n\n我们重视您的信息。\n\n8　冷链安全\n冷库与总部之间使用专线通信。\n"
    after = "# 隐私政策\n\n我们重视您的信息。\n\n## 第八章 冷链安全\n\n冷库与总部之间使用专线通信。\n"
    assert not classify(before, after, "zh").findings


def test_one_more_product_that_a_policy_covers_is_scope() -> None:
    before, after = "本政策适用于谷仓管家网页端。", "本政策适用于谷仓管家网页端、谷仓秤和粮情盒子。"
    found = classify(policy(before), policy(after), "zh").findings
    assert [(f.category, f.direction) for f in found] == [("scope", "expands")]
    assert not classify(policy(after), policy("本政策适用于粮情盒子、谷仓秤与谷仓管家网页端。"), "zh").findings


def test_the_aim_that_a_label_names_is_an_aim() -> None:
    before = policy("电表数据：每日用电量。")
    after = policy("电表数据：每日用电量；用途：错峰调度建议。")
    assert "purpose" in {f.category for f in classify(before, after, "zh").findings}


def test_an_exception_that_is_gone_is_not_silent() -> None:
    before = policy("除张贴评比结果（隐去姓名和地块所在的村组）外，我们不公开披露您的信息。")
    after = policy("我们不公开披露您的信息，评比结果只当面告诉获奖农户。")
    assert classify(before, after, "zh").material
    assert classify(after, before, "zh").material
