"""A mail server for the loopback interface that keeps every mail as an .eml file; RFC 5321's minimum, no relaying."""

from __future__ import annotations

import re
import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast

LIMIT: Final = 10 * 2**20  # bytes a mail may have
_ADDRESS: Final = re.compile(rb"(?i)^(?:MAIL FROM|RCPT TO):\s*<([^>]*)>")
_REPLIES: Final = {b"RSET": b"250 OK", b"NOOP": b"250 OK", b"DATA": b"354 End with a line that holds one dot"}


class _Session(socketserver.StreamRequestHandler):
    """One connection: EHLO, any number of mails, QUIT."""

    def handle(self) -> None:
        self._say(b"220 localhost mail sink")
        self._recipients: list[bytes] = []
        while line := self.rfile.readline(4096):
            if not self._command(line.strip()):
                return

    def _command(self, line: bytes) -> bool:
        verb = line[:4].upper()
        if verb == b"QUIT":
            self._say(b"221 Bye")
            return False
        if verb in {b"EHLO", b"HELO"}:
            self._say(b"250-localhost\r\n250-8BITMIME\r\n250 SMTPUTF8" if verb == b"EHLO" else b"250 localhost")
        elif verb in {b"MAIL", b"RCPT"}:
            self._envelope(verb, line)
        elif verb == b"DATA" and not self._recipients:
            self._say(b"503 RCPT first")
        else:
            self._say(_REPLIES.get(verb, b"502 Not known here"))
            if verb == b"DATA":
                self._data()
        return True

    def _envelope(self, verb: bytes, line: bytes) -> None:
        found = _ADDRESS.match(line)
        if found is None:
            self._say(b"501 An address in angle brackets, please")
            return
        if verb == b"MAIL":
            self._recipients = []
        else:
            self._recipients.append(found[1])
        self._say(b"250 OK")

    def _data(self) -> None:
        lines: list[bytes] = []
        size = 0
        while (line := self.rfile.readline(LIMIT)) not in {b".\r\n", b".\n", b""}:
            size += len(line)
            lines.append(line[1:] if line.startswith(b".") else line)
            if size > LIMIT:
                self._say(b"552 Too large")
                return
        cast("_Server", self.server).keep(b"".join(lines), self._recipients)
        self._say(b"250 Kept")

    def _say(self, reply: bytes) -> None:
        self.wfile.write(reply + b"\r\n")
        self.wfile.flush()


class _Server(socketserver.ThreadingTCPServer):
    """Keeps mails one a file, numbered in the order of arrival."""

    daemon_threads = True
    allow_reuse_address = True
    directory: Path

    def __init__(self, directory: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.directory = directory
        self._lock = threading.Lock()
        self._count = 0

    def keep(self, data: bytes, recipients: list[bytes]) -> None:
        who = re.sub(rb"[^A-Za-z0-9@._+-]", b"_", recipients[0]).decode("ascii")
        with self._lock:
            self._count += 1
            (self.directory / f"{self._count:03d}-{who}.eml").write_bytes(data)


class MailSink:
    """A running mail server; a context manager that stops it again."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._server = _Server(directory)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Give the address to send to."""
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def mails(self) -> tuple[EmailMessage, ...]:
        """Read all mails kept so far, in the order of arrival."""
        paths = sorted(self.directory.glob("*.eml"))
        return tuple(message_from_bytes(p.read_bytes(), policy=policy.default) for p in paths)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
