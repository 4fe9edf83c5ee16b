"""Notices on the company's own pages: rows that the site or the app fetches at the person's next visit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from notifier.channels import Opening
from notifier.model import Message, SendResult, State
from notifier.store import banners

BATCH: Final = 500


class InApp:
    """Writes banners, many in one commit. Writing one twice changes nothing, so that none is ever in doubt."""

    name = "in_app"

    def __init__(self, opening: Opening) -> None:
        self._database, self._clock = opening.database, opening.clock

    def send(self, messages: Iterator[Message]) -> Iterator[tuple[Message, SendResult]]:
        """Write the banners of messages."""
        while batch := list(islice(messages, BATCH)):
            banners.put(self._database, batch, self._clock())
            for message in batch:
                yield message, SendResult(State.SENT, provider_id=f"banner-{message.delivery_id}")

    def close(self) -> None:
        """Let go of nothing: the database is the caller's."""


def open_channel(opening: Opening) -> InApp:
    """Open the channel of our own pages."""
    return InApp(opening)
