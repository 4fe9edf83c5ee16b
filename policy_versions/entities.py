"""Addresses, telephone numbers, links, companies and other proper names in a statement as it is written."""

# ruff: noqa: E501 - a regular expression is read best in one piece

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from policy_versions.lexicon import Lexicon


class Entity(NamedTuple):
    """Something with a name of its own: its kind (`e.email` …), its normal form, and where it begins in the text."""

    concept: str
    value: str
    start: int


_DIGIT: Final = re.compile(r"\d")
_CAPITAL: Final = re.compile(r"[A-Z0-9]")
_BRACKET: Final = frozenset('(（“"「')
_COMPANY_ENDS: Final = ("公司", "事务所", "经营部", "工作室", "集团", "合伙")
_ADDRESS_ENDS: Final = "号室幢层楼弄"
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63} ?(?:@|＠|\[at\]|\(at\)| at (?=[A-Za-z0-9-]+ ?\[dot\])) ?[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:(?:\.| ?\[dot\] ?| ?\(dot\) ?)[A-Za-z0-9][A-Za-z0-9-]{0,62})+"
)
_URL: Final = re.compile(r"(?:https?://|www\.)([^\s/<>()\"'|\]，。；）]+)", re.IGNORECASE)
_TARGET: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"'|，。；）]+", re.IGNORECASE)
_PHONE: Final = re.compile(
    r"(?<![A-Za-z0-9_./-])(?:\+\d[\d\s().–-]{6,18}\d|\d[\d\s()–-]{5,18}\d)(?:\s?(?:转|ext\.?|x|-)\s?\d{1,5})?(?![A-Za-z0-9_/-])|(?<!\d)(?:12377|12315|12321|12345|1[01]0\d{2})(?!\d)"
)
_DATE: Final = re.compile(
    r"^\d{1,4} \((?:19|20)\d{2}$|\d{4}\s?[-./年]\s?\d{1,2}\s?[-./月]|\d{1,2}[./]\d{1,2}[./]\d{2,4}|^(?:19|20)\d{2}\s?[-–]\s?(?:19|20)\d{2}$"
)
_COMPANY_EN: Final = re.compile(
    r"(?:[A-Z0-9][\w&.'’-]*,? (?:(?:of|and|&|de|et|the) )?){1,6}?(?:Inc|LLC|L\.L\.C|Ltd|(?:Public |Private )?Limited(?: Company)?|Unlimited(?: Company)?|DAC|Designated Activity Company|GmbH|B\.?V|A/S|ApS|Aps|AG|SE|S\.?A|S\.a\.r\.l|S\.à r\.l|Pte\.? Ltd|PBC|AB|Oyj?|PLC|plc|Corp(?:oration)?|N\.V|UG|S\.C\.A|Pty|LLP|LP|K\.K|Kft|Zrt|Nyrt|ASA|A\.S|AS|NV|SAS|SARL|S\.A\.S|Srl|S\.r\.l|SpA|S\.p\.A|Lda|OÜ|UAB|SIA|KG|KGaA|eG|d\.o\.o|a\.s|Sdn\.? Bhd|Bhd|PLLC|s\.r\.o|Incorporated)(?![A-Za-z]| \d{5})\.?"
)
_GIVEN_EN: Final = re.compile(
    r"\b(?:provid(?:e|ed|es|ing)|shar(?:e|ed|es|ing)|transfer(?:s|red)?|sen[dt]s?|disclos(?:e|ed|es)|pass(?:es|ed)?)(?: [a-z]+){0,4} (?:to|with) \[((?:[A-Z][\w.&'’-]* ?){1,4})\]\("
)
"""A linked name to which something is given."""
_COMPANY_ZH: Final = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9()（）·]{2,30}?(?:有限责任公司|股份有限公司|有限公司|事务所|经营部|工作室|集团(?=[，。、；（(]|$)|\(有限合伙\))"
)
_LEFT_ZH: Final = re.compile(
    r"^.*(?:委托|通过|由|向|与|给|于|(?<!华)为|至|是|和|及|或|(?:^|(?<=[，,（(、。；;：:]))即|以及|包括|：|:|改由|公司名称|提供方|运营者|开发者|处理者|主体|变更)"
)
_NAME_EN: Final = re.compile(
    r"(?<![.!?:;|•*] )(?<!^)(?<![\w.])(?:[A-Z][a-z]+[A-Za-z0-9]*|[A-Z]{3,}[a-z0-9]*|[A-Z][a-z]+[A-Z]\w*)(?: (?:[A-Z][\w-]*|of|for)(?= [A-Z]|[,.;:)\s]|$))*"
)
_NAME_ZH: Final = re.compile(r"[\u4e00-\u9fffA-Za-z0-9+ ·-]{1,20}?(?:SDK|sdk)|“([\u4e00-\u9fffA-Za-z0-9 ]{2,12})”")
_ADDRESS_ZH: Final = re.compile(
    r"[\u4e00-\u9fff]{2,}(?:省|市|区|县|镇|村|路|街|大道|巷)[\u4e00-\u9fffA-Za-z0-9\s－-]{0,30}?\d+\s?(?:号|室|幢|层|楼|弄)[\u4e00-\u9fffA-Za-z0-9\s-]{0,30}"
)
_ADDRESS_EN: Final = re.compile(
    r"(?:\d{1,5}[A-Za-z]?,? (?:[A-Z][\w.'’-]* ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Drive|Dr|Lane|Ln|Way|Place|Plaza|Square|Parkway|Pkwy|Court|Terrace|Broadway|Vej|East|West|Building)\b\.?)"
    r"|(?:(?:Suite|Floor|Unit|Ste|PMB|P\.?O\.? Box) ?#?\d+)|(?:[A-Z][a-zäöüßæøå]+(?:straße|strasse|stra[sß]se|gade|gata|vej|gatan|weg|platz|laan|straat) ?\d*)|(?:\b[A-Z]{2} \d{5}\b)|(?:\b[A-Z]\d{2} [A-Z0-9]{4}\b)|(?:Place|Square|Plaza|Estate|Park), [A-Z]\w+"
    r"|(?:\b\d{1,4}(?: ?bis)?,? (?:[Rr]ue|[Aa]venue|[Pp]lace|[Bb]oulevard|[Qq]uai|[Vv]ia|[Cc]alle|[Aa]llée|[Cc]hemin|[Ss]quare) (?:(?:de|du|des|la|le|del|della) ){0,2}[A-Z][\w’'-]+(?:[ -][A-Z][\w’'-]+){0,3})"
    r"|(?:^(?:[A-Z][\w’'-]+ ){1,3}(?:Street|Road|Avenue|Lane|Square|Quay|House|Harbour|Wharf)(?=,|$))"
    # postcodes with or beside their town, and houses and floors
    r"|(?:\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b)|(?:\b[A-Z]\d[A-Z] \d[A-Z]\d\b)|(?:\b(?:[A-Z]{1,2}-)?\d{5,6} [A-Z][a-zà-ÿ-]{2,}(?= *(?:[,.;|]|$|\(|[A-Z])))"
    r"|(?:\b[A-Z][a-zà-ÿ]{2,},? (?:[A-Z]{2,3} )?(?!(?:19|20)\d\d)\d{4,6}\b(?= *(?:[,.;|]|$|\(|[A-Z])))|(?:\b(?!(?:19|20)\d\d)\d{4}(?: [A-Z]{2})? [A-Z][a-zà-ÿ-]{2,}(?= *(?:[,.;|]|$|\()))"
    r"|(?:\b\d{1,2}(?:st|nd|rd|th) Floor\b)|(?:\b(?:[A-Z][\w'’-]+ ){1,2}(?:House|Tower|Towers|Wharf|Mill|Dairy|Quay|Barn)(?=,))|(?:\b(?:Rue|Avenue|Boulevard|Via|Calle|Plaza|Piazza|Rua|Avenida|Paseo)(?: [A-Za-zà-ÿ’'.-]+){1,4},? \d+)"
    r"|(?:\b[A-Z][a-zà-ÿß]{3,}(?:ufer|allee|ring|damm|markt|stieg|chaussee|gracht|kade|plein|singel|vägen|veien|katu|tie) \d+)"
)
_PERSON_EN: Final = re.compile(
    r"(?:Dr\.?|Mr\.?|Ms\.?|Mrs\.?|Prof\.?) (?:[A-Z][\w.’'-]+ ?){1,3}|(?<=[Oo]fficer, )(?:[A-Z][\w’'-]+ ){1,2}[A-Z][\w’'-]+|(?<=[Oo]fficer: )(?:[A-Z][\w’'-]+ ){1,2}[A-Z][\w’'-]+"
    r"|(?:Chief (?:[A-Z][\w&-]+ ){1,4}Officer)"
    r"|[Dd]epartment (?:responsible|in charge)(?: (?:for|of)(?: [a-z]+){1,4})?(?: is|:)(?: the)?(?P<team>(?: (?:and |& |of )?[A-Z][\w&’'-]+){1,5})"
)
_PERSON_ZH: Final = re.compile(
    r"(?:(?:负责人|专员|联系人|保护官|代表人)(?:为|是|：|:)?)([\u4e00-\u9fff]{2,3})(?<!信息)(?<!电话)(?<!方式)(?<!姓名)(?=[，,；;。、（(:：]|$)|[\u4e00-\u9fff](?:先生|女士)"
    r"|(?:负责|责任|保护|受理)(?:部门|机构)(?:名称)?(?:为|是|：|:)(?P<team>[\u4e00-\u9fff]{1,12}?(?:部|中心|办公室|组|处|委员会|团队))(?![\u4e00-\u9fff])"
)


