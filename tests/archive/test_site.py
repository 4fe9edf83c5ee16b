"""Every page is there, links lead somewhere, and what they say follows the day."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

from archive import links, shelf, site
from archive.proof import Log
from policy_versions.errors import ConfigError

if TYPE_CHECKING:
    from tests.archive.conftest import Memory
else:
    Memory = Any


class Reader(HTMLParser):
    """Collect what the tests ask of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def html_pages(pages: Iterable[site.Page]) -> dict[str, Reader]:
    return {p.path: Reader(p.content.decode()) for p in pages if p.path.endswith(".html")}


def say(source: Memory, path: str, today: date, log: Log | None = None) -> str:
    page = site.Site.of(source, today=today, log=log).page(path)
    assert page is not None, path
    return re.sub(r"<[^>]+>", "", page.content.decode())


def test_every_address_is_made_once_and_links_lead_to_a_page(source: Memory, today: date, log: Log) -> None:
    made = {p.path: p for p in site.pages(source, today=today, log=log)}
    assert len(made) == len(list(site.Site.of(source, today=today, log=log).paths()))
    ids = {path: {a["id"] for _, a in r.tags if "id" in a} for path, r in html_pages(made.values()).items()}
    for path, reader in html_pages(made.values()).items():
        if path == "404.html":
            continue
        for attributes in reader.of("a") + reader.of("link") + reader.of("form"):
            target = attributes.get("href") or attributes.get("action") or ""
            parts = urlsplit(target)
            if parts.scheme:
                assert parts.scheme in ("mailto", "https", "tel")
                continue
            there = (
                posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path))) if parts.path else path
            )
            assert there in made, f"{path} -> {target}"
            if parts.fragment and there.endswith(".html"):
                assert unquote(parts.fragment) in ids[there], f"{path} -> {target}"


def test_pages_are_built_right(source: Memory, today: date, log: Log) -> None:
    for path, reader in html_pages(site.pages(source, today=today, log=log)).items():
        names = [tag for tag, _ in reader.tags]
        assert names.count("h1") == 1, path
        assert names.count("main") == 1, path
        assert reader.of("html")[0]["lang"] in ("zh-CN", "en")
        assert "script" not in names
        assert not [a for _, a in reader.tags if "style" in a or any(k.startswith("on") for k in a)]
        ids = [a["id"] for _, a in reader.tags if "id" in a]
        assert len(ids) == len(set(ids)), path
        for tag, attributes in reader.tags:
            if tag in ("img", "script", "iframe", "source", "video") or (
                tag == "link" and attributes["rel"] == "stylesheet"
            ):
                assert "//" not in attributes.get("src", "") + attributes.get("href", "")


def test_the_same_source_and_day_give_the_same_bytes(source: Memory, today: date, log: Log) -> None:
    once = {p.path: p.content for p in site.pages(source, today=today, log=log)}
    again = {p.path: p.content for p in site.pages(source, today=today, log=log)}
    assert once == again


def test_raw_texts_are_the_published_bytes(source: Memory, today: date) -> None:
    raws = [p for p in site.pages(source, today=today) if p.immutable]
    assert len(raws) == 7
    for page in raws:
        assert page.release is not None
        assert hashlib.sha256(page.content).hexdigest() == page.release.texts[page.language].sha256


def test_the_status_line_follows_the_day(source: Memory) -> None:
    path = links.version("privacy", "2.0.0", "zh-CN")
    before, after = say(source, path, date(2026, 11, 30)), say(source, path, date(2026, 12, 1))
    assert "已公布，自 2026-12-01 起生效。在此之前适用第 1.0.1 版。" in before
    assert "现行有效，自 2026-12-01 起。" in after
    old = links.version("privacy", "1.0.1", "en")
    assert "In force since 12 January 2025; version 2.0.0 replaces it from 1 December 2026." in say(
        source, old, date(2026, 11, 30)
    )
    assert "it applied from 12 January 2025 until version 2.0.0 replaced it on 1 December 2026" in say(
        source, old, date(2026, 12, 1)
    )
    assert "已于 2025-06-10 撤回，没有生效" in say(source, links.version("privacy", "1.1.0", "zh-CN"), date(2026, 1, 1))


def test_home_says_what_comes_next_and_from_when(source: Memory, today: date) -> None:
    words = say(source, links.home(), today)
    assert "即将变更" in words
    assert "第 2.0.0 版自 2026-12-01 起生效" in words
    assert "需您单独同意" in words


def test_the_timeline_marks_coming_and_withdrawn_and_filters(source: Memory, today: date) -> None:
    page = site.Site.of(source, today=today).page(links.timeline("privacy"))
    assert page is not None
    order = re.findall(r'<li class="([a-z-]+)" id="v([0-9.]+)"', page.content.decode())
    assert order == [("announced", "2.0.0"), ("withdrawn", "1.1.0"), ("in-force", "1.0.1"), ("replaced", "1.0.0")]
    recipients = say(source, links.timeline("privacy", category="recipients"), today)
    assert "第 2.0.0 版" in recipients
    assert 'id="v1.0.1"' not in recipients
    assert site.Site.of(source, today=today).page(links.timeline("privacy", year="1999")) is None


