"""Each editorial verdict has a kind of a closed list, and each kind its reason in words, in both languages."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from policy_versions import editorial, substance
from policy_versions.classify import classify, to_json
from policy_versions.editorial import IDLE
from policy_versions.reports.json import schema
from policy_versions.reports.words import LANGUAGES, words
from policy_versions.vocabulary import EditorialKind


def _returned(module: object) -> set[str]:
    """Give the constants that functions named for a kind or a judgement give as their answer."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.returns is not None]
    found = {
        node.value.value
        for function in functions
        if ast.unparse(function.returns or ast.Constant(0)) == "str" and "figures" not in function.name
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant)
    }
    return {kind for kind in found if isinstance(kind, str) and kind}


def test_the_list_is_closed() -> None:
    given = _returned(editorial) | _returned(substance) | set(IDLE) | {"idle", "moved", "typography", "link-path"}
    assert given | {EditorialKind.TOLD} == set(EditorialKind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_has_its_reason(language: str) -> None:
    reasons = {words(language)(f"editorial.{kind}") for kind in EditorialKind}
    assert len(reasons) == len(EditorialKind)


def test_the_schema_of_reports_knows_the_list() -> None:
    assert json.loads(schema())["$defs"]["editorial"]["properties"]["kind"]["enum"] == list(EditorialKind)


@pytest.mark.parametrize(
    ("before", "after", "language", "kind"),
    [
        ("更新日期：2024年1月1日", "更新日期：2025年3月1日", "zh-CN", "date"),
        ("Last updated: January 1, 2024", "Last updated: March 1, 2025", "en", "date"),
        ("", "## 其他", "zh-CN", "heading"),
        ("", "## Other things", "en", "heading"),
        ("", "感谢您的信任与陪伴。", "zh-CN", "marketing"),
        ("详见 https://a.example/x 。", "详见 https://a.example/y 。", "zh-CN", "link-path"),
    ],
)  # fmt: skip
def test_classify_says_why_nothing_new_is_meant(before: str, after: str, language: str, kind: str) -> None:
    page = "# 政策\n\n{}\n" if language == "zh-CN" else "# Policy\n\n{}\n"
    said = to_json(classify(page.format(before), page.format(after), language), full=True)
    assert said["findings"] == []
    assert [note["kind"] for note in said["editorial"]] == [kind]
