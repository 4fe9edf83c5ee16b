"""The web application: the same bytes as the export, plus what needs an answer at the time of asking.

Pages are made once for a day and a state of the repository, compressed, and then sent from memory. The record is looked
at again after `RECHECK` seconds at the earliest, in a thread, so that a new release or a new day shows by itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from archive import api, links, memento, responses
from archive.desk import Desk, Redirect
from archive.index import Index
from archive.responses import Ready, Shelved
from archive.site import Page, Site
from policy_versions.release import Record

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from archive.consent_pages import Service

RECHECK: Final = 2.0
HELD: Final = 64 * 1024 * 1024


class State:
    """What the application serves now: an index, the site of a day, and the answers made so far."""

    def __init__(self, path: Path, index: Index, clock: Callable[[], datetime]) -> None:
        self.path, self.index, self.clock = path, index, clock
        self.answers = Shelved(HELD)
        self.fresh_until = 0.0
        self.site: Site | None = None
        self._lock = asyncio.Lock()
        self._mark: tuple[object, ...] = ()

    def refresh(self) -> Site:
        """Look at the record again and make the site of today; blocking."""
        with Record.open(self.path) as record:
            self.index.update(record)
        today = self.clock().astimezone(ZoneInfo(self.index.publisher.timezone)).date()
        mark = (self.index.fingerprint, today)
        if self.site is None or mark != self._mark:
            self.site = Site.of(self.index, today=today, log=self.index.log)
            self._mark = mark
            self.answers.clear()
        self.fresh_until = time.monotonic() + RECHECK
        return self.site

    async def now(self) -> Site:
        """Return the site as it stands, looked at anew when its time is over."""
        if self.site is not None and time.monotonic() < self.fresh_until:
            return self.site
        async with self._lock:
            if self.site is not None and time.monotonic() < self.fresh_until:
                return self.site
            return await run_in_threadpool(self.refresh)

    def ready(self, path: str) -> Ready | None:
        """Return an answer that is held and still true."""
        return self.answers.get(path) if time.monotonic() < self.fresh_until else None


class ArchiveApp(Starlette):
    """The application; answers that are held are sent before any routing."""

    def __init__(self, state: State, routes: list[BaseRoute]) -> None:
        super().__init__(routes=routes, exception_handlers={404: _not_found, 405: _not_allowed, Exception: _broken})
        self.archive = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is held, else route."""
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and not scope["query_string"]:
            answer = self.archive.ready(scope["path"].removeprefix(scope.get("root_path", "")))
            if answer is not None:
                accepts, tags = False, ""
                for name, value in scope["headers"]:
                    if name == b"accept-encoding":
                        accepts = _accepts_gzip(value.decode("latin-1"))
                    elif name == b"if-none-match":
                        tags = value.decode("latin-1")
                status, headers, body = answer.pick(accepts, tags)
                await send({"type": "http.response.start", "status": status, "headers": headers})
                await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
                return
        await super().__call__(scope, receive, send)


def create_app(
    record_path: Path,
    *,
    clock: Callable[[], datetime],
    consent: Service | None = None,
    index: Path | None = None,
) -> ArchiveApp:
    """Make the application over a policy repository; `consent` adds the personal pages, `index` is the index file."""
    state = State(record_path, Index.open(index), clock)
    routes: list[BaseRoute] = []
    if consent is not None:
        from archive import consent_pages  # noqa: PLC0415 - only where there is somebody to answer

        routes += consent_pages.routes(consent)
    routes += [
        Route("/healthz", _health),
        Route("/api/v1/{path:path}", _api),
        Route("/{policy}/timegate", _timegate),
        Route("/{policy}/timemap", _timemap),
        Route("/{policy}/latest", _latest),
        Route("/{path:path}", _page),
    ]
    return ArchiveApp(state, routes)


def _state(request: Request) -> State:
    app: ArchiveApp = request.app
    return app.archive


async def _page(request: Request) -> Response:
    site = await _state(request).now()
    path = request.path_params["path"]
    held = None if request.url.query else _state(request).ready(f"/{path}")
    if held is not None:
        return _send(request, held)
    found = await run_in_threadpool(Desk(site).answer, path, dict(request.query_params))
    if isinstance(found, Redirect):
        return Response(status_code=found.status, headers={"location": found.to, **_always(found.keep)})
    if found is None:
        return await _missing(request, site)
    answer = responses.prepare(found.content, found.media_type, _headers(site, found), raw=found.immutable)
    if not request.url.query:
        _state(request).answers.put(f"/{path}", answer)
    return _send(request, answer)


def _send(request: Request, answer: Ready, status: int = 200) -> Response:
    accepts = _accepts_gzip(request.headers.get("accept-encoding", ""))
    code, headers, body = answer.pick(accepts, request.headers.get("if-none-match", ""))
    response = Response(body, status_code=status if code == 200 else code)
    response.raw_headers = list(headers)
    return response


