"""`policyctl decide`: what a lawyer says about findings, written into the release file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from policy_versions import decisions, release_file
from policy_versions.commands.desk import (
    DIRECTORY,
    LANG,
    chosen,
    draft_header,
    open_desk,
    pairs,
    spoken,
    truths,
    work_tree,
)
from policy_versions.decisions import DecisionError
from policy_versions.errors import ConfigError
from policy_versions.history import Repository
from policy_versions.model import Category, Decision, Direction, Level, Release, Verdict
from policy_versions.reports.words import Words
from policy_versions.review import Desk, State, state


@click.command()
@click.argument("fingerprints", nargs=-1, required=True, metavar="FINGERPRINT...")
@click.option(
    "--verdict", type=click.Choice([str(x) for x in Verdict]), required=True, help="What you say about the finding."
)
@click.option("--reason", required=True, help="Why.")
@click.option("--by", required=True, help="Who decides: an approver of policy.toml.")
@click.option("--second", default="", help="The second person, needed to lower or overrule.")
@click.option("--level", type=click.Choice([str(x) for x in Level]), help="The level to set instead of the table's.")
@click.option("--answer", "answers", multiple=True, metavar="NAME=true|false", help="Answer a question of the table.")
@click.option(
    "--category",
    type=click.Choice([str(x) for x in Category if x is not Category.UNCLASSIFIED]),
    help="What kind of change it is, where no rule explains it.",
)
@click.option(
    "--direction", type=click.Choice([str(x) for x in Direction]), help="Its direction, where no rule explains it."
)
@click.option("--sentence", "says", multiple=True, metavar="LANG=TEXT", help="What the notice says of it.")
@click.option("--same-as", multiple=True, metavar="LANG=TEXT", help="The translation's sentence that says the same.")
@click.option("--policy", help="The policy (default: the one whose draft has the finding).")
@LANG
@DIRECTORY
def decide(  # noqa: PLR0913, PLR0917 - one option each
    fingerprints: tuple[str, ...],
    verdict: str,
    reason: str,
    by: str,
    second: str,
    level: str | None,
    answers: tuple[str, ...],
    category: str | None,
    direction: str | None,
    says: tuple[str, ...],
    same_as: tuple[str, ...],
    policy: str | None,
    lang: str | None,
    directory: Path,
) -> None:
    """Confirm, overrule or raise the findings FINGERPRINT (their first digits will do) in the release file.

    What no rule explains takes --category, --direction and a --sentence in each language of the policy.
    """
    say = spoken(lang)
    with Repository.open(directory) as repository:
        desk = open_desk(repository, None)
        made = Decision(
            "",
            Verdict(verdict),
            reason,
            by,
            desk.today,
            second,
            Level(level) if level else None,
            truths("--answer", answers),
            pairs("--sentence", says),
            Category(category) if category else None,
            Direction(direction) if direction else None,
            pairs("--same-as", same_as),
        )
        for short in fingerprints:
            changed = _write(desk, _holder(desk, policy, short), replace(made, fingerprint=short), say)
            full = changed.decisions[-1].fingerprint
            about = {"fingerprint": full, "verdict": say(f"verdict.{verdict}"), "level": say.level(changed.level)}
            click.echo(say("decide.done", **about))


def _write(desk: Desk, held: State, made: Decision, say: Words) -> Release:
    from policy_versions import publishing  # noqa: PLC0415 - only a decision needs it

    publishing.untouched(desk, held)
    if held.pending is None:
        raise ConfigError([f"{held.policy.id} has no draft (policyctl draft {held.policy.id})"])
    try:
        changed = decisions.decide(held.pending, desk.config, made)
    except DecisionError as error:
        raise ConfigError(list(dict.fromkeys(say.block(b) for b in error.blocks))) from None
    changed = decisions.settle(changed, desk.config, held.lead)
    (work_tree(desk.repository) / held.path).write_bytes(release_file.dump(changed, draft_header(), today=desk.today))
    return changed


def _holder(desk: Desk, policy: str | None, short: str) -> State:
    """Return the one policy whose draft has a finding that begins so."""
    states = [state(desk, one) for one in chosen(desk.config, policy)]
    known = [(s, f.finding.fingerprint) for s in states if s.pending for f in s.pending.findings]
    holders = {s.policy.id: s for s, fingerprint in known if fingerprint.startswith(short)}
    if len(holders) != 1:
        allowed = ", ".join(sorted(fingerprint[:12] for _, fingerprint in known)) or "none"
        raise ConfigError([f"no draft, or several, has the finding `{short}` (allowed: {allowed})"])
    return next(iter(holders.values()))
