"""Addresses of the archive: permanent paths, and the relative way from one to another."""

from __future__ import annotations

import posixpath
from typing import Final
from urllib.parse import quote, urljoin

INDEX: Final = "index.html"
RESERVED: Final = frozenset(
    (
        "on",
        "proof",
        "static",
        "api",
        "answer",
        "choices",
        "receipts",
        "ask",
        "en",
        "zh-cn",
        "healthz",
        "readyz",
        "hooks",
    )
)
"""First parts of paths that belong to the archive itself; no policy may have such an id."""


def home(ui: str = "") -> str:
    """Return the home page; `ui` is empty for the site's first language, here and below."""
    return _folder(ui)


def on(ui: str = "") -> str:
    """Return the page that finds a version by date."""
    return _folder("on", ui)


def proof(ui: str = "") -> str:
    """Return the page on how to check."""
    return _folder("proof", ui)


def timeline(policy: str, ui: str = "", *, year: str = "", category: str = "") -> str:
    """Return the versions of a policy, all of them or those of a year or a category."""
    narrowed = ("year", year) if year else ("category", category) if category else ()
    return _folder(policy, *narrowed, ui)


def version(policy: str, number: str, language: str) -> str:
    """Return the permanent address of a text."""
    return _folder(policy, f"v{number}", language)


def raw(policy: str, number: str, language: str) -> str:
    """Return the address of a text's own bytes."""
    return f"{policy}/v{number}/{language}.md"


def redline(policy: str, old: str, new: str, language: str) -> str:
    """Return the comparison of two versions."""
    return _folder(policy, f"v{old}..v{new}", language)


def on_date(policy: str, day: str, ui: str = "") -> str:
    """Return the version of a day."""
    return _folder(policy, "on", day, ui)


def feed(policy: str, kind: str, ui: str = "") -> str:
    """Return a feed: kind is `atom` or `json`; of all policies when `policy` is empty."""
    return "/".join(part for part in (policy, ui, f"feed.{kind}") if part)


def relative(here: str, there: str) -> str:
    """Return the way from one path to another, so that the archive works under any prefix and from a zip."""
    return quote(posixpath.relpath(there, posixpath.dirname(here) or "."), safe="/:.@~!$&'()*+,;=-_#")


def root(here: str) -> str:
    """Return the way from a path to the archive's root: empty or ending in a slash."""
    return "../" * here.count("/")


def absolute(base: str, path: str) -> str:
    """Return the public address of a path; folders end in a slash."""
    return urljoin(
        base if base.endswith("/") else f"{base}/", quote(path.removesuffix(INDEX), safe="/:.@~!$&'()*+,;=-_")
    )


def _folder(*parts: str) -> str:
    return "/".join([*(part for part in parts if part), INDEX])
