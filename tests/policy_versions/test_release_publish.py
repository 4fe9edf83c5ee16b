"""Draft, publish, verify over real git: nothing passes that is not decided, nothing changes unseen afterwards."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from policy_versions import config, publishing, recalling, release_file, transparency, verifying, version_log
from policy_versions.errors import BlockedError, ConfigError, HistoryError
from policy_versions.model import Category, Level, Release, ReleaseStatus
from policy_versions.publishing import ReleaseBlockedError
from policy_versions.release import Record
from policy_versions.review import Desk, Source
from policy_versions.transparency import Key
from tests.policy_versions.gitmaker import GitMaker
from tests.policy_versions.releasing import BASE, EN, TOML, ZH, House, classify


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(GitMaker(tmp_path / "repo"))


def found(house: House, **how: object) -> list[str]:
    """Name what verify finds."""
    with house.open() as repository:
        wrong = verifying.verify(repository, config.load(repository), **how)  # type: ignore[arg-type]
    return [b.code for b in wrong]


def blocked(house: House) -> list[str]:
    with pytest.raises(ReleaseBlockedError) as error:
        house.publish()
    assert isinstance(error.value, BlockedError)
    assert len(error.value.reasons) == len(error.value.blocks)
    return [b.code for b in error.value.blocks]


def test_the_first_version_has_no_findings_and_is_published_once_its_summaries_are_worded(house: House) -> None:
    first = house.draft()
    assert (first.number, first.previous, first.findings, first.level) == ("1.0.0", "", (), Level.NONE)
    assert blocked(house) == ["summary-missing", "summary-missing"]
    house.confirm(first)
    done = house.publish()
    assert done is not None
    assert done.new
    assert done.release.announced_on == house.today
    with Record.open(house.git.root) as record:
        assert [r.number for r in record.releases("privacy", today=house.today)] == ["1.0.0"]
        assert record.text(record.release("privacy", "1.0.0", today=house.today), "zh-CN") == BASE[ZH]
    assert found(house) == []


def test_a_draft_says_what_the_change_asks_for(house: House) -> None:
    house.release()
    house.add("purpose: advertising")
    drafted = house.draft()
    assert (drafted.number, drafted.previous, drafted.level, drafted.guardian) == (
        "2.0.0",
        "1.0.0",
        Level.CONSENT,
        True,
    )
    assert [(f.language, f.finding.evidence_after) for f in drafted.findings] == [
        ("zh-CN", "purpose: advertising"), ("en", "purpose: advertising"),
    ]  # fmt: skip
    assert drafted.effective_on == house.today + timedelta(days=30)
    written = house.state().pending
    assert written == replace(drafted, commit="")
    assert written.texts["en"].sha256 == hashlib.sha256(house.texts[EN].encode()).hexdigest()


def test_nothing_is_drafted_where_nothing_changed(house: House) -> None:
    house.release()
    with house.open() as repository:
        desk = house.desk(repository)
        assert publishing.draft(desk, desk.config.policy("privacy")) is None


def test_drafting_again_keeps_decisions_on_sentences_that_are_still_there(house: House) -> None:
    house.release()
    house.add("contact: a")
    house.add("contact: b")
    house.confirm(house.draft())
    house.texts = {p: t.replace("contact: b", "purpose: c") for p, t in house.texts.items()}
    house.git.commit(dict(house.texts))
    assert {"text-changed", "finding-lost"} <= set(blocked(house))
    again = house.draft()
    assert again.number == "2.0.0"
    assert len(again.decisions) == 2
    assert again.summaries == {"zh-CN": "变", "en": "c"}
    assert not (house.git.root / release_file.path_of("privacy", "1.1.0")).exists()
    assert blocked(house) == ["undecided", "undecided", "effective-early"]


@pytest.mark.parametrize("number", ["1.1.0", "1.0.0", "4.0.0", "two"])
def test_a_number_that_cannot_follow_is_refused(house: House, number: str) -> None:
    house.release()
    house.add("purpose: x")
    with pytest.raises(ConfigError, match=r"allowed: 2|MAJOR"):
        house.draft(number=number)
    assert house.draft(number="2.0.0").number == "2.0.0"


def test_publishing_twice_changes_nothing(house: House) -> None:
    house.release()
    house.release("contact: x")
    before = house.git.git("rev-parse", "HEAD"), house.git.git("show-ref", "--tags")
    again = house.publish()
    assert again is not None
    assert not again.new
    assert again.release.number == "1.1.0"
    assert (house.git.git("rev-parse", "HEAD"), house.git.git("show-ref", "--tags")) == before


def test_nothing_is_published_without_a_draft(house: House) -> None:
    assert house.publish() is None


def test_publishing_stops_at_what_git_does_not_have(house: House) -> None:
    house.git.write(ZH, house.texts[ZH] + "\n未提交\n")
    house.confirm(house.draft())
    assert blocked(house) == ["text-uncommitted"]


def test_publishing_stops_at_promises_that_git_does_not_have(house: House) -> None:
    house.confirm(house.draft())
    house.git.write("policy.toml", TOML.replace('"lin@example.com", ', ""))
    with pytest.raises(ReleaseBlockedError) as error:
        house.publish()
    assert [(b.code, b.args["path"]) for b in error.value.blocks] == [("text-uncommitted", "policy.toml")]


def test_a_quote_cannot_be_reworded(house: House) -> None:
    house.release()
    house.add("purpose: x")
    confirmed = house.confirm(house.draft())
    first, second = confirmed.findings
    milder = replace(first, finding=replace(first.finding, evidence_after="nothing to see"))
    house.write(replace(confirmed, findings=(milder, second)))
    assert blocked(house) == ["finding-lost"]


def test_what_is_published_is_said_in_the_words_of_the_classifier(house: House) -> None:
    house.release()
    house.add("purpose: x")
    confirmed = house.confirm(house.draft())
    first, second = confirmed.findings
    milder = replace(first, finding=replace(first.finding, explanation={"zh-CN": "无事", "en": "nothing"}))
    house.write(replace(confirmed, findings=(milder, second)))
    done = house.publish()
    assert done is not None
    assert {f.finding.explanation["en"] for f in done.release.findings} == {"purpose added"}


def test_a_release_whose_tag_was_lost_is_not_drafted_over(house: House) -> None:
    house.release()
    house.git.git("tag", "-d", "privacy/v1.0.0")
    file = house.git.root / "policies/privacy/releases/1.0.0.yaml"
    before = file.read_bytes()
    house.git.commit({ZH: house.texts[ZH] + "\nmore\n"})
    with pytest.raises(ConfigError, match=r"1\.0\.0 is in transparency/log\.jsonl, only its tag is missing"):
        house.draft()
    assert file.read_bytes() == before
    house.git.git("revert", "--no-edit", "HEAD", **house.git.dates())
    done = house.publish()
    assert done is not None
    assert found(house) == []


def test_a_finding_cannot_be_edited_away(house: House) -> None:
    house.release()
    house.add("purpose: x")
    confirmed = house.confirm(house.draft())
    house.write(replace(confirmed, findings=(), decisions=()))
    assert blocked(house) == ["finding-lost", "finding-lost"]


def test_a_published_release_holds_hashes_log_checkpoint_and_tag(house: House) -> None:
    house.release()
    second = house.release("purpose: x")
    rows = (house.git.root / version_log.LOG).read_bytes().splitlines()
    said = json.loads(rows[1])
    assert len(rows) == 2
    assert said == {
        "announced_on": "2026-11-23", "effective_on": "2026-12-23", "number": "2.0.0", "policy": "privacy",
        "prev": "1.0.0", "sha256": {k: t.sha256 for k, t in second.texts.items()},
    }  # fmt: skip
    body, _ = transparency.open_note((house.git.root / version_log.CHECKPOINT).read_text(encoding="utf-8"))
    head = transparency.Checkpoint.parse(body)
    assert (head.origin, head.size, head.root) == ("policies.example.com", 2, transparency.Tree(rows).root())
    assert house.git.git("cat-file", "-t", "privacy/v2.0.0") == "tag"
    assert house.git.git("rev-parse", "privacy/v2.0.0^{commit}") == house.git.git("rev-parse", "HEAD")
    assert second.texts["zh-CN"].sha256 in house.git.git("tag", "-n9", "-l", "privacy/v2.0.0")
    assert house.git.git("status", "--porcelain") == ""


def test_an_interrupted_publication_is_taken_up(house: House) -> None:
    house.release()
    house.release("contact: x")
    house.git.git("tag", "-d", "privacy/v1.1.0")
    house.git.commit({"note.md": "later\n"})
    assert found(house) == ["tag-lost"]
    done = house.publish()
    assert done is not None
    assert done.commit == house.git.git("rev-parse", "HEAD^")
    assert found(house) == []


def test_what_was_written_and_never_committed_is_written_again(house: House) -> None:
    house.release()
    house.add("contact: x")
    confirmed = house.confirm(house.draft())
    log = house.git.root / version_log.LOG
    log.write_bytes(log.read_bytes() + version_log.leaf(replace(confirmed, announced_on=house.today)) + b"\n")
    assert house.publish() is not None
    assert len(log.read_bytes().splitlines()) == 2
    assert found(house) == []


def test_a_bare_repository_publishes_nothing(house: House, tmp_path: Path) -> None:
    house.confirm(house.draft())
    house.git.commit()
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", house.git.root, bare], check=True)
    with publishing_desk(bare) as desk, pytest.raises(HistoryError, match="bare"):
        publishing.publish(desk, desk.config.policy("privacy"), now=datetime(2026, 11, 22, tzinfo=UTC))


class publishing_desk:  # noqa: N801 - reads as the context it is
    def __init__(self, path: Path) -> None:
        from policy_versions.history import Repository  # noqa: PLC0415

        self.repository = Repository.open(path)

    def __enter__(self) -> Desk:
        settings = config.load(self.repository)
        source = Source(self.repository, self.repository.resolve("HEAD"))
        return Desk(self.repository, settings, source, date(2026, 11, 22), classify)

    def __exit__(self, *_: object) -> None:
        self.repository.close()


def move_tag(house: House) -> None:
    house.git.commit({"note.md": "later\n"})
    house.git.git("tag", "-f", "-a", "-m", "moved", "privacy/v1.0.0", "HEAD")


def move_tag_back(house: House) -> None:
    house.git.git("tag", "-f", "-a", "-m", "moved", "privacy/v1.1.0", "privacy/v1.0.0^{commit}")


def alter_text_under_the_tag(house: House) -> None:
    """Rewrite the commit that the tag stands on, as somebody with push rights could."""
    house.git.write(ZH, house.texts[ZH] + "又一句\n")
    house.git.git("add", "--all")
    house.git.git("commit", "--quiet", "--amend", "--no-edit")
    house.git.git("tag", "-f", "-a", "-m", "again", "privacy/v1.1.0", "HEAD")


def alter_the_log(house: House) -> None:
    log = house.git.root / version_log.LOG
    house.git.commit({version_log.LOG: log.read_bytes().replace(b"2026-11-23", b"2026-11-21")})


def drop_a_line(house: House) -> None:
    log = house.git.root / version_log.LOG
    house.git.commit({version_log.LOG: log.read_bytes().splitlines(keepends=True)[1]})


def break_the_log(house: House) -> None:
    log = house.git.root / version_log.LOG
    house.git.commit({version_log.LOG: log.read_bytes() + b"{}\n"})


def shrink_the_checkpoint(house: House) -> None:
    house.git.commit({version_log.CHECKPOINT: house.git.git("show", "privacy/v1.0.0:transparency/checkpoint") + "\n\n"})


def break_the_checkpoint(house: House) -> None:
    house.git.commit({version_log.CHECKPOINT: "size 3\n"})


def lose_the_checkpoint(house: House) -> None:
    (house.git.root / version_log.CHECKPOINT).unlink()
    house.git.commit()


def alter_the_release_file(house: House) -> None:
    path = release_file.path_of("privacy", "1.0.0")
    house.git.commit({path: (house.git.root / path).read_bytes().replace("变".encode(), "别".encode())})


def lose_the_release_file(house: House) -> None:
    (house.git.root / release_file.path_of("privacy", "1.0.0")).unlink()
    house.git.commit()


def change_the_text_without_a_draft(house: House) -> None:
    house.git.commit({EN: house.texts[EN] + "\nmore\n"})


def lose_a_tag(house: House) -> None:
    house.git.git("tag", "-d", "privacy/v1.0.0")


@pytest.mark.parametrize(
    ("harm", "codes"),
    [
        (move_tag, {"tag-moved", "text-altered"}),
        (move_tag_back, {"tag-moved"}),
        (alter_text_under_the_tag, {"text-altered", "text-unreleased"}),
        (alter_the_log, {"log-altered", "checkpoint-wrong"}),
        (drop_a_line, {"log-lost", "checkpoint-wrong", "log-rewritten"}),
        (break_the_log, {"log-broken", "checkpoint-wrong", "log-lost"}),
        (shrink_the_checkpoint, {"checkpoint-wrong"}),
        (break_the_checkpoint, {"checkpoint-broken"}),
        (lose_the_checkpoint, {"checkpoint-missing"}),
        (alter_the_release_file, {"file-altered"}),
        (lose_the_release_file, {"file-lost"}),
        (change_the_text_without_a_draft, {"text-unreleased"}),
        (lose_a_tag, {"tag-lost"}),
    ],
)
def test_each_harm_done_after_publishing_is_named(house: House, harm: Callable[[House], None], codes: set[str]) -> None:
    house.release()
    house.release("contact: x")
    assert found(house) == []
    harm(house)
    assert set(found(house)) == codes


def test_a_draft_on_its_way_is_no_harm(house: House) -> None:
    house.release()
    house.add("contact: x")
    house.confirm(house.draft())
    house.git.commit()
    assert found(house) == []


def test_a_withdrawal_may_be_added_and_is_passed_over_by_the_next(house: House) -> None:
    house.release()
    second = house.release("purpose: x")
    with house.open() as repository:
        desk = house.desk(repository)
        how = {"reasons": {"zh-CN": "撤", "en": "w"}, "by": "lin@example.com"}
        recalling.recall(desk, desk.config.policy("privacy"), second.number, now=datetime.now(UTC), **how)
    assert found(house) == []
    house.texts = {p: t.replace("purpose: x", "contact: y") for p, t in house.texts.items()}
    house.git.commit(dict(house.texts))
    third = house.draft()
    assert (third.number, third.previous, [f.finding.category for f in third.findings]) == (
        "2.1.0", "1.0.0", ["contact", "contact"],
    )  # fmt: skip
    house.confirm(third)
    assert house.publish() is not None
    with Record.open(house.git.root) as record:
        status = [r.status for r in record.releases("privacy", today=date(2027, 3, 1))]
    assert status == [ReleaseStatus.REPLACED, ReleaseStatus.WITHDRAWN, ReleaseStatus.IN_FORCE]


def test_a_whole_history_rewritten_is_found_by_a_checkpoint_kept_elsewhere(house: House) -> None:
    house.release()
    kept = (house.git.root / version_log.CHECKPOINT).read_bytes()
    house.release("contact: x")
    assert found(house, witness=kept) == []
    other = House(GitMaker(house.git.root.parent / "other"), house.today)
    other.release()
    other.release("contact: y")
    assert found(other) == []
    assert found(other, witness=kept) == ["witness"]


def test_a_checkpoint_must_bear_the_signature_asked_for(house: House) -> None:
    key = Key.from_seed("policies.example.com", bytes(32))
    house.confirm(house.draft())
    with house.open() as repository:
        desk = house.desk(repository)
        now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        publishing.publish(desk, desk.config.policy("privacy"), now=now, keys=[key])
    assert found(house, keys=[Key.parse(key.verifier())]) == []
    assert found(house, keys=[Key.from_seed("other.example", bytes(31) + b"1")]) == ["checkpoint-unsigned"]


def test_a_log_altered_in_the_work_tree_stops_publishing(house: House) -> None:
    house.release()
    house.add("contact: x")
    house.confirm(house.draft())
    (house.git.root / version_log.LOG).write_bytes(b"")
    with pytest.raises(ConfigError, match="not what was committed"):
        house.publish()


def test_two_drafts_at_once_are_told(house: House) -> None:
    drafted = house.draft()
    house.write(replace(drafted, number="2.0.0"))
    with pytest.raises(ConfigError, match="one of 2 unpublished release files"):
        house.state()


def test_a_file_whose_name_is_not_its_number_is_told(house: House) -> None:
    drafted: Release = house.draft()
    house.git.write(release_file.path_of("privacy", "1.0.0"), release_file.dump(replace(drafted, number="1.0.1")))
    with pytest.raises(ConfigError, match=r"key `number`: is `1\.0\.1` \(allowed: that of the file's name\)"):
        house.state()


def test_the_record_tells_people_in_the_words_a_person_gave(tmp_path: Path) -> None:
    house = House(GitMaker(tmp_path / "told"))
    house.release()
    house.release("odd: sentence")
    with Record.open(house.git.root) as record:
        told = record.releases("privacy", today=house.today)[-1].findings[0].finding
    assert (told.category, told.explanation["en"]) == (Category.METHOD, "We put it in other words.")


def test_a_draft_says_which_decisions_died_with_their_sentences(tmp_path: Path) -> None:
    house = House(GitMaker(tmp_path / "dead"))
    house.release()
    house.add("contact: x")
    decided = house.confirm(house.draft())
    house.texts[ZH] = house.texts[ZH].replace("contact: x", "contact: y")
    house.git.commit(dict(house.texts))
    with house.open() as repository:
        desk = house.desk(repository)
        again = publishing.draft(desk, desk.config.policy("privacy"))
    assert again is not None
    assert [d.fingerprint for d in again.dropped] == [decided.findings[0].finding.fingerprint]
    assert [d.fingerprint for d in again.release.decisions] == [decided.findings[1].finding.fingerprint]
