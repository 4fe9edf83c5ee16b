"""Where a policy stands: what was published last, what lies there now, and the release file in between."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from policy_versions import config as settings
from policy_versions import decisions, history, obligations, release_file
from policy_versions.config import Config, Policy
from policy_versions.errors import ConfigError, TextError
from policy_versions.extent import limit
from policy_versions.model import Assessment, Level, Release

FOLDER: Final = "assessments/"
ASSESSED: Final = "assessment-risk"  # the rule of findings that stand in an assessment, not in a text
Classifier = Callable[[str, str, str, str], Assessment]
Tags = Mapping[str, history.Tag]
"""The tags of a policy's versions, by name."""


def classifier(before: str, after: str, language: str, policy: str) -> Assessment:
    """Classify with our own rules, loaded when there is something to classify; tell all there is to decide."""
    from policy_versions.classify import classify  # noqa: PLC0415 - most checks find nothing changed

    return classify(before, after, language, policy=policy, whole=True)


class Source:
    """The files of one commit, or (commit None) of the work tree."""

    def __init__(self, repository: history.Repository, commit: str | None) -> None:
        self.repository = repository
        self.commit = commit

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, or None."""
        if self.commit is None:
            return self.repository.working(path)
        return self.repository.read(self.commit, path)

    def names(self, folder: str) -> list[str]:
        """Name the files in a folder (given with its final slash), sorted."""
        if self.commit is not None:
            return sorted(self.repository.files(self.commit, folder))
        root = self.repository.root
        return sorted(f"{folder}{p.name}" for p in (root / folder).glob("*") if p.is_file()) if root else []


@dataclass(frozen=True, slots=True)
class Published:
    """The last release that was published and not withdrawn, its texts, and the highest number ever given."""

    release: Release | None
    texts: Mapping[str, bytes]
    highest: str
    config: Config | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What a review needs: the repository, whose files to judge, by which configuration, on which day."""

    repository: history.Repository
    config: Config
    source: Source
    today: date
    classify: Classifier = classifier


@dataclass(frozen=True, slots=True)
class State:
    """A policy between its last release and the next: what was published, what is there now, what differs."""

    policy: Policy
    last: Published
    texts: Mapping[str, bytes]
    lead: Mapping[Level, int]
    pending: Release | None
    path: str


def published(repository: history.Repository, policy: str, source: Source, tags: Tags) -> Published:
    """Read the last release of a policy from its tag; one whose file says that it was withdrawn is passed over."""
    numbers = sorted(release_file.numbers(policy, tags), key=obligations.number_key, reverse=True)
    for number in numbers:
        name = release_file.path_of(policy, number)
        commit = tags[f"{policy}/v{number}"].commit
        now, then = source.read(name), repository.read(commit, name)
        if then is None or (now is not None and release_file.parse(now, name).withdrawn_on):
            continue
        release = replace(release_file.parse(then, name), commit=commit)
        texts = {k: repository.read(commit, t.path) or b"" for k, t in release.texts.items()}
        return Published(release, texts, numbers[0], config_at(repository, commit))
    return Published(None, {}, numbers[0] if numbers else "")


def pending(source: Source, tags: Tags, policy: str) -> tuple[Release, str] | None:
    """Return the release file that is not published yet, with its path; ConfigError when there are several."""
    folder = release_file.FOLDER.format(policy=policy)
    names = [n for n in source.names(folder) if n.endswith(".yaml")]
    open_ones = [n for n in names if f"{policy}/v{n.removeprefix(folder).removesuffix('.yaml')}" not in tags]
    if len(open_ones) > 1:
        raise ConfigError(
            [f"{name}: one of {len(open_ones)} unpublished release files (allowed: one)" for name in open_ones]
        )
    if not open_ones:
        return None
    name = open_ones[0]
    release = release_file.parse(source.read(name) or b"", name)
    wrong = []
    if release.policy != policy:
        wrong.append(f"{name}: key `policy`: is `{release.policy}` (allowed: {policy}, by its folder)")
    if release_file.path_of(policy, release.number) != name:
        wrong.append(f"{name}: key `number`: is `{release.number}` (allowed: that of the file's name)")
    if wrong:
        raise ConfigError(wrong)
    return release, name


def state(desk: Desk, policy: Policy) -> State:
    """Read where a policy stands; ConfigError for release files that are not as they should be."""
    tags = desk.repository.tags(f"{policy.id}/v")
    last = published(desk.repository, policy.id, desk.source, tags)
    release, path = pending(desk.source, tags, policy.id) or (None, "")
    texts = texts_of(desk.source, policy)
    lead = decisions.leads(desk.config, last.config, promised(last, texts))
    return State(policy, last, texts, lead, release, path)


def promised(last: Published, texts: Mapping[str, bytes]) -> int:
    """Return the longest wait before a change, in days, that the texts in force promise in any language (M11).

    Nobody is told of a text that stays as it is; one in force that cannot be read promises nothing.
    """
    if last.texts == texts:
        return 0
    from policy_versions.promises import promise  # noqa: PLC0415 - most checks find nothing changed

    waits = []
    for language, data in last.texts.items():
        try:
            waits.append(promise(history.decode(data), language))
        except TextError:
            continue
    return max((found.days for found in waits if found), default=0)


def assessed(source: Source) -> dict[str, bytes]:
    """Return the files of the assessments that are there, by path."""
    there = [path for path in source.names(FOLDER) if path.endswith((".yaml", ".yml"))]
    found = {path: source.read(path) for path in there}
    return {path: data for path, data in found.items() if data is not None}


def texts_of(source: Source, policy: Policy) -> dict[str, bytes]:
    """Return the texts of a policy that are there, by language."""
    found = {language: source.read(path) for language, path in policy.files.items()}
    return {language: data for language, data in found.items() if data is not None}


def digests(texts: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each text."""
    return {language: hashlib.sha256(data).hexdigest() for language, data in texts.items()}


def config_at(repository: history.Repository, commit: str) -> Config | None:
    """Return the policy.toml of a commit, or None where there is none that can be read."""
    try:
        return settings.load(repository, commit)
    except ConfigError:
        return None


def decode(policy: Policy, language: str, data: bytes) -> str:
    """Return a text; TextError names its file."""
    try:
        limit(len(data))
        return history.decode(data)
    except TextError as error:
        raise TextError(f"{policy.files[language]}: {error}") from None
