"""The personal pages: only a press on the screen that was served is an answer, and saying no costs as little as yes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from archive.consent_pages import Service, routes
from notifier.channels import Channel
from notifier.compose import Composer
from notifier.consent_log import ConsentEvent, State, broken
from notifier.letters import Letters
from notifier.links import token_of
from notifier.model import Message, SendResult
from notifier.model import State as Delivered
from notifier.receipts import verify
from notifier.store import consents
from policy_versions.model import Level
from tests.consent_site import EFFECTIVE, MATTERS, NOW, Site, announce, build, change, matter
from tests.notifier.consent_kit import release


class Post:
    """A mail server's place: keeps what it was given as the bytes that would go out."""

    name = "email"

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def send(self, messages: Iterator[Message]) -> Iterator[tuple[Message, SendResult]]:
        for message in messages:
            self.sent.append(message)
            yield message, SendResult(Delivered.SENT)

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return build(tmp_path)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def client(site: Site, post: Post) -> Iterator[TestClient]:
    channel: Channel = post
    app = Starlette(routes=routes(Service(site.desk, Letters(site.desk, channel, "privacy@example.com"), site.clock)))
    with TestClient(app, base_url="https://policies.example.com", follow_redirects=False) as client:
        yield client


def form(text: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', text)
    assert found, text
    return found[1]


def press(client: TestClient, path: str, decision: str) -> str:
    """Press a button of the page and give the path that follows."""
    served = form(client.get(path).text)
    answer = client.post(path, data={"form": served, "decision": decision})
    assert answer.status_code == 303, answer.text
    return path.partition("?")[0] + answer.headers["location"]


def states(site: Site, person: str = "u-adult") -> list[tuple[State, tuple[str, ...]]]:
    return [(e.state, e.findings) for e in events(site, person)]


def events(site: Site, person: str = "u-adult") -> tuple[ConsentEvent, ...]:
    return consents.events(site.desk.database, person)


def bound(site: Site, person: str = "u-adult") -> str:
    found = site.desk.binding(site.desk.person(person), "privacy", site.desk.setting.end_of(EFFECTIVE))
    assert found is not None
    return found.number


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_is_never_an_answer(client: TestClient, site: Site, method: str) -> None:
    for _ in range(3):
        for query in ("", "?done=1", "?q=general", "?decision=accept", "?lang=en&decision=accept&form=x"):
            client.request(method, site.path("u-adult") + query)
    assert events(site) == ()
    assert bound(site) == "3.0.0"


def test_the_page_says_what_changes_from_when_and_what_one_can_do(client: TestClient, site: Site) -> None:
    text = client.get(site.path("u-adult")).text
    top = text[: text.index("<ol")]
    top = re.sub(r"</?span[^>]*>", "", top)
    for words in ("咨询记录将用于个性化广告", "自 2026-12-01 起", "第 3.0.0 版", "同意、不同意或稍后再说"):
        assert words in top
    assert "什么都不会失去" in text
    assert "15 日内答复" in text
    for way in ("privacy/v4.0.0/zh-CN/", "privacy/v3.0.0..v4.0.0/zh-CN/", "mailto:privacy@example.com", "choices/"):
        assert way in text


def test_the_first_quotes_are_open_the_others_folded(client: TestClient, site: Site) -> None:
    text = client.get(site.path("u-adult")).text
    assert re.findall(r'<details class="quotes"( open)?>', text) == [" open", ""]
    assert "<del>仅</del>" in text
    assert "<ins>以及个性化广告</ins>" in text


def test_each_choice_is_the_same_kind_of_button_and_none_is_made_beforehand(client: TestClient, site: Site) -> None:
    text = client.get(site.path("u-adult")).text
    buttons = re.findall(r"<button([^>]*)>([^<]*)</button>", text)
    assert [words for _, words in buttons] == ["同意", "不同意", "稍后再说"]
    assert len({re.sub(r'value="\w+"', "", attributes) for attributes, _ in buttons}) == 1
    assert "checked" not in text
    assert "<script" not in text


@pytest.mark.parametrize(
    ("decision", "state", "number"),
    [("accept", State.GIVEN, "4.0.0"), ("decline", State.REFUSED, "3.0.0"), ("later", State.DEFERRED, "3.0.0")],
)
def test_one_press_is_one_answer(client: TestClient, site: Site, decision: str, state: State, number: str) -> None:
    follow = press(client, site.path("u-adult"), decision)
    assert states(site) == [(state, ("ads-zh-CN",))]
    assert bound(site) == number
    assert client.get(follow).status_code == 200


def test_separate_matters_have_screens_of_their_own(client: TestClient, site: Site) -> None:
    second = press(client, site.path("u-adult"), "accept")
    text = client.get(second).text
    assert "新增接收方" in text
    assert "用途变宽" not in text
    result = client.get(press(client, second, "decline")).text
    assert states(site) == [(State.GIVEN, ("ads-zh-CN",)), (State.REFUSED, ("partner-zh-CN",))]
    assert bound(site) == "4.0.0"
    assert "没有同意的内容" in result


def test_declining_asks_nothing_more_than_accepting(client: TestClient, site: Site) -> None:
    assert press(client, site.path("u-adult"), "accept").partition("?")[2] == "q=partner-zh-CN"
    assert press(client, site.path("u-english"), "decline").partition("?")[2] == "q=partner-zh-CN"


def test_the_event_holds_the_hashes_of_text_and_screen_and_the_screen_is_kept(client: TestClient, site: Site) -> None:
    press(client, site.path("u-adult"), "accept")
    (event,) = events(site)
    assert event.text_sha256 == site.releases[1].texts["zh-CN"].sha256
    screen = consents.screen(site.desk.database, event.screen_sha256)
    assert screen is not None
    assert "用途变宽" in screen
    assert "u-adult" not in screen
    assert broken(events(site)) is None


def test_a_stale_tab_cannot_accept_a_newer_text(client: TestClient, site: Site, tmp_path: Path) -> None:
    path = site.path("u-adult")
    served = form(client.get(path).text)
    (tmp_path / "new").mkdir()
    widened = change(rows=[(*MATTERS[0][:4], "even wider", *MATTERS[0][5:]), *MATTERS[1:]])
    fresh = build(tmp_path / "new", replace(widened, summaries={"zh-CN": "改成别的", "en": "something else"}))
    app = Starlette(routes=routes(Service(fresh.desk, None, fresh.clock)))
    with TestClient(app, base_url="https://policies.example.com") as other:
        answer = other.post(path, data={"form": served, "decision": "accept"})
        assert answer.status_code == 409
        assert "什么都没有记录" in answer.text
    assert events(fresh) == ()


def test_an_old_form_of_another_version_is_refused(client: TestClient, site: Site) -> None:
    served = form(client.get(site.path("u-adult")).text)
    newer = replace(change("5.0.0"), effective_on=EFFECTIVE + timedelta(days=60))
    site.releases.append(newer)
    announce(site.desk.database, newer, NOW)
    answer = client.post(
        site.path("u-adult", campaign="privacy-5.0.0-announce"), data={"form": served, "decision": "accept"}
    )
    assert answer.status_code == 400
    assert events(site) == ()


def test_pressing_twice_records_once(client: TestClient, site: Site) -> None:
    path = site.path("u-adult")
    data = {"form": form(client.get(path).text), "decision": "accept"}
    assert client.post(path, data=data).status_code == 303
    assert client.post(path, data=data).status_code == 303
    assert len(events(site)) == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"decision": "accept"},
        {"form": "x", "decision": "accept"},
        {"form": "OWN", "decision": "yes"},
        {"form": "OWN"},
        {"form": "OTHER", "decision": "accept"},
        {"form": "OWN", "decision": "accept", "padding": "x" * 20_000},
    ],
)
def test_a_form_that_was_not_served_here_records_nothing(client: TestClient, site: Site, data: dict[str, str]) -> None:
    own, other = site.path("u-adult"), site.path("u-english")
    forms = {"OWN": form(client.get(own).text), "OTHER": form(client.get(other).text)}
    sent = {name: forms.get(value, value) for name, value in data.items()}
    assert client.post(own, data=sent).status_code == 400
    assert events(site) == ()


