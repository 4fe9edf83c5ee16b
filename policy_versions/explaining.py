"""What a finding says to a lawyer and to a person: what changed, what it means for them, how sure it is and why.

Every sentence is a template of `explain/<language>.yaml`, every name of a fact a label of `concepts/concepts.yaml` or
the text's own words; here is only which template speaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, cast

from policy_versions import concepts
from policy_versions.compare import Delta
from policy_versions.facts import Fact, Statement
from policy_versions.matchers import Match
from policy_versions.model import Confidence, Effect
from policy_versions.quoting import verbatim
from policy_versions.strict_yaml import ours
from policy_versions.wording import HAN, visible

LANGUAGES: Final = ("zh-CN", "en")
PROPER: Final = ("party.brand", "party.ai", "place.country", "place.region", "e.", "q.")
"""What is named by its own words, in whichever language: companies, countries, addresses, amounts."""
NAMES, QUOTES, LONGEST = 4, 3, 60
"""How many facts a sentence names, how many expressions of one it quotes, and how many signs of an expression."""
KINDS: Final = ("data", "party", "purpose", "aim", "method")
"""Groups of concepts among which a new one may be a narrower or a wider kind of an old one."""
DENIABLE: Final = ("act", "aim", "data", "method", "owner", "party", "place", "purpose", "right")
"""Groups whose concepts may stand in a denial and then mean the reverse; the rest says what it says."""
UNDENIABLE: Final = frozenset(
    {"purpose.limit", "party.none", "method.default-off", "right.optout", "place.home", "place.local"}
)
SURE, FAIR = 0.75, 0.5
"""From which score on a finding is as sure as its rule, and from which it is of medium confidence."""
_HAN: Final = re.compile(f"[{HAN}]")
_REST: Final = re.compile(r"[A-Za-z]*")


@dataclass(frozen=True, slots=True)
class Explained:
    """The words on a finding, by language, and the DPV terms (IRIs) of what it names."""

    explanation: dict[str, str]
    witness: dict[str, str]
    confidence_reason: dict[str, str]
    terms: tuple[str, ...]


def confidence(found: Match, score: float) -> Confidence:
    """Say how sure a finding of this score is."""
    if score >= SURE:
        return found.rule.confidence
    return Confidence.LOW if score < FAIR else Confidence.MEDIUM


def explain(found: Match, delta: Delta, score: float) -> Explained:
    """Put a match into words in every language; deterministic, no sentence is made outside the templates."""
    said = {language: _Said(language, found, delta) for language in LANGUAGES}
    witness = {language: one.witness() for language, one in said.items()}
    return Explained(
        {language: one.sentences(one.change(), one.remark(), witness[language]) for language, one in said.items()},
        witness,
        {language: one.reason(score) for language, one in said.items()},
        concepts.iris(f.concept for f in spoken((*found.gained, *found.lost))),
    )


def spoken(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Give the facts that are worth naming: who speaks is named only when nothing else is."""
    return tuple(f for f in facts if not f.concept.startswith("actor.")) or tuple(facts)


@cache
def templates(language: str) -> dict[str, object]:
    """Load the templates of a language."""
    file = Path(__file__).parent / "explain" / f"{language}.yaml"
    return cast("dict[str, object]", ours(file, f"explain/{file.name}"))


