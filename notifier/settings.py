"""Where things are and how to reach them: from the environment, nothing else, secrets also from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from policy_versions.errors import ConfigError

FOLDER: Final = ".policyctl"
PREFIX: Final = "POLICYCTL_"


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs.

    `secrets` holds the keys of personal links, oldest first: the last one signs. `signing_key` signs receipts,
    `site_key` is what the company's own site shows to fetch banners.
    """

    root: Path
    database_url: str
    secrets: tuple[str, ...]
    smtp_url: str
    mail_from: str
    broker_url: str
    journal: Path
    queue: str = "notify"
    signing_key: str = ""
    site_key: str = ""

    @classmethod
    def load(cls, env: Mapping[str, str], root: Path) -> Settings:
        """Read the settings of the policy repository at `root`; raise ConfigError naming each wrong variable."""
        problems: list[str] = []
        folder = root / FOLDER
        settings = cls(
            root=root,
            database_url=_value(env, "DATABASE_URL", problems) or f"sqlite:///{folder / 'notifier.db'}",
            secrets=tuple(_value(env, "SECRET_KEY", problems).split()),
            smtp_url=_value(env, "SMTP_URL", problems),
            mail_from=_value(env, "MAIL_FROM", problems),
            broker_url=_value(env, "BROKER_URL", problems),
            journal=Path(_value(env, "JOURNAL_DIR", problems) or folder / "journal"),
            queue=_value(env, "QUEUE", problems) or "notify",
            signing_key=_value(env, "SIGNING_KEY", problems),
            site_key=_value(env, "SITE_KEY", problems),
        )
        if problems:
            raise ConfigError(problems)
        return settings


def _value(env: Mapping[str, str], name: str, problems: list[str]) -> str:
    """Read a variable, or the file that its `_FILE` sister names; both at once is a problem."""
    direct, path = env.get(PREFIX + name, ""), env.get(f"{PREFIX}{name}_FILE", "")
    if direct and path:
        problems.append(f"{PREFIX}{name}: set either it or {PREFIX}{name}_FILE, not both")
    if not path:
        return direct
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{PREFIX}{name}_FILE: cannot read {path}: {error}")
        return ""
