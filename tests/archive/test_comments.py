"""Public comments on a version that is still to come, and why another was taken back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape

from archive import feeds, links, machine, site, view_lists
from archive.proof import Log
from archive.views import Archive
from policy_versions.model import Level, Release
from tests.archive.conftest import Memory

URL = "https://forge.example.com/issues/new?title={policy}%20{number}%20{finding}"


def with_window(source: Memory, days: int, url: str = URL) -> Memory:
    """Give the announced version a window, and the withdrawn one its reasons."""

    def change(release: Release) -> Release:
        if release.number == "2.0.0":
            return replace(release, comment_days=days)
        why = {"zh-CN": "合作取消。", "en": "The deal is off."}
        return replace(release, withdrawn_for=why) if release.withdrawn_on else release

    rows = {p: tuple(map(change, releases)) for p, releases in source.releases_by_policy.items()}
    return replace(source, releases_by_policy=rows, publisher=replace(source.publisher, comments=url))


def page(source: Memory, number: str, language: str, today: date) -> str:
    found = site.Site.of(source, today=today).page(links.version("privacy", number, language))
    assert found is not None
    return unescape(found.content.decode())


def bare(html: str) -> str:
    """Return the words of a page."""
    return re.sub(r"<[^<>]*>", "", html).replace("\u00a0", " ")


def test_the_upcoming_version_says_until_when_and_where_to_comment(source: Memory, today: date) -> None:
    open_ = with_window(source, 30)
    html = page(open_, "2.0.0", "zh-CN", date(2026, 11, 30))
    assert "公开征求意见" in html
    assert re.search(r"2026\W?年\W?11\W?月\W?30\W?日（含当日）|2026-11-30（含当日）", bare(html))
    assert 'href="https://forge.example.com/issues/new?title=privacy%202.0.0"' in html
    assert '<li id="f-2.0.0-f1">' in html
    assert 'href="https://forge.example.com/issues/new?title=privacy%202.0.0%20f1"' in html
    english = page(open_, "2.0.0", "en", date(2026, 11, 30))
    assert "up to and including 30 November 2026" in bare(english)
    assert '<li id="f-2.0.0-f2">' in english


def test_after_the_window_nobody_is_sent_anywhere(source: Memory) -> None:
    html = page(with_window(source, 20), "2.0.0", "zh-CN", date(2026, 11, 25))
    assert "意见征集已于" in html
    assert "forge.example.com" not in html


def test_no_window_no_word_of_it(source: Memory, today: date) -> None:
    for number, given in (("2.0.0", with_window(source, 0)), ("1.0.1", with_window(source, 30))):
        assert "征求意见" not in page(given, number, "zh-CN", today)


def test_without_an_address_the_window_is_still_shown(source: Memory) -> None:
    html = page(with_window(source, 30, ""), "2.0.0", "zh-CN", date(2026, 11, 10))
    assert "公开征求意见" in html
    assert "就此项提出意见" not in html


def test_a_recalled_version_says_why_on_its_page_in_feeds_and_to_programs(source: Memory, today: date) -> None:
    gone = with_window(source, 0)
    assert "合作取消。" in page(gone, "1.1.0", "zh-CN", today)
    assert "The deal is off." in page(gone, "1.1.0", "en", today)
    archive = Archive(gone, today, Log())
    assert "撤回原因：合作取消。" in feeds.atom(archive, "privacy", "zh-CN").decode()
    shelf = archive.shelf("privacy")
    found = next(v for v in machine.policy(archive, shelf)["versions"] if v["number"] == "1.1.0")
    assert found["withdrawn_for"] == {"zh-CN": "合作取消。", "en": "The deal is off."}


def test_a_recall_in_the_log_does_not_stand_for_its_version() -> None:
    rows = b'{"number":"1","policy":"p"}\n{"event":"withdrawn","number":"1","policy":"p"}\n'
    release = Release("p", "1", "", None, None, {}, {}, (), (), Level.NONE, False, 0)
    assert Log(rows).place(release) == 0
    assert Log(rows).recalls == {("p", "1"): 1}


def test_the_proof_page_lists_a_recall_too(source: Memory, today: date) -> None:
    entry = b'{"number":"1.1.0","policy":"privacy"}\n'
    log = Log(entry + b'{"event":"withdrawn","number":"1.1.0","policy":"privacy"}\n')
    html = bare(view_lists.proof(Archive(source, today, log), "zh-CN").decode())
    assert "第 1.1.0 版：已撤回" in html
