"""GitLab, gitlab.com or self-hosted: https://docs.gitlab.com/api/, version 4."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

from policy_versions.comments import parse
from policy_versions.forge import sticky
from policy_versions.forge.events import Asked
from policy_versions.forge.http import ForgeError, Session, shaped
from policy_versions.forge.port import Comment, Files, Label, Person, Pull

_DEVELOPER: Final = 30  # https://docs.gitlab.com/api/access_requests/#valid-access-levels
_AT_ONCE: Final = timedelta(seconds=2)  # a note's two times may differ so much though nobody edited it


def headers(token: str) -> Mapping[str, str]:
    """Return the headers of every request; a job's own CI_JOB_TOKEN cannot write notes."""
    return {"PRIVATE-TOKEN": token}


@dataclass(frozen=True, slots=True)
class GitLab:
    """One project, by number or `group/name`; pull requests are merge requests by their number in the project."""

    session: Session
    project: str
    longest: int = 1_000_000

    def me(self) -> str:
        """Name the account that the token belongs to."""
        return shaped(lambda row: str(row["username"]), self.session.json("GET", "user"))

    def comments(self, pull: int) -> Iterator[Comment]:
        """Return the notes of a merge request, oldest first, without those that GitLab writes itself."""
        return (shaped(_comment, row) for row in self._notes(pull))

    def write(self, pull: int, body: str) -> Comment:
        """Add a note."""
        return shaped(_comment, self.session.json("POST", self._at(f"merge_requests/{pull}/notes"), {"body": body}))

    def rewrite(self, pull: int, comment: int, body: str) -> None:
        """Put another text into a note."""
        self.session.json("PUT", self._at(f"merge_requests/{pull}/notes/{comment}"), {"body": body})

    def remove(self, pull: int, comment: int) -> None:
        """Take a note away."""
        self.session.remove(self._at(f"merge_requests/{pull}/notes/{comment}"))

    def labels(self, pull: int) -> frozenset[str]:
        """Name the labels on a merge request."""
        found = self.session.json("GET", self._at(f"merge_requests/{pull}"))
        return shaped(lambda row: frozenset(map(str, row["labels"])), found)

    def label(self, pull: int, add: Iterable[Label], remove: Iterable[str]) -> None:
        """Put labels on, making those that the project lacks, and take others off."""
        wanted, unwanted = list(add), list(remove)
        for one in wanted:
            self._ensure(one)
        if wanted or unwanted:
            body = {"add_labels": ",".join(x.name for x in wanted), "remove_labels": ",".join(unwanted)}
            self.session.json("PUT", self._at(f"merge_requests/{pull}"), body)

    @property
    def repository(self) -> str:
        """Return what `Pull.head_repository` is for a branch of this very project."""
        return self.project

    def pull(self, number: int) -> Pull:
        """Return a merge request; its head is that of its branch, which GitLab's own record follows a while later."""
        row = self.session.json("GET", self._at(f"merge_requests/{number}"))
        found = shaped(self._pull, row)
        if found.head_repository != self.project:
            return found
        branch = self.session.json("GET", self._at(f"repository/branches/{quote(found.head_ref, safe='')}"))
        return replace(found, head_sha=shaped(lambda x: str(x["commit"]["id"]), branch))

    def asked(self, target: str, since: datetime) -> Iterator[Asked]:
        """Yield the notes since then, on open merge requests into a branch, that ask something and have no answer."""
        me = self.me()
        after = since.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        query = f"state=opened&scope=all&target_branch={quote(target, safe='')}&updated_after={after}&per_page=100"
        for row in self.session.rows(self._at(f"merge_requests?{query}")):
            number = shaped(lambda x: int(x["iid"]), row)
            notes = list(self._notes(number))
            for note in notes:
                asks = shaped(lambda x, number=number: _asked(x, number), note)  # type: ignore[misc]
                comments = (shaped(_comment, n) for n in notes)
                answered = any(sticky.mine(c, me, f"answer-{asks.id}") for c in comments)
                if not answered and asks.author.login != me and _time(note, "created_at") >= since and parse(asks.body):
                    yield asks

    def may_write(self, person: Person) -> bool:
        """Say whether somebody is at least a developer of the project."""
        try:
            found = self.session.json("GET", self._at(f"members/all/{person.id}"))
        except ForgeError as error:
            if error.status == 404:
                return False
            raise
        return shaped(lambda row: int(row["access_level"]) >= _DEVELOPER and row.get("state") == "active", found)

    def author(self, person: Person) -> str:
        """Return "name <address>" with the private commit address of the account."""
        host = urlsplit(self.session.base).hostname or "localhost"
        return f"{person.login} <{person.id}-{person.login}@users.noreply.{host}>"

    def commit(self, pull: Pull, files: Files, message: str, author: str, now: datetime) -> str:
        """Commit files on top of a merge request's branch; ForgeError 409 when it, or one of the files, moved."""
        if self.pull(pull.number).head_sha != pull.head_sha:
            raise ForgeError("the branch moved", 409)
        name, _, address = author.removesuffix(">").partition(" <")
        body = {
            "branch": pull.head_ref,
            "commit_message": message,
            "author_name": name,
            "author_email": address,
            "actions": [self._action(path, data, pull.head_sha) for path, data in sorted(files.items())],
        }
        try:
            made = self.session.json("POST", self._at("repository/commits"), body)
        except ForgeError as error:
            if error.status == 400:  # GitLab's answer where a file is not what it was when we looked
                raise ForgeError(str(error), 409) from None
            raise
        return shaped(lambda row: str(row["id"]), made)

    def restart(self, workflow: str, pull: Pull) -> None:
        """Do nothing: a commit by a project's token starts the pipeline."""

    def _notes(self, pull: int) -> Iterator[Any]:
        rows = self.session.rows(self._at(f"merge_requests/{pull}/notes?per_page=100&sort=asc&order_by=created_at"))
        return (row for row in rows if not shaped(lambda x: x.get("system"), row))

    def _action(self, path: str, data: bytes | None, head: str) -> dict[str, Any]:
        try:
            found = self.session.json("GET", self._at(f"repository/files/{quote(path, safe='')}?ref={head}"))
        except ForgeError as error:
            if error.status != 404:
                raise
            kind: dict[str, Any] = {"action": "create"}
        else:
            last = shaped(lambda row: str(row["last_commit_id"]), found)
            kind = {"action": "update" if data is not None else "delete", "last_commit_id": last}
        content = {} if data is None else {"content": b64encode(data).decode(), "encoding": "base64"}
        return {**kind, "file_path": path, **content}

    def _pull(self, row: Any) -> Pull:
        ours = row["source_project_id"] == row["target_project_id"]
        return Pull(
            number=int(row["iid"]),
            base_ref=str(row["target_branch"]),
            base_sha=str((row.get("diff_refs") or {}).get("base_sha") or ""),
            head_ref=str(row["source_branch"]),
            head_sha=str(row["sha"]),
            head_repository=self.project if ours else str(row["source_project_id"] or ""),
            open=row.get("state") == "opened",
        )

    def _ensure(self, label: Label) -> None:
        body = {"name": label.name, "color": f"#{label.colour}", "description": label.description}
        try:
            self.session.json("POST", self._at("labels"), body)
        except ForgeError as error:
            if error.status != 409:
                raise

    def _at(self, path: str) -> str:
        return f"projects/{quote(self.project, safe='')}/{path}"


def _comment(row: Any) -> Comment:
    return Comment(int(row["id"]), str((row.get("author") or {}).get("username", "")), str(row.get("body") or ""))


def _asked(row: Any, pull: int) -> Asked:
    user = row.get("author") or {}
    person = Person(str(user.get("username", "")), int(user.get("id", 0)))
    edited = _time(row, "updated_at") - _time(row, "created_at") > _AT_ONCE
    return Asked(int(row["id"]), pull, person, str(row.get("body") or ""), "created", edited)


def _time(row: Any, key: str) -> datetime:
    found = shaped(lambda x: datetime.fromisoformat(str(x[key])), row)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
