"""What lawyers decide about findings, what follows from it, and what still stands in the way. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
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
_UNSAID: Final = ("", "todo", "tbd", "…", "...", "待写", "待填")


@dataclass(frozen=True, slots=True)
class Block:
    """Something that stands in the way; `code` names what it is and how to clear it (reports/strings.*.yaml)."""

    code: str
    args: Mapping[str, str] = field(default_factory=dict)


def leads(config: Config, before: Config | None = None) -> dict[Level, int]:
    """Return the product's wait a level, in days; of an old and a new rule the longer one announces (M11)."""
    rules = [c.notice.lead_days for c in (config, before) if c is not None]
    return {Level(name): max(r.get(name, 0) for r in rules) for name in {n for r in rules for n in r}}


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


def decide(
    release: Release, config: Config, decision: Decision, *, answers: Mapping[str, bool] | None = None
) -> Release:
    """Return a release with one decision added, or replaced, and settled.

    A fingerprint may be shortened to four digits that are nobody else's. Raises ConfigError when it names no finding or
    the decision would not hold: no reason, not an approver, a lowering without a second person or below the law.
    """
    known = sorted({f.finding.fingerprint for f in release.findings})
    short = decision.fingerprint
    matching = [f for f in known if f == short or (len(short) >= _SHORTEST and f.startswith(short))]
    if len(matching) != 1:
        what = "several findings" if matching else "no finding"
        raise ConfigError([f"fingerprint `{short}` names {what} (allowed: {', '.join(matching or known) or 'none'})"])
    full = replace(decision, fingerprint=matching[0], answers={**decision.answers, **(answers or {})})
    others = tuple(d for d in release.decisions if d.fingerprint != full.fingerprint)
    changed = replace(release, decisions=(*others, full))
    about = (f for f in release.findings if f.finding.fingerprint == matching[0])
    wrong = [b for f in about for b in _objections(f, full, changed, config)]
    if wrong:
        from policy_versions.reports.words import words  # noqa: PLC0415 - only a refusal needs words

        raise ConfigError(list(dict.fromkeys(words("en").block(block) for block in wrong)))
    return settle(changed, config)


def settle(release: Release, config: Config, lead: Mapping[Level, int] | None = None) -> Release:
    """Return the release with what follows from its decisions and answers: each duty, level, guardian and wait.

    A decision that does not hold has no effect.
    """
    findings = tuple(replace(f, obligation=_settled(f, release, config)) for f in release.findings)
    duties = [f.obligation for f in findings if f.finding.material]
    level = max((d.level for d in duties), key=lambda x: x.rank, default=Level.NONE)
    guardian = any(d.guardian for d in duties)
    days = obligations.lead_days(duties, leads(config) if lead is None else lead)
    return replace(release, findings=findings, level=level, guardian=guardian, lead_days=days)


def blocks(
    release: Release,
    config: Config,
    today: date,
    *,
    texts: Mapping[str, str] | None = None,
    found: Sequence[ReleaseFinding] | None = None,
    lead: Mapping[Level, int] | None = None,
    highest: str | None = None,
) -> tuple[Block, ...]:
    """Return all that stands in the way of publishing a release today.

    `texts` are the SHA-256 of the texts as they are now, by language; `found` are the findings that they show now:
    what is not given is not compared. `highest` is the highest number ever given, where that is not the previous one's.
    """
    settled = settle(release, config, lead)
    stops = [*_texts(release, config, texts), *_findings(release, found), *_summaries(release, config)]
    for f in settled.findings:
        decision = decided(release, f)
        if decision is None and needs_decision(f.finding):
            stops.append(Block("undecided", _about(f)))
        elif decision is not None:
            stops += _objections(f, decision, release, config)
        stops += [Block(f"duty-{name}", _about(f)) for name in f.obligation.blocks]
    there = {f.finding.fingerprint for f in release.findings}
    stops += [Block("stale", {"fingerprint": d.fingerprint}) for d in release.decisions if d.fingerprint not in there]
    return (*stops, *_number(settled, highest), *_days(settled, today))


def earliest(release: Release, today: date) -> date:
    """Return the first lawful effective date of a settled release, announced on its day or, without one, today."""
    return obligations.after(release.announced_on or today, release.lead_days)


def fits(number: str, previous: str, level: Level) -> bool:
    """Say whether a number may follow: the next one of the change's own kind, or of a stronger kind."""
    if not previous:
        return True
    kinds = (Level.CONSENT, Level.PROMINENT, Level.NONE)
    strong = kinds[:1] if level.asks else kinds[:2] if level is Level.PROMINENT else kinds
    key = obligations.number_key(number)
    return key in {obligations.number_key(obligations.next_number(previous, x)) for x in strong}


