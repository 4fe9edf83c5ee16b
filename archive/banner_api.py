"""Notices for the company's own pages: what its server fetches for the person who has just signed in there."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from archive import api, responses
from notifier.asking import FLOOR, Question
from notifier.consent_log import ConsentError
from notifier.desk import Desk
from notifier.links import LinkError, token_of
from notifier.store import banners
from notifier.store.banners import Banner

PATH: Final = "/api/v1/banners"


def routes(desk: Desk, clock: Callable[[], datetime], key: str) -> list[Route]:
    """Give the route `GET /api/v1/banners?person=ID`; none where no key is set, for it tells about persons."""
    if not key:
        return []

    async def show(request: Request) -> Response:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(shown.strip().encode(), key.encode()):
            return _problem(api.Problem(401, "Show the key of your site: `Authorization: Bearer …`."))
        person = request.query_params.get("person", "")
        if not person:
            return _problem(api.Problem(400, "Name the person by your own id.", "person"))
        found = await run_in_threadpool(waiting, desk, person, clock())
        return _answer(msgspec.json.encode({"banners": [asdict(one) for one in found]}) + b"\n", 200, api.JSON)

    return [Route(PATH, show, methods=["GET"])]


def waiting(desk: Desk, person: str, now: datetime) -> list[Banner]:
    """List the notices of a person that are still true and not answered yet, newest first."""
    return [one for one in banners.of(desk.database, person) if one.kind == "recall" or _stands(desk, one, now)]


def _stands(desk: Desk, banner: Banner, now: datetime) -> bool:
    try:
        case = desk.linked(token_of(banner.link), now)
    except (LinkError, ConsentError):
        return False
    return not case.questions or any(_due(question, now) for question in case.questions)


def _due(question: Question, now: datetime) -> bool:
    """Say whether a question is to be shown: who said "later" is left alone for as long as between any two asks."""
    return question.open and (question.answer is None or now - question.answer.event.at >= FLOOR)


def _problem(problem: api.Problem) -> Response:
    answer = _answer(problem.body(), problem.status, api.PROBLEM)
    if problem.status == 401:
        answer.headers["www-authenticate"] = "Bearer"
    return answer


def _answer(body: bytes, status: int, media_type: str) -> Response:
    headers = {**responses.SECURITY, "cache-control": "private, no-store", "content-type": media_type}
    return Response(body, status, headers)
