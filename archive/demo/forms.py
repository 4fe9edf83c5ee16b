"""Read the forms of a page as a browser does, so that the demo's people answer through the pages that people get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

from policy_versions.errors import PolicyError

_PRESSED: Final = {"submit", "image"}
_CHOSEN: Final = {"radio", "checkbox"}


class PageError(PolicyError):
    """A page is not as a person would need it."""


@dataclass(slots=True)
class Form:
    """A form: where it goes, what it sends unasked, which buttons and choices it offers (name, value)."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)

    def pressed(self, value: str) -> Mapping[str, str]:
        """Give what is sent when the button with this value is pressed."""
        for name, offered in self.buttons:
            if offered == value:
                return {**self.values, name: value} if name else dict(self.values)
        raise PageError(f"no button {value!r} in the form of {self.action}: {self.buttons}")


def forms(page: str, url: str) -> tuple[Form, ...]:
    """Read all forms of a page; `url` is where it was got."""
    reader = _Reader(url)
    reader.feed(page)
    return tuple(reader.found)


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._open: Form | None = None
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self._url, given.get("action", ""))
            self._open = Form(action, given.get("method", "get").lower())
            self.found.append(self._open)
        elif self._open is not None and tag in {"input", "button"}:
            self._control(self._open, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    @staticmethod
    def _control(form: Form, tag: str, given: Mapping[str, str]) -> None:
        kind = given.get("type", "submit" if tag == "button" else "text")
        name, value = given.get("name", ""), given.get("value", "")
        if kind in _PRESSED:
            form.buttons.append((name, value))
        elif kind in _CHOSEN:
            form.choices.append((name, value))
            if "checked" in given:
                form.values[name] = value
        elif name:
            form.values[name] = value