SHORT: Final = 120
_NAME_ITEM: Final = re.compile(r"^\W{0,4}([A-Z][a-z]+[A-Z]\w*|[A-Z]{3,}\w*)|^\W{0,4}\[([A-Z][\w .&-]{1,30})\]\(http")
_SELF_EN: Final = re.compile(
    r"(?:^|(?<=[.;:] ))((?!In |If |When |As |For |By |To |This |These |The terms? )[^;:()“”\"]{2,60}?),? ?(?:\(|[“\"][^“”\"]{2,40}[”\"],? ?)?\(?(?:the |together, |collectively, |hereinafter |[“\"][^“”\"]{2,40}[”\"],? (?:or )?)*[“\"](?:[Ww]e|[Uu]s|[Oo]ur)[”\"]|([A-Z][^.;:()“”\"]{2,60}?),? (?:hereafter|hereinafter) ?(?:referred to as)? (?:the )?[“\"](?:the )?Company"
)
_SELF_ZH: Final = re.compile(
    r"([^，。；:：]{2,40}?)[（(](?:以下|下称|下文)?(?:统|简)?称?(?:为)?[“\"「]?(?:我们|本公司|公司|我方)[”\"」]?"
)
_PRODUCT_ZH: Final = re.compile(
    r"(?:产品|应用|软件)「([^」]{2,20})」|([^，。；]{2,40}?)(?:应用|软件|产品)?[（(](?:以下|下称)(?:统|简)?称(?:为)?[“\"「]?(?:本应用|本软件|本产品|本服务|软件|应用)"
)
_PRODUCT_EN: Final = re.compile(
    r"([A-Z][^.;:()“”\"]{2,50}?) ?\((?:the )?[“\"](?:App|Application|Service|Product|Software)[”\"]\)()"
)


