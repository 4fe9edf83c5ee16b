"""C2SP signed notes and tlog checkpoints: what a log says of itself, signed with Ed25519."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from policy_versions.errors import PolicyError

_ED25519: Final = b"\x01"
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_NAME: Final = re.compile(r"[^\s+]+")
_PRIVATE: Final = "PRIVATE+KEY+"


class NoteError(PolicyError):
    """A signed note, checkpoint or key is not as C2SP wants it."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its name, how many leaves, the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the body (C2SP tlog-checkpoint): origin, decimal size, base64 root, each with its newline."""
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\n"

    @classmethod
    def parse(cls, body: str) -> Checkpoint:
        """Read a body; extension lines are ignored; raises NoteError for anything else out of place."""
        lines = body.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise NoteError("a checkpoint has three lines (origin, size, root), each ended by a newline")
        if not _SIZE.fullmatch(lines[1]):
            raise NoteError(f"a checkpoint's size is a decimal number without leading zeros, not `{lines[1]}`")
        root = _unb64(lines[2], "the root")
        if len(root) != hashlib.sha256().digest_size:
            raise NoteError(f"the root has {len(root)} bytes, not 32")
        return cls(lines[0], int(lines[1]), root)


@dataclass(frozen=True, slots=True)
class Key:
    """An Ed25519 key with its name; `secret` is empty for a verifier's key. Never shown in `repr`."""

    name: str
    public: bytes
    secret: bytes = b""

    def __repr__(self) -> str:
        return f"Key({self.verifier()})"

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Key:
        """Make a signing key from 32 random bytes."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - slow

        if not _NAME.fullmatch(name):
            raise NoteError(f"a key's name has no spaces and no plus sign: `{name}`")
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw(), seed)

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read `name+id+key` or `PRIVATE+KEY+name+id+seed`; raises NoteError when the id does not fit the key."""
        private = text.startswith(_PRIVATE)
        parts = text.strip().removeprefix(_PRIVATE).split("+", 2)
        if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
            raise NoteError(f"a key reads {_PRIVATE if private else ''}NAME+ID+BASE64")
        name, identity, encoded = parts
        raw = _unb64(encoded, "the key")
        if raw[:1] != _ED25519 or len(raw) != 33:
            raise NoteError("only Ed25519 keys (algorithm 1, 32 bytes) are known")
        key = cls.from_seed(name, raw[1:]) if private else cls(name, raw[1:])
        if key.identity.hex() != identity:
            raise NoteError(f"the key's id is {key.identity.hex()}, not {identity}")
        return key

    @property
    def identity(self) -> bytes:
        """Return SHA-256(name || LF || 0x01 || public key)[:4]."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def verifier(self) -> str:
        """Return the public form, to be handed out."""
        return f"{self.name}+{self.identity.hex()}+{_b64(_ED25519 + self.public)}"

    def signer(self) -> str:
        """Return the secret form, for the key file."""
        return f"{_PRIVATE}{self.name}+{self.identity.hex()}+{_b64(_ED25519 + self.secret)}"

    def signature(self, body: str) -> str:
        """Return the signature line over a body."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - slow

        raw = Ed25519PrivateKey.from_private_bytes(self.secret).sign(body.encode())
        return f"\u2014 {self.name} {_b64(self.identity + raw)}\n"

    def verifies(self, body: str, raw: bytes) -> bool:
        """Say whether 64 bytes are this key's signature over a body."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - slow
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(raw, body.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


def sign(body: str, keys: Iterable[Key] = ()) -> str:
    """Return a signed note: the body, an empty line, one line for each key (none: an unsigned note)."""
    if not body.endswith("\n") or any(ord(c) < 0x20 and c != "\n" for c in body):
        raise NoteError("the text of a note ends with a newline and has no control characters")
    return body + "\n" + "".join(key.signature(body) for key in keys)


def open_note(note: str, keys: Iterable[Key] = ()) -> tuple[str, tuple[Key, ...]]:
    """Return the body of a note and those of `keys` that signed it; lines by unknown keys are ignored.

    Raises NoteError when the note is malformed or a line that bears a known key's name and id does not verify.
    """
    body, gap, lines = note.rpartition("\n\n")
    if not gap or (lines and not lines.endswith("\n")):
        raise NoteError("a note is text, an empty line, and signature lines")
    body += "\n"
    known = {(key.name, key.identity): key for key in keys}
    signed: list[Key] = []
    for line in lines.split("\n")[:-1]:
        name, raw = _signature_line(line)
        key = known.get((name, raw[:4]))
        if key is not None:
            if not key.verifies(body, raw[4:]):
                raise NoteError(f"the signature by {name} is wrong")
            signed.append(key)
    return body, tuple(signed)


def _signature_line(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014" or not _NAME.fullmatch(parts[1]):
        raise NoteError(f"not a signature line (\u2014 NAME BASE64): {line[:60]}")
    raw = _unb64(parts[2], "a signature")
    if len(raw) < 5:
        raise NoteError("a signature is shorter than its key id")
    return parts[1], raw


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _unb64(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError(f"{what} is not base64") from None
