"""Taking back what was announced, and the days in which people may comment on it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from policy_versions import config, obstacles, recalling, release_file, verifying, version_log
from policy_versions.commands.recall import recall as command
from policy_versions.errors import BlockedError, ConfigError
from policy_versions.model import ReleaseStatus
from policy_versions.release import Record
from policy_versions.transparency import Tree, open_note
from tests.policy_versions.gitmaker import GitMaker
from tests.policy_versions.releasing import TOML, House

WHY = {"zh-CN": "另有安排。", "en": "Plans changed."}
FILE = release_file.path_of("privacy", "2.0.0")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Announce a version that asks for consent, upon one that applies."""
    made = House(GitMaker(tmp_path / "repo"))
    made.release()
    made.today += timedelta(days=60)
    made.release("purpose: x")
    return made


def recall(house: House, number: str = "2.0.0", **how: object) -> recalling.Recalled:
    given: dict[str, object] = {"reasons": WHY, "by": "lin@example.com", **how}
    noon = datetime(house.today.year, house.today.month, house.today.day, 12, tzinfo=UTC)
    with house.open() as repository:
        desk = house.desk(repository)
        return recalling.recall(desk, desk.config.policy("privacy"), number, now=noon, **given)  # type: ignore[arg-type]


def refused(house: House, number: str = "2.0.0", **how: object) -> list[str]:
    with pytest.raises(recalling.RecallBlockedError) as error:
        recall(house, number, **how)
    assert isinstance(error.value, BlockedError)
    assert len(error.value.reasons) == len(error.value.blocks)
    return [b.code for b in error.value.blocks]


def found(house: House) -> list[str]:
    with house.open() as repository:
        return [b.code for b in verifying.verify(repository, config.load(repository))]


def test_a_recall_stays_in_the_record_the_log_and_the_checkpoint(house: House) -> None:
    done = recall(house)
    assert (done.new, done.release.withdrawn_on, done.release.withdrawn_by) == (True, house.today, "lin@example.com")
    assert house.git.git("log", "-1", "--format=%s") == "Recall privacy 2.0.0"
    rows = (house.git.root / version_log.LOG).read_bytes().splitlines()
    assert json.loads(rows[-1]) == {
        "event": "withdrawn", "number": "2.0.0", "policy": "privacy", "reasons": WHY,
        "withdrawn_on": house.today.isoformat(),
    }  # fmt: skip
    body, _ = open_note((house.git.root / version_log.CHECKPOINT).read_text(encoding="utf-8"))
    assert body.splitlines()[1] == "3"
    assert len(Tree(rows)) == 3
    assert found(house) == []
    with Record.open(house.git.root) as record:
        first, second = record.releases("privacy", today=house.today + timedelta(days=90))
    assert (first.status, second.status) == (ReleaseStatus.IN_FORCE, ReleaseStatus.WITHDRAWN)
    assert second.withdrawn_for == WHY


def test_recalling_twice_changes_nothing(house: House) -> None:
    recall(house)
    before = house.git.git("rev-parse", "HEAD")
    assert not recall(house, reasons={"zh-CN": "别的", "en": "other"}).new
    assert house.git.git("rev-parse", "HEAD") == before


def test_what_applies_is_not_recalled_but_followed_by_a_new_version(house: House) -> None:
    with Record.open(house.git.root) as record:
        effective = record.release("privacy", "2.0.0", today=house.today).effective_on
    assert effective is not None
    house.today = effective - timedelta(days=1)
    assert recall(house).new
    other = House(GitMaker(house.git.root.parent / "other"))
    other.release("purpose: x")
    other.today += timedelta(days=400)
    assert refused(other, "1.0.0") == ["recall-applies"]


@pytest.mark.parametrize(
    ("how", "codes"),
    [
        ({"by": ""}, ["recall-approver"]),
        ({"by": "mallory@example.com"}, ["recall-approver"]),
        ({"reasons": {"zh-CN": "只有中文"}}, ["recall-reason"]),
        ({"reasons": {**WHY, "en": "  "}}, ["recall-reason"]),
        ({"reasons": {}, "by": "x"}, ["recall-approver", "recall-reason"]),
    ],
)
def test_a_recall_needs_a_reason_in_every_language_and_an_approver(
    house: House, how: dict[str, object], codes: list[str]
) -> None:
    assert refused(house, **how) == codes
    assert found(house) == []


def test_nobody_makes_themselves_an_approver_for_the_moment(house: House) -> None:
    house.git.write("policy.toml", TOML.replace('"lin@example.com"', '"mallory@example.com"'))
    assert refused(house, by="mallory@example.com") == ["recall-approver"]


