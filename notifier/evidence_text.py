"""Evidence in words, for people and courts, in the languages of the notices."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from notifier.consent_log import stamp
from notifier.evidence import Evidence
from notifier.render import FOLDER, LANGUAGES
from policy_versions.model import Publisher


@cache
def _environment() -> Environment:
    return Environment(  # noqa: S701 - plain text for a terminal, no HTML
        loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def _words(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / language / "evidence.toml").read_text(encoding="utf-8"))


def language_of(wanted: str) -> str:
    """Choose a language that evidence can be written in."""
    if wanted in LANGUAGES:
        return wanted
    return "zh-CN" if wanted.startswith("zh") else "en"


def in_words(evidence: Evidence, publisher: Publisher, wanted: str) -> str:
    """Write the evidence as text."""
    language = language_of(wanted)
    titles = {
        found.policy: publisher.policy_titles.get(found.policy, {}).get(language, found.policy)
        for found in evidence.policies
    }
    context = {
        "e": evidence,
        "w": _words(language),
        "titles": titles,
        "language": language,
        "timezone": publisher.timezone,
        "stamp": stamp,
    }
    text = _environment().get_template(f"{language}/evidence.txt").render(context)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
