"""Personal links: who is asked, about which campaign, and who answers, signed so that nobody can make one up."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import msgspec
from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from policy_versions.errors import PolicyError

_LONGEST: Final = 2048  # longer than any link we make: do not spend time on what cannot be ours


class LinkError(PolicyError):
    """This link is not one of ours, or a part of it was lost on the way."""


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """Whom a campaign asks and who holds the link: `actor` is the subject or, for a child, the guardian."""

    subject: str
    campaign: str
    actor: str

    @property
    def by_guardian(self) -> bool:
        """Say whether the holder answers for somebody else."""
        return self.actor != self.subject


class _Signer(Signer):
    """A signer that derives each key once: a campaign signs a link for every person."""

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        """Derive the key of this purpose, once a secret."""
        key = self.secret_key if secret_key is None else secret_key
        return _derived(key if isinstance(key, bytes) else key.encode(), self.salt)


@lru_cache(maxsize=256)
def _derived(key: bytes, salt: bytes) -> bytes:
    return Signer(key, salt=salt, digest_method=hashlib.sha256).derive_key()


@lru_cache(maxsize=64)
def _signer(secret: tuple[str, ...], purpose: str) -> _Signer:
    if not secret or not all(secret):
        raise PolicyError("no secret key: set POLICYCTL_SECRET_KEY or POLICYCTL_SECRET_KEY_FILE")
    return _Signer(list(secret), salt=purpose, digest_method=hashlib.sha256)


def _sign(secret: Sequence[str], purpose: str, parts: Sequence[str]) -> str:
    payload = base64_encode(msgspec.json.encode(list(parts)))
    return _signer(tuple(secret), purpose).sign(payload).decode("ascii")


def _read(secret: Sequence[str], purpose: str, token: str, length: int) -> tuple[str, ...]:
    signer = _signer(tuple(secret), purpose)
    if len(token) > _LONGEST:
        raise LinkError
    try:
        parts = msgspec.json.decode(base64_decode(signer.unsign(token)), type=list[str])
    except (BadData, msgspec.MsgspecError, ValueError) as error:
        raise LinkError from error
    if len(parts) != length:
        raise LinkError
    return tuple(parts)


def _url(base: str, page: str, token: str) -> str:
    return f"{base.rstrip('/')}/{page}/{token}"


def answer_url(base: str, secret: Sequence[str], subject: str, campaign: str, actor: str) -> str:
    """Make the link under which `actor` reads what changes for `subject` and answers.

    `secret` holds the keys oldest first: the last one signs, all of them are accepted (rotation).
    """
    return _url(base, "answer", _sign(secret, "answer", (subject, campaign, actor)))


def read_token(secret: Sequence[str], token: str) -> AnswerLink:
    """Read the token of an answer link; raise LinkError for one that is forged, cut or of another purpose."""
    return AnswerLink(*_read(secret, "answer", token, 3))


def choices_url(base: str, secret: Sequence[str], person: str) -> str:
    """Make the link to all choices of a person and of the children they answer for."""
    return _url(base, "choices", _sign(secret, "choices", (person,)))


def read_choices_token(secret: Sequence[str], token: str) -> str:
    """Read whose choices a link shows; raise LinkError."""
    return _read(secret, "choices", token, 1)[0]


def receipt_url(base: str, secret: Sequence[str], receipt: str) -> str:
    """Make the link to one receipt."""
    return _url(base, "receipts", _sign(secret, "receipts", (receipt,)))


def read_receipt_token(secret: Sequence[str], token: str) -> str:
    """Read the id of the receipt that a link shows; raise LinkError."""
    return _read(secret, "receipts", token, 1)[0]


def token_of(url: str) -> str:
    """Give the token of a link made here."""
    return url.rsplit("/", 1)[-1]


def sign_form(secret: Sequence[str], parts: Sequence[str]) -> str:
    """Sign what a form was served with, so that its answer can only be about the very screen that was shown."""
    return _sign(secret, "form", parts)


def read_form(secret: Sequence[str], token: str, length: int) -> tuple[str, ...]:
    """Read what a form was served with; raise LinkError for anything but an untouched token of `length` parts."""
    return _read(secret, "form", token, length)
