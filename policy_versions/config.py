"""policy.toml: a strict schema, and every problem of a file told at once."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec

from policy_versions.errors import ConfigError
from policy_versions.strict import Report, mapping, one_of, strings, table

if TYPE_CHECKING:
    from policy_versions.history import Repository

NAME: Final = "policy.toml"
JURISDICTIONS: Final = ("CN", "EU", "US")
LEAD_DAYS: Final = {"routine": 7, "prominent": 14, "consent": 30}
_MOST: Final = 3650  # days or years: more is a slip, and would lead past the calendar's end
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_LOGIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")

Texts = dict[str, str]


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The archive: its title by language and its absolute base URL."""

    title: Texts = {}
    url: str = ""


class Controller(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who processes the data and how they are reached (PIPL Art. 17; GDPR Art. 13); `reply_days` answers a request."""

    name: Texts = {}
    address: Texts = {}
    department: Texts = {}
    email: str = ""
    phone: str = ""
    authorities: Texts = {}
    reply_days: int = 15


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How people are told; lead times in days, which only lengthen what the law asks for."""

    channels: list[str] = msgspec.field(default_factory=lambda: ["email", "in_app"])
    lead_days: dict[str, int] = msgspec.field(default_factory=lambda: dict(LEAD_DAYS))
    floor: bool = True
    guardian_under: int = 18


class Lint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How strict the lint is: rules that only warn by themselves and shall `block` here; none can be switched off.

    `languages`: where the findings of the languages differ, `block`, or let the notice name the `prevailing` one.
    """

    block: list[str] = []
    languages: str = "block"


class Comments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long, in days from announcing, anybody may comment before a version applies, and where they write.

    In `url`, {policy}, {number} and {finding} stand for what a comment is about; without one it is a mail to us.
    """

    days: int = 0
    url: str = ""


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One policy and where its texts lie; `withdrawn` says that its files are gone on purpose.

    `until` names the commit that deleted them, where another document took the path later.
    """

    id: str
    title: Texts
    files: Texts
    audiences: list[str] = msgspec.field(default_factory=lambda: ["all"])
    withdrawn: bool = False
    until: str = ""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"policies": "policy"}):
    """What policy.toml says; `ref` is the branch that holds the record, empty for the one checked out.

    `logins` says which approver an account of the code host belongs to, for comments on pull requests.
    """

    schema: int
    authoritative: str
    languages: list[str]
    jurisdictions: list[str] = msgspec.field(default_factory=lambda: ["CN"])
    timezone: str = "UTC"
    approvers: list[str] = []
    logins: dict[str, str] = {}
    ref: str = ""
    site: Site = Site()
    controller: Controller = Controller()
    notice: Notice = Notice()
    lint: Lint = Lint()
    comments: Comments = Comments()
    policies: list[Policy] = []

    def policy(self, policy_id: str) -> Policy:
        """Return one policy; ConfigError names the nearest ones when there is none of that id."""
        for policy in self.policies:
            if policy.id == policy_id:
                return policy
        ids = [p.id for p in self.policies]
        near = difflib.get_close_matches(policy_id, ids, 5, 0.5) or ids[:10]
        more = f" and {len(ids) - len(near)} more" if len(ids) > len(near) else ""
        raise ConfigError([f"no policy {policy_id!r}; there is {', '.join(near) or 'none'}{more}"])

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone in which days begin."""
        return ZoneInfo(self.timezone)


def parse(data: bytes, exists: Callable[[str], bool], name: str = NAME) -> Config:
    """Read policy.toml; ConfigError carries every problem as "name: key `a.b`: what is wrong (allowed: …)".

    `exists` says whether a path lies in the policy repository.
    """
    raw = _toml(data, name)
    report = Report(name)
    table(report, Config, raw, "")
    _meaning(report, raw, exists)
    if report.problems:
        raise ConfigError(report.problems)
    return msgspec.convert(raw, Config)


def load(repository: Repository, commit: str | None = None) -> Config:
    """Read the policy.toml of a commit, or of the work tree (a bare repository: of its HEAD)."""
    if commit is None and repository.root is None:
        commit = repository.resolve(repository.default_ref())
    if commit is not None:
        files = repository.files(commit)
        data = repository.read(commit, NAME)
        where = f"commit {commit[:12]}"
        exists: Callable[[str], bool] = files.__contains__
    else:
        data = repository.working(NAME)
        where = str(repository.root)
        exists = _Somewhere(repository, data or b"").has
    if data is None:
        raise ConfigError([f"{where} has no {NAME} (`policyctl init DIR` lays one out, `policyctl import` makes one)"])
    return parse(data, exists)


class _Somewhere:
    """Looks for a path in the work tree, and in the branch that the file names or that stands in for an unborn one."""

    def __init__(self, repository: Repository, data: bytes) -> None:
        self._repository = repository
        self._data = data
        self._files: Mapping[str, str] | None = None

    def has(self, path: str) -> bool:
        if self._repository.working(path) is not None:
            return True
        if self._files is None:
            self._files = self._committed()
        return path in self._files

    def _committed(self) -> Mapping[str, str]:
        ref = _toml(self._data, NAME).get("ref")
        named = isinstance(ref, str) and ref
        if not named and not (self._repository.unborn and self._repository.branches()):
            return {}
        return self._repository.files(str(ref) if named else self._repository.default_ref())


def _toml(data: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError([f"{name}: line {line}: not UTF-8 (allowed: UTF-8 text)"]) from None
    except tomllib.TOMLDecodeError as error:
        last = data.rstrip().count(b"\n") + 1
        where = str(error).replace("at end of document", f"at line {last}, the end")
        raise ConfigError([f"{name}: not TOML: {where}"]) from None
    except (RecursionError, ValueError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else "a number of thousands of digits"
        raise ConfigError([f"{name}: cannot be read: {why}"]) from None


def _meaning(report: Report, raw: Mapping[str, Any], exists: Callable[[str], bool]) -> None:
    """Check what types cannot say; values of a wrong type were told already and are passed over."""
    if isinstance(raw.get("schema"), int) and raw["schema"] != 1:
        report.add("schema", f"is {raw['schema']!r}", "1")
    languages = _languages(report, raw)
    _lint(report, mapping(raw.get("lint")))
    _logins(report, mapping(raw.get("logins")), strings(raw.get("approvers")))
    one_of(report, "jurisdictions", strings(raw.get("jurisdictions")), JURISDICTIONS)
    zone = raw.get("timezone")
    if isinstance(zone, str) and not _is_zone(zone):
        near = difflib.get_close_matches(zone, available_timezones(), 3, 0.6)
        report.add("timezone", f"unknown time zone {zone!r}", ", ".join(near) or "an IANA name such as Asia/Shanghai")
    for name, keys in (("site", ("title",)), ("controller", ("name", "address", "department", "authorities"))):
        part = mapping(raw.get(name))
        for key in keys:
            one_of(report, f"{name}.{key}", mapping(part.get(key)), languages)
    url = mapping(raw.get("site")).get("url")
    if isinstance(url, str) and url and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
        report.add("site.url", f"is {url!r}", "an absolute URL, https://host/…")
    _notice(report, mapping(raw.get("notice")), mapping(raw.get("controller")))
    _comments(report, mapping(raw.get("comments")))
    _policies(report, raw, languages, exists)


def _lint(report: Report, lint: Mapping[str, Any]) -> None:
    from policy_versions.lint.run import severities  # noqa: PLC0415 - few repositories set it, and rules read texts

    named = strings(lint.get("block"))
    if named:
        one_of(report, "lint.block", named, severities())
    if isinstance(lint.get("languages"), str):
        one_of(report, "lint.languages", [lint["languages"]], ("block", "prevailing"))


def _logins(report: Report, logins: Mapping[str, Any], approvers: list[str]) -> None:
    seen: dict[str, str] = {}
    for name, approver in logins.items():
        if not _LOGIN.fullmatch(name):
            report.add(f"logins.{name}", f"is no account name {name!r}", "letters, digits, - _ and ., without @")
        elif name.casefold() in seen:
            report.add(f"logins.{name}", f"is the account {seen[name.casefold()]!r} again", "each account once")
        seen.setdefault(name.casefold(), name)
        if isinstance(approver, str) and approver not in approvers:
            report.add(
                f"logins.{name}", f"{approver!r} is no approver", ", ".join(approvers) or "name them there first"
            )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _languages(report: Report, raw: Mapping[str, Any]) -> list[str]:
    languages = strings(raw.get("languages"))
    for index, language in enumerate(languages):
        if not _TAG.fullmatch(language):
            report.add(f"languages[{index}]", f"unknown language {language!r}", "a BCP 47 tag: zh-CN, en …, or und")
        elif language in languages[:index]:
            report.add(f"languages[{index}]", f"{language!r} stands twice", "each language once")
    if isinstance(raw.get("languages"), list) and not languages:
        report.add("languages", "names no language", "one or more BCP 47 tags")
    authoritative = raw.get("authoritative")
    if isinstance(authoritative, str) and languages:
        one_of(report, "authoritative", [authoritative], languages)
    return languages


def _comments(report: Report, comments: Mapping[str, Any]) -> None:
    days, url = comments.get("days"), comments.get("url")
    if type(days) is int and not 0 <= days <= _MOST:
        report.add("comments.days", f"is {days}", f"0 to {_MOST}")
    if isinstance(url, str) and url:
        if not re.fullmatch(r"(https?://[^\s/]+(/\S*)?|mailto:\S+@\S+)", url):
            report.add("comments.url", f"is {url!r}", "https://host/… or mailto:…")
        unknown = set(re.findall(r"\{([^{}]*)\}", url)) - {"policy", "number", "finding"}
        if unknown or re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", url)):
            report.add("comments.url", f"is {url!r}", "the names {policy}, {number}, {finding} in braces")


def _notice(report: Report, notice: Mapping[str, Any], controller: Mapping[str, Any]) -> None:
    lead = mapping(notice.get("lead_days"))
    one_of(report, "notice.lead_days", lead, LEAD_DAYS)
    counts = [(f"notice.lead_days.{level}", days) for level, days in lead.items()]
    counts += [
        ("notice.guardian_under", notice.get("guardian_under")),
        ("controller.reply_days", controller.get("reply_days")),
    ]
    for key, value in counts:
        if type(value) is int and not 0 <= value <= _MOST:
            report.add(key, f"is {value}", f"0 to {_MOST}")


def _policies(report: Report, raw: Mapping[str, Any], languages: list[str], exists: Callable[[str], bool]) -> None:
    seen: dict[str, str] = {}
    listed = raw.get("policy")
    if listed is None or listed == []:
        report.add("policy", "there is none: nothing would be checked", "one table [[policy]] or more")
    for index, policy in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(policy, dict):
            _policy(report, f"policy[{index}]", policy, languages, seen)
            _files(report, f"policy[{index}]", policy, seen, exists)


def _policy(report: Report, at: str, policy: Mapping[str, Any], languages: list[str], seen: dict[str, str]) -> None:
    name = policy.get("id")
    if isinstance(name, str):
        if not _ID.fullmatch(name):
            report.add(f"{at}.id", f"is {name!r}", "a-z, 0-9 and -, not - first")
        elif f"id {name}" in seen:
            report.add(f"{at}.id", f"{name!r} is already the id of {seen[f'id {name}']}", "each id once")
        seen.setdefault(f"id {name}", at)
    for key in ("title", "files"):
        one_of(report, f"{at}.{key}", mapping(policy.get(key)), languages)


def _files(
    report: Report, at: str, policy: Mapping[str, Any], seen: dict[str, str], exists: Callable[[str], bool]
) -> None:
    files = mapping(policy.get("files"))
    if isinstance(policy.get("files"), dict) and not files:
        report.add(f"{at}.files", "names no file", "one path a language")
    for language, path in files.items():
        if not isinstance(path, str):
            continue
        place = f"{path} until {policy.get('until') or 'now'}"
        if place in seen:
            report.add(f"{at}.files.{language}", f"{path!r} already belongs to {seen[place]}", "each file once")
        elif not policy.get("withdrawn") and not exists(path):
            report.add(f"{at}.files.{language}", f"there is no file {path!r}", "a path from the top of the repository")
        seen.setdefault(place, f"{at}.files.{language}")
