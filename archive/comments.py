"""The window in which anybody may comment on an announced version, and where comments on each finding are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from archive.views import FindingView, View
from policy_versions.model import Release, ReleaseStatus


@dataclass(frozen=True, slots=True)
class Window:
    """What the page of an upcoming version says of its comment window; addresses are empty when it is over."""

    sentence: str
    address: str
    findings: tuple[tuple[FindingView, str], ...]


def window(view: View, release: Release, found: Sequence[FindingView]) -> Window | None:
    """Return the window of a version that is still to come; None where none is given, or the version was recalled."""
    until = release.comments_until
    if until is None or release.status is not ReleaseStatus.ANNOUNCED:
        return None
    if view.archive.today > until:
        return Window(view.t("comments.over", date=view.t.date(until)), "", ())
    template = view.archive.publisher.comments
    each = tuple((f, _filled(template, release, f.fingerprint[:12])) for f in found if f.anchor)
    return Window(
        view.t("comments.open", date=view.t.date(until)), _filled(template, release, ""), each if template else ()
    )


def _filled(template: str, release: Release, finding: str) -> str:
    values = {"policy": release.policy, "number": release.number, "finding": finding}
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", quote(value, safe=""))
    return template.removesuffix("%20")
