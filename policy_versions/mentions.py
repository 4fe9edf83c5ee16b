"""Words that only say whom a sentence concerns, whose law is meant, or where something is told: no fact of their own."""

# ruff: noqa: E501 - a regular expression is read best in one piece

from __future__ import annotations

import re
from typing import Final

from policy_versions.lexicon import Hit

_WHO: Final = re.compile(
    r"\b(?:(?:if|where|when|as|and|or|who|because) (?:you|they)?(?: are| live| reside| were|re)|(?:resid(?:ents?|ing)|users?|individuals?|customers?|"
    r"citizens?|consumers?|persons?|people|members?|visitors|those|data subjects?|living))"
    r"(?: who| are| is| a| an| live| reside| currently| habitually| resident| resid(?:ing|ed)| citizen| users?| located| situated| based| "
    r"living| domiciled| outside| either| only| also| not)* (?:in|of|from|within|outside|outside of)"
    r"(?: (?:the|and|or|/|other|any|certain|european|economic|area|union|united|states|kingdom|new|south|north|hong|kong|saudi|"
    r"republic|of|[^ .;:]+,)){0,30} ?$"
)
"""What stands before a country that says where a person lives, and not where data goes."""


_WHOSE: Final = re.compile(
    r"(?:['’]? ?s)? (?!law enforcement)(?:(?:state(?:['’]? ?s)?|my health my|federal|data|consumer|general|online|based|supplemental|privacy|protection|personal|information|security) )*"
    r"(?:users?|residents?|consumers?|citizens?|members?|people|individuals|data subjects?|privacy|laws?|acts?|regulations?|legislation|notices?|statements?"
    r"|polic(?:y|ies)|disclosures?|supplements?|addend(?:um|a)|gdpr|federal trade commission|attorney general)\b"
)
"""What follows a country that says whose law or which people are meant."""


_LAW: Final = re.compile(
    r"\b(?:laws?|acts?|legislation|regulations?|statutes?|courts?) (?:of|in)(?: (?!to\b|we\b|where\b)[a-z,]+){0,8} ?$"
)
"""What stands before a country whose law is named."""


def _concerned(hit: Hit, folded: str) -> bool:
    before = folded[max(0, hit.start - 140) : hit.start]
    return bool(_WHO.search(before) or _LAW.search(before) or _WHOSE.match(folded, hit.end))


_LISTED: Final = re.compile(r"[ ,()]*(?:(?:and|or|the|sar|[a-z]+,|[a-z]+(?= ?$))[ ,()]*){0,4}")
"""What may stand between two countries of one enumeration."""


def abroad(hits: list[Hit], folded: str) -> list[Hit]:
    """Leave out the countries that only tell whom a sentence is about (`users in France, Spain or Italy`)."""
    kept: list[Hit] = []
    home = -1  # where the last such country ends
    for hit in hits:
        if hit.concept in ("place.country", "place.region", "place.abroad"):
            listed = 0 <= home <= hit.start and _LISTED.fullmatch(folded[home : hit.start])
            if listed or _concerned(hit, folded):
                home = hit.end
                continue
        kept.append(hit)
    return kept


_TELLS: Final = re.compile(
    r"\b(?:(?:policy|notice|statement|page|document|section|chapter|summary|text|annex|table|chapters|sections|paragraphs|we|below)(?: (?:also|will|below|here|then|hereby|now))*"
    r" (?:explains?|describes?|sets? out|outlines?|details?|informs? you(?: about| of)?|tells? you(?: about)?|lets? you know|summari[sz]es?)"
    r"|helps? you (?:to )?(?:understand|know|see)|want you to (?:understand|know)"
    r"|(?:learn|read|know|understand|information|details) (?:more )?(?:about|on)(?= (?:how|what|which|why|when|where|the [a-z]+)(?: [a-z]+){0,4} (?:we|our)\b)"
    r"|(?:^|read on |[.;:] )to (?:learn|find out|see|understand)(?= (?:how|what|which|why|when|where|the [a-z]+)(?: [a-z]+){0,4} (?:we|our)\b))"
    r" (?:(?:about|of|in detail|below|in full|exactly|on|you) )*(?:how|what|which|why|when|where|the (?:ways?|types?|kinds?|categories|purposes))\b"
)
TOLD: Final = frozenset({"act", "data", "party", "purpose", "method", "retain", "place", "cond", "list", "scope"})
"""Groups of facts that are only announced where a text says what it tells elsewhere."""


