"""policy.toml: a strict schema, and every problem of a file told at once."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import msgspec

from policy_versions.config_checks import LEAD_DAYS, meaning
from policy_versions.errors import ConfigError
from policy_versions.strict import Report, table

if TYPE_CHECKING:
    from policy_versions.history import Repository

NAME: Final = "policy.toml"

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

    `until` names the commit that deleted them, where another document took the path later. `annex_of` names the policy
    that a document belongs to (a list of SDKs, of sub-processors, of cookies): it has versions and notices of its own,
    since such lists change more often, and is shown with its policy.
    """

    id: str
    title: Texts
    files: Texts
    audiences: list[str] = msgspec.field(default_factory=lambda: ["all"])
    withdrawn: bool = False
    until: str = ""
    annex_of: str = ""


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

    def annexes(self, policy_id: str) -> tuple[Policy, ...]:
        """Return the documents that belong to a policy, in the order of the file."""
        return tuple(p for p in self.policies if p.annex_of == policy_id)

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
    meaning(report, raw, exists)
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
