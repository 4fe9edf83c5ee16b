"""The notifier's nouns: whom we tell, what we tell them, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from policy_versions.model import Level, Publisher, Release

LINK_MARK: Final = "https://personal-link.invalid/"  # stands in a notice where each person's own link goes


NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})
"""The addresses of somebody who has none."""


class Kind(StrEnum):
    """Why a campaign is run."""

    ANNOUNCE = "announce"
    REMIND = "remind"
    RECALL = "recall"


class CampaignStatus(StrEnum):
    """Where a campaign stands; only a running one sends."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class Audience(StrEnum):
    """In which role somebody is addressed; each is told in other words."""

    PERSON = "person"
    CHILD = "child"
    GUARDIAN = "guardian"


class State(StrEnum):
    """What became of a delivery. Skipped is not failed, sent is not delivered, in-doubt may or may not have arrived."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    BOUNCED = "bounced"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    IN_DOUBT = "in-doubt"

    @property
    def final(self) -> bool:
        """Say whether nothing more is to be sent."""
        return self in _FINAL


_FINAL: Final = frozenset({State.SENT, State.DELIVERED, State.FAILED, State.BOUNCED, State.SKIPPED, State.CANCELLED})


class Recipient(NamedTuple):
    """A person the company knows by `id`; `addresses` by channel; unknown birth date and band are None.

    A tuple: planning makes one of everybody.
    """

    id: str
    language: str
    jurisdiction: str = ""
    birth_date: date | None = None
    age_band: str | None = None
    guardian_id: str | None = None
    guardian_relation: str | None = None
    addresses: Mapping[str, str] = NOWHERE


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Release and publisher as they were when the campaign was planned; all that a notice is made of."""

    release: Release
    publisher: Publisher


@dataclass(frozen=True, slots=True)
class Campaign:
    """One round of telling everybody about one release."""

    id: str
    kind: Kind
    round: int
    level: Level
    status: CampaignStatus
    channels: tuple[str, ...]
    created_at: datetime
    snapshot: Snapshot
    started_at: datetime | None = None
    started_by: str | None = None


class Delivery(NamedTuple):
    """One message to one addressee: planned once, never changed; what became of it are its events.

    A tuple, as its events are: a million of each are made in a campaign, three times as fast as frozen dataclasses.
    """

    id: int
    recipient_id: str
    actor_id: str
    audience: Audience
    channel: str
    address: str
    language: str
    message_id: str
    attempts: int = 0


class DeliveryEvent(NamedTuple):
    """What happened to a delivery, and when."""

    delivery_id: int
    state: State
    at: datetime
    provider_id: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Notice:
    """What everybody of one language and role is told in a campaign; `LINK_MARK` stands for the personal link.

    Compared by identity, so that a channel can prepare it once and join it with each person's own parts.
    """

    language: str
    subject: str
    text: str
    html: str
    short: str
    banner: str
    sender: str
    reply_to: str
    company: str
    campaign: str


@dataclass(frozen=True, slots=True)
class Message:
    """A notice to one address. `key` is the same for each attempt, so that a receiver can tell a double."""

    delivery_id: int
    recipient: str
    to: str
    link: str
    key: str
    notice: Notice

    @property
    def text(self) -> str:
        """Return the plain text with the personal link in it."""
        return self.notice.text.replace(LINK_MARK, self.link)

    @property
    def html(self) -> str:
        """Return the HTML with the personal link in it."""
        return self.notice.html.replace(LINK_MARK, self.link)

    @property
    def short(self) -> str:
        """Return the short form (text message) with the personal link in it."""
        return self.notice.short.replace(LINK_MARK, self.link)

    @property
    def banner(self) -> str:
        """Return the form for a page of one's own, without link: it is kept beside it."""
        return self.notice.banner


@dataclass(frozen=True, slots=True)
class SendResult:
    """What a channel says about one message: sent, pending (try again) or failed (never will), and why."""

    status: State
    provider_id: str = ""
    detail: str = ""
