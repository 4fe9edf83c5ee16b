"""Whether an edit that no rule explains says something that a person must judge, or why it does not.

Nothing passes without a reason: two wordings of the same facts are a synonym, a sentence of a rewritten text that
names nothing the other text lacks is restated, and one that names nothing a policy is about is idle. The rest is
reported as `unclassified`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Final

from policy_versions.compare import Delta, put_in
from policy_versions.editorial import DATE, IDLE, REFERENCE, URL, bare_words, handled
from policy_versions.facts import Fact, Statement
from policy_versions.model import ClauseKind
from policy_versions.paraphrase import left_over, plain_words, turned, weighty
from policy_versions.quantities import han_number
from policy_versions.wording import COMMON_HAN, strip_number

Known = Callable[[Fact, bool], bool]
"""Whether the other text names the concept of a fact anywhere (True: a fact of the new text)."""

_TOPICS: Final = frozenset(
    {
        *("act", "basis", "contact", "data", "lim", "method", "minor", "notice", "owner", "party", "place", "right"),
        *("retain", "risk", "scope", "sec"),
    }
)
_TOPIC_OF: Final = {"purpose": "aim", "aim": "aim", "q": "value", "e": "value"}
_POINTING: Final = frozenset({"scope.policy", "notice.policy", "purpose.word", "e.url", "e.law", "e.name", "q.count"})
"""Words that point at the policy itself, at a page, a law or a product; naming them states nothing."""
ENOUGH: Final = 2
"""A sentence that names so many things that policies are about states something (who, does what, with which data)."""
MUCH: Final = 4
LONG: Final = 6
"""So many words that the other wording lacks and the lexicon does not know may carry a meaning."""
HAN_PER_WORD: Final = 2
LONGEST_ENTRY: Final = 100
ENDLESS: Final = 1_000_000


def substance(delta: Delta, known: Known, *, rewritten: bool) -> str:
    """Give '' for an edit that a person must judge, else the kind of editorial change.

    `rewritten`: the change is so large that it repeats much in other words; a sentence of its own must then name
    something that the other text names nowhere.
    """
    named = (f.concept.removeprefix("edit.") for f in (*delta.gained, *delta.lost))
    idle = next((kind for kind in named if kind in IDLE), "")
    if delta.before is not None and delta.after is not None:
        return idle or _pair(delta, delta.before, delta.after, known, rewritten=rewritten)
    side = delta.told
    if side is not None and not rewritten and not idle and _entry(side):
        return ""
    if side is None or not _states(side) or (idle and not _weighs(side)):
        return idle or "idle"
    new = delta.after is not None
    if rewritten and all(known(f, new) for f in side.facts if _subject(f)):
        return "restated"
    return ""


def _states(side: Statement) -> bool:
    """Say whether a sentence names enough to state a practice; a denial of one thing states something too."""
    denied = any(f.negated and f.group in _TOPICS and f.concept != "data.any" for f in side.facts)
    return len(topics(side.facts)) + denied + _told_of_person(side) + _plain(side) >= ENOUGH


_DEEP: Final = ("contact", "owner", "place", "retain", "risk", "sec")
_ALONE: Final = ("owner.joint", "place.home", "place.local", "retain.long", "right.withdraw", "scope.excluded")
"""What states something in itself, whichever words stand beside it."""


def _plain(side: Statement) -> bool:
    """Say whether a statement says two things of one kind (a risk and how high it is), or one that needs no other."""
    kinds = {f.concept for f in side.facts}
    return any(side.has(c) for c in _ALONE) or any(sum(k.startswith(f"{g}.") for k in kinds) >= ENOUGH for g in _DEEP)


_TOLD: Final = ("force.will", "force.may", "actor.we", "change.now", "purpose.word")


def _told_of_person(side: Statement) -> bool:
    """Say whether a statement says of a kind of the person's data that something is or may be done with it."""
    kinds = any(f.group == "data" and f.concept != "data.any" for f in side.facts)
    return kinds and side.has("actor.you") and any(side.has(t) for t in _TOLD)


_LISTS: Final = ("field.data", "field.recipient", "field.purpose", "field.method")


def _entry(side: Statement) -> bool:
    """Say whether this is an entry of a list or table of data, recipients, aims or techniques: one more of them."""
    clause = side.clause
    if clause is None or clause.kind not in (ClauseKind.ITEM, ClauseKind.ROW) or clause.head:
        return False
    if side.text.rstrip("*_ ").endswith((".", "。", "?", "？")):  # a sentence, or the title that a clause begins with
        return False
    return any(side.has(f) for f in _LISTS) and 1 < len(bare_words(side.folded)) <= LONGEST_ENTRY


