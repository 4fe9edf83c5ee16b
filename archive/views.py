"""What all pages need to be filled in: where they stand, what they link to, and how a release is put into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from archive import links, strings, templating
from archive.proof import Log
from archive.shelf import Shelf, Source, interfaces, languages, shelve, text_language
from archive.strings import Strings
from policy_versions.model import Publisher, Release, ReleaseFinding, ReleaseStatus, Verdict


@dataclass(frozen=True)
class Archive:
    """A policy repository on a day, as pages are made from it."""

    source: Source
    today: date
    log: Log

    @cached_property
    def publisher(self) -> Publisher:
        """Return who publishes."""
        return self.source.publisher

    @cached_property
    def interfaces(self) -> tuple[str, ...]:
        """Return the interface languages, the first of which has the short addresses."""
        return interfaces(self.publisher)

    @cached_property
    def policies(self) -> tuple[str, ...]:
        """Name the policies that have releases."""
        return tuple(p for p in self.source.policies() if self.shelf(p).releases)

    @cached_property
    def _shelves(self) -> dict[str, Shelf]:
        return {}

    def shelf(self, policy: str) -> Shelf:
        """Return the releases of a policy."""
        if policy not in self._shelves:
            self._shelves[policy] = shelve(self.source, policy, self.today)
        return self._shelves[policy]

    def text(self, release: Release, language: str) -> str:
        """Return a text; bytes that are not UTF-8 are shown as such (the raw file keeps them)."""
        return self.source.bytes(release, language).decode("utf-8-sig", errors="replace")

    def part(self, ui: str) -> str:
        """Return an interface language as it stands in addresses: nothing for the first one."""
        return "" if ui == self.interfaces[0] else ui

    def page_language(self, release: Release, ui: str) -> str:
        """Choose the page of a release for readers of an interface language."""
        there = languages(release, self.publisher)
        return next((k for k in there if strings.interface(k) == ui), there[0])


@dataclass(frozen=True)
class View:
    """One page in the making: `here` is its path, `ui` its interface language.

    `prefix` is set for a page that is shown at any depth: its links begin there instead of being relative.
    """

    archive: Archive
    here: str
    ui: str
    prefix: str = ""

    @property
    def t(self) -> Strings:
        """Return the words of the interface language."""
        return strings.load(self.ui)

    @property
    def part(self) -> str:
        """Return the interface language as it stands in addresses."""
        return self.archive.part(self.ui)

    def to(self, path: str) -> str:
        """Return the relative address of a path."""
        return self.prefix + path if self.prefix else links.relative(self.here, path)

    def said(self, texts: Mapping[str, str]) -> str:
        """Choose from texts by language."""
        return strings.pick(texts, self.ui, self.archive.publisher.authoritative)

    def title(self, policy: str) -> str:
        """Return the title of a policy."""
        return self.said(self.archive.publisher.policy_titles.get(policy, {})) or policy

    def version(self, release: Release) -> str:
        """Return the relative address of a release's page in this language."""
        language = self.archive.page_language(release, self.ui)
        return self.to(links.version(release.policy, release.number, language))

    def redline(self, old: Release, new: Release) -> str:
        """Return the relative address of a comparison in this language."""
        language = self.archive.page_language(new, self.ui)
        return self.to(links.redline(new.policy, old.number, new.number, language))

    def render(self, template: str, **values: Any) -> bytes:
        """Fill a template."""
        publisher = self.archive.publisher
        context = templating.layout(self.ui, self.prefix or links.root(self.here), publisher) | {
            "home": links.home(self.part),
            "on_page": links.on(self.part),
            "proof_page": links.proof(self.part),
            "home_feed": links.feed("", "atom", self.part),
            "canonical": links.absolute(publisher.url, self.here) if publisher.url else None,
            "view": self,
        }
        return templating.render(template, context | values)

    def switch(self, path_of: Mapping[str, str]) -> list[tuple[str, str, str, bool]]:
        """List the same page in other languages: language -> path."""
        return [(k, self.t.name(k), self.to(path), path == self.here) for k, path in path_of.items()]

    def interfaces(self, path_of: Any, *arguments: str, **more: str) -> list[tuple[str, str, str, bool]]:
        """List a page that exists in each interface language."""
        return self.switch({ui: path_of(*arguments, self.archive.part(ui), **more) for ui in self.archive.interfaces})

    def crumbs(self, *rest: tuple[str, str]) -> list[tuple[str, str]]:
        """List the way from home; the last one is this page and has no address."""
        return [(self.t("layout.home"), self.to(links.home(self.part))), *rest]


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding in words: what changed, both quotes, what it means, what it asks for."""

    level: str
    category: str
    effect: str
    direction: str
    explanation: str
    before: str
    after: str
    language: str
    law: tuple[str, ...]
    note: str
    fingerprint: str = ""
    anchor: str = ""


def findings(release: Release, language: str, ui: str) -> list[FindingView]:
    """Put the findings of a release into words: those of the page's language, else of any one language.

    The first of each fingerprint has an anchor, so that people can point to it.
    """
    spoken = dict.fromkeys(f.language for f in release.findings)
    chosen = next((k for k in spoken if k == language), None) or next(
        (k for k in spoken if strings.interface(k) == strings.interface(language)), next(iter(spoken), "")
    )
    decisions = {d.fingerprint: d for d in release.decisions}
    t = strings.load(ui)
    found: list[FindingView] = []
    named: set[str] = set()
    for item in release.findings:
        decision = decisions.get(item.finding.fingerprint)
        if item.language != chosen:
            continue
        dropped = decision is not None and decision.verdict is Verdict.OVERRULED
        note = t("redline.decided", reason=decision.reason) if decision and decision.reason else ""
        one = _finding(item, ui, note, dropped, str(decision.level) if decision and decision.level else "")
        fingerprint = item.finding.fingerprint
        anchor = "" if fingerprint in named else f"f-{release.number}-{fingerprint[:12]}"
        named.add(fingerprint)
        found.append(replace(one, fingerprint=fingerprint, anchor=anchor))
    return found


def _finding(item: ReleaseFinding, ui: str, note: str, dropped: bool, decided: str) -> FindingView:
    finding = item.finding
    level = decided or ("none" if dropped else templating.level_of(item))
    return FindingView(
        level,
        str(finding.category),
        str(finding.effect),
        str(finding.direction),
        strings.pick(finding.explanation, ui),
        *finding.quotes,
        item.language,
        item.obligation.law,
        note,
    )


def categories(release: Release) -> list[str]:
    """Name what a release touches in substance, each once, in the order of the findings."""
    overruled = {d.fingerprint for d in release.decisions if d.verdict is Verdict.OVERRULED}
    material = (f.finding for f in release.findings if f.finding.material)
    return list(dict.fromkeys(str(f.category) for f in material if f.fingerprint not in overruled))


def assessed(release: Release) -> bool:
    """Say whether anybody judged what this release changed; imported histories were not."""
    return bool(release.findings or release.summaries or release.announced_on)


def standing(shelf: Shelf, release: Release, t: Strings) -> tuple[str, str]:
    """Say in words where a release stands today, and the kind of that statement for its looks."""
    if release.status is ReleaseStatus.WITHDRAWN:
        never = not release.effective_on or (release.withdrawn_on or date.max) <= release.effective_on
        return "past", t("version.withdrawn" if never else "version.withdrawn_later", date=t.date(release.withdrawn_on))
    if release.effective_on is None:
        return "past", t("version.undated")
    if release.status is ReleaseStatus.ANNOUNCED:
        key, current = ("version.announced", shelf.current.number) if shelf.current else ("version.announced_first", "")
        return "coming", t(key, date=t.date(release.effective_on), current=current)
    return _begun(shelf, release, release.effective_on, t)


def _begun(shelf: Shelf, release: Release, begin: date, t: Strings) -> tuple[str, str]:
    period = shelf.period(release)
    following = shelf.after(period) if period else None
    now = release.status is ReleaseStatus.IN_FORCE
    since = t.date(period.start if period else begin)
    if not (period and period.until and following):
        return ("now", t("version.in_force", date=since)) if now else ("past", t("version.replaced_bare"))
    until = t.date(period.until)
    if now:
        return "now", t("version.in_force_next", date=since, next=following.number, next_date=until)
    return "past", t("version.replaced", from_=since, until=until, next=following.number)


def when(shelf: Shelf, release: Release, t: Strings) -> str:
    """Say in a few words from when to when a release applied or will apply."""
    period = shelf.period(release)
    parts = []
    if release.status is ReleaseStatus.WITHDRAWN:
        never = not release.effective_on or (release.withdrawn_on or date.max) <= release.effective_on
        return t("timeline.withdrawn" if never else "timeline.withdrawn_later", date=t.date(release.withdrawn_on))
    if period and period.until:
        parts.append(t("timeline.period", from_=t.date(period.start), until=t.date(period.until)))
    else:
        parts.append(t("home.since", date=t.date(period.start if period else release.effective_on)))
    if release.announced_on:
        parts.append(t("timeline.announced", date=t.date(release.announced_on)))
    return t("layout.clause").join(parts)


def shown_language(archive: Archive, release: Release, wanted: str) -> str:
    """Choose the text that a page in a language shows."""
    return text_language(release, wanted, archive.publisher)


def feeds(view: View, policies: Sequence[str]) -> list[tuple[str, str, str]]:
    """List the feeds for a page's head."""
    found = []
    for policy in policies:
        name = view.t("feed.title", title=view.title(policy))
        found.append(("application/atom+xml", view.to(links.feed(policy, "atom", view.part)), name))
        found.append(("application/feed+json", view.to(links.feed(policy, "json", view.part)), name))
    return found


def labelled(names: Iterable[str], kind: str, t: Strings) -> list[tuple[str, str]]:
    """Pair words of the model with the words that people read."""
    return [(name, t(f"{kind}.{name}")) for name in names]
