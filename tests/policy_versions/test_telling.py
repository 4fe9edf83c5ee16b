"""What a check tells: every edit of substance, decided once; what says the same elsewhere hangs on one decision."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from policy_versions import release_file
from policy_versions.classify import classify, to_json
from policy_versions.history import Repository
from policy_versions.model import Category, Direction, Release
from policy_versions.reports import json as json_report
from policy_versions.reports import markdown, text
from policy_versions.reports.notes import notes
from policy_versions.reports.summary import Report
from policy_versions.reports.words import LANGUAGES, words
from policy_versions.review import Desk, Review, review
from policy_versions.sources import classifier
from policy_versions.telling import MOST
from tests.policy_versions.gitmaker import GitMaker
from tests.policy_versions.releasing import EN, ZH, House

FIRST = ("Acme", "Borealis", "Cobalt", "Dorado", "Emerald", "Falcon", "Granite")
NAMES = tuple(f"{first} {last}" for first in FIRST for last in ("Ads", "Foods", "Games", "Homes", "Jobs", "Lamps"))
SHARING = "# Privacy policy\n\n## Sharing\n\nWe keep your data safe.\n"
SHARED = SHARING + "".join(f"\nWe share your email address with {n} Inc. as they ask for it.\n" for n in NAMES)
VISITS = {
    "en": ["To open an account we ask for your name.", "For an order we ask for your address.",
           "For help we ask for your order number.", "In a shop we ask for your receipt."],
    "zh-CN": ["开立账户时，我们收集您的姓名。", "下单时，我们收集您的收货地址。", "求助时，我们收集您的订单编号。",
              "到店时，我们收集您的小票编号。"],
}  # fmt: skip
MORE = {"en": " and your fingerprints.", "zh-CN": "和指纹。"}


def visits(language: str, *more: int, order: tuple[int, ...] = (0, 1, 2, 3)) -> str:
    """Write the sentences, one a section; of those in `more` we ask for fingerprints too."""
    ends = {n: s[:-1] + MORE[language] if n in more else s for n, s in enumerate(VISITS[language])}
    return "# P\n\n" + "\n".join(f"## {'ABCD'[n]}\n\n{ends[n]}\n" for n in order)


def test_who_asks_for_the_most_telling_gets_so_many_of_a_category_and_a_check_gets_all() -> None:
    few, whole = (classify(SHARING, SHARED, "en", whole=w) for w in (False, True))
    numbers = [Counter(f.category for f in found.findings)[Category.RECIPIENTS] for found in (few, whole)]
    assert numbers == [MOST, len(NAMES)]
    assert [e.kind for e in few.editorial] == ["told"] * (len(NAMES) - MOST)
    assert whole.editorial == ()
    assert all(any(name in f.evidence_after for f in whole.findings) for name in NAMES)
    assert "also" not in to_json(few, full=True)["findings"][0]


@pytest.mark.parametrize("language", VISITS)
def test_what_says_the_same_elsewhere_is_one_finding_bound_to_all_its_places(language: str) -> None:
    old = visits(language)
    (two,), (three,) = (
        classify(old, visits(language, *more), language, whole=True).findings for more in ((0, 1), (0, 1, 3))
    )
    assert [p.after for p in three.also] == [VISITS[language][n][:-1] + MORE[language] for n in (1, 3)]
    assert [p.lines_after.first for p in three.also] == [9, 17]
    assert three.sensitive
    (alone,) = classify(old, visits(language, 0), language, whole=True).findings
    (told,) = classify(old, visits(language, 0, 1, 3), language).findings
    assert alone.fingerprint == told.fingerprint  # a finding that stands for itself alone is the same to everybody
    assert len({alone.fingerprint, two.fingerprint, three.fingerprint}) == 3
    there = classify(f"{old}\n尾。\n", f"{visits(language, 0, 1, 3)}\n尾。\n", language, whole=True)
    assert there.findings[0].fingerprint == three.fingerprint  # an unrelated sentence alters nothing


@pytest.mark.parametrize("language", VISITS)
def test_no_changed_sentence_is_left_unsaid(language: str) -> None:
    """Every line that differs is quoted by a finding or noted with its reason."""
    old = visits(language)
    new = visits(language, 0, 2, order=(3, 1, 0, 2)).replace(VISITS[language][3], "")
    found = classify(old, new, language, whole=True)
    quoted = [t for f in found.findings for t in (f.evidence_before, f.evidence_after, *(p.after for p in f.also))]
    quoted += [t for e in found.editorial for t in (e.before, e.after)]
    for gone in {*old.splitlines(), *new.splitlines()} - set(old.splitlines()) & set(new.splitlines()) - {""}:
        assert any(gone in q or (q and q in gone) for q in quoted), gone


def test_sentences_that_went_and_came_elsewhere_are_noted() -> None:
    old = "# P\n\n## A\n\nWe send your name to our couriers in the region.\n\n## B\n\nWe like tea.\n\nWe like rain.\n"
    moved = "We send your name to our couriers of the region.\n"
    new = f"# P\n\n## A\n\nWe like sun.\n\n## B\n\nWe like tea.\n\nWe like rain.\n\n## C\n\n{moved}"
    found = classify(old, new, "en", whole=True)
    said = [q for f in found.findings for q in (f.evidence_before, f.evidence_after)]
    assert moved.strip() in [*said, *(e.after for e in found.editorial)]


class Real(House):
    """The house of the other tests, with the rules that we ship."""

    def desk(self, repository: Repository) -> Desk:
        return replace(super().desk(repository), classify=classifier)

    def review(self) -> Review:
        with self.open() as repository:
            desk = self.desk(repository)
            return review(desk, desk.config.policy("privacy"))


@pytest.fixture
def house(tmp_path: Path) -> Real:
    """Give a published first version and, on top of it, fingerprints asked for in two places of each text."""
    found = Real(GitMaker(tmp_path))
    found.texts |= {ZH: found.texts[ZH] + visits("zh-CN"), EN: found.texts[EN] + visits("en")}
    found.git.commit(dict(found.texts))
    found.release()
    ask(found, 0, 1)
    found.confirm(found.draft())
    found.git.commit({})
    return found


def ask(house: House, *more: int) -> None:
    for path, language in ((ZH, "zh-CN"), (EN, "en")):
        for n in more:
            sentence = VISITS[language][n]
            house.texts[path] = house.texts[path].replace(sentence, sentence[:-1] + MORE[language])
    house.git.commit(dict(house.texts))


def test_one_more_place_makes_the_decision_stale(house: Real) -> None:
    assert {b.code for b in house.review().blocks} == set()
    ask(house, 3)
    codes = [b.code for b in house.review().blocks]
    assert {"text-changed", "finding-lost", "stale"} <= set(codes)
    drafted = house.draft()
    assert drafted.decisions == ()
    assert [len(f.finding.also) for f in drafted.findings] == [2, 2]
    assert {b.code for b in house.review().blocks} >= {"undecided"}


def test_the_release_file_keeps_the_places_and_nobody_can_edit_one_away(house: Real) -> None:
    (release,) = [r for r in (pending(house),) if r]
    assert [len(f.finding.also) for f in release.findings] == [1, 1]
    bare = tuple(replace(f, finding=replace(f.finding, also=())) for f in release.findings)
    house.write(replace(release, findings=bare))
    assert {b.code for b in house.review().blocks} == {"finding-lost"}


def pending(house: House) -> Release | None:
    path = release_file.path_of("privacy", "2.0.0")
    return release_file.parse((house.git.root / path).read_bytes(), path)


def test_reports_show_every_place_of_a_finding(house: Real) -> None:
    one = house.review()
    place = VISITS["en"][1][:-1] + MORE["en"]
    assert one.release.findings[1].finding.also[0].after == place
    report = Report((one,))
    said = json.loads(json_report.render(report))
    Draft202012Validator(json.loads(json_report.schema())).validate(said)
    assert [p["evidence_after"] for f in said["policies"][0]["findings"] for p in f["also"]][1] == place
    assert place in text.render(report, words("en"))
    assert any(place in note.text for note in notes(report, words("en")))
    shown = markdown.render(report, words(*LANGUAGES))
    assert shown.count("Other places of the same change: 1</summary>") == 2
    assert f"{place[:-1]}</ins>" in shown or "<ins> and your fingerprints</ins>" in shown


TABLES = {
    "zh-CN": (
        "| 甲推送 | 甲科技有限公司 | 设备标识符 | 消息推送 |",
        "| 乙帆 | 乙网络有限公司 | 广告标识符 | 广告投放 |",
        "公司 | 收集的个人信息 | 使用目的",
        ("服务", "功能", "场景", "SDK 名称"),
    ),
    "en": (
        "| Alpha Push | Alpha Inc. | device identifier | push messages |",
        "| Beta Sail | Beta LLC | advertising identifier | advertising |",
        "Company | Data | Purpose",
        ("Service", "Function", "Feature", "SDK"),
    ),
}


@pytest.mark.parametrize(("language", "column"), [(x, c) for x, table in TABLES.items() for c in table[3]])
@pytest.mark.parametrize("title", ["P", "SDKs"])
def test_a_new_row_is_read_by_its_columns_whatever_the_first_is_called(language: str, column: str, title: str) -> None:
    old, new, rest, _ = TABLES[language]
    before = f"# {title}\n\n| {column} | {rest} |\n|---|---|---|---|\n{old}\n"
    found = classify(before, f"{before}{new}\n", language, whole=True).findings
    assert {(f.category, f.direction) for f in found} == {
        (Category.RECIPIENTS, Direction.EXPANDS),
        (Category.DATA, Direction.EXPANDS),
        (Category.PURPOSE, Direction.EXPANDS),
    }
    name, company = (cell.strip() for cell in new.split("|")[1:3])
    said = [f for f in found if f.category is Category.RECIPIENTS]
    assert any(company in f.evidence_after for f in said)
    assert all(name in f.args["what"] for f in found)


def test_a_function_of_our_own_is_no_recipient() -> None:
    table = "# P\n\n| Function | Personal information | Purpose |\n|---|---|---|\n| Login | phone number | log in |\n"
    found = classify(table, f"{table}| Support | voice recordings | advertising |\n", "en", whole=True).findings
    assert found
    assert Category.RECIPIENTS not in {f.category for f in found}
