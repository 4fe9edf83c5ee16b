"""What stayed, moved, changed, was split, merged, added or removed; and that form alone is nothing."""

from __future__ import annotations

import random
import re
import textwrap
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_versions.alignment import Elsewhere, align, edits, sentence_changes
from policy_versions.document import parse
from policy_versions.model import ChangeKind, ClauseChange

ZH = """# 隐私政策

## 一、我们收集的信息

我们收集您的手机号码和设备型号，用于注册账户。您可以随时注销您的账户（见第四节）。

- 位置信息，用于推荐附近的律师；
- 通讯录，用于邀请好友加入；

## 二、信息的共享

我们不会向“第三方”共享您的个人信息，除非事先征得您的同意。

| SDK 名称 | 用途 |
|---|---|
| 微信登录 | 登录账户 |
| 高德地图 | 显示位置 |

## 三、信息的保存

**我们将在您注销账户后保存您的个人信息六个月。**保存期满后我们会删除这些信息。
"""
EN = """# Privacy Policy

## 1. What we collect

We collect your phone number and the model of your device to create your account. You may close it, e.g. by mail.

- Location, to recommend lawyers near you;
- Contacts, to invite friends;

## 2. Sharing

We do not share your personal data with “third parties” unless you agree beforehand.

| SDK | Purpose |
|---|---|
| WeChat | Signing in to your account |
| AMap | Showing your location |

## 3. Retention

**We keep your personal data for six months after you close your account.** We delete it when that time is over.
"""
SAME = {ChangeKind.UNCHANGED, ChangeKind.MOVED, ChangeKind.SPLIT, ChangeKind.MERGED}


def changes(before: str, after: str) -> tuple[ClauseChange, ...]:
    return align(parse(before), parse(after))


def different(before: str, after: str) -> list[tuple[str, str]]:
    return [(e.before, e.after) for e in edits(changes(before, after))]


def kinds(before: str, after: str) -> Counter[ChangeKind]:
    return Counter(c.kind for c in changes(before, after))


def move_section(text: str) -> str:
    parts = re.split(r"(?m)^(?=## )", text)
    return "".join([parts[0].rstrip("\n") + "\n\n", *parts[2:], *parts[1:2]])


