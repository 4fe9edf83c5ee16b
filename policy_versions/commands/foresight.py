"""The port to what a release would cause: notices and people are the notifier's, which this package never imports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from policy_versions.decisions import told
from policy_versions.model import Level, Outlook, Publisher, Release
from policy_versions.review import Review


class Foresee(Protocol):
    """Says what a release would cause; `source` names where people are counted, empty for nowhere."""

    def __call__(self, release: Release, publisher: Publisher, source: str, now: datetime) -> Outlook:
        """Foresee one release."""
        ...


def outlooks(
    reviews: Sequence[Review], publisher: Publisher, foresee: Foresee, *, source: str, now: datetime
) -> dict[str, Outlook]:
    """Foresee each policy that asks for a notice; a release without a date is taken to apply as early as it may."""
    return {
        r.policy.id: foresee(
            replace(told(r.release), effective_on=r.release.effective_on or r.earliest), publisher, source, now
        )
        for r in reviews
        if r.release.level is not Level.NONE
    }
