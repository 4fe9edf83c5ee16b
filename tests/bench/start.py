"""Start of the command as a whole process, against the import of the library that reads its options."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from tests.bench.harness import compare


def bench() -> None:
    """Time `policyctl --help`: nothing heavy may be imported before it is used."""
    with tempfile.TemporaryDirectory() as folder:
        # Packages come compiled, ours as well once installed: let both sides keep what they compile, out of the tree.
        given = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment = {**given, "PYTHONPYCACHEPREFIX": folder}
        ours = [sys.executable, "-m", "policy_versions", "--help"]
        limit = [sys.executable, "-c", "import click"]
        for command in (ours, limit):
            subprocess.run(command, check=True, capture_output=True, env=environment)
        compare(
            "start: policyctl --help (whole process)",
            lambda: subprocess.run(ours, check=True, capture_output=True, env=environment),
            lambda: subprocess.run(limit, check=True, capture_output=True, env=environment),
            1.5,
            rounds=15,
        )
