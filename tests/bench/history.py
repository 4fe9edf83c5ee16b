"""Read whole histories: list, read and hash every version, against git's own two commands read by Python."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from policy_versions import importing
from policy_versions.config import Config, parse
from policy_versions.history import Repository, versions
from tests.bench.harness import compare

SHARED = Path(os.environ.get("POLICY_VERSIONS_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
REF = "origin/main"


def limit(clone: Path) -> int:
    """Read every blob that `git log --raw --no-renames` names, and nothing more; return the bytes."""
    command = ["git", "log", "--raw", "-z", "--no-renames", "--no-abbrev", "--format=", REF]
    log = subprocess.run(command, cwd=clone, capture_output=True, check=True).stdout.split(b"\0")
    blobs = [meta.split(b" ")[3] for meta in log[::2] if meta and not meta.split(b" ")[3].startswith(b"0000000")]
    total = 0
    with tempfile.TemporaryFile() as given:
        given.write(b"\n".join(blobs) + b"\n")
        given.seek(0)
        batch = ["git", "cat-file", "--batch", "--buffer"]
        with subprocess.Popen(batch, cwd=clone, stdin=given, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in blobs:
                size = int(process.stdout.readline().split()[2])
                total += len(process.stdout.read(size))
                process.stdout.read(1)
    return total


def ours(clone: Path, config: Config) -> int:
    """List every version of every policy with its hash."""
    with Repository.open(clone) as repository:
        return len(versions(repository, config, today=date(2026, 11, 22)))


def configured(clone: Path) -> Config:
    """Make the configuration that `policyctl import` writes."""
    with Repository.open(clone) as repository:
        follower = repository.follow(repository.resolve(REF))
        plan = importing.plan(follower.documents, repository.blob, follower.of)
    return parse(importing.to_toml(plan, ref=REF, timezone="UTC").encode(), lambda _: True)


def bench() -> None:
    """Compare on both real histories."""
    if not SHARED.is_dir():
        sys.stdout.write(f"history: skipped, no corpus at {SHARED} (POLICY_VERSIONS_SHARED)\n")
        return
    for name in ("site-policy", "pga-versions"):
        with tempfile.TemporaryDirectory() as folder:
            clone = Path(folder) / name
            bundle = SHARED / "corpus" / "git" / f"{name}.bundle"
            subprocess.run(["git", "clone", "--quiet", str(bundle), str(clone)], check=True, capture_output=True)
            config = configured(clone)
            compare(
                f"history: list, read, hash {name}", lambda c=clone, k=config: ours(c, k), lambda c=clone: limit(c), 1.5
            )  # type: ignore[misc]
