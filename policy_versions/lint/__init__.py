"""What a careful editor would catch in the texts of a release; rules and their weight in rules.yaml.

The rules are loaded when there is something to look at: most checks find nothing changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policy_versions.decisions import Block
    from policy_versions.papers import Papers


def lint(papers: Papers) -> tuple[Block, ...]:
    """Return what is wrong in the texts of a policy, by rule, file and line; what blocks first."""
    from policy_versions.lint.run import lint as run  # noqa: PLC0415

    return run(papers)


def severities(config_block: tuple[str, ...] = ()) -> Mapping[str, str]:
    """Return what each rule does; those of policy.toml's `[lint] block` stand in the way."""
    from policy_versions.lint.run import severities as weights  # noqa: PLC0415

    return weights(config_block)


def restated(text: str, day: date) -> str:
    """Return a text that states another effective date where it stated one, written in the same way; else the text."""
    from policy_versions.lint.dates import restated as restate  # noqa: PLC0415

    return restate(text, day)


def effective_on(text: str) -> date | None:
    """Return the effective date that a text states, the first one; None when it states none or no real day."""
    from policy_versions.lint.dates import effective_on as stated  # noqa: PLC0415

    return stated(text)
