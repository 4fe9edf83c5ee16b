"""What the release files say about versions: number, days and where the texts lie. Pure; release.py reads the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from policy_versions import strict_yaml
from policy_versions.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Record:
    """A published version as its release file has it; `texts` maps languages to paths."""

    policy: str
    number: str
    announced_on: date | None
    effective_on: date | None
    withdrawn_on: date | None
    texts: Mapping[str, str]

    @property
    def order(self) -> tuple[tuple[int, str], ...]:
        """Return a key that sorts 1.10.0 behind 1.9.0."""
        return number_key(self.number)


def number_key(number: str) -> tuple[tuple[int, str], ...]:
    """Split a version number into parts that compare as people read them."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in number.split("."))


def read(data: bytes, name: str, policy: str) -> Record:
    """Read a release file; ConfigError names the file and each key that is wrong."""
    raw = strict_yaml.read(data, name)  # every scalar a string: 1.10 stays 1.10
    if not isinstance(raw, dict):
        raise ConfigError([f"{name}: holds no keys (allowed: policy, number, effective_on, texts …)"])
    problems: list[str] = []
    number = raw.get("number")
    if not isinstance(number, str) or not number:
        problems.append(f"{name}: key `number`: is missing (allowed: a version such as 2.0.0)")
    if raw.get("policy", policy) != policy:
        problems.append(f"{name}: key `policy`: is {raw['policy']!r} (allowed: {policy!r}, by its folder)")
    announced, effective, withdrawn = (
        _day(raw, f"{key}_on", name, problems) for key in ("announced", "effective", "withdrawn")
    )
    texts = _texts(raw, name, problems)
    if problems:
        raise ConfigError(problems)
    return Record(policy, str(number), announced, effective, withdrawn, texts)


def _day(raw: Mapping[str, Any], key: str, name: str, problems: list[str]) -> date | None:
    value = raw.get(key)
    if value in (None, "", "null", "~"):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        problems.append(f"{name}: key `{key}`: is {value!r} (allowed: a day, YYYY-MM-DD)")
        return None


def _texts(raw: Mapping[str, Any], name: str, problems: list[str]) -> dict[str, str]:
    texts = raw.get("texts")
    found = {}
    for language, entry in texts.items() if isinstance(texts, dict) else ():
        path = entry.get("path") if isinstance(entry, dict) else None
        if isinstance(path, str) and path:
            found[str(language)] = path
        else:
            problems.append(f"{name}: key `texts.{language}.path`: is missing (allowed: the path of the text)")
    if not found and not problems:
        problems.append(f"{name}: key `texts`: is missing (allowed: one entry a language)")
    return found