def test_a_child_reads_simple_words_and_cannot_agree(client: TestClient, site: Site) -> None:
    path = site.path("u-child")
    text = client.get(path).text
    assert "由你的监护人" in text
    assert 'value="accept"' not in text
    answer = client.post(path, data={"form": form(text), "decision": "accept"})
    assert answer.status_code == 403
    assert events(site, "u-child") == ()


def test_a_child_may_say_no(client: TestClient, site: Site) -> None:
    press(client, site.path("u-child"), "decline")
    assert states(site, "u-child") == [(State.REFUSED, ("ads-zh-CN",))]


def test_the_guardian_answers_for_the_child(client: TestClient, site: Site) -> None:
    path = site.path("u-child", "u-mother")
    assert "账号 u-child" in client.get(path).text
    press(client, path, "accept")
    (event,) = events(site, "u-child")
    assert (event.actor, event.actor_id, event.relation) == ("guardian", "u-mother", "mother")
    assert bound(site, "u-child") == "4.0.0"
    assert bound(site, "u-mother") == "3.0.0"


def test_who_is_nobodys_guardian_only_reads(client: TestClient, site: Site) -> None:
    path = site.path("u-child", "u-english")
    text = client.get(path).text
    assert "<button" not in text
    assert (
        client.post(path, data={"form": form(client.get(site.path("u-adult")).text), "decision": "accept"}).status_code
        == 400
    )


