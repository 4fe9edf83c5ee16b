"""What every format says first: the verdict over a review in one sentence."""

from __future__ import annotations

from collections.abc import Iterable

from policy_versions.decisions import decided
from policy_versions.model import Category, Decision, Level, Release, ReleaseFinding
from policy_versions.reports.words import Words
from policy_versions.review import Review


def headline(review: Review, say: Words) -> str:
    """Say the level, how many changes of which kind, from which version to which, and from when at the earliest."""
    findings = [f.finding for f in review.release.findings]
    judge = sum(f.category is Category.UNCLASSIFIED for f in findings)
    material = sum(f.material and f.category is not Category.UNCLASSIFIED for f in findings)
    counts = say("report.counts", material=material, judge=judge, editorial=len(review.editorial))
    step = say("report.version", before=review.before or say("report.first"), number=review.release.number)
    when = say("report.earliest", day=review.earliest)
    return say("report.head", level=level(review.release, review.before, say), counts=counts, step=step, when=when)


def level(release: Release, before: str, say: Words) -> str:
    """Say what a release asks for; the first version, with none before it, changes nothing and is no edit."""
    return say.level(release.level) if before or release.findings else f"{say('sign.none')} {say('level.first')}"


def duty(found: ReleaseFinding, say: Words) -> str:
    """Say what one finding asks for."""
    said = say("report.duty", level=say(f"level.{found.obligation.level}"), days=found.obligation.lead_days)
    return say("report.guardian", duty=said) if found.obligation.guardian else said


def sign(found: ReleaseFinding, say: Words) -> str:
    """Return the sign beside a finding."""
    if found.finding.category is Category.UNCLASSIFIED:
        return say("sign.unclassified")
    return say(f"sign.{found.obligation.level}")


def decision(review: Review, found: ReleaseFinding, say: Words) -> str:
    """Say who decided what on a finding, or that nobody did."""
    made = decided(review.release, found)
    if made is None:
        return say("report.undecided")
    people = " + ".join(p for p in (made.by, made.second) if p)
    return f"{say(f'verdict.{made.verdict}')} ({people}, {made.on}): {made.reason}"


def strictest(reviews: Iterable[Review]) -> Level:
    """Return the highest level over several policies."""
    return max((r.release.level for r in reviews), key=lambda level: level.rank, default=Level.NONE)


def made(review: Review, found: ReleaseFinding) -> Decision | None:
    """Return the decision on a finding."""
    return decided(review.release, found)


def ordered(review: Review) -> list[ReleaseFinding]:
    """Return the findings, those that ask for most first, else as they stand in the text."""
    return sorted(review.release.findings, key=lambda f: -f.obligation.level.rank)
