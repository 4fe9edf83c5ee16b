"""What changed in a policy's impact assessments since its last version, or since the commit that it is held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from policy_versions import decisions
from policy_versions.errors import ConfigError
from policy_versions.model import ReleaseFinding
from policy_versions.sources import Desk, Source, State, assessed

if TYPE_CHECKING:
    from policy_versions.assessments import Impact


def risen(desk: Desk, now: State, baseline: str | None) -> list[ReleaseFinding]:
    """Return a finding for each assessment whose risk rose to high, in each language of the policy.

    `baseline` is the commit to compare with where no version was published yet.
    """
    since = now.last.release.commit if now.last.release else baseline
    if since is None:
        return []
    then, here = (assessed(source) for source in (Source(desk.repository, since), desk.source))
    if then == here:
        return []
    from policy_versions import assessments  # noqa: PLC0415 - few changes touch one
    from policy_versions.lint import impact  # noqa: PLC0415

    risks = assessments.risen(now.policy.id, tuple(now.texts), _read_all(then), _read_all(here), impact.words())
    return [ReleaseFinding(f, x, decisions.duty_of(f, desk.config)) for x, fs in risks.items() for f in fs]


def reassessed(desk: Desk, now: State, base: str | None) -> bool:
    """Say whether an assessment of this policy, or one that cannot be read, is other than at the base."""
    since = base or (now.last.release.commit if now.last.release else None)
    if since is None:
        return False
    then, here = assessed(Source(desk.repository, since)), assessed(desk.source)
    moved = [path for path in then.keys() | here.keys() if then.get(path) != here.get(path)]
    sides = [_readable(path, side[path]) for path in moved for side in (then, here) if path in side]
    return any(one is None or now.policy.id in one.policies for one in sides)


def _read_all(files: Mapping[str, bytes]) -> dict[str, Impact]:
    """Read the assessments that can be read, by id; the lint names the others."""
    found = (_readable(path, data) for path, data in files.items())
    return {one.id: one for one in found if one is not None}


def _readable(path: str, data: bytes) -> Impact | None:
    from policy_versions import assessments  # noqa: PLC0415

    try:
        return assessments.parse(data, path)
    except ConfigError:
        return None
