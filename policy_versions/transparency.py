"""The log of published versions: RFC 6962 / RFC 9162 Merkle tree, RFC 8785 leaves, C2SP checkpoints. Pure.

A leaf never holds personal data: it is public for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from policy_versions.errors import TextError
from policy_versions.signed_note import Checkpoint, Key, NoteError, open_note, sign

__all__ = [
    "EMPTY_ROOT", "Checkpoint", "Key", "NoteError", "Tree", "canonical", "leaf_hash", "node_hash", "open_note", "sign",
    "statement", "verify_consistency", "verify_inclusion",
]  # fmt: skip

EMPTY_ROOT: Final = hashlib.sha256().digest()
_SAFE: Final = 2**53 - 1  # beyond it RFC 8785 readers may round


def canonical(value: object) -> bytes:
    """Return the RFC 8785 form of a value: sorted keys, no spaces, UTF-8.

    Floats are refused with TextError (nothing we log has any, and their form is where implementations differ), as are
    integers beyond 2^53, keys that are not text and unpaired surrogates.
    """
    try:
        return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise TextError("an unpaired surrogate cannot stand in canonical JSON") from None


def _ordered(value: object) -> object:
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TextError("a key of canonical JSON must be text")
        try:
            keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        except UnicodeEncodeError:
            raise TextError("an unpaired surrogate cannot stand in canonical JSON") from None
        return {key: _ordered(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_ordered(child) for child in value]
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int) and abs(value) <= _SAFE:
        return value
    raise TextError(f"{type(value).__name__} {value!r} cannot stand in canonical JSON here")


def statement(
    *, policy: str, number: str, announced_on: str, effective_on: str, texts: Mapping[str, str], previous: str
) -> bytes:
    """Return the leaf of one published version; `texts` is language -> hex SHA-256, `previous` the number before it."""
    return canonical(
        {
            "announced_on": announced_on,
            "effective_on": effective_on,
            "number": number,
            "policy": policy,
            "prev": previous,
            "sha256": dict(texts),
        }
    )


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 || data) (RFC 6962 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right) (RFC 6962 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size` (at least 2)."""
    return 1 << (size - 1).bit_length() - 1


class Tree:
    """A Merkle tree over leaves; complete subtrees are kept, so that a root or a proof takes O(log n) hashes."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for leaf in leaves:
            self.append(leaf)

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Add one leaf (its data, not its hash)."""
        node = leaf_hash(leaf)
        for height in range(len(self._levels) + 1):
            if height == len(self._levels):
                self._levels.append([])
            level = self._levels[height]
            level.append(node)
            if len(level) % 2:
                return
            node = node_hash(level[-2], level[-1])

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first `size` leaves, of all of them by default."""
        size = self._size(size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Return the audit path of a leaf, nearest first (RFC 6962 2.1.1)."""
        size = self._size(size)
        if not 0 <= index < size:
            raise ValueError(f"leaf {index} is not among the first {size}")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            path.append(self._range(middle, end) if index < middle else self._range(start, middle))
            start, end = (start, middle) if index < middle else (middle, end)
        return tuple(reversed(path))

    def consistency_proof(self, first: int, size: int | None = None) -> tuple[bytes, ...]:
        """Return the proof that the tree of `first` leaves is a prefix of the tree of `size` (RFC 6962 2.1.2)."""
        size = self._size(size)
        if not 0 <= first <= size:
            raise ValueError(f"{first} leaves are not a prefix of {size}")
        if first in (0, size):
            return ()
        path: list[bytes] = []
        start, end, whole = 0, size, True
        while first != end:
            middle = start + _split(end - start)
            left = first <= middle
            path.append(self._range(middle, end) if left else self._range(start, middle))
            start, end, whole = (start, middle, whole) if left else (middle, end, False)
        return tuple(reversed(path)) if whole else (self._range(start, end), *reversed(path))

    def _size(self, size: int | None) -> int:
        if size is None:
            return len(self)
        if not 0 <= size <= len(self):
            raise ValueError(f"the tree has {len(self)} leaves, not {size}")
        return size

    def _range(self, start: int, end: int) -> bytes:
        """Return the hash of leaves [start, end); start is a multiple of the power of two that holds the range."""
        width = end - start
        if width & (width - 1) == 0:
            return self._levels[width.bit_length() - 1][start // width]
        middle = start + _split(width)
        return node_hash(self._range(start, middle), self._range(middle, end))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a proof shows that `leaf` (its data) is at `index` of the tree of this root (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf_hash(leaf)
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """Say whether a proof shows that the first tree is a prefix of the second (RFC 9162 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first in (0, second):
        return not proof and first_root == (EMPTY_ROOT if first == 0 else second_root)
    path = (first_root, *proof) if first & (first - 1) == 0 else tuple(proof)
    if not path:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for node in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, node)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
