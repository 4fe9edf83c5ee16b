"""One policy repository: refs, blobs, files, tags, commits. Whatever a user names is checked before git sees it."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from policy_versions.errors import HistoryError
from policy_versions.history.documents import Follower, follow
from policy_versions.history.log import ARGUMENTS, commits
from policy_versions.history.process import Git

MARKDOWN: Final = (".md", ".markdown", ".mkd", ".mdown")
_REF: Final = re.compile(r"(?!-)(?!.*\.\.)(?!.*@\{)[^\x00-\x20\x7f~^:?*\[\\]+(?:[~^][0-9]*)*")
_NAME: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_IDENTITY: Final = ("policyctl", "policyctl@localhost")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag and the commit it stands for; `tagger` and `at` are empty for one without annotation."""

    name: str
    commit: str
    message: str
    tagger: str
    at: datetime | None


class Repository:
    """A git repository, with a work tree or bare. For one thread; close it, or use it as a context manager."""

    def __init__(self, git: Git, root: Path | None) -> None:
        self._git = git
        self.root = root

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the repository that a folder belongs to; HistoryError when there is none that may be read."""
        if not path.is_dir():
            raise HistoryError(f"{path} is not a folder")
        git = Git(path)
        status, out, _ = git.status("rev-parse", "--show-toplevel")
        if not status:
            root = Path(os.fsdecode(out.removesuffix(b"\n")))
            return cls(Git(root), root)
        status, _, err = git.status("rev-parse", "--git-dir")  # bare, or called from inside .git
        if status:
            raise HistoryError(_refusal(path, err))
        return cls(git, None)

    @classmethod
    def create(cls, path: Path, branch: str = "main") -> Self:
        """Make an empty repository with a work tree."""
        path.mkdir(parents=True, exist_ok=True)
        Git(path).run("init", "--quiet", f"--initial-branch={branch}")
        return cls.open(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process kept for single reads."""
        self._git.close()

    @property
    def shallow(self) -> bool:
        """Say whether the history is cut, as in `git clone --depth`."""
        return self._git.run("rev-parse", "--is-shallow-repository").strip() == b"true"

    @property
    def unborn(self) -> bool:
        """Say whether HEAD names a branch that has no commit yet."""
        return not self._is_commit("HEAD")

    def resolve(self, ref: str) -> str:
        """Return the object name of a commit; HistoryError for options, ranges, searches and what does not exist."""
        if _NAME.fullmatch(ref) is None and not _REF.fullmatch(ref):
            raise HistoryError(f"{ref!r} is not a branch, tag or commit (one name; no options, ranges or searches)")
        found = self._find(ref)
        if found is None:
            known = ", ".join(self.branches()) or "none"
            cut = "; this clone is shallow, its history is cut: git fetch --unshallow" if self.shallow else ""
            raise HistoryError(f"there is no commit {ref!r} in this repository (branches: {known}{cut})")
        return found

    def _find(self, ref: str) -> str | None:
        """Return the object name of a commit; asked of the process that is kept, a process each costs more."""
        return self._git.name(os.fsencode(f"{ref}^{{commit}}"), b"commit")

    def branches(self) -> tuple[str, ...]:
        """Name the branches as a user would, local ones first."""
        out = self._git.run("for-each-ref", "--format=%(refname:short)%00%(symref)", "refs/heads", "refs/remotes")
        rows = [line.split("\0") for line in os.fsdecode(out).splitlines()]
        return tuple(name for name, symbolic in rows if not symbolic)

    def default_ref(self) -> str:
        """Name what is read when nobody says: HEAD, else (HEAD being unborn) the one branch that clearly stands in."""
        if not self.unborn:
            return "HEAD"
        names = self.branches()
        if not names:
            raise HistoryError("this repository has no commits yet")
        for name in ("origin/HEAD", "main", "master", "origin/main", "origin/master"):
            if name in names or (name == "origin/HEAD" and self._is_commit(name)):
                return name
        if len(names) > 1:
            raise HistoryError(f"HEAD has no commits yet; say which branch to read with --ref: {', '.join(names)}")
        return names[0]

    def _is_commit(self, ref: str) -> bool:
        return self._find(ref) is not None

    def blob(self, oid: str) -> bytes:
        """Return the bytes of a blob."""
        data = self._git.object(oid.encode()) if _NAME.fullmatch(oid) else None
        if data is None:
            raise HistoryError(f"there is no blob {oid!r} in this repository")
        return data

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (name, bytes) of blobs, in the order asked; all from one process, one in memory at a time."""
        return self._git.objects(oids)

    def read(self, commit: str, path: str) -> bytes | None:
        """Return the bytes of a file at a commit, or None when it is not there."""
        name = self.locate(commit, path)
        return self.blob(name) if name else None

    def locate(self, commit: str, path: str) -> str | None:
        """Return the object name of a file at a commit, or None when it is not there."""
        name = self._commit(commit)
        if not _plain(path):
            return None
        if "\n" in path:
            return self.files(name, path).get(path)
        return self._git.name(os.fsencode(f"{name}:{path}"))

    def files(self, commit: str, under: str = "") -> dict[str, str]:
        """Return path -> blob of the files at a commit, all or those under a folder; no links, no submodules."""
        scope = ("--", under) if under else ()
        out = self._git.run("ls-tree", "-r", "-z", "--full-tree", self._commit(commit), *scope)
        entries = (entry.split(b"\t", 1) for entry in out.split(b"\0") if entry.startswith(b"100"))
        return {os.fsdecode(path): meta.split()[2].decode() for meta, path in entries}

    def working(self, path: str) -> bytes | None:
        """Return the bytes of a file in the work tree; None when there is none or it leads out of the tree."""
        if self.root is None or not _plain(path):
            return None
        try:
            file = (self.root / path).resolve()
            if not file.is_relative_to(self.root.resolve()) or not file.is_file():
                return None
            return file.read_bytes()
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return None
            raise HistoryError(f"{path}: cannot be read: {error.strerror}") from None

    def follow(self, commit: str, paths: Collection[str] = ()) -> Follower:
        """Follow the Markdown files, and these paths, through the history of a commit."""
        with self._git.stream(*ARGUMENTS, self._commit(commit), "--") as out:
            return follow(commits(out, lambda path: path.lower().endswith(MARKDOWN) or path in paths))

    def merge_base(self, a: str, b: str) -> str:
        """Return the best common ancestor of two commits."""
        status, out, _ = self._git.status("merge-base", self._commit(a), self._commit(b))
        if status:
            cut = " (the clone is shallow: its history is cut)" if self.shallow else ""
            raise HistoryError(f"{a} and {b} have no common history{cut}")
        return out.decode().split()[0]

    def changed(self, base: str, head: str) -> tuple[str, ...]:
        """Return the paths that differ between two commits, sorted; a renamed file counts under both names."""
        command = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", self._commit(base), self._commit(head))
        return tuple(sorted(os.fsdecode(p) for p in self._git.run(*command).split(b"\0") if p))

    def changed_here(self, base: str) -> tuple[str, ...]:
        """Return the paths in the work tree that differ from a commit, or are new and not ignored, sorted."""
        if self.root is None:
            return ()
        command = ("diff", "-z", "--name-only", "--no-renames", "--no-ext-diff", self._commit(base), "--")
        new = self._git.run("ls-files", "-z", "--others", "--exclude-standard")
        return tuple(sorted({os.fsdecode(p) for p in (self._git.run(*command) + new).split(b"\0") if p}))

    def renamed(self, base: str, head: str) -> dict[str, str]:
        """Return new path -> old path of the files that git finds renamed between two commits."""
        command = ("diff-tree", "-r", "-z", "--find-renames", "--diff-filter=R", "--name-status")
        parts = self._git.run(*command, self._commit(base), self._commit(head)).split(b"\0")
        return {os.fsdecode(new): os.fsdecode(old) for old, new in zip(parts[1::3], parts[2::3], strict=False)}

    def tags(self, prefix: str = "") -> dict[str, Tag]:
        """Return the tags on commits, by name, those whose name starts with `prefix`."""
        fields = ("refname:strip=2", "objecttype", "objectname", "*objecttype", "*objectname", "taggername")
        shape = "%00".join(f"%({f})" for f in (*fields, "taggerdate:unix", "contents")) + "%00%01"
        rows = self._git.run("for-each-ref", f"--format={shape}", "refs/tags").split(b"\0\x01\n")
        found = (_tag(row.split(b"\0")) for row in rows if row)
        return {tag.name: tag for tag in found if tag is not None and tag.name.startswith(prefix)}

    def tag(self, name: str, commit: str, message: str, *, now: datetime) -> None:
        """Make an annotated tag; HistoryError when the name is not allowed or taken."""
        if self._git.status("check-ref-format", f"refs/tags/{name}")[0] or name.startswith("-"):
            raise HistoryError(f"{name!r} cannot be the name of a tag")
        arguments = ("--annotate", "--no-sign", f"--message={message}", "--", name, self._commit(commit))
        self._git.run("tag", *arguments, env=self._who(now, None))

    def commit(self, paths: Sequence[str], message: str, *, now: datetime, author: str | None = None) -> str:
        """Stage these paths and commit them alone; return the new commit, or HEAD when they hold nothing new.

        `author` is "Name <address>"; without it, and without an identity configured, policyctl signs.
        """
        self._git.run("add", "--", *paths)
        if not self.unborn and not self._git.status("diff", "--cached", "--quiet", "HEAD", "--", *paths)[0]:
            return self.resolve("HEAD")
        self._git.run("commit", "--quiet", f"--message={message}", "--only", "--", *paths, env=self._who(now, author))
        return self.resolve("HEAD")

    def _who(self, now: datetime, author: str | None) -> dict[str, str]:
        """Give git the time, the author and, where nobody configured one, a committer."""
        stamp = f"@{int(now.timestamp())} +0000"
        env = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
        if self._git.status("var", "GIT_COMMITTER_IDENT")[0]:
            for role in ("AUTHOR", "COMMITTER"):
                env[f"GIT_{role}_NAME"], env[f"GIT_{role}_EMAIL"] = _IDENTITY
        if author is not None:
            match = re.fullmatch(r"([^<>\n]+) <([^<>\s]+)>", author)
            if match is None:
                raise HistoryError(f"{author!r} is not an author; wanted: Name <address>")
            env["GIT_AUTHOR_NAME"], env["GIT_AUTHOR_EMAIL"] = match.groups()
        return env

    def _commit(self, commit: str) -> str:
        return commit if _NAME.fullmatch(commit) else self.resolve(commit)


def _plain(path: str) -> bool:
    """Say whether a path is relative, without dots that git would resolve itself, and not git's own."""
    return bool(path) and "\0" not in path and not {"", ".", "..", ".git"} & set(path.lower().split("/"))


def _tag(row: list[bytes]) -> Tag | None:
    name, kind, oid, peeled_kind, peeled, tagger, at, message = (field.decode(errors="replace") for field in row)
    if "commit" not in (kind, peeled_kind):
        return None
    when = datetime.fromtimestamp(int(at), UTC) if at else None
    return Tag(name, peeled or oid, message.rstrip("\n") if when else "", tagger, when)


def _refusal(path: Path, err: str) -> str:
    if "dubious ownership" in err:
        path = path.resolve()  # git wants the whole path
        return f"{path} belongs to another user; git reads it after: git config --global --add safe.directory {path}"
    if "not a git repository" in err:
        return f"{path} is not in a git repository (make one: policyctl init DIR)"
    return f"{path} cannot be read by git: {err.strip()}"
