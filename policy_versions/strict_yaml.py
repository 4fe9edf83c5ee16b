"""YAML as people mean it: every scalar is the string that was written, a key stands once, a mistake names its line."""

from __future__ import annotations

from io import StringIO
from typing import cast

from policy_versions.errors import ConfigError

Node = str | list["Node"] | dict[str, "Node"]


def read(data: bytes, name: str) -> Node:
    """Read one YAML document; all scalars stay strings (`1.10` is not 1.1), an empty file is an empty mapping.

    Raises ConfigError naming file and line for bad encoding, bad syntax, duplicate keys, anchors to nowhere or tags.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and most commands never read YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    try:
        loaded = YAML(typ="base", pure=True).load(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError([f"{name}: line {line}: not UTF-8"]) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = (error.problem or "not YAML").split(" with value")[0]
        raise ConfigError([f"{name}: line {line}: {problem}"]) from None
    except (YAMLError, ValueError) as error:
        raise ConfigError([f"{name}: not YAML: {str(error).splitlines()[0]}"]) from None
    return cast(Node, {} if loaded is None else loaded)


def write(value: Node) -> bytes:
    """Write a document that `read` gives back unchanged; long texts as blocks, keys in their order, LF, UTF-8."""
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString  # noqa: PLC0415

    def dress(node: Node) -> object:
        if isinstance(node, dict):
            return {key: dress(child) for key, child in node.items()}
        if isinstance(node, list):
            return [dress(child) for child in node]
        if "\n" in node and not node.startswith((" ", "\n")) and _printable(node):
            return LiteralScalarString(node)
        return node if _plain(node) else DoubleQuotedScalarString(node)

    writer = YAML(typ="rt", pure=True)
    writer.width = 10_000
    writer.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    writer.dump(dress(value), out)
    return out.getvalue().encode()


def _printable(text: str) -> bool:
    return all(line == line.rstrip() and all(c.isprintable() for c in line) for line in text.split("\n"))


def _plain(text: str) -> bool:
    """Say whether a scalar needs no quotes: letters, digits and a few signs, nothing that YAML 1.1 gives a type."""
    return (
        bool(text)
        and text.isprintable()
        and text == text.strip()
        and all(c.isalnum() or c in "-_./ ，。、" for c in text)
        and (text[0].isalpha() and text.lower() not in {"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
    )
