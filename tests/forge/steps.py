"""Run the shell steps of our composite actions as a runner would: expressions filled in, environment files around."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from policy_versions.strict_yaml import read

ACTIONS = Path(__file__).parents[2] / ".github/actions"
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[a-z_][\w.-]*(?=\()|[A-Za-z_][\w.-]*|&&|\|\||[!=]=|[!(),])")
_OPERATORS = {"&&": " and ", "||": " or ", "!": " not "}


def evaluate(expression: str, context: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
    """Evaluate a GitHub expression: paths, strings, comparisons, and/or/not, and the functions given."""
    names: dict[str, Any] = {}
    python, rest = "", expression.strip()
    while rest:
        found = _TOKEN.match(rest)
        assert found, f"cannot read {rest!r}"
        word, rest = found[1], rest[found.end() :]
        if word.startswith("'"):
            python += repr(word[1:-1].replace("''", "'"))
        elif word in _OPERATORS:
            python += _OPERATORS[word]
        elif word in {"==", "!=", "(", ")", ","}:
            python += word
        elif rest.startswith("("):
            names[f"f{len(names)}"] = functions[word]
            python += f"f{len(names) - 1}"
        else:
            names[f"v{len(names)}"] = _path(context, word)
            python += f"v{len(names) - 1}"
    return eval(python, {"__builtins__": {}}, names)  # noqa: S307 - only what was read above


def _path(context: Mapping[str, Any], path: str) -> Any:
    """Follow a path; what is not there is nothing, as on GitHub."""
    found: Any = context
    for part in path.split("."):
        found = found.get(part, "") if isinstance(found, Mapping) else ""
    return found


@dataclass
class Ran:
    """What became of a step: its exit code and output, or the action it would use and with what."""

    name: str
    code: int = 0
    out: str = ""
    uses: str = ""
    given: dict[str, str] = field(default_factory=dict)


@dataclass
class Runner:
    """A runner with folders of its own. `before` is called with the name of a step that uses another action."""

    root: Path
    workspace: Path
    github: dict[str, Any]
    env: dict[str, str] = field(default_factory=dict)
    before: Callable[[Ran], None] = lambda _: None
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    def run(self, action: str, **inputs: str) -> list[Ran]:
        """Run an action; a failed step stops it, but for steps that ask for nothing but not being cancelled."""
        folder = ACTIONS / action
        data = cast(dict[str, Any], read((folder / "action.yml").read_bytes(), "action.yml"))
        context: dict[str, Any] = {"github": self.github, "steps": {}, "inputs": {}}
        unknown = {k.replace("_", "-") for k in inputs} - data.get("inputs", {}).keys()
        assert not unknown, f"{action} has no input {unknown}"
        for name, row in data.get("inputs", {}).items():
            given = inputs.get(name.replace("-", "_"))
            context["inputs"][name] = self._fill(row.get("default", ""), context) if given is None else given
        ran: list[Ran] = []
        for step in data["runs"]["steps"]:
            if not self._wanted(step, context, failed=any(r.code for r in ran)):
                continue
            done = self._step(step, folder, context)
            ran.append(done)
        self.outputs = {k: self._fill(v["value"], context) for k, v in data.get("outputs", {}).items()}
        return ran

    def _wanted(self, step: Mapping[str, Any], context: Mapping[str, Any], failed: bool) -> bool:
        condition = step.get("if", "")
        if failed and "cancelled()" not in condition:
            return False
        inner = _EXPRESSION.fullmatch(condition.strip())
        return (
            bool(evaluate(inner[1] if inner else condition, context, {"cancelled": lambda: False}))
            if condition
            else True
        )

    def _step(self, step: Mapping[str, Any], folder: Path, context: dict[str, Any]) -> Ran:
        name = step.get("name", step.get("uses", ""))
        if "uses" in step:
            done = Ran(
                name, uses=step["uses"], given={k: self._fill(v, context) for k, v in step.get("with", {}).items()}
            )
            self.before(done)
            return done
        assert step["shell"] == "bash", "every step names its shell"
        assert "${{" not in step["run"], "nothing is written into a script: values come by the environment"
        files = {
            x: self.root / x.lower() for x in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")
        }
        for file in files.values():
            file.write_text("")
        script = self.root / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        env = {
            **self._machine(),
            **{k: str(v) for k, v in files.items()},
            "GITHUB_ACTION_PATH": str(folder),
            **self.env,
            **{k: self._fill(v, context) for k, v in step.get("env", {}).items()},
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        done = subprocess.run(command, cwd=self.workspace, env=env, capture_output=True, text=True, check=False)
        assert files["GITHUB_ENV"].read_text() == files["GITHUB_PATH"].read_text() == ""
        rows = (line.partition("=") for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines())
        context["steps"][step.get("id", name)] = {"outputs": {k: v for k, _, v in rows}}
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return Ran(name, done.returncode, done.stdout + done.stderr)

    def _machine(self) -> dict[str, str]:
        """Return what a runner's own environment has: no settings of the person who runs the tests."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "RUNNER_TEMP": str(self.root / "temp"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
        }

    def _fill(self, text: str, context: Mapping[str, Any]) -> str:
        functions = {"format": lambda form, *args: re.sub(r"\{(\d)\}", lambda m: str(args[int(m[1])]), form)}
        return _EXPRESSION.sub(lambda m: str(evaluate(m[1], context, functions)), text)


def runner(root: Path, workspace: Path, github: dict[str, Any], **env: str) -> Runner:
    """Make a runner whose Python makes environments that hold this very policyctl, without a network."""
    (root / "temp").mkdir(parents=True)
    python = root / "python3"
    venv = Path(sys.executable).parent
    python.write_text(
        "#!/usr/bin/env bash\n"
        'if [ "$1" != -m ]; then exec ' + f'{sys.executable} "$@"; fi\n'
        'mkdir -p "$3/bin"\n'
        f'printf \'#!/bin/sh\\nexec {venv}/policyctl "$@"\\n\' >"$3/bin/policyctl"\n'
        f'printf \'#!/bin/sh\\nexec {sys.executable} "$@"\\n\' >"$3/bin/python"\n'
        f'printf \'#!/bin/sh\\necho "$@" >>{root}/pip.log\\n\' >"$3/bin/pip"\n'
        'chmod +x "$3/bin/"*\n',
        encoding="utf-8",
    )
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    return Runner(root, workspace, github, {"PYTHON": str(python), **env})
