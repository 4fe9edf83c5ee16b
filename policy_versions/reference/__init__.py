"""The reference of the rules for lawyers, in Chinese and English: made from the rules, their examples and the concepts.

The pages beside this file are made by `make reference` and kept fresh by a test; `policyctl explain` prints from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, cast

from policy_versions import concepts
from policy_versions.rules import Rule
from policy_versions.strict_yaml import read

FOLDER: Final = Path(__file__).parent
LANGUAGES: Final = ("zh-CN", "en")
_HEAD: Final = re.compile(r"^## ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A text before and after that a rule finds, in which direction, and one after on which it keeps silent."""

    under: str
    before: str
    after: str
    finds: str
    guard: str


def page(language: str, rules: Sequence[Rule], examples: Mapping[str, Sequence[Example]]) -> str:
    """Write the whole reference in one language; `examples` are those of that language by rule id."""
    words = _words(language)
    parts = [f"# {words['title']}", str(words["intro"]), str(words["contents"]).format(count=len(rules))]
    parts += [section(rule, language, examples.get(rule.id, ())) for rule in rules]
    return "\n\n".join([*parts, _laws(language), _concepts(language)]) + "\n"


def section(rule: Rule, language: str, examples: Iterable[Example] = ()) -> str:
    """Write what there is to say about one rule: when it speaks, which way, on which law, and its examples."""
    told = re.sub(r"\s?[（(]\{what\}[)）]", "", rule.explain[language])
    facts = "\n".join(f"- **{name}**: {value}" for name, value in facts_of(rule, language) if value)
    shown = [_example(e, language) for e in examples]
    words = _words(language)
    return "\n\n".join([f"## {rule.id}", told, facts, *(shown or [str(words["no-example"])])])


def made(rule: Rule, language: str) -> str:
    """Give a rule's section of the page that was made, with its examples; without them when there is none."""
    file = FOLDER / f"rules.{language}.md"
    for part in _HEAD.split(file.read_text(encoding="utf-8"))[1:] if file.is_file() else ():
        if part.split("\n", 1)[0].strip() == rule.id:
            return f"## {part.strip()}"
    return section(rule, language)


def facts_of(rule: Rule, language: str) -> Iterator[tuple[str, str]]:
    """Give name and value of each property of a rule, in words; empty values are left to the caller."""
    words, names = _words(language), _Names(language)
    category, kind = (cast("dict[str, str]", words[k]) for k in ("categories", "kinds"))
    yield str(words["category"]), f"{category[rule.category]} (`{rule.category}`)"
    yield str(words["kind"]), kind[rule.kind]
    yield str(words["direction"]), _direction(rule, language)
    swap = rule.kind == "swap"
    yield str(words["from"]), names.any(rule.old) if swap else ""
    yield str(words["to" if swap else "names"]), names.any(rule.new or ((f"q.{rule.of}",) if rule.of else ()))
    yield str(words["acts"]), names.any(rule.acts)
    yield str(words["spared"]), names.any(rule.spared)
    yield str(words["every"]), str(words["and"]).join(names.any(group) for group in rule.every)
    yield str(words["none"]), names.any(rule.none)
    yield str(words["never"]), names.any(rule.never)
    yield str(words["reverse"]), names.any(rule.reverse)
    yield str(words["when"]), cast("dict[str, str]", words["when-kinds"])[rule.when]
    yield str(words["order"]), str(words["last"]) if rule.last else ""
    yield str(words["law"]), "; ".join(rule.law)
    terms = dict.fromkeys(t for a in (*rule.old, *rule.new) if (c := concepts.find(a.lstrip("+-"))) for t in c.terms)
    yield str(words["terms"]), ", ".join(f"`{term}`" for term in terms)


def _direction(rule: Rule, language: str) -> str:
    words = _words(language)
    directions, said = (cast("dict[str, str]", words[k]) for k in ("directions", "direction-words"))
    if rule.kind != "quantity":
        return directions[rule.direction]
    return directions["longer"].format(longer=said[rule.longer or "neutral"], single=said[rule.single or "neutral"])


class _Names:
    """What people call the atoms of rules."""

    def __init__(self, language: str) -> None:
        self.language, self.words = language, _words(language)

    def any(self, atoms: Sequence[str]) -> str:
        """Name several, of which any will do."""
        return str(self.words["or"]).join(dict.fromkeys(self.one(a) for a in atoms))

    def one(self, atom: str) -> str:
        """Name one: a concept, a kind of section, or a whole group."""
        sign, bare = (atom[0], atom[1:]) if atom[0] in "+-" else ("", atom)
        group, _, rest = bare.partition(".")
        name = self._bare(bare, group, rest)
        mark = {"+": "affirmed", "-": "denied"}.get(sign)
        return str(self.words[mark]).format(name=name) if mark else name

    def _bare(self, bare: str, group: str, rest: str) -> str:
        if not rest:
            return cast("dict[str, str]", self.words["groups"]).get(group, group)
        if group in ("field", "label"):
            return str(self.words[group]).format(name=cast("dict[str, str]", self.words["fields"]).get(rest, rest))
        if group == "edit":
            return cast("dict[str, str]", self.words["edit"]).get(rest, rest)
        concept = concepts.find(bare)
        return concept.label[self.language] if concept else bare


def _example(example: Example, language: str) -> str:
    words = _words(language)
    said = cast("dict[str, str]", words["direction-words"])[example.finds]
    under = f" ({str(words['under']).format(heading=example.under)})" if example.under else ""
    nothing = str(words["nothing"])
    return "\n".join(
        [
            f"**{words['examples']}**{under}",
            "",
            f"- {words['before']}: {_spoken(example.before, nothing)}",
            f"- {words['after']}: {_spoken(example.after, nothing)}",
            f"- → {str(words['finds']).format(direction=said)}",
            f"- {words['guard']}: {_spoken(example.guard, nothing)}",
        ]
    )


def _spoken(text: str, nothing: str) -> str:
    return f"“{text}”" if text else nothing


def laws(language: str) -> dict[str, str]:
    """Give the full names of the laws by the short ones that rules use."""
    return cast("dict[str, str]", _words(language)["laws"])


def _laws(language: str) -> str:
    rows = "\n".join(f"- **{short}**: {name}" for short, name in laws(language).items())
    return f"## {_words(language)['laws-title']}\n\n{rows}"


def _concepts(language: str) -> str:
    words = _words(language)
    column = cast("dict[str, str]", words["column"])
    spaces = ", ".join(f"`{name}:` = `{iri}`" for name, iri in concepts.SPACES.items())
    rows = [f"| {' | '.join(column[k] for k in ('concept', 'name', 'terms', 'wider'))} |", "|---|---|---|---|"]
    for concept in concepts.load().values():
        none = str(words["no-term"]).format(why=concept.why_none[language]) if concept.why_none else ""
        wider = ", ".join(f"`{w}`" for w in sorted(concepts.broader(concept.name)))
        terms = ", ".join(f"`{t}`" for t in concept.terms) or none
        rows.append(f"| `{concept.name}` | {concept.label[language]} | {terms} | {wider} |")
    intro = str(words["concepts-intro"]).format(spaces=spaces)
    return "\n\n".join([f"## {words['concepts']}", intro, "\n".join(rows)])


@cache
def _words(language: str) -> dict[str, object]:
    name = f"words.{language}.yaml"
    return cast("dict[str, object]", read((FOLDER / name).read_bytes(), f"reference/{name}"))
