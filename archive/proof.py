"""The transparency log as the archive shows it: entries, checkpoint, and whether they agree."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from policy_versions.errors import PolicyError
from policy_versions.model import Release
from policy_versions.signed_note import Checkpoint
from policy_versions.transparency import Tree, leaf_hash

LOG: Final = "transparency/log.jsonl"
CHECKPOINT: Final = "transparency/checkpoint"


@dataclass(frozen=True)
class Log:
    """The log's bytes as they lie in the policy repository; both empty where there is no log."""

    data: bytes = b""
    checkpoint: bytes = b""

    @cached_property
    def leaves(self) -> tuple[bytes, ...]:
        """Return the entries, one JSON statement each."""
        return tuple(line for line in self.data.split(b"\n") if line)

    @cached_property
    def tree(self) -> Tree:
        """Return the Merkle tree over the entries."""
        return Tree(self.leaves)

    @cached_property
    def head(self) -> Checkpoint | None:
        """Return the checkpoint's own figures, None when there is none or it cannot be read."""
        try:
            return (
                Checkpoint.parse(self.checkpoint.decode().partition("\n\n")[0].rstrip("\n") + "\n")
                if self.checkpoint
                else None
            )
        except (PolicyError, UnicodeDecodeError):
            return None

    @property
    def signed(self) -> bool:
        """Say whether the checkpoint carries a signature."""
        return "\n\n\u2014 ".encode() in self.checkpoint

    @property
    def agrees(self) -> bool:
        """Say whether the entries give the checkpoint's size and root."""
        return self.head is not None and self.head.size == len(self.leaves) and self.head.root == self.tree.root()

    @cached_property
    def recalls(self) -> Mapping[tuple[str, str], int]:
        """Return where the recall of a version stands, by policy and number."""
        found = {}
        for at, leaf in enumerate(self.leaves):
            try:
                entry = json.loads(leaf)
                if entry.get("event") == "withdrawn":
                    found[str(entry["policy"]), str(entry["number"])] = at
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
        return found

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], int]:
        found = {}
        for at, leaf in enumerate(self.leaves):
            try:
                entry = json.loads(leaf)
                if "event" in entry:  # of a recall; the version itself stands where it was published
                    continue
                found[str(entry["policy"]), str(entry["number"])] = at
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def place(self, release: Release) -> int | None:
        """Return where a release stands in the log, counted from 0."""
        return self._places.get((release.policy, release.number))

    def proof(self, place: int) -> tuple[str, ...]:
        """Return the inclusion proof of an entry in the whole tree, base64."""
        return tuple(base64.b64encode(node).decode() for node in self.tree.inclusion_proof(place))

    def leaf(self, place: int) -> str:
        """Return the RFC 6962 hash of an entry, hexadecimal."""
        return leaf_hash(self.leaves[place]).hex()
