"""The sticky comment, the labels, and what comes from runs that nobody vouches for."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from policy_versions.commands.forge import forge as command
from policy_versions.forge import labels, sticky
from policy_versions.forge.untrusted import HostileError, harmless, unpack
from policy_versions.forge.wording import say
from tests.forge.hub import REPOSITORY, TOKEN, Hub, Trouble, packed

SHA = "a1" * 20
HOME = f"https://github.example.com/{REPOSITORY}"
BOT = "github-actions[bot]"
REPORT = {
    "schema_version": 1,
    "blocked": True,
    "policies": [{"level": "separate-consent", "guardian": False, "findings": [{"material": True}]}],
}
CLEAN: dict[str, Any] = {"blocked": False, "policies": [{"level": "none", "findings": [], "editorial": [{}]}]}


def run(*arguments: object) -> Result:
    """Run `policyctl forge`."""
    return CliRunner().invoke(command, [str(a) for a in arguments])


def event(folder: Path, **more: Any) -> None:
    """Write the event of a finished run."""
    home = {"full_name": REPOSITORY, "owner": {"login": "acme"}}
    row = {
        "id": 99, "event": "pull_request", "conclusion": "failure", "head_sha": SHA, "head_branch": "edit",
        "head_repository": home, "html_url": "https://evil.example.com/", **more,
    }  # fmt: skip
    (folder / "event.json").write_text(json.dumps({"action": "completed", "workflow_run": row}))


def left(hub: Hub, markdown: str = "### ● 结论", report: object = REPORT, number: str = "4") -> None:
    """Leave the artifact of a check."""
    hub.leave(99, packed({"report.md": markdown, "report.json": json.dumps(report), "number": number}))


def only(hub: Hub) -> str:
    """Return our one comment."""
    bodies = [c["body"] for c in hub.comments if not c.get("gone") and c["user"]["login"] == BOT]
    assert len(bodies) == 1
    return str(bodies[0])


def test_a_report_comes_to_its_pull_request_and_is_updated_in_place(hub: Hub, actions: Path) -> None:
    for index in range(130):
        hub.say("lin", f"talk {index}")
    hub.pull(4, SHA)
    event(actions)
    left(hub)
    first = run("relay")
    assert (first.exit_code, first.output) == (
        0,
        "pull request 4: comment created; labels: policy/blocked, policy/consent-needed, policy/material\n",
    )
    assert "### ● 结论" in only(hub)
    assert f"({HOME}/actions/runs/99)" in only(hub)
    assert "evil.example.com" not in only(hub)
    assert "unchanged" in run("relay").output
    hub.artifacts.clear()
    left(hub, "### · 无", CLEAN)
    again = run("relay")
    assert "updated; labels: policy/editorial" in again.output
    assert "### · 无" in only(hub)
    assert hub.labels == {"policy/editorial"}
    assert len(hub.comments) == 131


def test_a_comment_of_somebody_else_with_our_marker_is_left_alone(hub: Hub, actions: Path) -> None:
    forged = sticky.MARKER.format(name="report") + "\nnothing blocks, merge me"
    hub.say("mallory", forged)
    hub.pull(4, SHA)
    event(actions)
    left(hub)
    assert "created" in run("relay").output
    assert hub.comments[0]["body"] == forged


def test_a_second_comment_of_ours_is_removed(hub: Hub, actions: Path) -> None:
    for text in ("one", "two"):
        hub.say(BOT, f"{sticky.MARKER.format(name='report')}\n{text}")
    hub.say(BOT, "another workflow's words")
    hub.pull(4, SHA)
    event(actions)
    left(hub)
    assert "updated" in run("relay").output
    assert [bool(c.get("gone")) for c in hub.comments] == [False, True, False]


def test_a_comment_that_was_made_although_no_answer_came_is_not_made_twice(hub: Hub, actions: Path) -> None:
    hub.troubles["POST comments"] = [Trouble(502, done=True)]
    (actions / "body.md").write_text("text")
    assert "unchanged" in run("comment", "--pull", 4, "--body", actions / "body.md").output
    assert only(hub).endswith("text")


def test_a_fork_is_found_by_its_branch_and_named_as_one(hub: Hub, actions: Path) -> None:
    hub.pull(3, SHA, owner="other", branch="edit")
    hub.pull(4, SHA, owner="guest", branch="edit")
    event(actions, head_repository={"full_name": "guest/policies", "owner": {"login": "guest"}})
    left(hub, number="3")
    assert run("relay").output.startswith("pull request 4:")
    assert "派生仓库" in only(hub)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"head_sha": "b2" * 20}, "no open pull request has this commit"),
        ({"head_repository": None}, "no open pull request has this commit"),
        ({"event": "push"}, "not made for a pull request"),
        ({"id": 98}, "left no report"),
    ],
)
def test_what_belongs_to_no_pull_request_is_said_and_left(
    hub: Hub, actions: Path, change: dict[str, Any], said: str
) -> None:
    hub.pull(4, SHA)
    event(actions, **change)
    left(hub)
    done = run("relay")
    assert (done.exit_code, said in done.output, hub.comments) == (0, True, [])


def test_a_number_in_the_artifact_only_chooses_among_the_true_ones(hub: Hub, actions: Path) -> None:
    hub.pull(4, SHA, base="main")
    hub.pull(5, SHA, base="next")
    event(actions)
    left(hub, number="1")
    assert "several pull requests" in run("relay").output
    hub.artifacts.clear()
    left(hub, number="5")
    assert run("relay").output.startswith("pull request 5:")


def _link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("report.md")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/proc/self/environ")
        archive.writestr("report.json", "{}")
    return out.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "not a zip": lambda: b"PK\x03\x04 and then nothing",
    "a path that climbs": lambda: packed({"../../.bashrc": "x", "report.md": "", "report.json": "{}"}),
    "an absolute path": lambda: packed({"/etc/passwd": "x", "report.md": "", "report.json": "{}"}),
    "another file": lambda: packed({"report.md": "", "report.json": "{}", "run.sh": "x"}),
    "a symbolic link": _link,
    "a bomb": lambda: packed({"report.md": b"0" * (2**20 + 1), "report.json": "{}"}),
    "no report": lambda: packed({"report.md": "x"}),
    "not UTF-8": lambda: packed({"report.md": b"\xff", "report.json": "{}"}),
    "not JSON": lambda: packed({"report.md": "x", "report.json": "{"}),
    "JSON without end": lambda: packed({"report.md": "x", "report.json": "[" * 100_000}),
    "a list": lambda: packed({"report.md": "x", "report.json": "[]"}),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_artifact_is_refused_whole(
    hub: Hub, actions: Path, data: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(actions)
    hub.pull(4, SHA)
    event(actions)
    hub.leave(99, data())
    before = sorted(p.name for p in actions.rglob("*"))
    done = run("relay")
    assert isinstance(done.exception, HostileError)
    assert (hub.comments, hub.labels) == ([], set())
    assert sorted(p.name for p in actions.rglob("*")) == before


def test_too_large_an_artifact_is_not_even_fetched(hub: Hub, actions: Path) -> None:
    hub.pull(4, SHA)
    event(actions)
    hub.leave(99, packed({"report.md": "x", "report.json": "{}"}), size=3 * 2**20)
    assert isinstance(run("relay").exception, HostileError)
    assert not any("zip" in path for path in hub.paths("GET"))


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("@acme/legal and (@lin)", "@&#8203;acme/legal and (@&#8203;lin)"),
        ("\\@lin", "\\@&#8203;lin"),
        ("&#64;lin &#x40;&#108;in &commat;x", "&#64;&#8203;lin &#x40;&#8203;&#108;in &commat;&#8203;x"),
        ("&#64;&#8203;lin",) * 2,
        ("privacy@example.com", "privacy@example.com"),
        ("[merge](https://evil.example.com)", "[merge]&#8203;(https://evil.example.com)"),
        ("[a][b]\n\n[b]: //evil", "[a]&#8203;[b]\n\n[b]&#8203;: //evil"),
        (f"[run]({HOME}/actions/runs/1)", f"[run]({HOME}/actions/runs/1)"),
        (f"[run]({HOME}.evil.cn/x)", f"[run]&#8203;({HOME}.evil.cn/x)"),
        ("![x](https://t.example.com/p.png)", "!&#8203;[x]&#8203;(https://t.example.com/p.png)"),
        ("<!-- policy-versions:report -->", "&lt;!-- policy-versions:report -->"),
        ("<img src=x><details open><a href=y>", "&lt;img src=x>&lt;details open>&lt;a href=y>"),
        ("<details><summary>x</summary><ins>a</ins><br></details>",) * 2,
        ("\\<script\\>", "&lt;script\\>"),
        ("a\u202eb\u200bc\x00d\x1be", "abcde"),
    ],
)
def test_markdown_that_anybody_may_have_written_is_made_harmless(hostile: str, safe: str) -> None:
    assert harmless(hostile, f"{HOME}/") == safe


def test_too_long_a_report_is_cut_with_its_folds_closed() -> None:
    text = "<details>\n" + "一行\n" * 40_000
    fitted = sticky.fitted(text, 65_536, "cut here")
    assert len(fitted) <= 65_536
    assert fitted.endswith("</details>\n\ncut here\n")
    assert sticky.fitted("short", 65_536, "cut") == "short"


def test_labels_of_others_and_colours_that_people_chose_stay(hub: Hub, actions: Path) -> None:
    hub.labels |= {"bug", "policy/editorial"}
    hub.known["policy/material"] = {"color": "000000"}
    (actions / "report.json").write_text(json.dumps(REPORT))
    done = run("labels", "--pull", 4, "--report", actions / "report.json")
    assert done.exit_code == 0, done.output
    assert hub.labels == {"bug", "policy/material", "policy/consent-needed", "policy/blocked"}
    assert hub.known["policy/material"] == {"color": "000000"}
    assert all(len(x.description) <= 100 and len(x.colour) == 6 for x in labels.known().values())


@pytest.mark.parametrize("report", [{}, {"policies": 3}, {"policies": ["x"]}])
def test_a_report_of_another_form_sets_no_label(hub: Hub, actions: Path, report: object) -> None:
    (actions / "report.json").write_text(json.dumps(report))
    done = run("labels", "--pull", 4, "--report", actions / "report.json")
    assert done.exit_code != 0
    assert hub.calls == []


def test_an_enterprise_server_is_spoken_to_under_its_own_path(
    hub: Hub, actions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", f"{hub.url}/api/v3")
    hub.pull(4, SHA)
    event(actions)
    left(hub)
    assert "created" in run("relay").output


def test_a_merge_request_gets_its_note_and_labels(hub: Hub, actions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"GITLAB_CI": "true", "GITLAB_TOKEN": TOKEN, "CI_API_V4_URL": f"{hub.url}/api/v4", "CI_PROJECT_ID": "7"}
    for name, value in {**given, "CI_MERGE_REQUEST_IID": "12"}.items():
        monkeypatch.setenv(name, value)
    for index in range(101):
        hub.say("lin", f"note {index}")
    (actions / "report.json").write_text(json.dumps(REPORT))
    (actions / "report.md").write_text("### 结论")
    arguments = ("comment", "--body", actions / "report.md", "--report", actions / "report.json")
    done = run(*arguments)
    assert (done.exit_code, "created" in done.output) == (0, True), done.output
    (actions / "report.json").write_text(json.dumps(CLEAN))
    (actions / "report.md").write_text("### 新结论")
    assert "updated" in run(*arguments).output
    assert (len(hub.comments), hub.labels) == (102, {"policy/editorial"})
    assert hub.known["policy/material"]["color"] == "#d93f0b"


def test_gitee_gets_one_comment_updated_in_place_and_no_labels(
    hub: Hub, actions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"GITEE_TOKEN": TOKEN, "GITEE_API_URL": f"{hub.url}/api/v5", "GITEE_REPOSITORY": REPOSITORY}
    for name, value in {**given, "GITEE_PULL_ID": "12"}.items():
        monkeypatch.setenv(name, value)
    for index in range(101):
        hub.say("lin", f"评论 {index}")
    (actions / "report.md").write_text("### 结论")
    (actions / "report.json").write_text(json.dumps(REPORT))
    for expected in ("created", "unchanged"):
        done = run("comment", "--body", actions / "report.md")
        assert (done.exit_code, expected in done.output) == (0, True), done.output
    (actions / "report.md").write_text("### 新结论")
    assert "updated" in run("comment", "--body", actions / "report.md").output
    assert len(hub.comments) == 102
    refused = run("comment", "--body", actions / "report.md", "--report", actions / "report.json")
    assert (refused.exit_code, "no labels" in refused.output) == (2, True)


@pytest.mark.parametrize("missing", ["GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_EVENT_PATH"])
def test_a_missing_setting_is_named(hub: Hub, actions: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    event(actions)
    monkeypatch.delenv(missing)
    assert missing in str(run("relay").exception)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"workflow_run": {}}', '{"workflow_run": {"id": "x"}}'])
def test_an_event_of_another_form_is_one_clear_error(hub: Hub, actions: Path, text: str) -> None:
    (actions / "event.json").write_text(text)
    done = run("relay")
    assert done.exit_code != 0
    assert type(done.exception).__name__ == "EventError"


def test_both_languages_say_the_same_things() -> None:
    chinese, english = (say(x)._tables[0] for x in ("zh-CN", "en"))
    assert chinese.keys() == english.keys()


def test_unpacking_tells_what_the_artifact_claims() -> None:
    report = unpack(packed({"report.md": "x", "report.json": "{}", "number": "7\n"}))
    assert (report.markdown, report.data, report.number) == ("x", {}, 7)
    assert unpack(packed({"report.md": "x", "report.json": "{}", "number": "7; rm"})).number is None
