"""The words of reports, by language; a key or argument that is missing is an error, never a gap in a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Final

from policy_versions.decisions import Block
from policy_versions.errors import ConfigError
from policy_versions.model import Level
from policy_versions.strict_yaml import Node, ours

LANGUAGES: Final = ("zh-CN", "en")
_FULL: Final = ("。", "！", "？", "；", "：", "”")
_PARTS: Final = ("strings", "report", "decisions", "lint", "comments", "recall", "cli")


class Words:
    """The words of one language, or of several said side by side."""

    def __init__(self, tables: tuple[Mapping[str, str], ...], languages: tuple[str, ...]) -> None:
        self._tables = tables
        self.languages = languages

    def __call__(self, key: str, **args: object) -> str:
        """Return a sentence; KeyError for one that nobody wrote."""
        said = dict.fromkeys(table[key].format_map(args) for table in self._tables)
        return " · ".join(said)

    @property
    def alone(self) -> tuple[Words, ...]:
        """Return the words of each language by itself: what is put together must not mix them."""
        return tuple(Words((t,), (x,)) for t, x in zip(self._tables, self.languages, strict=True))

    def each(self, make: Callable[[Words], str], between: str = " · ") -> str:
        """Make a text in each language and set them side by side."""
        return between.join(dict.fromkeys(make(one) for one in self.alone))

    def has(self, key: str) -> bool:
        """Say whether there is such a sentence."""
        return key in self._tables[0]

    def names(self, key: str) -> tuple[str, ...]:
        """Name what a sentence must be given."""
        return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(self._tables[0][key]) if name))

    def block(self, block: Block) -> str:
        """Say what stands in the way, and how to clear it."""
        return beside(self.what(block), self.how(block))

    def parts(self, key: str, args: Mapping[str, str]) -> tuple[tuple[bool, str], ...]:
        """Return a sentence in pieces, each with whether it is a command or name (between backticks in ours)."""
        named = self._named(args)
        pieces = enumerate(self._tables[0][key].split("`"))
        return tuple((bool(n % 2), piece.format_map(named)) for n, piece in pieces if piece)

    def what(self, block: Block) -> str:
        """Say what stands in the way."""
        return self(self.key(block, "what"), **self._named(block.args))

    def how(self, block: Block) -> str:
        """Say how to clear it."""
        return self(self.key(block, "how"), **self._named(block.args))

    def key(self, block: Block, part: str) -> str:
        """Name the sentence on a block (what, how): that for its variant, where there is one."""
        key = f"block.{block.code}.{part}"
        own = f"{key}-{block.args.get('variant', '')}"
        return own if self.has(own) else key

    def level(self, level: Level) -> str:
        """Return a level with its sign."""
        return f"{self(f'sign.{level}')} {self(f'level.{level}')}"

    def texts(self, by_language: Mapping[str, str]) -> str:
        """Choose from texts by language; whatever there is when ours is missing."""
        chosen = [by_language[x] for x in self.languages if by_language.get(x)] or list(by_language.values())[:1]
        return " · ".join(dict.fromkeys(chosen))

    def _named(self, args: Mapping[str, str]) -> dict[str, str]:
        """Replace words of ours among the arguments by what people call them."""
        named = dict(args)
        for key, kind in (
            ("level", "level"),
            ("law", "level"),
            ("category", "category"),
            ("verdict", "verdict"),
            ("direction", "direction"),
        ):
            if key in named and self.has(f"{kind}.{named[key]}"):
                named[key] = self(f"{kind}.{named[key]}")
        return named


def beside(one: str, other: str) -> str:
    """Set two sentences side by side: a blank between them, but none behind Chinese punctuation."""
    return one + other if one.endswith(_FULL) else f"{one} {other}".strip()


@cache
def words(*languages: str) -> Words:
    """Return the words of some languages (zh-CN, en); ConfigError names those there are."""
    unknown = [x for x in languages if x not in LANGUAGES]
    if unknown or not languages:
        raise ConfigError([f"no words in {', '.join(unknown) or 'no language'} (allowed: {', '.join(LANGUAGES)})"])
    return Words(tuple(_table(x) for x in languages), languages)


@cache
def _table(language: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in _PARTS:
        name = f"{part}.{language}.yaml"
        _flatten(ours(Path(__file__).parent / name, name), "", found)
    return found


def _flatten(node: Node, at: str, into: dict[str, str]) -> None:
    if isinstance(node, dict):
        for key, child in node.items():
            _flatten(child, f"{at}.{key}".lstrip("."), into)
    else:
        into[at] = str(node)
