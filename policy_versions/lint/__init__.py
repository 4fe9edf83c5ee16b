"""What a careful editor would catch in the texts of a release; rules and their weight in rules.yaml."""

from policy_versions.lint.dates import effective_on
from policy_versions.lint.run import lint, severities

__all__ = ["effective_on", "lint", "severities"]