@pytest.mark.parametrize("token", ["garbled", "a.b", "%E7%94%A8", "x" * 3000])
def test_a_garbled_link_is_a_designed_page_with_a_way_on(client: TestClient, token: str) -> None:
    for language, words in (("zh-CN", "要一个新链接"), ("en", "Ask for a new link")):
        answer = client.get(f"/answer/{token}?lang={language}")
        assert answer.status_code == 404
        assert words in answer.text


def test_an_old_link_leads_to_a_new_one(client: TestClient, site: Site, post: Post) -> None:
    site.now = NOW + timedelta(days=200)
    answer = client.get(site.path("u-adult"))
    assert answer.status_code == 410
    old = re.search(r'name="old" value="([^"]+)"', answer.text)
    assert old
    assert client.post("/answer/new", data={"old": old[1]}).status_code == 200
    (mail,) = post.sent
    assert mail.to == "adult@example.com"
    assert client.get(f"/choices/{token_of(mail.link)}").status_code == 200


def test_asking_for_a_link_does_not_tell_who_is_known_and_cannot_flood(
    client: TestClient, site: Site, post: Post
) -> None:
    known = client.post("/answer/new", data={"email": "Adult@example.com"})
    assert known.text == client.post("/answer/new", data={"email": "nobody@example.com"}).text
    client.post("/answer/new", data={"email": "adult@example.com"})
    assert [m.to for m in post.sent] == ["adult@example.com"]
    site.now += timedelta(hours=2)
    client.post("/answer/new", data={"email": "adult@example.com"})
    assert len(post.sent) == 2
    assert client.post("/answer/new", data={"email": "nonsense"}).status_code == 400


def test_a_recalled_version_can_no_longer_be_answered(client: TestClient, site: Site) -> None:
    from policy_versions.model import ReleaseStatus  # noqa: PLC0415

    site.releases[1] = replace(site.releases[1], withdrawn_on=NOW.date(), status=ReleaseStatus.WITHDRAWN)
    assert client.get(site.path("u-adult")).status_code == 410


