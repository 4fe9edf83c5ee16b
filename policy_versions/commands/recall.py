"""`policyctl recall`: take back a version that was announced and does not apply yet."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import click

from policy_versions import recalling
from policy_versions.commands import keys
from policy_versions.commands.desk import DIRECTORY, LANG, open_desk, spoken
from policy_versions.errors import BlockedError
from policy_versions.history import Repository


@click.command()
@click.argument("version", metavar="POLICY@NUMBER")
@click.option(
    "--reason", "reasons", multiple=True, required=True, metavar="[LANG=]TEXT",
    help="Why, for everybody to read; once a language. Without LANG= in the authoritative one.",
)  # fmt: skip
@click.option("--by", required=True, help="Who recalls it: an approver of policy.toml.")
@LANG
@DIRECTORY
def recall(version: str, reasons: tuple[str, ...], by: str, lang: str | None, directory: Path) -> None:
    """Withdraw POLICY@NUMBER before its effective date: in its release file and the log. It tells nobody.

    The version stays in the archive, marked as withdrawn with the reason. Those who were told of it are told with
    `policyctl notify plan POLICY@NUMBER --recall`, which a person starts. Twice changes nothing; 1 when it is refused.
    """
    name, _, number = version.partition("@")
    if not name or not number:
        raise click.BadParameter(f"{version!r} is not POLICY@NUMBER, such as privacy@4.0.0")
    say = spoken(lang)
    with Repository.open(directory) as repository:
        desk = open_desk(repository, None)
        policy = desk.config.policy(name)
        said = dict(_reason(text, tuple(policy.files), desk.config.authoritative) for text in reasons)
        now = datetime.now().astimezone()
        try:
            done = recalling.recall(desk, policy, number, reasons=said, by=by, now=now, keys=keys.signing(os.environ))
        except recalling.RecallBlockedError as error:
            raise BlockedError(
                [say("recall.refused", version=version), *(f"  ☐ {say.block(b)}" for b in error.blocks)]
            ) from None
        paths = [policy.files[t.language] for t in done.release.texts.values() if t.language in policy.files]
    about = {"policy": name, "number": number, "previous": done.release.previous or "-", "paths": " ".join(paths)}
    click.echo(
        say(
            "recall.done" if done.new else "recall.already",
            **about,
            commit=done.commit[:12],
            day=str(done.release.withdrawn_on),
        )
    )
    click.echo(say("recall.next", **about), err=True)


def _reason(text: str, languages: tuple[str, ...], authoritative: str) -> tuple[str, str]:
    """Split `en=Why` into its language and the rest."""
    language, sign, rest = text.partition("=")
    return (language, rest) if sign and language in languages else (authoritative, text)
