"""The demo's parts: the mail server that keeps mails."""

from __future__ import annotations

import re
import signal
import smtplib
import subprocess
import sys
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner

from archive.demo import called, language_of, story, web
from archive.demo.forms import PageError, forms
from archive.demo.place import MARK, PlaceError, prepare
from archive.demo.sink import MailSink
from policy_versions.cli import cli


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

    with web.listen(0) as taken, web.Server(app, taken), httpx2.Client(trust_env=False) as client:
        assert client.get(f"{web.url(taken)}a").text == "/a"


@pytest.mark.timeout(240)
def test_demo_runs_and_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    arguments = ["demo", "--directory", str(folder), "--no-serve", "--port", "0", "--lang", "en"]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    stations = re.findall(r"(?m)^(\d+)  \S", result.output)
    assert stations == [str(n) for n in range(1, 10)]
    assert "recipients.csv: line 7, column `email`" in result.output
    for looked in re.findall(rf"(?m)^   → ({re.escape(str(folder))}\S+)$", result.output):
        assert Path(looked).exists(), looked
    assert max(map(len, re.findall(r"[\u4e00-\u9fff]+", result.output.split("\n2  ")[0])), default=0) == 0
    assert (folder / "repository" / ".policyctl" / "notifier.db").is_file()
    assert (folder / "secret-key").stat().st_mode & 0o077 == 0
    assert len(list((folder / "mails").glob("*.eml"))) >= 5 + 3  # notices, and a receipt for each who answered


def test_demo_refuses_a_folder_of_yours_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    script = [sys.executable, "-m", "policy_versions", "demo", "--directory", str(tmp_path), "--no-serve"]
    result = subprocess.run(script, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "no demo made" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("locale", "language"),
    [({}, "zh-CN"), ({"LANG": "C.UTF-8"}, "zh-CN"), ({"LANG": "zh_CN.UTF-8"}, "zh-CN"), ({"LANG": "en_GB.UTF-8"}, "en"),
     ({"LC_ALL": "de_DE", "LANG": "zh_CN.UTF-8"}, "en")],
)  # fmt: skip
def test_language_follows_the_locale(locale: dict[str, str], language: str) -> None:
    assert language_of(locale) == language


def test_commands_to_look_with_are_shown_as_the_reader_can_call_them() -> None:
    found, absent = (lambda name: f"/usr/bin/{name}"), (lambda _: None)
    assert called(".venv/bin/policyctl", found) == "policyctl"
    assert called(".venv/bin/policyctl", absent) == ".venv/bin/policyctl"
    assert called("/my tools/policyctl", absent) == "'/my tools/policyctl'"
    assert called("/usr/lib/python3/policy_versions/__main__.py", absent) == "policyctl"


def test_clock_never_stands_before_the_sample() -> None:
    early, late = datetime(2020, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    last = story.history()[-1].effective_on
    assert last is not None
    assert story.clock(lambda: early)().date() > last
    assert story.clock(lambda: late)() == late


SERVER = """
import sys
from archive.demo import web
from starlette.applications import Starlette
with web.listen(0) as taken, web.Server(Starlette(), taken) as server:
    print(web.url(taken), flush=True)
    server.wait()
print("ended")
"""


def test_ctrl_c_ends_the_serving_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        url = run.stdout.readline().strip()
        with httpx2.Client(trust_env=False) as client:
            assert client.get(url).status_code == 404
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert (run.returncode, out, err) == (0, "ended\n", "")