def test_withdrawing_is_as_easy_as_giving(client: TestClient, site: Site) -> None:
    press(client, site.path("u-adult"), "accept")
    choices = f"/choices/{token_of(site.desk.choices_url('u-adult'))}"
    page = client.get(choices).text
    assert "撤回同意" in page
    answer = client.post(choices, data={"form": form(page), "decision": "decline"})
    assert answer.status_code == 303
    assert [state for state, _ in states(site)] == [State.GIVEN, State.WITHDRAWN]
    assert bound(site) == "3.0.0"
    again = client.get(choices).text
    assert "查看并选择" in again
    link = re.search(r'href="\.\.(/answer/[^"]+\?q=general)"', again)
    assert link
    press(client, link[1], "accept")
    assert [state for state, _ in states(site)] == [State.GIVEN, State.WITHDRAWN, State.RENEWED]


def test_a_guardian_sees_each_child_and_a_stranger_none(client: TestClient, site: Site) -> None:
    assert "账号 u-child" in client.get(f"/choices/{token_of(site.desk.choices_url('u-mother'))}").text
    assert "账号 u-child" not in client.get(f"/choices/{token_of(site.desk.choices_url('u-adult'))}").text


def test_a_choice_of_somebody_else_cannot_be_withdrawn(client: TestClient, site: Site) -> None:
    press(client, site.path("u-adult"), "accept")
    own = f"/choices/{token_of(site.desk.choices_url('u-adult'))}"
    other = f"/choices/{token_of(site.desk.choices_url('u-english'))}"
    assert client.post(other, data={"form": form(client.get(own).text)}).status_code in (400, 403)
    assert len(events(site)) == 1


def test_the_receipt_comes_by_mail_opens_as_a_page_and_proves_the_answer(
    client: TestClient, site: Site, post: Post
) -> None:
    result = client.get(press(client, site.path("u-english"), "decline")).text
    (mail,) = post.sent
    sent = message_from_bytes(Composer().compose(mail, NOW), policy=policy.default)
    assert sent["Subject"] == "Receipt: your choice on Privacy policy 4.0.0 is recorded (you disagree)"
    body = sent.get_body(("plain",))
    assert body is not None
    assert "For this the earlier rules go on" in body.get_content()
    page = f"/receipts/{token_of(mail.link)}"
    assert "Disagreed" in client.get(page).text
    file = client.get(f"{page}.json")
    assert file.headers["content-type"] == "application/ld+json"
    assert verify(file.content, site.desk.key) == events(site, "u-english")[0]
    assert "Choices still open" in result or "partner" in result


def test_a_lost_receipt_is_told(client: TestClient) -> None:
    assert client.get("/receipts/nothing").status_code == 404
    assert client.get("/receipts/nothing.json").status_code == 404


def test_mail_that_cannot_be_sent_does_not_undo_the_answer(site: Site) -> None:
    class Broken(Post):
        def send(self, messages: Iterator[Message]) -> Iterator[tuple[Message, SendResult]]:
            for message in messages:
                yield message, SendResult(Delivered.PENDING, detail="down")

    app = Starlette(routes=routes(Service(site.desk, Letters(site.desk, Broken(), "p@example.com"), site.clock)))
    with TestClient(app, base_url="https://policies.example.com", follow_redirects=False) as client:
        press(client, site.path("u-adult"), "accept")
    assert len(events(site)) == 1


@pytest.mark.parametrize("kind", ["answer", "result", "choices", "error", "receipt"])
def test_personal_pages_are_private(client: TestClient, site: Site, kind: str) -> None:
    follow = press(client, site.path("u-adult"), "later")
    choices = f"/choices/{token_of(site.desk.choices_url('u-adult'))}"
    way = {
        "answer": site.path("u-english"),
        "result": follow,
        "choices": choices,
        "error": "/answer/x",
        "receipt": "/receipts/x",
    }
    headers = client.get(way[kind]).headers
    assert headers["cache-control"] == "private, no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    assert "form-action 'self'" in headers["content-security-policy"]


