"""One check of a pull request as a whole process, against the imports that any such tool must make."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from tests.bench.harness import compare

IMPORTS = [sys.executable, "-c", "import git, markdown_it, click"]
SAMPLE = Path("policies/privacy/zh-CN.md")
EDITS = (("+86 10 0000 0101", "+86 10 0000 0202"), ("15 ", "30 "))


def bench() -> None:
    """Time `policyctl check` on an edit of two sentences in the sample policy that `policyctl init` lays out."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "repository"
        run = [sys.executable, "-m", "policy_versions"]
        # Packages come compiled, ours as well once installed: let both sides keep what they compile, out of the tree.
        given = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment = {**given, "PYTHONPYCACHEPREFIX": str(Path(folder) / "compiled")}
        subprocess.run(IMPORTS, check=True, env=environment)
        subprocess.run([*run, "init", root], check=True, capture_output=True)
        text = files("policy_versions").joinpath("samples", *SAMPLE.parts).read_text(encoding="utf-8")
        for before, after in EDITS:
            text = text.replace(before, after, 1)
        (root / SAMPLE).write_text(text, encoding="utf-8")
        checked = subprocess.run(
            [*run, "check", "-C", root, "--format", "json"], check=False, capture_output=True, env=environment
        )
        if checked.returncode != 1 or b'"findings": [\n' not in checked.stdout:
            sys.exit(f"the check of the bench found nothing: {checked.stderr.decode()}")
        compare(
            "check a pull request (whole process)",
            lambda: subprocess.run([*run, "check", "-C", root], check=False, capture_output=True, env=environment),
            lambda: subprocess.run(IMPORTS, check=True, env=environment),
            2.5,
            rounds=7,
        )