def by_line(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "\n".join(map(change, text.split("\n")))


def wrap(line: str) -> str:
    prose = len(line) > 60 and line[0].isalpha() and line.isascii() and "](" not in line and "|" not in line
    return "\n".join(textwrap.wrap(line, 60, break_long_words=False, break_on_hyphens=False)) if prose else line


def embolden(line: str) -> str:
    return f"**{line}**" if line[:1].isalpha() and "*" not in line else line


RESHAPE: dict[str, Callable[[str], str]] = {
    "wrap": by_line(wrap),
    "bullets": by_line(lambda line: re.sub(r"^- ", "* ", line)),
    "plain bullets": by_line(lambda line: re.sub(r"^- ", "• ", line)),
    "numbers for bullets": by_line(lambda line: re.sub(r"^- ", "1. ", line)),
    "headings": by_line(lambda line: "#" + line if line.startswith("#") else line),
    "headings by bold": by_line(lambda line: re.sub(r"^#+ (.*)", r"**\1**", line)),
    "renumbered": lambda t: t.translate(str.maketrans("一二三123", "四五六456", "")) if "# 一" in t else t,
    "no numbers": by_line(lambda line: re.sub(r"^## (?:[一二三]、|\d\. )", "## ", line)),
    "emphasis off": lambda t: t.replace("**", ""),
    "emphasis on": by_line(embolden),
    "quotes": lambda t: t.replace("“", '"').replace("”", '"'),
    "width": lambda t: t.translate(str.maketrans("，；：（）！？", ",;:()!?")),
    "wide": lambda t: t.translate(str.maketrans(",;()", "，；（）")),
    "line ends": lambda t: "\ufeff" + t.replace("\n", "\r\n"),
    "blank lines": lambda t: t.replace("\n\n", "\n\n\n\n"),
    "trailing space": by_line(lambda line: f"{line}  " if line and line[0] not in "#|" else line),
    "moved section": move_section,
    "list as paragraph": lambda t: re.sub(r";\n- |；\n- ", "; ", t),
    "sentences apart": by_line(
        lambda line: line if line.startswith("#") else re.sub(r"(?<=[。.])(?:\*\*)? ?(?=[您保YW])", "\n\n", line)
    ),
    "table as list": by_line(lambda line: re.sub(r"^\| ?(.*?) \| (.*) \|$", r"- \1：\2", line)),
    "html breaks": lambda t: t.replace("\n- ", "\n<br>- "),
}


@pytest.mark.parametrize("name", [n for n in RESHAPE if n != "renumbered"])
@pytest.mark.parametrize("text", [ZH, EN], ids=["zh", "en"])
def test_form_is_no_change(name: str, text: str) -> None:
    shaped = RESHAPE[name](text)
    found = changes(text, shaped)
    alike = {c.kind for c in found if "---" not in (c.before + c.after)[0].text}
    assert alike <= SAME
    assert edits(found) == ()


@given(
    st.lists(st.sampled_from(sorted(set(RESHAPE) - {"renumbered", "headings by bold"})), max_size=4),
    st.sampled_from([ZH, EN]),
)
def test_forms_may_change_together(names: list[str], text: str) -> None:
    shaped = text
    for name in names:
        shaped = RESHAPE[name](shaped)
    assert different(text, shaped) == []


BLOCKS = st.lists(
    st.sampled_from(
        [*ZH.split("\n\n"), *EN.split("\n\n"), "我们会共享。", "Short", "- a\n- b", "我们会共享。我们会保存。"]
    ),
    max_size=12,
)


@given(BLOCKS, BLOCKS)
def test_every_clause_stands_in_exactly_one_change(left: list[str], right: list[str]) -> None:
    before, after = parse("\n\n".join(left)), parse("\n\n".join(right))
    found = align(before, after)
    assert sorted(c.ordinal for change in found for c in change.before) == list(range(len(before.clauses)))
    assert sorted(c.ordinal for change in found for c in change.after) == list(range(len(after.clauses)))
    for change in found:
        counts = (len(change.before), len(change.after))
        assert counts == {
            ChangeKind.ADDED: (0, 1),
            ChangeKind.REMOVED: (1, 0),
            ChangeKind.SPLIT: counts,
            ChangeKind.MERGED: counts,
        }.get(change.kind, (1, 1))


@given(BLOCKS)
def test_a_text_is_unchanged_from_itself(blocks: list[str]) -> None:
    text = "\n\n".join(blocks)
    assert set(kinds(text, text)) <= {ChangeKind.UNCHANGED}


@given(BLOCKS, st.randoms(use_true_random=False))
def test_shuffled_sections_say_the_same(blocks: list[str], chance: random.Random) -> None:
    other = list(blocks)
    chance.shuffle(other)
    found = different("\n\n".join(blocks), "\n\n".join(other))
    assert found == []


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        (
            "六个月",
            "三年",
            "我们将在您注销账户后保存您的个人信息六个月。",
            "我们将在您注销账户后保存您的个人信息三年。",
        ),
        ("不会", "可能", "我们不会向“第三方”", "我们可能向“第三方”"),
        ("手机号码", "身份证号码", "我们收集您的手机号码", "我们收集您的身份证号码"),
        ("显示位置", "广告投放", "显示位置", "广告投放"),
        ("通讯录，", "通讯录和短信，", "通讯录，用于", "通讯录和短信，用于"),
    ],
)
def test_a_small_change_is_found_even_in_a_moved_section(old: str, new: str, before: str, after: str) -> None:
    for shape in (str, move_section):
        found = different(ZH, shape(ZH.replace(old, new)))
        assert len(found) == 1, found
        assert before in found[0][0]
        assert after in found[0][1]


def test_a_moved_clause_that_changed_keeps_both_paths() -> None:
    gone = "我们不会向“第三方”共享您的个人信息，除非事先征得您的同意。\n"
    after = ZH.replace(gone, "") + "\n" + gone.replace("不会", "可能")
    (edit,) = edits(changes(ZH, after))
    assert edit.old is not None
    assert edit.new is not None
    assert (edit.old.path[-1], edit.new.path[-1]) == ("信息的共享", "信息的保存")
    assert edit.change.kind is ChangeKind.CHANGED


def test_added_and_removed_sentences_inside_a_paragraph() -> None:
    more = "我们还会将这些信息提供给广告合作伙伴。"
    after = ZH.replace("用于注册账户。", f"用于注册账户。{more}")
    assert different(ZH, after) == [("", more)]
    assert different(after, ZH) == [(more, "")]


def test_added_and_removed_paragraphs_and_rows() -> None:
    after = ZH.replace("| 高德地图 | 显示位置 |", "| 高德地图 | 显示位置 |\n| 穿山甲 | 广告投放 |")
    assert different(ZH, after) == [("", "穿山甲 | 广告投放")]
    assert kinds(ZH, after)[ChangeKind.ADDED] == 1
    assert kinds(after, ZH)[ChangeKind.REMOVED] == 1


