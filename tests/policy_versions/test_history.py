"""What a history gives: every text, under its number, byte for byte."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from policy_versions.config import Config, Policy
from policy_versions.errors import HistoryError, TextError, UnknownVersionError
from policy_versions.history import Repository, decode, find, in_force, text, versions
from policy_versions.model import ReleaseStatus, Version
from tests.policy_versions.gitmaker import GitMaker

TODAY = date(2026, 1, 1)
PATH = "policies/privacy/en.md"


@pytest.fixture
def maker(tmp_path: Path) -> GitMaker:
    return GitMaker(tmp_path / "repo")


def config(path: str = PATH, timezone: str = "UTC", **more: str) -> Config:
    files = {"en": path, **more}
    return Config(1, "en", sorted(files), timezone=timezone, policies=[Policy("privacy", {}, files)])


def listed(maker: GitMaker, settings: Config | None = None, today: date = TODAY) -> tuple[Version, ...]:
    """List the versions, and hold each one's bytes against `git cat-file` and `git show`."""
    with Repository.open(maker.root) as repository:
        found = versions(repository, settings or config(), today=today)
    for version in found:
        command = ["git", "cat-file", "blob", version.blob]
        data = subprocess.run(command, cwd=maker.root, capture_output=True, check=True).stdout
        assert (version.sha256, version.size) == (hashlib.sha256(data).hexdigest(), len(data))
        tree = subprocess.run(
            ["git", "ls-tree", "-r", "-z", version.commit], cwd=maker.root, capture_output=True, check=True
        ).stdout
        assert f"{version.blob}\t{version.path}".encode(errors="surrogateescape") in tree
    return found


def texts(maker: GitMaker, settings: Config | None = None) -> list[str]:
    with Repository.open(maker.root) as repository:
        return [text(repository, v) for v in versions(repository, settings or config(), today=TODAY)]


def test_every_commit_that_changed_the_text_is_a_version(maker: GitMaker) -> None:
    first = maker.commit({PATH: "one\n"})
    maker.commit({"other.md": "x\n"})
    third = maker.commit({PATH: "two\n"})
    found = listed(maker)
    assert [(v.number, v.commit, v.path, v.status) for v in found] == [
        ("1", first, PATH, ReleaseStatus.REPLACED),
        ("2", third, PATH, ReleaseStatus.IN_FORCE),
    ]
    assert [v.committed_on for v in found] == [date(2024, 1, 1), date(2024, 1, 3)]


def test_a_rename_is_followed_and_is_no_version(maker: GitMaker) -> None:
    body = "".join(f"line {n}\n" for n in range(20))
    maker.commit({"old.md": body})
    maker.git("mv", "old.md", "new.md")
    maker.commit()
    maker.git("mv", "new.md", "newer.md")
    maker.commit({"newer.md": body + "more\n"})
    assert [(v.number, v.path) for v in listed(maker, config("newer.md"))] == [("1", "old.md"), ("2", "newer.md")]


def test_a_path_that_lives_on_stays_the_same_document_whatever_moved_into_it(maker: GitMaker) -> None:
    a, b = ("".join(f"{c} line {n}\n" for n in range(20)) for c in "ab")
    maker.commit({"a.md": a, "b.md": b})
    maker.git("mv", "a.md", "c.md")
    maker.git("mv", "b.md", "a.md")
    maker.commit()
    maker.commit({"a.md": b + "end\n", "c.md": a + "end\n"})
    assert texts(maker, config("a.md")) == [a, b, b + "end\n"]
    assert texts(maker, config("c.md")) == [a, a + "end\n"]


def test_a_new_file_where_a_renamed_one_lay_is_another_document(maker: GitMaker) -> None:
    body = "".join(f"line {n}\n" for n in range(20))
    maker.commit({"a.md": body})
    maker.git("mv", "a.md", "b.md")
    maker.commit()
    maker.commit({"a.md": "moved to b\n"})
    assert texts(maker, config("a.md")) == ["moved to b\n"]
    assert texts(maker, config("b.md")) == [body]


