"""What we need of a forge, whichever it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment under a pull request; `author` is the name of the account that wrote it."""

    id: int
    author: str
    body: str


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request; `head_repository` is empty when the fork is gone. Commits are 40-digit names."""

    number: int
    base_ref: str
    base_sha: str
    head_ref: str
    head_sha: str
    head_repository: str
    open: bool = True


@dataclass(frozen=True, slots=True)
class Label:
    """A label as it is made where it is missing; the colour is six hexadecimal digits."""

    name: str
    colour: str
    description: str


class Forge(Protocol):
    """One repository on a forge. Whatever fails raises ForgeError."""

    @property
    def longest(self) -> int:
        """Return how many characters a comment may have."""
        ...

    def me(self) -> str:
        """Name the account that the token writes as."""
        ...

    def comments(self, pull: int) -> Iterator[Comment]:
        """Yield the comments under a pull request, oldest first."""
        ...

    def write(self, pull: int, body: str) -> Comment:
        """Add a comment; UnsureError when nobody knows whether that was done."""
        ...

    def rewrite(self, pull: int, comment: int, body: str) -> None:
        """Put another text into a comment."""
        ...

    def remove(self, pull: int, comment: int) -> None:
        """Take a comment away; one that is gone is none to worry about."""
        ...

    def labels(self, pull: int) -> frozenset[str]:
        """Name the labels on a pull request."""
        ...

    def label(self, pull: int, add: Iterable[Label], remove: Iterable[str]) -> None:
        """Put labels on a pull request, making those that do not exist, and take others off."""
        ...


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote something on the forge; `association` is what GitHub says of them in the repository."""

    login: str
    id: int
    association: str = ""


Files = Mapping[str, bytes | None]  # path -> new bytes, None to delete


class Writable(Forge, Protocol):
    """A repository on a forge to whose branches we commit what was decided there."""

    @property
    def repository(self) -> str:
        """Return what `Pull.head_repository` is for a branch of this very repository."""
        ...

    def pull(self, number: int) -> Pull:
        """Return a pull request; its head is the branch's, if that is ours."""
        ...

    def may_write(self, person: Person) -> bool:
        """Say whether somebody may write to the repository, when nothing else says that they belong to it."""
        ...

    def author(self, person: Person) -> str:
        """Return "name <address>" with the address that the forge links to the account."""
        ...

    def commit(self, pull: Pull, files: Files, message: str, author: str, now: datetime) -> str:
        """Commit files on top of a pull request's head, only ever forward; ForgeError 409 or 422 when it moved."""
        ...

    def restart(self, workflow: str, pull: Pull) -> None:
        """Start the check of a pull request anew, where a commit of ours does not do so by itself."""
        ...