def test_a_number_that_was_never_published_is_named(house: House) -> None:
    assert refused(house, "9.0.0") == ["recall-unpublished"]


def test_a_version_that_another_builds_upon_is_recalled_after_it(house: House) -> None:
    house.release("contact: y")
    assert refused(house) == ["recall-followed"]
    assert recall(house, "2.1.0").new
    assert recall(house).new
    assert found(house) == []


def test_a_release_file_altered_by_hand_is_not_recalled(house: House) -> None:
    house.git.write(FILE, (house.git.root / FILE).read_bytes() + b"\n# x\n")
    with pytest.raises(ConfigError, match="is not what was committed"):
        recall(house)


def test_a_recall_that_only_one_of_file_and_log_knows_is_found(house: House) -> None:
    house.git.write(FILE, release_file.dump(recall(house).release).replace(b"Plans changed.", b"Nothing."))
    house.git.commit()
    assert found(house) == ["recall-altered"]
    house.git.git("revert", "--no-edit", "HEAD")
    assert found(house) == []
    house.git.git("checkout", "HEAD~3", "--", FILE)
    house.git.commit()
    assert found(house) == ["recall-altered"]
    other = House(GitMaker(house.git.root.parent / "other"))
    other.release("purpose: x")
    with other.open() as repository:
        text = repository.working(release_file.path_of("privacy", "1.0.0")) or b""
    other.git.commit({release_file.path_of("privacy", "1.0.0"): text + b"withdrawn_on: 2026-11-23\n"})
    assert found(other) == ["recall-unlogged"]


def test_the_command_says_what_comes_next(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C.UTF-8")
    far = (date.today() + timedelta(days=400)).isoformat()  # noqa: DTZ011 - the command reads the real day
    path = house.git.root / FILE
    text = path.read_text("utf-8")
    house.git.commit({FILE: text.replace(text.split("effective_on: ")[1][:10], far, 1)})
    arguments = ["privacy@2.0.0", "--reason", "另有安排", "--reason", "en=Plans changed", "--by", "lin@example.com"]
    done = CliRunner().invoke(command, [*arguments, "-C", str(house.git.root)])
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert "Recalled privacy 2.0.0" in done.output
    assert "policyctl notify plan privacy@2.0.0 --recall" in done.output
    assert "git checkout privacy/v1.0.0 -- policies/privacy/zh-CN.md" in done.output
    again = CliRunner().invoke(command, [*arguments, "-C", str(house.git.root)])
    assert "nothing was changed" in again.output


# -- public comments -------------------------------------------------------------------------------------------------


def commented(tmp_path: Path, days: int) -> House:
    house = House(GitMaker(tmp_path / "repo"))
    house.release()
    house.git.commit({"policy.toml": TOML + f"[comments]\ndays = {days}\n"})
    return house


def test_a_comment_window_delays_the_effective_date(tmp_path: Path) -> None:
    house = commented(tmp_path, 60)
    house.add("contact: x")
    release = house.draft()
    assert (release.comment_days, release.lead_days) == (60, 60)
    assert release.effective_on == house.today + timedelta(days=60)
    house.confirm(release)
    done = house.publish()
    assert done is not None
    assert done.release.comments_until == house.today + timedelta(days=59)
    assert done.release.comments_until < done.release.effective_on  # type: ignore[operator]
    with Record.open(house.git.root) as record:
        assert record.release("privacy", done.release.number, today=house.today).comment_days == 60
        assert record.publisher.comments == "mailto:privacy@example.com?subject={policy}%20{number}%20{finding}"


def test_a_release_may_give_longer_to_comment_never_shorter(tmp_path: Path) -> None:
    house = commented(tmp_path, 20)
    house.add("contact: x")
    release = house.confirm(house.draft())
    path = house.git.root / release_file.path_of("privacy", release.number)
    path.write_text(path.read_text("utf-8").replace("comment_days: 20", "comment_days: 45"), "utf-8")
    assert house.draft().comment_days == 45
    path.write_text(path.read_text("utf-8").replace("comment_days: 45", "comment_days: 3"), "utf-8")
    with house.open() as repository:
        desk = house.desk(repository)
        now = house.state().pending
        assert now is not None
        codes = [b.code for b in obstacles.blocks(now, desk.config, house.today)]
    assert "comments-short" in codes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("days = -1", "comments.days"),
        ("days = 99999", "comments.days"),
        ('url = "ftp://x"', "comments.url"),
        ('url = "https://x.cn/{who}"', "comments.url"),
        ('url = "https://x.cn/{"', "comments.url"),
        ("day = 3", "comments.day"),
    ],
)
def test_a_wrong_setting_is_named(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        config.parse(f"{TOML}[comments]\n{text}\n".encode(), lambda _: True)
