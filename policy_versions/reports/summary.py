"""What every format says alike: the verdict in one sentence, the order of findings, what one of them asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from policy_versions.decisions import Block, decided, judged
from policy_versions.model import Category, Decision, Finding, Level, Lines, Outlook, Reach, ReleaseFinding
from policy_versions.reports.pairing import rows
from policy_versions.reports.words import Words
from policy_versions.review import Review

_MANY: Final = 3
TOGETHER: Final = {("undecided", ""), ("duty-M6", ""), ("assessment-missing", "")}
_SENTENCE: Final = re.compile(r"(.+?[。！？]|.+?[.!?](?=\s))\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report may say; `outlooks` by policy, `unjudged` are changed texts that belong to no policy."""

    reviews: tuple[Review, ...] = ()
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)
    unjudged: tuple[str, ...] = ()


def headline(review: Review, say: Words) -> str:
    """Give the verdict over one policy in one sentence: level, changes, from when at the earliest, what is to do."""
    args = {
        "level": level(review, say),
        "counts": counts(review, say),
        "before": review.before,
        "number": review.release.number,
        "day": review.earliest,
        "languages": ", ".join(review.removed),
        "rest": rest(len(todo(review.blocks)), say),
    }
    if review.release.findings or review.editorial:
        return say("report.verdict", **args)
    if _first(review):
        return say("report.verdict-first", **args)
    return say("report.verdict-gone" if review.removed else "report.verdict-same", **args)


def overall(report: Report, say: Words) -> str:
    """Give the verdict over all policies in one sentence."""
    if not report.reviews:
        return say("report.none")
    if len(report.reviews) == 1:
        return headline(report.reviews[0], say)
    args = {"level": say.level(strictest(report.reviews)), "count": len(report.reviews)}
    if strictest(report.reviews) is Level.NONE and any(r.removed for r in report.reviews):
        args["level"] = f"{say('sign.unclassified')} {say('level.gone')}"
    stops = sum(len(todo(r.blocks)) for r in report.reviews)
    return say("report.several", **args, loud=sum(map(substantial, report.reviews)), rest=rest(stops, say))


def substantial(review: Review) -> bool:
    """Say whether there is more to a change than edits that mean nothing new."""
    return bool(review.release.findings or review.removed or _first(review))


def loud(review: Review) -> bool:
    """Say whether there is something to be read or done."""
    return bool(substantial(review) or review.blocks or review.warnings)


def _first(review: Review) -> bool:
    """Say whether all texts are new, so that there was nothing to compare any with."""
    return bool(review.added) and set(review.release.texts) <= set(review.added)


def level(review: Review, say: Words) -> str:
    """Say what a change asks for; a first version, or a text that is gone, is no edit."""
    if review.release.level is Level.NONE and not review.release.findings:
        if _first(review):
            return first(say)
        if review.removed:
            return f"{say('sign.unclassified')} {say('level.gone')}"
    return say.level(review.release.level)


def first(say: Words) -> str:
    """Name a version before which there was none."""
    return f"{say('sign.none')} {say('level.first')}"


def counts(review: Review, say: Words) -> str:
    """Count the changes by kind, the kinds that there are; what several languages say alike is one."""
    findings = [as_judged(review, group[0]) for group in rows(review)]
    judge = sum(f.category is Category.UNCLASSIFIED for f in findings)
    material = sum(f.material and f.category is not Category.UNCLASSIFIED for f in findings)
    minor = len(findings) - judge - material
    numbers = {"material": material, "judge": judge, "minor": minor, "editorial": len(review.editorial)}
    said = [say(f"report.count.{kind}", count=count) for kind, count in numbers.items() if count]
    return say("report.comma").join(said)


def rest(count: int, say: Words) -> str:
    """Say how much stands in the way."""
    return say("report.blocked", count=count) if count else say("report.free")


def direction(review: Review, found: ReleaseFinding) -> str:
    """Name the words for a direction; what no rule explains has none before somebody has judged it."""
    finding = as_judged(review, found)
    known = finding.category is not Category.UNCLASSIFIED or decided(review.release, found) is not None
    return f"direction.{finding.direction if known else 'unjudged'}"


def wait(review: Review, found: ReleaseFinding) -> int:
    """Return the days that lie before one duty: the law's, or those of policy.toml and of promises where longer."""
    return review.waits.get(found.finding.fingerprint, found.obligation.lead_days)


def duty(review: Review, found: ReleaseFinding, say: Words) -> str:
    """Say what one finding asks for."""
    said = say("report.duty", level=say(f"level.{found.obligation.level}"), days=wait(review, found))
    return say("report.guardian", duty=said) if found.obligation.guardian else said