def _headers(site: Site, page: Page) -> dict[str, str]:
    more = {"cache-control": responses.FOR_EVER if page.immutable else responses.ASK_AGAIN}
    if page.language and page.language != "und":
        more["content-language"] = page.language
    if page.release and not page.immutable:
        shelf = site.archive.shelf(page.release.policy)
        more["link"] = memento.relations(site.archive, shelf, page.release, page.language)
        since = next((m.since for m in memento.mementos(site.archive, shelf) if m.release is page.release), None)
        if since:
            more["memento-datetime"] = memento.write(since)
    return more


async def _missing(request: Request, site: Site) -> Response:
    path = request.url.path.removeprefix(request.scope.get("root_path", "")).lstrip("/")
    here = path + links.INDEX if path.endswith("/") or not path else path
    ui = next((part for part in here.split("/") if part in site.archive.interfaces), "")
    content = await run_in_threadpool(site.missing, here, ui)
    headers = {"cache-control": responses.ASK_AGAIN, **responses.SECURITY}
    return Response(content, 404, headers, media_type="text/html")


async def _health(request: Request) -> Response:
    await _state(request).now()
    return Response(b"ok\n", headers={"cache-control": "no-store"}, media_type="text/plain")


async def _api(request: Request) -> Response:
    site = await _state(request).now()
    try:
        content = await run_in_threadpool(
            api.answer, site.archive, request.path_params["path"], dict(request.query_params)
        )
    except api.Problem as problem:
        return _problem(problem)
    more = {"cache-control": responses.ASK_AGAIN, "access-control-allow-origin": "*"}
    return _send(request, responses.prepare(content, api.JSON, more))


def _problem(problem: api.Problem) -> Response:
    headers = {"cache-control": "no-store", "content-type": api.PROBLEM, **responses.SECURITY}
    return Response(problem.body(), problem.status, headers)


async def _timegate(request: Request) -> Response:
    site = await _state(request).now()
    policy = request.path_params["policy"]
    if policy not in site.archive.policies:
        return await _missing(request, site)
    shelf = site.archive.shelf(policy)
    there = memento.mementos(site.archive, shelf)
    headers = {"vary": "accept-datetime", "cache-control": responses.ASK_AGAIN, **responses.SECURITY}
    headers["link"] = memento.relations(site.archive, shelf, None)
    header = request.headers.get("accept-datetime")
    try:
        asked = memento.read(header) if header is not None else None
    except memento.BadDatetimeError as error:
        return Response(f"{error}\n", 400, headers, media_type="text/plain")
    if not there:
        return Response(status_code=404, headers=headers)
    chosen = memento.choose(there, asked)
    path = memento.page(site.archive, chosen.release, _spoken(request, site))
    base = site.archive.publisher.url or str(request.base_url)
    return Response(status_code=302, headers={**headers, "location": links.absolute(base, path)})


async def _timemap(request: Request) -> Response:
    site = await _state(request).now()
    policy = request.path_params["policy"]
    if policy not in site.archive.policies:
        return await _missing(request, site)
    content = memento.timemap(site.archive, site.archive.shelf(policy))
    more = {"cache-control": responses.ASK_AGAIN}
    return _send(request, responses.prepare(content, "application/link-format", more))


async def _latest(request: Request) -> Response:
    """Lead to the version in force: the original resource whose past versions are the mementos."""
    site = await _state(request).now()
    policy = request.path_params["policy"]
    shelf = site.archive.shelf(policy) if policy in site.archive.policies else None
    if shelf is None or shelf.current is None or not shelf.current.texts:
        return await _missing(request, site)
    path = memento.page(site.archive, shelf.current, _spoken(request, site))
    to = links.relative(f"{policy}/latest", path).removesuffix(links.INDEX)
    headers = _always(responses.ASK_AGAIN) | {"link": memento.relations(site.archive, shelf, None)}
    return Response(status_code=302, headers={**headers, "location": to, "vary": "accept-language"})


def _spoken(request: Request, site: Site) -> str:
    """Choose an interface language by Accept-Language; the site's first one unless another is liked better."""
    liked: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(","):
        name, _, quality = part.partition(";q=")
        ui = "zh-CN" if name.strip().lower().startswith("zh") else "en" if name.strip().lower()[:2] == "en" else ""
        try:
            liked.append((-float(quality or 1), ui))
        except ValueError:
            continue
    return next((ui for _, ui in sorted(liked, key=lambda p: p[0]) if ui in site.archive.interfaces), "")


async def _not_found(request: Request, _error: Exception) -> Response:
    return await _missing(request, await _state(request).now())


async def _not_allowed(_request: Request, _error: Exception) -> Response:
    return _problem(api.Problem(405, "Only GET and HEAD are answered here."))


async def _broken(_request: Request, _error: Exception) -> Response:
    return _problem(api.Problem(500, "Something went wrong here; it is not your fault."))


def _always(cache: str) -> dict[str, str]:
    return {"cache-control": cache, **responses.SECURITY}


def _accepts_gzip(header: str) -> bool:
    return "gzip" in header and "gzip;q=0" not in header.replace(" ", "").replace("gzip;q=0.", "gzip;q=.")
