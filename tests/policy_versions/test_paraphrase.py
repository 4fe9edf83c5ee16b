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
