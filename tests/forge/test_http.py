"""Retries, rate limits, pages and refusals, against a forge on loopback with a clock of our own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from policy_versions.forge.github import GitHub, headers
from policy_versions.forge.http import ForgeError, Patience, RateLimitError, Session, UnsureError
from tests.forge.hub import REPOSITORY, TOKEN, Hub, Trouble

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMMENTS = "GET issues/4/comments"


class Slept(list[float]):
    """Writes down how long it was told to sleep."""


@pytest.fixture
def slept() -> Slept:
    return Slept()


@pytest.fixture
def forge(hub: Hub, actions: object, slept: Slept) -> Iterator[GitHub]:
    with Session(hub.url, headers(TOKEN), Patience(lambda: NOW, slept.append, 200)) as session:
        yield GitHub(session, REPOSITORY)


def test_all_pages_are_read_in_order(hub: Hub, forge: GitHub) -> None:
    for index in range(250):
        hub.say("lin", f"comment {index}")
    assert [c.body for c in forge.comments(4)] == [f"comment {index}" for index in range(250)]
    assert len(hub.paths("GET")) == 3


@pytest.mark.parametrize(
    ("trouble", "waited"),
    [
        (Trouble(429, {"retry-after": "7"}), 7),
        (Trouble(403, {"retry-after": "9"}), 9),
        (Trouble(429, {"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}), 30),
        (Trouble(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 42)}), 42),
        (Trouble(403, {}, b'{"message": "You have exceeded a secondary rate limit"}'), 60),
        (Trouble(429, {"ratelimit-reset": str(int(NOW.timestamp()) + 11)}), 11),
    ],
)
def test_a_limit_is_waited_out_as_it_asks(hub: Hub, forge: GitHub, slept: Slept, trouble: Trouble, waited: int) -> None:
    hub.troubles[COMMENTS] = [trouble]
    assert list(forge.comments(4)) == []
    assert slept == [waited]


def test_a_secondary_limit_without_a_time_is_waited_out_longer_each_time(hub: Hub, forge: GitHub, slept: Slept) -> None:
    hub.troubles[COMMENTS] = [Trouble(429), Trouble(429)]
    list(forge.comments(4))
    assert slept == [60, 120]


def test_more_patience_than_allowed_is_refused_with_the_time(hub: Hub, forge: GitHub, slept: Slept) -> None:
    hub.troubles[COMMENTS] = [Trouble(429, {"retry-after": "150"}), Trouble(429, {"retry-after": "60"})]
    with pytest.raises(RateLimitError, match=r"until 2026-11-22 12:01:00 UTC; 200 s are allowed"):
        list(forge.comments(4))
    assert slept == [150]


def test_a_server_in_trouble_is_asked_again_but_not_for_ever(hub: Hub, forge: GitHub, slept: Slept) -> None:
    hub.troubles[COMMENTS] = [Trouble(502), Trouble(503)]
    assert list(forge.comments(4)) == []
    hub.troubles[COMMENTS] = [Trouble(500) for _ in range(9)]
    with pytest.raises(ForgeError, match=r"in trouble \(500\), 4 times"):
        list(forge.comments(4))
    assert len(hub.troubles[COMMENTS]) == 5


def test_what_makes_something_is_never_repeated_blindly(hub: Hub, forge: GitHub) -> None:
    hub.troubles["POST comments"] = [Trouble(502)]
    with pytest.raises(UnsureError, match="502"):
        forge.write(4, "text")
    assert len(hub.paths("POST")) == 1


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "missing, wrong or expired"), (403, "job's `permissions`"), (404, "may not see it"), (301, "renamed")],
)
def test_a_refusal_says_what_would_help(hub: Hub, forge: GitHub, status: int, said: str) -> None:
    hub.troubles["POST comments"] = [Trouble(status, {}, b'{"message": "Resource not accessible"}')]
    with pytest.raises(ForgeError, match=f"{status} .*{said}.*Resource not accessible"):
        forge.write(4, "text")


def test_an_unreachable_forge_is_one_clear_line(actions: object, slept: Slept) -> None:
    session = Session("http://127.0.0.1:9", headers(TOKEN), Patience(lambda: NOW, slept.append))
    with session, pytest.raises(ForgeError, match="no answer came, 4 times"):
        list(GitHub(session, REPOSITORY).comments(4))


@pytest.mark.parametrize("base", ["http://github.example.com", "ftp://x", "github.example.com", ""])
def test_a_token_is_never_sent_in_the_clear(base: str) -> None:
    with pytest.raises(ForgeError, match="no address to send a token to"):
        Session(base, headers(TOKEN), Patience(lambda: NOW, lambda _: None))


def test_pages_on_another_host_are_not_followed(hub: Hub, forge: GitHub) -> None:
    hub.troubles[COMMENTS] = [Trouble(200, {"link": f'<{hub.store}/x>; rel="next"'}, b"[]")]
    with pytest.raises(ForgeError, match="another host"):
        list(forge.comments(4))


def test_the_token_stays_behind_where_an_artifact_is_stored_elsewhere(hub: Hub, forge: GitHub) -> None:
    hub.leave(1, b"PK data")
    assert forge.artifact(1, 100) == b"PK data"
    assert hub.tokens["/store/1"] == ""
    with pytest.raises(ForgeError, match="more than 3 bytes"):
        forge.artifact(1, 3)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'[{"id": "x"}]', b"[7]"])
def test_an_answer_of_another_form_is_no_traceback(hub: Hub, forge: GitHub, body: bytes) -> None:
    hub.troubles[COMMENTS] = [Trouble(200, {}, body)]
    with pytest.raises(ForgeError):
        list(forge.comments(4))