@pytest.mark.parametrize(
    "name",
    [
        "隐私 政策.md",
        "quo\"te's.md",
        "line\nfeed.md",
        "-leading.md",
        ":(top)x.md",
        "tab\t\\x.md",
        "*.md",
        "caf\udce9.md",
    ],
)
def test_odd_file_names(maker: GitMaker, name: str) -> None:
    maker.commit({name: "one\n", "decoy.md": "no\n"})
    maker.commit({name: "two\n"})
    assert texts(maker, config(name)) == ["one\n", "two\n"]
    assert [v.path for v in listed(maker, config(name))] == [name, name]
    with Repository.open(maker.root) as repository:
        head = repository.resolve("HEAD")
        assert repository.read(head, name) == b"two\n"
        assert repository.working(name) == b"two\n"
        assert repository.changed("HEAD~1", "HEAD") == (name,)
        maker.write(name, "three\n")
        made = repository.commit([name], "three", now=datetime(2024, 2, 1, tzinfo=UTC))
        assert repository.changed(head, made) == (name,)


@pytest.mark.parametrize(
    "data", [b"", b"a\r\nb\r\n", b"\xef\xbb\xbfa\n", b"no end", b"\xff\xfe bad", b"a\x00b", "\u2028x\x85\n".encode()]
)
def test_bytes_are_kept(maker: GitMaker, data: bytes) -> None:
    maker.git("config", "core.autocrlf", "false")
    maker.commit({PATH: data})
    maker.commit({PATH: b"after"})
    assert listed(maker)[0].sha256 == hashlib.sha256(data).hexdigest()
    with Repository.open(maker.root) as repository:
        assert repository.blob(listed(maker)[0].blob) == data


def test_the_committers_day_counts_in_the_zone_of_the_policy(maker: GitMaker) -> None:
    maker.commit({PATH: "one\n"}, author="@1600000000 +0000", committer="@1704121200 +0000")  # 2024-01-01 15:00 UTC
    maker.commit({PATH: "two\n"}, author="@1600000000 +0000", committer="@1704125400 +0000")  # 2024-01-01 16:10 UTC
    found = listed(maker, config(timezone="Asia/Shanghai"))
    assert [v.committed_on for v in found] == [date(2024, 1, 1), date(2024, 1, 2)]


def branch_off(maker: GitMaker) -> None:
    maker.commit({PATH: "base\n", "note.txt": "0"})
    maker.git("checkout", "--quiet", "-b", "side")


def test_a_merged_branch_lands_with_its_merge(maker: GitMaker) -> None:
    branch_off(maker)
    maker.commit({PATH: "side\n"})
    maker.git("checkout", "--quiet", "main")
    maker.commit({"note.txt": "1"})
    maker.merge("side")
    found = listed(maker)
    assert [v.number for v in found] == ["1", "2"]
    assert (found[1].committed_on, found[1].landed_on) == (date(2024, 1, 2), date(2024, 1, 4))
    assert in_force(found, date(2024, 1, 3)) == found[0]
    assert in_force(found, date(2024, 1, 4)) == found[1]


def test_an_evil_merge_is_a_version(maker: GitMaker) -> None:
    branch_off(maker)
    maker.commit({PATH: "side\n"})
    maker.git("checkout", "--quiet", "main")
    maker.commit({PATH: "main\n"})
    maker.git("merge", "--no-commit", "-s", "ours", "side")
    evil = maker.commit({PATH: "neither\n"})
    assert texts(maker) == ["base\n", "main\n", "side\n", "neither\n"]
    assert listed(maker)[-1].commit == evil


def test_a_merge_that_keeps_ours_takes_the_main_text_back(maker: GitMaker) -> None:
    branch_off(maker)
    maker.commit({PATH: "side\n", "only-side.md": "x\n"})
    maker.git("checkout", "--quiet", "main")
    maker.commit({PATH: "main\n"})
    merge = maker.merge("side", "-s", "ours")
    assert texts(maker) == ["base\n", "main\n", "side\n", "main\n"]
    assert listed(maker)[-1].commit == merge
    (lost,) = listed(maker, config("only-side.md"))
    assert lost.status is ReleaseStatus.WITHDRAWN


def test_branches_that_make_the_same_change_make_one_version(maker: GitMaker) -> None:
    maker.commit({PATH: "base\n"})
    for name in ("one", "two"):
        maker.git("checkout", "--quiet", "-b", name, "main")
    for name in ("one", "two"):
        maker.git("checkout", "--quiet", name)
        maker.commit({PATH: "same\n", f"{name}.txt": name})
    maker.git("checkout", "--quiet", "main")
    maker.merge("one")
    maker.merge("two")
    assert texts(maker) == ["base\n", "same\n"]


