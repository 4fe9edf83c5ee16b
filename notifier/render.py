"""A release and a template become a notice: once a campaign, language and role; persons differ by their link alone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from notifier.model import LINK_MARK, Audience, Campaign, Notice, Snapshot
from notifier.tongues import shown
from policy_versions.model import Category, Decision, Finding, Level, Publisher, Release, ReleaseFinding, Verdict

FOLDER: Final = Path(__file__).parent / "templates"
LANGUAGES: Final = tuple(sorted(path.parent.name for path in FOLDER.glob("*/words.toml")))
QUOTE: Final = 400  # characters of a quote in a mail; the redline has the rest
HEADLINE: Final = 40  # characters of the subject's middle part
BRIEF: Final = 18  # the same in a text message, which has 70 characters in all
_CUT: Final = re.compile(r"[。；;，,、.]")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Make the environment: a missing variable is an error, HTML is escaped, nothing else is."""
    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@lru_cache(maxsize=16)
def words(language: str) -> Mapping[str, Any]:
    """Return the words of a language for levels, directions, categories and dates."""
    return tomllib.loads((FOLDER / language / "words.toml").read_text(encoding="utf-8"))


def language_for(wanted: str, snapshot: Snapshot) -> str:
    """Choose the language to tell somebody in: theirs, one of the same family, the authoritative one."""
    return _language(wanted, snapshot.publisher.languages, snapshot.publisher.authoritative)


@lru_cache(maxsize=4096)
def _language(wanted: str, published: tuple[str, ...], authoritative: str) -> str:
    there = [language for language in published if language in LANGUAGES] or list(LANGUAGES)
    if wanted in there:
        return wanted
    family = wanted.partition("-")[0].lower()
    near = [language for language in there if language.partition("-")[0].lower() == family]
    rest = [authoritative] if authoritative in there else there
    return (near or rest)[0]


def notice(campaign: Campaign, language: str, audience: Audience, sender: str) -> Notice:
    """Make the notice of a campaign for one language and role; `sender` is the address it comes from."""
    context = _context(campaign, language, audience)
    subject, text = plain(campaign, language, audience)
    html = _render(f"{language}/mail.html", context | {"subject": subject})
    return Notice(
        language=language,
        subject=subject,
        text=text,
        html=css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False).inline(
            html
        ),
        short=_line(_render(f"{language}/short.txt", context)),
        banner=banner(campaign, language, audience),
        sender=sender,
        reply_to=campaign.snapshot.publisher.email,
        company=context["company"],
        campaign=campaign.id,
    )


def plain(campaign: Campaign, language: str, audience: Audience) -> tuple[str, str]:
    """Make the subject and the plain text alone: all that a preview shows."""
    context = _context(campaign, language, audience)
    text = re.sub(r"\n{3,}", "\n\n", _render(f"{language}/mail.txt", context)).strip() + "\n"
    return _line(_render(f"{language}/subject.txt", context)), text


def banner(campaign: Campaign, language: str, audience: Audience) -> str:
    """Make the one line for a page of the publisher's own."""
    return _line(_render(f"{language}/banner.txt", _context(campaign, language, audience)))


def _render(name: str, context: Mapping[str, Any]) -> str:
    return _environment().get_template(name).render(context)


def _line(text: str) -> str:
    """Make one line of a text."""
    return " ".join(text.split())


def _context(campaign: Campaign, language: str, audience: Audience) -> dict[str, Any]:
    """Collect what the templates of one notice may use."""
    release, publisher = campaign.snapshot.release, campaign.snapshot.publisher
    lexicon = words(language)
    changes = material(release, language, publisher.authoritative)
    line = headline(release, changes, language)
    return {
        "kind": campaign.kind.value,
        "audience": audience.value,
        "language": language,
        "words": lexicon,
        "policy": _pick(publisher.policy_titles.get(release.policy, {}), language, publisher) or release.policy,
        "number": release.number,
        "previous": release.previous,
        "effective": _date(release.effective_on, lexicon, "date"),
        "effective_subject": _date(release.effective_on, lexicon, "subject_date"),
        "effective_short": _date(release.effective_on, lexicon, "short_date"),
        "headline": line,
        "brief": clip(line, BRIEF),
        "asks": campaign.level.asks,
        "ask": _ask(campaign.level, audience, lexicon),
        "informs": any(not change.obligation.level.asks for change in changes),
        "changes": [_change(change, language, lexicon) for change in changes],
        "prevailing": lexicon["languages"].get(release.prevailing, release.prevailing),
        "links": _links(release, publisher, language),
        "comments_until": _date(release.comments_until, lexicon, "date") if release.comments_until else "",
        "reason": _pick(release.withdrawn_for, language, publisher),
        "timezone": publisher.timezone,
        "company": _pick(publisher.name, language, publisher) or _pick(publisher.title, language, publisher),
        "department": _pick(publisher.department, language, publisher),
        "address": _pick(publisher.address, language, publisher),
        "authorities": _pick(publisher.authorities, language, publisher),
        "email": publisher.email,
        "phone": publisher.phone,
        "reply_days": publisher.reply_days,
    }


