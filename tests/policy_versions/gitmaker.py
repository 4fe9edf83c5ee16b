"""Make git histories for tests: plain git, fixed times, no settings of the person who runs them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class GitMaker:
    """A repository whose commits are a day apart, from 2024-01-01 noon UTC on."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.day = 0
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str | bytes, **env: str) -> str:
        """Run git and return what it says."""
        identity = {f"GIT_{r}_{k}": v for r in ("AUTHOR", "COMMITTER") for k, v in (("NAME", "T"), ("EMAIL", "t@e.cn"))}
        environment = {
            **os.environ,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            **identity,
            **env,
        }
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout).strip()

    def dates(self, author: str = "", committer: str = "") -> dict[str, str]:
        """Give the times of the next commit."""
        day = f"@{1704110400 + self.day * 86400} +0000"
        self.day += 1
        return {"GIT_AUTHOR_DATE": author or day, "GIT_COMMITTER_DATE": committer or day}

    def write(self, path: str | bytes, data: str | bytes) -> None:
        """Write a file, its folders too."""
        file = os.path.join(os.fsencode(self.root), os.fsencode(path))  # noqa: PTH118 - bytes
        os.makedirs(os.path.dirname(file), exist_ok=True)  # noqa: PTH103, PTH120
        with open(file, "wb") as out:  # noqa: PTH123
            out.write(data.encode() if isinstance(data, str) else data)

    def commit(self, files: dict[str, str | bytes] | None = None, author: str = "", committer: str = "") -> str:
        """Commit these files and whatever else lies about; return the commit."""
        for path, data in (files or {}).items():
            self.write(path, data)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", f"day {self.day}", **self.dates(author, committer))
        return self.git("rev-parse", "HEAD")

    def release(self, files: dict[str, str | bytes], number: str, policy: str = "privacy") -> str:
        """Commit a version with its release file and give it the annotated tag that makes it one."""
        commit = self.commit(files)
        self.git("tag", "-a", "-m", number, f"{policy}/v{number}", **self.dates())
        return commit

    def merge(self, branch: str, *arguments: str) -> str:
        """Merge a branch without a fast forward."""
        self.git("merge", "--quiet", "--no-ff", "-m", f"merge {branch}", *arguments, branch, **self.dates())
        return self.git("rev-parse", "HEAD")
