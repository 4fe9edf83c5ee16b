"""The quick reader: either it says exactly what the full reader says, or nothing."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policy_versions import plain_yaml, strict_yaml
from policy_versions.errors import ConfigError
from policy_versions.plain_yaml import Node

PIECES = [
    "a", "key", "1.10", "no", "~", "隐私", ":", ": ", "-", "- ", "\n", "\n  ", "\n    ", " ", "#",
    " #", "\"", "'", "|", "|-\n", ">", "[", "]", "{", "}", ",", ", ", "&x", "*x", "!t", "---",
    "...", "?", "%", "@", "`", "\\", "\\n", "<<", "\n\n", "=", "\ufeff", "\u2028", "\x85", "\t",
    "k: v\n", "- a\n", "- k: v\n  l: w\n", "k:\n  - a\n", "k:\n- a\n", "k: |\n  a\n\n  b\n",
    "k: >-\n  a\n  b\n", ">-\n",
]  # fmt: skip
TREES = st.recursive(
    st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
).filter(lambda x: not isinstance(x, str))


def full(text: str) -> Node | None:
    """Read with the full reader; None for what is no YAML or no tree of texts with text keys."""
    try:
        return strict_yaml._slowly(text, "x")
    except ConfigError:
        return None


@settings(max_examples=1500)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@example("a: b\n c: d\n")
@example("- a\n -b\n")
@example("- - a\n  - b\n- c\n")
@example("k: |\n\n  a\n")
@example("k: |-\n  a\n   b\n  c\n\n\nl: x\n")
@example("k: >-\n  a\n  b c\nl: x\n")
@example("k: >-\n  a\n\n  b\n")
@example("k: >-\n  a\n   b\n  c\n")
@example("k: >-\n  a \n  b\n\n\n")
@example("k: >-\n  - a\n  # b\n")
@example("k: {a: b, c: [d, 'e']}\n")
@example("k: [a: b]\n")
@example("k: [-a.b, +c, a-b]\n")
@example("k: [-]\n")
@example("k: [--a, -, - a]\n")
@example("k: {a, b}\n")
@example("k: [a, b c, http://x]\n")
@example("k: |\n  a\n\n  b")
@example("- \n  a: b\n")
@example("a:\n  b\n")
@example("a: -\n")
@example("a: - b\n")
@example("-\n- a\n")
@example('"a": b\n')
def test_it_agrees_with_the_full_reader_or_is_silent(text: str) -> None:
    quick = plain_yaml.read(text)
    assert quick is None or quick == full(text)


@given(TREES)
def test_what_we_write_is_read_the_same_by_both(tree: Node) -> None:
    text = strict_yaml.write(tree).decode()
    assert full(text) == tree
    assert plain_yaml.read(text) in (None, tree)


@pytest.mark.parametrize(
    "name",
    [
        "obligations.yaml",
        "reports/strings.en.yaml",
        "reports/strings.zh-CN.yaml",
        "answers.yaml",
        "lexicons/en.yaml",
        "lexicons/zh.yaml",
    ],
)
def test_our_own_tables_are_plain(name: str) -> None:
    text = files("policy_versions").joinpath(name).read_text(encoding="utf-8")
    assert plain_yaml.read(text) == full(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "a: &x b\n",
        "a: !t b\n",
        "a: b # c\n",
        "a: >\n  b\n",
        "a:\tb\n",
        "a: b\n  c\n",
        "? a\n",
        "a: 'b\n",
        "--- a\n",
        "a: b\na: c\n",
    ],
)
def test_what_is_not_plain_is_left_to_the_full_reader(text: str) -> None:
    assert plain_yaml.read(text) is None