def sentence(review: Review, found: ReleaseFinding, say: Words) -> str:
    """Say what changed: in the words that a person gave the finding, else in ours."""
    decision = decided(review.release, found)
    return say.texts(decision.says if decision and decision.says else found.finding.explanation)


def told_in(row: Sequence[ReleaseFinding], say: Words, tell: Callable[[ReleaseFinding], str]) -> list[str]:
    """Tell a row's findings of the reader's own language where there are some, the same sentence once."""
    family = say.languages[0].partition("-")[0]
    own = [f for f in row if f.language.partition("-")[0] == family]
    chosen = own or [f for f in row if f.language == row[0].language]
    return list(dict.fromkeys(map(tell, chosen)))


def as_judged(review: Review, found: ReleaseFinding) -> Finding:
    """Return a finding in the category and direction that a person gave it, where no rule could."""
    return judged(found.finding, decided(review.release, found))


def sign(review: Review, found: ReleaseFinding, say: Words) -> str:
    """Return the sign beside a finding."""
    if as_judged(review, found).category is Category.UNCLASSIFIED:
        return say("sign.unclassified")
    return say(f"sign.{found.obligation.level}")


def decision(review: Review, found: ReleaseFinding, say: Words) -> str:
    """Say who decided what on a finding, or that nobody did."""
    made = decided(review.release, found)
    if made is None:
        return say("report.undecided")
    people = " + ".join(p for p in (made.by, made.second) if p)
    return f"{say(f'verdict.{made.verdict}')} ({people}, {made.on}): {made.reason}"


def strictest(reviews: Iterable[Review]) -> Level:
    """Return the highest level over several policies."""
    return max((r.release.level for r in reviews), key=lambda level: level.rank, default=Level.NONE)


def made(review: Review, found: ReleaseFinding) -> Decision | None:
    """Return the decision on a finding."""
    return decided(review.release, found)


def lines(review: Review, found: ReleaseFinding) -> Lines:
    """Say where a finding shows in the new file, or in the old one where nobody looked."""
    place = review.places.get((found.language, found.finding.fingerprint))
    if place is not None:
        return place.lines
    return found.finding.lines_after if found.finding.lines_after.first else found.finding.lines_before


def explained(finding: Finding, say: Words) -> tuple[str, str]:
    """Say what changed and, apart from it, what it means for people: the witness, else all after the first sentence."""
    text = say.texts(finding.explanation)
    meant = say.texts(finding.witness) if finding.witness else ""
    if meant and text.endswith(meant) and text != meant:
        return text.removesuffix(meant).strip(), meant
    first = _SENTENCE.match(text)
    return (first[1], first[2]) if first else (text, "")


def quotes(review: Review, found: ReleaseFinding) -> tuple[str, str]:
    """Return both quotes as readers should see them."""
    place = review.places.get((found.language, found.finding.fingerprint))
    return (place.before, place.after) if place is not None else found.finding.quotes


def todo(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return what stands in the way; what many findings ask for in the same way stands there once, naming them."""
    groups: dict[tuple[str, str], list[Block]] = {}
    for block in blocks:
        key = (block.code, block.args.get("variant", ""))
        groups.setdefault(key if key in TOGETHER else (block.code, str(id(block))), []).append(block)
    parts = ([_together(g)] if len(g) >= _MANY else g for g in groups.values())
    return tuple(block for part in parts for block in part)


def _together(blocks: Sequence[Block]) -> Block:
    def all_of(name: str) -> str:
        return ", ".join(dict.fromkeys(b.args[name] for b in blocks if b.args.get(name)))

    names = {"fingerprints": all_of("fingerprint"), "laws": all_of("law"), "categories": all_of("category")}
    return Block(f"many-{blocks[0].code}", {**blocks[0].args, **names, "count": str(len(blocks))})


def touched(reach: Reach | None, say: Words) -> Sequence[tuple[str, Mapping[str, str]]]:
    """Return the sentences (key and arguments) on whom a release touches; honestly nothing where nobody counted."""
    if reach is None:
        return [("touched.unknown", {})]
    about = {"people": str(reach.people), "minors": str(reach.minors), "source": reach.source}
    said: list[tuple[str, Mapping[str, str]]] = [("touched.people", about)]
    if reach.channels:
        said.append(("touched.channels", {"channels": _listed(reach.channels, "channel", say)}))
    if reach.unreachable:
        said.append(("touched.unreachable", {"reasons": _listed(reach.unreachable, "reason", say)}))
    if reach.bad_rows:
        said.append(("touched.bad", {"count": str(reach.bad_rows), "source": reach.source}))
    return said


def _listed(numbers: Mapping[str, int], kind: str, say: Words) -> str:
    names = {x: f"touched.{kind}.{x}" for x in numbers}
    return "; ".join(f"{say(names[x]) if say.has(names[x]) else x} {count}" for x, count in numbers.items())
