"""Feeds are well-formed and their ids never move."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from archive import feeds
from archive.proof import Log
from archive.views import Archive

if TYPE_CHECKING:
    from tests.archive.conftest import Memory
else:
    Memory = Any

A = f"{{{feeds.ATOM}}}"


def entries(source: Memory, today: date, policy: str = "privacy", ui: str = "zh-CN") -> list[ET.Element]:
    return ET.fromstring(feeds.atom(Archive(source, today, Log()), policy, ui)).findall(f"{A}entry")  # noqa: S314


def words(element: ET.Element, name: str) -> str:
    found = element.findtext(f"{A}{name}")
    assert found is not None
    return found


def test_atom_has_what_rfc_4287_requires(source: Memory, today: date) -> None:
    feed = ET.fromstring(feeds.atom(Archive(source, today, Log()), "privacy", "en"))  # noqa: S314
    assert words(feed, "id").startswith("urn:uuid:")
    assert words(feed, "title") == "Versions of “Privacy Policy”"
    assert words(feed, "updated") == "2026-10-31T16:00:00Z"
    assert feed.findtext(f"{A}author/{A}name") == "Example Ltd"
    rels = {link.get("rel"): link.get("href") for link in feed.findall(f"{A}link")}
    assert rels["self"] == "https://policies.example.com/privacy/en/feed.atom"
    assert rels["alternate"] == "https://policies.example.com/privacy/en/"
    for entry in feed.findall(f"{A}entry"):
        for name in ("id", "title", "updated", "published", "summary"):
            assert words(entry, name)
    assert feed.find(f"{{{feeds.HISTORY}}}complete") is not None


def test_an_announced_version_is_in_the_feed_before_it_applies(source: Memory, today: date) -> None:
    newest = entries(source, today)[0]
    assert words(newest, "title") == "《隐私政策》第 2.0.0 版，2026-12-01 生效"
    assert [c.get("term") for c in newest.findall(f"{A}category")] == ["separate-consent", "recipients"]


def test_ids_stay_when_day_status_address_and_words_change(source: Memory, today: date) -> None:
    moved = replace(source, publisher=replace(source.publisher, url="https://new.example.org/legal/"))
    ids = [words(e, "id") for e in entries(source, today)]
    assert len(set(ids)) == 4
    assert ids == [words(e, "id") for e in entries(moved, date(2030, 1, 1), ui="en")]


def test_updated_moves_only_when_a_version_is_withdrawn(source: Memory, today: date) -> None:
    stamps = {words(e, "title"): (words(e, "published"), words(e, "updated")) for e in entries(source, today)}
    for title, (published, updated) in stamps.items():
        assert (published == updated) is ("撤回" not in title), title
    assert stamps["《隐私政策》第 1.1.0 版已撤回"][1] == "2025-06-09T16:00:00Z"


def test_json_feed(source: Memory, today: date) -> None:
    feed = json.loads(feeds.json_feed(Archive(source, today, Log()), "privacy", "zh-CN"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [i["id"] for i in feed["items"]] == [words(e, "id") for e in entries(source, today)]
    assert feed["items"][0]["url"] == "https://policies.example.com/privacy/v2.0.0/zh-CN/"


def test_a_long_history_gives_the_newest_and_does_not_claim_to_be_complete(imported: Memory, today: date) -> None:
    assert len(entries(imported, today, "terms", "en")) == 25
    assert feeds.midnight(date(2026, 12, 1), "Asia/Shanghai") == datetime(2026, 11, 30, 16, tzinfo=UTC)
