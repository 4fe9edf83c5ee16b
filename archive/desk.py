"""What an address asks for: a page, or the way to another address. Pure; the web application only sends it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from archive import links, view_lists
from archive.site import Page, Site

_FOR_LONG: Final = "public, max-age=86400"
_SHORT: Final = "no-cache"
_VERSION: Final = re.compile(r"([a-z0-9][a-z0-9-]*)/v([^/]+)/index\.html")


@dataclass(frozen=True, slots=True)
class Redirect:
    """Another address, relative to the one asked for; `keep` says for how long that stays true."""

    to: str
    status: int
    keep: str = _SHORT


@dataclass(frozen=True, slots=True)
class Desk:
    """The front desk of a site."""

    site: Site

    def answer(self, path: str, query: Mapping[str, str]) -> Page | Redirect | None:
        """Return the page of a path (without its first slash), a redirect, or None when it leads nowhere."""
        if path == links.INDEX or path.endswith(f"/{links.INDEX}"):
            return self._form(path, query) or self._folder(path)
        here = path + links.INDEX if path.endswith("/") or not path else path
        found = self._form(here, query) or self.site.page(here)
        if found is None and here == path and self.site.page(f"{path}/{links.INDEX}"):
            asked = f"?{urlencode(query)}" if query else ""  # a date typed into an address must not get lost
            return Redirect(links.relative(path, f"{path}/x").removesuffix("x") + asked, 308, _FOR_LONG)
        return found or self._bare_version(here)

    def _folder(self, path: str) -> Redirect | None:
        """Lead from index.html, as the export links, to the folder's own address."""
        if self.site.page(path) is None:
            return None
        return Redirect("./", 308, _FOR_LONG)

    def _form(self, here: str, query: Mapping[str, str]) -> Page | Redirect | None:
        """Answer the two forms: a date, and two versions to compare."""
        if "date" in query and re.fullmatch(r"on/(?:(?:zh-CN|en)/)?index\.html", here):
            return self._on(here, query)
        if "old" in query and re.fullmatch(r"[a-z0-9-]+/compare/(?:(?:zh-CN|en)/)?index\.html", here):
            return self._compare(here, query)
        return None

    def _ui(self, here: str) -> str:
        named = here.split("/")[-2]
        return named if named in self.site.archive.interfaces else self.site.archive.interfaces[0]

    def _on(self, here: str, query: Mapping[str, str]) -> Page | Redirect | None:
        archive, ui = self.site.archive, self._ui(here)
        policy = query.get("policy") or (archive.policies[0] if archive.policies else "")
        if policy not in archive.policies:
            return None
        try:
            day = date.fromisoformat(query["date"].strip())
        except ValueError:
            content = view_lists.on(archive, ui, problem=query["date"][:40])
            return Page(here, content, "text/html; charset=utf-8", ui)
        return self._to(here, links.on_date(policy, day.isoformat(), archive.part(ui)))

    def _compare(self, here: str, query: Mapping[str, str]) -> Redirect | None:
        archive, policy, ui = self.site.archive, here.partition("/")[0], self._ui(here)
        if policy not in archive.policies:
            return None
        shelf = archive.shelf(policy)
        old, new = shelf.by_number.get(query["old"]), shelf.by_number.get(query.get("new", ""))
        if old is None or new is None or not new.texts:
            return None
        if old is new:
            return self._to(here, links.version(policy, new.number, archive.page_language(new, ui)))
        if shelf.releases.index(old) > shelf.releases.index(new):
            old, new = new, old
        return self._to(here, links.redline(policy, old.number, new.number, archive.page_language(new, ui)))

    def _bare_version(self, here: str) -> Redirect | None:
        """Lead from a version without a language to the authoritative text."""
        archive, match = self.site.archive, _VERSION.fullmatch(here)
        if match is None or match[1] not in archive.policies:
            return None
        release = archive.shelf(match[1]).by_number.get(match[2])
        if release is None or not release.texts:
            return None
        return self._to(here, links.version(match[1], match[2], archive.page_language(release, archive.interfaces[0])))

    def _to(self, here: str, there: str) -> Redirect:
        return Redirect(links.relative(here, there).removesuffix(links.INDEX) or "./", 303)
