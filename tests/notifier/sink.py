"""A mail server on loopback that keeps what it takes, and can be told to refuse, delay or hang up."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mail:
    """A mail as it came in."""

    sender: str
    to: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """Return the mail as a reader sees it."""
        return email.message_from_bytes(self.content, policy=email.policy.SMTP)

    def part(self, kind: str) -> str:
        """Return the text or the HTML."""
        body = self.message.get_body((kind,))
        assert body is not None
        content: str = body.get_content()
        return content


@dataclass
class Handler:
    """Keeps mails. `answers` maps the local part of an address to the answers to RCPT, used up one by one."""

    mails: list[Mail] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    delay: float = 0.0
    connections: int = 0
    silent_after: int = -1

    async def handle_EHLO(  # noqa: N802 - the name is the protocol of aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count the connections."""
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take an address, or give the next answer that was laid out for it."""
        waiting = self.answers.get(address.partition("@")[0], [])
        if waiting:
            return waiting.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail; hang up without an answer where that was asked for."""
        assert isinstance(envelope.content, bytes)
        self.mails.append(Mail(envelope.mail_from or "", envelope.rcpt_tos[0], envelope.content))
        if len(self.mails) == self.silent_after:
            transport: Any = server.transport
            transport.abort()
        if self.delay:
            await asyncio.sleep(self.delay)
        return "250 2.0.0 taken"


@contextmanager
def sink(*, utf8: bool = False, **options: Any) -> Iterator[tuple[Handler, str]]:
    """Run the server; give its handler and its address. `utf8` = it takes addresses beyond ASCII."""
    handler = Handler(**options)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, enable_SMTPUTF8=utf8)
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
