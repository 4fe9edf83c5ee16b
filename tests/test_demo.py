"""The demo's parts: the mail server that keeps mails."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import pytest

from archive.demo import web
from archive.demo.forms import PageError, forms
from archive.demo.place import MARK, PlaceError, prepare
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


def test_forms_are_read_as_a_browser_reads_them() -> None:
    page = """<form method=post action="../a?x=1"><input type=hidden name=token value="t&amp;u"><input type=radio
        name=who value=1><input type=radio name=who value=2 checked><button name=answer value=accept>同意</button>
        <button name=answer value=decline>不同意</button></form>
        <form><input type=submit value=go></form><input name=out>"""
    first, second = forms(page, "http://127.0.0.1:1/b/c/")
    assert (first.action, first.method) == ("http://127.0.0.1:1/b/a?x=1", "post")
    assert first.pressed("decline") == {"token": "t&u", "who": "2", "answer": "decline"}
    assert first.choices == [("who", "1"), ("who", "2")]
    assert second.pressed("go") == {}
    with pytest.raises(PageError, match="no button 'later'"):
        first.pressed("later")


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(PlaceError, match="no demo made"):
        prepare(mine)
    assert (mine / "thesis.txt").read_text() == "years of work"
    with pytest.raises(PlaceError, match="not a folder"):
        prepare(mine / "thesis.txt")
    link = tmp_path / "link"
    link.symlink_to(mine)
    with pytest.raises(PlaceError, match="not a folder"):
        prepare(link)


def test_a_demo_folder_is_replaced(tmp_path: Path) -> None:
    place = prepare(tmp_path / "demo")
    (place.root / "old").mkdir()
    assert [path.name for path in prepare(place.root).root.iterdir()] == [MARK]
    assert prepare(tmp_path / "demo" / ".." / "other").root.is_dir()


def test_port_is_the_one_asked_for_or_any_free_one() -> None:
    with web.listen(0) as first:
        port = first.getsockname()[1]
        assert web.url(first) == f"http://127.0.0.1:{port}/"
        first.listen()
        with pytest.raises(web.PortError, match=f"port {port} of 127.0.0.1"):
            web.listen(port)
        with web.listen(None, preferred=port) as second:
            assert second.getsockname()[1] != port


def test_site_serves_and_stops() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": f"{message['type']}.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    with web.listen(0) as taken, web.Site(app, taken), httpx2.Client(trust_env=False) as client:
        assert client.get(f"{web.url(taken)}a").text == "/a"
