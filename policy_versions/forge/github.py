"""GitHub, github.com or an Enterprise Server: https://docs.github.com/rest, version 2022-11-28."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from policy_versions.forge.http import ForgeError, Session, shaped
from policy_versions.forge.port import Comment, Files, Label, Person, Pull

HEADERS: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
BOT: Final = "github-actions[bot]"  # as whom the token of a workflow run writes; no person can take such a name


def headers(token: str) -> Mapping[str, str]:
    """Return the headers of every request."""
    return {**HEADERS, "Authorization": f"Bearer {token}"}


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that a workflow run left behind."""

    id: int
    name: str
    size: int
    expired: bool


@dataclass(frozen=True, slots=True)
class GitHub:
    """One repository, `owner/name`; `bot` is the account that our own comments carry, `host` the server's name."""

    session: Session
    repository: str
    bot: str = BOT
    host: str = "github.com"
    longest: int = 65_536

    def me(self) -> str:
        """Name the account that the token writes as; the token of a workflow run cannot ask for it."""
        return self.bot

    def comments(self, pull: int) -> Iterator[Comment]:
        """Yield the comments under a pull request, oldest first."""
        for row in self.session.rows(self._at(f"issues/{pull}/comments?per_page=100")):
            yield shaped(_comment, row)

    def write(self, pull: int, body: str) -> Comment:
        """Add a comment."""
        return shaped(_comment, self.session.json("POST", self._at(f"issues/{pull}/comments"), {"body": body}))

    def rewrite(self, pull: int, comment: int, body: str) -> None:
        """Put another text into a comment."""
        self.session.json("PATCH", self._at(f"issues/comments/{comment}"), {"body": body})

    def remove(self, pull: int, comment: int) -> None:
        """Take a comment away."""
        self.session.remove(self._at(f"issues/comments/{comment}"))

    def labels(self, pull: int) -> frozenset[str]:
        """Name the labels on a pull request."""
        rows = self.session.rows(self._at(f"issues/{pull}/labels?per_page=100"))
        return frozenset(shaped(_name, row) for row in rows)

    def label(self, pull: int, add: Iterable[Label], remove: Iterable[str]) -> None:
        """Put labels on, making those that the repository lacks, and take others off."""
        wanted = list(add)
        for one in wanted:
            self._ensure(one)
        if wanted:
            self.session.json("POST", self._at(f"issues/{pull}/labels"), {"labels": [x.name for x in wanted]})
        for name in remove:
            self.session.remove(self._at(f"issues/{pull}/labels/{quote(name, safe='')}"))

    def pull(self, number: int) -> Pull:
        """Return a pull request."""
        return shaped(_pull, self.session.json("GET", self._at(f"pulls/{number}")))

    def pulls_of(self, owner: str, branch: str, sha: str) -> tuple[Pull, ...]:
        """Return the open pull requests from a branch of somebody's repository whose head is this very commit."""
        head = quote(f"{owner}:{branch}", safe="")
        rows = self.session.rows(self._at(f"pulls?state=open&per_page=100&head={head}"))
        return tuple(p for p in (shaped(_pull, row) for row in rows) if p.head_sha == sha)

    def artifacts(self, run: int, name: str) -> tuple[Artifact, ...]:
        """Return the files of that name that a workflow run left behind."""
        found = self.session.json("GET", self._at(f"actions/runs/{run}/artifacts?per_page=100&name={quote(name)}"))
        made = (shaped(_artifact, row) for row in shaped(lambda x: x["artifacts"], found))
        return tuple(a for a in made if a.name == name)

    def artifact(self, identifier: int, most: int) -> bytes:
        """Return the ZIP of an artifact; ForgeError beyond `most` bytes."""
        return self.session.data(self._at(f"actions/artifacts/{identifier}/zip"), most)

    def commit(self, pull: Pull, files: Files, message: str, author: str, now: datetime) -> str:
        """Commit files on top of a pull request's head and move its branch there; return the commit.

        Only ever forward: when somebody pushed meanwhile the forge refuses, and ForgeError has status 422.
        """
        tree = shaped(lambda x: x["tree"]["sha"], self.session.json("GET", self._at(f"git/commits/{pull.head_sha}")))
        rows = [self._entry(path, data) for path, data in sorted(files.items())]
        made = self._made("git/trees", {"base_tree": tree, "tree": rows})
        name, _, address = author.removesuffix(">").partition(" <")
        when = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        who = {"name": name, "email": address, "date": when}
        body = {"message": message, "tree": made, "parents": [pull.head_sha], "author": who}
        written = self._made("git/commits", body)
        branch = quote(pull.head_ref, safe="/")
        self.session.json("PATCH", self._at(f"git/refs/heads/{branch}"), {"sha": written, "force": False})
        return written

    def author(self, person: Person) -> str:
        """Return "name <address>" with the address that GitHub links to the account."""
        return f"{person.login} <{person.id}+{person.login}@users.noreply.{self.host}>"

    def may_write(self, person: Person) -> bool:
        """Say whether somebody may push to the repository; not where the token may not know."""
        try:
            found = self.session.json("GET", self._at(f"collaborators/{quote(person.login, safe='')}/permission"))
        except ForgeError as error:
            if error.status in {403, 404}:
                return False
            raise
        return shaped(lambda row: row["permission"] in {"admin", "write"}, found)

    def dispatch(self, workflow: str, ref: str, inputs: Mapping[str, str]) -> None:
        """Start a workflow on a branch: what a run's own token pushes starts none by itself."""
        body = {"ref": ref, "inputs": dict(inputs)}
        self.session.json("POST", self._at(f"actions/workflows/{quote(workflow, safe='')}/dispatches"), body)

    def restart(self, workflow: str, pull: Pull) -> None:
        """Start the check of a pull request: a commit with a run's own token starts none."""
        self.dispatch(workflow, pull.head_ref, {"base": pull.base_ref, "number": str(pull.number)})

    def status(self, sha: str, state: str, context: str, said: str, address: str) -> None:
        """Set the status of this name on a commit; branch rules may require it."""
        body = {"state": state, "context": context, "description": said[:140], "target_url": address}
        self.session.json("POST", self._at(f"statuses/{sha}"), body)

    def react(self, comment: int, content: str) -> None:
        """Put a reaction on a comment, to say at once that it was seen."""
        self.session.json("POST", self._at(f"issues/comments/{comment}/reactions"), {"content": content})

    def _entry(self, path: str, data: bytes | None) -> dict[str, Any]:
        if data is None:
            return {"path": path, "mode": "100644", "type": "blob", "sha": None}
        body = {"content": base64.b64encode(data).decode(), "encoding": "base64"}
        return {"path": path, "mode": "100644", "type": "blob", "sha": self._made("git/blobs", body)}

    def _made(self, what: str, body: Mapping[str, Any]) -> str:
        return str(shaped(lambda x: x["sha"], self.session.json("POST", self._at(what), body)))

    def _ensure(self, label: Label) -> None:
        body = {"name": label.name, "color": label.colour, "description": label.description}
        try:
            self.session.json("POST", self._at("labels"), body)
        except ForgeError as error:
            if error.status != 422:  # 422: it is there already, perhaps in a colour that somebody chose
                raise

    def _at(self, path: str) -> str:
        return f"repos/{self.repository}/{path}"


def _comment(row: Any) -> Comment:
    return Comment(int(row["id"]), str((row.get("user") or {}).get("login", "")), str(row.get("body") or ""))


def _pull(row: Any) -> Pull:
    head, base = row["head"], row["base"]
    return Pull(
        number=int(row["number"]),
        base_ref=str(base["ref"]),
        base_sha=str(base["sha"]),
        head_ref=str(head["ref"]),
        head_sha=str(head["sha"]),
        head_repository=str((head.get("repo") or {}).get("full_name", "")),
        open=row.get("state") == "open",
    )


def _name(row: Any) -> str:
    return str(row["name"])


def _artifact(row: Any) -> Artifact:
    return Artifact(int(row["id"]), str(row["name"]), int(row["size_in_bytes"]), bool(row["expired"]))
