"""The walk: from a lawyer's edit in git to people's recorded answers, every station held to what it must show."""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from archive.demo import law, people, story, walk, web
from archive.demo.law import Office
from archive.demo.place import prepare
from archive.demo.say import Narrator
from archive.demo.sink import MailSink
from archive.demo.walk import Stage
from notifier.consent import Held, Reason
from notifier.consent_log import Actor, State, broken
from notifier.desk import Desk
from notifier.model import State as Delivered
from notifier.store import consents
from policy_versions import obligations
from policy_versions.lint import effective_on
from policy_versions.model import Category, Direction, Level, ReleaseStatus, Verdict
from policy_versions.publishing import Publication, ReleaseBlockedError
from policy_versions.release import Record

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
TODAY = date(2026, 11, 20)
EFFECTIVE = TODAY + timedelta(days=30)
OLD_PHONE, NEW_PHONE = "+86 10 0000 0101", "+86 10 0000 0202"


@dataclass
class Clock:
    """A clock that the test winds."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Told:
    """Keeps what was printed."""

    lines: list[str] = field(default_factory=list)

    def __call__(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("language", ["zh-CN"])
def test_walk(tmp_path: Path, clock: Clock, language: str) -> None:
    place, printed, taken = prepare(tmp_path / "demo"), Told(), web.listen(0)
    stage = Stage(place, web.url(taken), Narrator(language, printed), clock)

    office, past = walk.make_repository(stage)
    _past_is_as_the_sample_says(past)
    _texts_state_the_day_of_their_release(office, past)

    commit = walk.change(stage, office)
    _change_lies_on_its_branch_alone(office, commit)
    new = _check_is_red_and_says_why(stage, office)
    old = past[-1].release.number
    assert new == obligations.next_number(old, Level.CONSENT)
    _nothing_is_published_undecided(office, clock)
    _draft_makes_it_green(stage, office)

    done = walk.publish(stage, office)
    _release_is_on_the_record(stage, office, done)
    _archive_shows_it(stage, done)

    with MailSink(place.mails) as sink:
        given, env = walk.settings(stage, sink)
        desk = Desk.open(place.repository, env)
        told = walk.notify(stage, given, desk, sink, done.release.number)
        _bad_row_is_named(told)
        _mails_state_the_change(sink, f"{stage.url}privacy/v{old}..v{new}/", stage.url)
        clock.now += timedelta(days=1)
        with walk.serve(stage, given, desk, taken) as site:
            assert site
            answered = walk.answer(stage, given, sink)
            assert [len(one.screens) > 0 for one in answered] == [True] * 3
            _answers_are_recorded(desk, office, new)
            _served_archive_is_the_exported_one(stage, done)
            _nobody_is_bound_early(desk, clock, old)
            _after_the_day_each_is_bound_as_they_said(desk, clock, old, new)
            _evidence_says_it_all(stage, desk, old, new)
    desk.database.close()
    office.repository.close()


def _past_is_as_the_sample_says(past: tuple[Publication, ...]) -> None:
    assert [one.release.number for one in past] == [step.number for step in story.history()]
    assert [one.release.effective_on for one in past] == [step.effective_on for step in story.history()]
    assert all(one.new for one in past)
    assert {one.release.level for one in past} >= {Level.NONE, Level.PROMINENT, Level.CONSENT, Level.SEPARATE_CONSENT}
    for earlier, later in itertools.pairwise(past):
        assert later.release.previous == earlier.release.number
        assert later.release.number == obligations.next_number(earlier.release.number, later.release.level)


def _texts_state_the_day_of_their_release(office: Office, past: tuple[Publication, ...]) -> None:
    for one in past:
        for text in one.release.texts.values():
            data = office.repository.read(one.commit, text.path) or b""
            assert effective_on(data.decode()) == one.release.effective_on


def _change_lies_on_its_branch_alone(office: Office, commit: str) -> None:
    assert office.repository.resolve(law.BRANCH) == commit != office.repository.resolve(law.MAIN)
    changed = {story.path("zh-CN"), story.path("en"), story.CONFIG}
    assert set(office.repository.changed(law.MAIN, law.BRANCH)) == changed


def _check_is_red_and_says_why(stage: Stage, office: Office) -> str:
    found = walk.check(stage, office)
    assert {block.code for block in found.blocks} == {"no-draft", "assessment-missing"}
    assert found.release.level is Level.SEPARATE_CONSENT
    for language in story.LANGUAGES:
        before, after = (office.repository.read(ref, story.path(language)) for ref in (law.MAIN, law.BRANCH))
        assert before and after
        own = [f for f in found.release.findings if f.language == language]
        for one in own:
            assert one.finding.evidence_before in before.decode()
            assert one.finding.evidence_after in after.decode()
        seen = {(f.finding.category, f.finding.direction): f.obligation for f in own}
        assert seen[Category.CONTACT, Direction.NEUTRAL].level is Level.PROMINENT
        if language == "zh-CN":  # the language that decides
            recipients = seen[Category.RECIPIENTS, Direction.EXPANDS]
            assert (recipients.level, recipients.lead_days, recipients.guardian) == (Level.SEPARATE_CONSENT, 30, True)
            assert "PIPL 23" in recipients.law
    return found.release.number


def _nothing_is_published_undecided(office: Office, clock: Clock) -> None:
    """A draft whose findings nobody judged, on a branch of its own, is refused and leaves no tag."""
    office.git("switch", "--quiet", "--create", "hasty", now=clock())
    drafted = office.draft(TODAY)
    path = f"policies/{story.POLICY}/releases/{drafted.number}.yaml"
    with pytest.raises(ReleaseBlockedError) as refused:
        office.publish(now=clock())
    codes = {block.code for block in refused.value.blocks}
    assert {"undecided", "summary-missing"} <= codes
    assert f"{story.POLICY}/v{drafted.number}" not in office.repository.tags()
    (office.root / path).unlink()
    office.git("switch", "--quiet", law.BRANCH, now=clock())


def _draft_makes_it_green(stage: Stage, office: Office) -> None:
    release, again = walk.draft(stage, office)
    assert again.drafted
    assert [block.code for block in again.blocks] == []
    assert release.effective_on == EFFECTIVE
    assert {d.by for d in release.decisions} == {law.LAWYER}
    assert all(d.second == law.SECOND for d in release.decisions if d.verdict is Verdict.OVERRULED)
    material = {f.finding.fingerprint for f in release.findings if f.finding.material}
    assert material <= {d.fingerprint for d in release.decisions}


def _release_is_on_the_record(stage: Stage, office: Office, done: Publication) -> None:
    old, new = done.release.previous, done.release.number
    name = f"{story.POLICY}/v{new}"
    assert done.new
    assert office.repository.tags()[name].commit == done.commit == office.repository.resolve(law.MAIN)
    leaves = (office.root / "transparency/log.jsonl").read_bytes().splitlines()
    assert len(leaves) == len(story.history()) + 1
    last = json.loads(leaves[-1])
    assert (last["number"], last["announced_on"], last["effective_on"]) == (new, "2026-11-20", "2026-12-20")
    with Record.open(stage.place.repository) as record:
        coming = record.release(story.POLICY, new, today=TODAY)
        assert coming.status is ReleaseStatus.ANNOUNCED
        for language, text in coming.texts.items():
            assert hashlib.sha256(record.bytes(coming, language)).hexdigest() == text.sha256
        now, then = (record.in_force(story.POLICY, on=day) for day in (TODAY, EFFECTIVE))
        assert now and then
        assert (now.number, then.number) == (old, new)


def _archive_shows_it(stage: Stage, done: Publication) -> None:
    written = walk.export(stage)
    site, old, new = stage.place.site, done.release.previous, done.release.number
    files = [path for path in site.rglob("*") if path.is_file()]
    assert len(files) == written.pages
    with Record.open(stage.place.repository) as record:
        for release in record.releases(story.POLICY, today=TODAY):
            for language in story.LANGUAGES:
                raw = site / story.POLICY / f"v{release.number}" / f"{language}.md"
                assert raw.read_bytes() == record.bytes(release, language)
    redline = (site / story.POLICY / f"v{old}..v{new}" / "zh-CN" / "index.html").read_text("utf-8")
    assert "<ins" in redline
    assert "拾光" in redline
    page = (site / story.POLICY / f"v{new}" / "zh-CN" / "index.html").read_text("utf-8")
    assert EFFECTIVE.isoformat() in page
    home = (site / "index.html").read_text("utf-8")
    assert old in home
    assert new in home


def _served_archive_is_the_exported_one(stage: Stage, done: Publication) -> None:
    with people.client() as client:
        for path in ("privacy/", f"privacy/v{done.release.number}/en/", f"privacy/v{done.release.number}/en.md"):
            exported = stage.place.site / (f"{path}index.html" if path.endswith("/") else path)
            reply = client.get(f"{stage.url}{path}")
            assert (reply.status_code, reply.content) == (200, exported.read_bytes()), path


def _bad_row_is_named(told: people.Told) -> None:
    assert [(p.line, p.column) for p in told.rows.problems] == [(7, "email")]
    assert told.rows.bad_rows == 1
    assert told.plan.people == len(told.rows.recipients) == 5
    assert told.results[Delivered.FAILED] == told.results[Delivered.PENDING] == 0


def _mails_state_the_change(sink: MailSink, redline: str, url: str) -> None:
    mails = sink.mails()
    assert sorted(str(mail["To"]).strip("<>") for mail in mails) == [
        "chen@example.com", "lin.mother@example.com", "lin.mother@example.com", "smith@example.com", "wang@example.com",
    ]  # fmt: skip
    assert len({mail["Message-ID"] for mail in mails}) == len(mails)
    for mail in mails:
        for kind in ("plain", "html"):
            part = mail.get_body((kind,))
            assert part is not None
            text = part.get_content()
            partner = "Shiguang" if "smith" in str(mail["To"]) else "拾光"
            for needed in (OLD_PHONE, NEW_PHONE, partner, f"{url}answer/", redline):
                assert needed in text.replace("&#43;", "+"), (kind, needed)
        english = "smith" in str(mail["To"])
        assert ("20 December 2026" if english else "2026-12-20") in str(mail["Subject"])
        assert ("separate consent" if english else "单独同意") in str(mail["Subject"])


def _answers_are_recorded(desk: Desk, office: Office, new: str) -> None:
    expected = {
        "wang-01": ("wang-01", Actor.SELF, State.GIVEN, "zh-CN"),
        "smith-02": ("smith-02", Actor.SELF, State.REFUSED, "en"),
        "lin-03": ("lin-04", Actor.GUARDIAN, State.GIVEN, "zh-CN"),
    }
    for subject, (actor, role, state, language) in expected.items():
        events = consents.events(desk.database, subject)
        assert events and broken(events) is None
        assert events[0].state is state
        for event in events:
            assert (event.number, event.language) == (new, language)
            assert (event.state.grants, event.state.denies) == (state.grants, state.denies)
            assert (event.actor_id, event.actor) == (actor, role)
            text = office.repository.read(f"{story.POLICY}/v{new}", story.path(language))
            assert text is not None
            assert event.text_sha256 == hashlib.sha256(text).hexdigest()
            screen = consents.screen(desk.database, event.screen_sha256)
            assert screen and hashlib.sha256(screen.encode()).hexdigest() == event.screen_sha256
            assert consents.receipt_of(desk.database, event.id, event=True) is not None
    for silent in ("chen-05", "lin-04"):
        assert consents.events(desk.database, silent) == ()


def _bound(desk: Desk, person: str, at: datetime) -> tuple[str, Reason, dict[str, Held]]:
    binding = desk.binding(desk.person(person), story.POLICY, at)
    assert binding is not None
    return binding.number, binding.reason, dict(binding.held)


def _nobody_is_bound_early(desk: Desk, clock: Clock, old: str) -> None:
    for person in ("wang-01", "smith-02", "lin-03", "lin-04", "chen-05"):
        assert _bound(desk, person, clock())[0] == old


def _after_the_day_each_is_bound_as_they_said(desk: Desk, clock: Clock, old: str, new: str) -> None:
    """Who accepted has the new version; a decline, and silence, keep a person on the last one: nobody loses by it."""
    clock.now = law.moment(EFFECTIVE + timedelta(days=1))
    assert _bound(desk, "wang-01", clock())[:2] == (new, Reason.ACCEPTED)
    assert _bound(desk, "lin-03", clock())[:2] == (new, Reason.ACCEPTED)
    for person, held in (("smith-02", Held.REFUSED), ("chen-05", Held.SILENT), ("lin-04", Held.SILENT)):
        number, _, why = _bound(desk, person, clock())
        assert (number, why) == (old, {new: held})


def _evidence_says_it_all(stage: Stage, desk: Desk, old: str, new: str) -> None:
    """For each of the three: what bound them, what they were told, when, how, with which result, what they said."""
    found = {one.person: one.policies[0] for one in walk.evidence(stage, desk, EFFECTIVE)}
    bound = {person: one.bound.number if one.bound else "" for person, one in found.items()}
    assert bound == {"wang-01": new, "smith-02": old, "lin-03": new}
    for person, one in found.items():
        assert {told.channel for told in one.told} == {"email", "in_app"}
        mailed = [told for told in one.told if told.channel == "email" and told.state is Delivered.SENT]
        assert [(told.number, told.events[-1].at) for told in mailed] == [(new, START)]
        assert all(proof.screen_held and proof.receipt for proof in one.answers)
        said = json.loads((stage.place.evidence / f"{person}.json").read_bytes())
        assert said["chain"] == {"events": len(one.answers), "verified": True, "broken_at": None}
    assert "smith@example.com" in (stage.place.evidence / "smith-02.txt").read_text("utf-8")
