"""Where people answer: links, choices, receipts. Only a POST changes anything; nothing is cached or tracked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from archive import banner_api, choice_views, consent_views, strings, templating
from archive.consent_calls import Call, read_form
from notifier import links, receipts
from notifier.asking import Question
from notifier.cases import Case, Decision, ExpiredError, Served, StaleError
from notifier.channels import Opening, open_channel
from notifier.consent_log import ConsentError, ConsentEvent
from notifier.desk import Desk, sha256
from notifier.letters import Letters, open_letters
from notifier.links import LinkError
from notifier.settings import Settings
from notifier.store import consents
from policy_versions.release import Record

HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}


class FormError(LinkError):
    """What was submitted is not a form of ours."""


@dataclass(frozen=True, slots=True)
class Service:
    """What the pages work with: the desk, the post (None: no mail is sent), the time, the key of the company's site."""

    desk: Desk
    letters: Letters | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    site_key: str = ""


def open_service(repository: Path, env: Mapping[str, str], clock: Callable[[], datetime]) -> Service:
    """Open the personal pages of a policy repository; letters are sent where a mail server is set."""
    with Record.open(repository) as record:
        settings = Settings.load(env, (record.repository.root or repository).resolve())
    desk = Desk.open(repository.resolve(), env)
    if not settings.smtp_url:
        return Service(desk, None, clock, settings.site_key)
    channel = open_channel("email", Opening(settings, desk.database, clock))
    return Service(desk, open_letters(desk, channel, settings.mail_from), clock, settings.site_key)


def missing(repository: Path, env: Mapping[str, str]) -> list[str]:
    """Name what the personal pages lack: the secret of the links, the database that holds the people."""
    with Record.open(repository) as record:
        settings = Settings.load(env, (record.repository.root or repository).resolve())
    lacks = []
    if not settings.secrets:
        lacks.append("no secret key, set POLICYCTL_SECRET_KEY or POLICYCTL_SECRET_KEY_FILE")
    file = settings.database_url.removeprefix("sqlite:///")
    if file != settings.database_url and not Path(file).is_file():
        lacks.append(f"no database {file}, import people with `policyctl notify import` or set POLICYCTL_DATABASE_URL")
    return lacks


def routes(service: Service) -> list[Route]:
    """Give the routes of all personal pages, to be mounted beside the archive."""
    pages = _Pages(service)
    return [
        Route("/answer/new", pages.endpoint(pages.new_link), methods=["POST"]),
        Route("/answer/{token}", pages.endpoint(pages.show), methods=["GET"]),
        Route("/answer/{token}", pages.endpoint(pages.take), methods=["POST"]),
        Route("/choices/{token}", pages.endpoint(pages.choices), methods=["GET"]),
        Route("/choices/{token}", pages.endpoint(pages.withdraw), methods=["POST"]),
        Route("/receipts/{token}", pages.endpoint(pages.receipt), methods=["GET"]),
        *banner_api.routes(service.desk, service.clock, service.site_key),
    ]


