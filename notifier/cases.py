"""The nouns of an answer: who stands before which version in which role, what was served, what may be pressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notifier.asking import Answer, Question
from notifier.consent import Binding
from notifier.consent_log import ConsentError
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
    """One person before one version: everything a screen, a record or an answer is made from."""

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
