"""A message becomes the bytes of a mail: prepared once a notice, joined with each person's parts in microseconds."""

from __future__ import annotations

import binascii
import hashlib
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from typing import Final

from notifier.model import LINK_MARK, Message, Notice

SOFT: Final = b"=\r\n"  # a line end that is none (RFC 2045 section 6.7)


class Composer:
    """Composes mails (RFC 5322, multipart/alternative with the text first, quoted-printable).

    Lists of headers and bodies are prepared once for each notice; a legal notice carries no List-Unsubscribe.
    """

    def __init__(self) -> None:
        self._prepared: dict[int, tuple[Notice, bytes, tuple[bytes, ...]]] = {}
        self._date: tuple[datetime | None, bytes] = (None, b"")

    def compose(self, message: Message, now: datetime) -> bytes:
        """Return the mail with CRLF line ends and no line that begins with a dot, so that SMTP need not stuff any."""
        notice = message.notice
        found = self._prepared.get(id(notice))
        if found is None or found[0] is not notice:
            found = self._prepared[id(notice)] = (notice, _head(notice), _pieces(notice))
        own = b"To: <%b>\r\nMessage-ID: %b\r\nDate: %b\r\n" % (
            _clean(message.to),
            _clean(message.key),
            self._when(now),
        )
        return own + found[1] + quoted_link(message.link).join(found[2])

    def _when(self, now: datetime) -> bytes:
        """Format the date once a second."""
        second = now.replace(microsecond=0)
        if self._date[0] != second:
            self._date = (second, format_datetime(second).encode("ascii"))
        return self._date[1]


def _clean(value: str) -> bytes:
    """Refuse line ends: a header must not be able to begin another one."""
    if "\r" in value or "\n" in value:
        raise ValueError(f"a line end inside a header: {value!r}")
    return value.encode("utf-8")


def _encoded(text: str, name: str) -> str:
    """Encode a header's text (RFC 2047) in lines of at most 75 characters."""
    if text.isascii() and len(text) + len(name) < 70:
        return text
    return Header(text, "utf-8", maxlinelen=75, header_name=name).encode(linesep="\r\n")


def _head(notice: Notice) -> bytes:
    """Return the headers that all mails of a notice share, and the blank line."""
    for value in (notice.subject, notice.company, notice.sender, notice.reply_to):
        _clean(value)
    company = _encoded(notice.company.replace('"', ""), "From")
    name = f'"{company}"' if company.isascii() and "=?" not in company else company
    lines = [
        f"From: {name} <{notice.sender}>" if notice.company else f"From: <{notice.sender}>",
        f"Subject: {_encoded(notice.subject, 'Subject')}",
        f"Content-Language: {notice.language}",
        "Auto-Submitted: auto-generated",
        f"Feedback-ID: {notice.campaign}:policy-notice",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary(notice)}"',
    ]
    if notice.reply_to and notice.reply_to != notice.sender:
        lines.append(f"Reply-To: <{notice.reply_to}>")
    return "\r\n".join([*lines, "", ""]).encode("utf-8")


def boundary(notice: Notice) -> str:
    """Derive the boundary from the content: the same notice gives the same bytes; `=_` cannot occur in a body."""
    return "=_" + hashlib.sha256(f"{notice.text}\0{notice.html}".encode()).hexdigest()[:32]


def _pieces(notice: Notice) -> tuple[bytes, ...]:
    """Return the body cut where each person's link goes."""
    mark = boundary(notice).encode()
    parts = []
    for kind, content in ((b"plain", notice.text), (b"html", notice.html)):
        head = b"--%b\r\nContent-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        parts.append(head % (mark, kind) + LINK_MARK.encode().join(map(_quoted, content.split(LINK_MARK))) + b"\r\n")
    return tuple((b"".join(parts) + b"--%b--\r\n" % mark).split(LINK_MARK.encode()))


def _quoted(text: str) -> bytes:
    """Encode a piece of text; a line that would begin with a dot begins with its code instead."""
    encoded = binascii.b2a_qp(text.encode("utf-8"), istext=True)
    lines = encoded.replace(b"\r\n", b"\n").split(b"\n")
    return b"\r\n".join(b"=2E" + line[1:] if line.startswith(b".") else line for line in lines)


def quoted_link(link: str) -> bytes:
    """Encode a link between two soft line ends, so that it fits whatever stands around it."""
    if not link.isascii() or not link.isprintable():
        raise ValueError(f"a link holds what no link may: {link!r}")
    rest = link.encode("ascii").replace(b"=", b"=3D")
    lines = []
    while rest:
        end = 72
        if b"=" in rest[end - 2 : end]:  # never cut a code in two
            end = rest.index(b"=", end - 2)
        line, rest = rest[:end], rest[end:]
        lines.append(b"=2E" + line[1:] if line.startswith(b".") else line)
    return SOFT + SOFT.join(lines) + SOFT
