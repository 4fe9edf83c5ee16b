"""What machines read: index.json, sitemap.xml, robots.txt, and the JSON of a policy and a version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from xml.sax.saxutils import escape

import msgspec

from archive import links
from archive.shelf import Shelf, languages
from archive.views import Archive
from policy_versions.model import Release

SCHEMA: Final = 1
LONGEST_SITEMAP: Final = 50_000
"""The most addresses that one sitemap may hold (sitemaps.org)."""


def index(archive: Archive) -> bytes:
    """Make index.json: every policy and version with dates, digests and addresses."""
    found = {
        "schema_version": SCHEMA,
        "publisher": dict(archive.publisher.name),
        "policies": [policy(archive, archive.shelf(p)) for p in archive.policies],
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"


def policy(archive: Archive, shelf: Shelf) -> dict[str, Any]:
    """Describe a policy and all its versions."""
    return {
        "id": shelf.policy,
        "title": dict(archive.publisher.policy_titles.get(shelf.policy, {})),
        "in_force": shelf.current.number if shelf.current else None,
        "announced": [r.number for r in shelf.coming],
        "versions": [version(archive, shelf, r) for r in shelf.releases],
    }


def version(archive: Archive, shelf: Shelf, release: Release) -> dict[str, Any]:
    """Describe a version; addresses are relative to the archive's root."""
    period = shelf.period(release)
    return {
        "policy": release.policy,
        "number": release.number,
        "status": str(release.status),
        "level": str(release.level),
        "announced_on": release.announced_on,
        "effective_on": release.effective_on,
        "effective_until": period.until if period else None,
        "withdrawn_on": release.withdrawn_on,
        "withdrawn_for": dict(release.withdrawn_for),
        "comments_until": release.comments_until,
        "commit": release.commit,
        "log_entry": archive.log.place(release),
        "summaries": dict(release.summaries),
        "texts": {
            k: {
                "sha256": text.sha256,
                "page": links.version(release.policy, release.number, k).removesuffix(links.INDEX),
                "raw": links.raw(release.policy, release.number, k),
            }
            for k, text in sorted(release.texts.items())
        },
    }


def sitemap(archive: Archive) -> bytes:
    """Make sitemap.xml: home, policies and versions; absolute where the site's address is known."""
    base = archive.publisher.url
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    for at, path in enumerate(_listed(archive)):
        if at == LONGEST_SITEMAP:
            break
        address = links.absolute(base, path) if base else path
        lines.append(f"<url><loc>{escape(address)}</loc></url>")
    return "\n".join([*lines, "</urlset>", ""]).encode()


def _listed(archive: Archive) -> Iterator[str]:
    parts = [archive.part(ui) for ui in archive.interfaces]
    for part in parts:
        yield from (links.home(part), links.proof(part))
        yield from (links.timeline(p, part) for p in archive.policies)
    for name in archive.policies:
        for release in reversed(archive.shelf(name).releases):
            yield from (links.version(name, release.number, k) for k in languages(release, archive.publisher))


def robots(archive: Archive) -> bytes:
    """Make robots.txt: all may be read but what belongs to one person."""
    rules = ["User-agent: *", "Disallow: /answer/", "Disallow: /choices/", "Disallow: /receipts/", "Allow: /"]
    if archive.publisher.url:
        rules.append(f"Sitemap: {links.absolute(archive.publisher.url, 'sitemap.xml')}")
    return "\n".join([*rules, ""]).encode()