def test_a_paragraph_cut_in_two_with_a_change_is_split() -> None:
    rest = "We delete your account data on request within ten days."
    before = f"We keep logs of your visits for one year to find faults. {rest}"
    after = f"We keep logs of your visits for two years to find faults.\n\n{rest}"
    (change,) = changes(before, after)
    assert (change.kind, len(change.after)) == (ChangeKind.SPLIT, 2)
    assert sentence_changes(change) == ((before.split(". ", maxsplit=1)[0] + ".", after.split("\n\n", maxsplit=1)[0]),)
    (back,) = changes(after, before)
    assert back.kind is ChangeKind.MERGED


def test_a_sentence_that_stands_elsewhere_is_not_gone() -> None:
    moved = "You may object to direct marketing at any time."
    before = f"# A\n\nWe collect your name for the account. {moved}\n\n# B\n\nWe keep the data for one whole year.\n"
    after = f"# A\n\nWe collect your name for the account.\n\n# B\n\nWe keep the data for one whole year. {moved}\n"
    found = changes(before, after)
    changed = [c for c in found if c.kind is ChangeKind.CHANGED]
    assert [sentence_changes(c) for c in changed] == [((moved, ""),), (("", moved),)]
    assert [sentence_changes(c, Elsewhere(found)) for c in changed] == [(), ()]
    assert edits(found) == ()


def test_a_sentence_that_points_at_its_place_is_gone_where_it_is_gone() -> None:
    local = "This data is kept on your device only."
    before = f"# A\n\nWe read your contacts. {local}\n\n# B\n\nWe read your messages. {local}\n"
    after = before.replace(f"contacts. {local}", "contacts.")
    assert different(before, after) == [(local, "")]
    assert different(after, before) == [("", local)]


def test_a_sentence_that_moved_with_a_change_is_one_edit() -> None:
    old, new = "You may object to direct marketing at any time.", "You may not object to direct marketing at any time."
    before = f"# A\n\nWe collect your name for the account. {old}\n\n# B\n\nWe keep the data for one whole year.\n"
    after = f"# A\n\nWe collect your name for the account.\n\n# B\n\nWe keep the data for one whole year. {new}\n"
    (edit,) = edits(changes(before, after))
    assert (edit.before, edit.after, edit.moved) == (old, new, True)


def test_a_statement_said_twice_and_then_once_is_not_removed() -> None:
    said = "We never sell your personal data to anybody."
    assert ChangeKind.REMOVED not in kinds(f"{said}\n\nOther words here.\n\n{said}\n", f"{said}\n\nOther words here.\n")


def test_an_item_that_moves_to_another_list_is_moved_with_its_introduction() -> None:
    before = "We collect:\n\n- location\n- name\n\nWe never collect:\n\n- contacts\n- messages\n"
    after = "We collect:\n\n- location\n- name\n- contacts\n\nWe never collect:\n\n- messages\n"
    (moved,) = [c for c in changes(before, after) if c.after and c.after[0].text == "contacts"]
    assert moved.kind is ChangeKind.MOVED
    assert (moved.before[0].lead, moved.after[0].lead) == ("We never collect:", "We collect:")


def test_removed_clauses_stand_where_they_stood() -> None:
    before = "One is first.\n\nTwo was removed here.\n\nThree is last.\n"
    after = "One is first.\n\nThree is last.\n"
    assert [c.kind for c in changes(before, after)] == [ChangeKind.UNCHANGED, ChangeKind.REMOVED, ChangeKind.UNCHANGED]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("We share data.\n\n" * 3000, "We share data.\n\n" * 2500 + "We do not share data.\n\n" * 500),
        (" ".join(f"word{n}" for n in range(20_000)), " ".join(f"word{n}" for n in range(20_000, 0, -1))),
        ("", "New words.\n\n" * 500),
        ("[" * 20_000, "|" * 20_000 + "a"),
        ("一、" * 20_000, "（一）" * 20_000),
        ("> " * 3000 + "a", "- " * 3000 + "b"),
    ],
    ids=["repetitive", "one paragraph", "from nothing", "signs", "numbers", "nested"],
)
def test_odd_and_large_texts_are_answered_in_full(before: str, after: str) -> None:
    old, new = parse(before), parse(after)
    found = align(old, new)
    assert sum(len(c.before) for c in found) == len(old.clauses)
    assert sum(len(c.after) for c in found) == len(new.clauses)
    assert edits(found) or {c.kind for c in found} <= SAME


@pytest.mark.shared
def test_real_policies_reshaped_have_no_change(shared: Path) -> None:
    files = [*sorted((shared / "corpus/dev/texts").glob("*.after.md"))[::12], *(shared / "corpus/bases").glob("*.md")]
    plain = ("wrap", "bullets", "headings", "emphasis off", "quotes", "width", "line ends", "trailing space")
    for file in files:
        text = file.read_text(encoding="utf-8")
        for name in plain:
            assert different(text, RESHAPE[name](text)) == [], f"{file.name} {name}"
