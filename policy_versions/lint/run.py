"""Run the rules over a policy's texts, weigh what they find, and let two people waive what a rule misread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from policy_versions.decisions import Block
from policy_versions.errors import ConfigError
from policy_versions.lint import dates, floors, impact, parity, passages, publisher, text
from policy_versions.model import Waiver
from policy_versions.papers import Papers, Problem
from policy_versions.strict_yaml import ours

_PARTS: Final = (impact.problems, parity.problems, dates.problems, publisher.problems, text.problems, floors.problems)
_WEIGHTS: Final = ("blocks", "new", "warns")


def lint(papers: Papers) -> tuple[Block, ...]:
    """Return what is wrong in the texts of a policy, by rule, file and line; what blocks first."""
    found = _once(p for part in _PARTS for p in part(papers))
    waivers = [w for w in papers.release.waivers if not _objections(w, papers)]
    left = [p for p in found if not any(_waives(w, p, papers) for w in waivers)]
    void = [b for w in papers.release.waivers for b in _objections(w, papers)]
    return tuple(sorted((*void, *(_block(p, papers) for p in left)), key=lambda b: b.warns))


def severities(config_block: tuple[str, ...] = ()) -> Mapping[str, str]:
    """Return what each rule does; those of policy.toml's `[lint] block` stand in the way."""
    return {rule: "blocks" if rule in config_block else weight for rule, weight in _rules().items()}


def _block(problem: Problem, papers: Papers) -> Block:
    args = {**problem.args, "path": problem.path, "line": str(problem.line)}
    return Block(problem.rule, args, warns=not _blocks(problem, papers))


def _blocks(problem: Problem, papers: Papers) -> bool:
    strict = papers.config.lint
    if problem.rule in strict.block:
        return True
    if problem.rule in parity.RULES and strict.languages == "prevailing":
        return False
    if problem.blocks is not None:
        return problem.blocks
    weight = _rules()[problem.rule]
    return weight == "blocks" or (weight == "new" and not _old(problem, papers))


def _once(found: Iterable[Problem]) -> list[Problem]:
    """Drop what a text says again elsewhere in the same words: each sentence is told once, where it stands first."""
    said: dict[tuple[str, ...], Problem] = {}
    for number, problem in enumerate(found):
        key = (problem.rule, problem.path, passages.bare(problem.words)) if problem.words else (str(number),)
        said.setdefault(key, problem)
    return list(said.values())


def _old(problem: Problem, papers: Papers) -> bool:
    """Say whether the last version had the sentence (or, of a fault of form, the line) already, as it stands now."""
    if problem.words:
        return passages.untouched(papers, problem.path, problem.words)
    return _line(problem, papers) in _old_lines(problem.path, papers)


def _line(problem: Problem, papers: Papers) -> str:
    texts = {papers.files[language]: text for language, text in papers.now.items()}
    lines = texts.get(problem.path, "").splitlines()
    return lines[problem.line - 1].strip() if 0 < problem.line <= len(lines) else ""


def _old_lines(path: str, papers: Papers) -> frozenset[str]:
    old = {papers.files[language]: text for language, text in papers.before.items() if language in papers.files}
    return _stripped(old.get(path, ""))


@cache
def _stripped(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.splitlines())


def _waives(waiver: Waiver, problem: Problem, papers: Papers) -> bool:
    where = (_line(problem, papers), problem.words)
    return waiver.rule == problem.rule and any(waiver.quote.strip() in text for text in where)


def _objections(waiver: Waiver, papers: Papers) -> list[Block]:
    """Say why a waiver does not hold: it names two approvers, a reason and a passage that is still there."""
    args = {"rule": waiver.rule, "quote": waiver.quote, "path": "", "line": "0"}
    people, approvers = {waiver.by.strip(), waiver.second.strip()}, papers.config.approvers
    wrong = waiver.rule not in _rules() or not waiver.reason.strip()
    wrong |= len(people - {""}) < 2 or bool(approvers and people - set(approvers))
    gone = len(waiver.quote.strip()) < 4 or not any(waiver.quote.strip() in text for text in papers.now.values())
    return [Block("waiver-void", args)] if wrong or gone else []


@cache
def _rules() -> Mapping[str, str]:
    name = "rules.yaml"
    raw = ours(Path(__file__).parent / name, name)
    rules = raw.get("rules") if isinstance(raw, dict) else None
    if not isinstance(rules, dict) or set(map(str, rules.values())) - set(_WEIGHTS):
        raise ConfigError([f"{name}: key `rules`: each rule is one of {', '.join(_WEIGHTS)}"])
    return {rule: str(weight) for rule, weight in rules.items()}
