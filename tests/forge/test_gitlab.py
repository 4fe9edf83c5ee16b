"""The scripts of the GitLab pipeline that `policyctl init` writes, run as a runner runs them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from policy_versions.commands.init import SAMPLES
from policy_versions.strict_yaml import read
from tests.forge.hub import TOKEN, Hub, Trouble
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


class Notes:
    """A merge request, notes on it, and the job that answers them."""

    def __init__(self, place: Place, hub: Hub) -> None:
        self.place, self.hub = place, hub
        self.work = place.checkout("work")
        hub.refs["edit"] = place.git.git("rev-parse", "edit")
        hub.members[77] = 30
        hub.land = self.land
        self.merge(12)

    def merge(self, number: int, source: int = 7) -> None:
        """Open a merge request of the edit."""
        self.hub.merges = [{
            "iid": number, "state": "opened", "source_branch": "edit", "target_branch": "main",
            "sha": self.hub.refs["edit"], "source_project_id": source, "target_project_id": 7,
        }]  # fmt: skip

    def land(self, body: dict[str, Any]) -> str:
        """Commit as GitLab does, so that the branch really moves."""
        self.place.git.git("switch", "--quiet", "edit")
        for action in body["actions"]:
            self.place.git.write(action["file_path"], base64.b64decode(action["content"]))
        sha = self.place.git.commit()
        self.place.git.git("push", "--quiet", "origin", "edit")
        return sha

    def marks(self) -> list[str]:
        """Return the fingerprints of the change."""
        report = json.loads(self.place.ctl("check", "main..edit", "--format", "json", codes=(0, 1)))
        return [f["fingerprint"][:8] for f in report["policies"][0]["findings"]]

    def job(self) -> subprocess.CompletedProcess[str]:
        """Run the job of a schedule or a webhook."""
        head = self.place.git.git("-C", str(self.work), "rev-parse", "origin/main")
        api = {
            "CI_API_V4_URL": f"{self.hub.url}/api/v4",
            "CI_PROJECT_ID": "7",
            "GITLAB_TOKEN": TOKEN,
            "CI_COMMIT_SHA": head,
        }
        return run("policy-command", self.work, POLICYCTL_LANG="en", **api)

    def answers(self) -> list[str]:
        """Return what was answered."""
        return [c["body"] for c in self.hub.comments if c["author"]["username"] == "policy-bot"]


@pytest.fixture
def notes(edited: Place, hub: Hub, tmp_path: Path) -> Notes:
    return Notes(edited.copy(tmp_path / "place"), hub)


def test_notes_are_answered_once_each_and_committed_in_the_writer_s_name(notes: Notes, hub: Hub) -> None:
    hub.say("lin-legal", f"看过了。\n\n/policy 同意 {'、'.join(notes.marks())} 邮箱更换")
    hub.say("lin-legal", "/policy 摘要\n中文：联系邮箱变更\nen: A new address")
    hub.say("zhou", "looks good to me")
    done = notes.job()
    assert (done.returncode, "2 notes ask" in done.stdout) == (0, True), done.stdout + done.stderr
    assert len(notes.answers()) == 2
    first, second = hub.landed
    assert (first["author_name"], first["author_email"]) == ("lin-legal", "77-lin-legal@users.noreply.127.0.0.1")
    assert [a["action"] for a in first["actions"]] == ["create"]
    assert [a["action"] for a in second["actions"]] == ["update"]
    assert "policies/privacy/releases/1.1.0.yaml" in first["actions"][0]["file_path"]
    assert json.loads(notes.place.ctl("check", "main..edit", "--format", "json"))["blocked"] is False
    again = notes.job()
    assert (again.returncode, len(notes.answers()), len(hub.landed)) == (0, 2, 2), again.stdout + again.stderr


def test_who_may_not_write_and_what_was_edited_changes_nothing(notes: Notes, hub: Hub) -> None:
    mark = notes.marks()[0]
    hub.say("lin-legal", f"/policy agree {mark} checked")
    hub.comments[0]["updated_at"] = "2099-01-01T00:00:00.000Z"
    hub.say("mallory", f"/policy agree {mark} I say so")
    hub.say("lin-legal", "/policy aggree x")
    old = hub.say("lin-legal", f"/policy agree {mark} long ago")
    hub.comments[old - 1]["created_at"] = hub.comments[old - 1]["updated_at"] = "2020-01-01T00:00:00.000Z"
    assert notes.job().returncode == 0
    assert hub.landed == []
    edited, stranger, wrong = notes.answers()
    assert "was edited" in edited
    assert "mallory" in stranger
    assert "is no command" in wrong
    hub.comments.clear()
    hub.members[77] = 20
    hub.say("lin-legal", f"/policy agree {mark} checked")
    assert notes.job().returncode == 0
    assert hub.landed == []
    assert "no member or collaborator" in notes.answers()[0]


def test_a_fork_s_branch_is_not_written_and_a_file_that_changed_meanwhile_is_left(notes: Notes, hub: Hub) -> None:
    notes.place.git.git("push", "--quiet", "origin", "edit:refs/merge-requests/12/head")
    mark = notes.marks()[0]
    hub.say("lin-legal", f"/policy agree {mark} checked")
    notes.merge(12, source=99)
    assert notes.job().returncode == 0
    assert "99" in notes.answers()[0]
    hub.comments.clear()
    notes.merge(12)
    hub.say("lin-legal", f"/policy agree {mark} checked")
    hub.troubles["POST repository/commits"] = [Trouble(400, {}, b'{"message": "You are attempting to update a file"}')]
    done = notes.job()
    assert (done.returncode, hub.landed) == (0, []), done.stderr
    assert "new commits since the comment" in notes.answers()[0]


def test_a_merge_request_that_cannot_be_read_fails_alone(notes: Notes, hub: Hub) -> None:
    notes.place.git.git("switch", "--quiet", "edit")
    (notes.place.git.root / "policy.toml").write_text("schema = 'x'\n", "utf-8")
    hub.refs["edit"] = notes.place.push("broken", "edit")
    hub.say("lin-legal", "/policy status")
    hub.say("lin-legal", "/policy help")
    done = notes.job()
    assert (done.returncode, len(notes.answers())) == (1, 2), done.stderr
    assert "policy.toml: key 'schema'" in notes.answers()[0]


def test_the_command_job_runs_on_the_protected_branch_alone_and_publishing_not_with_it() -> None:
    (rule,) = job("policy-command")["rules"]
    assert "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" in rule["if"]
    assert job("policy-command")["variables"] == {"GITLAB_TOKEN": "$COMMAND_TOKEN"}
    (rule,) = job("policy-publish")["rules"]
    assert "!~ /^(schedule|trigger)$/" in rule["if"]
    script = "\n".join(job("policy-command")["script"])
    assert "env -u GITLAB_TOKEN -u COMMAND_TOKEN -u PUSH_TOKEN -u CI_JOB_TOKEN" in script


def test_the_token_is_only_used_where_a_fork_cannot_read_it() -> None:
    (rule,) = job("policy-comment")["rules"]
    assert "$CI_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID" in rule["if"]
    assert "GITLAB_TOKEN" not in "\n".join(job("policy-check")["script"])
    with pytest.raises(KeyError):
        job("policy-notify")
