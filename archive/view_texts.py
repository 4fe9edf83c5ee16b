"""Pages that show a text: a version, two versions compared, the version of a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from archive import links, redlines, render
from archive.comments import window
from archive.redlines import Comparison, Row, RowKind
from archive.shelf import Shelf, languages
from archive.strings import interface
from archive.views import Archive, View, assessed, categories, feeds, findings, labelled, shown_language, standing
from policy_versions.model import Release, ReleaseStatus

_WORDS = {RowKind.SPLIT: RowKind.CHANGED, RowKind.MERGED: RowKind.CHANGED}


def version(archive: Archive, release: Release, language: str) -> bytes:
    """Make the page of a version in a language; where the text lacks it, another one is shown and marked."""
    here = links.version(release.policy, release.number, language)
    view = _view(archive, here, language)
    shelf = archive.shelf(release.policy)
    previous = shelf.previous(release)
    values = _text(view, shelf, release, language)
    kind, sentence = standing(shelf, release, view.t)
    found = findings(release, language, view.ui)
    coming = next((r for r in shelf.coming if r is not release), None)
    return view.render(
        "version.html",
        kind="version-page",
        standing_kind=kind,
        standing=sentence,
        current=view.version(shelf.current) if shelf.current and shelf.current is not release else "",
        coming=view.version(coming) if coming and kind == "now" and coming.texts else "",
        findings=found,
        comments=window(view, release, found),
        withdrawn_for=_reason(view, release),
        chips=labelled(categories(release), "category", view.t),
        level=str(release.level) if assessed(release) and previous else "",
        summary=view.said(release.summaries),
        previous=previous,
        redline=_redline_address(view, shelf, previous, release, language),
        crumbs=_crumbs(view, release.policy, view.t("timeline.number", number=release.number)),
        alternates=_languages(view, release),
        feeds=feeds(view, [release.policy]),
        rels=_rels(view, shelf, release, language),
        neighbours=[(r and (r, _page(view, r, language))) for r in (shelf.before(release), shelf.next(release))],
        **values,
    )


def _reason(view: View, release: Release) -> tuple[str, str] | None:
    """Return why a version was recalled, with its language, in that of the page or else the authoritative one."""
    said = release.withdrawn_for
    if release.status is not ReleaseStatus.WITHDRAWN or not said:
        return None
    order = [*(k for k in said if interface(k) == view.ui), view.archive.publisher.authoritative, *said]
    chosen = next(k for k in order if said.get(k))
    return said[chosen], _lang(chosen)


def on_date(archive: Archive, policy: str, day: date, ui: str) -> bytes:
    """Make the page of a day: which version applied, why, and its text; also for a day before the first version."""
    view = View(archive, links.on_date(policy, day.isoformat(), archive.part(ui)), ui)
    shelf = archive.shelf(policy)
    release = shelf.at(day)
    common: dict[str, Any] = {
        "kind": "on-date",
        "day": day,
        "policy": policy,
        "policy_title": view.title(policy),
        "crumbs": _crumbs(view, policy, view.t.date(day)),
        "alternates": view.interfaces(links.on_date, policy, day.isoformat()),
        "timeline": view.to(links.timeline(policy, view.part)),
        "on_form": view.to(links.on(view.part)),
        "today": archive.today,
    }
    if release is None or not release.texts:
        first = shelf.periods[0] if shelf.periods else None
        return view.render("before.html", first=first, first_address=first and view.version(first.release), **common)
    language = archive.page_language(release, ui)
    period = next(p for p in shelf.periods if p.start <= day and (p.until is None or day < p.until))
    values = _text(view, shelf, release, language)
    return view.render("on_date.html", period=period, following=shelf.after(period), **(common | values))


def redline(archive: Archive, old: Release, new: Release, language: str) -> bytes:
    """Make the comparison of two versions, in the order asked for."""
    view = _view(archive, links.redline(new.policy, old.number, new.number, language), language)
    shelf = archive.shelf(new.policy)
    steps = shelf.between(old, new)
    comparison, mismatch = _comparison(archive, old, new, language)
    others = [
        (r, view.to(links.redline(new.policy, r.number, new.number, language)))
        for r in shelf.bases(new)
        if r is not old and r.texts
    ]
    return view.render(
        "redline.html",
        kind="redline-page",
        old=old,
        new=new,
        old_address=_page(view, old, language),
        new_address=_page(view, new, language),
        policy_title=view.title(new.policy),
        reversed=not steps,
        steps=[(r, findings(r, language, view.ui)) for r in steps],
        judged=any(assessed(r) for r in steps),
        comparison=comparison,
        mismatch=mismatch,
        total=len(comparison.changes) if comparison else 0,
        blocks=list(redlines.blocks(comparison)) if comparison else [],
        context=redlines.CONTEXT,
        moves=_moves(comparison),
        inline=lambda row: redlines.inline(row, view.t),
        side=lambda row, new: redlines.side(row, view.t, new=new),
        text_language=_lang(shown_language(archive, new, language)),
        others=others,
        crumbs=_crumbs(view, new.policy, f"{old.number} → {new.number}"),
        alternates=view.switch(
            {k: links.redline(new.policy, old.number, new.number, k) for k in languages(new, archive.publisher)}
        ),
    )


def _view(archive: Archive, here: str, language: str) -> View:
    return View(archive, here, interface(language))


def _text(view: View, shelf: Shelf, release: Release, language: str) -> dict[str, Any]:
    """Return what `text.html` needs: the text, its contents, marks, and the record of the version."""
    archive = view.archive
    shown = shown_language(archive, release, language)
    previous = shelf.previous(release)
    target = _redline_address(view, shelf, previous, release, language)
    marks = list(_marks(view, previous, release, language, target)) if previous and target else []
    words = render.Words(image=lambda alt: view.t("version.image", alt=alt))
    text = render.document(archive.text(release, shown), marks=marks, words=words)
    place = archive.log.place(release)
    return {
        "release": release,
        "policy_title": view.title(release.policy),
        "text": text,
        "marked": bool(marks),
        "shown": shown,
        "lang": _lang(shown),
        "wanted": language if shown != language and view.ui != interface(shown) else "",
        "sha256": release.texts[shown].sha256,
        "raw": view.to(links.raw(release.policy, release.number, shown)),
        "size": len(archive.source.bytes(release, shown)),
        "place": place,
        "proof": view.to(links.proof(view.part)) + (f"#e{place}" if place is not None else ""),
        "permanent": view.to(links.version(release.policy, release.number, language)),
        "others": [
            (k, view.to(links.version(release.policy, release.number, k)))
            for k in languages(release, archive.publisher)
            if k != language
        ],
        "authoritative": archive.publisher.authoritative if archive.publisher.authoritative in release.texts else "",
    }


def _marks(view: View, old: Release, new: Release, language: str, target: str) -> Iterator[render.Mark]:
    comparison, _ = _comparison(view.archive, old, new, language)
    if comparison is None:
        return
    for row, line in redlines.first_lines(comparison):
        word = view.t(f"version.mark.{_WORDS.get(row.kind, row.kind)}")
        yield render.Mark(line, f"{target}#c{row.number}", word, view.t("version.mark_label", kind=word))


def _comparison(archive: Archive, old: Release, new: Release, language: str) -> tuple[Comparison | None, str]:
    """Compare the texts of two releases; None and why where they share no language."""
    if not old.texts or not new.texts:
        return None, "mixed"
    shown = shown_language(archive, new, language)
    if shown not in old.texts:
        kin = [k for k in old.texts if interface(k) == interface(shown)]
        if not kin:
            return None, "mixed"
        return redlines.compare(archive.text(old, kin[0]), archive.text(new, shown), shown), ""
    return redlines.compare(archive.text(old, shown), archive.text(new, shown), shown), ""


def _moves(comparison: Comparison | None) -> dict[int, int]:
    """Pair the place that a moved clause left with the number of its change: ordinal -> number."""
    rows = comparison.changes if comparison else ()
    return {row.before[0].ordinal: row.number for row in rows if row.kind is RowKind.MOVED and row.before}


def departure(row: Row) -> int:
    """Return the ordinal that names the place a moved clause left."""
    return row.before[0].ordinal


def _redline_address(view: View, shelf: Shelf, old: Release | None, new: Release, language: str) -> str:
    if old is None or not old.texts or not shelf.ahead(old, new):
        return ""
    return view.to(links.redline(new.policy, old.number, new.number, language))


def _page(view: View, release: Release, language: str) -> str:
    """Return the page of another release in the same language, or in one that it has."""
    there = languages(release, view.archive.publisher)
    if not there:
        return ""
    chosen = language if language in there else view.archive.page_language(release, view.ui)
    return view.to(links.version(release.policy, release.number, chosen))


def _languages(view: View, release: Release) -> list[tuple[str, str, str, bool]]:
    pages = languages(release, view.archive.publisher)
    return view.switch({k: links.version(release.policy, release.number, k) for k in pages})


def _crumbs(view: View, policy: str, last: str) -> list[tuple[str, str]]:
    return view.crumbs((view.title(policy), view.to(links.timeline(policy, view.part))), (last, ""))


def _rels(view: View, shelf: Shelf, release: Release, language: str) -> list[tuple[str, str]]:
    """Say how versions follow each other (RFC 5829)."""
    before, after = shelf.before(release), shelf.next(release)
    found = [("version-history", view.to(links.timeline(release.policy, view.part)))]
    named = (("predecessor-version", before), ("successor-version", after), ("latest-version", shelf.current))
    return found + [(rel, _page(view, r, language)) for rel, r in named if r and r.texts]


def _lang(language: str) -> str:
    """Write a language for the `lang` attribute; an unknown one is the empty string (HTML)."""
    return "" if language == "und" else language