def _pick(texts: Mapping[str, str], language: str, publisher: Publisher) -> str:
    """Choose the text in a language, else in the authoritative one, else any."""
    return texts.get(language) or texts.get(publisher.authoritative) or next(iter(texts.values()), "")


def _date(day: date | None, lexicon: Mapping[str, Any], form: str) -> str:
    if day is None:
        return str(lexicon["no_date"])
    name = lexicon["months"][day.month - 1]
    return str(lexicon[form]).format(year=day.year, month=day.month, day=day.day, name=name)


def _ask(level: Level, audience: Audience, lexicon: Mapping[str, Any]) -> str:
    """Say in words what is asked of this reader; a guardian is asked for their own consent."""
    if audience is Audience.CHILD and level.asks:
        level = Level.GUARDIAN
    elif audience is Audience.GUARDIAN and level is Level.GUARDIAN:
        level = Level.CONSENT
    word = str(lexicon["levels"][level.value])
    return word[0].lower() + word[1:]


def material(release: Release, language: str, authoritative: str) -> tuple[ReleaseFinding, ...]:
    """Return the material findings to be told, in order, each in `language` where that text has its counterpart.

    The authoritative text decides what is told, as it decides what is asked: a letter and the page behind its link
    must not differ. What a person overruled down to nothing is left out, what one raised is in.
    """
    decided = {decision.fingerprint: decision for decision in release.decisions}
    told = [change for change in release.findings if _told(change, decided.get(change.finding.fingerprint))]
    own = tuple(change for change in told if change.language == language)
    decisive = tuple(change for change in told if change.language == authoritative)
    return shown(decisive, own) or own or tuple(told)


def _told(change: ReleaseFinding, decision: Decision | None) -> bool:
    if decision is None:
        return change.finding.material
    if decision.verdict is Verdict.RAISED:
        return True
    lowered = decision.verdict is Verdict.OVERRULED and decision.level in (None, Level.NONE)
    return change.finding.material and not lowered


def headline(release: Release, changes: tuple[ReleaseFinding, ...], language: str) -> str:
    """Say in half a sentence what changes: the summary a person worded, else the categories touched."""
    summary = _line(release.summaries.get(language, "")).rstrip("。.;； ")
    if summary:
        return clip(summary, HEADLINE * (1 if language.startswith("zh") else 2))
    lexicon = words(language)
    touched = dict.fromkeys(change.finding.category.value for change in changes) or {"unclassified": None}
    return str(lexicon["join"]).join(lexicon["categories"][category] for category in touched)


def clip(text: str, longest: int) -> str:
    """Cut a text at the end of a clause or word, never longer than `longest` characters, and show that it was cut."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    cuts = [match.start() for match in _CUT.finditer(head) if match.start() >= longest // 2]
    spaces = [head.rfind(" ")] if head.rfind(" ") >= longest // 2 else []
    return head[: (cuts or spaces or [len(head)])[-1]] + "…"


def _change(change: ReleaseFinding, language: str, lexicon: Mapping[str, Any]) -> dict[str, str]:
    finding = change.finding
    meaning = finding.explanation.get(language) or next(iter(finding.explanation.values()), "")
    return {
        "meaning": meaning or str(lexicon["categories"][finding.category.value]),
        "before": clip(_line(finding.quotes[0]), QUOTE),
        "after": clip(_line(finding.quotes[1]), QUOTE),
        "language": change.language,
        "level": str(lexicon["levels"][change.obligation.level.value]),
        "direction": str(lexicon["directions"][_direction(finding)]),
    }


def _direction(finding: Finding) -> str:
    """Name the direction; what no rule explains has none before somebody has judged it."""
    return "unjudged" if finding.category is Category.UNCLASSIFIED else finding.direction.value


def _links(release: Release, publisher: Publisher, language: str) -> dict[str, str]:
    """Return where to read more; the text in another language where there is none in this one."""
    home = f"{publisher.url.rstrip('/')}/{release.policy}/"
    there = language if language in release.texts or not release.texts else next(iter(release.texts))
    there = publisher.authoritative if there != language and publisher.authoritative in release.texts else there
    full = f"{home}v{release.number}/{there}/"
    redline = f"{home}v{release.previous}..v{release.number}/{there}/" if release.previous else full
    comments = f"{full}#comments"
    return {"answer": LINK_MARK, "redline": redline, "full": full, "versions": home, "comments": comments}
