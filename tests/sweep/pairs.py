"""Which changes a history holds: the consecutive texts of each privacy or cookie policy in it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from policy_versions import importing
from policy_versions.history import Repository


@dataclass(frozen=True, slots=True)
class Pair:
    """One change of one document; texts are named by their blobs, `language` is `und` where the name does not tell."""

    history: str
    repository: Path
    policy: str
    path: str
    language: str
    commits: tuple[str, str]
    blobs: tuple[str, str]

    @property
    def name(self) -> str:
        """Name the document and both commits, for people."""
        return f"{self.history}: {self.path} {self.commits[0][:10]}..{self.commits[1][:10]}"


@contextmanager
def opened(history: Path) -> Iterator[Path]:
    """Give the folder of a repository; a bundle is unpacked beside it for as long."""
    if history.is_dir():
        yield history
        return
    with TemporaryDirectory() as folder:
        target = Path(folder) / history.stem
        done = subprocess.run(
            ["git", "clone", "--quiet", "--bare", "--", history, target], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{history}: neither a folder nor a bundle that git can read: {done.stderr.strip()}")
        yield target


def pairs(folder: Path, name: str, documents: re.Pattern[str]) -> Iterator[Pair]:
    """List the changes of the documents whose path matches, oldest first in each document."""
    with Repository.open(folder) as repository:
        follower = repository.follow(repository.resolve(repository.default_ref()))
        plan = importing.plan(follower.documents, repository.blob, follower.of)
    for policy, group in plan.policies.items():
        for found in group:
            for old, new in pairwise(found.document.entries):
                if old.blob != new.blob and documents.search(new.path):
                    texts, commits = (old.blob, new.blob), (old.commit, new.commit)
                    yield Pair(name, folder, policy, new.path, found.language, commits, texts)
