"""Pages that list: home, the versions of a policy, versions by date, which comparisons there are, proof."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from archive import links
from archive.shelf import Shelf
from archive.views import Archive, View, assessed, categories, feeds, labelled, standing, when
from policy_versions.model import Release, ReleaseStatus

TABLES: Final = 120
"""Up to so many versions in all, the page that finds a version by date lists every period itself."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A release in a list."""

    release: Release
    address: str
    redline: str
    when: str
    level: str
    summary: str
    chips: list[tuple[str, str]]
    first: bool
    place: int | None


def home(archive: Archive, ui: str) -> bytes:
    """Make the home page."""
    view = View(archive, links.home(archive.part(ui)), ui)
    cards = []
    for policy in archive.policies:
        shelf = archive.shelf(policy)
        coming = shelf.coming[0] if shelf.coming else None
        base = shelf.previous(coming) if coming else None
        parent = archive.publisher.annexes.get(policy, "")
        cards.append(
            {
                "id": policy,
                "parent": parent,
                "parent_title": view.title(parent) if parent else "",
                "parent_timeline": view.to(links.timeline(parent, view.part)) if parent in archive.policies else "",
                "title": view.title(policy),
                "timeline": view.to(links.timeline(policy, view.part)),
                "feed": view.to(links.feed(policy, "atom", view.part)),
                "current": shelf.current and entry(view, shelf, shelf.current),
                "coming": coming and entry(view, shelf, coming),
                "coming_redline": coming and base and view.redline(base, coming),
                "count": len(shelf.releases),
                "gone": shelf.current is None and coming is None,
            }
        )
    places = {policy: n for n, policy in enumerate(archive.policies)}
    cards.sort(key=lambda c: (bool(c["gone"]), places.get(str(c["parent"] or c["id"]), 0), bool(c["parent"])))
    return view.render(
        "home.html",
        kind="home",
        cards=cards,
        alternates=view.interfaces(links.home),
        feeds=feeds(view, archive.policies[:20]),
    )


def entry(view: View, shelf: Shelf, release: Release) -> Entry:
    """Put a release into the words of a list."""
    previous = shelf.previous(release)
    judged = assessed(release) and previous is not None
    return Entry(
        release,
        view.version(release) if release.texts else "",
        view.redline(previous, release) if previous and release.texts and previous.texts else "",
        when(shelf, release, view.t),
        str(release.level) if judged else "",
        view.said(release.summaries),
        labelled(categories(release), "category", view.t),
        previous is None,
        view.archive.log.place(release),
    )


def timeline(archive: Archive, policy: str, ui: str, *, year: str = "", category: str = "") -> bytes | None:
    """Make the list of a policy's versions, newest first; None when a filter leaves nothing."""
    shelf = archive.shelf(policy)
    view = View(archive, links.timeline(policy, archive.part(ui), year=year, category=category), ui)
    chosen = [r for r in shelf.releases if year in ("", _year(r)) and (not category or category in categories(r))]
    if not chosen:
        return None
    t = view.t
    filters = {
        "years": [(y, view.to(links.timeline(policy, view.part, year=y)), y == year) for y in years(shelf)],
        "categories": [
            (name, view.to(links.timeline(policy, view.part, category=key)), key == category)
            for key, name in labelled(subjects(shelf), "category", t)
        ],
    }
    what = year or (t(f"category.{category}") if category else "")
    crumbs = [(view.title(policy), view.to(links.timeline(policy, view.part)) if what else "")]
    return view.render(
        "timeline.html",
        kind="timeline-page",
        shelf=shelf,
        policy_title=view.title(policy),
        entries=[entry(view, shelf, r) for r in reversed(_ordered(chosen))],
        now=shelf.current and standing(shelf, shelf.current, t),
        coming=shelf.coming,
        base=shelf.previous(shelf.releases[-1]) or shelf.releases[0],
        filters=filters,
        what=what,
        everything=view.to(links.timeline(policy, view.part)),
        compare=view.to(f"{policy}/compare/{view.part + '/' if view.part else ''}index.html"),
        crumbs=view.crumbs(*crumbs, *([(what, "")] if what else [])),
        alternates=view.interfaces(links.timeline, policy, year=year, category=category),
        feeds=feeds(view, [policy]),
    )


def on(archive: Archive, ui: str, *, problem: str = "") -> bytes:
    """Make the page that finds a version by date; `problem` is a date that could not be read."""
    view = View(archive, links.on(archive.part(ui)), ui)
    shelves = [archive.shelf(p) for p in archive.policies]
    listed = sum(len(s.releases) for s in shelves) <= TABLES
    tables = [
        {
            "id": s.policy,
            "title": view.title(s.policy),
            "timeline": view.to(links.timeline(s.policy, view.part)),
            "periods": [
                (p, view.version(p.release), view.to(links.on_date(s.policy, p.start.isoformat(), view.part)))
                for p in reversed(s.periods)
            ]
            if listed
            else [],
        }
        for s in shelves
    ]
    return view.render(
        "on.html",
        kind="on",
        tables=tables,
        problem=problem,
        crumbs=view.crumbs((view.t("on.title"), "")),
        alternates=view.interfaces(links.on),
    )


