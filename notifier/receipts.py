"""The record of an answer and the receipt a person gets: ISO/IEC TS 27560 fields in W3C DPV terms, signed with Ed25519.

The receipt holds a full copy of the record and every field that the event's hash covers, so that it can be checked
without us: the signature against the publisher's key, the hash against the record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from notifier.asking import Asked
from notifier.consent_log import Actor, ConsentEvent, State, digest, stamp
from policy_versions.errors import PolicyError
from policy_versions.model import Category, Level, Publisher, Release
from policy_versions.signed_note import Key, NoteError, open_note, sign

CONTEXT: Final = {
    "dpv": "https://w3id.org/dpv#",
    "loc": "https://w3id.org/dpv/loc#",
    "dct": "http://purl.org/dc/terms/",
    "event": "urn:policy-versions:consent-event:",
}
RECORD: Final = "https://w3id.org/dpv/schema/dpv-27560#record"
RECORD_EU: Final = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
RECEIPT: Final = "https://w3id.org/dpv/schema/dpv-27560#receipt"
STATUS: Final[Mapping[State, str]] = {
    State.REQUESTED: "dpv:ConsentRequested",
    State.DEFERRED: "dpv:ConsentRequestDeferred",
    State.GIVEN: "dpv:ConsentGiven",
    State.RENEWED: "dpv:RenewedConsentGiven",
    State.REFUSED: "dpv:ConsentRefused",
    State.WITHDRAWN: "dpv:ConsentWithdrawn",
    State.EXPIRED: "dpv:ConsentExpired",
    State.INVALIDATED: "dpv:ConsentInvalidated",
}
_MATTER: Final[Mapping[Category, tuple[str, str]]] = {
    Category.PURPOSE: ("dpv:hasPurpose", "dpv:Purpose"),
    Category.DATA: ("dpv:hasPersonalData", "dpv:PersonalData"),
    Category.METHOD: ("dpv:hasProcessing", "dpv:Processing"),
    Category.OWNERSHIP: ("dpv:hasDataController", "dpv:DataController"),
    Category.RECIPIENTS: ("dpv:hasRecipient", "dpv:Recipient"),
    Category.RIGHTS: ("dpv:hasRight", "dpv:DataSubjectRight"),
    Category.RISK: ("dpv:hasRisk", "dpv:Risk"),
    Category.RETENTION: ("dpv:hasStorageCondition", "dpv:StorageDuration"),
    Category.LOCATION: ("dpv:hasLocation", "dpv:StorageLocation"),
    Category.SECURITY: ("dpv:hasTechnicalOrganisationalMeasure", "dpv:TechnicalOrganisationalMeasure"),
    Category.NOTICE: ("dpv:hasNotice", "dpv:Notice"),
    Category.SCOPE: ("dpv:hasScope", "dpv:Scope"),
}
_PLACES: Final = {"CN": "loc:CN", "EU": "loc:EU", "US": "loc:US", "US-CA": "loc:US-CA"}
_PARENTS: Final = frozenset({"mother", "father", "parent"})


class ReceiptError(PolicyError):
    """This is not a receipt of ours, or it was altered."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Links:
    """Where things are found: the archive page of the version, the person's choices."""

    policy: str
    choices: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as it is kept and handed out: the document, its signature line, the public key that signed."""

    id: str
    event_id: str
    document: Mapping[str, Any]
    signature: str
    key: str
    created_at: datetime


@cache
def known_terms() -> frozenset[str]:
    """Give the terms of DPV 2.3 that receipts may hold (vendored: none is emitted that is not listed)."""
    return frozenset(files("notifier").joinpath("dpv-2.3.txt").read_text(encoding="utf-8").split())


def signing_key(text: str, secrets: Sequence[str], name: str) -> Key:
    """Read the configured key; without one derive it from the newest secret, so that receipts are always signed."""
    if text:
        return Key.parse(text)
    if not secrets:
        raise ReceiptError("no key to sign receipts: set POLICYCTL_SIGNING_KEY_FILE or POLICYCTL_SECRET_KEY")
    return Key.from_seed(name, hashlib.sha256(b"policy-versions receipts\0" + secrets[-1].encode()).digest())


def issue(  # noqa: PLR0913 - a receipt has these parts
    event: ConsentEvent,
    items: Sequence[Asked],
    release: Release,
    publisher: Publisher,
    links: Links,
    *,
    key: Key,
    receipt_id: str,
    now: datetime,
) -> Receipt:
    """Make and sign the receipt of an event; `items` are the findings it answered."""
    document = {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{receipt_id}",
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": {"@id": RECEIPT},
        "dct:identifier": receipt_id,
        "dct:issued": stamp(now),
        "dct:hasPart": record(event, items, release, publisher, links),
    }
    line = sign(canonical(document) + "\n", [key]).rpartition("\n\n")[2]
    return Receipt(receipt_id, event.id, document, line, key.verifier(), now)


def record(
    event: ConsentEvent, items: Sequence[Asked], release: Release, publisher: Publisher, links: Links
) -> dict[str, Any]:
    """Write the consent record: header, processing, parties, events (ISO/IEC TS 27560 order)."""
    places = [_PLACES[j] for j in publisher.jurisdictions if j in _PLACES]
    return {
        "@id": f"urn:uuid:{event.id}",
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": {"@id": RECORD_EU if "EU" in publisher.jurisdictions else RECORD},
        "dct:identifier": event.id,
        "dct:language": event.language,
        "dpv:hasDataSubject": _subject(event),
        "dpv:hasNotice": _notices(event, release, publisher, links),
        "dpv:hasProcess": [_process(item, event, links) for item in items],
        "dpv:hasDataController": _controller(publisher, event.language),
        "dpv:hasJurisdiction": [{"@id": place} for place in places],
        "dpv:hasStorageCondition": {"@type": "dpv:StorageDuration", "dct:source": {"@id": links.policy}},
        "dpv:hasConsentControl": {"@type": "dpv:WithdrawConsent", "dct:source": {"@id": links.choices}},
        "dpv:hasRight": {"@type": "dpv:RightExerciseNotice", "dpv:isExercisedAt": {"@id": links.choices}},
        "dpv:hasAuthority": _said(publisher.authorities, event.language),
        "dpv:hasConsentStatus": {"@id": STATUS[event.state]},
        "dpv:isIndicatedAtTime": stamp(event.at),
        "dpv:isIndicatedBy": _actor(event),
        "dpv:hasIndicationMethod": event.method.value,
        **{f"event:{name}": value for name, value in _fields(event).items()},
    }


def canonical(document: Mapping[str, Any]) -> str:
    """Write JSON with sorted keys and no spaces (RFC 8785: there are no numbers in a receipt)."""
    return msgspec.json.encode(document, order="sorted").decode()


def export(receipt: Receipt) -> bytes:
    """Give the file that a person keeps: document, signature, key."""
    content = {"receipt": receipt.document, "signature": receipt.signature, "key": receipt.key}
    return msgspec.json.format(msgspec.json.encode(content, order="sorted"), indent=2) + b"\n"


def verify(data: bytes, trusted: Key | None = None) -> ConsentEvent:
    """Check a receipt without any server and give the event it proves; raise ReceiptError naming what is wrong.

    `trusted` is the publisher's key from elsewhere; without it the key inside only shows that nothing was altered.
    """
    try:
        content = msgspec.json.decode(data, type=dict[str, Any])
        key = trusted or Key.parse(content["key"])
        _, signed = open_note(f"{canonical(content['receipt'])}\n\n{content['signature']}", [key])
        event = event_of(content["receipt"])
    except NoteError as error:
        raise ReceiptError(f"the signature does not fit: {error}") from error
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReceiptError("this file is not a receipt") from error
    if not signed:
        raise ReceiptError("the receipt was not signed by this key")
    if digest(event) != event.hash:
        raise ReceiptError("the record was altered: its hash does not fit")
    return event


def _fields(event: ConsentEvent) -> dict[str, Any]:
    return asdict(event) | {"at": stamp(event.at), "findings": list(event.findings)}


def event_of(document: Mapping[str, Any]) -> ConsentEvent:
    """Give the event that a receipt's document is about."""
    part = document["dct:hasPart"]
    fields = {name.removeprefix("event:"): value for name, value in part.items() if name.startswith("event:")}
    return msgspec.convert(fields, type=ConsentEvent)


