"""The walk: one change, station by station, from a lawyer's edit to a person's recorded answer and its evidence."""

from __future__ import annotations

import secrets
import shlex
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec

from archive import export as exporting
from archive.app import create_app
from archive.consent_pages import Service
from archive.demo import law, people, story, web
from archive.demo.law import Office
from archive.demo.people import ACTS, Answered, Told
from archive.demo.place import Place, prepare
from archive.demo.say import Narrator
from archive.demo.sink import MailSink
from archive.export import Written
from archive.index import Index
from archive.site import Site
from notifier.channels import Opening, open_channel
from notifier.desk import Desk
from notifier.evidence import Evidence, gather, to_json
from notifier.evidence_text import in_words
from notifier.letters import open_letters
from notifier.model import State
from notifier.settings import Settings
from policy_versions import document, history, redline, verifying
from policy_versions.commands import redline_text
from policy_versions.errors import PolicyError
from policy_versions.model import Release, Verdict
from policy_versions.publishing import Publication
from policy_versions.release import Record
from policy_versions.reports import text as text_report
from policy_versions.reports.summary import Report
from policy_versions.review import Review
from policy_versions.version_log import CHECKPOINT


@dataclass(frozen=True, slots=True)
class Stage:
    """Where and when the walk takes place, and who tells of it; `now` gives the time of day."""

    place: Place
    url: str
    tell: Narrator
    clock: Callable[[], datetime]

    @property
    def today(self) -> date:
        """Give the company's day."""
        return self.clock().astimezone(law.ZONE).date()

    @property
    def root(self) -> str:
        """Name the policy repository as a person would type it in a shell."""
        return shlex.quote(str(self.place.repository))


def make_repository(stage: Stage) -> tuple[Office, tuple[Publication, ...]]:
    """Lay out the policy repository and publish its past."""
    first = story.history()[0].announced_on
    if first is None:
        raise PolicyError("the sample history has no beginning")
    say = stage.tell
    reasons = {v: say.words(f"demo.reason.{v}") for v in (Verdict.CONFIRMED, Verdict.OVERRULED)}
    repository = law.lay_out(stage.place.repository, stage.url, now=law.moment(first, 9))
    office = Office(stage.place.repository, repository, reasons)
    done = law.publish_past(office)
    say.station("repository", n=len(done))
    for step, one in zip(story.history(), done, strict=True):
        release = one.release
        values = {"number": release.number, "date": release.effective_on, "title": say.pick(step.title)}
        key = "repository.version" if release.previous else "repository.first"
        say.say(key, level=say.level(release.level), **values)
    say.look(f"git -C {stage.root} log --oneline", f"{say.tool} versions -C {stage.root}")
    return office, done


def change(stage: Stage, office: Office) -> str:
    """Edit the texts on a branch; return the commit."""
    now = stage.clock()
    stage.tell.station("change", branch=law.BRANCH)
    office.git("switch", "--quiet", "--create", law.BRANCH, now=now)
    commit = office.edit(story.open_change(), now=now)
    stage.tell.line(office.git("show", "--stat=72", "--format=", commit, now=now))
    name, language = story.path(stage.tell.language), stage.tell.language
    sides = (office.repository.read(ref, name) or b"" for ref in (f"{commit}^", commit))
    before, after = (document.parse(history.decode(side), language) for side in sides)
    for line in redline_text.render(redline.redline(before, after)):
        stage.tell.line(line)
    stage.tell.look(f"git -C {stage.root} diff {law.MAIN}..{law.BRANCH}")
    return commit


def check(stage: Stage, office: Office) -> Review:
    """Judge the branch against the main line, as the pull request's check does."""
    scope = f"{law.MAIN}..{law.BRANCH}"
    found = office.check(law.MAIN, law.BRANCH, stage.today)
    stage.tell.station("check", range=scope)
    stage.tell.line(text_report.render(Report((found,)), stage.tell.reports))
    stage.tell.say("check.red", n=len(found.blocks))
    return found


