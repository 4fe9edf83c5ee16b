"""The shell steps of our actions, run as a runner runs them, over real git and a forge on loopback."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any, cast

import pytest

from policy_versions.commands.init import SAMPLES
from policy_versions.forge import command
from policy_versions.forge.http import ForgeError
from policy_versions.forge.untrusted import harmless, unpack
from policy_versions.strict_yaml import read
from tests.forge.hub import REPOSITORY, TOKEN, Hub, packed
from tests.forge.steps import ACTIONS, Ran, Runner, runner
from tests.policy_versions.gitmaker import GitMaker
from tests.policy_versions.releasing import TOML

ZH, EN = "policies/privacy/zh-CN.md", "policies/privacy/en.md"
LOGINS = '[logins]\nlin-legal = "lin@example.com"\n[site]'
OLD = {
    ZH: "# 隐私政策\n\n## 一、使用\n\n我们收集您的手机号，用于创建账号。\n\n"
    "## 二、联系\n\n邮箱：support@example.com\n\n某公司，privacy@example.com。您可以向监管部门投诉。"
    "生效日期：2999 年 12 月 31 日\n",
    EN: "# Privacy policy\n\n## 1. Use\n\nWe collect your phone number to create your account.\n\n## 2. Contact\n\n"
    "Email: support@example.com\n\nSome Co., privacy@example.com. You may complain to the authority. "
    "Effective date: 31 December 2999\n",
}  # fmt: skip
NEW = {path: text.replace("support@example.com", "help@example.com") for path, text in OLD.items()}
ACTOR = {"actor": "lin", "actor_id": "42", "server_url": "https://github.com", "token": TOKEN}
DEFAULT = {"repository": {"default_branch": "main"}}


class Place:
    """A bare repository on the forge's side, a person's clone of it, and the runner's checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git = GitMaker(root / "person")

    def begin(self) -> None:
        """Draft a first version and push it."""
        self.git.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.root / "origin.git"))
        self.git.git("remote", "add", "origin", "../origin.git")
        self.git.write("policy.toml", TOML.replace("[site]", LOGINS))
        self.git.commit({path: text.replace("2999", "2020") for path, text in OLD.items()})
        self.ctl("draft")  # which states the day from which the first version applies, today
        self.word("1.0.0")
        self.push("first draft")

    def edit(self) -> None:
        """Publish that version, and push a change of it to another branch."""
        self.ctl("publish")
        self.push("published")
        self.git.git("switch", "--quiet", "--create", "edit")
        for path, text in NEW.items():
            self.git.write(path, text)
        self.push("edit", "edit")

    def copy(self, root: Path) -> Place:
        """Return a copy, remotes included."""
        shutil.copytree(self.root, root)
        return Place(root)

    def ctl(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        """Run policyctl in the person's clone."""
        command = [str(Path(sys.executable).parent / "policyctl"), *arguments, "-C", str(self.git.root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in codes, done.stderr
        return done.stdout

    def word(self, number: str) -> None:
        """Word the summaries of a draft."""
        path = self.git.root / f"policies/privacy/releases/{number}.yaml"
        path.write_text(path.read_text("utf-8").replace('zh-CN: ""', "zh-CN: 变").replace('en: ""', "en: c"), "utf-8")

    def push(self, message: str, branch: str = "main") -> str:
        """Commit all there is and push it."""
        commit = self.git.commit()
        self.git.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}", "--tags")
        return commit

    def checkout(self, name: str, ref: str = "main") -> Path:
        """Check out as actions/checkout does with the whole history."""
        folder = self.root / name
        self.git.git("clone", "--quiet", str(self.root / "origin.git"), str(folder))
        self.git.git("-C", str(folder), "checkout", "--quiet", "-B", ref, f"origin/{ref}")
        return folder

    def origin(self, *arguments: str) -> str:
        """Ask the forge's side."""
        return self.git.git("-C", str(self.root / "origin.git"), *arguments)


@pytest.fixture(scope="session")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Make a repository with a draft, once."""
    made = Place(tmp_path_factory.mktemp("drafted") / "place")
    made.begin()
    return made


@pytest.fixture(scope="session")
def edited(drafted: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Make a repository with a change of what was published, once."""
    made = drafted.copy(tmp_path_factory.mktemp("edited") / "place")
    made.edit()
    return made


@pytest.fixture
def place(drafted: Place, tmp_path: Path) -> Place:
    return drafted.copy(tmp_path / "place")


def made(place: Place, workspace: Path, github: dict[str, Any], **env: str) -> Runner:
    """Make a runner."""
    return runner(place.root / "runner", workspace, {**ACTOR, **github}, **env)


def act(where: Runner, action: str, **inputs: str) -> list[Ran]:
    """Run an action with the stand-in for Python."""
    return where.run(action, python=where.env["PYTHON"], **inputs)


def test_installing_takes_locked_dependencies_and_this_very_commit(place: Place) -> None:
    where = made(place, place.root, {})
    (ran,) = act(where, "setup")
    assert ran.code == 0, ran.out
    root = ACTIONS.parents[1]
    first, second = (place.root / "runner/pip.log").read_text().splitlines()
    assert f"--require-hashes -r {root}/requirements/runtime.lock" in first
    assert second.endswith(f"--no-deps --no-build-isolation {root}")
    assert Path(where.outputs["command"]).name == "policyctl"


def test_publishing_on_merge_tags_logs_pushes_and_builds_the_archive(place: Place) -> None:
    outside = {
        "POLICYCTL_DATABASE_URL": f"sqlite:///{place.root}/notifier.db",
        "POLICYCTL_SMTP_URL": "smtp://127.0.0.1:9",
    }
    where = made(place, place.checkout("work"), {"event": DEFAULT}, **outside)
    ran = act(where, "publish")
    assert [r.code for r in ran] == [0] * len(ran), ran[-1].out
    assert where.outputs["published"] == "true"
    assert (
        place.origin("rev-parse", "main")
        == place.origin("rev-parse", "privacy/v1.0.0^{commit}")
        == where.outputs["commit"]
    )
    assert place.origin("log", "-1", "--format=%an <%ae>", "main") == "lin <42+lin@users.noreply.github.com>"
    assert '"number":"1.0.0"' in place.origin("show", "main:transparency/log.jsonl")
    with tarfile.open(where.outputs["archive"]) as archive:
        names = archive.getnames()
        assert "./privacy/v1.0.0/zh-CN/index.html" in names
        assert {(m.uid, m.gid, m.uname) for m in archive.getmembers()} == {(0, 0, "")}
    assert re.search(r"^[0-9a-f]{64}  policy-archive\.tar\.gz$", where.summary, re.MULTILINE)
    assert not (place.root / "notifier.db").exists()
    assert [r.uses.partition("@")[0] for r in ran if r.uses] == ["actions/upload-artifact"]


def test_publishing_again_changes_nothing_and_gives_the_same_bytes(place: Place) -> None:
    first = made(place, place.checkout("work"), {"event": DEFAULT})
    act(first, "publish")
    before = Path(first.outputs["archive"]).read_bytes(), place.origin("rev-parse", "main")
    again = Runner(first.root, place.checkout("again"), first.github, first.env)
    ran = act(again, "publish", attest="true")
    assert [r.code for r in ran] == [0] * len(ran), ran
    assert again.outputs["published"] == "false"
    assert (Path(again.outputs["archive"]).read_bytes(), place.origin("rev-parse", "main")) == before
    attested = next(r for r in ran if r.uses.startswith("actions/attest@"))
    assert attested.given["subject-path"] == again.outputs["archive"]


def test_a_branch_that_moved_on_gets_neither_commit_nor_tag(place: Place) -> None:
    where = made(place, place.checkout("work"), {"event": DEFAULT})
    place.git.write("README.md", "meanwhile\n")
    newer = place.push("meanwhile")
    ran = act(where, "publish")
    assert ran[-1].code != 0
    assert (place.origin("rev-parse", "main"), place.origin("tag")) == (newer, "")


def test_a_blocked_release_is_not_published(place: Place) -> None:
    path = place.git.root / "policies/privacy/releases/1.0.0.yaml"
    path.write_text(path.read_text("utf-8").replace("zh-CN: 变", 'zh-CN: ""'), "utf-8")
    commit = place.push("summary lost")
    ran = act(made(place, place.checkout("work"), {"event": DEFAULT}), "publish")
    assert (ran[-1].name, ran[-1].code) == ("publish", 1)
    assert "摘要" in ran[-1].out
    assert (place.origin("rev-parse", "main"), place.origin("tag")) == (commit, "")


def test_no_action_ever_starts_a_campaign() -> None:
    for file in [*ACTIONS.glob("*/action.yml"), *ACTIONS.parent.glob("workflows/policy-*.yml")]:
        lines = [x for x in file.read_text("utf-8").splitlines() if not x.lstrip().startswith("#")]
        assert not re.search(r"\bnotify\b|\bnotifier\b", "\n".join(lines)), file


def test_actions_are_pinned_and_documented() -> None:
    root = ACTIONS.parents[1]
    found = [*ACTIONS.glob("*/action.yml"), *ACTIONS.parent.glob("workflows/*.yml")]
    assert {f.parent.name for f in found} >= {"check", "comment", "command", "publish", "setup"}
    for file in found:
        for line in re.findall(r"\buses: (\S+)", file.read_text("utf-8")):
            assert re.fullmatch(r"\$/\.github/\S+|[\w/-]+@[0-9a-f]{40}", line) or "OWNER" in line, (file, line)
    for language in ("en", "zh-CN"):
        text = (root / f"policy_versions/reference/forges.{language}.md").read_text("utf-8")
        assert {f"policy-{name}" for name in ("check", "comment", "command", "publish")} <= set(
            re.findall(r"policy-\w+", text)
        )


# -- the comment -----------------------------------------------------------------------------------------------------


@pytest.fixture
def forge_env(hub: Hub, tmp_path: Path) -> dict[str, str]:
    return {
        "GITHUB_API_URL": hub.url,
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "no_proxy": "*",
    }


class Told:
    """The end of a check on the forge: the second workflow runs, and only that has rights."""

    def __init__(self, place: Place, hub: Hub, env: dict[str, str], event: Path) -> None:
        self.place, self.hub, self.event = place, hub, event
        origin = str(place.root / "origin.git")
        place.git.git("-C", origin, "config", "uploadpack.allowAnySHA1InWant", "true")
        reroute = {
            "GIT_CONFIG_KEY_0": f"url.{origin}.insteadOf",
            "GIT_CONFIG_VALUE_0": f"https://github.com/{REPOSITORY}",
        }
        self.env = {**env, "GIT_CONFIG_COUNT": "1", **reroute}

    def head(self, files: dict[str, str]) -> str:
        """Commit files that a fork proposes; the forge keeps them as it keeps pull requests."""
        self.place.git.git("switch", "--quiet", "--detach", "edit")
        sha = self.place.git.commit(dict(files))
        self.place.git.git("push", "--quiet", "origin", "HEAD:refs/pull/4/head")
        return sha

    def run(self, sha: str, owner: str = "acme", **more: Any) -> list[Ran]:
        """Run the action that the end of the check starts."""
        home = {"full_name": f"{owner}/policies", "owner": {"login": owner}}
        row = {
            "id": 5,
            "event": "pull_request",
            "head_sha": sha,
            "head_branch": "edit",
            "head_repository": home,
            **more,
        }
        self.event.write_text(json.dumps({"workflow_run": row}))
        github = {"server_url": "https://github.com", "repository": REPOSITORY}
        workspace = self.place.root / "empty"
        workspace.mkdir()
        self.where = made(self.place, workspace, github, **self.env)
        return act(self.where, "comment", token=TOKEN)

    def only(self) -> str:
        """Return the one comment."""
        (comment,) = [c for c in self.hub.comments if not c.get("gone")]
        return str(comment["body"])


@pytest.fixture
def told(edited: Place, hub: Hub, forge_env: dict[str, str], tmp_path: Path) -> Told:
    return Told(edited.copy(tmp_path / "place"), hub, forge_env, tmp_path / "event.json")


GREEN = packed({"report.md": "### all is well", "report.json": '{"blocked": false, "policies": []}', "number": "4"})
HOSTILE = {".gitattributes": "* filter=x\n", "sitecustomize.py": "open('pwned', 'w')\n", ".gitmodules": "[x\n"}


def test_a_fork_that_fakes_its_report_is_judged_by_its_texts(told: Told, hub: Hub) -> None:
    sha = told.head(HOSTILE)
    hub.pull(4, sha, owner="guest")
    hub.leave(5, GREEN)
    ran = told.run(sha, "guest")
    assert [r.code for r in ran] == [0] * 5, ran[-1].out
    assert "all is well" not in told.only()
    assert "Prominent notice" in told.only()
    assert "something else" in told.only()
    assert "policy/blocked" in hub.labels
    (status,) = hub.statuses
    assert (status["sha"], status["state"], status["context"]) == (sha, "failure", "policy / verdict (main)")
    assert len(status["description"]) <= 140
    folder = told.place.root / "runner"
    assert [p.name for p in folder.rglob("*") if p.name in {*HOSTILE, "pwned"}] == []
    assert list(told.where.workspace.iterdir()) == []
    tokens = [p for p in folder.rglob("*") if p.is_file() and TOKEN.encode() in p.read_bytes()]
    assert tokens == []


def test_a_branch_of_this_repository_shows_its_own_report_where_both_agree(told: Told, hub: Hub) -> None:
    sha = told.place.git.git("rev-parse", "edit")
    hub.pull(4, sha)
    report = json.loads(told.place.ctl("check", "main..edit", "--format", "json", codes=(0, 1)))
    hub.leave(5, packed({"report.md": "### 会触及 1,200 人", "report.json": json.dumps(report), "number": "4"}))
    ran = told.run(sha)
    assert [r.code for r in ran] == [0] * 5, ran[-1].out
    assert "会触及 1,200 人" in told.only()
    assert "judged anew" not in told.only()


def test_what_cannot_be_judged_anew_is_never_green(told: Told, hub: Hub) -> None:
    sha = told.head({"policy.toml": "schema = 'x'\n"})
    hub.pull(4, sha, owner="guest")
    hub.leave(5, GREEN)
    ran = told.run(sha, "guest")
    assert ran[-1].code == 0, ran[-1].out
    assert hub.statuses[0]["state"] == "error"
    assert "policy.toml: key 'schema'" in told.only()
    assert "all is well" not in told.only()
    assert hub.labels == {"policy/blocked"}


def test_a_fork_cannot_take_its_policy_out_of_the_settings(told: Told, hub: Hub) -> None:
    toml = told.place.git.root / "policy.toml"
    text = toml.read_text("utf-8").replace('id = "privacy"', 'id = "other"').replace("policies/privacy/", "other/")
    sha = told.head({"policy.toml": text, **{p.replace("policies/privacy", "other"): t for p, t in OLD.items()}})
    hub.pull(4, sha, owner="guest")
    told.run(sha, "guest")
    assert hub.statuses[0]["state"] in {"failure", "error"}
    assert "policy/blocked" in hub.labels


def test_a_fork_that_changes_the_settings_stays_red_though_nothing_else_blocks(told: Told, hub: Hub) -> None:
    text = (told.place.git.root / "policy.toml").read_text("utf-8")
    published = {path: told.place.git.git("show", f"privacy/v1.0.0:{path}") + "\n" for path in OLD}
    sha = told.head({**published, "policy.toml": text + "\n# looser\n"})
    hub.pull(4, sha, owner="guest")
    ran = told.run(sha, "guest")
    assert ran[-1].code == 0, ran[-1].out
    assert (hub.statuses[0]["state"], hub.labels) == ("failure", {"policy/blocked"})
    assert "changes `policy.toml`" in told.only()


def test_a_commit_that_cannot_be_fetched_is_an_error(told: Told, hub: Hub) -> None:
    hub.pull(4, "c3" * 20, owner="guest")
    ran = told.run("c3" * 20, "guest")
    assert [r.code for r in ran] == [0] * 5, ran[-1].out
    assert hub.statuses[0]["state"] == "error"


def test_one_commit_has_a_verdict_for_each_branch_it_is_to_go_into(told: Told, hub: Hub) -> None:
    sha = told.place.git.git("rev-parse", "edit")
    told.place.git.git("push", "--quiet", "origin", "edit:refs/heads/decoy")
    hub.pull(4, sha)
    hub.pull(5, sha, base="decoy")
    told.run(sha)
    assert [(s["context"], s["state"]) for s in hub.statuses] == [
        ("policy / verdict (main)", "failure"),
        ("policy / verdict (decoy)", "success"),
    ]


def test_the_group_of_a_merge_queue_gets_its_verdict_too(told: Told, hub: Hub) -> None:
    sha = told.head({})
    queue = f"gh-readonly-queue/main/pr-4-{'b' * 40}"
    told.run(sha, event="merge_group", head_branch=queue)
    assert [(s["context"], s["state"]) for s in hub.statuses] == [("policy / verdict (main)", "failure")]
    assert hub.comments == []


# -- a command -------------------------------------------------------------------------------------------------------


class Change:
    """A pull request with a change, and people who comment on it."""

    def __init__(self, place: Place, hub: Hub, env: dict[str, str], event: Path) -> None:
        self.place, self.hub, self.env, self.event = place, hub, env, event
        self.sha = place.git.git("rev-parse", "edit")
        hub.pull(4, self.sha)
        hub.refs["edit"] = self.sha
        self.runs = 0

    def fingerprints(self) -> list[str]:
        """Return the fingerprints of the change."""
        report = json.loads(self.place.ctl("check", "main..HEAD", "--format", "json", codes=(0, 1)))
        return [f["fingerprint"][:8] for f in report["policies"][0]["findings"]]

    def comment(
        self, body: str, *, login: str = "lin-legal", association: str = "MEMBER", issue: bool = False
    ) -> list[Ran]:
        """Comment, and run the action that this starts."""
        user = {"login": login, "id": 77}
        comment = {"id": 900 + self.runs, "user": user, "body": body, "author_association": association}
        about: dict[str, Any] = {"number": 4} if issue else {"number": 4, "pull_request": {}}
        self.event.write_text(json.dumps({"action": "created", "comment": comment, "issue": about}))
        self.runs += 1
        workspace = self.place.root / f"job-{self.runs}"
        workspace.mkdir()
        where = runner(self.place.root / f"runner-{self.runs}", workspace, ACTOR, **self.env)
        where.before = lambda step: self._checkout(step, workspace)
        return act(where, "command", token=TOKEN)

    def _checkout(self, step: Ran, workspace: Path) -> None:
        assert step.given == {
            "ref": "refs/pull/4/head", "path": "policy-change", "fetch-depth": "0", "persist-credentials": "false",
        }  # fmt: skip
        self.place.git.git("clone", "--quiet", str(self.place.root / "origin.git"), str(workspace / "policy-change"))
        self.place.git.git("-C", str(workspace / "policy-change"), "checkout", "--quiet", "--detach", "origin/edit")

    def answer(self) -> str:
        """Return the last answer."""
        return str(self.hub.comments[-1]["body"])


@pytest.fixture
def change(edited: Place, hub: Hub, forge_env: dict[str, str], tmp_path: Path) -> Change:
    return Change(edited.copy(tmp_path / "place"), hub, forge_env, tmp_path / "event.json")


def test_a_lawyer_decides_in_a_comment(change: Change, hub: Hub) -> None:
    marks = "、".join(change.fingerprints())
    ran = change.comment(f"/policy 同意 {marks} 邮箱更换\n\n/policy 摘要\n中文：联系邮箱变更\nen: A new address")
    assert [r.code for r in ran] == [0] * len(ran), [r.out for r in ran]
    commit = hub.objects[hub.refs["edit"]]
    assert commit["parents"] == [change.sha]
    assert (commit["author"]["name"], commit["author"]["email"]) == (
        "lin-legal",
        "77+lin-legal@users.noreply.github.com",
    )
    (entry,) = hub.objects[commit["tree"]]["tree"]
    assert re.fullmatch(r"policies/privacy/releases/1\.\d\.\d\.yaml", entry["path"])
    assert hub.dispatched == [
        {"workflow": "policy-check.yml", "ref": "edit", "inputs": {"base": "main", "number": "4"}}
    ]
    assert hub.reactions == [(900, "eyes")]
    assert hub.refs["edit"][:12] in change.answer()


def test_a_wrong_command_is_answered_with_what_would_be_right(change: Change, hub: Hub) -> None:
    change.comment("/policy agree zzzz because")
    assert (hub.refs["edit"], hub.dispatched) == (change.sha, [])
    assert "/policy agree a1b2c3 reason" in change.answer()


def test_what_calls_nobody_is_left_alone(change: Change, hub: Hub) -> None:
    for body in ("looks good", "> /policy agree a1b2c3 quoted", "see policy/privacy"):
        assert [r.name for r in change.comment(body)] == ["install", "look"]
    assert [r.name for r in change.comment("/policy help", issue=True)] == ["install", "look"]
    assert (hub.comments, hub.reactions) == ([], [])


def test_who_is_no_approver_changes_nothing(change: Change, hub: Hub) -> None:
    change.comment(f"/policy agree {change.fingerprints()[0]} I say so", login="mallory", association="NONE")
    assert hub.refs["edit"] == change.sha
    assert "mallory" in change.answer()


def test_an_approver_without_rights_in_the_repository_changes_nothing(change: Change, hub: Hub) -> None:
    change.comment(f"/policy agree {change.fingerprints()[0]} checked with the team", association="NONE")
    assert hub.refs["edit"] == change.sha
    assert "no member or collaborator" in change.answer()


def test_nobody_makes_themselves_an_approver_in_the_pull_request(change: Change, hub: Hub) -> None:
    toml = change.place.git.root / "policy.toml"
    text = toml.read_text("utf-8").replace("[logins]", '[logins]\nmallory = "m@example.com"')
    toml.write_text(text.replace('"lin@example.com", ', '"lin@example.com", "m@example.com", '), "utf-8")
    change.sha = change.hub.refs["edit"] = change.place.push("me too", "edit")
    hub.pulls[0]["head"]["sha"] = change.sha
    change.comment(f"/policy agree {change.fingerprints()[0]} I say so", login="mallory")
    assert hub.refs["edit"] == change.sha


def test_a_fork_is_told_that_its_branch_cannot_be_written(change: Change, hub: Hub) -> None:
    hub.pulls[0]["head"]["repo"] = {"full_name": "guest/policies", "owner": {"login": "guest"}}
    change.comment(f"/policy agree {change.fingerprints()[0]} checked with the team")
    assert (hub.refs["edit"], hub.dispatched) == (change.sha, [])
    assert "guest/policies" in change.answer()


def test_a_branch_that_moved_meanwhile_is_not_overwritten(change: Change, hub: Hub) -> None:
    hub.refs["edit"] = "d4" * 20  # pushed after we looked
    change.comment(f"/policy agree {change.fingerprints()[0]} checked with the team")
    assert (hub.refs["edit"], hub.dispatched) == ("d4" * 20, [])
    assert "new commits since the comment" in change.answer()


def test_a_pull_request_that_cannot_be_read_is_answered_with_the_reason(change: Change, hub: Hub) -> None:
    (change.place.git.root / "policy.toml").write_text("schema = 'x'\n", "utf-8")
    change.sha = hub.refs["edit"] = change.place.push("broken", "edit")
    hub.pulls[0]["head"]["sha"] = change.sha
    ran = change.comment("/policy status")
    assert ran[-1].code == 1
    assert "policy.toml: key `schema`" in change.answer().replace("'", "`")


def test_a_release_file_that_is_a_link_is_never_followed(change: Change, hub: Hub, tmp_path: Path) -> None:
    folder, files = tmp_path / "folder", tmp_path / "files"
    (files / "policies/privacy").mkdir(parents=True)
    (files / "policies/privacy/releases").symlink_to("/etc")
    folder.mkdir()
    for path, said in (
        ("policies/privacy/releases/1.0.0.yaml", "symbolic link"),
        ("../../etc/passwd", "no release file"),
        (".github/workflows/x.yml", "no release file"),
    ):
        (folder / "answer.json").write_text(json.dumps({"reply": "", "paths": [path], "message": "m"}))
        with pytest.raises(ForgeError, match=said):
            command.read(folder, files)


def test_a_hidden_member_is_known_by_what_they_may_do(change: Change, hub: Hub) -> None:
    hub.writers.add("lin-legal")
    change.comment(f"/policy agree {change.fingerprints()[0]} checked with the team", association="CONTRIBUTOR")
    assert hub.refs["edit"] != change.sha


# -- the check -------------------------------------------------------------------------------------------------------


def checked(place: Place, github: dict[str, Any], **inputs: str) -> tuple[Runner, list[Ran]]:
    """Check the edit of a copy."""
    where = made(place, place.checkout("work", "edit"), github)
    return where, act(where, "check", **inputs)


def test_a_check_is_red_and_leaves_its_report_while_something_blocks(edited: Place, tmp_path: Path) -> None:
    place = edited.copy(tmp_path / "place")
    head = place.git.git("rev-parse", "edit")
    pull = {"number": 4, "base": {"sha": place.git.git("rev-parse", "main")}, "head": {"sha": head}}
    where, ran = checked(place, {"event": {**DEFAULT, "pull_request": pull}})
    check, upload = ran[1:]
    assert check.code == 1, check.out
    assert re.search(r"^::(error|warning|notice) file=policies/privacy/", check.out, re.MULTILINE)
    assert (where.outputs["blocked"], where.outputs["level"]) == ("true", "prominent")
    assert where.summary.strip()
    assert upload.uses.startswith("actions/upload-artifact@")
    assert upload.given["name"] == "policy-report"
    files = [Path(x) for x in upload.given["path"].split()]
    assert [f.name for f in files] == ["report.json", "report.md", "number"]
    assert json.loads(files[0].read_text("utf-8"))["blocked"] is True
    assert files[2].read_text() == "4\n"
    data = packed({f.name: f.read_bytes() for f in files})
    markdown = unpack(data).markdown
    assert harmless(markdown, "https://github.com/x/") == markdown, "what we write ourselves needs no mending"


def test_a_run_started_after_a_comment_compares_with_the_branch_it_is_told(edited: Place, tmp_path: Path) -> None:
    place = edited.copy(tmp_path / "place")
    github = {"event": DEFAULT, "sha": place.git.git("rev-parse", "edit")}
    where, ran = checked(place, github, base="origin/main", number="4")
    assert [r.code for r in ran] == [0, 1, 0], ran[1].out
    assert where.outputs["blocked"] == "true"


def test_a_change_that_touches_no_policy_is_green(edited: Place, tmp_path: Path) -> None:
    place = edited.copy(tmp_path / "place")
    main = place.git.git("rev-parse", "main")
    where, ran = checked(place, {"event": DEFAULT}, base=main, head=main)
    assert [r.code for r in ran] == [0, 0, 0], ran[1].out
    assert (where.outputs["blocked"], where.outputs["level"]) == ("false", "none")


@pytest.mark.parametrize("head", ["$(touch pwned)", "--output=x", "main;id", ""])
def test_a_hostile_name_of_a_branch_is_no_command(edited: Place, tmp_path: Path, head: str) -> None:
    place = edited.copy(tmp_path / "place")
    _, ran = checked(place, {"event": DEFAULT}, base="origin/main", head=head)
    if head:
        assert ran[-1].code == 2, ran[-1].out
        assert [r.name for r in ran] == ["install", "check"]
    assert not list(place.root.rglob("pwned"))


def test_a_publication_that_lost_its_tag_gets_it_back(place: Place) -> None:
    where = made(place, place.checkout("work"), {"event": DEFAULT})
    act(where, "publish")
    commit = place.origin("rev-parse", "main")
    place.origin("tag", "--delete", "privacy/v1.0.0")
    place.git.git("fetch", "--quiet", "origin", "main")
    place.git.git("reset", "--quiet", "--hard", "FETCH_HEAD")
    place.git.write("README.md", "later\n")
    later = place.git.commit()
    place.git.git("push", "--quiet", "origin", "HEAD:refs/heads/main")
    again = Runner(where.root, place.checkout("again"), where.github, where.env)
    ran = act(again, "publish")
    assert [r.code for r in ran] == [0] * len(ran), ran[1].out
    assert place.origin("rev-parse", "privacy/v1.0.0^{commit}") == commit
    assert (place.origin("rev-parse", "main"), again.outputs["published"]) == (later, "true")


RIGHTS = {
    "policy-check.yml": {"check": {"contents": "read"}},
    "policy-comment.yml": {
        "comment": {
            "actions": "read",
            "contents": "read",
            "issues": "write",
            "pull-requests": "write",
            "statuses": "write",
        }
    },
    "policy-command.yml": {
        "command": {"actions": "write", "contents": "write", "issues": "write", "pull-requests": "write"}
    },
    "policy-publish.yml": {"publish": {"attestations": "write", "contents": "write", "id-token": "write"}},
}


@pytest.mark.parametrize("name", RIGHTS)
def test_each_job_has_the_rights_it_needs_and_the_caller_grants_no_more(name: str) -> None:
    ours = cast(dict[str, Any], read((ACTIONS.parent / "workflows" / name).read_bytes(), name))
    assert ours["permissions"] == {}
    assert {job: row["permissions"] for job, row in ours["jobs"].items()} == RIGHTS[name]
    for row in ours["jobs"].values():
        assert int(row["timeout-minutes"]) <= 30
        for step in row["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] == "false"
    theirs = cast(dict[str, Any], read(SAMPLES.joinpath("layout", "workflows", name).read_bytes(), name))
    assert (theirs["permissions"], theirs["jobs"]["policy"]["permissions"]) == ({}, next(iter(RIGHTS[name].values())))
    (job,) = ours["jobs"]
    assert name != "policy-check.yml" or (job, ours["jobs"][job]["name"], "paths" in str(theirs["on"])) == (
        "check", "check", False,
    )  # fmt: skip


def test_what_was_altered_after_publishing_stops_everything(edited: Place, tmp_path: Path) -> None:
    place = edited.copy(tmp_path / "place")
    place.git.git("switch", "--quiet", "main")
    path = place.git.root / "policies/privacy/releases/1.0.0.yaml"
    path.write_text(path.read_text("utf-8").replace("zh-CN: 变", "zh-CN: 另一句话"), "utf-8")
    commit = place.push("summary altered")
    ran = act(made(place, place.checkout("work"), {"event": DEFAULT}), "publish")
    assert (ran[-1].name, ran[-1].code) == ("publish", 1)
    assert place.origin("rev-parse", "main") == commit
