"""Whom a privacy policy must name: the controller, a contact, where to complain; and the annexes it speaks of.

Notices name the publisher as policy.toml does: where the text changes an address or a number, that file must follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policy_versions import alignment, document, lexicon
from policy_versions.config import NAME, Controller, Policy
from policy_versions.papers import Papers, Problem
from policy_versions.plain import plain
from policy_versions.wording import shorten

_PRIVACY: Final = re.compile(r"隐私|个人信息保护|儿童.{0,6}信息|privacy|data protection", re.IGNORECASE)
_LIST: Final = re.compile(
    r"清单|目录|名单|列表|附件|须知|SDK|cookie|sub-?processor|\blist\b|annex|appendix", re.IGNORECASE
)
_COMPLAINT: Final = {
    "zh": re.compile(r"投诉|举报"),
    "en": re.compile(
        r"\bcomplain|\bsupervisory authorit|\bdata protection authorit|\breport (?:it )?to the authorit", re.IGNORECASE
    ),
}
_NO_COMPLAINT: Final = frozenset({"US"})  # where the law names no channel that a policy must show
# 《…》 is an annex where the sentence says so; else it may be any title: a law, a contract, a book.
_ANNEX: Final = re.compile(
    r"(?:附件|附录|附表)[一二三四五六七八九十\d]{0,3}\s*[:：、]?\s*《([^《》\n]{2,40})》|(?:详见|参见|请见|见|请查阅|请参阅)(?:本政策|我们的|附件)?《([^《》\n]{2,40})》"
)
_LAW: Final = re.compile(r"(?:法|条例|规定|办法|规范|规则（试行）|标准|通知|解释)(?:》|$)|^GB|^中华人民共和国")
_ANNEX_EN: Final = re.compile(
    r"\b(Annex|Appendix|Schedule|Exhibit)\s+([A-Z]|\d{1,2}|[IVX]{1,4})\b(?!\s+(?:to|of)\s+(?:the\s+)?(?:GDPR|Regulation|Directive))"
)
_VALUE: Final = {  # what an e-mail address or a telephone number looks like in a text
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII),
    "phone": re.compile(r"\+?\d[\d\s()（）.–-]{4,}\d"),
}
_LONGEST: Final = 80  # characters of a clause that stands for a new value


def problems(papers: Papers) -> Iterator[Problem]:
    """Yield who is not named that must be, and which annexes are nowhere in the repository."""
    policy = papers.config.policy(papers.release.policy)
    if is_privacy(policy):
        yield from _unset(papers)
        for language, text in papers.now.items():
            yield from _named(papers, language, text)
            yield from _behind(papers, language, text)
    for language, text in papers.now.items():
        yield from _annexes(papers, policy, papers.files[language], text)


def is_privacy(policy: Policy) -> bool:
    """Say whether a document is a privacy policy itself, not terms of use or a list that belongs to one."""
    titles = [*policy.title.values(), policy.id.replace("-", " ")]
    return any(map(_PRIVACY.search, titles)) and not any(map(_LIST.search, titles))


def _unset(papers: Papers) -> Iterator[Problem]:
    who = papers.config.controller
    lacking = [key for key, value in (("name", who.name), ("email", who.email)) if not value]
    if lacking:
        yield Problem("publisher-unset", NAME, 1, {"keys": ", ".join(f"controller.{key}" for key in lacking)})


def _named(papers: Papers, language: str, text: str) -> Iterator[Problem]:
    path, who = papers.files[language], papers.config.controller
    if who.email and who.email.lower() not in text.lower():
        yield Problem("contact-missing", path, 1, {"email": who.email})
    name = who.name.get(language, "")
    if name and _bare(name) not in _bare(text):
        yield Problem("controller-missing", path, 1, {"name": name})
    channel = _COMPLAINT.get(lexicon.family(language))
    asked = set(papers.config.jurisdictions) - _NO_COMPLAINT
    if channel and asked and not channel.search(text):
        yield Problem("complaint-missing", path, 1, {"jurisdictions": ", ".join(sorted(asked))})


def _behind(papers: Papers, language: str, text: str) -> Iterator[Problem]:
    """Yield what policy.toml still says of the publisher as the old text did, and the new one no longer does."""
    old = papers.before.get(language, "")
    known = {key: value for key, value in _reached(papers.config.controller, language).items() if _bare(value)}
    known = {key: value for key, value in known.items() if _count(value, old) > _count(value, text)}
    if not known:
        return
    for change in alignment.align(document.parse(old, language), document.parse(text, language)):
        before, after = ("\n".join(plain(c.text) for c in side) for side in (change.before, change.after))
        for key, value in list(known.items()):
            if _count(value, before) > _count(value, after):
                line = change.after[0].lines.first if change.after else 1
                args = {"file": NAME, "setting": f"controller.{key}", "value": known.pop(key)}
                yield Problem("contact-behind", papers.files[language], line, {**args, "new": _new(key, before, after)})


def _reached(who: Controller, language: str) -> dict[str, str]:
    told = {"email": who.email, "phone": who.phone}
    return told | {f"{key}.{language}": getattr(who, key).get(language, "") for key in ("address", "department")}


def _count(value: str, text: str) -> int:
    return _bare(text).count(_bare(value))


def _new(key: str, before: str, after: str) -> str:
    """Return the value that took the place of an old one, or the beginning of the clause that it stands in."""
    values = _VALUE[key].findall(after) if key in _VALUE else []
    new = [value.strip() for value in values if value not in before]
    return shorten(new[0] if new else after, _LONGEST) or "—"


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _annexes(papers: Papers, policy: Policy, path: str, text: str) -> Iterator[Problem]:
    titles = {_bare(t) for p in papers.config.policies if not p.withdrawn for t in (*p.title.values(), p.id)}
    own = {_bare(t) for t in policy.title.values()}
    headings = {_bare(line) for line in text.splitlines() if line.lstrip().startswith("#")}
    for number, line in enumerate(text.splitlines(), 1):
        for match in _ANNEX.finditer(line):
            name = match[1] or match[2]
            bare = _bare(name)
            linked = f"《{name}》](" in line
            if linked or _LAW.search(name) or bare in own or any(bare in t or (t and t in bare) for t in titles - own):
                continue
            if not any(bare in h for h in headings):
                yield Problem("annex-missing", path, number, {"name": f"《{name}》"})
        for match in _ANNEX_EN.finditer(line):
            bare = _bare(match[0])
            if not any(h.startswith(bare) for h in headings) and not any(bare in t for t in titles):
                yield Problem("annex-missing", path, number, {"name": match[0]})
