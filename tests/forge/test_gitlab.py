"""The scripts of the GitLab pipeline that `policyctl init` writes, run as a runner runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from policy_versions.commands.init import SAMPLES
from policy_versions.strict_yaml import read
from tests.forge.hub import TOKEN, Hub
from tests.forge.test_actions import Place, drafted, edited, place

__all__ = ["drafted", "edited", "place"]  # fixtures


def job(name: str) -> dict[str, Any]:
    """Return a job of the sample pipeline."""
    data = SAMPLES.joinpath("layout", "gitlab", "gitlab-ci.yml").read_bytes()
    return cast(dict[str, Any], read(data, "gitlab-ci.yml"))[name]  # type: ignore[no-any-return]


def run(name: str, workspace: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a job; GitLab gives the whole script to one shell that ends at the first failure."""
    script = "set -eo pipefail\n" + "\n".join(cast(list[str], job(name)["script"]))
    env = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(workspace),
        "LANG": "C.UTF-8",
        "GITLAB_CI": "true",
        "CI_DEFAULT_BRANCH": "main",
        "GIT_CONFIG_NOSYSTEM": "1",
        "no_proxy": "*",
        **variables,
    }
    return subprocess.run(["bash", "-c", script], cwd=workspace, env=env, capture_output=True, text=True, check=False)


def test_a_merge_request_is_checked_and_told(edited: Place, hub: Hub, tmp_path: Path) -> None:
    there = edited.copy(tmp_path / "place")
    work = there.checkout("work", "edit")
    main, head = (there.git.git("rev-parse", ref) for ref in ("main", "edit"))
    checked = run("policy-check", work, CI_MERGE_REQUEST_DIFF_BASE_SHA=main, CI_COMMIT_SHA=head)
    assert checked.returncode == 1, checked.stderr
    quality = json.loads((work / "gl-code-quality-report.json").read_text("utf-8"))
    assert {"description", "check_name", "fingerprint", "severity", "location"} <= quality[0].keys()
    api = {"CI_API_V4_URL": f"{hub.url}/api/v4", "CI_PROJECT_ID": "7", "CI_MERGE_REQUEST_IID": "12"}
    for expected in ("created", "unchanged"):
        told = run("policy-comment", work, GITLAB_TOKEN=TOKEN, **api)
        assert (told.returncode, expected in told.stdout) == (0, True), told.stderr
    assert "policy/blocked" in hub.labels
    artifacts = job("policy-check")["artifacts"]
    assert artifacts["reports"]["codequality"] == "gl-code-quality-report.json"
    assert artifacts["when"] == "always"


def test_a_merge_publishes_and_builds_the_archive(place: Place) -> None:
    work = place.checkout("work")
    address = str(place.root / "origin.git")
    place.git.git("-C", address, "config", "receive.advertisePushOptions", "true")
    done = run(
        "policy-publish", work, PUSH_TOKEN="x", CI_PUSH_URL=address, GITLAB_USER_NAME="lin", GITLAB_USER_EMAIL="l@e.cn"
    )
    assert done.returncode == 0, done.stderr
    assert place.origin("rev-parse", "main") == place.origin("rev-parse", "privacy/v1.0.0^{commit}")
    assert place.origin("log", "-1", "--format=%an", "main") == "lin"
    assert (work / "public/privacy/v1.0.0/zh-CN/index.html").is_file()
    assert "x" not in done.stdout.split()


def test_the_token_is_only_used_where_a_fork_cannot_read_it() -> None:
    (rule,) = job("policy-comment")["rules"]
    assert "$CI_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID" in rule["if"]
    assert "GITLAB_TOKEN" not in "\n".join(job("policy-check")["script"])
    with pytest.raises(KeyError):
        job("policy-notify")
