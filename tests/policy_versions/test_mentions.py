"""What only tells where something is told, whom it concerns or how it is written, is no change; what says it is one."""

from __future__ import annotations

import pytest

from policy_versions.classify import classify
from policy_versions.lexicon import load
from policy_versions.model import Category, Direction

PAGE = "This page describes our practices.\n\n{}\n\nThat is all.\n"
HARMLESS = {
    "a notice of a country": ("", "Our [Canada privacy notice](https://example.org/ca) has further details."),
    "a law of a country": ("", "The Privacy Act of New Zealand and Texas law use other words for the same things."),
    "what a text tells": ("", "This notice explains which information we gather and whom we pass it to."),
    "where to read": ("", "To learn how we work with advertisers, read the chapter on partners."),
    "a table of contents": ("", "- [Transfers to partners abroad](#abroad)\n- [5. Your right to erasure](#erasure)"),
    "a question": ("**Do you sell my data?**", "**Who can listen to my recordings?**"),
    "a link within the site": (
        "Please [contact us](https://shop.example/help/contact).",
        "Please [contact us](#contact).",
    ),
    "a masked address": (
        "Write to privacy@shop.example with the word “Privacy”.",
        "Write to privacy [at] shop [dot] example with the word “Privacy”.",
    ),
    "a shortened street": (
        "Write to us at 12 Market St, Ste 4, Boston.",
        "Write to us at 12 Market Street, Suite 4, Boston.",
    ),
}
SAYS = {
    "a practice abroad": ("", "We store your files in Canada.", Category.LOCATION, Direction.EXPANDS),
    "a practice that is explained": (
        "",
        "We pass your orders to advertisers. This notice explains why.",
        Category.RECIPIENTS,
        Direction.EXPANDS,
    ),
    "another house": (
        "You can write to us at Mill House, 4 Bridge Street, York YO1 6DD.",
        "You can write to us at Canal Court, 9 Foss Way, York YO31 7EX.",
        Category.CONTACT,
        Direction.NEUTRAL,
    ),
    "another town": (
        "Postal address: Hafenstrasse 12, 20457 Hamburg",
        "Postal address: Marktweg 3, 70190 Stuttgart",
        Category.CONTACT,
        Direction.NEUTRAL,
    ),
    "an aim that no list knows": (
        "Your seat number is stored.",
        "Your seat number is stored, in order to trace passengers who sat near an infected person.",
        Category.PURPOSE,
        Direction.EXPANDS,
    ),
    "a machine that decides": (
        "A clerk looks at each claim.",
        "A program looks at each claim and pays or declines it.",
        Category.METHOD,
        Direction.EXPANDS,
    ),
}


@pytest.mark.parametrize(("before", "after"), HARMLESS.values(), ids=HARMLESS)
def test_what_only_tells_is_not_material(before: str, after: str) -> None:
    assert not classify(PAGE.format(before), PAGE.format(after), "en").material


@pytest.mark.parametrize(("before", "after", "category", "direction"), SAYS.values(), ids=SAYS)
def test_what_says_it_is_named(before: str, after: str, category: Category, direction: Direction) -> None:
    found = classify(PAGE.format(before), PAGE.format(after), "en").findings
    assert (category, direction) in {(f.category, f.direction) for f in found}


def test_a_default_that_may_be_refused_is_only_a_circumstance() -> None:
    text = "Unless you object, your results are made available to our advertising partners."
    found = classify(PAGE.format(""), PAGE.format(text), "en").findings
    assert {f.category for f in found} == {Category.RECIPIENTS}


OTHERS = {
    "another name of a country": ("Our servers are in South Korea.", "Our servers are in the Republic of Korea."),
    "what data is protected from": (
        "",
        "We protect your file against loss, theft and unauthorised access, disclosure or use.",
    ),
    "the purposes of a law": (
        "",
        "For the purposes of the General Data Protection Regulation, we have drafted this text.",
    ),
}


@pytest.mark.parametrize(("before", "after"), OTHERS.values(), ids=OTHERS)
def test_what_others_do_or_say_is_not_material(before: str, after: str) -> None:
    assert not classify(PAGE.format(before), PAGE.format(after), "en").material


def test_a_persons_own_contact_details_are_data_and_not_a_channel() -> None:
    text = "We disclose your contact details to recovery agents."
    found = classify(PAGE.format(""), PAGE.format(text), "en").findings
    assert {(f.category, f.direction) for f in found} == {(Category.RECIPIENTS, Direction.EXPANDS)}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("correct inaccuracies in personal data", "lim.burden"),
        ("you can change this in your system settings", "method.automated"),
        ("site visitors are welcome", "data.browsing"),
        ("we process your information", "right.time"),
        ("we email users", "contact.word"),
        ("a human readable summary", "right.human"),
    ],
)
def test_a_word_is_not_found_in_a_longer_one(text: str, concept: str) -> None:
    assert concept not in {h.concept for h in load("en").scan(text)}
