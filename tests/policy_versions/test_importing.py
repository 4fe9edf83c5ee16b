"""What a history without policy.toml is taken for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

import pytest

from policy_versions import importing
from policy_versions.config import parse
from policy_versions.errors import HistoryError
from policy_versions.history.documents import Follower
from policy_versions.history.log import Change, Commit


def followed(*commits: Mapping[str, str | None]) -> Follower:
    """Follow a straight history of commits, each path -> text (None: deleted); the text stands for its blob."""
    follower = Follower()
    now: dict[str, str] = {}
    for n, files in enumerate(commits, 1):
        changes = [
            Change(p if p in now else None, None if t is None else p, t or "", now.get(p, "")) for p, t in files.items()
        ]
        follower.add(Commit(f"c{n}", n, (), tuple(changes), n, True))
        now |= {p: t or "" for p, t in files.items()}
        for path in [p for p, t in files.items() if t is None]:
            del now[path]
    return follower


def planned(*commits: Mapping[str, str | None], language: str = "") -> importing.Plan:
    follower = followed(*commits)
    return importing.plan(follower.documents, str.encode, follower.of, language)


def written(plan: importing.Plan) -> dict[str, dict[str, object]]:
    """Give the policies of the TOML, by id, after the strict reader has taken it."""
    text = importing.to_toml(plan, ref="", timezone="UTC")
    parse(text.encode(), lambda _: True)
    return {p.pop("id"): p for p in tomllib.loads(text)["policy"]}


@pytest.mark.parametrize(
    ("path", "key", "language"),
    [
        ("policies/privacy/zh-CN.md", "policies/privacy", "zh-CN"),
        ("privacy.zh.md", "privacy", "zh-CN"),
        ("privacy_zh_cn.md", "privacy", "zh-CN"),
        ("privacy.zh-Hant.md", "privacy", "zh-Hant"),
        ("privacy-en.md", "privacy", "en"),
        ("a/privacy.pt-br.md", "a/privacy", "pt-BR"),
        ("en-US/privacy.md", "privacy", "en-US"),
        ("docs/fr/legal/terms.md", "docs/legal/terms", "fr"),
        ("en.md", "en", ""),
        ("no/terms.md", "no/terms", ""),
        ("sign-in.md", "sign-in", ""),
        ("v2.0.md", "v2.0", ""),
        ("qq.md", "qq", ""),
        ("隐私政策.md", "隐私政策", ""),
    ],
)
def test_split_language(path: str, key: str, language: str) -> None:
    assert importing.split_language(path) == (key, language)


def test_languages_of_one_text_are_one_policy() -> None:
    plan = planned({"privacy.md": "我们收集您的姓名。", "privacy.en.md": "# Privacy\n", "fr/privacy.md": "x"})
    assert written(plan) == {
        "privacy": {
            "title": {"zh-CN": "privacy", "en": "Privacy", "fr": "privacy"},
            "files": {"zh-CN": "privacy.md", "en": "privacy.en.md", "fr": "fr/privacy.md"},
        }
    }


def test_the_language_is_told_by_name_then_script_then_the_option() -> None:
    texts = {
        "a.en.md": "我们收集您的姓名",
        "b.md": "我们收集您的姓名",
        "c.md": "プライバシーポリシー個人情報",
        "d.md": "We collect",
    }
    plan = planned(texts, language="de")
    assert {f.document.path: f.language for g in plan.policies.values() for f in g} == {
        "a.en.md": "en",
        "b.md": "zh-CN",
        "c.md": "de",
        "d.md": "de",
    }


def test_ids_take_as_many_folders_as_keep_them_apart() -> None:
    plan = planned({"A B/Privacy.md": "x", "C/Privacy.md": "x", "C/Terms.md": "x"})
    assert list(plan.policies) == ["a-b-privacy", "c-privacy", "c-terms"]
    chinese = planned({"隐私政策.md": "甲", "用户协议.md": "乙"})
    assert all(name.startswith("policy-") for name in chinese.policies)
    assert len(chinese.policies) == 2


def test_deleted_documents_are_kept_and_say_so() -> None:
    plan = planned({"a.md": "# Old\n", "b.md": "x"}, {"a.md": None})
    assert written(plan)["a"] == {"title": {"und": "Old"}, "files": {"und": "a.md"}, "withdrawn": True}
    assert "withdrawn" not in written(plan)["b"]


def test_two_documents_that_had_the_same_path_one_after_the_other() -> None:
    follower = followed({"a.md": "first"}, {"a.md": None})
    follower.add(Commit("c3", 3, (), (Change(None, "b.md", "second", ""),), 3, True))
    follower.add(Commit("c4", 4, (), (Change("b.md", "a.md", "second", "second"),), 4, True))
    plan = importing.plan(follower.documents, str.encode, follower.of)
    policies = written(plan)
    assert policies["a"]["files"] == policies["a-2"]["files"] == {"und": "a.md"}
    assert (policies["a-2"]["until"], "until" in policies["a"]) == ("c2", False)
    texts = [[e.blob for e in d.entries] for u in ("c2", "") for d in [follower.of("a.md", u)] if d]
    assert texts == [["first"], ["second"]]


def test_what_is_skipped_is_named_with_its_reason() -> None:
    paths = ["README.md", "docs/README.zh-CN.md", "LICENSE.md", "CODE_OF_CONDUCT.md", ".github/x.md", "caf\udce9.md"]
    plan = planned({"policies/security.md": "x", **dict.fromkeys(paths, "x")})
    assert list(plan.policies) == ["security"]
    assert plan.skipped.keys() == set(paths)
    assert plan.skipped["caf\udce9.md"] == "encoding"
    assert plan.skipped[".github/x.md"] == "hidden"
    with pytest.raises(HistoryError, match="no policy texts"):
        planned({"README.md": "x"})


@pytest.mark.parametrize("path", ['quo"te\\.md', "line\nfeed.md", "del\x7f.md", "tab\t\u2028.md", "{x}=#.md"])
def test_odd_names_survive_toml(path: str) -> None:
    assert [p["files"] for p in written(planned({path: f"# {path!r}\n"})).values()] == [{"und": path}]


def test_titles_are_headings_unless_they_are_shared() -> None:
    plan = planned({"x/a.md": "---\ntitle: Data *policy*\n---\n", "x/b.md": "# Same\n", "y/b.md": "# Same\n"})
    assert {name: g[0].heading for name, g in plan.policies.items()} == {
        "x-a": "Data policy",
        "x-b": "x · b",
        "y-b": "y · b",
    }
