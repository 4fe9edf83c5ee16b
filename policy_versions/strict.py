"""Hold plain data against msgspec structs and tell every problem, where msgspec itself stops at the first."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin, get_type_hints

import msgspec


class Report:
    """Gathers problems of one file, each as "file: key `a.b`: what is wrong (allowed: …)"."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[str] = []

    def add(self, key: str, what: str, allowed: str = "") -> None:
        """Note one problem."""
        self.problems.append(f"{self.name}: key `{key}`: {what}" + (f" (allowed: {allowed})" if allowed else ""))


def table(report: Report, kind: type[msgspec.Struct], raw: Mapping[str, Any], at: str) -> None:
    """Hold one table against its struct: unknown keys, missing keys, each value by itself."""
    fields = {f.encode_name: f for f in msgspec.structs.fields(kind)}
    for key in raw.keys() - fields.keys():
        near = difflib.get_close_matches(key, fields, 1, 0.6)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        report.add(f"{at}{key}", f"unknown key{hint}", ", ".join(sorted(fields)))
    hints = get_type_hints(kind)
    for key, field in fields.items():
        if key in raw:
            _value(report, hints[field.name], raw[key], f"{at}{key}")
        elif field.required:
            report.add(f"{at}{key}", "is missing", _wanted(hints[field.name]))


def _value(report: Report, kind: Any, value: Any, at: str) -> None:
    """Hold one value against its type, element by element, so that each wrong one is named."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and origin is None and issubclass(kind, msgspec.Struct):
        if isinstance(value, dict):
            return table(report, kind, value, f"{at}.")
    elif origin is list and isinstance(value, list):
        for index, item in enumerate(value):
            _value(report, inner[0], item, f"{at}[{index}]")
        return None
    elif origin is dict and isinstance(value, dict):
        for key, item in value.items():
            _value(report, inner[1], item, f"{at}.{key}")
        return None
    elif type(value) is kind:
        return None
    return report.add(at, f"is {_shown(value)}", _wanted(kind))


def _wanted(kind: Any) -> str:
    names = {str: "a string", int: "a whole number", bool: "true or false"}
    if get_origin(kind) is list:
        inner = get_args(kind)[0]
        return "a list of strings" if inner is str else "tables [[…]]"
    if get_origin(kind) is dict:
        return "a table of strings" if get_args(kind)[1] is str else "a table of whole numbers"
    return names.get(kind, "a table")


def _shown(value: Any) -> str:
    kinds = {str: "string", int: "whole number", bool: "boolean", float: "fraction", list: "list", dict: "table"}
    short = repr(value) if not isinstance(value, dict | list) else ""
    return f"the {kinds.get(type(value), type(value).__name__)} {short[:60]}".rstrip()


def one_of(report: Report, at: str, values: Iterable[str], allowed: Iterable[str]) -> None:
    """Report each value (of a list) or key (of a table) that is not among those allowed."""
    options = list(allowed)
    for value in values:
        if value not in options:
            key = f"{at}.{value}" if isinstance(values, Mapping) else at
            near = difflib.get_close_matches(value, options, 1, 0.6)
            report.add(
                key, f"unknown value {value!r}" + (f"; did you mean {near[0]!r}?" if near else ""), ", ".join(options)
            )


def mapping(value: Any) -> dict[str, Any]:
    """Return a table, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def strings(value: Any) -> list[str]:
    """Return the strings of a list, or none for anything else."""
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
