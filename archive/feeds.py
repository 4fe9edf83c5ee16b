"""Atom (RFC 4287) and JSON Feed 1.1 of a policy's versions; ids stay the same for ever."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import msgspec

from archive import links
from archive.views import Archive, View, categories
from policy_versions.model import Release, ReleaseStatus

ATOM: Final = "http://www.w3.org/2005/Atom"
HISTORY: Final = "http://purl.org/syndication/history/1.0"
JSON_FEED: Final = "https://jsonfeed.org/version/1.1"
NAMESPACE: Final = uuid.UUID("6f1d3a52-5d0e-5d53-9f4e-7d3f0c1f8a11")
LONGEST: Final = 100
"""A feed holds so many of the newest versions; one that holds all says so (RFC 5005)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One version in a feed; `updated` moves only when something a reader must know moves."""

    id: str
    title: str
    url: str
    redline: str
    summary: str
    tags: list[str]
    published: datetime
    updated: datetime


def midnight(day: date, zone: str) -> datetime:
    """Return the moment at which a day begins where the publisher is, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def identity(release: Release) -> str:
    """Return the permanent id of a version: made of what can never change, neither address nor status."""
    digests = ",".join(f"{k}={release.texts[k].sha256}" for k in sorted(release.texts))
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, f'{release.policy}/v{release.number}?{digests}')}"


def items(archive: Archive, policies: Sequence[str], ui: str, here: str) -> tuple[list[Item], bool]:
    """List the newest versions of some policies, and say whether that is all of them."""
    view = View(archive, here, ui)
    releases = [
        r for p in policies for r in archive.shelf(p).releases if r.texts and (r.effective_on or r.announced_on)
    ]
    releases.sort(key=lambda r: r.announced_on or r.effective_on or date.min)
    return [_item(view, r) for r in reversed(releases[-LONGEST:])], len(releases) <= LONGEST


def _item(view: View, release: Release) -> Item:
    archive, base = view.archive, view.archive.publisher.url
    withdrawn = release.status is ReleaseStatus.WITHDRAWN
    key = "feed.entry_withdrawn" if withdrawn else "feed.entry"
    previous = archive.shelf(release.policy).previous(release)
    language = archive.page_language(release, view.ui)
    published = midnight(release.announced_on or release.effective_on or date.min, archive.publisher.timezone)
    gone = release.withdrawn_on if withdrawn else None
    redline = links.redline(release.policy, previous.number, release.number, language) if previous else ""
    date_words = view.t.date(release.effective_on)
    return Item(
        identity(release),
        view.t(key, title=view.title(release.policy), number=release.number, date=date_words),
        _address(view, base, links.version(release.policy, release.number, language)),
        _address(view, base, redline) if redline else "",
        _gone(view, release)
        or view.said(release.summaries)
        or view.t("timeline.first" if previous is None else "timeline.no_summary"),
        [str(release.level), *categories(release)],
        published,
        midnight(gone, archive.publisher.timezone) if gone else published,
    )


def _gone(view: View, release: Release) -> str:
    """Say why a version was recalled; nothing of one that stands."""
    if release.status is not ReleaseStatus.WITHDRAWN or not release.withdrawn_for:
        return ""
    return f"{view.t('feed.withdrawn_for')}{view.t('layout.colon')}{view.said(release.withdrawn_for)}"


def _address(view: View, base: str, path: str) -> str:
    return links.absolute(base, path) if base else view.to(path)


def _names(archive: Archive, policy: str, ui: str, here: str) -> tuple[str, str, str]:
    """Return a feed's title, its own permanent id and its author."""
    view = View(archive, here, ui)
    owner = view.said(archive.publisher.name) or view.said(archive.publisher.title) or view.t("layout.site")
    title = view.t("feed.title", title=view.title(policy)) if policy else view.t("feed.home_title", name=owner)
    firsts = [archive.shelf(p).releases[0] for p in ([policy] if policy else archive.policies)]
    seed = f"{policy or '*'}/{ui}/{','.join(identity(r) for r in firsts[:1])}"
    return title, f"urn:uuid:{uuid.uuid5(NAMESPACE, seed)}", owner


def atom(archive: Archive, policy: str, ui: str) -> bytes:
    """Make the Atom feed of a policy, or of all when `policy` is empty."""
    here = links.feed(policy, "atom", archive.part(ui))
    found, complete = items(archive, [policy] if policy else archive.policies, ui, here)
    title, name, owner = _names(archive, policy, ui, here)
    ET.register_namespace("", ATOM)
    ET.register_namespace("fh", HISTORY)
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": ui})
    _add(feed, "id", name)
    _add(feed, "title", title)
    _add(feed, "updated", _stamp(max((i.updated for i in found), default=datetime.fromtimestamp(0, UTC))))
    _add(_add(feed, "author"), "name", owner)
    base = archive.publisher.url
    view = View(archive, here, ui)
    _add(feed, "link", rel="self", type="application/atom+xml", href=_address(view, base, here))
    page = links.timeline(policy, archive.part(ui)) if policy else links.home(archive.part(ui))
    _add(feed, "link", rel="alternate", type="text/html", href=_address(view, base, page))
    if complete:
        ET.SubElement(feed, f"{{{HISTORY}}}complete")
    for item in found:
        _entry(feed, item)
    body: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _entry(feed: ET.Element, item: Item) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", item.id)
    _add(entry, "title", item.title)
    _add(entry, "published", _stamp(item.published))
    _add(entry, "updated", _stamp(item.updated))
    _add(entry, "link", rel="alternate", type="text/html", href=item.url)
    if item.redline:
        _add(entry, "link", rel="related", type="text/html", href=item.redline)
    for tag in item.tags:
        _add(entry, "category", term=tag)
    _add(entry, "summary", item.summary)


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{tag}", attributes)
    child.text = "".join(c for c in text if c >= " " or c in "\t\n") or None
    return child


def json_feed(archive: Archive, policy: str, ui: str) -> bytes:
    """Make the JSON feed of a policy, or of all when `policy` is empty."""
    here = links.feed(policy, "json", archive.part(ui))
    found, _ = items(archive, [policy] if policy else archive.policies, ui, here)
    title, _, owner = _names(archive, policy, ui, here)
    base = archive.publisher.url
    view = View(archive, here, ui)
    page = links.timeline(policy, archive.part(ui)) if policy else links.home(archive.part(ui))
    document = {
        "version": JSON_FEED,
        "title": title,
        "language": ui,
        "home_page_url": _address(view, base, page),
        "feed_url": _address(view, base, here),
        "authors": [{"name": owner}],
        "items": [
            {
                "id": i.id,
                "url": i.url,
                **({"external_url": i.redline} if i.redline else {}),
                "title": i.title,
                "content_text": i.summary,
                "date_published": _stamp(i.published),
                "date_modified": _stamp(i.updated),
                "tags": i.tags,
            }
            for i in found
        ],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
