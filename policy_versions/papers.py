"""What a review lays before the lint: the texts of before and now, the release, the repository, the day. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from policy_versions.config import Config
from policy_versions.model import Release


@dataclass(frozen=True, slots=True)
class Papers:
    """One policy to be linted.

    `files` are paths and `now`, `before` decoded texts, by language; `before` is empty for a first version. `last` is
    the release in the record, `earliest` the first lawful effective date, `exists` says whether a path is there;
    `drafted` says that `release` is a release file, about to be published, and not what a draft would write;
    `assessments` are the files of that folder now, `assessed_before` those of the last version.
    """

    release: Release
    files: Mapping[str, str]
    now: Mapping[str, str]
    before: Mapping[str, str]
    config: Config
    today: date
    earliest: date
    exists: Callable[[str], bool]
    last: Release | None = None
    drafted: bool = True
    assessments: Mapping[str, bytes] = field(default_factory=dict)
    assessed_before: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a text: the rule's id, where it is (line from 1, 0 for the whole file), what its words need.

    `words` is the sentence where a fault is one of a sentence: it is known again by them, not by its line. `blocks`
    overrides the rule's own severity where the case decides.
    """

    rule: str
    path: str
    line: int
    args: Mapping[str, str]
    blocks: bool | None = None
    words: str = ""
