"""The record of a policy repository: every release with its texts, and what it says of the publisher."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final, Self

import msgspec

from policy_versions import config as settings
from policy_versions import history, release_file
from policy_versions.config import Config
from policy_versions.decisions import Block, decide, settle, told
from policy_versions.errors import UnknownVersionError
from policy_versions.model import Level, Publisher, Release, ReleaseStatus, ReleaseText, Version
from policy_versions.obligations import number_key
from policy_versions.obstacles import blocks, earliest

__all__ = ["Block", "Record", "blocks", "decide", "earliest", "in_force", "publisher", "released", "settle", "stated"]

_UNKNOWN: Final = Level.NONE


class Record:
    """Everything the other packages need of a policy repository. For one thread; close it, or use it as a context.

    Policies with release files are read from those whose tag exists; of the others every text that git ever held
    is a release without findings, so that any history can be archived. Nothing is read before it is asked for.
    """

    def __init__(self, repository: history.Repository, config: Config) -> None:
        self.repository = repository
        self.config = config

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the policy repository that a folder belongs to; HistoryError or ConfigError when there is none."""
        repository = history.Repository.open(path)
        return cls(repository, settings.load(repository))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the repository."""
        self.repository.close()

    @cached_property
    def head(self) -> str:
        """Return the commit that the record is read from."""
        return self.repository.resolve(self.config.ref or self.repository.default_ref())

    @cached_property
    def publisher(self) -> Publisher:
        """Return who publishes, with titles, contacts and channels."""
        return publisher(self.config)

    def policies(self) -> tuple[str, ...]:
        """Name the policies in the order of policy.toml."""
        return tuple(p.id for p in self.config.policies)

    def releases(self, policy: str, *, today: date) -> tuple[Release, ...]:
        """Return the releases of a policy, oldest first, each with its status on a day; announced and withdrawn too."""
        self.config.policy(policy)
        return stated(self._all.get(policy, ()), today)

    def release(self, policy: str, number: str, *, today: date) -> Release:
        """Return one release; UnknownVersionError names those there are."""
        found = self.releases(policy, today=today)
        for release in found:
            if release.number == number:
                return release
        numbers = [r.number for r in found]
        near = ", ".join(numbers[-5:]) or "none"
        raise UnknownVersionError(f"{policy} has no release {number!r}; the latest: {near} ({len(numbers)} in all)")

    def in_force(self, policy: str, *, on: date) -> Release | None:
        """Return the release that applied on a day, with its status that day; None before the first."""
        current = (r for r in self.releases(policy, today=on) if r.status is ReleaseStatus.IN_FORCE)
        return next(current, None)

    def bytes(self, release: Release, language: str) -> bytes:
        """Return the published bytes of a text; UnknownVersionError names the languages there are."""
        text = release.texts.get(language)
        if text is None:
            there = ", ".join(release.texts)
            raise UnknownVersionError(f"{release.policy} {release.number} is not in {language!r}; it is in {there}")
        return self.repository.blob(text.blob)

    def text(self, release: Release, language: str) -> str:
        """Return the published text, without a byte order mark."""
        return history.decode(self.bytes(release, language))

    @cached_property
    def _all(self) -> dict[str, tuple[Release, ...]]:
        found = {p: rows for p in self.policies() if (rows := released(self.repository, self.head, p))}
        rest = [p for p in self.config.policies if p.id not in found]
        if rest:
            config = msgspec.structs.replace(self.config, policies=rest)
            versions = history.versions(self.repository, config, today=date.max)
            found |= _imported(versions, self.config.authoritative)
        return found


def released(repository: history.Repository, commit: str, policy: str) -> tuple[Release, ...]:
    """Read the releases of a policy whose file is at a commit and whose tag exists, oldest first."""
    under = release_file.FOLDER.format(policy=policy)
    names = [n for n in repository.files(commit, under) if n.endswith(".yaml")]
    tags = repository.tags(f"{policy}/v") if names else {}
    found = []
    for name in names:
        tag = tags.get(f"{policy}/v{name.removeprefix(under).removesuffix('.yaml')}")
        data = repository.read(commit, name)
        if tag is None or data is None:
            continue
        release = told(release_file.parse(data, name))
        files = repository.files(tag.commit)
        texts = {k: replace(t, blob=files.get(t.path, "")) for k, t in release.texts.items()}
        found.append(replace(release, commit=tag.commit, texts=texts, status=ReleaseStatus.ANNOUNCED))
    return tuple(sorted(found, key=lambda r: number_key(r.number)))


def publisher(config: Config) -> Publisher:
    """Return what policy.toml says of who publishes."""
    who = config.controller
    return Publisher(
        title=config.site.title,
        name=who.name,
        url=config.site.url,
        languages=tuple(config.languages),
        authoritative=config.authoritative,
        jurisdictions=tuple(config.jurisdictions),
        timezone=config.timezone,
        address=who.address,
        department=who.department,
        authorities=who.authorities,
        email=who.email,
        phone=who.phone,
        reply_days=who.reply_days,
        channels=tuple(config.notice.channels),
        guardian_under=config.notice.guardian_under,
        policy_titles={p.id: p.title for p in config.policies},
        annexes={p.id: p.annex_of for p in config.policies if p.annex_of},
        comments=config.comments.url
        or (f"mailto:{who.email}?subject={{policy}}%20{{number}}%20{{finding}}" if who.email else ""),
    )


def _imported(versions: Sequence[Version], authoritative: str) -> dict[str, tuple[Release, ...]]:
    """Make a release of the versions of one number; the authoritative language, where it has one, gives the days."""
    grouped: dict[str, dict[str, list[Version]]] = defaultdict(lambda: defaultdict(list))
    for version in versions:
        grouped[version.policy][version.number].append(version)
    found = {}
    for policy, numbers in grouped.items():
        rows: list[Release] = []
        for number in sorted(numbers, key=number_key):
            group = numbers[number]
            lead = next((v for v in group if v.language == authoritative), group[0])
            texts = {v.language: ReleaseText(v.language, v.path, v.sha256, v.blob) for v in group}
            previous = rows[-1].number if rows else ""
            # A later commit cannot have been in force before an earlier one, whatever its clock said.
            start = max(history.since(lead), rows[-1].effective_on or date.min) if rows else history.since(lead)
            rows.append(
                Release(
                    policy,
                    number,
                    previous,
                    None,
                    start,
                    texts,
                    {},
                    (),
                    (),
                    _UNKNOWN,
                    False,
                    0,
                    lead.commit,
                    ReleaseStatus.ANNOUNCED,
                    lead.withdrawn_on,
                )
            )
        found[policy] = tuple(rows)
    return found


def stated(releases: Sequence[Release], today: date) -> tuple[Release, ...]:
    """Say of each release, given oldest first, where it stands on a day."""
    current = in_force(releases, today)
    return tuple(r if r.status is (s := _status(r, current, today)) else replace(r, status=s) for r in releases)


def in_force(releases: Sequence[Release], on: date) -> Release | None:
    """Return the release in force on a day: of those begun and not withdrawn the one that began last."""
    current: Release | None = None
    for release in releases:
        begin = release.effective_on
        if begin is None or begin > on or _withdrawn(release, on):
            continue
        if current is None or begin >= (current.effective_on or date.min):
            current = release
    return current


def _withdrawn(release: Release, today: date) -> bool:
    return release.withdrawn_on is not None and release.withdrawn_on <= today


def _status(release: Release, current: Release | None, today: date) -> ReleaseStatus:
    if release is current:
        return ReleaseStatus.IN_FORCE
    if _withdrawn(release, today):
        return ReleaseStatus.WITHDRAWN
    return ReleaseStatus.REPLACED if (release.effective_on or date.max) <= today else ReleaseStatus.ANNOUNCED
