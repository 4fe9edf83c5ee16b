"""What "my choices" and a receipt say, and how a choice is taken back there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from archive import strings
from archive.consent_views import asked_change, bound_in_words
from archive.strings import Strings
from notifier import links
from notifier.asking import Answer, Asked, Reader, answers, question_of
from notifier.cases import Decision, Role
from notifier.consent_log import ConsentError, ConsentEvent, Method, stamp
from notifier.desk import Desk
from notifier.persons import Person
from notifier.receipts import Receipt
from notifier.store import consents
from policy_versions.model import Release, ReleaseStatus


def people(desk: Desk, person: str, t: Strings, now: datetime) -> list[dict[str, Any]]:
    """List the holder of the link and the children they answer for now, each with all policies."""
    found = [(person, t("consent.choices_me"))]
    for child in consents.children(desk.database, person):
        if desk.role(desk.person(child), person, now)[0] is Role.GUARDIAN:
            found += [(child, t("consent.choices_child", subject=child))]
    view = []
    for subject, name in found:
        who = desk.person(subject)
        policies = [_policy(desk, who, person, policy, t, now) for policy in desk.policies]
        view.append({"name": name, "policies": [p for p in policies if p["there"]]})
    return view


def _policy(desk: Desk, subject: Person, actor: str, policy: str, t: Strings, now: datetime) -> dict[str, Any]:
    known = desk.releases(policy, desk.setting.day(now))
    events = [e for e in consents.events(desk.database, subject.id) if e.policy == policy]
    bound = desk.binding(subject, policy, now)
    said = answers(subject, policy, events, desk.setting, now)
    rows = [_row(desk, subject, actor, event, known, said, t, now) for event in reversed(events)]
    titles = desk.publisher.policy_titles.get(policy, {})
    return {
        "there": bool(known),
        "title": strings.pick(titles, t.language, desk.publisher.authoritative) or policy,
        "bound": bound_in_words(bound, t, events=events),
        "coming": _coming(desk, subject, policy, known, bound.number if bound else "", t, now),
        "waiting": list(_waiting(desk, subject, actor, known, t, now)),
        "rows": rows,
    }


def _coming(
    desk: Desk, subject: Person, policy: str, known: Sequence[Release], number: str, t: Strings, now: datetime
) -> str:
    """Say which announced version will bind from its day by what is known now; nothing when none will."""
    today = desk.setting.day(now)
    days = sorted({r.effective_on for r in known if r.effective_on and r.effective_on > today})
    for day in days:
        later = desk.binding(subject, policy, desk.setting.end_of(day), known=known)
        if later is not None and later.number != number and later.since == day:
            return t("consent.done_bound_from", number=later.number, date=t.date(day))
    return ""


def _waiting(
    desk: Desk, subject: Person, actor: str, known: Sequence[Release], t: Strings, now: datetime
) -> Iterator[tuple[str, str]]:
    """Give the latest version that has open questions, with the link to them."""
    live = [r for r in known if r.status in (ReleaseStatus.ANNOUNCED, ReleaseStatus.IN_FORCE) and r.level.asks]
    for release in live[-1:]:
        case = desk.case(subject, actor, release, now, t.language)
        n = sum(q.open for q in case.questions)
        if n and case.role in (Role.PERSON, Role.GUARDIAN):
            yield t("consent.choices_waiting", number=release.number, n=n), _link(desk, subject, actor, release)


def _link(desk: Desk, subject: Person, actor: str, release: Release, question: str = "") -> str:
    token = links.token_of(desk.answer_url(subject.id, actor, release.policy, release.number))
    return f"../answer/{quote(token)}" + (f"?q={quote(question)}" if question else "")


def _row(  # noqa: PLR0913, PLR0917 - one row shows all of these
    desk: Desk,
    subject: Person,
    actor: str,
    event: ConsentEvent,
    known: Sequence[Release],
    said: Mapping[str, Answer],
    t: Strings,
    now: datetime,
) -> dict[str, Any]:
    """Show one event; only the one that stands can be taken back, and one that was refused can be opened again."""
    last = [said[key].event == event for key in event.findings if key in said]
    release = next((r for r in known if r.number == event.number), None)
    may = desk.role(subject, actor, now)[0] in (Role.PERSON, Role.GUARDIAN, Role.CHILD)
    found = consents.receipt_of(desk.database, event.id, event=True)
    items = items_of(desk, event, known, t.language)
    words = [asked_change(item, t).sentence for item in items]
    again = release is not None and items and any(last) and event.state.denies
    open_link = _link(desk, subject, actor, release, question_of(items[0])) if release and again else ""
    form = links.sign_form(desk.secrets, (actor, subject.id, event.id))
    return {
        "what": (t("layout.comma").join(words) or event.policy) + f" ({event.number})",
        "state": t(f"consent.short.{event.state}"),
        "guardian": event.actor == "guardian",
        "when": t.date(desk.setting.day(event.at)),
        "stamp": stamp(event.at),
        "receipt": f"../receipts/{quote(links.token_of(desk.receipt_url(found.id)))}" if found else "",
        "form": form if any(last) and event.state.grants and may else "",
        "link": open_link if may else "",
    }


def items_of(desk: Desk, event: ConsentEvent, known: Sequence[Release], language: str) -> list[Asked]:
    """Find what an event answered among all releases, shown in a language."""
    person = desk.person(event.subject)
    reader = Reader(person, language, desk.setting, desk.setting.day(event.at))
    every = {item.key: item for release in known for item in reader.asked(release)}
    return [every[key] for key in event.findings if key in every]


def withdraw(desk: Desk, actor: str, subject: str, event_id: str, t: Strings, now: datetime) -> list[ConsentEvent]:
    """Take back the consent that an event gave; raise ConsentError when there is none to take back."""
    person = desk.person(subject)
    event = next((e for e in consents.events(desk.database, subject) if e.id == event_id), None)
    known = desk.releases(event.policy, desk.setting.day(now)) if event else ()
    release = next((r for r in known if event and r.number == event.number), None)
    if event is None or release is None:
        raise ConsentError(f"no consent {event_id!r}")
    items = items_of(desk, event, known, event.language)
    case = desk.case(person, actor, release, now, event.language)
    shown = "\n".join([*(asked_change(item, t).sentence for item in items), t("consent.withdraw")])
    return desk.record(case, items, Decision.DECLINE, Method.PAGE, shown)


def receipt(desk: Desk, found: Receipt, event: ConsentEvent, t: Strings) -> dict[str, Any]:
    """Give the values of the page of a receipt."""
    titles = desk.publisher.policy_titles.get(event.policy, {})
    part = found.document["dct:hasPart"]
    return {
        "event": event,
        "policy": strings.pick(titles, t.language, desk.publisher.authoritative) or event.policy,
        "when": t.date(desk.setting.day(event.at)),
        "stamp": stamp(event.at),
        "items": [process.get("dct:description") or event.number for process in part["dpv:hasProcess"]],
        "key": found.key,
    }
