"""What a comment on a pull request asks for: `/policy agree a1b2c3 reason`, in English or Chinese. Pure.

A command begins a line outside quotations and code; the lines after it, up to an empty one, belong to it. What cannot
be understood becomes a `Mistake`, never a guess. The words are in comment_words.yaml, the answers in reports/comments.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from policy_versions import obligations
from policy_versions.comment_words import spelt, words
from policy_versions.model import Category, Direction, Level

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{4,64}")
_JOINED: Final = re.compile(r"(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f]|[0-9]{6})[0-9a-f]{4,64}")  # a word or a year is none
_SURE: Final = re.compile(r"(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{6,64}")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_HTML: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_MARKS: Final = " \t\u3000,，、:：;；.。-—–=＝`'\"“”‘’()（）[]【】<>《》#"
_LIST: Final = " \t\u3000,，、;；+&"
_DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_FIELD: Final = re.compile(r"\s*(?:[-*+]\s+)?([^:：=＝]{1,40}?)\s*[:：=＝]\s*(.*?)\s*")
_LABEL: Final = re.compile(r"(?!https?$)[A-Za-z][A-Za-z_-]{0,19}|[^\W\d_A-Za-z]{1,6}")  # one word, no address
_ANSWER: Final = re.compile(r"([a-z0-9_]+)\s*[=:：＝]\s*([^\s,，;；、。]+)[\s,，;；、]*", re.IGNORECASE)
_LONGEST: Final = 60  # characters of what somebody wrote, when it is told back to them


class Verb(StrEnum):
    """What may be asked for."""

    AGREE = "agree"
    OVERRULE = "overrule"
    LOWER = "lower"
    RAISE = "raise"
    SECOND = "second"
    SUMMARY = "summary"
    EFFECTIVE = "effective"
    DRAFT = "draft"
    STATUS = "status"
    HELP = "help"

    @property
    def about_findings(self) -> bool:
        """Say whether it takes fingerprints."""
        return self in {Verb.AGREE, Verb.OVERRULE, Verb.LOWER, Verb.RAISE, Verb.SECOND}

    @property
    def writes(self) -> bool:
        """Say whether it may change the release file."""
        return self not in {Verb.STATUS, Verb.HELP}


@dataclass(frozen=True, slots=True)
class Command:
    """One thing asked for; `line` counts the comment's lines from 1. What was not said is empty."""

    verb: Verb
    line: int
    fingerprints: tuple[str, ...] = ()
    reason: str = ""
    level: Level | None = None
    category: Category | None = None
    direction: Direction | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    same_as: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, bool] = field(default_factory=dict)
    day: date | None = None
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that could not be understood; `code` names the answer in reports/comments.*.yaml."""

    code: str
    line: int
    args: Mapping[str, str] = field(default_factory=dict)


class _Misread(Exception):  # noqa: N818 - carries a mistake out of the reading of one command
    def __init__(self, code: str, **args: str) -> None:
        super().__init__(code)
        self.code = code
        self.found = args


def parse(body: str) -> tuple[Command | Mistake, ...]:
    """Return what a comment asks for, in its order; nothing for a comment that calls us nowhere."""
    return tuple(_read(number, head, rest) for number, head, rest in _calls(body))


def _read(number: int, head: str, rest: list[str]) -> Command | Mistake:
    try:
        return _command(number, head, rest)
    except _Misread as wrong:
        return Mistake(wrong.code, number, wrong.found)


def _calls(body: str) -> Iterator[tuple[int, str, list[str]]]:
    """Yield line number, what stands after the call, and the lines that belong to it."""
    lines = list(_spoken(body))
    for number, line in enumerate(lines, 1):
        head = _after_call(line)
        if head is None:
            continue
        rest: list[str] = []
        for follower in lines[number:]:
            if not follower.strip() or _after_call(follower) is not None:
                break
            rest.append(follower)
        yield number, head, rest


def _spoken(body: str) -> Iterator[str]:
    """Yield each line, an empty one for what is quoted, code, or hidden in an HTML comment."""
    shown = _HTML.sub(lambda m: "\n" * m[0].count("\n"), body.translate(_INVISIBLE))
    fence = ""
    for line in re.split(r"\r\n|\r|\n", shown):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
            yield ""
        elif mark:
            fence = mark[1]
            yield ""
        else:
            yield "" if line.startswith(("    ", "\t")) or line.lstrip().startswith((">", "＞")) else line


def _after_call(line: str) -> str | None:
    """Return what follows `/policy`, or None for a line that is no call."""
    bare = line.lstrip(" \u3000")
    if not bare or unicodedata.normalize("NFKC", bare[0]) != "/":
        return None
    name, rest = _one_of(bare[1:], words()["call"])
    return rest if name is not None else None


def _one_of(text: str, table: Mapping[str, str]) -> tuple[str | None, str]:
    """Take the longest word of a table off the front of a text; a word of Latin letters must end there."""
    bare = text.lstrip(" \t\u3000")
    folded = "".join(c if len(c) == 1 else o for c, o in zip(map(_narrow, bare), bare, strict=True))
    for word in sorted(table, key=len, reverse=True):
        follower = folded[len(word) : len(word) + 1]
        if folded.startswith(word) and not (word[-1].isascii() and follower.isascii() and follower.isalnum()):
            return table[word], bare[len(word) :]
    return None, bare


def _narrow(character: str) -> str:
    return unicodedata.normalize("NFKC", character).casefold()


def _command(number: int, head: str, rest: list[str]) -> Command:
    table = words()
    name, tail = _one_of(head.lstrip(" \u3000:："), table["verbs"])
    if name is None:
        if not tail.strip(_MARKS):
            return Command(Verb.HELP, number)
        raise _Misread("verb-unknown", given=_cut(tail.split()[0]))
    made = Command(Verb(name), number)
    if made.verb.about_findings:
        made, tail = _findings(made, tail)
    elif made.verb is Verb.EFFECTIVE:
        made, tail = _effective(made, tail)
    elif made.verb is Verb.SUMMARY:
        rest, tail = [tail, *rest] if tail.strip(_MARKS) else rest, ""
    return _fields(made, tail, rest)


def _findings(made: Command, tail: str) -> tuple[Command, str]:
    fingerprints, tail = _fingerprints(tail)
    if made.verb in {Verb.RAISE, Verb.LOWER}:
        level, rest = _one_of(tail.lstrip(_MARKS), words()["levels"])
        if level is None:
            raise _Misread("level-missing", verb=made.verb, given=_cut(tail.strip(_MARKS)) or "-")
        return replace(made, fingerprints=fingerprints, level=Level(level)), rest
    return replace(made, fingerprints=fingerprints), tail


def _fingerprints(tail: str) -> tuple[tuple[str, ...], str]:
    """Take the fingerprints off the front: the first token, then those after a comma or that can be nothing else."""
    found: list[str] = []
    rest = tail.lstrip(_MARKS)
    while rest:
        token = re.match(r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+", rest)
        plain = unicodedata.normalize("NFKC", token[0]).casefold() if token else ""
        between = tail[: len(tail) - len(rest)]
        joined = any(c in between for c in "，,、+&")
        if not (_FINGERPRINT if not found else _JOINED if joined else _SURE).fullmatch(plain):
            break
        found.append(plain)
        tail = rest[len(token[0]) :] if token else rest
        tail = tail.lstrip("`")
        rest = tail.lstrip(_LIST + "`")
    if not found:
        raise _Misread("fingerprint-missing", given=_cut(rest.split()[0]) if rest.split() else "-")
    return tuple(dict.fromkeys(found)), tail


def _effective(made: Command, tail: str) -> tuple[Command, str]:
    plain = unicodedata.normalize("NFKC", tail)
    found = _DAY.search(plain)
    if found is None:
        raise _Misread("day-missing", given=_cut(tail.strip(_MARKS)) or "-")
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise _Misread("day-missing", given=found[0]) from None
    return replace(made, day=day), plain[found.end() :]


def _fields(made: Command, tail: str, rest: list[str]) -> Command:
    """Read the reason on the command's line, then the fields and further reasons on the lines below."""
    answers, tail = _answers(tail)
    made = replace(made, answers=answers)
    _, after_word = _one_of(tail.lstrip(_MARKS), {w: k for w, k in words()["fields"].items() if k == "reason"})
    reasons = [after_word.lstrip(_MARKS).rstrip()] if after_word.strip(_MARKS) else []
    last = ""
    for line in rest:
        parts = _FIELD.fullmatch(line)
        name = spelt(parts[1]) if parts else ""
        if parts and (changed := _field(made, name, parts[2])):
            made, last = changed, name
            if words()["fields"].get(name) == "reason":
                reasons.append(parts[2])
        elif made.verb is Verb.SUMMARY:
            made = _summed(made, words()["languages"].get(last), line, parts[1] if parts else "")
        else:
            reasons.append(line.strip())
    return replace(made, reason=" ".join(reasons).strip())


