"""Quotes as people read them."""

from __future__ import annotations

import pytest

from policy_versions.plain import plain

LONG = "we provide your identifiers to the advertising company and to all of its affiliates, " * 2


@pytest.mark.parametrize(
    ("quote", "read"),
    [
        ("", ""),
        ("**只有** [我们](https://example.com/a) __可以__", "只有 我们 可以"),
        ("电话 400-1", "电话 400-1"),  # short: nothing was cut
        (LONG + "so that it can", f"…{LONG}so that it can…"),
        (f"W{LONG[1:]}so that it can show them.", f"W{LONG[1:]}so that it can show them."),
        ("我们将您的设备标识符提供给广告公司，" * 9 + "用于", "我们将您的设备标识符提供给广告公司，" * 9 + "用于…"),
        (
            "我们将您的设备标识符提供给广告公司，" * 9 + "用于广告。**",
            "我们将您的设备标识符提供给广告公司，" * 9 + "用于广告。",
        ),
    ],
)
def test_a_quote_shows_where_it_was_cut(quote: str, read: str) -> None:
    assert plain(quote) == read
