"""The words that commands in comments are written in: what each means, by table of comment_words.yaml."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from policy_versions.errors import ConfigError
from policy_versions.strict_yaml import ours


def spelt(text: str) -> str:
    """Return a word as tables spell it: half width, small letters, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().strip("`*_ ").split())


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return for each table what a word means."""
    name = "comment_words.yaml"
    raw = ours(Path(__file__).parent / name, name)
    if not isinstance(raw, dict):
        raise ConfigError([f"{name}: is not a table"])
    tables = {key: value if isinstance(value, dict) else {key: value} for key, value in raw.items()}
    return {key: {spelt(str(w)): meant for meant, ws in rows.items() for w in ws} for key, rows in tables.items()}