def _about(found: ReleaseFinding) -> dict[str, str]:
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


def _objections(found: ReleaseFinding, decision: Decision, release: Release, config: Config) -> list[Block]:
    """Say why a decision does not hold."""
    about = {**_about(found), "by": decision.by, "second": decision.second}
    unknown = [a for a in decision.answers if a not in obligations.conditions()]
    if unknown:
        return [Block("answer-unknown", {**about, "answer": ", ".join(unknown)})]
    duty = duty_of(found.finding, config, {**_general(release, found), **decision.answers})
    wrong = [] if decision.reason.strip() else [Block("reason-missing", about)]
    people = [decision.by, *([decision.second] if decision.second else [])]
    wrong += [
        Block("not-approver", {**about, "person": person, "approvers": ", ".join(config.approvers)})
        for person in people
        if not person.strip() or (config.approvers and person not in config.approvers)
    ]
    level = decision.level
    if decision.verdict is Verdict.RAISED and (level is None or level.rank <= duty.level.rank):
        wrong.append(Block("raised-nothing", {**about, "level": duty.level}))
    lowered = decision.verdict is Verdict.OVERRULED or (level is not None and level.rank < duty.level.rank)
    lowered |= found.finding.sensitive and decision.answers.get("sensitive") is False  # overrules what was found
    if lowered and decision.second.strip() in {"", decision.by.strip()}:
        wrong.append(Block("second-missing", about))
    law = obligations.law_level(duty)
    if level is not None and level.rank < law.rank:
        wrong.append(Block("below-law", {**about, "level": level, "law": law, "articles": ", ".join(duty.law)}))
    return wrong


def _settled(found: ReleaseFinding, release: Release, config: Config) -> Obligation:
    decision = decided(release, found)
    if decision is None or _objections(found, decision, release, config):
        return duty_of(found.finding, config, _general(release, found))
    duty = duty_of(found.finding, config, {**_general(release, found), **decision.answers})
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


def _texts(release: Release, config: Config, texts: Mapping[str, str] | None) -> list[Block]:
    policy = config.policy(release.policy)
    wrong = [
        Block("language-missing", {"language": language, "path": path})
        for language, path in policy.files.items()
        if language not in release.texts
    ]
    if texts is not None:
        wrong += [
            Block("text-changed", {"language": t.language, "path": t.path})
            for t in release.texts.values()
            if texts.get(t.language) != t.sha256
        ]
    return wrong


def _findings(release: Release, found: Sequence[ReleaseFinding] | None) -> list[Block]:
    """Hold the findings of the file against those of the texts: nobody may edit one away."""
    if found is None:
        return []
    written = {(f.language, f.finding.fingerprint): f.finding for f in release.findings}
    shown = {(f.language, f.finding.fingerprint): f.finding for f in found}
    lost = sorted(key for key, finding in shown.items() if not _same(written.get(key), finding))
    return [Block("finding-lost", {"language": language, "fingerprint": fp}) for language, fp in lost]


def _same(written: Finding | None, shown: Finding) -> bool:
    """Compare what duties follow from and people are shown; lines and words of explanation may have moved on."""
    judged = ("rule", "category", "effect", "direction", "material", "confidence", "sensitive")
    parts = (*judged, "evidence_before", "evidence_after")
    return written is not None and all(getattr(written, p) == getattr(shown, p) for p in parts)


def _summaries(release: Release, config: Config) -> list[Block]:
    languages = config.policy(release.policy).files
    said = {k: v.strip().lower().rstrip(":：.。") for k, v in release.summaries.items()}
    return [Block("summary-missing", {"language": x}) for x in languages if said.get(x, "") in _UNSAID]


def _number(release: Release, highest: str | None) -> list[Block]:
    last = highest or release.previous
    if fits(release.number, last, release.level):
        return []
    expected = obligations.next_number(last, release.level)
    return [Block("number", {"number": release.number, "expected": expected, "last": last, "level": release.level})]


def _days(release: Release, today: date) -> list[Block]:
    first = earliest(release, today)
    args = {"earliest": first.isoformat(), "effective": str(release.effective_on), "today": today.isoformat()}
    wrong = []
    if release.announced_on is not None and release.announced_on < today:
        wrong.append(Block("announced-past", {**args, "announced": release.announced_on.isoformat()}))
    if release.effective_on is None:
        wrong.append(Block("effective-missing", args))
    elif release.effective_on < today:
        wrong.append(Block("effective-past", args))
    elif release.effective_on < first:
        wrong.append(Block("effective-early", {**args, "days": str(release.lead_days)}))
    return wrong
