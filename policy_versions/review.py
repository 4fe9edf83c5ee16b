"""What the texts of a commit or of the work tree change against the last release, and what that would ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from policy_versions import dating, decisions, obligations, obstacles, places, reassessing, spots
from policy_versions.config import Config, Policy
from policy_versions.decisions import Block
from policy_versions.model import Editorial, Level, Release, ReleaseFinding, ReleaseText
from policy_versions.papers import Papers
from policy_versions.places import Place
from policy_versions.sources import (
    ASSESSED,
    Classifier,
    Desk,
    Source,
    State,
    assessed,
    classifier,
    config_at,
    decode,
    digests,
    state,
    texts_of,
)

__all__ = [
    "Classifier", "Desk", "Lint", "Review", "Source", "State", "changes", "classifier", "compare", "digests", "papers",
    "plan", "review", "standing", "state", "touched",
]  # fmt: skip

Lint = Callable[[Papers], Sequence[Block]]


@dataclass(frozen=True, slots=True)
class Review:
    """One policy as it would be published now: what changes, what follows, what stands in the way.

    `before` names what is compared with (a release or a commit, empty for nothing); `release` is the settled release
    that is written down, or the one that a draft would write; `drafted` says which. `changed`: some byte differs.
    `places` says where a finding shows in the new file of its language, `dates` from when each duty alone could be met,
    `waits` after how many days; `added` and `removed` name the languages whose text is new or gone: nothing in them was
    compared. `linted` are the faults of the texts; they stand among `blocks` and `warnings` too. `spots` says at which
    place each finding stands, where the languages have the same places.
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
    waits: Mapping[str, int] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    linted: tuple[Block, ...] = ()
    spots: Mapping[tuple[str, str], float] = field(default_factory=dict)


def compare(
    desk: Desk, policy: Policy, before: Mapping[str, bytes], after: Mapping[str, bytes]
) -> tuple[tuple[ReleaseFinding, ...], tuple[tuple[str, Editorial], ...]]:
    """Classify every language that both sides have; what was not there before has nothing to be compared with."""
    findings: list[ReleaseFinding] = []
    editorial: list[tuple[str, Editorial]] = []
    for language in after:
        if language not in before or before[language] == after[language]:
            continue
        old, new = (decode(policy, language, side[language]) for side in (before, after))
        found = desk.classify(old, new, language, policy.id)
        findings += [ReleaseFinding(f, language, decisions.duty_of(f, desk.config)) for f in found.findings]
        editorial += [(language, e) for e in found.editorial]
    return tuple(findings), tuple(editorial)


def changes(
    desk: Desk, now: State, before: Mapping[str, bytes], baseline: str | None = None
) -> tuple[tuple[ReleaseFinding, ...], tuple[tuple[str, Editorial], ...]]:
    """Return what the texts change, and what assessments whose risk rose to high since the last version do.

    `baseline` is the commit to compare assessments with where no version was published yet.
    """
    findings, editorial = compare(desk, now.policy, before, now.texts)
    return (*findings, *reassessing.risen(desk, now, baseline)), editorial


