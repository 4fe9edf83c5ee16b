"""The second half of the fork-safe pair: put on the pull request what a check without rights has found.

Where the texts were judged anew on this side (recheck), that verdict is told and set as a status.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from policy_versions.forge import labels, recheck, sticky
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


def retell(forge: GitHub, run: Run, home: str, folder: Path) -> tuple[Relayed, ...]:
    """Set the status of each commit that was judged anew in `folder`, and bring that report to its pull request.

    The run's own report is shown only on a branch of this very repository, and only where both verdicts agree: it may
    know more, such as whom the change touches. What could not be judged anew is an error and blocks.
    """
    left = _left(forge, run)
    done = []
    for target in recheck.targets(forge, run):
        pull = forge.pull(target.pull) if target.pull else None
        home_of = pull.head_repository if pull else forge.repository
        anew = recheck.settled(folder, target, recheck.read(folder, target), home_of, forge.repository)
        state = recheck.state(anew)
        if pull is not None and pull.head_sha == target.head:
            done.append(_retold(forge, run, home, pull, anew, left, recheck.problem(folder, target)))
        told = say().each(lambda one, state=state: one(f"status.{state}"), " · ")  # type: ignore[misc]
        forge.status(target.head, state, target.context, told, f"{home}/actions/runs/{run.id}")
    return tuple(done)


def _retold(
    forge: GitHub, run: Run, home: str, pull: Pull, anew: Report | None, left: Report | None, problem: str
) -> Relayed:
    words = say()
    if anew is None:
        why = f"{_both(words, 'relay.unjudged')}\n\n```text\n{shown(problem or '-')}\n```"
        report = Report(why, {"policies": [], "blocked": True}, None)
        notes = []
    else:
        agrees = left is not None and recheck.same(left.data, anew.data)
        trusted = agrees and pull.head_repository == forge.repository
        report = left if trusted and left is not None else anew
        notes = ["relay.settings"] if report.data.get("settings") is True else []
        notes += [] if trusted else ["relay.anew"]
        notes += [] if agrees or left is None else ["relay.differs"]
    done = sticky.upsert(forge, pull.number, body(report, run, pull, forge, home, words, notes), cut=words("relay.cut"))
    return Relayed(pull.number, done, labels.keep(forge, pull.number, report.data))


def _left(forge: GitHub, run: Run) -> Report | None:
    """Return the report that the run itself left; None where there is none that we can read."""
    try:
        found = [a for a in forge.artifacts(run.id, NAME) if not a.expired]
        newest = max(found, key=lambda a: a.id, default=None)
        return unpack(forge.artifact(newest.id, MOST)) if newest and newest.size <= MOST else None
    except HostileError:
        return None


def body(
    report: Report, run: Run, pull: Pull, forge: GitHub, home: str, words: Words, about: Sequence[str] | None = None
) -> str:
    """Return the comment: the report made harmless, then where it comes from (`about`), in our own words."""
    address = f"{home}/actions/runs/{run.id}"
    notes = [_both(words, "relay.about", run=address, commit=pull.head_sha[:12])]
    if about is None:
        about = ["relay.fork"] if pull.head_repository != forge.repository else []
    notes += [_both(words, key) for key in about]
    foot = "\n\n---\n<sub>" + "<br>".join(notes) + "</sub>\n"
    cut = words("relay.cut")
    said = sticky.fitted(harmless(report.markdown, f"{home}/").strip(), forge.longest - len(foot) - 200, cut)
    return said + foot


def shown(text: str) -> str:
    """Return foreign text that can stand in a fence."""
    return text.replace("`", "'").replace("\r", "")


def _both(words: Words, key: str, **args: str) -> str:
    return words.each(lambda one: one(key, **args), "<br>")


def _chosen(pulls: tuple[Pull, ...], report: Report) -> Pull | None:
    if len(pulls) == 1:
        return pulls[0]
    return next((p for p in pulls if p.number == report.number), None)
