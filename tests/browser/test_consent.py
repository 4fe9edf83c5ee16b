"""The personal pages in a real browser: by keyboard, at 320 px, without scripts, in the dark; yes and no alike."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from archive.consent_pages import Service, routes
from notifier.consent_log import State
from notifier.links import token_of
from notifier.store import consents
from tests.consent_site import Site, build

pytestmark = pytest.mark.browser
STATIC = Path(__file__).parents[2] / "archive" / "static"
FLAGS = "--no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-sync"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return build(tmp_path)


@pytest.fixture
def base(site: Site) -> Iterator[str]:
    """Serve the pages on loopback."""
    taken = socket.create_server(("127.0.0.1", 0))
    app = Starlette(
        routes=[*routes(Service(site.desk, None, site.clock)), Mount("/static", StaticFiles(directory=STATIC))]
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    taken.close()


def open_page(browser: Browser, width: int = 390, *, dark: bool = False, scripts: bool = True) -> Page:
    scheme = "dark" if dark else "light"
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=scripts
    )
    return context.new_page()


def ways(site: Site) -> dict[str, str]:
    """Name the kinds of page."""
    return {
        "person": site.path("u-adult"),
        "english": site.path("u-english"),
        "separate": site.path("u-adult") + "?q=partner-zh-CN",
        "guardian": site.path("u-child", "u-mother"),
        "child": site.path("u-child"),
        "result": site.path("u-adult") + "?done=1",
        "choices": f"/choices/{token_of(site.desk.choices_url('u-mother'))}",
        "error": "/answer/garbled",
    }


KINDS = ("person", "english", "separate", "guardian", "child", "result", "choices", "error")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Browser, base: str, site: Site, kind: str, dark: bool
) -> None:
    page = open_page(browser, 320, dark=dark)
    page.goto(base + ways(site)[kind])
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_yes_no_and_later_have_the_same_size_and_weight(browser: Browser, base: str, site: Site, width: int) -> None:
    page = open_page(browser, width)
    page.goto(base + site.path("u-adult"))
    buttons = page.locator(".choices button")
    assert buttons.count() == 3
    boxes = [box for i in range(3) if (box := buttons.nth(i).bounding_box())]
    assert len({(round(b["width"]), round(b["height"])) for b in boxes}) == 1
    assert all(b["width"] >= 44 and b["height"] >= 44 for b in boxes)
    styles = buttons.evaluate_all(
        "all => all.map(b => { const s = getComputedStyle(b);"
        " return [s.color, s.backgroundColor, s.borderColor, s.borderWidth, s.fontWeight, s.fontSize].join() })"
    )
    assert len(set(styles)) == 1
    top, bottom = min(b["y"] for b in boxes), max(b["y"] + b["height"] for b in boxes)
    assert bottom - top < 568  # the three fit one screen of the smallest phone


def test_the_first_screen_of_a_phone_says_what_from_when_and_what_to_do(
    browser: Browser, base: str, site: Site
) -> None:
    page = open_page(browser)
    page.goto(base + site.path("u-adult"))
    box = page.locator("main .status").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 800
    page.get_by_role("link", name="去选择").click()
    assert page.locator(".choices button").first.is_visible()


def test_by_keyboard_alone_a_person_can_say_no(browser: Browser, base: str, site: Site) -> None:
    page = open_page(browser)
    page.goto(base + site.path("u-adult"))
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "decline":
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**q=partner*")
    (event,) = consents.events(site.desk.database, "u-adult")
    assert event.state is State.REFUSED


def test_without_scripts_the_whole_way_works(browser: Browser, base: str, site: Site) -> None:
    page = open_page(browser, scripts=False)
    page.goto(base + site.path("u-english"))
    page.get_by_role("button", name="Agree", exact=True).click()
    page.get_by_role("button", name="Disagree", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "Your choice is recorded"
    page.get_by_role("link", name="My choices").last.click()
    page.get_by_role("button", name="Withdraw consent").click()
    states = [e.state for e in consents.events(site.desk.database, "u-english")]
    assert states == [State.GIVEN, State.REFUSED, State.WITHDRAWN]


def test_opening_folding_and_leaving_is_no_answer(browser: Browser, base: str, site: Site) -> None:
    page = open_page(browser)
    page.goto(base + site.path("u-adult"))
    for summary in page.locator("summary").all():
        summary.click()
    page.mouse.wheel(0, 5000)
    page.keyboard.press("Escape")
    page.reload()
    page.close()
    assert consents.events(site.desk.database, "u-adult") == ()
