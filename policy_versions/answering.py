"""Do in open release files what a comment asks for, in the name of the person who wrote it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import msgspec

from policy_versions import decisions
from policy_versions.comments import Command, Mistake, Verb
from policy_versions.config import Config
from policy_versions.decisions import Block, DecisionError
from policy_versions.model import Decision, Release, Verdict
from policy_versions.obstacles import earliest

_VERDICTS: Final = {
    Verb.AGREE: Verdict.CONFIRMED,
    Verb.OVERRULE: Verdict.OVERRULED,
    Verb.LOWER: Verdict.OVERRULED,
    Verb.RAISE: Verdict.RAISED,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one thing asked for: `code` names what was done (reports/comments.*.yaml), `blocks` why not."""

    line: int
    code: str = ""
    args: Mapping[str, str] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()

    @property
    def done(self) -> bool:
        """Say whether it was done."""
        return not self.blocks


class _Refused(Exception):  # noqa: N818 - carries the reasons out of one command
    def __init__(self, *blocks: Block) -> None:
        super().__init__()
        self.blocks = blocks


def person(login: str, config: Config) -> str:
    """Return the approver whom a login of the code host belongs to, or nothing."""
    names = {name.casefold(): approver for name, approver in config.logins.items()}
    return names.get(login.casefold(), "")


def trusted(config: Config, base: Config | None) -> Config:
    """Return a configuration whose approvers are those that the base had too: nobody makes themselves one.

    Where all were exchanged those of the base decide; a base that named none leaves it to the new ones.
    """
    if base is None:
        return config
    both = [a for a in config.approvers if a in base.approvers]
    approvers = both or base.approvers or config.approvers
    logins = {k: v for k, v in config.logins.items() if base.logins.get(k) == v}
    return msgspec.structs.replace(config, approvers=approvers, logins=logins)


def apply(
    asked: Sequence[Command | Mistake], drafts: Mapping[str, Release], config: Config, by: str, today: date
) -> tuple[dict[str, Release], tuple[Outcome, ...]]:
    """Return the open releases, by policy, after all that could be done, and what became of each thing asked for.

    `by` is an approver; each command is done whole or not at all.
    """
    now, outcomes = dict(drafts), []
    for one in asked:
        if isinstance(one, Mistake):
            outcomes.append(Outcome(one.line, blocks=(Block(f"comment-{one.code}", one.args),)))
            continue
        try:
            changed, outcome = _done(one, now, config, by, today)
        except _Refused as refused:
            outcomes.append(Outcome(one.line, blocks=refused.blocks))
        except DecisionError as error:
            outcomes.append(Outcome(one.line, blocks=error.blocks))
        else:
            now |= changed
            outcomes.append(outcome)
    return now, tuple(outcomes)


def _done(
    one: Command, drafts: Mapping[str, Release], config: Config, by: str, today: date
) -> tuple[dict[str, Release], Outcome]:
    if one.verb.about_findings:
        return _decide(one, drafts, config, by, today)
    if one.verb in {Verb.SUMMARY, Verb.EFFECTIVE}:
        policy = _policy(one, drafts)
        release = drafts[policy]
        changed = _summary(one, release) if one.verb is Verb.SUMMARY else _effective(one, release, today)
        args = {"policy": policy, "languages": ", ".join(one.texts), "day": str(one.day)}
        return {policy: changed}, Outcome(one.line, str(one.verb), args)
    if one.verb is Verb.DRAFT and not drafts:
        raise _Refused(Block("comment-nothing-open"))
    return {}, Outcome(one.line, str(one.verb), {"policies": ", ".join(drafts)})


def _decide(
    one: Command, drafts: Mapping[str, Release], config: Config, by: str, today: date
) -> tuple[dict[str, Release], Outcome]:
    now, told = dict(drafts), []
    for short in one.fingerprints:
        policy = _holder(short, now)
        made = _decision(one, now[policy], decisions.meant(now[policy], short), by, today)
        now[policy] = decisions.decide(now[policy], config, made, await_second=True)
        told.append((policy, made))
    policy, made = told[-1]
    code = "waits" if any(_waits(now[p], d, config) for p, d in told) else str(one.verb)
    args = {
        "fingerprints": ", ".join(d.fingerprint[:12] for _, d in told),
        "verdict": made.verdict,
        "level": made.level or now[policy].level,
        "by": made.by,
        "reason": made.reason,
    }
    return now, Outcome(one.line, code, args)


def _decision(one: Command, release: Release, fingerprint: str, by: str, today: date) -> Decision:
    older = next((d for d in release.decisions if d.fingerprint == fingerprint), None)
    level = one.level if one.verb in {Verb.RAISE, Verb.LOWER} else None
    again = older is not None and (older.verdict, older.level) == (_VERDICTS.get(one.verb), level)
    same = again and older is not None and older.verdict is Verdict.OVERRULED and not older.second and older.by != by
    if one.verb is Verb.SECOND or same:
        return _seconded(one, older, fingerprint, by)
    return Decision(
        fingerprint,
        _VERDICTS[one.verb],
        one.reason,
        by,
        today,
        level=level,
        answers=one.answers,
        says=one.texts,
        category=one.category,
        direction=one.direction,
        same_as=one.same_as,
    )


def _seconded(one: Command, older: Decision | None, fingerprint: str, by: str) -> Decision:
    """Let a second person agree with a lowering; their own reason is kept beside the first one's."""
    about = {"fingerprint": fingerprint[:12]}
    if older is None or older.second:
        raise _Refused(Block("comment-nothing-to-second", about))
    if older.by == by:
        raise _Refused(Block("second-missing", {**about, "by": by}))
    reason = f"{older.reason} | {by}: {one.reason}" if one.reason else older.reason
    return replace(older, second=by, reason=reason, same_as={**older.same_as, **one.same_as})


def _waits(release: Release, made: Decision, config: Config) -> bool:
    found = [f for f in release.findings if f.finding.fingerprint == made.fingerprint]
    return any(b.code == "second-missing" for f in found for b in decisions.objections(f, made, release, config))


def _holder(short: str, drafts: Mapping[str, Release]) -> str:
    held = {p for p, r in drafts.items() if any(f.finding.fingerprint.startswith(short) for f in r.findings)}
    if len(held) == 1:
        return held.pop()
    known = sorted(f.finding.fingerprint[:12] for r in drafts.values() for f in r.findings)
    args = {"fingerprint": short, "allowed": ", ".join(known) or "-"}
    raise _Refused(Block("fingerprint-ambiguous", args) if held else Block("fingerprint-unknown", args))


def _policy(one: Command, drafts: Mapping[str, Release]) -> str:
    """Return the policy that is meant: the one named, or the only one with an open release file."""
    if one.policy in drafts:
        return one.policy
    if not drafts:
        raise _Refused(Block("comment-nothing-open"))
    if one.policy or len(drafts) > 1:
        raise _Refused(Block("comment-which-policy", {"policies": ", ".join(drafts)}))
    return next(iter(drafts))


def _summary(one: Command, release: Release) -> Release:
    strange = [x for x in one.texts if x not in release.summaries]
    if strange or not any(t.strip() for t in one.texts.values()):
        raise _Refused(Block("comment-summary-language", {"languages": ", ".join(release.summaries)}))
    return replace(release, summaries={**release.summaries, **one.texts})


def _effective(one: Command, release: Release, today: date) -> Release:
    first = earliest(release, today)
    if one.day is None or one.day < first:
        args = {"effective": str(one.day), "days": str(release.lead_days), "earliest": first.isoformat()}
        raise _Refused(Block("effective-early", args))
    return replace(release, effective_on=one.day)
