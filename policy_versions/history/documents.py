"""Follow documents through a history: which texts each had, where it lay, and when it was taken away. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from policy_versions.history.log import Change, Commit, landing


@dataclass(slots=True)
class Entry:
    """One text of a document; `gone` is when the document was deleted after it (seconds), if it was."""

    commit: str
    path: str
    blob: str
    committed: int
    landed: int
    gone: int | None = None


@dataclass(slots=True)
class Document:
    """A file through all its names; `path` is the latest one, `ended` the commit that deleted it unless `present`."""

    path: str
    entries: list[Entry] = field(default_factory=list)
    present: bool = True
    ended: str = ""
    main_blob: str = ""
    main_path: str = ""


class Follower:
    """Gathers documents from commits given as they landed, oldest first.

    Every commit that changed a text adds an entry. A merge adds one where its text is new, and where the main line
    took back a text that a merged branch had replaced: so the last entry is always the text that HEAD has.
    """

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self._owner: dict[str, Document] = {}
        self._aside: dict[int, Document] = {}

    def add(self, commit: Commit) -> None:
        """Take in one commit."""
        found = [(self._document(change), change) for change in commit.changes]  # before any name moves
        for document, change in found:
            if change.after is not None:
                self._text(commit, document, change, change.after)
        for document, change in found:
            if change.after is None and document.path == change.before:
                self._delete(commit, document)
        if commit.main and commit.merge:
            self._restore(commit)

    def of(self, path: str, until: str = "") -> Document | None:
        """Return the document that has, or had last, this path; or the earlier one that the commit `until` deleted."""
        if until:
            return next((d for d in self.documents if d.path == path and d.ended == until), None)
        return self._owner.get(path)

    def _document(self, change: Change) -> Document:
        """Find whose text this is: by its old name, else by its name unless that document has moved on."""
        known = self._owner.get(change.before or change.after or "")
        if known is not None and change.before is None and known.path != change.after:
            known = None  # a new file where a renamed one used to lie
        return known or Document(change.after or change.before or "")

    def _text(self, commit: Commit, document: Document, change: Change, after: str) -> None:
        if not document.entries:
            self.documents.append(document)
        if document.path == change.before or not document.present or not document.entries:
            document.path = after
        self._owner[after] = document
        counts = self._counts(commit, change, document)
        document.present, document.ended = True, ""
        if counts:
            document.entries.append(Entry(commit.id, after, change.blob, commit.committed, commit.landed))
        self._note(commit, document, change.blob, after)

    @staticmethod
    def _counts(commit: Commit, change: Change, document: Document) -> bool:
        """Say whether this made a text that was not there before (a bare rename or change of mode did not).

        A branch that makes again what the document already says, as robots do that redo one change on every branch,
        changed no text either.
        """
        new = not document.entries or not document.present or document.entries[-1].blob != change.blob
        if not commit.merge:
            return new and (change.blob != change.old_blob or not document.entries)
        if commit.main:
            return new
        return all(entry.blob != change.blob for entry in document.entries)

    def _note(self, commit: Commit, document: Document, blob: str, path: str) -> None:
        if commit.main:
            document.main_blob, document.main_path = blob, path
            self._aside.pop(id(document), None)
        else:
            self._aside[id(document)] = document

    def _delete(self, commit: Commit, document: Document) -> None:
        if commit.main:
            _end(document, commit)
        self._note(commit, document, "", document.path)

    def _restore(self, commit: Commit) -> None:
        """After a merge, set documents that only the merged branch touched back to what the main line says."""
        for document in self._aside.values():
            if not document.main_blob:
                _end(document, commit)
                continue
            document.path = document.main_path
            if document.entries[-1].blob != document.main_blob:
                entry = Entry(commit.id, document.path, document.main_blob, commit.committed, commit.landed)
                document.entries.append(entry)
        self._aside.clear()


def _end(document: Document, commit: Commit) -> None:
    document.present, document.ended = False, commit.id
    for entry in document.entries:
        entry.gone = commit.landed if entry.gone is None else entry.gone


def follow(newest_first: Iterable[Commit]) -> Follower:
    """Follow every document of a log."""
    follower = Follower()
    for commit in landing(newest_first):
        follower.add(commit)
    return follower
