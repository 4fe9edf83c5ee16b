"""Which labels a report asks for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from policy_versions.errors import ConfigError
from policy_versions.forge.port import Forge, Label
from policy_versions.model import Level
from policy_versions.strict_yaml import ours


@cache
def known() -> Mapping[str, Label]:
    """Return the labels that are ours, by what they say."""
    name = "labels.yaml"
    rows = ours(Path(__file__).parent / name, name)
    if not isinstance(rows, dict):
        raise ConfigError([f"{name}: is no mapping"])
    return {k: Label(**v) for k, v in rows.items() if isinstance(v, dict)}  # type: ignore[arg-type]


def wanted(report: Mapping[str, Any]) -> frozenset[str]:
    """Say which of our labels fit a JSON report (`check --format json`); ConfigError for what is none.

    The report may come from anybody: nothing of it is taken but booleans and the names of levels.
    """
    policies = report.get("policies")
    if not isinstance(policies, list) or not all(isinstance(p, dict) for p in policies):
        raise ConfigError(["report: key `policies`: is no list of objects"])
    levels = [_level(p.get("level")) for p in policies]
    findings = [f for p in policies for f in (p.get("findings") or []) if isinstance(f, dict)]
    found = set()
    if any(f.get("material") is True for f in findings):
        found.add("material")
    elif any(p.get("editorial") for p in policies):
        found.add("editorial")
    if any(level.asks for level in levels):
        found.add("consent")
    if any(p.get("guardian") is True for p in policies) or Level.GUARDIAN in levels:
        found.add("guardian")
    if report.get("blocked") is True:
        found.add("blocked")
    return frozenset(found)


def keep(forge: Forge, pull: int, report: Mapping[str, Any]) -> tuple[str, ...]:
    """Make the labels of a pull request fit a report; return the names of those that are on now, of ours."""
    ours = known()
    fit = {ours[k].name for k in wanted(report)}
    there = forge.labels(pull) & {label.name for label in ours.values()}
    if fit != there:
        add = [label for label in ours.values() if label.name in fit - there]
        forge.label(pull, add, sorted(there - fit))
    return tuple(sorted(fit))


def _level(value: object) -> Level:
    try:
        return Level(str(value))
    except ValueError:
        return Level.NONE
