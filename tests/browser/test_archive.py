"""The archive in a real browser, opened from files: accessible, narrow, dark, printed, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from archive import links
from archive.export import export
from archive.proof import CHECKPOINT, LOG, Log
from archive.site import Site
from policy_versions.release import Record
from tests.archive import conftest as sample
from tests.policy_versions.gitmaker import GitMaker

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
FLAGS = (
    "--no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
)
ADDRESSES = (
    links.home(),
    links.home("en"),
    links.timeline("privacy"),
    links.version("privacy", "2.0.0", "zh-CN"),
    links.version("privacy", "1.0.0", "en"),
    links.redline("privacy", "1.0.1", "2.0.0", "zh-CN"),
    links.on_date("privacy", "2025-01-12", "en"),
    links.on(),
    links.proof("en"),
    "privacy/compare/index.html",
)
SCROLLS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Give a headless Chromium."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        yield made
        made.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the sample's archive as files."""
    base = tmp_path_factory.mktemp("archive")
    git = GitMaker(base / "policies")
    log = sample.sample_log()
    git.commit({"policy.toml": sample.TOML, LOG: log.data, CHECKPOINT: log.checkpoint})
    for release in sample.RELEASES:
        sample.publish(git, release)
    with Record.open(git.root) as record:
        export(Site.of(record, today=date(2026, 11, 22), log=Log(log.data, log.checkpoint)), base / "out")
    return base / "out"


def opened(
    browser: Browser, folder: Path, path: str, width: int = 390, *, dark: bool = False, js: bool = False
) -> Page:
    """Open a page and hold that nothing was asked for elsewhere."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", java_script_enabled=js
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / path).as_uri())
    assert [url for url in asked if not url.startswith("file:")] == []
    return page


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(browser: Browser, folder: Path, path: str, dark: bool) -> None:
    for width in (390, 1280):
        page = opened(browser, folder, path, width, dark=dark, js=True)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.context.close()


@pytest.mark.parametrize("path", ADDRESSES)
def test_nothing_scrolls_sideways_at_320(browser: Browser, folder: Path, path: str) -> None:
    page = opened(browser, folder, path, 320, js=True)
    assert page.evaluate(SCROLLS) == 0
    page.context.close()


def test_a_person_finds_what_changes_and_from_when_on_the_first_screen(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, links.home())
    coming = page.locator(".coming")
    assert "2026-12-01" in coming.inner_text()
    assert "需您单独同意" in coming.inner_text()
    box = coming.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 800
    page.context.close()


def test_from_home_to_the_changed_words_without_javascript(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, links.home())
    page.get_by_role("link", name="看看改了什么").click()
    assert page.get_by_role("heading", level=1).inner_text() == "《隐私政策》第 1.0.1 版与第 2.0.0 版对照"
    assert "六个月" in page.locator("del").nth(1).inner_text()
    fold = page.locator("details.fold").first
    assert not fold.locator(".clause").first.is_visible()
    fold.locator("summary").click()
    assert fold.locator(".clause").first.is_visible()
    page.context.close()


def test_side_by_side_is_a_choice_of_wide_screens(browser: Browser, folder: Path) -> None:
    path = links.redline("privacy", "1.0.1", "2.0.0", "zh-CN")
    wide = opened(browser, folder, path, 1280)
    assert not wide.locator(".columns").first.is_visible()
    wide.check("#side")
    assert wide.locator(".columns").first.is_visible()
    assert not wide.locator(".inline").first.is_visible()
    narrow = opened(browser, folder, path, 390)
    assert not narrow.locator("#side").is_visible()
    wide.context.close()
    narrow.context.close()


def test_a_mark_leads_to_its_change(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, links.version("privacy", "2.0.0", "zh-CN"))
    page.locator("a.mark").first.click()
    assert page.url.endswith("/privacy/v1.0.1..v2.0.0/zh-CN/index.html#c1")
    assert "三年" in page.locator("#c1 .inline").inner_text()
    page.context.close()


def test_by_keyboard_the_first_stop_skips_to_the_text(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, links.timeline("privacy"), js=True)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page.context.close()


def test_printed_it_is_text_without_controls(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, links.redline("privacy", "1.0.1", "2.0.0", "zh-CN"), 1280)
    page.emulate_media(media="print")
    assert not page.locator(".tools").is_visible()
    assert page.locator("ins").nth(1).is_visible()
    assert page.pdf().startswith(b"%PDF")
    page.context.close()
