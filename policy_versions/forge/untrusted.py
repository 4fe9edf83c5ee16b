"""What a run that anybody may have shaped left behind: read as data, never run, never trusted to say whose it is.

A pull request from a fork can change the workflow that checks it, so everything in its artifact is the author's word.
"""

from __future__ import annotations

import io
import json
import re
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from policy_versions.forge.http import ForgeError

NAME: Final = "policy-report"
MOST: Final = 2 * 2**20  # bytes of the artifact as it is stored
_SIZES: Final = {"report.json": 16 * 2**20, "report.md": 2**20, "number": 32}  # bytes, unpacked; nothing else is read
_TAGS: Final = "details|summary|br|sub|sup|ins|del|b|strong|em|code|span"
_TAG: Final = re.compile(rf"\\?<(?!/?(?:{_TAGS})\s*/?>)", re.IGNORECASE)
_BREAK: Final = "&#8203;"  # no width, and as an entity it survives what drops such signs
_MENTION: Final = re.compile(rf"(?<![0-9A-Za-z_])(@|&#0*64;|&#x0*40;|&commat;)(?!{_BREAK})", re.IGNORECASE)
_LINK: Final = re.compile(r"\](?=[:\[]|\((?P<to>[^\s()<>]*)\)|\()")
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class HostileError(ForgeError):
    """The artifact is not what our check leaves behind; nothing of it is used."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Report:
    """What the artifact claims; `number` is a hint at best, to be held against what the forge says."""

    markdown: str
    data: Mapping[str, Any]
    number: int | None


def unpack(data: bytes) -> Report:
    """Read the artifact of a check in memory; HostileError for any file, size or encoding that ours never has."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {info.filename: _member(archive, info) for info in _members(archive)}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise HostileError(f"{NAME}: is no ZIP that can be read: {error}") from None
    missing = sorted({"report.json", "report.md"} - files.keys())
    if missing:
        raise HostileError(f"{NAME}: has no {', '.join(missing)}")
    return Report(_text(files, "report.md"), _object(files), _number(files))


def harmless(markdown: str, home: str) -> str:
    """Return Markdown that can neither call people, show pictures, hide things, pass for our marker nor link away.

    Quotes, tables and folded parts stay as they are, and so do links to addresses that start with `home`. GitHub reads
    mentions after Markdown and entities, so that escaping the sign stops nothing: something behind it does.
    """
    text = _UNSEEN.sub("", markdown.replace("\r\n", "\n"))
    text = _TAG.sub("&lt;", text.replace("![", f"!{_BREAK}["))
    text = _LINK.sub(lambda found: "]" if (found["to"] or "").startswith(home) else f"]{_BREAK}", text)
    return _MENTION.sub(rf"\1{_BREAK}", text)


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(infos) > len(_SIZES) or len(set(names)) != len(names):
        raise HostileError(f"{NAME}: holds {len(infos)} files (allowed: {', '.join(_SIZES)}, each once)")
    for info in infos:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.filename not in _SIZES or kind not in {0, stat.S_IFREG} or info.flag_bits & 1:
            raise HostileError(f"{NAME}: holds {info.filename[:80]!r} (allowed: the files {', '.join(_SIZES)})")
    return infos


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Read one file up to its limit, whatever size it claims."""
    most = _SIZES[info.filename]
    with archive.open(info) as stream:
        found = stream.read(most + 1)
    if len(found) > most:
        raise HostileError(f"{NAME}: {info.filename} has more than {most} bytes")
    return found


def _text(files: Mapping[str, bytes], name: str) -> str:
    try:
        return files[name].decode()
    except UnicodeDecodeError:
        raise HostileError(f"{NAME}: {name} is not UTF-8") from None


def _object(files: Mapping[str, bytes]) -> Mapping[str, Any]:
    try:
        found = json.loads(_text(files, "report.json"))
    except (ValueError, RecursionError):
        raise HostileError(f"{NAME}: report.json is not JSON") from None
    if not isinstance(found, dict):
        raise HostileError(f"{NAME}: report.json is no object")
    return found


def _number(files: Mapping[str, bytes]) -> int | None:
    said = files.get("number", b"").strip()
    return int(said) if re.fullmatch(rb"[1-9][0-9]{0,9}", said) else None