def draft(stage: Stage, office: Office) -> tuple[Release, Review]:
    """Write the release file, decide each finding, word the summaries; the check is green afterwards."""
    step = story.open_change()
    say = stage.tell
    drafted = office.draft(stage.today)
    say.station("draft")
    level = say.level(drafted.level)
    values = {"number": drafted.number, "level": level, "days": drafted.lead_days, "date": drafted.effective_on}
    say.say("draft.written", **values)
    decided = office.decide(drafted, step, now=stage.clock())
    office.assess(now=stage.clock())
    verdicts = Counter(decision.verdict for decision in decided.decisions)
    say.say("draft.decided", right=verdicts[Verdict.CONFIRMED], wrong=verdicts[Verdict.OVERRULED])
    again = office.check(law.MAIN, law.BRANCH, stage.today)
    for block in again.blocks:
        say.line(say.reports.block(block))
    if not again.blocks:
        say.say("draft.green")
    say.look(stage.place.repository / f"policies/{story.POLICY}/releases/{decided.number}.yaml")
    return decided, again


def publish(stage: Stage, office: Office) -> Publication:
    """Merge the branch and publish; a second time changes nothing, and all that was published is verified."""
    say, now = stage.tell, stage.clock()
    office.git("switch", "--quiet", law.MAIN, now=now)
    office.git("merge", "--quiet", "--no-ff", "--message", f"Merge {law.BRANCH}", law.BRANCH, now=now)
    done = office.publish(now=now)
    say.station("publish")
    tag = f"{done.release.policy}/v{done.release.number}"
    say.say("publish.done", number=done.release.number, date=done.release.effective_on, tag=tag)
    if not office.publish(now=now).new:
        say.say("publish.again")
    config = office.desk(stage.today).config
    wrong = verifying.verify(office.repository, config)
    for block in wrong:
        say.line(say.reports.block(block))
    tags = office.repository.tags(f"{done.release.policy}/v")
    if not wrong:
        say.say("publish.verify", n=len(tags))
    head = (stage.place.repository / CHECKPOINT).read_text("utf-8").splitlines()
    say.say("publish.log", lines=head[1], root=head[2])
    say.look(f"{say.tool} verify -C {stage.root}")
    return done


def settings(stage: Stage, sink: MailSink) -> tuple[Settings, Mapping[str, str]]:
    """Give the environment of the notifier: its own secret key, the mail server on the loopback interface."""
    if not stage.place.secret.exists():
        stage.place.secret.touch(mode=0o600)
        stage.place.secret.write_text(secrets.token_urlsafe(32) + "\n", encoding="ascii")
    env = {"POLICYCTL_SECRET_KEY_FILE": str(stage.place.secret), "POLICYCTL_SMTP_URL": sink.url}
    return Settings.load(env, stage.place.repository), env


def notify(stage: Stage, given: Settings, desk: Desk, sink: MailSink, number: str) -> Told:
    """Plan the campaign of a release and send it."""
    say = stage.tell
    people.write_recipients(stage.place.recipients)
    with Record.open(stage.place.repository) as record:
        release = record.release(story.POLICY, number, today=stage.today)
    told = people.tell(given, desk.database, stage.place.recipients, release, desk.publisher, now=stage.clock())
    say.station("notify")
    for problem in told.rows.problems:
        say.say(
            "notify.refused",
            n=told.rows.bad_rows,
            problem=f"{stage.place.recipients.name}: {problem.told(say.language)}",
        )
    sent, skipped = told.results[State.SENT], sum(told.plan.unreachable.values())
    say.say("notify.sent", people=told.plan.people, planned=told.plan.planned, sent=sent, skipped=skipped)
    for mail in sink.mails():
        say.say("notify.mail", to=mail["To"].strip("<>"), subject=mail["Subject"])
    say.look(stage.place.mails)
    return told


