"""The answer to a comment on a pull request: what was done, what was not and what would be right, what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policy_versions.answering import Outcome
from policy_versions.decisions import Block
from policy_versions.reports import markup
from policy_versions.reports.summary import todo
from policy_versions.reports.words import Words

_MOST: Final = 10  # things left to do that an answer lists


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer says; `left` is what still blocks, None where nothing was looked at."""

    login: str
    outcomes: tuple[Outcome, ...]
    help: bool
    left: tuple[Block, ...] | None


def render(reply: Reply, say: Words) -> str:
    """Return the answer as Markdown; whatever the comment or the texts held is escaped."""
    lines = [line for outcome in reply.outcomes for line in _outcome(outcome, say)]
    if any(not o.done for o in reply.outcomes) and not reply.help:
        lines += ["", say("comment.see-help")]
    if reply.help:
        lines += ["", *say.each(lambda one: one("comment.help"), "\n\n").split("\n")]
    if reply.left is not None:
        lines += ["", *_left(reply.left, say)]
    return "\n".join(lines).strip() + "\n"


def _outcome(outcome: Outcome, say: Words) -> Iterator[str]:
    if outcome.done:
        said = say.each(lambda one: _did(outcome, one))
        if said:
            yield f"- ✅ {said}"
        return
    for block in dict.fromkeys(map(_key, outcome.blocks)):
        found = next(b for b in outcome.blocks if _key(b) == block)
        where = say.each(lambda one: one("comment.line", line=outcome.line).rstrip(":："))
        yield f"- ❌ {where}<br>{markup.block(found, say)}"


def _did(outcome: Outcome, say: Words) -> str:
    return markup.marked(say, f"comment.done.{outcome.code}", outcome.args)


def _key(block: Block) -> tuple[str, tuple[tuple[str, str], ...]]:
    return block.code, tuple(sorted(block.args.items()))


def _left(left: Sequence[Block], say: Words) -> Iterator[str]:
    if not left:
        yield f"✅ {say('report.clean')}"
        return
    yield f"**{say('comment.left', count=len(left))}**"
    yield ""
    shown = todo(left)
    yield from (f"- [ ] {markup.block(block, say)}" for block in shown[:_MOST])
    if shown[_MOST:]:
        yield f"- … + {len(shown) - _MOST}"