def test_a_refuser_is_not_asked_again_but_may_come_back(client: TestClient, site: Site) -> None:
    follow = press(client, site.path("u-adult"), "decline")
    press(client, follow, "decline")
    text = client.get(site.path("u-adult")).text
    assert "您的选择已记录" in text
    assert 'value="later"' not in text
    press(client, site.path("u-adult") + "?q=general", "accept")
    assert [state for state, _ in states(site)] == [State.REFUSED, State.REFUSED, State.GIVEN]


def test_a_notice_without_questions_has_no_buttons(client: TestClient, site: Site, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    plain = build(tmp_path / "plain", change(rows=MATTERS[2:]))
    app = Starlette(routes=routes(Service(plain.desk, None, plain.clock)))
    with TestClient(app, base_url="https://policies.example.com") as other:
        text = other.get(plain.path("u-adult")).text
    assert "您无需操作" in text
    assert "<button" not in text
    assert "联系电话变更" in text


def test_more_than_seven_small_changes_are_counted_not_listed(tmp_path: Path) -> None:
    rows = [(f"p{n}", Level.PROMINENT, *MATTERS[2][2:]) for n in range(9)]
    made = build(tmp_path, replace(change(rows=[MATTERS[0], *rows])))
    with TestClient(Starlette(routes=routes(Service(made.desk, None, made.clock)))) as client:
        text = client.get(made.path("u-adult")).text
    assert text.count('class="change-item"') == 7
    assert "另有 3 项" in text


def test_everything_that_is_asked_is_shown_however_much(tmp_path: Path) -> None:
    rows = [(f"c{n}", Level.CONSENT, *MATTERS[0][2:]) for n in range(9)]
    made = build(tmp_path, change(rows=rows))
    with TestClient(Starlette(routes=routes(Service(made.desk, None, made.clock)))) as client:
        assert client.get(made.path("u-adult")).text.count('class="change-item"') == 9


def test_quotes_cannot_smuggle_markup(tmp_path: Path) -> None:
    evil = matter(
        ("x", Level.CONSENT, MATTERS[0][2], "<b>粗</b>", "b", "<script>1</script>", "<img src=x>", "", ""), "zh-CN"
    )
    made = build(tmp_path, replace(release("4.0.0", EFFECTIVE, evil), previous="3.0.0"))
    with TestClient(Starlette(routes=routes(Service(made.desk, None, made.clock)))) as client:
        text = client.get(made.path("u-adult")).text
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;b&gt;" in text


@pytest.mark.parametrize(
    ("announced", "words"),
    [
        (NOW - timedelta(days=1), "第 4.0.0 版中无需同意的变更自 2026-12-01 起适用，因为已及时通知"),
        (None, "第 4.0.0 版中无需同意的变更也不适用，因为没有及时发出通知"),
    ],
)
def test_who_declines_reads_what_applies_all_the_same_on_every_page(
    tmp_path: Path, announced: datetime | None, words: str
) -> None:
    site = build(tmp_path)
    if announced is None:  # planned, and never sent
        with site.desk.database.write() as connection:
            connection.exec_driver_sql("DROP TRIGGER delivery_events_no_delete")
            connection.exec_driver_sql("DELETE FROM delivery_events")
    with TestClient(Starlette(routes=routes(Service(site.desk, None, site.clock))), follow_redirects=False) as client:
        assert words in client.get(site.path("u-adult")).text
        done = client.get(press(client, site.path("u-adult"), "decline")).text
        result = client.get(site.path("u-adult") + "?done=1").text
        assert words in result
        assert "联系电话变更" in result
        site.now = NOW + timedelta(days=40)
        choices = client.get("/choices/" + token_of(site.desk.choices_url("u-adult"))).text
        assert words in choices
        assert "适用第 3.0.0 版" in choices
        assert "联系电话变更" in choices
        assert done


def test_who_agrees_reads_of_no_exception(client: TestClient, site: Site) -> None:
    press(client, site.path("u-adult"), "accept")
    assert "无需同意的变更自" not in client.get(site.path("u-adult") + "?done=1").text
