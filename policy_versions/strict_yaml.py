"""YAML as people mean it: every scalar is the string that was written, a key stands once, a mistake names its line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, cast

from policy_versions import plain_yaml
from policy_versions.compiled import compiled
from policy_versions.errors import ConfigError
from policy_versions.plain_yaml import Node

__all__ = ["Node", "ours", "read", "write"]

_TYPED: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]+(\.[0-9]+){2}|0|[1-9][0-9]*|true|false")
_WORDS: Final = re.compile(r"[^\W\d_]([\w./ ，。、；（）《》-]*[\w./，。、；（）《》-])?")
_RESERVED: Final = frozenset({"yes", "no", "on", "off", "null", "y", "n", "true", "false"})


def read(data: bytes, name: str) -> Node:
    """Read one YAML document; all scalars stay strings (`1.10` is not 1.1), an empty file is an empty mapping.

    Raises ConfigError naming file and line for bad encoding, bad syntax, duplicate keys, anchors to nowhere or tags.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError([f"{name}: line {line}: not UTF-8"]) from None
    quick = plain_yaml.read(text)
    return _slowly(text, name) if quick is None else quick


def ours(file: Path, name: str) -> Node:
    """Read a data file of the package, or take what was read the last time if it is still the same."""
    made = compiled(f"{file.stem}-yaml", (file, Path(plain_yaml.__file__)), lambda: read(file.read_bytes(), name))
    return cast(Node, made)


def _slowly(text: str, name: str) -> Node:
    """Read with a full YAML reader, which also knows what is wrong and where."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and seldom needed
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    try:
        loaded = YAML(typ="base", pure=True).load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = (error.problem or "not YAML").split(" with value")[0]
        raise ConfigError([f"{name}: line {line}: {problem}"]) from None
    except (YAMLError, ValueError) as error:
        raise ConfigError([f"{name}: not YAML: {str(error).splitlines()[0]}"]) from None
    return cast(Node, {} if loaded is None else loaded)


def write(value: Node, header: str = "") -> bytes:
    """Write a document that `read` gives back unchanged; long texts as blocks, keys in their order, LF, UTF-8.

    `header` stands before it as comment lines.
    """
    comment = [f"# {line}".rstrip() for line in header.splitlines()]
    return "".join(f"{line}\n" for line in [*comment, *_lines(value)]).encode()


def _lines(node: Node) -> list[str]:
    """Return the lines of a node; the first of a list or mapping may follow a dash, that of a scalar a key."""
    if isinstance(node, str):
        return _scalar(node)
    if not node:
        return ["{}" if isinstance(node, dict) else "[]"]
    if isinstance(node, dict):
        return [line for key, child in node.items() for line in _entry(_inline(key), child)]
    items = (_lines(child) for child in node)
    return [f"{'  ' if index else '- '}{line}".rstrip() for item in items for index, line in enumerate(item)]


def _entry(key: str, child: Node) -> list[str]:
    first, *rest = _lines(child)
    if isinstance(child, str) or not child:
        return [f"{key}: {first}", *(f"  {line}".rstrip() for line in rest)]
    return [f"{key}:", *(f"  {line}".rstrip() for line in (first, *rest))]


def _scalar(text: str) -> list[str]:
    lines = text.split("\n")
    inner = lines[:-1] if lines[-1] == "" else lines
    block = len(lines) > 1 and inner[0] and inner[-1] and all(x == x.strip() and x.isprintable() for x in inner)
    return ["|" if inner is not lines else "|-", *inner] if block else [_inline(text)]


def _inline(text: str) -> str:
    if _plain(text):
        return text
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else _escaped(c) for c in text) + '"'


def _escaped(character: str) -> str:
    known = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}.get(character)
    code = ord(character)
    return known or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def _plain(text: str) -> bool:
    """Say whether a scalar needs no quotes: a date, number, truth, or words that YAML 1.1 gives no type."""
    if _TYPED.fullmatch(text):
        return True
    return _WORDS.fullmatch(text) is not None and text.isprintable() and text.lower() not in _RESERVED
