"""What the pages behind a personal link say: pure functions from a case to the values of a template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup, escape

from archive import strings
from archive.links import redline, relative, version
from archive.strings import Strings
from archive.templating import sign
from notifier.asking import Asked, Question, level_of
from notifier.cases import Case, Decision, Role
from notifier.consent import Applied, Binding, Reason
from notifier.consent_log import ConsentEvent, State
from notifier.persons import Setting
from notifier.render import material
from policy_versions.model import Level, ReleaseFinding, Segment, SegmentKind
from policy_versions.redline import segments

MOST: Final = 7  # changes on a first screen; what is asked is always there in full
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
HERE: Final = "answer/token"  # where these pages lie, for relative ways into the archive


@dataclass(frozen=True, slots=True)
class Change:
    """One change as a person reads it; quotes are in `language`, sentences in that of the page."""

    sentence: str
    level: str
    sign: str
    direction: str
    category: str
    before: tuple[Segment, ...]
    after: tuple[Segment, ...]
    language: str


def change(item: ReleaseFinding, level: Level, t: Strings) -> Change:
    """Say one finding in words."""
    finding = item.finding
    runs = segments(*finding.quotes)
    return Change(
        sentence=sentence(item, t),
        level=str(level),
        sign=sign(str(level)),
        direction=t(f"direction.{finding.direction}"),
        category=t(f"category.{finding.category}"),
        before=tuple(s for s in runs if s.kind is not SegmentKind.INSERT),
        after=tuple(s for s in runs if s.kind is not SegmentKind.DELETE),
        language=item.language,
    )


def asked_change(item: Asked, t: Strings) -> Change:
    """Say one matter that is asked; a version asked about as a whole has no quotes."""
    if item.shown is not None:
        return change(item.shown, item.level, t)
    return Change(t("consent.whole"), str(item.level), sign(str(item.level)), "", "", (), (), t.language)


def screen(case: Case, question: Question | None, t: Strings, setting: Setting) -> dict[str, Any]:
    """Give the values of one screen: the overview with the first question, or one separate matter alone."""
    index = case.questions.index(question) if question else 0
    alone = question is not None and question.separate
    others = [] if alone and index else _others(case, t)
    bound = case.bound.number if case.bound else ""
    items = [asked_change(item, t) for item in question.items] if question else []
    if case.role is Role.CHILD:  # whatever the law calls it, for a child somebody else decides
        items = [replace(item, level=str(Level.GUARDIAN), sign=sign(str(Level.GUARDIAN))) for item in items]
    return {
        "t": t,
        "case": case,
        "role": str(case.role),
        "policy": title(case, t),
        "headline": headline(case, t),
        "when": unbroken(when(case, t, setting)),
        "list": unbroken(t("consent.list", when=when(case, t, setting))),
        "bound": bound,
        "whole": not bound or bound == case.release.number,
        "items": items,
        "alone": alone,
        "granted": bool(question and question.answer and question.answer.state.grants),
        "first": index == 0,
        "others": others[: max(0, MOST - len(items))],
        "more": max(0, len(others) - max(0, MOST - len(items))),
        "position": index + 1,
        "total": len(case.questions),
        "said": said(question.answer.event, t, setting, child=case.role is Role.CHILD)
        if question and question.answer
        else "",
        "buttons": buttons(case.role, question, t),
        "links": ways(case, t),
        "kept": [asked_change(item, t) for item in (case.bound.kept if case.bound else ())] if index == 0 else [],
        "applied": applied(case.applied, t)["line"] if case.applied and index == 0 else "",
    }


def _others(case: Case, t: Strings) -> list[Change]:
    """List the changes that bind without an act, strictest first."""
    asked = {item.key for question in case.questions for item in question.items}
    shown = {item.shown.finding.fingerprint for q in case.questions for item in q.items if item.shown}
    found = material(case.release, case.language, case.publisher.authoritative)
    rest = [f for f in found if f.finding.fingerprint not in asked | shown]
    rest.sort(key=lambda f: -level_of(case.release, f).rank)
    return [change(f, level_of(case.release, f), t) for f in rest]


def title(case: Case, t: Strings) -> str:
    """Name the policy."""
    titles = case.publisher.policy_titles.get(case.release.policy, {})
    return strings.pick(titles, t.language, case.publisher.authoritative) or case.release.policy


def headline(case: Case, t: Strings) -> str:
    """Say in one sentence what changes: the summary a lawyer worded, else how many changes there are."""
    summary = case.release.summaries.get(case.language) or strings.pick(case.release.summaries, t.language)
    if summary:
        return t("consent.headline", policy=title(case, t), summary=summary.rstrip("。. \n"))
    n = len(material(case.release, case.language, case.publisher.authoritative))
    key = "consent.headline.one" if n == 1 else "consent.headline.count"
    return t(key, policy=title(case, t), n=n)


def unbroken(text: str) -> Markup:
    """Keep each ISO date on one line: a narrow screen must not cut the day that matters."""
    return Markup(_DAY.sub(r'<span class="day">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped before


def when(case: Case, t: Strings, setting: Setting) -> str:
    """Say from when, or that the day has come and the version still does not bind this person."""
    day = case.release.effective_on
    if day is None or day > setting.day(case.now):
        return t("consent.from", date=t.date(day))
    bound = case.bound is not None and case.bound.number == case.release.number
    return t("consent.applied" if bound or not case.questions else "consent.already", date=t.date(day))


def buttons(role: Role, question: Question | None, t: Strings) -> list[tuple[str, str]]:
    """Give what may be pressed: (decision, words); all of the same size and weight, none is pressed beforehand."""
    if question is None or role is Role.STRANGER:
        return []
    state = question.answer.state if question.answer else None
    if role is Role.CHILD:
        return [] if state and state.denies else [(Decision.DECLINE, t("consent.child_refuse"))]
    if state is not None and state.grants:
        return [(Decision.DECLINE, t("consent.withdraw"))]
    if state is not None and state.denies:
        return [(Decision.ACCEPT, t("consent.change_accept"))]
    return [
        (Decision.ACCEPT, t("consent.accept")),
        (Decision.DECLINE, t("consent.decline")),
        (Decision.LATER, t("consent.later")),
    ]


def said(event: ConsentEvent, t: Strings, setting: Setting, *, child: bool = False) -> str:
    """Say what was answered and when."""
    if child and event.state.denies:
        return t("consent.child_refused", date=t.date(setting.day(event.at)))
    return t(f"consent.state.{event.state}", date=t.date(setting.day(event.at)))


def ways(case: Case, t: Strings) -> dict[str, str]:
    """Give the ways to the text, the comparison and the people who answer questions."""
    release, there = case.release, case.language
    if there not in release.texts:
        there = case.publisher.authoritative
    old = case.bound.number if case.bound and case.bound.number != release.number else release.previous
    subject = t("consent.ask_subject", policy=title(case, t), number=release.number)
    return {
        "full": relative(HERE, version(release.policy, release.number, there)),
        "redline": relative(HERE, redline(release.policy, old, release.number, there)) if old else "",
        "old": old,
        "ask": f"mailto:{case.publisher.email}?subject={quote(subject)}" if case.publisher.email else "",
        "who": strings.pick(case.publisher.department, t.language, case.publisher.authoritative)
        or strings.pick(case.publisher.name, t.language, case.publisher.authoritative),
    }


def bound_in_words(bound: Binding | None, t: Strings, *, events: Sequence[ConsentEvent] = ()) -> dict[str, Any]:
    """Say which version binds, since when, why, and why later ones do not."""
    if bound is None:
        return {"line": t("consent.choices_unbound"), "why": "", "held": [], "applied": {}, "kept": []}
    why = "" if bound.reason is Reason.BASE and events else t(f"consent.why.{bound.reason}")
    return {
        "line": t("consent.choices_binds", number=bound.number, date=t.date(bound.since)),
        "why": why,
        "held": [(number, t(f"consent.held.{held}", number=number)) for number, held in bound.held.items()],
        "applied": {found.number: applied(found, t) for found in bound.applied},
        "kept": [asked_change(item, t) for item in bound.kept],
    }


def applied(found: Applied, t: Strings) -> dict[str, Any]:
    """Say whether, since when and why the changes that need no consent apply to who stays on an earlier version."""
    line = t(f"consent.free.{found.timing}", number=found.number, date=t.date(found.since))
    return {"number": found.number, "line": line, "changes": [sentence(item, t) for item in found.findings]}


def sentence(item: ReleaseFinding, t: Strings) -> str:
    """Say a change in one sentence."""
    return strings.pick(item.finding.explanation, t.language) or t(f"category.{item.finding.category}")


def result(case: Case, t: Strings, setting: Setting) -> dict[str, Any]:
    """Give the values of the page after an answer: what was recorded, what binds now and later, what is still open."""
    rows = []
    for question in case.questions:
        if question.answer is not None:
            words = [asked_change(item, t).sentence for item in question.items]
            rows.append((words, said(question.answer.event, t, setting), question))
    states = [question.answer.state for question in case.questions if question.answer]
    bound = case.bound.number if case.bound else ""
    day = case.release.effective_on
    granted = any(s.grants for q in case.questions if q.answer for s in [q.answer.state])
    general = next((q for q in case.questions if not q.separate), None)
    agreed = granted and (general is None or bool(general.answer and general.answer.state.grants))
    later = agreed and day is not None and day > setting.day(case.now)
    return {
        "t": t,
        "case": case,
        "policy": title(case, t),
        "rows": rows,
        "title": t(_RESULT.get(_summary(states), "consent.done_title")),
        "binds": _binds(bound, t, kept=bool(bound) and not agreed),
        "later": t("consent.done_bound_from", number=case.release.number, date=t.date(day)) if later else "",
        "applied": applied(case.applied, t) if case.applied else None,
        "kept": agreed and any(q.answer is None or not q.answer.state.grants for q in case.questions),
        "open": [question for question in case.questions if question.answer is None],
        "links": ways(case, t),
    }


def _binds(bound: str, t: Strings, *, kept: bool) -> str:
    if not bound:
        return ""
    return t("consent.done_kept" if kept else "consent.done_bound", bound=bound)


def _summary(states: Sequence[State]) -> str:
    if not states:
        return "none"
    return "later" if all(state is State.DEFERRED for state in states) else "done"


_RESULT: Final = {"none": "consent.done_none", "later": "consent.done_later"}
