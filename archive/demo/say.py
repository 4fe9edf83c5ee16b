"""What the demo prints: numbered stations, what happened, where to look; in one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archive.strings import Strings, load
from policy_versions.model import Level
from policy_versions.reports.words import Words, words

Write = Callable[[str], None]


class Narrator:
    """Tells the walk line by line; knows the words, not what happens. `tool` is how the reader calls `policyctl`."""

    def __init__(self, language: str, write: Write, tool: str = "policyctl") -> None:
        self.words: Strings = load(language)
        self.reports: Words = words(language)
        self.language = language
        self.tool = tool
        self.write = write
        self._station = 0

    def title(self, key: str, **values: object) -> None:
        """Print a line that belongs to no station."""
        self.write(self.words(f"demo.{key}", **values))

    def station(self, key: str, **values: object) -> None:
        """Open the next station."""
        self._station += 1
        self.write("")
        self.write(f"{self._station}  {self.words(f'demo.{key}', **values)}")

    def say(self, key: str, **values: object) -> None:
        """Say what happened."""
        self.line(self.words(f"demo.{key}", **values))

    def line(self, text: str) -> None:
        """Print text that is already in the right language, or in none."""
        for part in text.splitlines():
            self.write(f"   {part}".rstrip())

    def look(self, *places: object) -> None:
        """Say where to look, one place a line."""
        label = self.words("demo.look")
        for place in places:
            self.line(f"{label}{place}")

    def level(self, level: Level) -> str:
        """Name a level with its sign."""
        return self.reports.level(level)

    def pick(self, texts: Mapping[str, str]) -> str:
        """Choose the text of this language."""
        return texts[self.language]
