"""The sample history: full first texts and, for each later version, a short ordered list of edits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import msgspec
from ruamel.yaml import YAML

from policy_versions.errors import TextError

SAMPLES: Final[Traversable] = files("policy_versions") / "samples"
POLICY: Final = "privacy"
LANGUAGES: Final = ("zh-CN", "en")
CONFIG: Final = "policy.toml"
_AFTER: Final = timedelta(days=2)
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Edit(msgspec.Struct, frozen=True):
    """Replace `before`, which must stand in the text exactly once, by `after`."""

    before: str
    after: str

    def apply(self, text: str, name: str) -> str:
        """Return the text with this edit made; a passage that is absent or ambiguous is an error."""
        if text.count(self.before) != 1:
            raise TextError(f"{name}: found {text.count(self.before)} times, not once: {self.before!r}")
        return text.replace(self.before, self.after)


class Expected(msgspec.Struct, frozen=True):
    """A finding that a reader expects of a step: category and direction."""

    category: str
    direction: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the sample policy; dates are absent for the change that the demo opens.

    `expect` is what a careful reader finds in it, `also` what they would accept as said by the way; `answers` settle
    what the law's table asks about the whole release (obligations.yaml).
    """

    number: str
    title: Mapping[str, str]
    summaries: Mapping[str, str]
    expect: tuple[Expected, ...] = ()
    also: tuple[Expected, ...] = ()
    edits: Mapping[str, tuple[Edit, ...]] = msgspec.field(default_factory=dict)
    answers: Mapping[str, bool] = msgspec.field(default_factory=dict)
    announced_on: date | None = None
    effective_on: date | None = None

    def means(self, category: str, direction: str) -> bool:
        """Say whether a reader agrees that this version makes such a change."""
        return Expected(category, direction) in (*self.expect, *self.also)


def path(language: str) -> str:
    """Name the file of the sample policy in a policy repository."""
    return f"policies/{POLICY}/{language}.md"


def first() -> dict[str, str]:
    """Give the files of the first version: path in the repository -> text."""
    texts = {path(language): _read(*path(language).split("/")) for language in LANGUAGES}
    return {CONFIG: _read("layout", CONFIG), **texts}


def history() -> tuple[Step, ...]:
    """Give the published versions, oldest first."""
    folder = SAMPLES / "history"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return tuple(_step(_read("history", name)) for name in names)


def open_change() -> Step:
    """Give the change that the demo walks live."""
    return _step(_read("open-change.yaml"))


def apply(step: Step, texts: Mapping[str, str], *, today: date) -> dict[str, str]:
    """Make the edits of a step in the texts (path -> text); `{today}` in an edit is the day, written out."""
    after = dict(texts)
    for key, edits in step.edits.items():
        name = path(key) if key in LANGUAGES else key
        for edit in edits:
            text = edit.after.replace("{today}", written(today, key))
            after[name] = Edit(before=edit.before, after=text).apply(after[name], name)
    return after


def clock(real: Callable[[], datetime]) -> Callable[[], datetime]:
    """Give the time of the walk: the real one, or where this machine's clock lies before the sample's last version,
    a clock that begins just after it."""
    last = history()[-1].effective_on
    behind = datetime.combine(last, time(), UTC) + _AFTER - real() if last else timedelta(0)
    return lambda: real() + max(behind, timedelta(0))


def written(day: date, language: str) -> str:
    """Write a day as the sample texts do."""
    if language == "zh-CN":
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _read(*parts: str) -> str:
    return SAMPLES.joinpath(*parts).read_text("utf-8")


def _step(source: str) -> Step:
    loaded: Any = YAML(typ="safe").load(source)
    return msgspec.convert(loaded, Step)