def compare(archive: Archive, policy: str, ui: str) -> bytes:
    """Make the page that lists the comparisons made in advance."""
    shelf = archive.shelf(policy)
    view = View(archive, compare_path(policy, archive.part(ui)), ui)
    rows: dict[str, list[tuple[Release, str]]] = {r.number: [] for r in reversed(shelf.releases)}
    for old, new in shelf.pairs():
        if old.texts and new.texts:
            rows[new.number].append((old, view.redline(old, new)))
    return view.render(
        "compare.html",
        kind="compare-page",
        shelf=shelf,
        policy_title=view.title(policy),
        rows=[(shelf.by_number[number], olds) for number, olds in rows.items() if olds],
        crumbs=view.crumbs(
            (view.title(policy), view.to(links.timeline(policy, view.part))), (view.t("timeline.compare"), "")
        ),
        alternates=view.interfaces(compare_path, policy),
    )


def compare_path(policy: str, part: str = "") -> str:
    """Return the page that lists comparisons."""
    return "/".join(p for p in (policy, "compare", part, links.INDEX) if p)


def proof(archive: Archive, ui: str) -> bytes:
    """Make the page that says what is logged and how to check it."""
    view = View(archive, links.proof(archive.part(ui)), ui)
    sample = next((s for p in archive.policies if (s := archive.shelf(p)).latest and s.latest.texts), None)
    raw = ""
    if sample and sample.latest:
        latest = sample.latest
        raw = links.raw(latest.policy, latest.number, next(iter(latest.texts)))
    base = archive.publisher.url or "https://…/"
    return view.render(
        "proof.html",
        kind="proof",
        log=archive.log,
        raw=links.absolute(base, raw) if raw else "",
        name=raw.rpartition("/")[2],
        digest=sample.latest.texts[next(iter(sample.latest.texts))].sha256 if sample and sample.latest else "",
        log_address=links.absolute(base, "proof/log.jsonl"),
        checkpoint_address=links.absolute(base, "proof/checkpoint"),
        entries=_log_entries(view),
        crumbs=view.crumbs((view.t("proof.title"), "")),
        alternates=view.interfaces(links.proof),
    )


def _log_entries(view: View) -> list[tuple[int, str, str, str]]:
    log = view.archive.log
    found = []
    for policy in view.archive.policies:
        for release in view.archive.shelf(policy).releases:
            place = log.place(release)
            if place is not None:
                name = view.t("version.title", title=view.title(policy), number=release.number)
                found.append((place, name, view.version(release), log.leaf(place)))
                back = log.recalls.get((policy, release.number))
                if back is not None:
                    said = f"{name}{view.t('layout.colon')}{view.t('status.withdrawn')}"
                    found.append((back, said, view.version(release), log.leaf(back)))
    return sorted(found, reverse=True)


def missing(archive: Archive, ui: str, here: str, *, rooted: bool = False) -> bytes:
    """Make the page for an address that leads nowhere, with what lies nearest to it.

    `rooted` is for a static host, which shows the one file at any depth: its links begin at the site's own path.
    """
    prefix = (urlsplit(archive.publisher.url).path.rstrip("/") + "/") if rooted else ""
    view = View(archive, here, ui, prefix)
    policy = here.partition("/")[0]
    near = [policy] if policy in archive.policies else list(archive.policies[:12])
    shelves = [archive.shelf(p) for p in near]
    return view.render(
        "missing.html",
        kind="missing",
        canonical=None,
        near=[
            (
                view.title(s.policy),
                view.to(links.timeline(s.policy, view.part)),
                [(r, view.version(r)) for r in _nearest(s, here) if r.texts] if len(near) == 1 else [],
            )
            for s in shelves
        ],
    )


def _nearest(shelf: Shelf, here: str) -> list[Release]:
    asked = here.partition("/")[2].partition("/")[0].removeprefix("v").partition("..")[0]
    close = [r for r in shelf.releases if asked and r.number.split(".")[0] == asked.split(".")[0]]
    ends = [shelf.current, *shelf.coming[:1], shelf.releases[-1]]
    return list({r.number: r for r in [*close[-5:], *(e for e in ends if e)]}.values())


def years(shelf: Shelf) -> list[str]:
    """List the years of a policy's versions, newest first; none when there is one only."""
    found = sorted({y for r in shelf.releases if (y := _year(r))}, reverse=True)
    return found if len(found) > 1 else []


def subjects(shelf: Shelf) -> list[str]:
    """List the categories that versions of a policy touched, the most frequent first."""
    counts = Counter(c for r in shelf.releases for c in categories(r))
    return [name for name, _ in counts.most_common()]


def _year(release: Release) -> str:
    return str(release.effective_on.year) if release.effective_on else ""


def _ordered(releases: list[Release]) -> list[Release]:
    """Sort withdrawn versions among the others; announced ones stay last."""
    return sorted(releases, key=lambda r: r.status is ReleaseStatus.ANNOUNCED)
