"""A request for a personal page without the framework: what was asked, what was submitted, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, quote

from starlette.requests import Request

LONGEST_FORM: Final = 16_384  # bytes; ours have a few hundred


@dataclass(frozen=True, slots=True)
class Call:
    """One request without the framework: path token, query, form."""

    token: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    now: datetime

    def language(self, offered: tuple[str, ...]) -> str:
        """Give the language asked for in the address, if it is offered."""
        wanted = self.query.get("lang", "")
        return wanted if wanted in offered else ""

    def kept(self, *names: str) -> str:
        """Give these parameters of the address again, as a query."""
        return "&".join(f"{name}={quote(self.query[name])}" for name in names if name in self.query)


async def read_form(request: Request) -> dict[str, str]:
    """Read a small form; anything larger or of another kind is an empty one, which no page accepts."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return {}
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    return {name: values[0] for name, values in fields.items()}
