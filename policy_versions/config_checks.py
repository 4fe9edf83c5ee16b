"""What the values of policy.toml must mean: what types alone cannot say."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from policy_versions.strict import Report, mapping, one_of, strings

JURISDICTIONS: Final = ("CN", "EU", "US")
LEAD_DAYS: Final = {"routine": 7, "prominent": 14, "consent": 30}
_MOST: Final = 3650  # days or years: more is a slip, and would lead past the calendar's end
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_LOGIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


def meaning(report: Report, raw: Mapping[str, Any], exists: Callable[[str], bool]) -> None:
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
    named = strings(lint.get("block"))
    if named:
        from policy_versions.lint.run import severities  # noqa: PLC0415 - few repositories set it, and rules read texts

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
    _annexes(report, [p for p in listed if isinstance(p, dict)] if isinstance(listed, list) else [])


def _annexes(report: Report, policies: list[dict[str, Any]]) -> None:
    """Check that an annex belongs to a policy that stands by itself."""
    alone = [p["id"] for p in policies if isinstance(p.get("id"), str) and not p.get("annex_of")]
    for index, policy in enumerate(policies):
        parent = policy.get("annex_of")
        if isinstance(parent, str) and parent and parent not in alone:
            known = any(p.get("id") == parent for p in policies)
            why = f"{parent!r} is itself an annex" if known else f"there is no policy {parent!r}"
            report.add(f"policy[{index}].annex_of", why, ", ".join(alone) or "a policy that is no annex")


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
