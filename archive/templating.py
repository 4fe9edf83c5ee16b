"""Jinja set up once, and what every page's layout needs."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from archive import strings
from policy_versions.model import Category, Direction, Level, Publisher, ReleaseFinding

SIGNS: Final = {
    Level.NONE: "·",
    Level.ROUTINE: "○",
    Level.PROMINENT: "◐",
    Level.CONSENT: "●",
    Level.SEPARATE_CONSENT: "●●",
    Level.GUARDIAN: "◆",
}
UNCLASSIFIED: Final = "unclassified"
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2} [A-Z][a-z]+ \d{4}")


def level_of(finding: ReleaseFinding) -> str:
    """Return the word of a finding's level; what no rule explains is for a person to judge."""
    if finding.finding.category is Category.UNCLASSIFIED and not finding.obligation.level.asks:
        return UNCLASSIFIED
    return str(finding.obligation.level)


def sign(level: str) -> str:
    """Return the sign that stands beside a level's colour."""
    return "?" if level == UNCLASSIFIED else SIGNS[Level(level)]


def _whole_dates(text: str) -> Markup:
    """Keep dates on one line."""
    return Markup(_DATE.sub(r'<span class="nb">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped right here


@cache
def environment() -> Environment:
    """Build the template environment: escaped by default, an unknown name in a template is an error."""
    made = Environment(
        loader=PackageLoader("archive", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    made.globals.update(sign=sign, level_of=level_of, directions=tuple(Direction), pick=strings.pick)
    made.filters["titled"] = lambda policies, view: [(policy, view.title(policy)) for policy in policies]
    made.filters["nb"] = _whole_dates
    return made


_OPTIONAL: Final = (
    "alternates", "crumbs", "canonical", "feeds", "rels", "kind", "home", "on_page", "proof_page", "home_feed",
)  # fmt: skip


def layout(ui: str, root: str, publisher: Publisher) -> dict[str, Any]:
    """Return what `layout.html` needs; `ui` is the interface language, `root` the relative way to the root."""

    def said(texts: Any) -> str:
        return strings.pick(texts, ui, publisher.authoritative)

    return dict.fromkeys(_OPTIONAL) | {
        "t": strings.load(ui),
        "ui": ui,
        "root": root,
        "publisher": publisher,
        "site_title": said(publisher.title),
        "publisher_name": said(publisher.name),
        "publisher_address": said(publisher.address),
        "publisher_department": said(publisher.department),
        "publisher_authorities": said(publisher.authorities),
    }


def render(template: str, context: dict[str, Any]) -> bytes:
    """Fill a template; the bytes depend on the context only."""
    return environment().get_template(template).render(context).encode()
