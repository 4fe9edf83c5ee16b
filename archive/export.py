"""The static archive: every page written to a folder that any web server, or none, can show."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.responses import SECURITY
from archive.site import Site
from policy_versions.errors import ConfigError

_OURS = ("index.json", "index.html")


@dataclass(frozen=True, slots=True)
class Written:
    """What an export wrote: pages in all, those whose bytes were new, bytes in all."""

    pages: int
    changed: int
    size: int


def export(site: Site, folder: Path) -> Written:
    """Write every page below a folder, one at a time; files that are already right stay untouched.

    A folder that holds anything else than an earlier export is refused: ConfigError. Nothing is deleted, for what was
    published stays.
    """
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not _earlier(folder))):
        raise ConfigError([f"{folder}: holds something else than an archive (allowed: an empty folder, or an export)"])
    folder.mkdir(parents=True, exist_ok=True)
    pages = changed = size = 0
    for path, content in _files(site):
        pages += 1
        size += len(content)
        changed += _write(folder / path, content)
    return Written(pages, changed, size)


def _files(site: Site) -> Iterator[tuple[str, bytes]]:
    for page in site.pages():
        yield page.path, page.content
    yield "_headers", _header_file()


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
