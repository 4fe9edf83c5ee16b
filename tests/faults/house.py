"""Small policy repositories that the real commands judge, and the catalogue of what they are to meet."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from policy_versions.cli import main
from policy_versions.strict_yaml import read
from tests.policy_versions.gitmaker import GitMaker

CATALOGUE: Final = Path(__file__).parent / "catalogue.yaml"
SETTINGS: Final = """schema = 1
authoritative = "en"
languages = ["en"]
jurisdictions = ["CN", "EU", "US"]
approvers = ["lin@example.com", "zhou@example.com"]
[site]
title = { en = "Policies" }
url = "https://policies.example.com/"
[controller]
name = { en = "Some Co." }
email = "privacy@example.com"
"""
POLICY: Final = """[[policy]]
id = "{id}"
title = {{ en = "Policy {id}" }}
files = {{ en = "policies/{id}/en.md" }}
"""
PAGE: Final = """# Privacy policy

{day}

## Who we are

Some Co., privacy@example.com. You may complain to the supervisory authority.

## {under}

Hello there.

{sentence}
"""


@dataclass(frozen=True)
class Fault:
    """One entry of the catalogue; `text`, `tests` or `never` says how it stands with it."""

    id: str
    says: str
    text: Mapping[str, Any] = field(default_factory=dict)
    tests: tuple[str, ...] = ()
    never: str = ""
    elsewhere: str = ""

    def page(self, side: str) -> str:
        """Return the policy before or after the change."""
        return page(str(self.text.get(side, "")), str(self.text.get("under", "Further")))


def page(sentence: str, under: str = "Further", *, day: str = "Effective date: 1 January 2020") -> str:
    """Put a sentence into a small sound policy; drafting mends its day."""
    return PAGE.format(under=under, sentence=sentence, day=day).rstrip() + "\n"


@cache
def catalogue() -> tuple[Fault, ...]:
    """Read the catalogue."""
    rows = cast(dict[str, list[dict[str, Any]]], read(CATALOGUE.read_bytes(), CATALOGUE.name))["faults"]
    return tuple(_fault(row) for row in rows)


def _fault(row: dict[str, Any]) -> Fault:
    named = row.get("test", ())
    tests = (named,) if isinstance(named, str) else tuple(named)
    rest = {k: v for k, v in row.items() if k != "test"}
    return Fault(**rest, tests=tests)


class House:
    """A repository and the commands that people run in it."""

    def __init__(self, root: Path, policies: Mapping[str, str], settings: str = SETTINGS) -> None:
        self.git = GitMaker(root)
        self.settings = settings
        toml = settings + "".join(POLICY.format(id=name) for name in policies)
        self.git.commit({"policy.toml": toml, **{f"policies/{k}/en.md": v for k, v in policies.items()}})

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        """Run policyctl in this process; the exit code must be one of these."""
        said = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
        with _plain_environment(), redirect_stdout(said), redirect_stderr(said):
            code = _exit_code([*arguments, "-C", str(self.git.root)])
        text = cast(io.BytesIO, said.buffer).getvalue().decode()
        assert code in codes, (code, text)
        return text

    def publish(self) -> None:
        """Draft, word and publish all there is."""
        self.run("draft")
        for path in self.git.root.glob("policies/*/releases/*.yaml"):
            path.write_text(path.read_text("utf-8").replace('\n  en: ""', "\n  en: Words"), "utf-8")
        self.git.commit()
        self.run("publish")

    def check(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """Judge as CI does; return the reports by policy."""
        found = json.loads(self.run("check", *arguments, "--format", "json", codes=(0, 1)))
        return {p["policy"]: p for p in found["policies"]}

    def draft(self, *answers: str) -> None:
        """Draft with answers to the questions of the table."""
        self.run("draft", *(part for answer in answers for part in ("--answer", answer)))

    def release(self, policy: str = "a") -> Path:
        """Return the newest release file."""
        files = (self.git.root / f"policies/{policy}/releases").glob("*.yaml")
        return max(files, key=lambda p: tuple(map(int, re.findall(r"\d+", p.stem))))


@contextmanager
def _plain_environment() -> Iterator[None]:
    """Hide what the person who runs the tests has set: languages, keys, a forge's variables."""
    kept = {
        k: v for k, v in os.environ.items() if k.startswith(("POLICYCTL_", "GITHUB_", "LC_", "LANG", "FORCE_COLOR"))
    }
    for name in kept:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(kept)


def _exit_code(arguments: list[str]) -> int:
    try:
        main(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def codes(report: Mapping[str, Any], which: str = "blocks") -> set[str]:
    """Name what stands in the way, or is warned of."""
    return {str(b["code"]) for b in report[which]}
