"""What no word list knows but whose place tells what it is: an item among kinds of data, an aim after 用于."""

# ruff: noqa: E501 - a regular expression is read best in one piece

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from policy_versions.lexicon import Hit

LONGEST: Final = 12
"""A longer item is a clause of its own and no name of a thing."""
_RUN: Final = re.compile(r"[^,;。:!?|()\"]+")
_COMMA: Final = re.compile(r"、|以及|和|及|与|或")
_TAIL: Final = re.compile(
    r"(?:[一二两三四五六七八九十\d]+(?:项|类|种)|等(?:信息|数据|内容|资料|记录|主体|机构|人员|单位|方)?|信息|数据|资料)$"
)
_AIM: Final = re.compile(r"(?<![适不仅])(?:用于|用来|用以|用作)((?:[^,;。:!?|()\"、和及]|和(?!您)){3,24})")
_AIM_EN: Final = re.compile(
    r"\b(?:so (?:that )?we (?:can|may|know|are able to)|in order (?:for us )?to|for the purposes? of|"
    r"(?:is|are|be|being) (?:also |then |now )*used (?:to|for|in)|use (?:it|them|this|these|(?:the|your|such|all|these|this)(?: [a-z]+){1,7}) (?:also |in order )?to|"
    r"helps? us(?: to)?|(?:allows?|enables?) us to|lets? us|with a view to|to make sure(?: that)?|to ensure(?: that)?) "
    r"((?!(?:you|us|do so|it|this|comply|provide|contact|exercise|access|use|the extent|respond|answer|protect|receive|log|sign|follow|limit|that|know|these|article|section|gdpr|applicable|any|clarity|law|uk|eu|the (?:general|gdpr|data protection|ccpa|law|act|uk|eu|foregoing)|such)\b)"
    r"[a-z]+ [^,.;:!?|()]{3,80})"
)
_LEADING: Final = re.compile(
    r"(?:^|(?<=[,;。:|]))(?:为(?:了|便于|方便|确保|保证|实现)?(?!您|你|用户|其|该|此|何|准|期|由|主|零|止)|以便于?(?!上|下|后|前|外|内|及)"
    r"|以(?!上|下|后|前|外|内|及|免|来|便|往|太))((?:[^,;。:!?|()\"、]){3,24})(?=[,;。]|$)"
)
"""An aim that a sentence or its last part begins with (为核算里程补贴, …; …, 以推荐尺码)."""
_MANNER: Final = re.compile(r"方式|形式|为准|为限|前提|名义|为由|语言|文字|目的$|以下|上述|如下|前述")
_SERVES: Final = re.compile(r"(?:作为|成为)((?:[^,;。:!?|()\"、]){2,14}?)的?(?:参考|依据|凭据)(?=[,;。]|$)")
"""What something serves as a measure of (作为评选优秀司机的参考)."""
_TAKEN: Final = re.compile(r"(?:了|到)?(?:您|你)的((?:[^,;。:!?|()\"、的]){2,10})(?=[,;。、]|$)")
"""What of the person's is taken, right behind the verb (测量您的皮肤温度)."""
_POINTING: Final = re.compile(r"^(?:以下|上述|下列|如下|本|该|此|这|其他|其它|任何|前述|您|你|相应|相关)")
_KINDS: Final = ("data", "party")


def unknown(folded: str, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Name what no word list knows: `data.other`, `party.other` in enumerations, `purpose.other` after an aim word.

    An item counts when at least two others of its enumeration are known kinds and nothing at all is known of it.
    """
    if "、" in folded:
        for run in _RUN.finditer(folded):
            if "、" in run[0]:
                yield from _items(run, hits)
    for verb in hits:
        thing = _TAKEN.match(folded, verb.end) if verb.concept == "act.collect" else None
        if thing and not any(thing.start(1) <= h.start < thing.end(1) for h in hits):
            yield Hit("data.other", *thing.span(1), thing[1])
    yield from _reach(folded)
    for aim in (
        *_AIM.finditer(folded),
        *_SERVES.finditer(folded),
        *_LABELLED.finditer(folded),
        *(a for a in _LEADING.finditer(folded) if not _MANNER.search(a[1])),
    ):
        begin, end = aim.span(1)
        if not _POINTING.match(aim[1]) and not any(
            h.group in ("purpose", "method", "sec", "basis", "act.share")
            and h.concept != "purpose.word"
            and begin <= h.start < end
            for h in hits
        ):
            yield Hit("purpose.other", begin, end, aim[1])


_REACH: Final = re.compile(r"(?<!不)(?:适用于|覆盖|涵盖)([^,。;:!?|()]{3,80})")
_LABELLED: Final = re.compile(r"(?:^|(?<=[,;。|]))[^,;。:|]{0,4}(?:用途|目的):([^,;。|()、]{3,24})(?=[,;。|]|$)")
_JOINED: Final = re.compile(r"、|以及(?!其)|和|及(?!其)|与")
LONGEST_NAME: Final = 20


def _reach(folded: str) -> Iterator[Hit]:
    """Name the products and people of an enumeration that a policy covers: `scope.people.other`."""
    for reach in _REACH.finditer(folded):
        start = reach.start(1)
        ends = [(m.start(), m.end()) for m in _JOINED.finditer(folded, start, reach.end(1))]
        for a, b in zip([start, *(e for _, e in ends)], [*(s for s, _ in ends), reach.end(1)], strict=True):
            if ends and 2 <= b - a <= LONGEST_NAME:
                yield Hit("scope.people.other", a, b, folded[a:b])


def aims(folded: str, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Name the English aims that no word list knows: `purpose.other` after `so that we can` and the like."""
    for aim in _AIM_EN.finditer(folded):
        begin, end = aim.span(1)
        if not any(h.group in _SAID and aim.start() <= h.start < end and h.concept not in _MARKS for h in hits):
            yield Hit("purpose.other", begin, end, aim[1])


_SAID: Final = frozenset({"purpose", "method", "sec", "basis", "right", "contact", "notice", "minor", "edit", "risk"})
_MARKS: Final = frozenset({"purpose.word"})


def _items(run: re.Match[str], hits: Sequence[Hit]) -> Iterator[Hit]:
    spans, start = [], run.start()
    for comma in _COMMA.finditer(run[0]):
        spans.append((start, run.start() + comma.start()))
        start = run.start() + comma.end()
    spans.append((start, run.end()))
    for kind in _KINDS:
        known = [any(_is(h, kind) and a <= h.start < b for h in hits) for a, b in spans]
        if sum(known) < 2:
            continue
        first, last = known.index(True), len(known) - 1
        for n, (a, b) in enumerate(spans):
            item = _TAIL.sub("", run.string[a:b]) if n == last else run.string[a:b]
            free = n > first and not any(a <= h.start < a + len(item) for h in hits if h.concept != "data.any")
            if free and 2 <= len(item) <= LONGEST:
                yield Hit(f"{kind}.other", a, a + len(item), item)


def _is(hit: Hit, kind: str) -> bool:
    return hit.group == kind and hit.concept != "data.any"
