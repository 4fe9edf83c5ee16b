"""GitLab, gitlab.com or self-hosted: https://docs.gitlab.com/api/, version 4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from policy_versions.forge.http import ForgeError, Session, shaped
from policy_versions.forge.port import Comment, Label


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
        """Yield the notes of a merge request, oldest first, without those that GitLab writes itself."""
        for row in self.session.rows(
            self._at(f"merge_requests/{pull}/notes?per_page=100&sort=asc&order_by=created_at")
        ):
            if not row.get("system"):
                yield shaped(_comment, row)

    def write(self, pull: int, body: str) -> Comment:
        """Add a note."""
        return shaped(_comment, self.session.json("POST", self._at(f"merge_requests/{pull}/notes"), {"body": body}))

    def rewrite(self, pull: int, comment: int, body: str) -> None:
        """Put another text into a note."""
        self.session.json("PUT", self._at(f"merge_requests/{pull}/notes/{comment}"), {"body": body})

    def remove(self, pull: int, comment: int) -> None:
        """Take a note away."""
        try:
            self.session.json("DELETE", self._at(f"merge_requests/{pull}/notes/{comment}"))
        except ForgeError as error:
            if error.status != 404:
                raise

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