def test_a_branch_that_merges_main_makes_no_version_of_it(maker: GitMaker) -> None:
    branch_off(maker)
    maker.commit({"note.txt": "side"})
    maker.git("checkout", "--quiet", "main")
    maker.commit({PATH: "main\n"})
    maker.git("checkout", "--quiet", "side")
    maker.merge("main")
    maker.git("checkout", "--quiet", "main")
    maker.commit({PATH: "main 2\n"})
    maker.merge("side")
    assert texts(maker) == ["base\n", "main\n", "main 2\n"]


def test_a_branch_brought_up_to_date_lands_with_its_own_merge(maker: GitMaker) -> None:
    """The branch is older than two merges of others and took the main line in: its text is the merge's, not theirs."""
    branch_off(maker)
    maker.commit({"late.md": "late\n"})
    for n, name in enumerate(("one", "two")):
        maker.git("checkout", "--quiet", "-b", name, "main")
        maker.commit({"note.txt": f"{n + 1}"})
        maker.git("checkout", "--quiet", "main")
        maker.merge(name)
    maker.git("checkout", "--quiet", "side")
    maker.merge("main")
    maker.git("checkout", "--quiet", "main")
    maker.merge("side")
    (late,) = listed(maker, config("late.md"))
    assert late.status is ReleaseStatus.IN_FORCE
    assert (late.committed_on, late.landed_on) == (date(2024, 1, 2), date(2024, 1, 8))


def test_a_text_refused_by_one_merge_and_taken_by_the_next_is_in_force(maker: GitMaker) -> None:
    branch_off(maker)
    maker.commit({"new.md": "new\n"})
    maker.git("checkout", "--quiet", "main")
    maker.merge("side", "-s", "ours")
    maker.commit({"new.md": "new\n"})
    assert [v.status.value for v in listed(maker, config("new.md"))] == ["replaced", "in-force"]


@pytest.mark.parametrize(
    "setting",
    [
        ("log.showSignature", "true"),
        ("log.showRoot", "false"),
        ("diff.renames", "false"),
        ("diff.relative", "true"),
        ("color.ui", "always"),
        ("core.quotePath", "true"),
        ("log.diffMerges", "separate"),
        ("format.pretty", "fuller"),
        ("core.abbrev", "7"),
        ("log.follow", "true"),
    ],
)
def test_settings_of_the_reader_change_nothing(maker: GitMaker, setting: tuple[str, str]) -> None:
    body = "".join(f"行 {n}\n" for n in range(20))
    maker.commit({"旧.md": body})
    maker.git("mv", "旧.md", "新.md")
    maker.commit()
    maker.git("checkout", "--quiet", "-b", "side")
    maker.commit({"新.md": body + "side\n"})
    maker.git("checkout", "--quiet", "main")
    maker.commit({"x.txt": "1"})
    maker.merge("side")
    expected = listed(maker, config("新.md"))
    assert [v.path for v in expected] == ["旧.md", "新.md"]
    maker.git("config", *setting)
    assert listed(maker, config("新.md")) == expected


