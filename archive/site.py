"""The site map: every address of the archive and the bytes behind it. Pure: the app and the export serve the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

from archive import feeds, links, machine, view_lists, view_texts
from archive.proof import Log
from archive.shelf import Shelf, Source, languages
from archive.views import Archive
from policy_versions.errors import ConfigError
from policy_versions.model import Release

STATIC: Final = Path(__file__).parent / "static"
TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "js": "text/javascript; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
}
_ID: Final = r"(?P<policy>[a-z0-9][a-z0-9-]*)"
_NUMBER: Final = r"[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*"
_LANGUAGE: Final = r"(?P<language>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)"
_UI: Final = r"(?:(?P<ui>zh-CN|en)/)?"


@dataclass(frozen=True, slots=True)
class Page:
    """One address and its bytes; `release` and `language` are set for the two addresses of a version's text."""

    path: str
    content: bytes
    media_type: str
    language: str = ""
    release: Release | None = None

    @property
    def immutable(self) -> bool:
        """Say whether these bytes can never change: a published text is; its page says where it stands and may."""
        return self.release is not None and self.path.endswith(".md")


@dataclass(frozen=True)
class Site:
    """The archive of a policy repository on a day."""

    archive: Archive

    @classmethod
    def of(cls, source: Source, *, today: date, log: Log | None = None) -> Site:
        """Make the site of a source; ConfigError when a policy's id is one of the archive's own addresses."""
        taken = sorted(links.RESERVED & set(source.policies()))
        if taken:
            allowed = "any other than " + ", ".join(sorted(links.RESERVED))
            why = "is an address of the archive itself"
            raise ConfigError([f"policy.toml: key `policy.id`: {name!r} {why} (allowed: {allowed})" for name in taken])
        return cls(Archive(source, today, log or Log()))

    def paths(self) -> Iterator[str]:
        """Give every address that is made in advance, static files included."""
        yield from self.general()
        for policy in self.archive.policies:
            yield from self.of_policy(policy)

    def pages(self) -> Iterator[Page]:
        """Make every page that is made in advance, one at a time."""
        for path in self.paths():
            page = self.page(path)
            if page is not None:
                yield page

    def page(self, path: str) -> Page | None:
        """Make the page of an address, also one that is not made in advance; None when it leads nowhere."""
        for pattern, make in self._routes:
            match = pattern.fullmatch(path)
            if match:
                return make(path, {k: v or "" for k, v in match.groupdict().items()})
        return None

    def missing(self, path: str, ui: str = "") -> bytes:
        """Make the page for an address that leads nowhere."""
        return view_lists.missing(self.archive, ui or self.archive.interfaces[0], path)

    def general(self) -> Iterator[str]:
        """Give the addresses that belong to no single policy."""
        for ui in self.archive.interfaces:
            part = self.archive.part(ui)
            yield from (links.home(part), links.on(part), links.proof(part))
            yield from (links.feed("", kind, part) for kind in ("atom", "json"))
        yield from ("index.json", "sitemap.xml", "robots.txt", "404.html")
        if self.archive.log.leaves:
            yield from ("proof/log.jsonl", "proof/checkpoint")
        yield from (f"static/{file.name}" for file in sorted(STATIC.iterdir()) if file.suffix[1:] in TYPES)

    def of_policy(self, policy: str) -> Iterator[str]:
        """Give the addresses of a policy; those that share work follow each other."""
        shelf = self.archive.shelf(policy)
        parts = [self.archive.part(ui) for ui in self.archive.interfaces]
        for part in parts:
            yield links.timeline(policy, part)
            yield from (links.timeline(policy, part, year=y) for y in view_lists.years(shelf))
            yield from (links.timeline(policy, part, category=c) for c in view_lists.subjects(shelf))
            yield from (links.feed(policy, kind, part) for kind in ("atom", "json"))
            if len(shelf.releases) > 1:
                yield view_lists.compare_path(policy, part)
            if not shelf.bounded:
                days = [p.start.isoformat() for p in shelf.periods]
                yield from (links.on_date(policy, day, part) for day in days)
        for release in shelf.releases:
            yield from self._of_release(shelf, release)

    def _of_release(self, shelf: Shelf, release: Release) -> Iterator[str]:
        """Give the addresses of a release, its marks next to the comparison that they come from."""
        policy, number = release.policy, release.number
        bases = shelf.bases(release)
        yield from (links.raw(policy, number, k) for k in sorted(release.texts))
        for language in languages(release, self.archive.publisher):
            yield links.version(policy, number, language)
            yield from (links.redline(policy, old.number, number, language) for old in reversed(bases))

    @cached_property
    def _routes(self) -> list[tuple[re.Pattern[str], Callable[[str, dict[str, str]], Page | None]]]:
        index = re.escape(links.INDEX)
        table: list[tuple[str, Callable[[str, dict[str, str]], Page | None]]] = [
            (rf"{_UI}{index}", self._ui(view_lists.home)),
            (rf"on/{_UI}{index}", self._ui(view_lists.on)),
            (rf"proof/{_UI}{index}", self._ui(view_lists.proof)),
            (r"proof/(?P<file>log\.jsonl|checkpoint)", self._log),
            (r"static/(?P<file>[a-z0-9.-]+)", self._static),
            (r"(?P<file>index\.json|sitemap\.xml|robots\.txt|404\.html)", self._machine),
            (rf"(?:{_ID}/)??{_UI}feed\.(?P<kind>atom|json)", self._feed),
            (rf"{_ID}/(?:year/(?P<year>\d{{4}})/|category/(?P<category>[a-z-]+)/)?{_UI}{index}", self._timeline),
            (rf"{_ID}/compare/{_UI}{index}", self._compare),
            (rf"{_ID}/on/(?P<day>\d{{4}}-\d\d-\d\d)/{_UI}{index}", self._on_date),
            (rf"{_ID}/v(?P<number>{_NUMBER})/{_LANGUAGE}\.md", self._raw),
            (rf"{_ID}/v(?P<number>{_NUMBER})/{_LANGUAGE}/{index}", self._version),
            (rf"{_ID}/v(?P<old>{_NUMBER})\.\.v(?P<new>{_NUMBER})/{_LANGUAGE}/{index}", self._redline),
        ]
        return [(re.compile(pattern), make) for pattern, make in table]

    def _interface(self, found: dict[str, str]) -> str | None:
        """Read an address's interface language; the first one has no name in addresses, so that each page has one."""
        first, *others = self.archive.interfaces
        return first if not found["ui"] else found["ui"] if found["ui"] in others else None

    def _ui(self, make: Callable[[Archive, str], bytes]) -> Callable[[str, dict[str, str]], Page | None]:
        def made(path: str, found: dict[str, str]) -> Page | None:
            ui = self._interface(found)
            return (ui and _html(path, make(self.archive, ui), ui)) or None

        return made

    def _timeline(self, path: str, found: dict[str, str]) -> Page | None:
        ui = self._interface(found)
        if ui is None or found["policy"] not in self.archive.policies:
            return None
        narrowed = {"year": found["year"], "category": found["category"]}
        content = view_lists.timeline(self.archive, found["policy"], ui, **narrowed)
        return (content and _html(path, content, ui)) or None

    def _compare(self, path: str, found: dict[str, str]) -> Page | None:
        ui = self._interface(found)
        if ui is None or found["policy"] not in self.archive.policies:
            return None
        return _html(path, view_lists.compare(self.archive, found["policy"], ui), ui)

    def _feed(self, path: str, found: dict[str, str]) -> Page | None:
        ui = self._interface(found)
        if ui is None or found["policy"] not in ("", *self.archive.policies):
            return None
        if found["kind"] == "atom":
            return Page(path, feeds.atom(self.archive, found["policy"], ui), TYPES["atom"], ui)
        content = feeds.json_feed(self.archive, found["policy"], ui)
        return Page(path, content, "application/feed+json; charset=utf-8", ui)

    def _on_date(self, path: str, found: dict[str, str]) -> Page | None:
        ui = self._interface(found)
        if ui is None or found["policy"] not in self.archive.policies:
            return None
        try:
            day = date.fromisoformat(found["day"])
        except ValueError:
            return None
        return _html(path, view_texts.on_date(self.archive, found["policy"], day, ui), ui)

    def _release(self, policy: str, number: str) -> Release | None:
        return self.archive.shelf(policy).by_number.get(number) if policy in self.archive.policies else None

    def _raw(self, path: str, found: dict[str, str]) -> Page | None:
        release, language = self._release(found["policy"], found["number"]), found["language"]
        if release is None or language not in release.texts:
            return None
        return Page(path, self.archive.source.bytes(release, language), TYPES["md"], language, release)

    def _version(self, path: str, found: dict[str, str]) -> Page | None:
        release, language = self._release(found["policy"], found["number"]), found["language"]
        if release is None or language not in languages(release, self.archive.publisher):
            return None
        content = view_texts.version(self.archive, release, language)
        return Page(path, content, TYPES["html"], language, release)

    def _redline(self, path: str, found: dict[str, str]) -> Page | None:
        old, new = (self._release(found["policy"], found[k]) for k in ("old", "new"))
        language = found["language"]
        if old is None or new is None or language not in languages(new, self.archive.publisher):
            return None
        return _html(path, view_texts.redline(self.archive, old, new, language), language)

    def _log(self, path: str, found: dict[str, str]) -> Page | None:
        log = self.archive.log
        content = log.data if found["file"] == "log.jsonl" else log.checkpoint
        kind = "jsonl" if found["file"] == "log.jsonl" else "txt"
        return Page(path, content, TYPES[kind]) if content else None

    def _static(self, path: str, found: dict[str, str]) -> Page | None:
        file = STATIC / found["file"]
        kind = TYPES.get(file.suffix[1:])
        return Page(path, file.read_bytes(), kind) if kind and file.is_file() else None

    def _machine(self, path: str, found: dict[str, str]) -> Page | None:
        if found["file"] == "404.html":
            content = view_lists.missing(self.archive, self.archive.interfaces[0], path, rooted=True)
            return _html(path, content, self.archive.interfaces[0])
        makers = {"index.json": machine.index, "sitemap.xml": machine.sitemap, "robots.txt": machine.robots}
        return Page(path, makers[found["file"]](self.archive), TYPES[found["file"].rpartition(".")[2]])


def pages(source: Source, *, today: date, log: Log | None = None) -> Iterator[Page]:
    """Make every page of a source's archive, one at a time."""
    return Site.of(source, today=today, log=log).pages()


def _html(path: str, content: bytes, language: str) -> Page:
    return Page(path, content, TYPES["html"], language)
