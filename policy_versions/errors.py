"""What can go wrong in ways a person can mend; everything else is a bug."""

from __future__ import annotations

from collections.abc import Sequence


class PolicyError(Exception):
    """Something is wrong with the input; the message says where and what would be right."""

    exit_code = 2

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").split(";")[0])


class ConfigError(PolicyError):
    """policy.toml or a release file is not as it should be; carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class HistoryError(PolicyError):
    """git could not give what was asked for."""


class UnknownVersionError(HistoryError):
    """There is no such version; the message names the nearest ones."""


class TextError(PolicyError):
    """A text cannot be read as a policy."""


class BlockedError(PolicyError):
    """Something still blocks the release; carries what and how to clear it."""

    exit_code = 1

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))
