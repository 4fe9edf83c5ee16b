"""What the law department of the demo does: edits, drafts, decides, publishes, by the commands' own functions."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from archive.demo import story
from archive.demo.story import Step
from policy_versions import assessments, config, decisions, publishing, release_file
from policy_versions.commands.init import FORGES, LAYOUT, SAMPLES
from policy_versions.decisions import needs_decision
from policy_versions.errors import HistoryError
from policy_versions.history import Repository
from policy_versions.lint import lint
from policy_versions.model import Category, Decision, Direction, Release, ReleaseFinding, Verdict
from policy_versions.publishing import Publication
from policy_versions.review import Desk, Review, Source, review
from policy_versions.sources import FOLDER

ZONE: Final = ZoneInfo("Asia/Shanghai")
LAWYER: Final = "lin@example.com"
SECOND: Final = "zhou@example.com"
AUTHOR: Final = f"Lin <{LAWYER}>"
BRANCH: Final = "shiguang-ads"
MAIN: Final = "main"
_URL: Final = "https://policies.example.com/"

Reasons = Mapping[Verdict, str]


@dataclass(frozen=True, slots=True)
class Office:
    """A law department at work in its policy repository."""

    root: Path
    repository: Repository
    reasons: Reasons

    def desk(self, today: date, commit: str | None = None) -> Desk:
        """Give what is judged on a day: the work tree, or a commit."""
        return Desk(self.repository, config.load(self.repository, commit), Source(self.repository, commit), today)

    def edit(self, step: Step, *, now: datetime) -> str:
        """Make the edits of a step in the work tree and commit them; return the commit."""
        names = (story.CONFIG, *map(story.path, story.LANGUAGES))
        texts = {name: (self.root / name).read_text("utf-8") for name in names}
        for name, text in story.apply(step, texts, today=now.astimezone(ZONE).date()).items():
            (self.root / name).write_text(text, "utf-8")
        return self.repository.commit(names, step.title[story.LANGUAGES[0]], now=now, author=AUTHOR)

    def draft(self, today: date, wanted: date | None = None) -> Release:
        """Write the release file of the next version: in force on the day wanted, or the first lawful one after it."""
        desk = self.desk(today)
        policy = desk.config.policy(story.POLICY)
        drafted = publishing.draft(desk, policy)
        if drafted is None:
            raise HistoryError("no text differs from the last release: nothing to draft")
        day = max(wanted or drafted.earliest, drafted.earliest)
        drafted = publishing.draft(desk, policy, effective=day) or drafted
        for path, text in {drafted.path: drafted.data, **drafted.texts}.items():
            self._write(path, text)
        return drafted.release

    def decide(self, release: Release, step: Step, *, now: datetime) -> Release:
        """Judge every finding that needs it, word the summaries, commit the release file."""
        desk = self.desk(now.astimezone(ZONE).date())
        release = replace(release, summaries=dict(step.summaries), answers=dict(step.answers))
        for found in {f.finding.fingerprint: f for f in release.findings if needs_decision(f.finding)}.values():
            release = decisions.decide(release, desk.config, self._decision(found, step, desk.today))
        path = release_file.path_of(release.policy, release.number)
        self._write(path, release_file.dump(release, today=desk.today))
        changed = [path, *map(story.path, story.LANGUAGES)]
        self.repository.commit(changed, f"Decide {release.policy} {release.number}", now=now, author=AUTHOR)
        return release

    def assess(self, *, now: datetime) -> str:
        """Write down the impact assessment of the open change, and commit it; return its path."""
        day = now.astimezone(ZONE).date()
        text = SAMPLES.joinpath("assessment.yaml").read_text("utf-8")
        text = text.replace("{today}", str(day)).replace("{until}", str(assessments.kept(day)))
        path = f"{FOLDER}{text.split()[1]}.yaml"
        self._write(path, text.encode())
        self.repository.commit([path], "Assess the open change", now=now, author=AUTHOR)
        return path

    def publish(self, *, now: datetime) -> Publication:
        """Publish what was drafted and decided."""
        desk = self.desk(now.astimezone(ZONE).date())
        published = publishing.publish(desk, desk.config.policy(story.POLICY), now=now)
        if published is None:
            raise HistoryError("there is no release file to publish")
        return published

    def check(self, base: str, head: str, today: date) -> Review:
        """Judge the changes of a range, as `policyctl check` does."""
        commit = self.repository.resolve(head)
        desk = self.desk(today, commit)
        start = self.repository.merge_base(self.repository.resolve(base), commit)
        return review(desk, desk.config.policy(story.POLICY), base=start, lint=lint)

    def git(self, *arguments: str, now: datetime) -> str:
        """Do what a lawyer does by hand or in the browser: branch, look, merge."""
        stamp = f"@{int(now.timestamp())} +0000"
        who = {"NAME": "Lin", "EMAIL": LAWYER, "DATE": stamp}
        env = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
        command = ["git", "-C", str(self.root), "-c", "commit.gpgsign=false", *arguments]
        result = subprocess.run(command, env={**_clean(), **env}, capture_output=True, text=True, check=False)
        if result.returncode:
            raise HistoryError(f"git {arguments[0]}: {result.stderr.strip()}")
        return result.stdout

    def _decision(self, found: ReleaseFinding, step: Step, today: date) -> Decision:
        """Confirm what the version means to change, and what nobody could classify in one that changes something.

        Anything else was found where there is nothing: it takes two people to say so.
        """
        finding = found.finding
        unknown = finding.category is Category.UNCLASSIFIED and bool(step.expect)
        right = unknown or step.means(finding.category.value, finding.direction.value)
        verdict = Verdict.CONFIRMED if right else Verdict.OVERRULED
        second = "" if right else SECOND
        made = Decision(finding.fingerprint, verdict, self.reasons[verdict], LAWYER, today, second)
        if not unknown:
            return made
        kind = step.expect[0]
        category, direction = Category(kind.category), Direction(kind.direction)
        return replace(made, says=step.summaries, category=category, direction=direction)

    def _write(self, path: str, data: bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def lay_out(root: Path, url: str, *, now: datetime) -> Repository:
    """Lay out the policy repository as `policyctl init` does, with the address at which the demo serves the archive."""
    repository = Repository.create(root, MAIN)
    layout = {**LAYOUT, **FORGES["github"]}
    for name, source in layout.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(SAMPLES.joinpath(*source.split("/")).read_bytes())
    file = root / story.CONFIG
    file.write_text(story.Edit(before=_URL, after=url).apply(file.read_text("utf-8"), story.CONFIG), "utf-8")
    (root / ".gitignore").write_text(".policyctl/\n", "utf-8")
    repository.commit([*layout, ".gitignore"], "Lay out the policy repository", now=now, author=AUTHOR)
    return repository


def moment(day: date, hour: int = 10) -> datetime:
    """Give a time of day in the company's zone."""
    return datetime.combine(day, time(hour), ZONE)


def publish_past(office: Office) -> tuple[Publication, ...]:
    """Publish the sample history, each version on its own day."""
    done = []
    for step in story.history():
        if step.announced_on is None:
            raise HistoryError(f"the sample version {step.number} has no day")
        now = moment(step.announced_on)
        office.edit(step, now=now)
        drafted = office.draft(step.announced_on, step.effective_on)
        office.decide(drafted, step, now=now)
        done.append(office.publish(now=now))
    return tuple(done)


def _clean() -> dict[str, str]:
    """Give the environment without what a surrounding git command (a hook) would point elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