def review(
    desk: Desk, policy: Policy, *, base: str | None = None, lint: Lint | None = None, everything: bool = False
) -> Review:
    """Judge one policy against its last release or, having no release file yet, against the commit `base`.

    The lint looks at texts that somebody touched, or at `everything`, which is held against `base` only where nothing
    was published. Raises ConfigError for release files and
    TextError for texts that cannot be read.
    """
    now = state(desk, policy)
    before, name = now.last.texts, f"v{now.last.release.number}" if now.last.release else ""
    if base is not None and now.pending is None and not (everything and now.last.release):
        before, name = _at(desk, policy, base), name or base[:12]
    baseline = base if now.last.release is None and now.pending is None else None
    findings, editorial = changes(desk, now, before, baseline)
    if now.pending is None:
        release = plan(desk.config, now, findings)
        stops = _undrafted(release)
    else:
        release = decisions.settle(now.pending, desk.config, now.lead)
        stops = standing(desk, now, findings)
    changed = dict(before) != now.texts or reassessing.reassessed(desk, now, base)

    def texts(language: str) -> tuple[str, str]:
        return decode(policy, language, before[language]), decode(policy, language, now.texts[language])

    # A text that nobody touched is nobody's work now, even one that cannot be read.
    said = lint(papers(desk, now, before, release)) if lint and (changed or now.pending or everything) else ()
    said = (*said, *_unrecorded(desk, now, base))
    return Review(
        policy,
        name,
        release,
        now.pending is not None,
        editorial,
        (*stops, *(b for b in said if not b.warns)),
        obstacles.earliest(release, desk.today),
        tuple(b for b in said if b.warns),
        _questions(release, desk.config),
        changed=changed,
        places=places.by_language(_in_texts(findings), texts),
        dates={
            f.finding.fingerprint: obligations.earliest(release.announced_on or desk.today, [f.obligation], now.lead)
            for f in release.findings
        },
        waits={f.finding.fingerprint: obligations.lead_days([f.obligation], now.lead) for f in release.findings},
        added=tuple(x for x in now.texts if x not in before),
        removed=tuple(x for x in before if x not in now.texts),
        linted=tuple(said),
        spots=_spots(policy, desk.config.authoritative, findings, texts),
    )


def _spots(
    policy: Policy, lead: str, findings: Sequence[ReleaseFinding], texts: Callable[[str], tuple[str, str]]
) -> Mapping[tuple[str, str], float]:
    found = _in_texts(findings)
    languages = [x for x in policy.files if any(f.language == x for f in found)]
    if len(languages) < 2:
        return {}
    sides = {x: spots.Sides(x, *texts(x)) for x in languages}
    return spots.of_findings(sides, lead if lead in sides else languages[0], found)


def _unrecorded(desk: Desk, now: State, base: str | None) -> tuple[Block, ...]:
    """Warn of a first version over a text that was there already: nobody judges what it changes against that one."""
    if now.pending is None or now.last.release is not None or base is None:
        return ()
    older = dating.differing(_at(desk, now.policy, base), now.texts)
    args = {"policy": now.policy.id, "number": now.pending.number, "base": base[:12], "languages": ", ".join(older)}
    return (Block("first-unrecorded", args, warns=True),) if older else ()


def _in_texts(findings: Iterable[ReleaseFinding]) -> list[ReleaseFinding]:
    """Leave out what was found in assessments: it stands in no text."""
    return [f for f in findings if f.finding.rule != ASSESSED]


def papers(desk: Desk, now: State, before: Mapping[str, bytes], release: Release) -> Papers:
    """Lay out what the lint looks at; TextError for a text that cannot be read."""
    policy = now.policy

    def texts(side: Mapping[str, bytes]) -> dict[str, str]:
        return {x: decode(policy, x, data) for x, data in side.items() if x in policy.files}

    return Papers(
        release,
        policy.files,
        texts(now.texts),
        texts(before),
        desk.config,
        desk.today,
        obstacles.earliest(release, desk.today),
        lambda path: desk.source.read(path) is not None,
        now.last.release,
        now.pending is not None,
        assessed(desk.source),
        assessed(Source(desk.repository, now.last.release.commit)) if now.last.release else {},
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
        comment_days=config.comments.days,
    )
    settled = decisions.settle(bare, config, now.lead)
    return replace(settled, number=obligations.next_number(last.highest or None, settled.level))


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
    config = config_at(repository, commit)
    known = {p.id: p for p in config.policies} if config else {}
    found = texts_of(source, known.get(policy.id, policy))
    if desk.source.commit is None or policy.files.keys() <= found.keys():
        return found
    moved = repository.renamed(commit, desk.source.commit)
    old = {language: source.read(moved.get(path, path)) for language, path in policy.files.items()}
    return {language: data for language, data in old.items() if data is not None} | found


def touched(reviews: Iterable[Review]) -> tuple[Review, ...]:
    """Return the reviews that have something to say."""
    return tuple(r for r in reviews if r.changed or r.drafted or r.blocks)
