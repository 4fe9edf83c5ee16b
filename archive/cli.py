"""`policyctl archive`: export, serve, index."""

from __future__ import annotations

import os
import socket
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from policy_versions.commands.options import SPEAKS, note, tell

if TYPE_CHECKING:
    from archive.consent_pages import Service
    from archive.index import Index

_REPOSITORY = click.option(
    "--directory",
    "-C",
    "repository",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    help="The policy repository, or a folder in it (default: here).",
)
_INDEX = click.option(
    "--index-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the look-up index lies (default: .policyctl/archive.sqlite3 in the repository).",
)


@click.group()
def archive() -> None:
    """Export or serve the archive."""


@archive.command("export")
@SPEAKS
@click.argument("target", metavar="TARGET", type=click.Path(path_type=Path, file_okay=False))
@_REPOSITORY
@_INDEX
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Make the pages as of this day.")
@click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Processes that share the work (default: one a CPU).")
def export_(target: Path, repository: Path, index_file: Path | None, today: datetime | None, jobs: int | None) -> None:
    """Write the static archive to the folder TARGET."""
    from archive.export import export, reopen  # noqa: PLC0415 - heavy, and only what is used is loaded
    from archive.progress import Progress  # noqa: PLC0415
    from archive.site import Site  # noqa: PLC0415

    begin = time.perf_counter()
    index, place = _updated(repository, index_file)
    day = today.date() if today else datetime.now(ZoneInfo(index.publisher.timezone)).date()
    again = partial(reopen, place, day)
    site = Site.of(index, today=day, log=index.log)
    with Progress(sys.stderr, time.monotonic) as progress:
        written = export(site, target, jobs=jobs or _processors(), again=again, progress=progress)
    index.close()
    seconds = time.perf_counter() - begin
    size = f"{written.size / 1e6:.1f}"
    tell(
        "archive.export", target=target, pages=written.pages, size=size, changed=written.changed, time=f"{seconds:.1f}"
    )


def _processors() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@archive.command("serve")
@SPEAKS
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@_REPOSITORY
@_INDEX
def serve(host: str, port: int, repository: Path, index_file: Path | None) -> None:
    """Serve the archive as a web application until Ctrl-C."""
    import uvicorn  # noqa: PLC0415 - heavy, and only what is used is loaded

    from archive.app import create_app  # noqa: PLC0415

    index, place = _updated(repository, index_file)
    index.close()
    app = create_app(repository, clock=_now, consent=_personal(repository), index=place)
    taken = uvicorn.Config(app, host=host, port=port, log_level="warning", server_header=False)
    with closing(_listen(host, port)) as listening:
        name = f"[{host}]" if ":" in host else host
        tell("archive.serve", url=f"http://{name}:{listening.getsockname()[1]}/")
        uvicorn.Server(taken).run(sockets=[listening])


def _now() -> datetime:
    return datetime.now(UTC)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise click.UsageError(f"--host, --port: cannot listen on {host}:{port}: {error}") from error


def _personal(repository: Path) -> Service | None:
    """Open the pages where people answer; without a secret or people there is nobody to open them, which is said."""
    from archive.consent_pages import missing, open_service  # noqa: PLC0415

    lacks = missing(repository, os.environ)
    for line in lacks:
        note("archive.off", reason=line)
    return None if lacks else open_service(repository, os.environ, _now)


@archive.command("index")
@SPEAKS
@_REPOSITORY
@_INDEX
def index_(repository: Path, index_file: Path | None) -> None:
    """Bring the look-up index up to date; it is made anew when it is missing."""
    begin = time.perf_counter()
    index, place = _updated(repository, index_file)
    count = sum(len(index.releases(p, today=datetime.now(UTC).date())) for p in index.policies())
    index.close()
    tell("archive.index", place=place, count=count, time=f"{time.perf_counter() - begin:.1f}")


def _updated(repository: Path, index_file: Path | None) -> tuple[Index, Path]:
    """Bring the index up to date; it lies at the root of the work tree, from whichever folder of it we are called."""
    from archive.index import Index  # noqa: PLC0415
    from policy_versions.release import Record  # noqa: PLC0415

    with Record.open(repository) as record:
        place = index_file or (record.repository.root or repository) / ".policyctl" / "archive.sqlite3"
        index = Index.open(place)
        index.update(record)
    return index, place
