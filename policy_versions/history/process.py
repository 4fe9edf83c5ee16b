"""Run git through GitPython: fixed argument lists, bytes in and out, failures as HistoryError."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import PIPE
from typing import BinaryIO, Final

import git
from git.exc import GitCommandNotFound

from policy_versions.errors import HistoryError

# The reader's own settings must not change what we parse, nor may a path be read as a pattern.
_FIXED: Final = ("-c", "core.quotePath=false", "-c", "log.showRoot=true", "-c", "color.ui=false", "--literal-pathspecs")

_PIPE: Final = 1 << 20


class Git:
    """git in one directory; callers pass refs only as object names and paths only after `--`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._git = git.Git(str(directory))
        self._reader: BlobReader | None = None

    def status(self, *arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, bytes, str]:
        """Run one command to its end; return exit status, output and error text."""
        try:
            status, out, err = self._git.execute(
                ["git", *_FIXED, *arguments],
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env=env,
            )
        except GitCommandNotFound:
            raise HistoryError("git is not installed or not on PATH: policyctl needs git 2.38 or later") from None
        return int(status), out if isinstance(out, bytes) else b"", str(err)

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> bytes:
        """Run one command; a failure raises HistoryError with git's own words."""
        status, out, err = self.status(*arguments, env=env)
        if status:
            raise HistoryError(f"git {arguments[0]} failed: {_words(err) or f'exit status {status}'}")
        return out

    @contextmanager
    def stream(self, *arguments: str, given: Iterable[bytes] = ()) -> Iterator[BinaryIO]:
        """Open the output of one command, fed with `given`; HistoryError if it ends badly after being read whole."""
        with tempfile.TemporaryFile() as source:
            # A file, not a pipe: git may then write before it has read all, and nobody waits for the other.
            source.writelines(given)
            source.seek(0)
            process = self._git.execute(["git", *_FIXED, *arguments], istream=source, as_process=True)
            try:
                _widen(process.stdout)
                yield process.stdout
                if process.proc is not None and process.proc.wait():
                    raise HistoryError(
                        f"git {arguments[0]} failed: {_words(process.stderr.read().decode(errors='replace'))}"
                    )
            finally:
                _end(process)

    def objects(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (name, bytes) of many blobs in the order asked, each asked for once, from one process."""
        wanted = list(names)
        with self.stream("cat-file", "--batch", "--buffer", given=(f"{n}\n".encode() for n in wanted)) as out:
            for name in wanted:
                data = _answer(out, name)
                if data is None:
                    raise HistoryError(f"object {name} is not in the repository: is the clone partial or damaged?")
                yield name, data

    def object(self, name: bytes) -> bytes | None:
        """Return the bytes of one blob (an object name or `commit:path`), or None when there is none."""
        return self._kept().read(name)

    def name(self, name: bytes, kind: bytes = b"blob") -> str | None:
        """Return the object name of one blob (or object of another kind), or None when there is none."""
        return self._kept().name(name, kind)

    def _kept(self) -> BlobReader:
        if self._reader is None:
            self._reader = BlobReader(self._git)
        return self._reader

    def close(self) -> None:
        """End the process that answers single reads."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None


class BlobReader:
    """One kept `git cat-file` for single questions; not for use by two threads. Names with a line feed find nothing."""

    def __init__(self, runner: git.Git) -> None:
        self._process = runner.execute(["git", *_FIXED, "cat-file", "--batch-command"], istream=PIPE, as_process=True)

    def read(self, name: bytes) -> bytes | None:
        """Return the bytes of a blob."""
        return _answer(self._process.stdout, name.decode(errors="replace")) if self._ask(b"contents", name) else None

    def name(self, name: bytes, kind: bytes) -> str | None:
        """Return the object name of an object of a kind."""
        parts = self._process.stdout.readline().split(b" ") if self._ask(b"info", name) else []
        return parts[0].decode() if len(parts) == 3 and parts[1] == kind else None

    def _ask(self, what: bytes, name: bytes) -> bool:
        if b"\n" not in name:
            self._process.stdin.write(what + b" " + name + b"\n")
            self._process.stdin.flush()
        return b"\n" not in name

    def close(self) -> None:
        """Close its input, which ends it."""
        self._process.stdin.close()
        _end(self._process)


def _widen(pipe: BinaryIO) -> None:
    """Let git run ahead while we hash what it gave; where the system does not allow it, all works the same, slower."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)


def _answer(out: BinaryIO, name: str) -> bytes | None:
    header = out.readline()
    if not header:
        raise HistoryError(f"git ended while {name!r} was being read: is the repository damaged?")
    parts = header.rstrip(b"\n").rsplit(b" ", 2)
    if len(parts) != 3 or not parts[2].isdigit():  # "<name> missing"
        return None
    size = int(parts[2])
    data = out.read(size)
    out.read(1)
    if len(data) != size:
        raise HistoryError(f"git ended in the middle of {name!r}: is the repository damaged?")
    return data if parts[1] == b"blob" else None


def _end(process: git.Git.AutoInterrupt) -> None:
    """Leave neither a process nor an open pipe behind, whether or not all was read."""
    process.stdout.close()
    if process.proc is not None:
        process.proc.terminate()
        process.proc.wait()
    process.stderr.close()


def _words(err: str) -> str:
    return " ".join(line.removeprefix("fatal: ").removeprefix("error: ") for line in err.strip().splitlines()[:3])