def test_a_lost_object_is_told(maker: GitMaker) -> None:
    maker.commit({PATH: "one\n"})
    blob = listed(maker)[0].blob
    (maker.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with Repository.open(maker.root) as repository:
        with pytest.raises(HistoryError, match="damaged"):
            versions(repository, config(), today=TODAY)
        with pytest.raises(HistoryError, match="no blob"):
            repository.blob(blob)


def test_a_deleted_document_is_withdrawn_until_it_comes_back(maker: GitMaker) -> None:
    maker.commit({PATH: "one\n"})
    maker.git("rm", "--quiet", PATH)
    maker.commit()
    (only,) = listed(maker)
    assert (only.status, only.withdrawn_on) == (ReleaseStatus.WITHDRAWN, date(2024, 1, 2))
    with pytest.raises(UnknownVersionError, match="withdrawn on 2024-01-02"):
        find([only], "privacy", today=TODAY)
    maker.commit({PATH: "one\n"})
    found = listed(maker)
    assert [v.status for v in found] == [ReleaseStatus.REPLACED, ReleaseStatus.IN_FORCE]
    assert in_force(found, date(2024, 1, 1)) == found[0]
    assert in_force(found, date(2024, 1, 2)) is None


def test_links_and_submodules_are_no_texts(maker: GitMaker, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    (maker.root / "policies/privacy").mkdir(parents=True)
    (maker.root / PATH).symlink_to(tmp_path / "secret.md")
    maker.commit()
    assert listed(maker) == ()
    with Repository.open(maker.root) as repository:
        assert repository.working(PATH) is None
        assert repository.files("HEAD") == {}


def test_find_names_the_nearest(maker: GitMaker) -> None:
    for n in range(1, 13):
        maker.commit({PATH: f"{n}\n"})
    found = listed(maker)
    assert find(found, "privacy@2", today=TODAY).number == "2"
    assert find(found, "privacy@v12", today=TODAY).number == "12"
    assert find(found, "privacy@2024-01-05", today=TODAY).number == "5"
    assert find(found, "privacy", today=TODAY).number == "12"
    for spec, message in {
        "privacy@15": "nearest: 11, 12",
        "privacy@x": "nearest: 1, 2",
        "privacy@2023-12-31": "its first one is of 2024-01-01",
        "privacy@2024-02-31": "not a day",
        "privcy@1": "there is privacy",
    }.items():
        with pytest.raises(UnknownVersionError, match=message):
            find(found, spec, today=TODAY)


REFUSED = [
    "--output=x",
    "-x",
    "a..b",
    "a...b",
    ":/x",
    "@{-1}",
    "HEAD@{1}",
    "HEAD@{1.day.ago}",
    "main^{/x}",
    "HEAD:x",
    "",
]


@pytest.mark.parametrize(
    "ref", [*REFUSED, "x y", "x\ny", "*", "[a]", "\\x", "?", "^HEAD", "no-such", "HEAD~99", "\x00"]
)
def test_refs_that_are_refused(maker: GitMaker, ref: str) -> None:
    maker.commit({PATH: "one\n"})
    maker.commit({PATH: "two\n"})
    with Repository.open(maker.root) as repository, pytest.raises(HistoryError):
        repository.resolve(ref)
    assert not (maker.root / "x").exists()


def test_refs_that_are_taken(maker: GitMaker) -> None:
    first = maker.commit({PATH: "one\n"})
    second = maker.commit({PATH: "two\n"})
    maker.git("branch", "功能/修订")
    maker.git("tag", "privacy/v1.0.0", first)
    with Repository.open(maker.root) as repository:
        assert [repository.resolve(r) for r in ("HEAD", "main", "功能/修订", "@", second[:8])] == [second] * 5
        assert [repository.resolve(r) for r in ("HEAD~1", "main^", "privacy/v1.0.0", first)] == [first] * 4


@pytest.mark.parametrize(
    "path", ["../x", "./" + PATH, "policies", "policies//privacy/en.md", "/etc/passwd", "", "a\0b", "no"]
)
def test_paths_that_are_no_files(maker: GitMaker, path: str) -> None:
    maker.commit({PATH: "one\n"})
    with Repository.open(maker.root) as repository:
        assert repository.read("HEAD", path) is None
        assert repository.working(path) is None


def test_an_unborn_branch_is_stood_in_for(maker: GitMaker, tmp_path: Path) -> None:
    with Repository.open(maker.root) as repository, pytest.raises(HistoryError, match="no commits yet"):
        repository.default_ref()
    maker.commit({PATH: "one\n"})
    clone = GitMaker(tmp_path / "clone")
    clone.git("fetch", "--quiet", str(maker.root), "main:refs/remotes/origin/trunk")
    with Repository.open(clone.root) as repository:
        assert repository.unborn
        assert repository.default_ref() == "origin/trunk"
    clone.git("fetch", "--quiet", str(maker.root), "main:refs/remotes/origin/other")
    with (
        Repository.open(clone.root) as repository,
        pytest.raises(HistoryError, match="--ref: origin/other, origin/trunk"),
    ):
        repository.default_ref()
    clone.git("fetch", "--quiet", str(maker.root), "main:refs/remotes/origin/main")
    assert [v.number for v in listed(clone)] == ["1"]


def test_a_bare_and_a_shallow_clone(maker: GitMaker, tmp_path: Path) -> None:
    maker.commit({PATH: "one\n"})
    maker.commit({PATH: "two\n"})
    maker.git("clone", "--quiet", "--bare", str(maker.root), str(tmp_path / "bare"))
    with Repository.open(tmp_path / "bare") as repository:
        assert (repository.root, repository.shallow, repository.working(PATH)) == (None, False, None)
        assert [v.number for v in versions(repository, config(), today=TODAY)] == ["1", "2"]
    maker.git("clone", "--quiet", "--depth=1", maker.root.as_uri(), str(tmp_path / "cut"))
    with Repository.open(tmp_path / "cut") as repository:
        assert repository.shallow
        assert [v.number for v in versions(repository, config(), today=TODAY)] == ["1"]


def test_no_repository_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="not in a git repository"):
        Repository.open(tmp_path)
    with pytest.raises(HistoryError, match="not a folder"):
        Repository.open(tmp_path / "none")


def test_commit_and_tag(maker: GitMaker) -> None:
    now = datetime(2024, 5, 1, 10, tzinfo=UTC)
    with Repository.open(maker.root) as repository:
        maker.write(PATH, "one\n")
        maker.write("stray.md", "not asked for\n")
        made = repository.commit([PATH], "first", now=now, author="林 律师 <lin@example.com>")
        assert repository.commit([PATH], "again", now=now) == made
        assert list(repository.files(made)) == [PATH]
        repository.tag("privacy/v1.0.0", made, "Version 1.0.0\n\nbody", now=now)
        maker.git("tag", "privacy/light", made)
        tags = repository.tags("privacy/")
        assert (tags["privacy/v1.0.0"].commit, tags["privacy/v1.0.0"].at) == (made, now)
        assert tags["privacy/v1.0.0"].message == "Version 1.0.0\n\nbody"
        assert (tags["privacy/light"].commit, tags["privacy/light"].at) == (made, None)
        for name in ("privacy/v1.0.0", "-d", "a..b", "x y"):
            with pytest.raises(HistoryError):
                repository.tag(name, made, "m", now=now)
        with pytest.raises(HistoryError, match="not an author"):
            maker.write(PATH, "two\n")
            repository.commit([PATH], "m", now=now, author="nobody")
    assert maker.git("log", "-1", "--format=%an %at") == f"林 律师 {int(now.timestamp())}"


RELEASE = """policy: privacy
number: {number}
announced_on: {announced}
effective_on: {effective}
texts:
  en: {{path: policies/privacy/en.md, sha256: "0"}}
{more}"""


def release(maker: GitMaker, number: str, effective: str, body: str, more: str = "", tag: bool = True) -> None:
    record = RELEASE.format(number=number, announced="2024-01-01", effective=effective, more=more)
    maker.commit({PATH: body, f"policies/privacy/releases/{number}.yaml": record})
    if tag:
        maker.git("tag", "-a", "-m", number, f"privacy/v{number}")


def test_release_files_and_tags_make_the_versions(maker: GitMaker) -> None:
    maker.commit({PATH: "before any release\n"})
    release(maker, "1.9.0", "2024-02-01", "one\n")
    release(maker, "1.10.0", "2024-03-01", "two\n")
    release(maker, "2.0.0", "2030-01-01", "three\n")
    release(maker, "2.0.1", "2030-02-01", "draft\n", tag=False)
    found = listed(maker)
    assert [(v.number, v.effective_on, v.status.value) for v in found] == [
        ("1.9.0", date(2024, 2, 1), "replaced"),
        ("1.10.0", date(2024, 3, 1), "in-force"),
        ("2.0.0", date(2030, 1, 1), "announced"),
    ]
    assert texts(maker) == ["one\n", "two\n", "three\n"]
    assert find(found, "privacy@2024-02-15", today=TODAY).number == "1.9.0"


def test_a_withdrawn_release_gives_way_to_the_one_before(maker: GitMaker) -> None:
    release(maker, "1.0.0", "2024-02-01", "one\n")
    release(maker, "2.0.0", "2024-03-01", "two\n", more="withdrawn_on: 2024-04-01\n")
    found = listed(maker)
    assert [v.status.value for v in found] == ["in-force", "withdrawn"]
    assert find(found, "privacy@2024-03-15", today=TODAY).number == "2.0.0"
    assert find(found, "privacy@2024-04-01", today=TODAY).number == "1.0.0"


def test_decode() -> None:
    assert decode("\ufeff甲\r\n乙".encode()) == "甲\r\n乙"
    with pytest.raises(TextError, match="line 2: byte 0xff"):
        decode(b"a\n\xff")
    with pytest.raises(TextError, match="UTF-16"):
        decode("甲".encode("utf-16"))
