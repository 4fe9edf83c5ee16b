"""What the whole suite shares: where the corpus is, and which servers this machine has."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("POLICY_VERSIONS_SHARED", ROOT.parent / "shared"))
SERVERS = {"postgres": "TEST_POSTGRES_URL", "redis": "TEST_REDIS_URL", "rabbitmq": "TEST_AMQP_URL"}
CHROMIUM = os.environ.get("TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

for _name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "POLICYCTL_LANG", "POLICYCTL_RECIPIENTS"):
    os.environ.pop(_name, None)  # they change what `check` prints; tests that want them set them
settings.register_profile("suite", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what needs something that this machine lacks."""
    for item in items:
        for marker, variable in SERVERS.items():
            if item.get_closest_marker(marker) and not os.environ.get(variable):
                item.add_marker(pytest.mark.skip(reason=f"{variable} is not set: no {marker} to test with"))
        if item.get_closest_marker("browser") and not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="no Chromium found (TEST_CHROMIUM or `chromium` on PATH)"))
        if item.get_closest_marker("shared") and not SHARED.is_dir():
            item.add_marker(pytest.mark.skip(reason=f"no corpus at {SHARED} (POLICY_VERSIONS_SHARED)"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of the shared corpus."""
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of the browser."""
    assert CHROMIUM is not None
    return CHROMIUM
