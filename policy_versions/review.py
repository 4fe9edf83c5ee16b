"""What the texts of a commit or of the work tree change against the last release, and what that would ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from policy_versions import config as settings
from policy_versions import decisions, history, obligations, obstacles, places, release_file
from policy_versions.config import Config, Policy
from policy_versions.decisions import Block
from policy_versions.errors import ConfigError, TextError
from policy_versions.model import Assessment, Editorial, Level, Place, Release, ReleaseFinding, ReleaseText

Classifier = Callable[[str, str, str, str], Assessment]
Lint = Callable[[Release, Mapping[str, bytes], Config], Sequence[Block]]


def classifier(before: str, after: str, language: str, policy: str) -> Assessment:
    """Classify with our own rules, loaded when there is something to classify."""
    from policy_versions.classify import classify  # noqa: PLC0415 - most checks find nothing changed

    return classify(before, after, language, policy=policy)


class Source:
    """The files of one commit, or (commit None) of the work tree."""

    def __init__(self, repository: history.Repository, commit: str | None) -> None:
        self.repository = repository
        self.commit = commit

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, or None."""
        if self.commit is None:
            return self.repository.working(path)
        return self.repository.read(self.commit, path)

    def names(self, folder: str) -> list[str]:
        """Name the files in a folder (given with its final slash), sorted."""
        if self.commit is not None:
            return sorted(self.repository.files(self.commit, folder))
        root = self.repository.root
        return sorted(f"{folder}{p.name}" for p in (root / folder).glob("*") if p.is_file()) if root else []


@dataclass(frozen=True, slots=True)
class Review:
    """One policy as it would be published now: what changes, what follows, what stands in the way.

    `before` names what is compared with (a release or a commit, empty for nothing); `release` is the settled release
    that is written down, or the one that a draft would write; `drafted` says which. `changed`: some byte differs.
    `places` says where a finding shows in the new file of its language, `dates` from when each duty alone could be met;
    `added` and `removed` name the languages whose text is new or gone: nothing in them was compared.
    """

    policy: Policy
    before: str
    release: Release
    drafted: bool
    editorial: tuple[tuple[str, Editorial], ...] = ()
    blocks: tuple[Block, ...] = ()
    earliest: date = date.min
    warnings: tuple[Block, ...] = ()
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changed: bool = False
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    dates: Mapping[str, date] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """The last release that was published and not withdrawn, its texts, and the highest number ever given."""

    release: Release | None
    texts: Mapping[str, bytes]
    highest: str
    config: Config | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What a review needs: the repository, whose files to judge, by which configuration, on which day."""

    repository: history.Repository
    config: Config
    source: Source
    today: date
    classify: Classifier = classifier


@dataclass(frozen=True, slots=True)
class State:
    """A policy between its last release and the next: what was published, what is there now, what differs."""

    policy: Policy
    last: Published
    texts: Mapping[str, bytes]
    lead: Mapping[Level, int]
    pending: Release | None
    path: str


def published(repository: history.Repository, policy: str, source: Source) -> Published:
    """Read the last release of a policy from its tag; one whose file says that it was withdrawn is passed over."""
    tags = repository.tags(f"{policy}/v")
    numbers = sorted(release_file.numbers(policy, tags), key=obligations.number_key, reverse=True)
    for number in numbers:
        name = release_file.path_of(policy, number)
        commit = tags[f"{policy}/v{number}"].commit
        now, then = source.read(name), repository.read(commit, name)
        if then is None or (now is not None and release_file.parse(now, name).withdrawn_on):
            continue
        release = replace(release_file.parse(then, name), commit=commit)
        texts = {k: repository.read(commit, t.path) or b"" for k, t in release.texts.items()}
        return Published(release, texts, numbers[0], _config(repository, commit))
    return Published(None, {}, numbers[0] if numbers else "")


def pending(source: Source, repository: history.Repository, policy: str) -> tuple[Release, str] | None:
    """Return the release file that is not published yet, with its path; ConfigError when there are several."""
    folder = release_file.FOLDER.format(policy=policy)
    tags = repository.tags(f"{policy}/v")
    names = [n for n in source.names(folder) if n.endswith(".yaml")]
    open_ones = [n for n in names if f"{policy}/v{n.removeprefix(folder).removesuffix('.yaml')}" not in tags]
    if len(open_ones) > 1:
        raise ConfigError(
            [f"{name}: one of {len(open_ones)} unpublished release files (allowed: one)" for name in open_ones]
        )
    if not open_ones:
        return None
    name = open_ones[0]
    release = release_file.parse(source.read(name) or b"", name)
    wrong = []
    if release.policy != policy:
        wrong.append(f"{name}: key `policy`: is `{release.policy}` (allowed: {policy}, by its folder)")
    if release_file.path_of(policy, release.number) != name:
        wrong.append(f"{name}: key `number`: is `{release.number}` (allowed: that of the file's name)")
    if wrong:
        raise ConfigError(wrong)
    return release, name


def state(desk: Desk, policy: Policy) -> State:
    """Read where a policy stands; ConfigError for release files that are not as they should be."""
    last = published(desk.repository, policy.id, desk.source)
    release, path = pending(desk.source, desk.repository, policy.id) or (None, "")
    lead = decisions.leads(desk.config, last.config)
    return State(policy, last, texts_of(desk.source, policy), lead, release, path)


def compare(
    desk: Desk, policy: Policy, before: Mapping[str, bytes], after: Mapping[str, bytes]
) -> tuple[tuple[ReleaseFinding, ...], tuple[tuple[str, Editorial], ...]]:
    """Classify every language that both sides have; what was not there before has nothing to be compared with."""
    findings: list[ReleaseFinding] = []
    editorial: list[tuple[str, Editorial]] = []
    for language in after:
        if language not in before or before[language] == after[language]:
            continue
        old, new = (_decode(policy, language, side[language]) for side in (before, after))
        found = desk.classify(old, new, language, policy.id)
        findings += [ReleaseFinding(f, language, decisions.duty_of(f, desk.config)) for f in found.findings]
        editorial += [(language, e) for e in found.editorial]
    return tuple(findings), tuple(editorial)


def review(desk: Desk, policy: Policy, *, base: str | None = None, lint: Lint | None = None) -> Review:
    """Judge one policy against its last release or, having no release file yet, against the commit `base`.

    Raises ConfigError for release files and TextError for texts that cannot be read.
    """
    now = state(desk, policy)
    before, name = now.last.texts, f"v{now.last.release.number}" if now.last.release else ""
    if base is not None and now.pending is None:
        before, name = _at(desk, policy, base), name or base[:12]
    findings, editorial = compare(desk, policy, before, now.texts)
    if now.pending is None:
        release = plan(desk.config, now, findings)
        stops = _undrafted(release)
    else:
        release = decisions.settle(now.pending, desk.config, now.lead)
        stops = standing(desk, now, findings)
    changed = dict(before) != now.texts
    return Review(
        policy,
        name,
        release,
        now.pending is not None,
        editorial,
        stops,
        obstacles.earliest(release, desk.today),
        # A text that nobody touched is nobody's work now, even one that cannot be read.
        tuple(lint(release, now.texts, desk.config)) if lint and (changed or now.pending) else (),
        _questions(release, desk.config),
        changed=changed,
        places=places.by_language(
            findings, lambda x: (_decode(policy, x, before[x]), _decode(policy, x, now.texts[x]))
        ),
        dates={
            f.finding.fingerprint: obligations.earliest(release.announced_on or desk.today, [f.obligation], now.lead)
            for f in release.findings
        },
        added=tuple(x for x in now.texts if x not in before),
        removed=tuple(x for x in before if x not in now.texts),
    )


def standing(desk: Desk, now: State, findings: Sequence[ReleaseFinding]) -> tuple[Block, ...]:
    """Return all that stands in the way of a release file, held against the texts and the last release."""
    if now.pending is None:
        return ()
    previous = now.last.release.number if now.last.release else ""
    found = findings if now.last.release else ()
    texts = digests(now.texts)
    stops = obstacles.blocks(
        now.pending,
        desk.config,
        desk.today,
        texts=texts,
        found=found,
        lead=now.lead,
        highest=now.last.highest,
    )
    if now.pending.previous != previous:
        stops += (Block("previous", {"previous": now.pending.previous or "-", "expected": previous or "-"}),)
    return stops


def plan(config: Config, now: State, findings: Sequence[ReleaseFinding]) -> Release:
    """Return the release that would follow: its number, texts and findings; nothing decided or worded yet."""
    last, files = now.last, now.policy.files
    texts = {k: ReleaseText(k, files[k], digest) for k, digest in digests(now.texts).items()}
    bare = Release(
        policy=now.policy.id,
        number="",
        previous=last.release.number if last.release else "",
        announced_on=None,
        effective_on=None,
        texts=texts,
        summaries=dict.fromkeys(files, ""),
        findings=tuple(findings),
        decisions=(),
        level=Level.NONE,
        guardian=False,
        lead_days=0,
    )
    settled = decisions.settle(bare, config, now.lead)
    return replace(settled, number=obligations.next_number(last.highest or None, settled.level))


def texts_of(source: Source, policy: Policy) -> dict[str, bytes]:
    """Return the texts of a policy that are there, by language."""
    found = {language: source.read(path) for language, path in policy.files.items()}
    return {language: data for language, data in found.items() if data is not None}


def digests(texts: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each text."""
    return {language: hashlib.sha256(data).hexdigest() for language, data in texts.items()}