def _proper(name: str, lexicon: Lexicon) -> bool:
    """Say whether a capitalised phrase is a name of its own and not a word of the subject."""
    folded = lexicon.fold(name)
    return not any(
        h.start < 2 and not h.concept.startswith(("party.brand", "party.ai", "method.sdk", "act"))
        for h in lexicon.scan(folded)
    )


def entities(text: str, lexicon: Lexicon) -> tuple[Entity, ...]:
    """Find the named things of a statement, in the order of their kinds."""
    found: list[Entity] = []
    if "@" in text or "＠" in text or "[at]" in text or "(at)" in text or "[dot]" in text:
        found += [Entity("e.email", _email(m[0]), m.start()) for m in _EMAIL.finditer(text)]
    if "://" in text or "www." in text:
        found += [Entity("e.url", m[1].lower().removeprefix("www."), m.start()) for m in _URL.finditer(text)]
    bare = _EMAIL.sub(" ", _TARGET.sub(" ", text)) if found else text
    if _DIGIT.search(bare):
        found += [Entity("e.phone", p, 0) for p in _phones(bare)]
    found += _named_zh(bare, lexicon) if lexicon.han else _named_en(bare, lexicon)
    if len(text) < SHORT:
        found += [Entity("e.name", _squash(m[1] or m[2]), m.start()) for m in _NAME_ITEM.finditer(text)]
    found += _parties(bare, han=lexicon.han)
    return tuple(e for e in found if e.value)


