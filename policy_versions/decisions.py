"""What lawyers decide about findings, whether it holds, and what follows from it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from policy_versions import obligations
from policy_versions.config import Config
from policy_versions.errors import ConfigError
from policy_versions.model import (
    Category,
    Confidence,
    Decision,
    Finding,
    Level,
    Obligation,
    Release,
    ReleaseFinding,
    Verdict,
)

_SHORTEST: Final = 4  # digits of a fingerprint that a person may abbreviate to


@dataclass(frozen=True, slots=True)
class Block:
    """Something that is wrong; `code` names what it is and how to mend it (reports/strings*.yaml).

    It stands in the way of publishing, unless it only `warns`.
    """

    code: str
    args: Mapping[str, str] = field(default_factory=dict)
    warns: bool = False


class DecisionError(ConfigError):
    """A decision does not hold; `blocks` say why in any language."""

    def __init__(self, blocks: list[Block]) -> None:
        from policy_versions.reports.words import words  # noqa: PLC0415 - only a refusal needs words

        self.blocks = tuple(blocks)
        super().__init__(list(dict.fromkeys(words("en").block(block) for block in blocks)))


def leads(config: Config, before: Config | None = None, promised: int = 0) -> dict[Level, int]:
    """Return the product's wait a level, in days; of an old and a new rule the longer one announces (M11).

    `promised` is the wait that the text in force promises people before a material change.
    """
    rules = [c.notice.lead_days for c in (config, before) if c is not None]
    waits = {Level(name): max(r.get(name, 0) for r in rules) for name in {n for r in rules for n in r}}
    told = (Level.PROMINENT, Level.CONSENT) if promised else ()
    return waits | {level: max(waits.get(level, 0), promised) for level in told}


def duty_of(finding: Finding, config: Config, answers: Mapping[str, bool] | None = None) -> Obligation:
    """Return what a finding asks for under a repository's jurisdictions and promises."""
    return obligations.duty(
        finding,
        jurisdictions=config.jurisdictions,
        floor=config.notice.floor,
        conditions=obligations.Conditions(answers or {}),
    )


def questions_of(finding: Finding, config: Config, answers: Mapping[str, bool]) -> tuple[str, ...]:
    """Name the conditions whose answer would change what a finding asks for."""
    return obligations.questions(
        finding,
        jurisdictions=config.jurisdictions,
        floor=config.notice.floor,
        conditions=obligations.Conditions(answers),
    )


def needs_decision(finding: Finding) -> bool:
    """Say whether a person must judge: every material finding, and all that the classifier is unsure of."""
    unsure = finding.category is Category.UNCLASSIFIED or finding.confidence is Confidence.LOW
    return finding.material or unsure


def meant(release: Release, short: str) -> str:
    """Return the fingerprint that some digits (four at least) begin; raises DecisionError when not just one does."""
    known = sorted({f.finding.fingerprint for f in release.findings})
    matching = [f for f in known if f == short or (len(short) >= _SHORTEST and f.startswith(short))]
    if len(matching) == 1:
        return matching[0]
    args = {"fingerprint": short, "allowed": ", ".join(f[:12] for f in matching or known) or "-"}
    if matching:
        raise DecisionError([Block("fingerprint-ambiguous", args)])
    raise DecisionError([Block("fingerprint-unknown", args)])


def decide(
    release: Release,
    config: Config,
    decision: Decision,
    *,
    answers: Mapping[str, bool] | None = None,
    await_second: bool = False,
) -> Release:
    """Return a release with one decision added, or replaced, and settled.

    A fingerprint may be shortened to four digits that are nobody else's. Raises DecisionError when it names no finding
    or the decision would not hold: no reason, not an approver, a lowering without a second person or below the law.
    `await_second` writes a lowering down that still lacks its second person: it has no effect until they agree.
    """
    full = replace(
        decision,
        fingerprint=meant(release, decision.fingerprint),
        answers={**decision.answers, **(answers or {})},
    )
    others = tuple(d for d in release.decisions if d.fingerprint != full.fingerprint)
    changed = replace(release, decisions=(*others, full))
    found = (f for f in release.findings if f.finding.fingerprint == full.fingerprint)
    wrong = [b for f in found for b in objections(f, full, changed, config)]
    if await_second:
        wrong = [b for b in wrong if b.code != "second-missing"]
    if wrong:
        raise DecisionError(wrong)
    return settle(changed, config)


def settle(release: Release, config: Config, lead: Mapping[Level, int] | None = None) -> Release:
    """Return the release with what follows from its decisions and answers: each duty, level, guardian and wait.

    A decision that does not hold has no effect.
    """
    findings = tuple(replace(f, obligation=_settled(f, release, config)) for f in release.findings)
    duties = [f.obligation for f in findings if f.finding.material or _raised(release, f)]
    level = max((d.level for d in duties), key=lambda x: x.rank, default=Level.NONE)
    guardian = any(d.guardian for d in duties)
    days = obligations.lead_days(duties, leads(config) if lead is None else lead)
    days = max(days, release.comment_days)  # nothing applies while people may still comment on it
    return replace(release, findings=findings, level=level, guardian=guardian, lead_days=days)


def told(release: Release) -> Release:
    """Return the release as people are told of it: in the sentence and category that a person gave a finding.

    What no rule explained and nobody gave a sentence for keeps no sentence: the lexicon's are for the lawyer.
    """
    return replace(release, findings=tuple(_told(f, decided(release, f)) for f in release.findings))


