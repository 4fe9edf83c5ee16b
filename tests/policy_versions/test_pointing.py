"""What a reader sees to be nothing: sentences that only point on, torn copies, counted requests, names of pages."""

from __future__ import annotations

import pytest

from policy_versions.classify import classify

PAGE = "Hello there.\n\n{}\n\nHave a nice day.\n"


def found(before: str, after: str) -> set[str]:
    """Give the categories that are told of a sentence in a small page."""
    told = classify(PAGE.format(before), PAGE.format(after), "en").findings
    return {str(f.category) for f in told}


@pytest.mark.parametrize(
    "sentence",
    [
        "For more information on how our partners use cookies, please see our Cookie Policy.",
        "To learn more about the data that we share with advertisers, visit our help pages.",
        "You can find more details about tracking in our help centre.",
        "More information about retention is available in our guide.",
        "To learn more about the decisions on which countries are adequate, see this page of the authority.",
        "You can read the previous Privacy Notice, which applies to all customers until 3 March 2026, here.",
        "If our suppliers handle personal data against these principles, we remain liable unless we prove otherwise.",
    ],
)
def test_a_sentence_that_only_points_on_states_nothing(sentence: str) -> None:
    assert not found("", sentence)
    assert not found(sentence, "")


def test_a_sentence_that_points_on_and_states_more_is_judged() -> None:
    assert "rights" in found("", "To delete your account, see our help pages.")
    assert "contact" in found("", "For more information, see the letter or write to privacy@example.org.")


@pytest.mark.parametrize(
    ("whole", "torn"),
    [
        (
            "To ask about your data, please write to our Data Protection Officer.",
            "To ask about your data, please write to our .",
        ),
        ("Parts of your profile may be shown on the services of others.", "Parts of your profile may be shown on the"),
    ],
)
def test_a_copy_that_lost_words_is_no_change(whole: str, torn: str) -> None:
    assert not found(whole, torn)
    assert not found(torn, whole)


LONG = (
    "Our paid plans help teams to plan the work of a season together, to invite guests to their boards, to keep the "
    "notes of their meetings and to show the results of their work on social"
)


def test_a_sentence_that_a_copying_program_cut_off_is_no_change() -> None:
    assert not found(f"{LONG} networks.", LONG)
    assert not found(LONG, f"{LONG} networks.")
    assert found(f"{LONG} networks, with advertisers.", LONG)


def test_a_link_that_becomes_a_footnote_is_no_change() -> None:
    linked = "We collect [what you give us](https://www.example.org/help?note=3&entry=0), such as photos."
    assert not found(linked, "We collect [what you give us\\[4\\]](#note-4), such as photos.")
    assert found(linked, "We collect [what others give us\\[4\\]](#note-4), such as photos.")


def test_a_page_of_cookies_said_in_another_way_names_nobody() -> None:
    page = "Quillworks runs this site. {} Quillworks hopes you like it.".format
    one = page("We offer a [page](https://example.org/cookies) that makes all uses of cookies plain.")
    other = page("For more information about cookies, see the [list of Google](https://example.org/cookies).")
    assert not found(f"{one} Google counts visits.", f"{other} Google counts visits.")


def test_updates_that_one_can_sign_up_for_are_a_notice() -> None:
    assert found("", "You can sign up to receive subprocessor updates here.") == {"notice"}


def test_the_time_for_an_answer_is_no_time_of_storage() -> None:
    assert "retention" not in found("", "We will answer your request for access within a reasonable period of time.")


def test_words_left_out_of_a_whole_sentence_are_a_change() -> None:
    assert found("We share your e-mail address with advertisers and banks.", "We share your e-mail address with banks.")


def test_a_figure_in_a_table_of_requests_is_no_change() -> None:
    table = "| Requests received in the past year | Number of requests denied |\n|---|---|\n| {} | {} |"
    assert not found(table.format("2,104", "7"), table.format("3,266", "19"))


def test_a_period_in_a_table_is_a_change() -> None:
    table = "| Data | Retention (days) |\n|---|---|\n| Messages | {} |"
    assert found(table.format("30"), table.format("60"))


def test_the_title_of_a_linked_page_is_no_change() -> None:
    link = 'We use your commit address as "[{}]({}/setting-your-commit-address)" says.'
    assert not found(link.format("Setting your commit address", "/old"), link.format("TITLE", "/new/pages"))


def test_an_age_whose_figure_stays_is_no_change() -> None:
    said = "We limit what we collect about users {} 13 and 16."
    assert "minors" not in found(said.format("between the ages of"), said.format("between"))


def test_a_linked_name_that_something_is_given_to_is_a_recipient() -> None:
    said = "This includes what you provide to Coral when you tip{}."
    assert "recipients" in found(
        said.format(""), said.format(", or what you provide to [The Tide Group](https://tide.example/) when you stream")
    )
    assert "recipients" not in found("", "You may read about [The Tide Group](https://tide.example/) and the sea.")


def test_a_law_of_a_place_is_no_place_of_data() -> None:
    assert "location" not in found(
        "", "Under Oregon’s Consumer Privacy Act other words are used for personal information."
    )
    assert "location" not in found("", "We rely on consent, in countries where consent is required.")


def test_a_company_of_another_form_is_a_company() -> None:
    said = "The data controller responsible for your personal data is {} International Unlimited Company."
    assert "ownership" in found(said.format("Coral"), said.format("Tide"))


def test_further_terms_that_hold_for_other_places_are_material() -> None:
    said = "Where your number is registered in Japan{}, there are country-specific terms that may apply."
    wider = classify(PAGE.format(said.format("")), PAGE.format(said.format(" or Brazil")), "en")
    other = classify(PAGE.format(said.format(" or Peru")), PAGE.format(said.format(" or Brazil")), "en")
    assert not wider.material
    assert other.material
