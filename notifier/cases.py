"""The nouns of an answer: who stands before which version in which role, what was served, what may be pressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from notifier.asking import Answer, Question
from notifier.consent import Applied, Binding
from notifier.consent_log import Actor, ConsentError, State, allowed
from notifier.links import AnswerLink, LinkError
from notifier.persons import Person
from policy_versions.model import Publisher, Release


class Decision(StrEnum):
    """What a person may press."""

    ACCEPT = "accept"
    DECLINE = "decline"
    LATER = "later"


class Role(StrEnum):
    """In which role somebody holds a link; a child may read and refuse, who is nobody's guardian may only read."""

    PERSON = "person"
    GUARDIAN = "guardian"
    CHILD = "child"
    STRANGER = "stranger"


class ExpiredError(LinkError):
    """This link was ours and can no longer be used: too old, or its notice was taken back."""

    def __init__(self, link: AnswerLink) -> None:
        super().__init__()
        self.link = link


class StaleError(ConsentError):
    """The text changed after this screen was served: nothing was recorded, the screen must be read again."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a form was served with; an answer is about this and nothing newer."""

    question: str
    number: str
    language: str
    text_sha256: str
    screen_sha256: str


@dataclass(frozen=True, slots=True)
class Case:
    """One person before one version: everything a screen, a record or an answer is made from.

    `applied` is what of the version binds the person without an act, on its day or already; None where it binds whole.
    """

    subject: Person
    actor: str
    role: Role
    relation: str
    release: Release
    publisher: Publisher
    language: str
    bound: Binding | None
    questions: tuple[Question, ...]
    said: Mapping[str, Answer]
    now: datetime
    recalled: bool = False
    applied: Applied | None = None

    def question(self, name: str) -> Question:
        """Give a question by its id; raise ConsentError for one that is not asked."""
        for question in self.questions:
            if question.id == name:
                return question
        raise ConsentError(f"no question {name!r} about {self.release.policy} {self.release.number}")

    @property
    def text_sha256(self) -> str:
        """Give the hash of the text that is asked about, in the language it is shown in."""
        text = self.release.texts.get(self.language) or self.release.texts.get(self.publisher.authoritative)
        return text.sha256 if text else ""


RESULTS: Final[Mapping[Decision, tuple[State, ...]]] = {
    Decision.ACCEPT: (State.GIVEN, State.RENEWED),
    Decision.DECLINE: (State.REFUSED, State.WITHDRAWN),
    Decision.LATER: (State.DEFERRED,),
}


def twice(answer: Answer | None, served: Served, decision: Decision) -> bool:
    """Say whether this very screen was answered so already: a double click is one answer."""
    return (
        answer is not None and answer.event.screen_sha256 == served.screen_sha256 and answer.state in RESULTS[decision]
    )


def leads(answer: Answer | None, state: State, renewed: bool) -> bool:
    """Say whether a decision brings a finding to this state: a first yes is given, any later one renewed."""
    before = answer.state if answer else None
    if before is not None and (before is state or (before.grants and state.grants)):
        return False
    if state.grants and (state is State.RENEWED) != renewed:
        return False
    return allowed(before, state, Actor.SELF)
