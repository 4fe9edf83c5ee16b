"""E-mail by SMTP: a kept connection, commands sent together where the server allows it, each answer told at once."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from notifier.channels import Opening, PermanentError, TransientError, UnsupportedFeature
from notifier.compose import Composer
from notifier.model import Message, SendResult, State
from policy_versions.errors import ConfigError

SCHEMES: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
TIMEOUT: Final = 60.0  # seconds; RFC 5321 section 4.5.3.2 asks for minutes, a lease is shorter


class LostError(Exception):
    """The connection broke; `doubtful` when the message may have been taken."""

    def __init__(self, doubtful: bool, reason: str) -> None:
        super().__init__(reason)
        self.doubtful = doubtful


class Email:
    """Sends mails over one connection, opened when it is needed and kept."""

    name = "email"

    def __init__(self, url: str, opening: Opening) -> None:
        self._url = _parse(url)
        self._clock = opening.clock
        self._composer = Composer()
        self._server: smtplib.SMTP | None = None

    def send(self, messages: Iterator[Message]) -> Iterator[tuple[Message, SendResult]]:
        """Send mails one after the other: at most one is ever in doubt. Nothing is pulled while no server answers."""
        while True:
            self._connected()
            message = next(messages, None)
            if message is None:
                return
            try:
                yield message, self._deliver(message)
            except PermanentError as error:
                yield message, SendResult(State.FAILED, detail=str(error))
            except TransientError as error:
                yield message, SendResult(State.PENDING, detail=str(error))
                if self._server is None:
                    raise
            except LostError as error:
                self.close()
                state = State.IN_DOUBT if error.doubtful else State.PENDING
                yield message, SendResult(state, detail=str(error))
                if not error.doubtful:
                    raise TransientError(str(error)) from error

    def _deliver(self, message: Message) -> SendResult:
        """Send one mail; try a fresh connection once where a kept one turns out to be dead before anything was said."""
        content = self._composer.compose(message, self._clock())
        kept = self._server is not None
        try:
            return self._transact(self._connected(), message, content)
        except LostError as error:
            if error.doubtful or not kept:
                raise
            self.close()
            return self._transact(self._connected(), message, content)

    def _transact(self, server: smtplib.SMTP, message: Message, content: bytes) -> SendResult:
        """Run one mail transaction (RFC 5321 section 3.3), its commands in one packet where RFC 2920 is offered."""
        commands = _envelope(server, message, len(content))
        try:
            if server.has_extn("pipelining"):
                server.send(b"".join(commands))
                replies = [server.getreply() for _ in commands]
            else:
                replies = _in_turn(server, commands)
        except (OSError, smtplib.SMTPException) as error:
            raise LostError(False, f"connection lost: {error}") from error
        accepted = replies[-1][0] == 354 and len(replies) == len(commands)
        refused = next((reply for reply in replies[:-1] if reply[0] >= 400), None if accepted else replies[-1])
        try:
            if accepted:
                server.send(b".\r\n" if refused else content + b".\r\n")
                answer = server.getreply()
            else:
                server.rset()
        except (OSError, smtplib.SMTPException) as error:
            raise LostError(accepted and not refused, f"connection lost before the answer: {error}") from error
        reply = refused or answer
        if reply[0] == 421:
            self.close()
        return _result(reply)

    def _connected(self) -> smtplib.SMTP:
        """Return the kept connection or open one; raise TransientError when there is none to be had."""
        if self._server is None:
            try:
                self._server = _connect(self._url)
            except smtplib.SMTPAuthenticationError as error:
                raise TransientError(f"the mail server refuses the login: {error.smtp_code}") from error
            except (OSError, smtplib.SMTPException) as error:
                raise TransientError(f"no connection to the mail server {self._url.hostname}: {error}") from error
        return self._server

    def close(self) -> None:
        """Say goodbye where somebody listens."""
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()


def _parse(url: str) -> SplitResult:
    """Read the address of the mail server; raise ConfigError."""
    parsed = urlsplit(url)
    try:
        port = parsed.port
    except ValueError:
        port = -1
    if parsed.scheme not in SCHEMES or not parsed.hostname or port == -1:
        shown = ", ".join(f"{scheme}://host:port" for scheme in SCHEMES)
        raise ConfigError([f"POLICYCTL_SMTP_URL: not the address of a mail server (allowed: {shown})"])
    if parsed.username and parsed.scheme == "smtp" and parsed.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ConfigError(["POLICYCTL_SMTP_URL: a password needs smtps:// or smtp+starttls://"])
    return parsed


def _connect(url: SplitResult) -> smtplib.SMTP:
    """Open a connection, encrypt and log in as the address says."""
    host, port = url.hostname or "", url.port or SCHEMES[url.scheme]
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        if url.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _envelope(server: smtplib.SMTP, message: Message, size: int) -> tuple[bytes, bytes, bytes]:
    """Return MAIL, RCPT and DATA; raise UnsupportedFeature for an address the server cannot take."""
    options = f" SIZE={size}" if server.has_extn("size") else ""
    if not message.to.isascii():
        if not server.has_extn("smtputf8"):
            raise UnsupportedFeature("the mail server takes no addresses beyond ASCII (no SMTPUTF8)")
        options += " BODY=8BITMIME SMTPUTF8"
    if any(mark in message.to for mark in "\r\n<> "):
        raise PermanentError("not an address")
    mail = f"MAIL FROM:<{message.notice.sender}>{options}\r\n"
    return mail.encode("ascii"), f"RCPT TO:<{message.to}>\r\n".encode(), b"DATA\r\n"


def _in_turn(server: smtplib.SMTP, commands: tuple[bytes, ...]) -> list[tuple[int, bytes]]:
    """Say one command after the other, up to the first that is refused."""
    replies: list[tuple[int, bytes]] = []
    for command in commands:
        server.send(command)
        replies.append(server.getreply())
        if replies[-1][0] >= 400:
            break
    return replies


def _result(reply: tuple[int, bytes]) -> SendResult:
    """Read an answer: 2xx is sent, 4xx may work later, 5xx never will (RFC 5321 section 4.2.1)."""
    code, text = reply
    detail = f"{code} {text.decode('utf-8', 'replace')}".replace("\n", " ")
    if code < 300:
        return SendResult(State.SENT, provider_id=detail[4:200])
    if code >= 500:
        raise PermanentError(detail)
    raise TransientError(detail)


def open_channel(opening: Opening) -> Email:
    """Open the channel to the mail server of the settings; raise ConfigError where none is set."""
    if not opening.settings.smtp_url:
        raise ConfigError(["POLICYCTL_SMTP_URL: not set: the mail server, such as smtp://127.0.0.1:25"])
    return Email(opening.settings.smtp_url, opening)
