"""Where answers are taken: who holds a link, what they are asked, and the one way an answer is recorded."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from notifier import links, receipts
from notifier.asking import Asked, Reader, answers, questions
from notifier.cases import RESULTS, Case, Decision, ExpiredError, Role, Served, StaleError, leads, twice
from notifier.consent import Applied, Binding, Notice, binding
from notifier.consent_log import Actor, ConsentError, ConsentEvent, Method, State, consented_before
from notifier.links import AnswerLink
from notifier.model import Campaign, CampaignStatus, Kind, Snapshot
from notifier.model import State as Delivered
from notifier.persons import Person, Setting, setting_of
from notifier.render import language_for
from notifier.settings import Settings
from notifier.store import campaigns, consents, ledger, recipients
from notifier.store.campaigns import CampaignError
from notifier.store.engine import Database
from policy_versions.model import Publisher, Release, ReleaseStatus
from policy_versions.release import Record
from policy_versions.signed_note import Key

LIFE: Final = timedelta(days=180)  # of a link in a notice; the choices of a person stay reachable
RELEASE: Final = "release:"  # begins what stands for the campaign in a link that no campaign sent
_REACHED: Final = (Delivered.SENT, Delivered.DELIVERED)


@dataclass(frozen=True, slots=True)
class Desk:
    """The store, the publisher's record and the keys, behind one counter; time is always an argument.

    Without `secrets` no link is made or read, without `key` no answer recorded: reading what there is needs neither.
    """

    database: Database
    publisher: Publisher
    secrets: tuple[str, ...]
    key: Key | None
    policies: tuple[str, ...]
    releases: Callable[[str, date], Sequence[Release]]

    @classmethod
    def open(cls, root: Path, env: Mapping[str, str] = os.environ) -> Desk:
        """Open the desk of the policy repository at `root`; raise a PolicyError for what is missing."""
        with Record.open(root) as record:
            publisher, policies = record.publisher, record.policies()
            settings = Settings.load(env, record.repository.root or root)
        name = f"{urlsplit(publisher.url).netloc or 'localhost'}/receipts"
        database = Database.open(settings.database_url)
        database.create()

        def releases(policy: str, today: date) -> Sequence[Release]:
            with Record.open(root) as current:  # a repository is for one thread, and may have grown since
                return current.releases(policy, today=today)

        signed = settings.signing_key or settings.secrets
        key = receipts.signing_key(settings.signing_key, settings.secrets, name) if signed else None
        return cls(database, publisher, settings.secrets, key, policies, releases)

    @property
    def setting(self) -> Setting:
        """Give what the publisher lays down for all consent decisions."""
        return setting_of(self.publisher)

    def person(self, identifier: str) -> Person:
        """Give somebody by the company's id; raise ConsentError for nobody."""
        found = consents.person(self.database, identifier, self.setting)
        if found is None:
            raise ConsentError(f"nobody is known as {identifier!r}")
        return found

    def linked(self, token: str, now: datetime, language: str = "") -> Case:
        """Open the case of a link; raise LinkError for a forged one, ExpiredError for one whose time is over."""
        link = links.read_token(self.secrets, token)
        if link.campaign.startswith(RELEASE):
            return self._chosen(link, now, language)
        campaign = self._campaign(link)
        usable = campaign is not None and campaign.kind is not Kind.RECALL and now - campaign.created_at <= LIFE
        if campaign is None or not usable or campaign.status is CampaignStatus.CANCELLED:
            raise ExpiredError(link)
        actor = recipients.get(self.database, link.actor)
        subject = consents.person(self.database, link.subject, self.setting)
        if actor is None or subject is None:
            raise ExpiredError(link)
        wanted = language or language_for(actor.language, campaign.snapshot)
        return _usable(self.case(subject, link.actor, campaign.snapshot.release, now, wanted), link)

    def _chosen(self, link: AnswerLink, now: datetime, language: str) -> Case:
        """Open the case of a link made on the page of somebody's choices: it stays as long as the record."""
        policy, _, number = link.campaign.removeprefix(RELEASE).partition("@")
        actor = recipients.get(self.database, link.actor)
        known = self.releases(policy, self.setting.day(now)) if policy in self.policies else ()
        release = next((r for r in known if r.number == number), None)
        if actor is None or release is None:
            raise ExpiredError(link)
        wanted = language or language_for(actor.language, Snapshot(release, self.publisher))
        return _usable(self.case(self.person(link.subject), link.actor, release, now, wanted), link)

    def answer_url(self, subject: str, actor: str, policy: str, number: str) -> str:
        """Make a link to one version for somebody who asks for it, without a campaign."""
        about = f"{RELEASE}{policy}@{number}"
        return links.answer_url(self.publisher.url, self.secrets, subject, about, actor)

    def case(self, subject: Person, actor: str, release: Release, now: datetime, language: str) -> Case:
        """Put together what concerns one person and one release at a moment."""
        day = self.setting.day(now)
        known = self.releases(release.policy, day)
        recalled = any(r.number == release.number and r.status is ReleaseStatus.WITHDRAWN for r in known)
        events = consents.events(self.database, subject.id)
        said = answers(subject, release.policy, events, self.setting, now)
        bound = self.binding(subject, release.policy, now, events=events, known=known)
        reader = Reader(subject, language, self.setting, day)
        screens = questions(bound.number if bound else "", release, known, said, reader)
        role, relation = self.role(subject, actor, now)
        publisher = self.publisher
        case = Case(subject, actor, role, relation, release, publisher, language, bound, screens, said, now, recalled)
        return replace(case, applied=self._applied(case, events, known)) if screens and not recalled else case

    def _applied(self, case: Case, events: Sequence[ConsentEvent], known: Sequence[Release]) -> Applied | None:
        """Say what of a release binds a person without an act: now, or on its day by what is known now."""
        release, at = case.release, case.now
        if release.effective_on is None:
            return None
        at = max(at, self.setting.end_of(release.effective_on))
        bound = self.binding(case.subject, release.policy, at, events=events, known=known)
        return next((a for a in bound.applied if a.number == release.number), None) if bound else None

    def role(self, subject: Person, actor: str, now: datetime) -> tuple[Role, str]:
        """Say in which role somebody stands to a person at a moment, and by which relation."""
        minor = self.setting.minor(subject, self.setting.day(now))
        if actor == subject.id:
            return (Role.CHILD if minor else Role.PERSON), ""
        for guardian in subject.guardians:
            if minor and guardian.id == actor and guardian.active(now):
                return Role.GUARDIAN, guardian.relation
        return Role.STRANGER, ""

    def binding(
        self,
        subject: Person,
        policy: str,
        at: datetime,
        *,
        events: Sequence[ConsentEvent] | None = None,
        known: Sequence[Release] | None = None,
    ) -> Binding | None:
        """Say which version of a policy binds somebody at a moment, and why."""
        if events is None:
            events = consents.events(self.database, subject.id)
        if known is None:
            known = self.releases(policy, self.setting.day(at))
        return binding(subject, known, events, self.notices(subject.id, policy), self.setting, at)

    def notices(self, person: str, policy: str) -> list[Notice]:
        """List when somebody was reached about which version; what only a child got does not count."""
        found = []
        for told in ledger.told(self.database, person):
            about = told.policy == policy and told.kind != Kind.RECALL and told.audience != "child"
            if about and told.state in _REACHED:
                at = min(event.at for event in told.events if event.state in _REACHED)
                found.append(Notice(told.number, at, told.channel))
        return found

    def answer(self, case: Case, served: Served, decision: Decision, screen: str) -> list[ConsentEvent]:
        """Record what somebody pressed on a screen; raise StaleError when it is not the screen there would be now.

        Pressing twice records once. Raises ConsentError for a role that may not answer so.
        """
        question = case.question(served.question)
        if twice(question.answer, served, decision):
            return []
        sha = sha256(screen)
        current = (case.release.number, case.language, case.text_sha256, sha)
        if current != (served.number, served.language, served.text_sha256, served.screen_sha256):
            raise StaleError
        return self.record(case, question.items, decision, Method.PAGE, screen)

    def record(
        self, case: Case, items: Sequence[Asked], decision: Decision, method: Method, screen: str
    ) -> list[ConsentEvent]:
        """Append what follows from a decision about some findings, one event for each new state."""
        may = case.role in (Role.PERSON, Role.GUARDIAN) or (case.role is Role.CHILD and decision is Decision.DECLINE)
        if not may:
            raise ConsentError(f"{case.actor!r} may not answer for {case.subject.id!r}")
        made = []
        for state in RESULTS[decision]:
            event = self._append(case, items, state, method, screen)
            made += [event] if event else []
        return made

    def _append(
        self, case: Case, items: Sequence[Asked], state: State, method: Method, screen: str
    ) -> ConsentEvent | None:
        policy, key = case.release.policy, self.key or receipts.signing_key("", (), "")

        def decide(chain: Sequence[ConsentEvent]) -> ConsentEvent | None:
            said = answers(case.subject, policy, chain, self.setting, case.now)
            keys = tuple(i.key for i in items if leads(said.get(i.key), state, consented_before(chain, policy)))
            return self._event(case, keys, state, method, screen) if keys else None

        def receipt(event: ConsentEvent) -> receipts.Receipt:
            answered = [i for i in items if i.key in event.findings]
            at = receipts.Links(self.policy_url(case), self.choices_url(case.actor))
            return receipts.issue(
                event,
                answered,
                case.release,
                self.publisher,
                at,
                key=key,
                receipt_id=str(uuid.uuid4()),
                now=case.now,
            )

        return consents.append(self.database, case.subject.id, decide, screen, receipt)

    def _event(self, case: Case, keys: tuple[str, ...], state: State, method: Method, screen: str) -> ConsentEvent:
        return ConsentEvent(
            id=str(uuid.uuid4()),
            subject=case.subject.id,
            policy=case.release.policy,
            number=case.release.number,
            language=case.language,
            findings=keys,
            text_sha256=case.text_sha256,
            screen_sha256=sha256(screen) if screen else "",
            state=state,
            actor=Actor.GUARDIAN if case.role is Role.GUARDIAN else Actor.SELF,
            actor_id=case.actor,
            relation=case.relation,
            method=method,
            at=case.now,
        )

    def _campaign(self, link: AnswerLink) -> Campaign | None:
        try:
            return campaigns.get(self.database, link.campaign)
        except CampaignError:
            return None

    def policy_url(self, case: Case) -> str:
        """Give the permanent address of the version that is asked about."""
        there = case.language if case.language in case.release.texts else self.publisher.authoritative
        return f"{self.publisher.url.rstrip('/')}/{case.release.policy}/v{case.release.number}/{there}/"

    def receipt_url(self, receipt: str) -> str:
        """Give the link to a receipt."""
        return links.receipt_url(self.publisher.url, self.secrets, receipt)

    def language_of(self, person: str) -> str:
        """Give the language somebody is written to in; the authoritative one for who is not known."""
        found = recipients.get(self.database, person)
        wanted = found.language if found else self.publisher.authoritative
        return wanted if wanted in self.publisher.languages else self.publisher.authoritative

    def choices_url(self, person: str) -> str:
        """Give the link to somebody's choices."""
        return links.choices_url(self.publisher.url, self.secrets, person)


def _usable(case: Case, link: AnswerLink) -> Case:
    if case.recalled:
        raise ExpiredError(link)
    return case


def sha256(text: str) -> str:
    """Give the hash of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
