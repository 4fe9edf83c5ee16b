"""A sentence cut in another way says nothing new; what limits or denies a part stays with it."""

from __future__ import annotations

import pytest

from policy_versions.alignment import align, edits
from policy_versions.classify import classify
from policy_versions.document import parse
from policy_versions.recut import recut

PAGE = "This page describes our practices.\n\n{}\n\nThat is all.\n"
SAME = [
    (
        "Recordings stay on the card, and they are never sent to us.",
        "Recordings stay on the card. They are never sent to us.",
    ),
    (
        "We ask for your shoe size, and we pass it on to the tailor.",
        "We ask for your shoe size. We pass it on to the tailor.",
    ),
    (
        "Your file is destroyed after a week; no copies of it are made.",
        "Your file is destroyed after a week. No copies of it are made.",
    ),
]
OTHER = [
    ("We share your orders with partners, unless you object.", "We share your orders with partners."),
    ("Only if you agree, we sell your address to publishers.", "We sell your address to publishers."),
    ("Your calls are never recorded, and we do not sell them.", "We do not sell them."),
]


def _edits(before: str, after: str) -> tuple[tuple[str, str], ...]:
    changes = align(parse(PAGE.format(before), "en"), parse(PAGE.format(after), "en"))
    return tuple((e.before, e.after) for e in recut(edits(changes)))


@pytest.mark.parametrize(("before", "after"), SAME)
def test_a_sentence_cut_in_two_is_no_change(before: str, after: str) -> None:
    for old, new in ((before, after), (after, before)):
        assert not classify(PAGE.format(old), PAGE.format(new), "en").material


@pytest.mark.parametrize(("before", "after"), OTHER)
def test_what_limits_a_part_is_no_part(before: str, after: str) -> None:
    for old, new in ((before, after), (after, before)):
        assert classify(PAGE.format(old), PAGE.format(new), "en").material


def test_what_is_left_is_verbatim() -> None:
    before = "We ask for your shoe size, and we pass it on to the tailor and to the hat maker."
    after = "We ask for your shoe size. We pass it on to the tailor."
    for old, new in _edits(before, after):
        assert old in before
        assert new in after
    assert not any("ask for" in old + new for old, new in _edits(before, after))
