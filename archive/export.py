"""The static archive: every page written to a folder that any web server, or none, can show."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from archive.index import Index
from archive.responses import SECURITY
from archive.site import Site
from policy_versions.errors import ConfigError

RUN: Final = 64
"""So many pages are given to a process at once."""
WORTH: Final = 200
"""A process of its own is worth its start for so many pages."""
_OURS: Final = ("index.json", "index.html")


@dataclass(frozen=True, slots=True)
class Written:
    """What an export wrote: pages in all, those whose bytes were new, bytes in all."""

    pages: int
    changed: int
    size: int

    def plus(self, other: Written) -> Written:
        """Add what another part wrote."""
        return Written(self.pages + other.pages, self.changed + other.changed, self.size + other.size)


def export(
    site: Site,
    folder: Path,
    *,
    jobs: int = 1,
    again: Callable[[], Site] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Written:
    """Write every page below a folder, one at a time; files that are already right stay untouched.

    With `again`, which makes the same site in another process, up to `jobs` processes share the work; the files are the
    same. `progress` is told the pages done and those there are. A folder that holds anything else than an earlier
    export is refused: ConfigError. Nothing is deleted, for what was published stays.
    """
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not _earlier(folder))):
        raise ConfigError([f"{folder}: holds something else than an archive (allowed: an empty folder, or an export)"])
    folder.mkdir(parents=True, exist_ok=True)
    runs = list(_runs(site))
    total = sum(map(len, runs)) + 1
    workers = min(jobs, total // WORTH) if again else 1
    headers = _header_file()
    done = Written(1, _write(folder / "_headers", headers), len(headers))
    for part in _shared(again, folder, runs, workers) if again and workers > 1 else _alone(site, folder, runs):
        done = done.plus(part)
        if progress:
            progress(done.pages, total)
    return done


def reopen(index: Path, today: date) -> Site:
    """Make the site of an index file."""
    opened = Index.open(index)
    return Site.of(opened, today=today, log=opened.log)


def _runs(site: Site) -> Iterator[tuple[str, ...]]:
    """Cut the addresses into runs that share work: never of two policies, and short enough to keep everybody busy."""
    for paths in (site.general(), *(site.of_policy(p) for p in site.archive.policies)):
        left = iter(paths)
        while run := tuple(islice(left, RUN)):
            yield run


def _alone(site: Site, folder: Path, runs: Sequence[Sequence[str]]) -> Iterator[Written]:
    return (_run(site, folder, run) for run in runs)


def _shared(again: Callable[[], Site], folder: Path, runs: Sequence[Sequence[str]], workers: int) -> Iterator[Written]:
    context = multiprocessing.get_context("spawn")  # an open database must not be inherited
    with ProcessPoolExecutor(workers, context, _begin, (again, folder)) as pool:
        waiting = [pool.submit(_task, run) for run in runs]
        try:
            for future in as_completed(waiting):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_work: list[tuple[Site, Path]] = []
"""In a worker process: what it works on."""


def _begin(again: Callable[[], Site], folder: Path) -> None:
    _work.append((again(), folder))


def _task(run: Sequence[str]) -> Written:
    return _run(*_work[0], run)


def _run(site: Site, folder: Path, run: Sequence[str]) -> Written:
    found = Written(0, 0, 0)
    for path in run:
        page = site.page(path)
        if page is not None:
            changed = _write(folder / path, page.content)
            found = found.plus(Written(1, changed, len(page.content)))
    return found


def _earlier(folder: Path) -> bool:
    return all((folder / name).is_file() for name in _OURS)


def _header_file() -> bytes:
    """Say which headers a static host should send, in the form that several of them read."""
    lines = ["/*", *(f"  {name}: {value}" for name, value in SECURITY.items())]
    lines += [
        "/*.md",
        "  content-type: text/markdown; charset=utf-8",
        "/*.atom",
        "  content-type: application/atom+xml",
    ]
    return "\n".join([*lines, ""]).encode()


def _write(file: Path, content: bytes) -> bool:
    """Write a file whole or not at all; say whether it changed."""
    try:
        if file.stat().st_size == len(content) and file.read_bytes() == content:
            return False
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True
