"""One change in two languages: which finding of a translation says what a finding of the deciding text says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from policy_versions.model import ReleaseFinding


def shown(decisive: Sequence[ReleaseFinding], own: Iterable[ReleaseFinding]) -> tuple[ReleaseFinding, ...]:
    """Show each deciding finding by its counterpart in the reader's language, by itself where there is none.

    Findings are of one kind when category, effect, direction and level agree; they are paired in order where both
    texts have equally many of a kind, since any other pairing would be a guess. What only the translation has is left
    out: the deciding text has said the same under another kind, or does not say it at all.
    """
    theirs, ours = defaultdict(list), defaultdict(list)
    for found in decisive:
        theirs[_kind(found)].append(found)
    for found in own:
        ours[_kind(found)].append(found)
    other = {
        a.finding.fingerprint: b
        for kind, group in theirs.items()
        if len(group) == len(ours[kind])
        for a, b in zip(group, ours[kind], strict=True)
    }
    return tuple(other.get(found.finding.fingerprint, found) for found in decisive)


def _kind(item: ReleaseFinding) -> tuple[str, str, str, str]:
    finding = item.finding
    return (finding.category, finding.effect, finding.direction, item.obligation.level)
