"""Gitee, gitee.com or a private instance: https://gitee.com/api/v5/swagger, version 5. Comments only.

Its labels take 2 to 20 characters without a slash, which ours have: there are none on Gitee.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy_versions.forge.http import ForgeError, Session, shaped
from policy_versions.forge.port import Comment, Label


def headers(token: str) -> Mapping[str, str]:
    """Return the headers of every request; a token in the address, as the manual has it, would be logged."""
    return {"Authorization": f"token {token}"}


@dataclass(frozen=True, slots=True)
class Gitee:
    """One repository, `owner/name`."""

    session: Session
    repository: str
    longest: int = 60_000

    def me(self) -> str:
        """Name the account that the token belongs to."""
        return shaped(lambda row: str(row["login"]), self.session.json("GET", "user"))

    def comments(self, pull: int) -> Iterator[Comment]:
        """Yield the comments on a pull request as a whole, oldest first, page by page until one is empty."""
        page = 1
        while rows := self._page(pull, page):
            yield from rows
            page += 1

    def write(self, pull: int, body: str) -> Comment:
        """Add a comment."""
        return shaped(_comment, self.session.json("POST", self._at(f"pulls/{pull}/comments"), {"body": body}))

    def rewrite(self, pull: int, comment: int, body: str) -> None:
        """Put another text into a comment."""
        self.session.json("PATCH", self._at(f"pulls/comments/{comment}"), {"body": body})

    def remove(self, pull: int, comment: int) -> None:
        """Take a comment away."""
        self.session.remove(self._at(f"pulls/comments/{comment}"))

    def labels(self, pull: int) -> frozenset[str]:
        """Return none: ours have names that Gitee does not take."""
        return frozenset()

    def label(self, pull: int, add: Iterable[Label], remove: Iterable[str]) -> None:
        """Refuse to put labels on."""
        raise ForgeError("Gitee takes no labels with names like ours")

    def _page(self, pull: int, page: int) -> list[Comment]:
        query = f"page={page}&per_page=100&direction=asc&comment_type=pr_comment"
        found = self.session.json("GET", self._at(f"pulls/{pull}/comments?{query}"))
        return shaped(lambda rows: [_comment(row) for row in rows], found)

    def _at(self, path: str) -> str:
        return f"repos/{self.repository}/{path}"


def _comment(row: Any) -> Comment:
    return Comment(int(row["id"]), str((row.get("user") or {}).get("login", "")), str(row.get("body") or ""))