def test_a_text_that_is_missing_is_shown_in_another_language_and_marked(source: Memory, today: date) -> None:
    page = site.Site.of(source, today=today).page(links.version("privacy", "1.0.0", "en"))
    assert page is not None
    html = page.content.decode()
    assert "There is no English text of this version; this is the Chinese one." in html
    assert '<article class="policy" lang="zh-CN"' in html
    assert '<html lang="en">' in html


def test_a_redline_shows_findings_first_then_words(source: Memory, today: date) -> None:
    page = site.Site.of(source, today=today).page(links.redline("privacy", "1.0.1", "2.0.0", "zh-CN"))
    assert page is not None
    html = page.content.decode()
    assert html.index("新增接收方：星图广告") < html.index("逐字对照")
    assert "PIPL 23" in html
    assert "公司可做的更多 / 您的权利减少" in html
    assert '<del><span class="hidden">[删除：</span>六个月<span class="hidden">]</span></del>' in html
    assert '<ins><span class="hidden">[新增：</span>三年<span class="hidden">]</span></ins>' in html
    assert "条未变 …</summary>" in html


def test_marks_of_a_version_lead_to_their_change(source: Memory, today: date) -> None:
    made = site.Site.of(source, today=today)
    page = made.page(links.version("privacy", "2.0.0", "zh-CN"))
    assert page is not None
    marks = [a["href"] for a in Reader(page.content.decode()).of("a") if a.get("class") == "mark"]
    assert marks
    assert all(m.startswith("../../v1.0.1..v2.0.0/zh-CN/index.html#c") for m in marks)


def test_on_a_day(source: Memory, today: date) -> None:
    assert "2024-12-31 这一天，适用的是《隐私政策》第 1.0.0 版。" in say(
        source, links.on_date("privacy", "2024-12-31"), today
    )
    future = say(source, links.on_date("privacy", "2027-01-01", "en"), today)
    assert (
        "On 1 January 2027, version 2.0.0 of “Privacy Policy” will apply unless another is announced before." in future
    )
    early = say(source, links.on_date("privacy", "2020-01-01"), today)
    assert "还没有任何版本生效" in early
    assert "最早的版本是第 1.0.0 版，自 2024-05-01 起生效" in early
    assert site.Site.of(source, today=today).page("privacy/on/2024-02-31/index.html") is None


def test_the_periods_agree_with_every_single_day(source: Memory, today: date) -> None:
    made = shelf.shelve(source, "privacy", today)
    for offset in range(0, 1200, 3):
        day = date(2024, 1, 1) + timedelta(offset)
        told = [p.release for p in made.periods if p.start <= day and (p.until is None or day < p.until)]
        assert told == [r for r in [made.at(day)] if r], day


def test_a_long_history_is_bounded_and_says_so(imported: Memory, today: date) -> None:
    paths = list(site.Site.of(imported, today=today).paths())
    redlines = [p for p in paths if ".." in p]
    assert len(redlines) == 24 + 23
    assert "comparisons of each with the one before, and with the latest" in say(
        imported, "terms/compare/index.html", today
    )
    assert "第" not in say(imported, links.redline("terms", "3", "9", "en"), today)


def test_the_log_is_shown_with_its_proofs(source: Memory, today: date, log: Log) -> None:
    assert "the root hash of 2 entries matched the checkpoint" in say(source, links.proof("en"), today, log)
    broken = replace(log, data=log.data.replace(b"1.0.1", b"1.0.2"))
    assert "did not match the checkpoint" in say(source, links.proof("en"), today, broken)
    assert "Entry 2 of the transparency log" in say(source, links.version("privacy", "1.0.1", "en"), today, log)
    assert "has no transparency log" in say(source, links.proof("en"), today)


def test_an_address_that_leads_nowhere_names_the_nearest(source: Memory, today: date) -> None:
    made = site.Site.of(source, today=today)
    for path in (
        "nowhere/index.html",
        "privacy/v9/en/index.html",
        "privacy/v1.0.0/de/index.html",
        "../etc/passwd",
        "static/x.css",
    ):
        assert made.page(path) is None
    assert "v1.0.1/zh-CN" in made.missing("privacy/v1.9.9/zh-CN/index.html").decode()


def test_a_policy_may_not_take_an_address_of_the_archive(source: Memory, today: date) -> None:
    with pytest.raises(ConfigError, match="'proof' is an address of the archive itself"):
        site.Site.of(replace(source, releases_by_policy={"proof": ()}), today=today)


def test_policies_that_ended_come_last_and_say_so(imported: Memory, source: Memory, today: date) -> None:
    ended = tuple(
        replace(r, policy="old", withdrawn_on=date(2025, 1, 1)) for r in source.releases_by_policy["privacy"][:1]
    )
    both = replace(
        source,
        releases_by_policy={"old": ended, **source.releases_by_policy},
        texts={**source.texts, ("old", "1.0.0", "zh-CN"): b"x"},
    )
    words = say(both, links.home(), today)
    assert words.index("隐私政策") < words.index("已不再适用，仅供查阅")
