"""The second half of the fork-safe pair: put on the pull request what a check without rights has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policy_versions.forge import labels, sticky
from policy_versions.forge.events import Run
from policy_versions.forge.github import GitHub
from policy_versions.forge.port import Pull
from policy_versions.forge.untrusted import MOST, NAME, HostileError, Report, harmless, unpack
from policy_versions.forge.wording import say
from policy_versions.reports.words import Words

_EVENTS: Final = frozenset({"pull_request", "workflow_dispatch"})


class Skipped(StrEnum):
    """Why a run has nothing to say on a pull request; what that means in words is `skip.…` of the strings."""

    EVENT = "event"
    NO_REPORT = "no-report"
    NO_PULL = "no-pull"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Relayed:
    """What was done on which pull request."""

    pull: int
    done: sticky.Done
    labels: tuple[str, ...]


def relay(forge: GitHub, run: Run, home: str) -> Relayed | Skipped:
    """Bring a run's report to its pull request; `home` is the address of the repository's own pages.

    Which pull request that is follows from the run's commit and what the forge says of it, never from the artifact: a
    number in there only chooses among those. Raises HostileError for an artifact that our check never leaves.
    """
    if run.event not in _EVENTS:
        return Skipped.EVENT
    pulls = forge.pulls_of(run.head_owner, run.head_branch, run.head_sha) if run.head_owner else ()
    if not pulls:
        return Skipped.NO_PULL
    left = [a for a in forge.artifacts(run.id, NAME) if not a.expired]
    if not left:
        return Skipped.NO_REPORT
    newest = max(left, key=lambda a: a.id)  # a run that was started again may have left an older one
    if newest.size > MOST:
        raise HostileError(f"{NAME}: has {newest.size} bytes (allowed: {MOST})")
    report = unpack(forge.artifact(newest.id, MOST))
    pull = _chosen(pulls, report)
    if pull is None:
        return Skipped.SEVERAL
    words = say()
    done = sticky.upsert(forge, pull.number, body(report, run, pull, forge, home, words), cut=words("relay.cut"))
    return Relayed(pull.number, done, labels.keep(forge, pull.number, report.data))


def body(report: Report, run: Run, pull: Pull, forge: GitHub, home: str, words: Words) -> str:
    """Return the comment: the report made harmless, then where it comes from, in our own words."""
    address = f"{home}/actions/runs/{run.id}"
    notes = [words.each(lambda one: one("relay.about", run=address, commit=pull.head_sha[:12]), "<br>")]
    if pull.head_repository != forge.repository:
        notes.append(words.each(lambda one: one("relay.fork"), "<br>"))
    foot = "\n\n---\n<sub>" + "<br>".join(notes) + "</sub>\n"
    cut = words("relay.cut")
    said = sticky.fitted(harmless(report.markdown, f"{home}/").strip(), forge.longest - len(foot) - 200, cut)
    return said + foot


def _chosen(pulls: tuple[Pull, ...], report: Report) -> Pull | None:
    if len(pulls) == 1:
        return pulls[0]
    return next((p for p in pulls if p.number == report.number), None)
