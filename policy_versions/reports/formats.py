"""The formats of a report by name; each is one module, loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Final, Protocol

from policy_versions.reports.summary import Report
from policy_versions.reports.words import LANGUAGES, Words, words


class Render(Protocol):
    """Makes the text of a report."""

    def __call__(self, report: Report, say: Words) -> str:
        """Return it in the languages of `say`."""
        ...


# name -> (module, function, whether it speaks both languages when nobody asks for one)
FORMATS: Final[dict[str, tuple[str, str, bool]]] = {
    "text": ("text", "render", False),
    "json": ("json", "render", True),
    "markdown": ("markdown", "render", True),
    "summary": ("markdown", "summary", True),
    "github": ("github", "render", True),
    "sarif": ("sarif", "render", True),
    "gitlab": ("gitlab", "render", True),
}
FORESEEN: Final = frozenset({"json", "markdown", "summary"})
"""The formats that show the notice without being asked."""


def render(name: str, report: Report, lang: str | None, default: str) -> str:
    """Return the report in a format, in a language, or in both or the default one as the format likes."""
    module, function, both = FORMATS[name]
    make: Render = getattr(import_module(f"policy_versions.reports.{module}"), function)
    return make(report, words(lang) if lang else words(*LANGUAGES) if both else words(default))