def _summed(made: Command, language: str | None, line: str, label: str) -> Command:
    """Add a further line to a summary; what begins like another label, or stands under none, is no guess of ours."""
    if language is None or _LABEL.fullmatch(label):
        table = words()["languages"]
        names = [min((w for w in table if table[w] == x), key=len) for x in dict.fromkeys(table.values())]
        shown = ", ".join(f"{name}: …" for name in names)
        raise _Misread("label-unknown", given=_cut(label or line), allowed=shown)
    return replace(made, texts={**made.texts, language: f"{made.texts[language]}\n{line.strip()}"})


def _field(made: Command, name: str, value: str) -> Command | None:
    """Return the command with one field read, or None where the line is no field but a part of the reason."""
    table = words()
    first, _, second = name.partition(" ")
    meant, other = table["fields"].get(name, ""), table["languages"].get(second.strip(), "")
    if language := table["languages"].get(name):
        return replace(made, texts={**made.texts, language: value})
    if table["fields"].get(first) == "same" and other:
        return replace(made, same_as={**made.same_as, other: value})
    if name in obligations.conditions():
        truth = _choice("answer-unclear", value, table["truths"], name=name)
        return replace(made, answers={**made.answers, name: truth == "yes"})
    return _said(made, meant, value)


def _said(made: Command, meant: str, value: str) -> Command | None:
    table = words()
    if meant == "category":
        return replace(made, category=Category(_choice("category-unknown", value, table["categories"])))
    if meant == "direction":
        return replace(made, direction=Direction(_choice("direction-unknown", value, table["directions"])))
    if meant == "policy":
        return replace(made, policy=value)
    return made if meant == "reason" else None


def _answers(tail: str) -> tuple[dict[str, bool], str]:
    """Take `abroad=no` and the like off the front of what follows the fingerprints."""
    answers: dict[str, bool] = {}
    rest = tail.lstrip(_MARKS)
    while (found := _ANSWER.match(rest)) and (name := found[1].casefold()) in obligations.conditions():
        answers[name] = _choice("answer-unclear", found[2], words()["truths"], name=name) == "yes"
        rest = rest[found.end() :]
    return answers, rest if answers else tail


def _choice(code: str, value: str, table: Mapping[str, str], **args: str) -> str:
    found = table.get(spelt(value.strip(_MARKS)))
    if found is None:
        allowed = ", ".join(dict.fromkeys(table.values()))
        raise _Misread(code, given=_cut(value) or "-", allowed=allowed, **args)
    return found


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
