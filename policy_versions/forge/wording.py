"""What we say on the forge, by language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from policy_versions.errors import ConfigError
from policy_versions.reports.words import LANGUAGES, Words
from policy_versions.strict_yaml import ours


def say(*languages: str) -> Words:
    """Return our words in some languages, both by default: a pull request is read by people of either."""
    chosen = languages or LANGUAGES
    return Words(tuple(_table(x) for x in chosen), chosen)


@cache
def _table(language: str) -> Mapping[str, str]:
    name = f"strings.{language}.yaml"
    rows = ours(Path(__file__).parent / name, name)
    if not isinstance(rows, dict):
        raise ConfigError([f"{name}: is no mapping"])
    return {key: str(text) for key, text in rows.items()}