def _named_zh(bare: str, lexicon: Lexicon) -> Iterator[Entity]:
    """Find companies, addresses, people and names; what each must hold is looked for first, which costs next to nothing."""
    if any(end in bare for end in _COMPANY_ENDS):
        for m in _COMPANY_ZH.finditer(bare):
            yield Entity("e.company", _company(m[0], han=True), m.start())
    if any(end in bare for end in _ADDRESS_ENDS) and _DIGIT.search(bare):
        for m in _ADDRESS_ZH.finditer(bare):
            yield Entity("e.address", _squash(short_forms(m[0])), m.start())
    yield from _people(_PERSON_ZH, bare)
    if "SDK" in bare or "sdk" in bare or "“" in bare:
        yield from _names(_NAME_ZH, bare, lexicon)


def _named_en(bare: str, lexicon: Lexicon) -> Iterator[Entity]:
    if not _CAPITAL.search(bare):
        return
    for m in _COMPANY_EN.finditer(bare):
        yield Entity("e.company", _company(m[0], han=False), m.start())
    if "](" in bare:
        for m in _GIVEN_EN.finditer(bare):
            yield Entity("e.company", _squash(m[1]), m.start(1))
    for m in _ADDRESS_EN.finditer(bare):
        yield Entity("e.address", _squash(short_forms(m[0])), m.start())
    yield from _people(_PERSON_EN, bare)
    yield from _names(_NAME_EN, bare, lexicon)


def _people(pattern: re.Pattern[str], bare: str) -> Iterator[Entity]:
    for m in pattern.finditer(bare):
        named = "team" if m["team"] else 0
        yield Entity("e.person", _squash(m[named]), m.start(named))


def _names(pattern: re.Pattern[str], bare: str, lexicon: Lexicon) -> Iterator[Entity]:
    for m in pattern.finditer(bare):
        if _proper(m[0], lexicon):
            yield Entity("e.name", _squash(m[0]), m.start())


def _parties(bare: str, *, han: bool) -> Iterator[Entity]:
    """Find what the company and its product call themselves; every form of it holds a bracket or a quotation mark."""
    if _BRACKET.isdisjoint(bare):
        return
    for m in (_SELF_ZH if han else _SELF_EN).finditer(bare):
        yield Entity("e.self", _squash(m[1] or m[m.lastindex or 1]), m.start())
    for m in (_PRODUCT_ZH if han else _PRODUCT_EN).finditer(bare):
        yield Entity("e.product", _squash(m[1] or m[2]), m.start())


def _email(text: str) -> str:
    text = re.sub(
        r"\s|\[at\]|\(at\)", lambda m: "@" if "at" in m[0] else "", text.replace("＠", "@").replace(" at ", "@")
    )
    return text.replace("[dot]", ".").replace("(dot)", ".").lower().rstrip(".")


def _phones(text: str) -> list[str]:
    found = []
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if (
            not _DATE.search(match[0])
            and (7 <= len(digits) <= 16 or len(digits) == 5)
            and not match[0].strip().startswith("0.")
        ):
            found.append(digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits)
    return found


def _company(text: str, *, han: bool) -> str:
    if han:
        return _squash(_LEFT_ZH.sub("", text) or text)
    return _squash(short_forms(_TITLED.sub("", text)))


_TITLED: Final = re.compile(r"^(?:Dr|Mr|Ms|Mrs|Prof)\.? [A-Z][\w’'-]+ [A-Z][\w’'-]+ (?=[A-Z]\S* [A-Z])")
"""A person in front of their company, as a letter is addressed."""
_SHORT: Final = {
    "limited": "ltd",
    "incorporated": "inc",
    "corporation": "corp",
    "street": "st",
    "suite": "ste",
    "avenue": "ave",
    "road": "rd",
    "boulevard": "blvd",
    "drive": "dr",
    "floor": "fl",
    "lane": "ln",
}
_LONG: Final = re.compile(rf"\b(?:{'|'.join(_SHORT)})\b|\s*[\[(](?:at|dot)[\])]\s*", re.IGNORECASE)


def short_forms(text: str) -> str:
    """Write companies and streets with the usual abbreviations: `Market Street` and `Market St` are one address."""
    return _LONG.sub(lambda m: _SHORT.get(m[0].lower(), "."), text)


def _squash(text: str) -> str:
    return re.sub(r"[\s\W_]+", "", text).lower()
