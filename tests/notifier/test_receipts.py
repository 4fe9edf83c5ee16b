"""A receipt proves what was answered without asking us, and speaks only words that the vocabulary has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from notifier.asking import Asked
from notifier.consent_log import ConsentEvent, State
from notifier.receipts import Links, Receipt, ReceiptError, export, issue, known_terms, signing_key, verify
from policy_versions.model import Category, Level, Publisher
from policy_versions.signed_note import Key
from tests.notifier.consent_kit import event, finding, moment, release

ON = date(2026, 3, 1)
KEY = signing_key("", ["secret"], "policies.example.com/receipts")
PUBLISHER = Publisher(
    title={"zh-CN": "政策", "en": "Policies"},
    name={"zh-CN": "示例公司", "en": "Example Ltd"},
    url="https://policies.example.com/",
    languages=("zh-CN", "en"),
    authoritative="zh-CN",
    jurisdictions=("CN", "EU", "XX"),
    address={"zh-CN": "北京", "en": "Beijing"},
    authorities={"zh-CN": "网信部门", "en": "the CAC"},
    email="privacy@example.com",
)
LINKS = Links("https://policies.example.com/privacy/v2.0.0/zh-CN/", "https://policies.example.com/choices/x")


def receipt(made: ConsentEvent, *categories: Category) -> Receipt:
    found = [finding(c, Level.SEPARATE_CONSENT, category=c) for c in categories or (Category.PURPOSE,)]
    items = [Asked(f.finding.fingerprint, "2.0.0", f.obligation.level, f) for f in found]
    items.append(Asked("release:2.0.0", "2.0.0", Level.CONSENT, None))
    return issue(made, items, release("2.0.0", ON, *found), PUBLISHER, LINKS, key=KEY, receipt_id="r-1", now=moment(ON))


def terms(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "@context":
                yield from (key, *terms(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from terms(inner)
    elif isinstance(value, str) and re.fullmatch(r"(dpv|loc):[\w-]+", value):
        yield value


@pytest.mark.parametrize("state", list(State))
def test_each_state_has_its_word_and_every_word_is_known(state: State) -> None:
    made = receipt(event(state, "2.0.0", ["ads"], ON, person="kid", by="mum"), *Category)
    used = {t for t in terms(made.document) if t.startswith(("dpv:", "loc:"))}
    assert used <= known_terms()
    assert made.document["dct:hasPart"]["dpv:hasConsentStatus"]["@id"].startswith("dpv:")


@pytest.mark.shared
def test_the_vendored_words_are_those_that_were_checked_against_the_vocabulary(shared: Path) -> None:
    text = (shared / "design" / "LAW.md").read_text(encoding="utf-8")
    for term in known_terms():
        assert re.search(rf"\b{re.escape(term.partition(':')[2])}\b", text), term


def test_a_receipt_is_verified_offline_and_gives_the_event_back() -> None:
    made = event(State.GIVEN, "2.0.0", ["ads"], ON)
    data = export(receipt(made))
    assert verify(data) == made
    assert verify(data, Key.parse(KEY.verifier())) == made
    with pytest.raises(ReceiptError, match="not signed by this key"):
        verify(data, signing_key("", ["other"], "elsewhere"))


def test_the_guardian_and_the_child_are_named_as_such() -> None:
    part = receipt(event(State.GIVEN, "2.0.0", ["ads"], ON, person="kid", by="mum")).document["dct:hasPart"]
    assert part["dpv:hasDataSubject"]["@type"] == "dpv:Child"
    assert part["dpv:isIndicatedBy"]["@type"] == "dpv:ParentOfDataSubject"


def test_both_notices_are_named_by_hash_and_the_withdrawal_by_address() -> None:
    made = event(State.GIVEN, "2.0.0", ["ads"], ON)
    part = receipt(made).document["dct:hasPart"]
    assert [n["dct:identifier"] for n in part["dpv:hasNotice"]] == [made.screen_sha256, made.text_sha256]
    assert part["dpv:hasConsentControl"]["dct:source"]["@id"] == LINKS.choices


def _alter(data: bytes, path: list[str], value: Any) -> bytes:
    content = msgspec.json.decode(data)
    inner = content
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return msgspec.json.encode(content)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["receipt", "dct:hasPart", "event:state"], "refused"),
        (["receipt", "dct:hasPart", "dpv:hasConsentStatus"], {"@id": "dpv:ConsentRefused"}),
        (["receipt", "dct:issued"], "2020-01-01T00:00:00Z"),
        (["signature"], ""),
        (["key"], signing_key("", ["other"], "elsewhere").verifier()),
    ],
)
def test_any_change_is_found(path: list[str], value: Any) -> None:
    data = export(receipt(event(State.GIVEN, "2.0.0", ["ads"], ON)))
    with pytest.raises(ReceiptError):
        verify(_alter(data, path, value))


def test_a_record_resigned_with_a_wrong_hash_is_found() -> None:
    made = event(State.GIVEN, "2.0.0", ["ads"], ON)
    forged = replace(made, state=State.REFUSED)
    with pytest.raises(ReceiptError, match="hash"):
        verify(export(receipt(forged)))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"receipt": 1, "signature": "", "key": ""}', b"\xff"])
def test_what_is_no_receipt_is_told(data: bytes) -> None:
    with pytest.raises(ReceiptError):
        verify(data, KEY)


def test_the_key_comes_from_settings_or_from_the_newest_secret() -> None:
    assert signing_key(KEY.signer(), [], "x") == KEY
    assert signing_key("", ["a", "b"], "x") == signing_key("", ["b"], "x") != signing_key("", ["a"], "x")
    with pytest.raises(ReceiptError, match="POLICYCTL_SIGNING_KEY_FILE"):
        signing_key("", [], "x")
