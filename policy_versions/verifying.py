"""Find whatever was altered after it was published: texts, release files, log, tags, checkpoint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from policy_versions import obligations, release_file, transparency, version_log
from policy_versions.config import Config
from policy_versions.decisions import Block
from policy_versions.errors import ConfigError
from policy_versions.history import Repository
from policy_versions.model import Release
from policy_versions.sources import Source, pending
from policy_versions.transparency import Key, NoteError, Tree
from policy_versions.version_log import CHECKPOINT, LOG

_UNRECALLED: Final[Mapping[str, Any]] = {"withdrawn_on": None, "withdrawn_for": {}, "withdrawn_by": ""}


def verify(
    repository: Repository, config: Config, *, keys: Sequence[Key] = (), witness: bytes | None = None
) -> tuple[Block, ...]:
    """Return everything that is not as it was published, each named; empty when all is well.

    `keys` must have signed the checkpoint; `witness` is a checkpoint kept elsewhere, which the log must continue.
    Whoever rewrites texts, files, tags and the log all together is found out only by one of these two.
    """
    head = repository.resolve(config.ref or repository.default_ref())
    leaves, wrong = _rows(repository, head)
    wrong += _checkpoint(repository, head, leaves, keys)
    if witness is not None:
        wrong += _continues(leaves, witness)
    tagged: set[tuple[str, str]] = set()
    for policy in config.policies:
        prefix = f"{policy.id}/v"
        tags = repository.tags(prefix)
        for number in sorted(release_file.numbers(policy.id, tags), key=obligations.number_key):
            tagged.add((policy.id, number))
            wrong += _release(repository, head, policy.id, number, tags[f"{prefix}{number}"].commit, leaves)
        wrong += _current(repository, config, head, policy.id)
    lost = [version_log.names(row) for row in leaves if version_log.names(row) not in tagged]
    return (*wrong, *(Block("tag-lost", {"policy": p, "number": n, "tag": f"{p}/v{n}"}) for p, n in lost))


def rows(repository: Repository, config: Config) -> tuple[bytes, ...]:
    """Return the leaves of the log; ConfigError when it is broken."""
    head = repository.resolve(config.ref or repository.default_ref())
    return version_log.leaves(repository.read(head, LOG))


def _rows(repository: Repository, commit: str) -> tuple[tuple[bytes, ...], list[Block]]:
    try:
        return version_log.leaves(repository.read(commit, LOG)), []
    except ConfigError as error:
        return (), [Block("log-broken", {"path": LOG, "problem": error.problems[0]})]


def _checkpoint(repository: Repository, commit: str, rows: Sequence[bytes], keys: Sequence[Key]) -> list[Block]:
    data = repository.read(commit, CHECKPOINT)
    if data is None:
        return [Block("checkpoint-missing", {"path": CHECKPOINT})] if rows else []
    try:
        body, signed = transparency.open_note(data.decode(errors="replace"), keys)
        head = transparency.Checkpoint.parse(body)
    except NoteError as error:
        return [Block("checkpoint-broken", {"path": CHECKPOINT, "problem": str(error)})]
    wrong = [Block("checkpoint-unsigned", {"path": CHECKPOINT, "key": key.name}) for key in keys if key not in signed]
    if (head.size, head.root) != (len(rows), Tree(rows).root()):
        wrong.append(Block("checkpoint-wrong", {"path": CHECKPOINT, "size": str(head.size), "lines": str(len(rows))}))
    return wrong


def _continues(rows: Sequence[bytes], witness: bytes) -> list[Block]:
    """Hold the log against a checkpoint kept elsewhere: its first lines must still give that root."""
    body, _ = transparency.open_note(witness.decode(errors="replace"))
    kept = transparency.Checkpoint.parse(body)
    tree = Tree(rows)
    if kept.size <= len(tree) and tree.root(kept.size) == kept.root:
        return []
    return [Block("witness", {"size": str(kept.size), "lines": str(len(rows))})]


def _release(
    repository: Repository, head: str, policy: str, number: str, commit: str, rows: Sequence[bytes]
) -> list[Block]:
    """Hold one published release against its texts, its file at HEAD and its line in the log."""
    about = {"policy": policy, "number": number, "tag": f"{policy}/v{number}", "commit": commit[:12]}
    name = release_file.path_of(policy, number)
    data = repository.read(commit, name)
    if data is None:
        return [Block("tag-moved", about)]
    try:
        release = release_file.parse(data, name)
    except ConfigError as error:
        return [Block("file-broken", {**about, "path": name, "problem": error.problems[0]})]
    wrong = [
        Block("text-altered", {**about, "path": t.path, "language": t.language})
        for t in release.texts.values()
        if _digest(repository.read(commit, t.path)) != t.sha256
    ]
    wrong += _file(repository, head, release, name, about)
    mine = [row for row in rows if version_log.names(row) == (policy, number)]
    logged = [row for row in mine if not version_log.withdraws(row)]
    recalled = [row for row in mine if version_log.withdraws(row)]
    wrong += _recall(repository, head, recalled, name, about)
    if logged != [version_log.leaf(release)]:
        return [*wrong, Block("log-altered" if logged else "log-lost", about)]
    return [*wrong, *_place(repository, commit, rows, logged[0], about)]


def _file(repository: Repository, head: str, release: Release, name: str, about: dict[str, str]) -> list[Block]:
    """Compare the release file at HEAD with the published one: only a recall may be added."""
    now = repository.read(head, name)
    if now is None:
        return [Block("file-lost", {**about, "path": name})]
    try:
        same = replace(release_file.parse(now, name), **_UNRECALLED) == release
    except ConfigError:
        same = False
    return [] if same else [Block("file-altered", {**about, "path": name})]


def _recall(
    repository: Repository, head: str, logged: Sequence[bytes], name: str, about: dict[str, str]
) -> list[Block]:
    """Hold a recall in the release file against the log: both say it, in the same words, or neither does."""
    now = repository.read(head, name)
    try:
        release = release_file.parse(now, name) if now is not None else None
    except ConfigError:
        return []  # told already
    wanted = [version_log.withdrawal(release)] if release is not None and release.withdrawn_on else []
    if list(logged) == wanted:
        return []
    if not logged:
        return [Block("recall-unlogged", {**about, "path": name})]
    return [Block("recall-altered", {**about, "path": name})]


def _place(
    repository: Repository, commit: str, rows: Sequence[bytes], row: bytes, about: dict[str, str]
) -> list[Block]:
    """A tag stands on the commit that logged the release: its log ends with it, and its parent's lacks it."""
    then, broken = _rows(repository, commit)
    parent = version_log.parent(repository, commit)
    before, _ = _rows(repository, parent) if parent else ((), [])
    if broken or not then or then[-1] != row or row in before:
        return [Block("tag-moved", about)]
    return [] if tuple(rows[: len(then)]) == then else [Block("log-rewritten", about)]


def _current(repository: Repository, config: Config, head: str, policy: str) -> list[Block]:
    """Find a text at HEAD that is not what was published last, though no draft says that it is on its way."""
    source = Source(repository, head)
    tags = repository.tags(f"{policy}/v")
    numbers = release_file.numbers(policy, tags)
    if not numbers or pending(source, tags, policy) is not None:
        return []
    number = max(numbers, key=obligations.number_key)
    data = source.read(release_file.path_of(policy, number))
    if data is None:
        return []
    try:
        release = release_file.parse(data, release_file.path_of(policy, number))
    except ConfigError:
        return []
    files = config.policy(policy).files
    return [
        Block(
            "text-unreleased", {"policy": policy, "number": number, "path": files[t.language], "language": t.language}
        )
        for t in release.texts.values()
        if t.language in files and not release.withdrawn_on and _digest(source.read(files[t.language])) != t.sha256
    ]


def _digest(data: bytes | None) -> str:
    return "" if data is None else hashlib.sha256(data).hexdigest()
