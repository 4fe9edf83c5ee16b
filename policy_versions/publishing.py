"""Draft the next release of a policy, and publish it once nothing stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from policy_versions import dating, decisions, obligations, obstacles, release_file, transparency, version_log
from policy_versions.config import NAME, Policy
from policy_versions.decisions import Block
from policy_versions.errors import BlockedError, ConfigError, HistoryError
from policy_versions.lint import parity
from policy_versions.model import Decision, Release, ReleaseFinding
from policy_versions.review import Desk, Lint, State, changes, digests, papers, plan, standing, state
from policy_versions.sources import assessed
from policy_versions.transparency import Key
from policy_versions.version_log import CHECKPOINT, LOG


class ReleaseBlockedError(BlockedError):
    """Something still blocks a release; `blocks` say what in any language."""

    def __init__(self, policy: str, blocks: Sequence[Block]) -> None:
        from policy_versions.reports.words import words  # noqa: PLC0415 - only a refusal needs words

        self.policy = policy
        self.blocks = tuple(blocks)
        super().__init__([words("en").block(block) for block in blocks])


@dataclass(frozen=True, slots=True)
class Draft:
    """A release file to be written; `replaces` is the path of an older draft under another number, or empty.

    `dropped` are decisions of the older draft that died with their sentences; `texts` are those of the policy, by path,
    that stated another effective date than the release and now state its own.
    """

    release: Release
    path: str
    data: bytes
    replaces: str
    earliest: date
    dropped: tuple[Decision, ...] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Publication:
    """What `publish` did for one policy; `new` is false when it was published before."""

    release: Release
    commit: str
    new: bool


def draft(
    desk: Desk,
    policy: Policy,
    *,
    header: str = "",
    number: str | None = None,
    effective: date | None = None,
    answers: Mapping[str, bool] | None = None,
    redate: bool = True,
) -> Draft | None:
    """Return the release file of the next version, or None when nothing differs from the last release.

    What an older draft already says (summaries, days, answers, decisions on findings that are still there) is kept;
    `answers` are added to those it gives to the questions of the table. The day it applies from is `effective`, else
    the older draft's or a later one that all texts state, else the one that they state where that is lawful, else the
    first lawful one. `redate`: texts that state an effective date shall state this one, unless somebody wrote another
    beside an older draft.
    Raises ConfigError for a number that cannot follow.
    """
    now = state(desk, policy)
    untouched(desk, now)
    last = now.last.release
    release = _planned(desk, now, answers or {})
    if last is not None and not release.findings and digests(now.texts) == {k: t.sha256 for k, t in last.texts.items()}:
        return None
    earliest = obstacles.earliest(release, desk.today)
    day = effective or dating.meant(now, release.effective_on, earliest)
    texts = dating.restated(now, day, desk.today, asked=effective is not None) if redate else {}
    if texts:
        now = replace(now, texts={**now.texts, **texts})
        release = _planned(desk, now, answers or {})
    release = replace(release, number=_numbered(release, now, number), effective_on=day)
    path = release_file.path_of(policy.id, release.number)
    data = release_file.dump(release, header, today=desk.today)
    made = now.pending.decisions if now.pending else ()
    dropped = tuple(d for d in made if d not in release.decisions)
    written = {policy.files[language]: text for language, text in texts.items()}
    return Draft(release, path, data, now.path if now.path != path else "", earliest, dropped, written)


def _planned(desk: Desk, now: State, answers: Mapping[str, bool]) -> Release:
    """Return the release that the texts as they are ask for, with what people wrote into an older draft."""
    findings, _ = changes(desk, now, now.last.texts)
    kept = _kept(plan(desk.config, now, findings), now.pending)
    return decisions.settle(replace(kept, answers={**kept.answers, **answers}), desk.config, now.lead)


def untouched(desk: Desk, now: State) -> None:
    """Raise ConfigError where the pending release file was published and only lacks its tag: it must stay as it is."""
    if now.pending is None or desk.repository.unborn:
        return
    about = (now.policy.id, now.pending.number)
    if about in {version_log.names(row) for row in version_log.leaves(desk.repository.read("HEAD", LOG))}:
        why = f"is in {LOG}, only its tag is missing (allowed: git fetch --tags, or policyctl publish sets it again)"
        raise ConfigError([f"{now.path}: {now.policy.id} {now.pending.number} {why}"])


def publish(
    desk: Desk, policy: Policy, *, now: datetime, keys: Sequence[Key] = (), lint: Lint | None = None
) -> Publication | None:
    """Publish the draft of a policy: settle its file, log it, commit, tag. None when there is nothing to publish.

    Doing it twice changes nothing; one that was interrupted is taken up where it stopped. Raises
    ReleaseBlockedError with all that stands in the way, HistoryError in a bare repository, ConfigError when the log was
    tampered with.
    """
    found = state(desk, policy)
    if found.pending is None:
        last = found.last.release
        return Publication(last, last.commit, new=False) if last else None
    root = desk.repository.root
    if root is None:
        raise HistoryError("a bare repository has no work tree to publish from")
    rows = log_of(desk)
    logged = [row for row in rows if version_log.names(row) == (policy.id, found.pending.number)]
    if logged:
        commit = _finish(desk, found.pending, logged[0])
        if commit:
            _tag(desk, found.pending, commit, now)
            return Publication(replace(found.pending, commit=commit), commit, new=True)
        rows = [row for row in rows if row != logged[0]]  # written down, never committed
    findings, _ = changes(desk, found, found.last.texts)
    settled = decisions.settle(found.pending, desk.config, found.lead)
    said = lint(papers(desk, found, found.last.texts, settled)) if lint else ()
    stops = (*standing(desk, found, findings), *(b for b in said if not b.warns), *_uncommitted(desk, found))
    if stops:
        raise ReleaseBlockedError(policy.id, stops)
    release = decisions.settle(_fresh(found.pending, findings), desk.config, found.lead)
    behind = any(b.code in parity.RULES for b in said)
    prevailing = desk.config.authoritative if behind else ""
    release = replace(release, announced_on=release.announced_on or desk.today, prevailing=prevailing)
    rows = [*rows, version_log.leaf(release)]
    head = version_log.head(version_log.origin(desk.config.site.url), rows, keys)
    for path, data in ((found.path, release_file.dump(release)), (LOG, version_log.dump(rows)), (CHECKPOINT, head)):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    title = f"Publish {policy.id} {release.number}"
    commit = desk.repository.commit([found.path, LOG, CHECKPOINT], title, now=now)
    _tag(desk, release, commit, now)
    return Publication(replace(release, commit=commit), commit, new=True)


def _fresh(release: Release, findings: Sequence[ReleaseFinding]) -> Release:
    """Put what the texts show now in the place of what the file says of it: words, lines and quotes alike."""
    shown = {(f.language, f.finding.fingerprint): f for f in findings}
    return replace(release, findings=tuple(shown.get((f.language, f.finding.fingerprint), f) for f in release.findings))


def _kept(release: Release, older: Release | None) -> Release:
    """Carry over what people wrote into an older draft."""
    if older is None:
        return release
    there = {f.finding.fingerprint for f in release.findings}
    return replace(
        release,
        summaries={k: older.summaries.get(k, "") for k in release.summaries},
        answers=older.answers,
        waivers=older.waivers,
        announced_on=older.announced_on,
        effective_on=older.effective_on,
        decisions=tuple(d for d in older.decisions if d.fingerprint in there),
        number=older.number,
        comment_days=max(older.comment_days, release.comment_days),
    )


def _numbered(release: Release, now: State, wanted: str | None) -> str:
    """Return the number asked for, that of the older draft while it fits, else the next one."""
    highest = now.last.highest
    expected = obligations.next_number(highest or None, release.level)
    if wanted is not None:
        obligations.number_key(wanted)
        if not obstacles.fits(wanted, highest, release.level):
            why = f"cannot follow {highest} for a change of level {release.level}"
            raise ConfigError([f"--number: `{wanted}` {why} (allowed: {expected}, or a larger step)"])
        return wanted
    older = now.pending.number if now.pending else ""
    return older if older and obstacles.fits(older, highest, release.level) else expected


def log_of(desk: Desk) -> list[bytes]:
    """Read the log of the work tree; it must continue the committed one, whose checkpoint must be right."""
    repository = desk.repository
    rows = version_log.leaves(repository.working(LOG))
    if repository.unborn:
        return list(rows)
    committed = version_log.leaves(repository.read("HEAD", LOG))
    note = repository.read("HEAD", CHECKPOINT)
    if rows[: len(committed)] != committed:
        raise ConfigError([f"{LOG}: is not what was committed (restore it: git checkout HEAD -- {LOG})"])
    if committed or note:
        body, _ = transparency.open_note((note or b"").decode(errors="replace"))
        head = transparency.Checkpoint.parse(body)
        if (head.size, head.root) != (len(committed), transparency.Tree(committed).root()):
            raise ConfigError([f"{CHECKPOINT}: does not match {LOG} (find out why: policyctl verify)"])
    return list(rows)


def _uncommitted(desk: Desk, now: State) -> list[Block]:
    """Name the texts of which git has not yet exactly these bytes, for a tag could not hold them; policy.toml too.

    Whoever may decide and what the policy promises must be what others could see, not an edit of the moment.
    """
    repository = desk.repository
    head = "" if repository.unborn else repository.resolve("HEAD")
    there = {now.policy.files[k]: data for k, data in now.texts.items()} | {NAME: repository.working(NAME)}
    there |= assessed(desk.source)
    paths = [path for path, data in there.items() if not head or repository.read(head, path) != data]
    return [Block("text-uncommitted", {"path": path}) for path in paths]


def _finish(desk: Desk, release: Release, row: bytes) -> str:
    """Return the commit that logged a release whose tag is missing, or nothing when it was never committed."""
    repository = desk.repository

    def logged(commit: str) -> bool:
        return row in version_log.leaves(repository.read(commit, LOG))

    commit = "" if repository.unborn else repository.resolve("HEAD")
    if not commit or not logged(commit):
        return ""
    if version_log.leaf(release) != row:
        raise ConfigError([f"{LOG}: {release.policy} {release.number} is logged with other texts or days"])
    while parent := version_log.parent(repository, commit):
        if not logged(parent):
            break
        commit = parent
    return commit


def _tag(desk: Desk, release: Release, commit: str, now: datetime) -> None:
    lines = [f"{release.policy} {release.number}", "", f"effective {release.effective_on}, level {release.level}"]
    lines += [f"{t.sha256}  {t.path}" for t in release.texts.values()]
    desk.repository.tag(f"{release.policy}/v{release.number}", commit, "\n".join(lines), now=now)
