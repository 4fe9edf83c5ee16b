"""The wait that a text promises before its changes, and what is no such promise."""

from __future__ import annotations

import pytest

from policy_versions.promises import promise


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("重大变更，我们在生效前 15 日以电子邮件通知您。", "zh-CN", 15),
        ("本政策如有修改，我们将至少提前三十日公告。", "zh-CN", 30),
        ("我们会在更新生效的十五日前向您告知。", "zh-CN", 15),
        ("修订内容将提前七日公示，重大修订提前三十日公示。", "zh-CN", 30),
        ("变更生效前，我们将公示不少于 10 个工作日。", "zh-CN", 14),
        ("We will notify you of material changes at least 30 days before they take effect.", "en", 30),
        ("We give thirty (30) days' notice of any change to this policy.", "en", 30),
        ("Material changes are announced two weeks in advance.", "en", 14),
        ("如果我们终止服务，我们会提前三十日通知您并更新页面。", "zh-CN", 0),
        ("变更生效后三十日内，您可以申请注销。", "zh-CN", 0),
        ("我们更新政策后会在 15 日内通知您。", "zh-CN", 0),
        ("我们会及时提示您更新的情况。", "zh-CN", 0),
        ("We may change this policy; data is kept for 30 days.", "en", 0),
        ("We respond to your request to change data within 30 days' notice.", "en", 0),
        ("变更前提前三十年通知。", "zh-CN", 0),
        ("修改します。30 日前に通知。", "ja", 0),
    ],
)
def test_a_promise_is_read(text: str, language: str, days: int) -> None:
    found = promise(f"# 标题\n\n{text}\n", language)
    assert (found.days if found else 0) == days
    if found:
        assert found.line == 3
        assert found.quote in text
