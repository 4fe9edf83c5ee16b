"""What a release would cause, foreseen before it is published: the nouns of a preview, standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mail:
    """The notice of a release in one language as people would get it; `text` is the mail's plain text."""

    language: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a release would be told to, in numbers only; `source` says where these people were counted.

    `minors` counts people for whom a guardian is asked, `channels` messages by channel, `unreachable` messages that
    cannot be sent, by reason; `bad_rows` were not counted because the source has them wrong.
    """

    source: str
    people: int
    minors: int
    channels: Mapping[str, int]
    languages: Mapping[str, int]
    unreachable: Mapping[str, int]
    bad_rows: int = 0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a release would cause: the notice in each language, and whom it reaches (None: nobody counted)."""

    mails: tuple[Mail, ...] = ()
    reach: Reach | None = None
