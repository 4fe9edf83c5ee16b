"""The folder of a demo: made, recognised, and replaced only when it is one."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from policy_versions.errors import PolicyError

MARK: Final = ".policyctl-demo"


class PlaceError(PolicyError):
    """The demo cannot be laid out there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything of one walk lies."""

    root: Path

    @property
    def repository(self) -> Path:
        """The policy repository."""
        return self.root / "repository"

    @property
    def site(self) -> Path:
        """The exported archive."""
        return self.root / "archive"

    @property
    def mails(self) -> Path:
        """The mails that were sent."""
        return self.root / "mails"

    @property
    def pages(self) -> Path:
        """The pages that people saw when they answered."""
        return self.root / "pages"

    @property
    def evidence(self) -> Path:
        """What can be proved of each person."""
        return self.root / "evidence"

    @property
    def recipients(self) -> Path:
        """The list of people to tell."""
        return self.root / "recipients.csv"

    @property
    def secret(self) -> Path:
        """The key that signs personal links."""
        return self.root / "secret-key"


def prepare(root: Path) -> Place:
    """Make an empty demo folder; one that an earlier demo made is replaced, any other content is left alone."""
    if root.is_symlink() or (root.exists() and not root.is_dir()):
        raise PlaceError(f"{root} is not a folder: name another with --directory")
    if root.is_dir() and any(root.iterdir()):
        if not (root / MARK).is_file():
            raise PlaceError(f"{root} holds files that no demo made: name another folder with --directory")
        shutil.rmtree(root)
    root.mkdir(parents=True, exist_ok=True)
    (root / MARK).write_text("policyctl demo may replace this folder\n", encoding="utf-8")
    return Place(root)