def _weighs(side: Statement) -> bool:
    """Say whether a sentence that explains, praises or guides names so much else that it states a practice too."""
    return handled(side) or (len(topics(side.facts)) >= MUCH and side.has("act"))


def topics(facts: tuple[Fact, ...]) -> frozenset[str]:
    """Name the different kinds of things that policies are about among these facts."""
    found = set()
    for fact in facts:
        if fact.concept in _POINTING:
            continue
        if fact.group in _TOPICS:
            found.add(fact.group)
        elif fact.group in _TOPIC_OF:
            found.add(_TOPIC_OF[fact.group])
    return frozenset(found)


def _subject(fact: Fact) -> bool:
    return (fact.group in _TOPICS or fact.group == "purpose") and fact.concept not in ("data.any", "purpose.word")


PART: Final = 12
"""Of so many signs one may be another where two wordings say the same."""
MOST: Final = 4


def reworded(delta: Delta) -> bool:
    """Say whether both sides make the same Chinese statement in synonyms, in whichever order."""
    before, after = delta.before, delta.after
    if before is None or after is None or not (COMMON_HAN.search(before.folded) and COMMON_HAN.search(after.folded)):
        return False
    size = min(len(plain_words(before.folded)), len(plain_words(after.folded)))
    gone, _ = left_over(before.folded, after.folded + after.around)
    _, come = left_over(before.folded + before.around, after.folded)
    if delta.flipped or not size or max(len(gone), len(come)) > min(MOST, size // PART):
        return False
    if turned(before.folded, after.folded) or not _same_figures(before, after):
        return False
    return not (_other(gone, delta.lost) or _other(come, delta.gained))


def _other(rest: str, facts: tuple[Fact, ...]) -> bool:
    """Say whether what only one wording has makes another statement of it."""
    return weighty(rest) or any(
        f.group == "e"
        or f.concept in _DEFAULTS
        or (f.concept != "scope.policy" and set(plain_words(f.surface)) & set(rest))
        for f in facts
    )


_DEFAULTS: Final = ("method.default-on", "method.default-off")
"""What a word says by where it stands: the same words in another order set another default."""
_WEIGHTY: Final = (
    *("data", "party", "place.country", "place.abroad", "method", "minor", "risk", "lim", "e.person"),
    *("basis.without", "basis.deemed", "basis.obligation", "basis.contract", "basis.legitimate"),
)


def _pair(delta: Delta, before: Statement, after: Statement, known: Known, *, rewritten: bool) -> str:
    """Judge two wordings of one sentence: another figure, name or item is substance even where words are common."""
    if not _same_figures(before, after):
        return ""
    for new, facts in ((True, delta.gained), (False, delta.lost)):
        weighty = [f for f in facts if f.concept != "data.any" and f.concept.startswith(_WEIGHTY)]
        if any(not rewritten or not known(f, new) for f in weighty):
            return ""
    if topics((*before.facts, *after.facts)) and _lists_more(before.folded, after.folded):
        return ""
    if not rewritten and _says_more(before, after, _limit(before, after)):
        return ""
    return "synonym"


def _limit(before: Statement, after: Statement) -> int:
    """Give how many other words are too many for a synonym; an entry is known by each, most of all in a cell."""
    if _entry(before) and _entry(after):
        return 1 if after.clause and after.clause.kind is ClauseKind.ROW else 3
    return LONG if topics((*before.facts, *after.facts)) else ENDLESS


_LISTED: Final = re.compile(r"[、,，]|以及|和|及|与|\b(?:and|or)\b")


def _lists_more(before: str, after: str) -> bool:
    """Say whether one wording is the other with an item of an enumeration put in: a list's words are its substance."""
    item = put_in(before, after)
    han = bool(COMMON_HAN.search(item))
    joints = _HAN_JOINT if han else _LISTED
    if len(bare_words(item if han else joints.sub(" ", item))) >= 2 and joints.search(item):
        return True
    short, long = sorted((before, after), key=len)
    commas = _HAN_COMMA if COMMON_HAN.search(long) else _LISTED
    if len(commas.findall(long)) <= len(commas.findall(short)):
        return False
    one, other = _bag(short), _bag(long)  # the last `and` of an enumeration moves when an item joins it
    return not one - other and len("".join((other - one).elements())) >= 2


def _bag(folded: str) -> Counter[str]:
    return Counter(s for s in _SIGNS.findall(_LISTED.sub(" ", URL.sub(" ", folded))) if s not in _PARTICLES)


_PARTICLES: Final = frozenset(
    re.findall(
        r"\w+",
        "when where that with this then also they from will have your these those which while there their "
        "them been such into upon only each both than what about should would could shall must please well",
    )
)
"""Words that name no item of a list."""
_HAN_JOINT: Final = re.compile(r"、|以及|和|及|与")
_HAN_COMMA: Final = re.compile(r"、")
_SIGNS: Final = re.compile(r"[a-z0-9]{4,}|[\u4e00-\u9fff]")

_WORD: Final = re.compile(r"[a-z0-9]+")
_NAMED_PATH: Final = re.compile(
    r"【[^】]*】|[“\"「][^”\"」]{0,24}[”\"」]|《[^》]{0,60}》|\[[^\]]{0,60}\]\([^)]*\)|https?://\S+"
)
_ENDINGS: Final = ("ing", "ies", "es", "ed", "ly", "s")


def _says_more(before: Statement, after: Statement, limit: int) -> bool:
    """Say whether one wording has many words of which the other has none, even spelt or inflected in another way."""
    if COMMON_HAN.search(before.folded) and COMMON_HAN.search(after.folded):
        rest = left_over(*(_NAMED_PATH.sub("", s.folded) for s in (before, after)))
        return max(sum(not c.isascii() for c in signs) for signs in rest) >= limit * HAN_PER_WORD
    one, other = (Counter(_stems(s.folded)) for s in (before, after))
    gone, come = sorted((one - other).elements()), sorted((other - one).elements())
    for word in tuple(gone):
        like = get_close_matches(word, come, 1, 0.72)
        if like:
            gone.remove(word)
            come.remove(like[0])
    return max(len(gone), len(come)) >= limit


def _stems(folded: str) -> Iterator[str]:
    for word in _WORD.findall(URL.sub(" ", folded)):
        end = next((e for e in _ENDINGS if word.endswith(e) and len(word) - len(e) >= 3), "")
        stem = word[: len(word) - len(end)].rstrip("e")
        if len(stem) > 3:
            yield stem


_NEXT: Final = re.compile(r"(?<=\D)\d{1,2}\\\.\s*$")
"""The number of the next item, which a copying program left at the end of this one."""
_CLOCK: Final = re.compile(r"(?<![\d:])([012]?\d):00(?![\d:])")
"""A full hour: `9:00` is 9 o'clock."""
_DIGITS: Final = re.compile(r"\d+")
_NUMERALS: Final = dict(
    zip(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        ("2", "3", "4", "5", "6", "7", "8", "9", "10"),
        strict=True,
    )
)
_SPELT: Final = re.compile(rf"\b(?:{'|'.join(_NUMERALS)})\b|[一二两三四五六七八九十百]+(?=[个次项台位份张条种类名人])")
SAME: Final = 0.02
"""Half a year and six months differ by less than this part."""


def _same_figures(before: Statement, after: Statement) -> bool:
    """Compare digits outside dates, links, references and numbering, and quantities by value: `30` is `thirty`."""
    one, other = _amounts(before), _amounts(after)
    if len(one) != len(other) or _digits(before) != _digits(after):
        return False
    return all(a == c and abs(b - d) <= SAME * max(b, d) for (a, b), (c, d) in zip(one, other, strict=True))


def _amounts(side: Statement) -> list[tuple[str, float]]:
    return sorted((f.concept, f.value) for f in side.facts if f.group == "q" and not _plain_age(f))


def _plain_age(fact: Fact) -> bool:
    """Say whether this is an age in digits: those are compared as they stand, for `between 13 and 16` names two."""
    return fact.concept == "q.age" and bool(_DIGITS.search(fact.surface))


def _digits(side: Statement) -> str:
    bare = REFERENCE.sub("", URL.sub("", DATE.sub("", _NEXT.sub("", strip_number(_CLOCK.sub(r"\1", side.folded))))))
    for fact in side.facts:
        if fact.group == "q" and not _plain_age(fact):
            bare = bare.replace(fact.surface, " ")
    return "".join(_DIGITS.findall(_SPELT.sub(_numeral, bare)))


def _numeral(found: re.Match[str]) -> str:
    return _NUMERALS.get(found[0]) or f"{han_number(found[0]):g}"