def told_of(folded: str) -> list[tuple[int, int]]:
    """Give the spans that only say what is told elsewhere (`this notice explains how we share data`)."""
    found = []
    for tells in _TELLS.finditer(folded):
        stop = _STOP.search(folded, tells.end())
        found.append((tells.start(), stop.start() if stop else len(folded)))
    return found


_STOP: Final = re.compile(r"[.;:!?|]")


_DEED: Final = (
    r"(?:access(?:es|ed)?|disclosures?|disclosed|use[sd]?|uses|alter(?:ation|ed)|modification|modified|changes?|changed|destruction|destroyed|loss|lost|theft|stolen"
    r"|misuse[d]?|acquisition|acquired|processing|copying|sharing|deletion|deleted|exposure|release|viewing|interception|collection|corruption|damage|tampering)"
)
_HARM: Final = re.compile(
    r"\b(?:(?:unauthori[sz]ed|unlawful|accidental(?:ly)?|improper(?:ly)?|illegal|fraudulent|inadvertent(?:ly)?)|(?:against|from|prevent|of|being) (?:being )?(?:(?:any|the|accidental|unauthori[sz]ed) )*(?="
    + _DEED
    + r"(?:,| and| or| /)))(?:(?:,| and| or| /|and/or)* ?(?:unauthori[sz]ed|unlawful(?:ly)?|accidental(?:ly)?|improper|inadvertent|from|being|"
    + _DEED
    + r")\b)+"
)
HARMED: Final = frozenset({"act", "notice", "method", "lim"})
"""Groups whose words only name what others might do to data where a text speaks of protection."""


def harm(folded: str) -> list[tuple[int, int]]:
    """Give the spans that name what data is protected from (`unauthorised access, disclosure or use`)."""
    return [m.span() for m in _HARM.finditer(folded)]


_THEIRS: Final = re.compile(
    r"\b(?:your|their|his|her|customers?|users?|members?|guests?|the (?:child|customer|user|applicant|patient)s?(?: s)?)(?: [a-z]+)? $"
)


def by_the_person(hit: Hit, folded: str) -> bool:
    """Say whether the words name what a person does or has (`when you sell a car`, `your contact details`)."""
    before = folded[max(0, hit.start - 40) : hit.start]
    if hit.concept == "contact.word":
        own = bool(_OWN.match(hit.surface)) and bool(_THEIRS.search(before))
        return own or (hit.surface == "contact" and folded.startswith(" you", hit.end))
    if hit.concept == "right.word":
        return hit.surface in ("you may", "you can") and bool(_MERELY.search(before))
    if hit.concept == "right.optout":
        return bool(_UNLESS.search(before))
    if hit.concept == "act.collect":
        return hit.surface in ("record", "records", "log") and bool(_NOUN.search(before))
    if hit.concept == "act.share":
        return hit.surface == "share" and bool(_FEEDBACK.match(folded, hit.end))
    return hit.concept == "act.sell" and bool(_YOU.search(before))


_FEEDBACK: Final = re.compile(
    r" (?:your )?(?:feedback|thoughts|opinions?|experience|this (?:page|article|post)|on (?:facebook|x|twitter|linkedin))\b"
)
_OWN: Final = re.compile(r"contacts? (?:details|information|data)|address(?:ed)? to")
_YOU: Final = re.compile(
    r"(?:^|[.;:] )to $|\byou (?:can |may |want to |wish to |choose to |offer to |buy or |buy and )*$"
)
_MERELY: Final = re.compile(r"\b(?:how (?:much|many|long|often|far)|what|so that|whether|until|before) $")
_UNLESS: Final = re.compile(r"\bunless (?:[a-z]+ ){0,4}$")
_NOUN: Final = re.compile(
    r"\b(?:your|their|his|her|an?)(?: [a-z]+)? $|\b(?:medical|patient|health|public|criminal|court|school|driving|purchase|credit) $"
)