def _subject(event: ConsentEvent) -> dict[str, Any]:
    subject = {"@id": f"urn:subject:{event.subject}"}
    return subject | {"@type": "dpv:Child"} if event.actor is Actor.GUARDIAN else subject


def _actor(event: ConsentEvent) -> dict[str, Any]:
    actor = {"@id": f"urn:subject:{event.actor_id}"}
    if event.actor is not Actor.GUARDIAN:
        return actor
    parent = event.relation in _PARENTS
    return actor | {
        "@type": "dpv:ParentOfDataSubject" if parent else "dpv:GuardianOfDataSubject",
        "dct:description": event.relation,
    }


def _notices(event: ConsentEvent, release: Release, publisher: Publisher, links: Links) -> list[dict[str, Any]]:
    return [
        {"@type": "dpv:ConsentNotice", "dct:language": event.language, "dct:identifier": event.screen_sha256},
        {
            "@id": links.policy,
            "@type": "dpv:PrivacyNotice",
            "dct:title": _said(publisher.policy_titles.get(release.policy, {}), event.language) or release.policy,
            "dct:hasVersion": release.number,
            "dct:language": event.language,
            "dct:identifier": event.text_sha256,
        },
    ]


def _process(item: Asked, event: ConsentEvent, links: Links) -> dict[str, Any]:
    explicit = item.level in (Level.SEPARATE_CONSENT, Level.GUARDIAN)
    basis = "dpv:ExplicitlyExpressedConsent" if explicit else "dpv:ExpressedConsent"
    process: dict[str, Any] = {
        "@type": "dpv:Process",
        "dct:identifier": item.key,
        "dpv:hasLegalBasis": {"@id": basis},
        "dct:source": {"@id": links.policy},
    }
    if item.shown is None:
        return process
    finding = item.shown.finding
    process["dct:description"] = _said(finding.explanation, event.language)
    if finding.category in _MATTER:
        name, kind = _MATTER[finding.category]
        quote = finding.evidence_after or finding.evidence_before
        process[name] = {"@type": kind, "dct:description": quote, "dct:language": item.shown.language}
    return process


def _controller(publisher: Publisher, language: str) -> dict[str, Any]:
    return {
        "@type": "dpv:DataController",
        "dpv:hasName": _said(publisher.name, language),
        "dpv:hasAddress": _said(publisher.address, language),
        "dpv:hasContact": [contact for contact in (publisher.email, publisher.phone) if contact],
    }


def _said(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")