class _Pages:
    def __init__(self, service: Service) -> None:
        self.desk, self.letters, self.clock = service.desk, service.letters, service.clock

    def endpoint(self, work: Callable[[Call], Response]) -> Callable[[Request], Any]:
        async def run(request: Request) -> Response:
            form = await read_form(request) if request.method == "POST" else {}
            token = request.path_params.get("token", "")
            call = Call(token, dict(request.query_params), form, self.clock())
            response = await run_in_threadpool(self._guarded, work, call)
            response.headers.update(HEADERS)
            return response

        return run

    def _guarded(self, work: Callable[[Call], Response], call: Call) -> Response:
        try:
            return work(call)
        except StaleError:
            return self._error(call, "stale", 409, again=f"?{call.kept('q', 'lang')}")
        except FormError:
            return self._error(call, "form", 400)
        except ExpiredError:
            return self._error(call, "expired", 410, renew=call.token)
        except LinkError:
            return self._error(call, "link", 404, renew="")
        except ConsentError:
            return self._error(call, "role", 403)

    # answers

    def show(self, call: Call) -> Response:
        """Show the first open question, the one asked for, or what was answered."""
        case = self.desk.linked(call.token, call.now, call.language(self.desk.publisher.languages))
        name = call.query.get("q", "")
        found = next((q for q in case.questions if q.id == name), None)
        waiting = next((q for q in case.questions if q.open), None)
        if "done" in call.query or (case.questions and found is None and waiting is None):
            return self._result(call, case)
        question = found or waiting
        content = self._screen(case, question, "")
        form = self._sign(call.token, case, question, sha256(content)) if question else ""
        view = {
            "screen": Markup(self._screen(case, question, form)),  # noqa: S704 - rendered with escaping
            "page_title": consent_views.headline(case, self._words(case.language)),
            "case": case,
            "links": consent_views.ways(case, self._words(case.language)),
            "choices": self._way("choices", links.token_of(self.desk.choices_url(case.actor))),
        }
        return self._page("answer.html", call, case.language, view)

    def take(self, call: Call) -> Response:
        """Record what was pressed on the screen that the form was served with, and go to the next."""
        try:
            parts = links.read_form(self.desk.secrets, call.form.get("form", ""), 6)
            decision = Decision(call.form.get("decision", ""))
        except (LinkError, ValueError) as error:
            raise FormError from error
        served = Served(*parts[1:])
        if parts[0] != sha256(call.token):
            raise FormError
        case = self.desk.linked(call.token, call.now, served.language)
        screen = self._screen(case, case.question(served.question), "")
        made = self.desk.answer(case, served, decision, screen)
        after = self.desk.linked(call.token, call.now, served.language)
        left = [q for q in after.questions if q.answer is None]
        follow = f"q={quote(left[0].id)}" if left and decision is not Decision.LATER else "done=1"
        lang = f"&lang={quote(served.language)}" if "lang" in call.query else ""
        return RedirectResponse(f"?{follow}{lang}", 303, background=self._mail(made))

    def _result(self, call: Call, case: Case) -> Response:
        t = self._words(case.language)
        view = consent_views.result(case, t, self.desk.setting)
        given = {q.id: q.answer.event.id for q in case.questions if q.answer}
        view["receipts"] = {name: self._receipt_way(event) for name, event in given.items()}
        view |= {"here": quote(call.token), "choices": self._way("choices", self._choices_token(case.actor))}
        return self._page("answer_done.html", call, case.language, view)

    def _screen(self, case: Case, question: Question | None, form: str) -> str:
        t = self._words(case.language)
        view = consent_views.screen(case, question, t, self.desk.setting)
        return templating.render("answer_screen.html", view | {"form": form}).decode()

    def _sign(self, token: str, case: Case, question: Question, screen: str) -> str:
        served = (question.id, case.release.number, case.language, case.text_sha256, screen)
        return links.sign_form(self.desk.secrets, (sha256(token), *served))

    # choices

    def choices(self, call: Call) -> Response:
        """Show what binds a person and the children in their care, and every choice made."""
        person = links.read_choices_token(self.desk.secrets, call.token)
        language = call.language(self.desk.publisher.languages) or self.desk.language_of(person)
        view = choice_views.people(self.desk, person, self._words(language), call.now)
        return self._page("choices.html", call, language, {"people": view})

    def withdraw(self, call: Call) -> Response:
        """Take back one consent; the form names the event that gave it."""
        person = links.read_choices_token(self.desk.secrets, call.token)
        try:
            subject, event = links.read_form(self.desk.secrets, call.form.get("form", ""), 3)[1:]
        except LinkError as error:
            raise FormError from error
        language = call.language(self.desk.publisher.languages) or self.desk.language_of(person)
        made = choice_views.withdraw(self.desk, person, subject, event, self._words(language), call.now)
        lang = f"?lang={quote(language)}" if "lang" in call.query else "?"
        return RedirectResponse(lang, 303, background=self._mail(made))

    # receipts

    def receipt(self, call: Call) -> Response:
        """Show a receipt, or hand out its file under the same address with `.json`."""
        plain = call.token.removesuffix(".json")
        try:
            found = consents.receipt_of(self.desk.database, links.read_receipt_token(self.desk.secrets, plain))
        except LinkError:
            found = None
        if found is None:
            return self._error(call, "", 404)
        if call.token != plain:
            name = {"Content-Disposition": f'attachment; filename="receipt-{found.id}.json"'}
            return Response(receipts.export(found), media_type="application/ld+json", headers=name)
        event = receipts.event_of(found.document)
        language = call.language(self.desk.publisher.languages) or event.language
        view = choice_views.receipt(self.desk, found, event, self._words(language))
        view |= {
            "download": f"{quote(plain)}.json",
            "choices": self._way("choices", self._choices_token(event.actor_id)),
        }
        return self._page("receipt.html", call, language, view)

    # new links

    def new_link(self, call: Call) -> Response:
        """Send a fresh link to an address we hold; the answer is the same whether we do."""
        language = call.language(self.desk.publisher.languages) or self.desk.publisher.authoritative
        address, old = call.form.get("email", "").strip(), call.form.get("old", "")
        if not old and ("@" not in address.strip("@") or any(c.isspace() for c in address)):
            return self._error(call, "link", 400, renew="", wrong=True)
        people = consents.by_address(self.desk.database, address) if address else ()
        if old:
            try:
                people = (links.read_token(self.desk.secrets, old).actor,)
            except LinkError as error:
                raise FormError from error
        t = self._words(language)
        view = {
            "title": t("consent.new_link_done_title"),
            "words": t("consent.new_link_done"),
            "again": "",
            "renew": None,
        }
        response = self._page("answer_error.html", call, language, view | {"wrong": False})
        if self.letters is not None:
            response.background = BackgroundTask(self.letters.fresh_links, people, call.now)
        return response

    # common parts

    def _error(self, call: Call, name: str, status: int, **more: Any) -> Response:
        language = call.language(self.desk.publisher.languages) or self.desk.publisher.authoritative
        t = self._words(language)
        keys = {"role": ("consent.error_form_title", "consent.error_role")}.get(
            name, (f"consent.error_{name}_title", f"consent.error_{name}")
        )
        title, words = keys if name else ("consent.receipt_missing_title", "consent.receipt_missing")
        view = {"title": t(title), "words": t(words), "again": "", "renew": None, "wrong": False} | more
        return self._page("answer_error.html", call, language, view, status)

    def _page(self, template: str, call: Call, language: str, view: Mapping[str, Any], status: int = 200) -> Response:
        ui = strings.interface(language)
        context = templating.layout(ui, "../", self.desk.publisher)
        offered = self.desk.publisher.languages
        rest = call.kept("q", "done")
        context["alternates"] = [
            (one, context["t"].name(one), f"?lang={quote(one)}{'&' if rest else ''}{rest}", one == language)
            for one in offered
        ]
        content = templating.render(template, context | dict(view))
        return Response(content, status, media_type="text/html")

    def _words(self, language: str) -> strings.Strings:
        return strings.load(strings.interface(language))

    def _way(self, page: str, token: str) -> str:
        return f"../{page}/{quote(token)}"

    def _choices_token(self, person: str) -> str:
        return links.token_of(self.desk.choices_url(person))

    def _receipt_way(self, event: str) -> str:
        found = consents.receipt_of(self.desk.database, event, event=True)
        return self._way("receipts", links.token_of(self.desk.receipt_url(found.id))) if found else ""

    def _mail(self, made: list[ConsentEvent]) -> BackgroundTask | None:
        if self.letters is None or not made:
            return None
        return BackgroundTask(self.letters.receipts, made, self.clock())