def _told(found: ReleaseFinding, decision: Decision | None) -> ReleaseFinding:
    finding = found.finding
    own = {} if finding.category is Category.UNCLASSIFIED else finding.explanation
    said = {**own, **(decision.says if decision else {})}
    return replace(found, finding=replace(judged(finding, decision), explanation=said))


def judged(finding: Finding, decision: Decision | None) -> Finding:
    """Return a finding as a person classified it, where no rule could."""
    if decision is None or decision.category is None or finding.category is not Category.UNCLASSIFIED:
        return finding
    return replace(finding, category=decision.category, direction=decision.direction or finding.direction)


def about(found: ReleaseFinding) -> dict[str, str]:
    """Return what a sentence about a finding may name."""
    f = found.finding
    quote = " ".join((f.evidence_after or f.evidence_before).split())
    return {
        "fingerprint": f.fingerprint[:12],
        "language": found.language,
        "quote": quote if len(quote) <= 60 else quote[:59] + "…",
        "category": f.category,
    }


def decided(release: Release, found: ReleaseFinding) -> Decision | None:
    """Return the decision on a finding, whether or not it holds."""
    return next((d for d in release.decisions if d.fingerprint == found.finding.fingerprint), None)


def dismissed(release: Release, found: ReleaseFinding, config: Config) -> bool:
    """Say whether two people found, in a decision that holds, that there is no such change."""
    decision = decided(release, found)
    if decision is None or decision.verdict is not Verdict.OVERRULED or decision.level not in {None, Level.NONE}:
        return False
    return not objections(found, decision, release, config)


def objections(found: ReleaseFinding, decision: Decision, release: Release, config: Config) -> list[Block]:
    """Say why a decision does not hold."""
    args = {**about(found), "by": decision.by, "second": decision.second}
    unknown = [a for a in decision.answers if a not in obligations.conditions()]
    if unknown:
        return [Block("answer-unknown", {**args, "answer": ", ".join(unknown)})]
    duty = duty_of(judged(found.finding, decision), config, {**_general(release, found), **decision.answers})
    wrong = [] if decision.reason.strip() else [Block("reason-missing", args)]
    people = [decision.by, *([decision.second] if decision.second else [])]
    wrong += [
        Block("not-approver", {**args, "person": person, "approvers": ", ".join(config.approvers)})
        for person in people
        if not person.strip() or (config.approvers and person not in config.approvers)
    ]
    level = decision.level
    if decision.verdict is Verdict.RAISED and (level is None or level.rank <= duty.level.rank):
        wrong.append(Block("raised-nothing", {**args, "level": duty.level}))
    if _lowers(found, decision, duty) and decision.second.strip() in {"", decision.by.strip()}:
        wrong.append(Block("second-missing", args))
    law = obligations.law_level(duty)
    if level is not None and level.rank < law.rank:
        wrong.append(Block("below-law", {**args, "level": level, "law": law, "articles": ", ".join(duty.law)}))
    return [*wrong, *_unworded(found.finding, decision, config.policy(release.policy).files, args)]


def _lowers(found: ReleaseFinding, decision: Decision, duty: Obligation) -> bool:
    level = decision.level
    plain = found.finding.sensitive and decision.answers.get("sensitive") is False  # overrules what was found
    return plain or decision.verdict is Verdict.OVERRULED or (level is not None and level.rank < duty.level.rank)


def _unworded(
    finding: Finding, decision: Decision, languages: Mapping[str, str], args: Mapping[str, str]
) -> Iterator[Block]:
    """Ask for the people's sentence and the category of what no rule explains; a rule's own category stays."""
    strange = [x for x in decision.says if x not in languages]
    if strange:
        yield Block("sentence-language", {**args, "given": ", ".join(strange), "languages": ", ".join(languages)})
    if finding.category is not Category.UNCLASSIFIED:
        if decision.category is not None or decision.direction is not None:
            yield Block("category-fixed", args)
        return
    if decision.verdict is Verdict.OVERRULED and decision.level in {None, Level.NONE}:
        return
    missing = [x for x in languages if not decision.says.get(x, "").strip()]
    if missing:
        yield Block("sentence-missing", {**args, "languages": ", ".join(missing)})
    if decision.category in {None, Category.UNCLASSIFIED} or decision.direction is None:
        yield Block("category-missing", args)


def _raised(release: Release, found: ReleaseFinding) -> bool:
    decision = decided(release, found)
    return decision is not None and decision.verdict is Verdict.RAISED and found.obligation.level is decision.level


def _settled(found: ReleaseFinding, release: Release, config: Config) -> Obligation:
    decision = decided(release, found)
    if decision is None or objections(found, decision, release, config):
        return duty_of(found.finding, config, _general(release, found))
    duty = duty_of(judged(found.finding, decision), config, {**_general(release, found), **decision.answers})
    level = decision.level
    if level is None:
        level = Level.NONE if decision.verdict is Verdict.OVERRULED else duty.level
    if level is Level.NONE:  # there is no such change: nothing follows from it
        return replace(duty, level=level, lead_days=0, guardian=False, blocks=())
    return replace(duty, level=level, guardian=(duty.guardian and level.asks) or level is Level.GUARDIAN)


def _general(release: Release, found: ReleaseFinding) -> Mapping[str, bool]:
    """Return the answers for the whole release that hold for a finding.

    None of them takes away that its data is sensitive: that is overruled finding by finding, by two people.
    """
    if not found.finding.sensitive:
        return release.answers
    return {name: value for name, value in release.answers.items() if name != "sensitive"}
