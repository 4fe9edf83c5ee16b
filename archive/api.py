"""The JSON API under /api/v1: policies and versions; every error is a problem (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any, Final

import msgspec

from archive import machine
from archive.views import Archive

PROBLEM: Final = "application/problem+json"
JSON: Final = "application/json; charset=utf-8"
LARGEST: Final = 200


class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """What a request cannot have and why; `pointer` names the parameter."""

    def __init__(self, status: int, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.pointer = status, detail, pointer

    def body(self) -> bytes:
        """Write the problem."""
        errors = {"errors": [{"detail": self.detail, "pointer": self.pointer}]} if self.pointer else {}
        title = HTTPStatus(self.status).phrase
        found = {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail, **errors}
        return msgspec.json.encode(found) + b"\n"


def answer(archive: Archive, path: str, query: Mapping[str, str]) -> bytes:
    """Answer a path below /api/v1; raises Problem."""
    match path.strip("/").split("/"):
        case ["policies"]:
            return _encode({"policies": [_brief(archive, p) for p in archive.policies]})
        case ["policies", policy]:
            return _encode(_brief(archive, _known(archive, policy)))
        case ["policies", policy, "versions", number]:
            return _encode(_version(archive, policy, number))
        case ["versions"]:
            return _encode(_versions(archive, query))
        case _:
            raise Problem(404, "There is no such resource; see /api/v1/policies and /api/v1/versions.")


def _encode(found: object) -> bytes:
    return msgspec.json.encode(found) + b"\n"


def _known(archive: Archive, policy: str) -> str:
    if policy not in archive.policies:
        raise Problem(404, f"There is no policy `{policy}`; there is {', '.join(archive.policies[:10])}.", "#/policy")
    return policy


def _brief(archive: Archive, policy: str) -> dict[str, Any]:
    found = machine.policy(archive, archive.shelf(policy))
    return found | {"versions": [v["number"] for v in found["versions"]]}


def _version(archive: Archive, policy: str, number: str) -> dict[str, Any]:
    shelf = archive.shelf(_known(archive, policy))
    release = shelf.by_number.get(number)
    if release is None:
        raise Problem(
            404, f"`{policy}` has no version `{number}`; the latest is {shelf.releases[-1].number}.", "#/number"
        )
    return machine.version(archive, shelf, release)


def _versions(archive: Archive, query: Mapping[str, str]) -> dict[str, Any]:
    """List versions: of one policy or all, those in force on a day, in pages that follow each other by a cursor."""
    policies = [_known(archive, query["policy"])] if "policy" in query else list(archive.policies)
    day = _day(query["on"]) if "on" in query else None
    limit, begin = _number(query, "limit", LARGEST), _number(query, "cursor", 0)
    shelves = [archive.shelf(p) for p in policies]
    rows = [(s, r) for s in shelves for r in ([s.at(day)] if day else s.releases) if r]
    shown = rows[begin : begin + min(limit, LARGEST)]
    after = begin + len(shown)
    return {
        "versions": [machine.version(archive, s, r) for s, r in shown],
        "total": len(rows),
        "next_cursor": str(after) if after < len(rows) else None,
    }


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Problem(400, f"`on` is `{value}`, which is no day (YYYY-MM-DD).", "#/on") from None


def _number(query: Mapping[str, str], key: str, default: int) -> int:
    value = query.get(key, str(default))
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Problem(400, f"`{key}` is `{value}`, which is no number from 0.", f"#/{key}")
    return int(value)
