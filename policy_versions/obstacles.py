"""All that stands in the way of a release: what nobody decided, what is not worded, what does not fit. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from policy_versions import obligations
from policy_versions.config import Config
from policy_versions.decisions import Block, about, decided, needs_decision, objections, settle
from policy_versions.model import Decision, Finding, Level, Release, ReleaseFinding

_UNSAID: Final = ("", "todo", "tbd", "…", "...", "待写", "待填")


def blocks(
    release: Release,
    config: Config,
    today: date,
    *,
    texts: Mapping[str, str] | None = None,
    found: Sequence[ReleaseFinding] | None = None,
    lead: Mapping[Level, int] | None = None,
    highest: str | None = None,
) -> tuple[Block, ...]:
    """Return all that stands in the way of publishing a release today.

    `texts` are the SHA-256 of the texts as they are now, by language; `found` are the findings that they show now:
    what is not given is not compared. `highest` is the highest number ever given, where that is not the previous one's.
    """
    settled = settle(release, config, lead)
    stops = [*_texts(release, config, texts), *_findings(release, found), *_summaries(release, config)]
    for f in settled.findings:
        decision = decided(release, f)
        if decision is None and needs_decision(f.finding):
            stops.append(Block("undecided", about(f)))
        elif decision is not None:
            stops += objections(f, decision, release, config)
        stops += [Block(f"duty-{name}", about(f)) for name in f.obligation.blocks]
    there = {f.finding.fingerprint for f in (release.findings if found is None else found)}
    stops += [stale(d) for d in release.decisions if d.fingerprint not in there]
    return (*stops, *_number(settled, highest), *_comments(release, config), *_days(settled, today))


def stale(decision: Decision) -> Block:
    """Say whose decision died with its sentence, and why it was made."""
    return Block(
        "stale",
        {
            "fingerprint": decision.fingerprint[:12],
            "by": decision.by,
            "on": decision.on.isoformat(),
            "reason": decision.reason,
            "verdict": decision.verdict,
        },
    )


def earliest(release: Release, today: date) -> date:
    """Return the first lawful effective date of a settled release, announced on its day or, without one, today."""
    return obligations.after(release.announced_on or today, release.lead_days)


def fits(number: str, previous: str, level: Level) -> bool:
    """Say whether a number may follow: the next one of the change's own kind, or of a stronger kind."""
    if not previous:
        return True
    kinds = (Level.CONSENT, Level.PROMINENT, Level.NONE)
    strong = kinds[:1] if level.asks else kinds[:2] if level is Level.PROMINENT else kinds
    key = obligations.number_key(number)
    return key in {obligations.number_key(obligations.next_number(previous, x)) for x in strong}


def _texts(release: Release, config: Config, texts: Mapping[str, str] | None) -> list[Block]:
    policy = config.policy(release.policy)
    wrong = [
        Block("language-missing", {"language": language, "path": path})
        for language, path in policy.files.items()
        if language not in release.texts
    ]
    if texts is not None:
        wrong += [
            Block("text-changed", {"language": t.language, "path": t.path})
            for t in release.texts.values()
            if texts.get(t.language) != t.sha256
        ]
    return wrong


def _findings(release: Release, found: Sequence[ReleaseFinding] | None) -> list[Block]:
    """Hold the findings of the file against those of the texts: nobody may edit one away."""
    if found is None:
        return []
    written = {(f.language, f.finding.fingerprint): f.finding for f in release.findings}
    shown = {(f.language, f.finding.fingerprint): f.finding for f in found}
    lost = sorted(key for key, finding in shown.items() if not _same(written.get(key), finding))
    return [Block("finding-lost", {"language": language, "fingerprint": fp}) for language, fp in lost]


def _same(written: Finding | None, shown: Finding) -> bool:
    """Compare what duties follow from and people are shown; lines and words of explanation may have moved on."""
    judged = ("rule", "category", "effect", "direction", "material", "confidence", "sensitive")
    parts = (*judged, "evidence_before", "evidence_after")
    if written is None or not all(getattr(written, p) == getattr(shown, p) for p in parts):
        return False
    ours, theirs = (sorted((p.before, p.after) for p in side.also) for side in (written, shown))
    return ours == theirs


def _summaries(release: Release, config: Config) -> list[Block]:
    languages = config.policy(release.policy).files
    said = {k: v.strip().lower().rstrip(":：.。") for k, v in release.summaries.items()}
    return [Block("summary-missing", {"language": x}) for x in languages if said.get(x, "") in _UNSAID]


def _number(release: Release, highest: str | None) -> list[Block]:
    last = highest or release.previous
    if fits(release.number, last, release.level):
        return []
    expected = obligations.next_number(last, release.level)
    return [Block("number", {"number": release.number, "expected": expected, "last": last, "level": release.level})]


def _comments(release: Release, config: Config) -> list[Block]:
    """A release may give people longer to comment than policy.toml promises, never less."""
    least = config.comments.days
    if release.comment_days >= least:
        return []
    return [Block("comments-short", {"days": str(release.comment_days), "least": str(least)})]


def _days(release: Release, today: date) -> list[Block]:
    first = earliest(release, today)
    args = {"earliest": first.isoformat(), "effective": str(release.effective_on), "today": today.isoformat()}
    wrong = []
    if release.announced_on is not None and release.announced_on < today:
        wrong.append(Block("announced-past", {**args, "announced": release.announced_on.isoformat()}))
    if release.effective_on is None:
        wrong.append(Block("effective-missing", args))
    elif release.effective_on < today:
        wrong.append(Block("effective-past", args))
    elif release.effective_on < first:
        wrong.append(Block("effective-early", {**args, "days": str(release.lead_days)}))
    return wrong
