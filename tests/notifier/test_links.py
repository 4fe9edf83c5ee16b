"""Personal links: only we can make one, each opens one kind of page, and keys can be rotated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.links import (
    AnswerLink,
    LinkError,
    answer_url,
    choices_url,
    read_choices_token,
    read_form,
    read_receipt_token,
    read_token,
    receipt_url,
    sign_form,
    token_of,
)
from policy_versions.errors import PolicyError

OLD, NEW = "old-key-" * 4, "new-key-" * 4


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_a_link_says_who_is_asked_and_who_answers(subject: str, campaign: str, actor: str) -> None:
    url = answer_url("https://policies.example.com/", [NEW], subject, campaign, actor)
    assert url.startswith("https://policies.example.com/answer/")
    assert read_token([NEW], token_of(url)) == AnswerLink(subject, campaign, actor)
    assert read_token([NEW], token_of(url)).by_guardian == (subject != actor)


def test_any_changed_character_is_refused() -> None:
    token = token_of(answer_url("https://p.example", [NEW], "u1", "c1", "u1"))
    for at, character in enumerate(token):
        other = "A" if character != "A" else "Q"
        forged = token[:at] + other + token[at + 1 :]
        try:
            assert read_token([NEW], forged) == AnswerLink("u1", "c1", "u1")  # unused bits of the last base64 sign
            assert at in (len(token) - 1, token.rindex(".") - 1)
        except LinkError:
            pass


@pytest.mark.parametrize("token", ["", ".", "a.b", "=" * 50, "x" * 100_000, "用户", "%00", "W10.e30"])
def test_garbage_is_refused_in_words(token: str) -> None:
    with pytest.raises(LinkError, match="not one of ours"):
        read_token([NEW], token)


def test_a_token_opens_one_kind_of_page_only() -> None:
    choices = token_of(choices_url("https://p.example", [NEW], "u1"))
    receipt = token_of(receipt_url("https://p.example", [NEW], "u1"))
    assert read_choices_token([NEW], choices) == "u1"
    assert read_receipt_token([NEW], receipt) == "u1"
    for read in (read_token, read_receipt_token):
        with pytest.raises(LinkError):
            read([NEW], choices)
    with pytest.raises(LinkError):
        read_choices_token([NEW], receipt)


def test_keys_rotate_without_breaking_links_in_old_mails() -> None:
    token = token_of(answer_url("https://p.example", [OLD], "u1", "c1", "u1"))
    assert read_token([OLD, NEW], token).subject == "u1"
    fresh = token_of(answer_url("https://p.example", [OLD, NEW], "u1", "c1", "u1"))
    assert fresh != token
    assert read_token([NEW], fresh).subject == "u1"
    with pytest.raises(LinkError):
        read_token([NEW], token)


def test_a_form_token_keeps_its_parts_and_its_number() -> None:
    token = sign_form([NEW], ("u1", "2.0.0", "abc"))
    assert read_form([NEW], token, 3) == ("u1", "2.0.0", "abc")
    with pytest.raises(LinkError):
        read_form([NEW], token, 2)


def test_without_a_key_nothing_is_signed() -> None:
    with pytest.raises(PolicyError, match="POLICYCTL_SECRET_KEY"):
        answer_url("https://p.example", [], "u1", "c1", "u1")
