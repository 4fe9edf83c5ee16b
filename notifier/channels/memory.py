"""Keeps messages in memory, for trying out what would be sent. Some addresses fail, as they would elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from notifier.channels import Opening, PermanentError, TransientError, one_by_one
from notifier.model import Message, SendResult


class Memory:
    """Takes every message, except for addresses that begin with `refused` (never) or `later` (not now)."""

    name = "memory"

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def send(self, messages: Iterator[Message]) -> Iterator[tuple[Message, SendResult]]:
        """Keep messages."""
        yield from one_by_one(self._keep, messages)

    def _keep(self, message: Message) -> str:
        if message.to.startswith("refused"):
            raise PermanentError("550 no such mailbox")
        if message.to.startswith("later"):
            raise TransientError("450 try again later")
        self.sent.append(message)
        return f"memory-{len(self.sent)}"

    def close(self) -> None:
        """Keep what was sent: there is nothing to let go of."""


def open_channel(_opening: Opening) -> Memory:
    """Open an empty memory."""
    return Memory()
