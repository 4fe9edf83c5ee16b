"""`policyctl init`: lay out a policy repository, with the pipeline of the forge that it will live on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import click

from policy_versions import config as configuration
from policy_versions.commands.options import SPEAKS, tell
from policy_versions.errors import ConfigError, HistoryError
from policy_versions.history import Repository

SAMPLES: Final[Traversable] = files("policy_versions") / "samples"
LAYOUT: Final = {
    "assessments/README.md": "layout/assessments.md",
    "policies/privacy/en.md": "policies/privacy/en.md",
    "policies/privacy/zh-CN.md": "policies/privacy/zh-CN.md",
    "policy.toml": "layout/policy.toml",
}
FORGES: Final[Mapping[str, Mapping[str, str]]] = {
    "github": {
        ".github/PULL_REQUEST_TEMPLATE.md": "layout/pull_request_template.md",
        ".github/workflows/policy-check.yml": "layout/workflows/policy-check.yml",
        ".github/workflows/policy-command.yml": "layout/workflows/policy-command.yml",
        ".github/workflows/policy-comment.yml": "layout/workflows/policy-comment.yml",
        ".github/workflows/policy-publish.yml": "layout/workflows/policy-publish.yml",
    },
    "gitlab": {
        ".gitlab-ci.yml": "layout/gitlab/gitlab-ci.yml",
        ".gitlab/merge_request_templates/Default.md": "layout/merge_request_template.md",
    },
    "gitee": {
        ".gitee/PULL_REQUEST_TEMPLATE.zh-CN.md": "layout/merge_request_template.md",
        ".workflow/policy-check.yml": "layout/gitee/policy-check.yml",
    },
}
_NO_TOOL: Final = f"example-org/policy-versions@{'0' * 40}"  # stands in the sample workflows


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--forge", type=click.Choice(list(FORGES)), default="github", show_default=True, help="Where it will live."
)
@click.option(
    "--tool", default=_NO_TOOL, metavar="OWNER/REPO@COMMIT", help="Where GitHub finds policyctl's own actions."
)
@SPEAKS
def init(directory: Path, forge: str, tool: str) -> None:
    """Lay out a new policy repository in DIR, which must be empty or not exist, and make its first commit."""
    if re.fullmatch(r"[A-Za-z0-9][\w.-]*/[\w.-]+@[0-9a-f]{40}", tool) is None:
        raise ConfigError([f"--tool: {tool!r} (allowed: OWNER/REPO@COMMIT, the commit with its 40 digits)"])
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise HistoryError(f"{directory} is not an empty folder: policyctl init writes only where nothing is")
    layout = {**LAYOUT, **FORGES[forge]}
    with Repository.create(directory) as repository:
        for name, source in layout.items():
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_with_tool(SAMPLES.joinpath(*source.split("/")).read_bytes(), tool))
        configuration.load(repository)
        now = datetime.now().astimezone()
        commit = repository.commit(sorted(layout), "Lay out the policy repository", now=now)
    tell("init.done", directory=directory, count=len(layout), commit=commit[:12])
    for name in sorted(layout):
        click.echo(f"  {name}")
    tell("init.next")
    if forge == "github" and tool == _NO_TOOL:
        tell("init.tool")


def _with_tool(data: bytes, tool: str) -> bytes:
    """Say in a workflow where the reusable workflows are, and at which commit."""
    repository, _, commit = tool.partition("@")
    there, _, then = _NO_TOOL.partition("@")
    return data.replace(f"uses: {there}/".encode(), f"uses: {repository}/".encode()).replace(
        f"@{then}".encode(), f"@{commit}".encode()
    )