def answer(stage: Stage, given: Settings, sink: MailSink) -> tuple[Answered, ...]:
    """Let three people answer through the pages behind their links; keep the pages they saw."""
    say, mails = stage.tell, sink.mails()
    say.station("answer")
    done = []
    stage.place.pages.mkdir(exist_ok=True)
    with people.client() as client:
        for act in ACTS:
            one = people.answer(client, people.link_of(mails, act, given.secrets), act)
            done.append(one)
            key = "guardian" if act.actor != act.subject else str(act.decision)
            say.say(f"answer.{key}", actor=act.actor, subject=act.subject, screens=len(one.screens))
            for at, page in enumerate((*one.screens, one.result), 1):
                styled = page.replace('href="../static/', f'href="../{stage.place.site.name}/static/')
                (stage.place.pages / f"{act.subject}-{at}.html").write_text(styled, encoding="utf-8")
    say.say("answer.receipts", n=len(sink.mails()) - len(mails))
    say.look(stage.place.pages, stage.place.mails)
    return tuple(done)


def export(stage: Stage) -> Written:
    """Write the static archive, as of today."""
    index = Index.open(stage.place.repository / ".policyctl" / "archive.sqlite3")
    with Record.open(stage.place.repository) as record:
        index.update(record)
    written = exporting.export(Site.of(index, today=stage.today, log=index.log), stage.place.site)
    index.close()
    stage.tell.station("export")
    stage.tell.say("export.done", n=written.pages)
    stage.tell.look(stage.place.site / "index.html")
    return written


@contextmanager
def serve(stage: Stage, given: Settings, desk: Desk, taken: socket.socket) -> Iterator[web.Server]:
    """Serve archive and personal pages; receipts go out by the same mail server as the notices."""
    mail = open_channel("email", Opening(given, desk.database, stage.clock))
    service = Service(desk, open_letters(desk, mail, given.mail_from), stage.clock)
    app = create_app(
        stage.place.repository,
        clock=stage.clock,
        consent=service,
        index=stage.place.repository / ".policyctl" / "archive.sqlite3",
    )
    with closing(mail), web.Server(app, taken) as server:
        yield server


def evidence(stage: Stage, desk: Desk, effective: date) -> tuple[Evidence, ...]:
    """Say which version binds each of the three on the day the change takes effect, as things stand, and why."""
    say = stage.tell
    say.station("evidence", date=effective)
    stage.place.evidence.mkdir(exist_ok=True)
    found = []
    for act in ACTS:
        one = gather(desk, act.subject, effective)
        found.append(one)
        words = in_words(one, desk.publisher, say.language)
        (stage.place.evidence / f"{act.subject}.txt").write_text(words, "utf-8")
        data = msgspec.json.format(msgspec.json.encode(to_json(one)), indent=2)
        (stage.place.evidence / f"{act.subject}.json").write_bytes(data + b"\n")
        for bound in (policy.bound for policy in one.policies if policy.bound):
            say.say(f"evidence.{bound.reason}", person=act.subject, number=bound.number)
    say.line((stage.place.evidence / f"{ACTS[1].subject}.txt").read_text("utf-8"))
    key = f"POLICYCTL_SECRET_KEY_FILE={shlex.quote(str(stage.place.secret))}"
    ask = f"{say.tool} evidence --person {ACTS[1].subject} --on {effective} -C {stage.root}"
    say.look(stage.place.evidence, f"{key} {ask}")
    return tuple(found)


def run(root: Path, tell: Narrator, *, port: int | None, serving: bool, clock: Callable[[], datetime]) -> None:
    """Walk all stations in a folder and, if asked, serve the archive until Ctrl-C."""
    began = clock()
    with web.listen(port) as taken:
        place = prepare(root)
        stage = Stage(place, web.url(taken), tell, story.clock(clock))
        stage.tell.title("title")
        stage.tell.title("where", directory=root)
        office, _ = make_repository(stage)
        with office.repository:
            change(stage, office)
            check(stage, office)
            draft(stage, office)
            done = publish(stage, office)
        export(stage)
        with MailSink(place.mails) as sink:
            given, env = settings(stage, sink)
            desk = Desk.open(place.repository, env)
            with desk.database:
                notify(stage, given, desk, sink, done.release.number)
                with serve(stage, given, desk, taken) as server:
                    answer(stage, given, sink)
                    evidence(stage, desk, done.release.effective_on or stage.today)
                    tell.write("")
                    stage.tell.title("end", seconds=round((clock() - began).total_seconds()))
                    if serving:
                        stage.tell.say("serve", url=stage.url)
                        stage.tell.say("serve.again", directory=root)
                        server.wait()
