"""How messages leave: one module a channel, found by its file name; all keep the contract of `Channel`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from notifier.model import Message, SendResult, State
from notifier.settings import Settings
from notifier.store.engine import Database
from policy_versions.errors import ConfigError, PolicyError


class TransientError(PolicyError):
    """It may work later."""


class PermanentError(PolicyError):
    """It will never work for this address."""


class UnsupportedFeature(PermanentError):  # noqa: N818 - a condition of the other side, not a fault
    """The other side cannot take this kind of address or content."""


class Channel(Protocol):
    """A way to reach people.

    `send` pulls messages when it is ready for them and yields one result for each message it pulled, as soon as it is
    known: sent, failed (never try again), pending (certainly not sent, try again) or in-doubt (may have been sent).
    It keeps going after a failed message. It raises TransientError when nothing more can be sent now, after it has
    yielded a result for every message whose outcome it knows. A message's `key` must reach the receiver, where the
    channel has a place for it. Sending a message twice is allowed only to the caller.
    """

    name: str

    def send(self, messages: Iterator[Message]) -> Iterator[tuple[Message, SendResult]]:
        """Send messages and yield what became of each."""
        ...

    def close(self) -> None:
        """Let go of connections; a closed channel opens them again when it is used again."""
        ...


@dataclass(frozen=True, slots=True)
class Opening:
    """What a channel may need to open itself."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]


NAMES: Final = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def open_channel(name: str, opening: Opening) -> Channel:
    """Open a channel by name; raise ConfigError naming those there are."""
    if name not in NAMES:
        raise ConfigError(
            [f"policy.toml: key `notice.channels`: no such channel `{name}` (allowed: {', '.join(NAMES)})"]
        )
    channel: Channel = importlib.import_module(f"{__name__}.{name}").open_channel(opening)
    return channel


def one_by_one(send: Callable[[Message], str], messages: Iterator[Message]) -> Iterator[tuple[Message, SendResult]]:
    """Send by a function that takes one message, returns the provider's id and raises Transient- or PermanentError."""
    for message in messages:
        try:
            yield message, SendResult(State.SENT, send(message))
        except PermanentError as error:
            yield message, SendResult(State.FAILED, detail=str(error))
        except TransientError as error:
            yield message, SendResult(State.PENDING, detail=str(error))
