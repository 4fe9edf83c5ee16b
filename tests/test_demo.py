"""The demo's parts: the mail server that keeps mails."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest

from archive.demo.sink import MailSink


def _message(to: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "《隐私政策》变更"
    message["From"] = "privacy@example.com"
    message["To"] = to
    message.set_content(text)
    return message


def test_sink_keeps_each_mail_whole(tmp_path: Path) -> None:
    with MailSink(tmp_path) as sink:
        with smtplib.SMTP("127.0.0.1", int(sink.url.rsplit(":", 1)[1])) as client:
            client.send_message(_message("a@example.com", "第一行\n.以点开头\n"))
            client.send_message(_message("b@example.com", "second\n"))
        mails = sink.mails()
    assert [mail["To"] for mail in mails] == ["a@example.com", "b@example.com"]
    assert ".以点开头" in mails[0].get_content()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["001-a@example.com.eml", "002-b@example.com.eml"]


def test_sink_keeps_to_the_protocol(tmp_path: Path) -> None:
    with MailSink(tmp_path) as sink, smtplib.SMTP("127.0.0.1", int(sink.url.rsplit(":", 1)[1])) as client:
        client.ehlo()
        assert client.docmd("DATA")[0] == 503
        assert client.docmd("MAIL FROM:nobody")[0] == 501
        assert client.docmd("VRFY", "a")[0] == 502
        client.mail("a@example.com")
        client.rcpt("../../etc/x@example.com")
        assert client.data(b"Subject: x\r\n\r\nx")[0] == 250
    assert [path.name for path in tmp_path.iterdir()] == ["001-.._.._etc_x@example.com.eml"]


def test_sink_listens_on_loopback_only(tmp_path: Path) -> None:
    with MailSink(tmp_path) as sink:
        assert sink.url.startswith("smtp://127.0.0.1:")


@pytest.mark.parametrize("size", [0, 200_000])
def test_sink_takes_bodies_of_any_size(tmp_path: Path, size: int) -> None:
    with MailSink(tmp_path) as sink:
        with smtplib.SMTP("127.0.0.1", int(sink.url.rsplit(":", 1)[1])) as client:
            client.send_message(_message("a@example.com", "字" * size))
        assert len(sink.mails()) == 1
