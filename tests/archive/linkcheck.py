"""A small link checker: does every relative link of an exported folder lead to a file of it?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LINK = re.compile(rb'<(?:a|link|form|img|script)\b[^>]*?\s(?:href|action|src)="([^"]*)"')
_ID = re.compile(rb'\sid="([^"]*)"')
_OURS = re.compile(r"[cme]\d+|main|print|record")
"""Fragments that the archive makes; those that a policy's own text names may lead nowhere in its source."""


def broken(folder: Path) -> Iterator[str]:
    """Give each link of a page that leads nowhere, `page -> link`; addresses from the root count from the folder."""
    files = {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}
    ids: dict[str, tuple[str, ...]] = {}
    for name in sorted(files):
        if not name.endswith(".html"):
            continue
        page = (folder / name).read_bytes()
        for link in dict.fromkeys(_LINK.findall(page)):
            target = unescape(link.decode())
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            there = _resolve(name, unquote(parts.path))
            if there not in files:
                yield f"{name} -> {target}"
            elif _OURS.fullmatch(parts.fragment) and there.endswith(".html"):
                if there not in ids:
                    ids = {k: v for k, v in ids.items() if len(ids) < 64}
                    ids[there] = tuple(i.decode() for i in _ID.findall((folder / there).read_bytes()))
                if parts.fragment not in ids[there]:
                    yield f"{name} -> {target} (no such place)"


def _resolve(page: str, path: str) -> str:
    if not path:
        return page
    parts = [] if path.startswith("/") else page.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) + ("/" if path.endswith("/") else "")
