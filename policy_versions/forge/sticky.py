"""One comment a pull request, ours alone, updated in place."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from policy_versions.forge.http import UnsureError
from policy_versions.forge.port import Comment, Forge

MARKER: Final = "<!-- policy-versions:{name} -->"
_OPEN, _CLOSE = "<details>", "</details>"
_TRIES: Final = 3


class Done(StrEnum):
    """What became of a comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def upsert(forge: Forge, pull: int, body: str, *, name: str = "report", cut: str = "…") -> Done:
    """Write the comment of this name, or put the new text into the one that we wrote before.

    Only comments of the account we write as count, whoever else copies the marker. A second one of ours (two runs met)
    is removed. `cut` is the line that says where too long a text goes on.
    """
    text = fitted(f"{MARKER.format(name=name)}\n{body}", forge.longest, cut)
    me = forge.me()
    for left in reversed(range(_TRIES)):
        ours = [c for c in forge.comments(pull) if mine(c, me, name)]
        for extra in ours[1:]:
            forge.remove(pull, extra.id)
        if ours and _same(ours[0].body, text):
            return Done.UNCHANGED
        if ours:
            forge.rewrite(pull, ours[0].id, text)
            return Done.UPDATED
        try:
            forge.write(pull, text)
        except UnsureError:
            if not left:
                raise
            continue
        return Done.CREATED
    raise AssertionError("the last try either returns or raises")


def mine(comment: Comment, me: str, name: str) -> bool:
    """Say whether a comment is the one of this name that we wrote."""
    return comment.author == me and comment.body.lstrip().startswith(MARKER.format(name=name))


def fitted(text: str, longest: int, cut: str) -> str:
    """Cut a text at the end of a line so that it fits, close what is folded open, and say that more is elsewhere."""
    if len(text) <= longest:
        return text
    room = longest - len(cut) - 200
    kept = text[: max(text.rfind("\n", 0, room), 0) or room]
    folded = max(kept.count(_OPEN) - kept.count(_CLOSE), 0)
    return kept + "\n" + f"\n{_CLOSE}" * min(folded, 10) + f"\n\n{cut}\n"


def _same(there: str, wanted: str) -> bool:
    """Compare as forges keep texts: line ends and white space at the end are theirs."""
    return there.replace("\r\n", "\n").strip() == wanted.strip()