class _Said:
    """One finding in one language."""

    def __init__(self, language: str, found: Match, delta: Delta) -> None:
        self.found, self.delta = found, delta
        self.language = language
        self.words = templates(language)
        self.gained, self.lost = _apart(spoken(found.gained), spoken(found.lost))
        self.rule = self._table("rules").get(found.rule.id, {})
        side = delta.told
        alone = len(found.rule.new) == 1 and "." in found.rule.new[0] and "topic" not in self.rule
        self.by_words = alone or self.rule.get("by") == "words"
        self.own = bool(_HAN.search(side.text if side else "")) == language.startswith("zh")

    def _table(self, name: str) -> dict[str, dict[str, str]]:
        return cast("dict[str, dict[str, str]]", self.words[name])

    def _word(self, key: str) -> str:
        return cast(str, self.words[key])

    @property
    def shape(self) -> Effect:
        """Say what the named facts did; a promise that became weaker may only have gained a word."""
        if self.gained and self.lost:
            return Effect.CHANGED
        return Effect.ADDED if self.gained else Effect.REMOVED if self.lost else self.found.effect

    @property
    def denied(self) -> bool:
        """Say whether most of the facts stand in a denial."""
        facts = (*self.gained, *self.lost)
        return self.shape is not Effect.CHANGED and sum(map(_denied, facts)) * 2 > len(facts)

    def change(self) -> str:
        """Say what changed; of a table cell with its row and column, of a new row with what else it says."""
        side = self.delta.told
        if side and side.place and "place" not in self.rule:
            return self._word("placed").format(place=side.place, said=self._changed())
        if side and side.detail:
            whole = self._word("detailed").format(detail=side.detail, said=self._changed())
            return whole[:-1] if side.detail.endswith("…") else whole  # no full stop after what goes on
        return self._changed()

    def _changed(self) -> str:
        """Say it without the place; a rule that has no sentences yet speaks with its general one."""
        if not self.rule:
            named = self.names((*self.lost, *self.gained), self.delta.after) or self._text()
            return self.found.rule.explain[self.language].replace("{what}", named)
        general = cast("dict[str, str]", self.words["general"])
        keys = [f"{self.shape}-{self.found.direction}", str(self.shape)]
        table, marked = self.rule, True
        if self.denied:
            key = f"denied-{self.shape}"
            if any(f"{key}{tail}" in self.rule for tail in (f"-{self.found.direction}", "")):
                keys, marked = [f"{key}-{self.found.direction}", key], False
            elif not any(k in self.rule for k in keys):
                table, keys, marked = general, [key], False
        if not any(k in table for k in keys):
            table, keys = general, [str(self.shape)]
        if not (self.gained or self.lost) and table is general:
            keys = ["unnamed"]
        template = next(table[k] for k in keys if k in table)
        return template.format(
            topic=self.rule.get("topic", ""),
            text=self._text(),
            place=self._place(),
            gained=self.names(self.gained, self.delta.after, marked=marked),
            lost=self.names(self.lost, self.delta.before, marked=marked),
        )

    def witness(self) -> str:
        """Say what somebody who agreed to the old text could expect, and what of it is left."""
        direction = str(self.found.direction)
        general = self._table("witness")[self.found.rule.category]
        own = [self.rule.get(f"witness-{k}") for k in (f"{self.shape}-{direction}", direction)]
        template = next(t for t in (*own, general.get(f"{self.shape}-{direction}"), general[direction]) if t)
        facts, side = (self.gained, self.delta.after) if self.gained else (self.lost, self.delta.before)
        named = self.names(_touching(facts), side, quoted=False) or self._text()
        return template.format(facts=named)

    def _text(self) -> str:
        """Quote the text where it begins to differ."""
        old, new = (visible(s.text) if s else "" for s in (self.delta.before, self.delta.after))
        text = new or old
        alike = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
        start = max(0, alike - LONGEST // 3) if len(text) > LONGEST else 0
        return f"{'…' if start else ''}{text[start : start + LONGEST]}{'…' if start + LONGEST < len(text) else ''}"

    def _place(self) -> str:
        side = self.delta.told
        return side.place if side else ""

    def remark(self) -> str:
        """Say whether a kind that is new is narrower or wider than one the old sentence named."""
        old = self.delta.before
        if old is None:
            return ""
        known = {f.concept.replace("aim.", "purpose.") for f in old.facts if not f.negated}
        for fact in self.gained:
            name = fact.concept.replace("aim.", "purpose.")
            if fact.negated or fact.group not in KINDS or name.startswith(PROPER):
                continue
            mine = self._quoted(fact.surface, self.delta.after) if self.own else self._label(name)
            for key, others in (
                ("narrower", sorted(concepts.broader(name) & known)),
                ("same", [name] if name in known and self.own else []),
                ("wider", sorted(k for k in known if name in concepts.broader(k))),
            ):
                if others:
                    broad = self._label(others[0])
                    return self._word(key).format(name=mine, broader=broad, narrower=broad)
        return ""

    def reason(self, score: float) -> str:
        """Say how sure the finding is, and from which signals."""
        said = cast("dict[str, str]", self.words["reasons"])
        facts = (*self.gained, *self.lost)
        signs = ["word" if facts else "none", "pair" if self.delta.pair else "single"]
        signs += ["denied"] if any(map(_denied, facts)) else []
        signs += ["heading"] if self._announced() else []
        signs += ["weak" if score < FAIR else "weighed"] if facts and score < SURE else []
        both = [self.names(self.gained, self.delta.after, quoted=False)]
        both += [self.names(self.lost, self.delta.before, quoted=False)]
        named = self._word("join").join(dict.fromkeys(b for b in both if b))
        reasons = self._word("reason-join").join(said[s].format(facts=named) for s in signs)
        level = cast("dict[str, str]", self.words["confidence"])[confidence(self.found, score)]
        return level.format(reasons=reasons)

    def _announced(self) -> bool:
        asked = {a for group in self.found.rule.every for a in group if a.startswith(("field.", "label."))}
        return any(asked & s.context for s in (self.delta.before, self.delta.after) if s)

    def sentences(self, *parts: str) -> str:
        """Put sentences together."""
        return self._word("sentence-join").join(p for p in parts if p)

    def names(self, facts: Iterable[Fact], side: Statement | None, *, marked: bool = False, quoted: bool = True) -> str:
        """Name facts: each concept once, with the text's words for it where they are of this language."""
        grouped: dict[tuple[str, bool], list[str]] = {}
        for fact in facts:
            key = fact.surface if fact.concept.startswith(PROPER) else fact.concept.replace("aim.", "purpose.")
            denied = marked and _denied(fact)
            grouped.setdefault((key, denied), []).append(fact.surface)
            if fact.concept.startswith(PROPER) or not concepts.find(fact.concept):
                grouped[key, denied] = [""]
        said = [self._named(key, words, side, quoted=quoted) for key, words in grouped.items()]
        named = self._word("join").join(dict.fromkeys(said[:NAMES]))
        more = len(said) - NAMES
        total = len(said) if self.language.startswith("zh") else more
        return self._word("more").format(names=named, count=total) if more > 0 else named

    def _named(self, key: tuple[str, bool], words: Sequence[str], side: Statement | None, *, quoted: bool) -> str:
        concept, denied = key
        if "" in words:
            name = verbatim(concept, side.text if side else "")[:LONGEST]
        else:
            name = self._label(concept)
            quote = self._quote(words, side, name, several=concept.startswith(KINDS)) if side and quoted else ""
            if quote and self.by_words and not denied:
                return self._word("quote").format(quote=quote)
            name = self._word("quoted").format(name=name, quote=quote) if quote and self.own else name
        if not denied:
            return name
        return self._word("denied-act" if concept.startswith("act.") else "denied").format(name=name)

    def _quote(self, words: Sequence[str], side: Statement, name: str, *, several: bool) -> str:
        """Give the text's own words for a concept: all kinds that a list names, else the longest expression."""
        spelt = [_spelt(w, side) for w in dict.fromkeys(words)]
        if not several:
            spelt = sorted(spelt, key=len)[-1:]
        fresh = [w for w in spelt if self.by_words or w.casefold() not in name.casefold()][:QUOTES]
        return self._word("quote-join").join(dict.fromkeys(fresh))

    def _quoted(self, surface: str, side: Statement | None) -> str:
        return self._word("quote").format(quote=_spelt(surface, side) if side else surface)

    def _label(self, name: str) -> str:
        concept = concepts.find(name)
        return concept.label[self.language] if concept else name


def _apart(gained: tuple[Fact, ...], lost: tuple[Fact, ...]) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """Leave out what both sides name alike, in other words, where something else tells them apart."""
    both = {(f.concept, _denied(f)) for f in gained if not f.concept.startswith(PROPER)}
    both &= {(f.concept, _denied(f)) for f in lost}
    more, less = (tuple(f for f in facts if (f.concept, _denied(f)) not in both) for facts in (gained, lost))
    return (more, less) if more or less else (gained, lost)


def _touching(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Leave out acts and denials beside what they are about: nobody gets data called "passing on" or "no profiling"."""
    things = tuple(f for f in facts if f.group != "act")
    said = tuple(f for f in things if not _denied(f))
    return said or things or facts


def _denied(fact: Fact) -> bool:
    return fact.negated and fact.group in DENIABLE and fact.concept not in UNDENIABLE


def _spelt(surface: str, side: Statement) -> str:
    """Give an expression as the text spells it, to the end of its last word."""
    found = verbatim(surface, side.text)
    at = side.text.find(found)
    rest = _REST.match(side.text, at + len(found)) if at >= 0 and found[-1:].isascii() else None
    return " ".join((found + (rest[0] if rest else "")).split())[:LONGEST]
