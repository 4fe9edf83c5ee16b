"""Take an announced version back before it applies: it stays in the archive, and the log says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from policy_versions import config as settings
from policy_versions import obligations, release_file, version_log
from policy_versions.config import Policy
from policy_versions.decisions import Block
from policy_versions.errors import BlockedError, ConfigError, HistoryError
from policy_versions.model import Release
from policy_versions.publishing import log_of
from policy_versions.review import Desk
from policy_versions.transparency import Key
from policy_versions.version_log import CHECKPOINT, LOG


class RecallBlockedError(BlockedError):
    """The version cannot be recalled; `blocks` say why, and what to do instead, in any language."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        from policy_versions.reports.words import words  # noqa: PLC0415 - only a refusal needs words

        self.blocks = tuple(blocks)
        super().__init__([words("en").block(block) for block in blocks])


@dataclass(frozen=True, slots=True)
class Recalled:
    """What `recall` did; `new` is false when the version was recalled before."""

    release: Release
    commit: str
    new: bool


def recall(
    desk: Desk,
    policy: Policy,
    number: str,
    *,
    reasons: Mapping[str, str],
    by: str,
    now: datetime,
    keys: Sequence[Key] = (),
) -> Recalled:
    """Withdraw a version in its release file and in the log, and commit both; nobody is told by that.

    Doing it twice changes nothing. Raises RecallBlockedError for one that is not announced, already applies, was built
    upon, or without an approver and a reason; HistoryError in a bare repository; ConfigError for a broken log.
    """
    root = desk.repository.root
    if root is None:
        raise HistoryError("a bare repository has no work tree to recall from")
    path = release_file.path_of(policy.id, number)
    release = _announced(desk, policy, number, path)
    if release.withdrawn_on:
        return Recalled(release, desk.repository.resolve("HEAD"), new=False)
    stops = _stops(desk, policy, release, reasons, by)
    if stops:
        raise RecallBlockedError(stops)
    said = {k: v.strip() for k, v in reasons.items()}
    release = replace(release, withdrawn_on=desk.today, withdrawn_for=said, withdrawn_by=by)
    rows = [*log_of(desk), version_log.withdrawal(release)]
    head = version_log.head(version_log.origin(desk.config.site.url), rows, keys)
    for name, data in ((path, release_file.dump(release)), (LOG, version_log.dump(rows)), (CHECKPOINT, head)):
        (root / name).write_bytes(data)
    title = f"Recall {policy.id} {number}"
    return Recalled(release, desk.repository.commit([path, LOG, CHECKPOINT], title, now=now), new=True)


def _announced(desk: Desk, policy: Policy, number: str, path: str) -> Release:
    """Read a published version's file, which must lie here as it was committed."""
    tags = release_file.numbers(policy.id, desk.repository.tags(f"{policy.id}/v"))
    if number not in tags:
        known = ", ".join(sorted(tags, key=obligations.number_key)[-5:]) or "-"
        raise RecallBlockedError([Block("recall-unpublished", {"policy": policy.id, "number": number, "known": known})])
    data = desk.repository.read(desk.repository.resolve("HEAD"), path)
    if data is None or desk.repository.working(path) != data:
        raise ConfigError([f"{path}: is not what was committed (restore it: git checkout HEAD -- {path})"])
    return release_file.parse(data, path)


def _stops(desk: Desk, policy: Policy, release: Release, reasons: Mapping[str, str], by: str) -> list[Block]:
    about = {
        "policy": policy.id,
        "number": release.number,
        "effective": str(release.effective_on),
        "previous": release.previous or "-",
    }
    wrong = []
    if release.effective_on is None or release.effective_on <= desk.today:
        wrong.append(Block("recall-applies", about))
    later = _later(desk, policy, release.number)
    if later:
        wrong.append(Block("recall-followed", {**about, "later": later}))
    committed = settings.load(desk.repository, desk.repository.resolve("HEAD"))
    if not by.strip() or (committed.approvers and by not in committed.approvers):
        wrong.append(Block("recall-approver", {**about, "by": by or "-", "approvers": ", ".join(committed.approvers)}))
    missing = [x for x in policy.files if not reasons.get(x, "").strip()]
    unknown = [x for x in reasons if x not in policy.files]
    if missing or unknown:
        wrong.append(Block("recall-reason", {**about, "languages": ", ".join(missing or policy.files)}))
    return wrong


def _later(desk: Desk, policy: Policy, number: str) -> str:
    """Return a version that was announced after this one and still stands: its changes are told against this one."""
    key = obligations.number_key(number)
    numbers = release_file.numbers(policy.id, desk.repository.tags(f"{policy.id}/v"))
    for other in sorted(numbers, key=obligations.number_key, reverse=True):
        if obligations.number_key(other) <= key:
            return ""
        path = release_file.path_of(policy.id, other)
        data = desk.repository.working(path)
        if data is not None and release_file.parse(data, path).withdrawn_on is None:
            return other
    return ""