def _undrafted(release: Release) -> tuple[Block, ...]:
    judged = [f for f in release.findings if decisions.needs_decision(f.finding)]
    return (Block("no-draft", {"policy": release.policy, "count": str(len(judged))}),) if judged else ()


def _questions(release: Release, config: Config) -> dict[str, tuple[str, ...]]:
    answers = {d.fingerprint: {**release.answers, **d.answers} for d in release.decisions}
    asked = {
        f.finding.fingerprint: decisions.questions_of(
            f.finding, config, answers.get(f.finding.fingerprint, release.answers)
        )
        for f in release.findings
        if f.finding.material
    }
    return {fingerprint: names for fingerprint, names in asked.items() if names}


def _at(desk: Desk, policy: Policy, commit: str) -> dict[str, bytes]:
    """Return the texts of a policy at a commit: where its policy.toml had them then, or git knows that they lay."""
    repository, source = desk.repository, Source(desk.repository, commit)
    config = _config(repository, commit)
    known = {p.id: p for p in config.policies} if config else {}
    found = texts_of(source, known.get(policy.id, policy))
    if desk.source.commit is None or policy.files.keys() <= found.keys():
        return found
    moved = repository.renamed(commit, desk.source.commit)
    old = {language: source.read(moved.get(path, path)) for language, path in policy.files.items()}
    return {language: data for language, data in old.items() if data is not None} | found


def _config(repository: history.Repository, commit: str) -> Config | None:
    try:
        return settings.load(repository, commit)
    except ConfigError:
        return None


def _decode(policy: Policy, language: str, data: bytes) -> str:
    try:
        return history.decode(data)
    except TextError as error:
        raise TextError(f"{policy.files[language]}: {error}") from None


def touched(reviews: Iterable[Review]) -> tuple[Review, ...]:
    """Return the reviews that have something to say."""
    return tuple(r for r in reviews if r.changed or r.drafted or r.blocks)
