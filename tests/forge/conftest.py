"""A forge on loopback, and nothing of this machine's environment that could lead elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forge.hub import REPOSITORY, TOKEN, Hub, serving


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Serve an empty repository."""
    with serving(Hub()) as there:
        yield there


@pytest.fixture
def actions(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set the environment of a workflow run; return the folder of its files."""
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "CI_", "GITLAB_", "GITEE_", "RUNNER_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    folder = tmp_path / "runner"
    folder.mkdir()
    given = {
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": hub.url,
        "GITHUB_SERVER_URL": "https://github.example.com",
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "LANG": "C.UTF-8",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return folder
