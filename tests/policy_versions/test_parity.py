"""Languages in step, on the real classifier: what one text says and another does not is named clause by clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from policy_versions import config, decisions
from policy_versions.classify import classify
from policy_versions.decisions import Block
from policy_versions.lint import lint
from policy_versions.lint.parity import RULES
from policy_versions.model import Category, Decision, Direction, Finding, Level, Release, ReleaseFinding, Verdict
from policy_versions.papers import Papers
from policy_versions.reports.words import words
from tests.policy_versions.releasing import EN, TOML, ZH

SETTINGS = config.parse(TOML.encode(), lambda _: True)
TODAY = date(2026, 11, 22)
OLD = {
    "zh-CN": [
        "# 隐私政策",
        "## 一、收集",
        "我们收集您的手机号，用于创建账号。",
        "## 二、提供",
        "我们不向任何第三方提供您的个人信息。",
        "## 三、保存",
        "您的个人信息保存 12 个月。",
        "## 四、联系",
        "某公司，privacy@example.com，可向监管部门投诉。",
    ],
    "en": [
        "# Privacy policy",
        "## 1. Collection",
        "We collect your phone number to create your account.",
        "## 2. Sharing",
        "We do not provide your personal information to any third party.",
        "## 3. Retention",
        "Your personal information is kept for 12 months.",
        "## 4. Contact",
        "Some Co., privacy@example.com. You may complain to the authority.",
    ],
}
CARD = {
    "zh-CN": "我们收集您的银行卡号，用于核验身份。",
    "en": "We collect your bank card number to verify your identity.",
}
LONGER = {"zh-CN": "您的个人信息保存 36 个月。", "en": "Your personal information is kept for 36 months."}
SHORTER = {"zh-CN": "您的个人信息保存 3 个月。", "en": "Your personal information is kept for 3 months."}


def text(lines: Sequence[str]) -> str:
    return "\n\n".join(lines) + "\n"


def papers(zh: Sequence[str], en: Sequence[str], **changes: object) -> Papers:
    now = {"zh-CN": text(zh), "en": text(en)}
    before = {k: text(lines) for k, lines in OLD.items()}
    found = [
        ReleaseFinding(f, language, decisions.duty_of(f, SETTINGS))
        for language in now
        for f in classify(before[language], now[language], language, policy="privacy").findings
    ]
    release = Release("privacy", "2.0.0", "1.0.0", None, None, {}, {}, tuple(found), (), Level.CONSENT, False, 30)
    made = Papers(release, {"zh-CN": ZH, "en": EN}, now, before, SETTINGS, TODAY, TODAY, lambda _: True)
    return replace(made, **changes)  # type: ignore[arg-type]


def gaps(of: Papers) -> list[Block]:
    return [b for b in lint(of) if b.code in RULES]


def edited(language: str, **lines: str) -> list[str]:
    """Return a text with some of its lines (`at4`) replaced, or (`after2`) followed by another."""
    made = []
    for number, line in enumerate(OLD[language]):
        made.append(lines.get(f"at{number}", line))
        made += [lines[f"after{number}"]] if f"after{number}" in lines else []
    return made


def test_texts_in_step_have_no_gap() -> None:
    zh = edited("zh-CN", after2=CARD["zh-CN"], at6=LONGER["zh-CN"])
    en = edited("en", after2=CARD["en"], at6=LONGER["en"])
    assert papers(zh, en).release.findings
    assert gaps(papers(zh, en)) == []
    assert gaps(papers(OLD["zh-CN"], OLD["en"])) == []


def test_forgotten_translations_are_shown_clause_by_clause() -> None:
    zh = edited("zh-CN", at4="我们向合作的广告公司提供您的个人信息。", at6=LONGER["zh-CN"])
    found = gaps(papers(zh, OLD["en"]))
    assert {b.code for b in found} == {"language-behind"}
    assert [(b.args["path"], b.args["line"], b.args["words"]) for b in found] == [
        (EN, "9", OLD["en"][4]),
        (EN, "13", OLD["en"][6]),
    ]
    assert not any(b.warns for b in found)
    (half,) = gaps(papers(zh, edited("en", at6=LONGER["en"])))
    assert (half.args["line"], half.args["quote"]) == ("9", zh[4])


def test_what_was_added_in_one_language_only_is_missed_in_the_other() -> None:
    zh = edited("zh-CN", after2=CARD["zh-CN"], at6=LONGER["zh-CN"])
    found = gaps(papers(zh, edited("en", at6=LONGER["en"])))
    assert {(b.code, b.args["path"], b.args["quote"]) for b in found} == {("language-behind", EN, CARD["zh-CN"])}
    assert all(
        "nothing was added after" in words("en").what(b) and "没有相应内容" in words("zh-CN").what(b) for b in found
    )


def test_what_only_the_translation_changes_is_shown_in_the_text_that_prevails() -> None:
    found = gaps(papers(OLD["zh-CN"], edited("en", at6=LONGER["en"])))
    assert [(b.code, b.args["path"], b.args["words"]) for b in found] == [("language-behind", ZH, OLD["zh-CN"][6])]


def test_opposite_directions_are_named() -> None:
    found = gaps(papers(edited("zh-CN", at6=LONGER["zh-CN"]), edited("en", at6=SHORTER["en"])))
    assert {b.code for b in found} == {"parity-opposite"}
    assert {b.args["path"] for b in found} == {ZH, EN}


def test_another_change_at_the_same_place_is_no_translation() -> None:
    en = edited("en", at6="Your personal information is kept for 12 months in the United States.")
    found = gaps(papers(edited("zh-CN", at6=LONGER["zh-CN"]), en))
    assert "parity-missing" in {b.code for b in found}


def test_texts_of_other_shapes_are_held_against_each_other_by_kind() -> None:
    en = ["## Preface", *edited("en", at6=LONGER["en"])]
    old = {"zh-CN": text(OLD["zh-CN"]), "en": text(["## Preface", *OLD["en"]])}
    base = papers(edited("zh-CN", after2=CARD["zh-CN"], at6=LONGER["zh-CN"]), en)
    found = classify(old["en"], text(en), "en", policy="privacy").findings
    kept = [f for f in base.release.findings if f.language == "zh-CN"]
    made = (*kept, *(ReleaseFinding(f, "en", decisions.duty_of(f, SETTINGS)) for f in found))
    shown = gaps(replace(base, before=old, release=replace(base.release, findings=made)))
    assert {(b.code, b.args["category"]) for b in shown} >= {("parity-missing", "data")}
    assert "retention" not in {b.args["category"] for b in shown}


def decide(of: Papers, language: str, **changes: object) -> Papers:
    """Decide on the findings of one language."""
    made = []
    for found in of.release.findings:
        if found.language == language:
            base = Decision(found.finding.fingerprint, Verdict.CONFIRMED, "已核对", "lin@example.com", TODAY)
            made.append(replace(base, **changes))  # type: ignore[arg-type]
    return replace(of, release=replace(of.release, decisions=tuple(made)))


def test_a_person_may_quote_the_sentence_that_says_the_same() -> None:
    zh = edited("zh-CN", at6=LONGER["zh-CN"])
    open_one = papers(zh, edited("en", after8="For how long is said in the annex."))
    assert gaps(open_one)
    assert gaps(decide(open_one, "zh-CN", same_as={"en": "For how long is said in the annex."})) == []
    assert gaps(decide(open_one, "zh-CN", same_as={"en": "No such sentence."}))
    assert gaps(decide(open_one, "zh-CN", same_as={"en": " . "}))


def test_what_two_people_found_mistaken_is_missed_nowhere_but_translated_all_the_same() -> None:
    overruled = {"verdict": Verdict.OVERRULED, "second": "zhou@example.com"}
    beside = papers(
        edited("zh-CN", at6=LONGER["zh-CN"]), edited("en", at6="We keep your personal information for 12 months.")
    )
    beside = replace(beside, release=replace(beside.release, findings=tuple(
        f for f in beside.release.findings if f.language == "zh-CN"
    )))  # fmt: skip
    assert {b.code for b in gaps(beside)} == {"parity-missing"}
    assert gaps(decide(beside, "zh-CN", **overruled)) == []
    untouched = papers(edited("zh-CN", at6=LONGER["zh-CN"]), OLD["en"])
    assert gaps(decide(untouched, "zh-CN", verdict=Verdict.OVERRULED))
    (left,) = gaps(decide(untouched, "zh-CN", **overruled))
    assert (left.code, left.args["line"], left.args["words"], left.warns) == (
        "language-behind",
        "13",
        OLD["en"][6],
        False,
    )
    assert "overruled" in words("en").what(left)
    assert "否定" in words("zh-CN").what(left)
    quoted = decide(untouched, "zh-CN", same_as={"en": OLD["en"][6]}, **overruled)
    assert gaps(quoted) == []


def test_an_overruled_finding_hides_no_forgotten_translation_of_another_shape() -> None:
    of = papers(edited("zh-CN", at6=LONGER["zh-CN"]), OLD["en"])
    other = text(["## Preface", *OLD["en"]])
    uneven = replace(of, before={**of.before, "en": other}, now={**of.now, "en": other})
    done = decide(uneven, "zh-CN", verdict=Verdict.OVERRULED, second="zhou@example.com")
    assert [(b.code, b.args["line"]) for b in gaps(done)] == [("language-behind", "1")]


def test_what_a_person_classified_counts_as_that() -> None:
    open_one = papers(edited("zh-CN", at6=LONGER["zh-CN"]), edited("en", at6=LONGER["en"]))
    en = [f for f in open_one.release.findings if f.language == "en"]
    odd = [
        replace(f, finding=replace(f.finding, category=Category.UNCLASSIFIED, direction=Direction.NEUTRAL)) for f in en
    ]
    zh = [f for f in open_one.release.findings if f.language == "zh-CN"]
    unsure = replace(open_one, release=replace(open_one.release, findings=(*zh, *odd)))
    assert gaps(unsure) == []  # at the same place, and nobody has said yet what it is
    says = {"zh-CN": "保存更久。", "en": "Kept longer."}
    right = decide(unsure, "en", category=Category.RETENTION, direction=Direction.EXPANDS, says=says)
    assert gaps(right) == []
    wrong = decide(unsure, "en", category=Category.RETENTION, direction=Direction.RESTRICTS, says=says)
    assert {b.code for b in gaps(wrong)} == {"parity-opposite"}


def test_if_so_configured_gaps_warn_only() -> None:
    settings = msgspec.structs.replace(SETTINGS, lint=config.Lint(languages="prevailing"))
    found = gaps(papers(edited("zh-CN", at6=LONGER["zh-CN"]), OLD["en"], config=settings))
    assert found
    assert all(b.warns for b in found)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_text_that_is_new_has_nothing_to_be_compared_with(language: str) -> None:
    of = papers(edited("zh-CN", at6=LONGER["zh-CN"]), OLD["en"])
    before = {k: v for k, v in of.before.items() if k != language}
    assert gaps(replace(of, before=before)) == []


def test_another_kind_beside_one_that_agrees_only_warns() -> None:
    zh = edited("zh-CN", after4="我们向广告公司提供您的手机号，用于投放广告。")
    en = edited("en", after4="We provide your phone number to advertising companies to show advertisements.")
    of = papers(zh, en)
    own = of.release.findings
    kinds = [{(f.finding.category, f.finding.direction) for f in own if f.language == x} for x in OLD]
    assert kinds[0] & kinds[1]
    odd = replace(own[0].finding, category=Category.MINORS, fingerprint="0" * 32)

    def beside(finding: Finding) -> list[Block]:
        more = (*own, replace(own[0], finding=finding))
        found = gaps(replace(of, release=replace(of.release, findings=more)))
        return [b for b in found if b.args["category"] == "minors"]

    assert [(b.code, b.warns) for b in beside(odd)] == [("parity-missing", True)]
    assert [(b.code, b.warns) for b in beside(replace(odd, direction=Direction.RESTRICTS))] == [
        ("parity-missing", False)
    ]


FINGERPRINT = {"zh-CN": "我们收集您的指纹，用于登录。", "en": "We collect your fingerprints for login."}


def test_a_sentence_whose_kind_the_other_text_has_in_another_clause_only_is_forgotten() -> None:
    zh = [*OLD["zh-CN"][:3], CARD["zh-CN"], *OLD["zh-CN"][3:7], FINGERPRINT["zh-CN"], *OLD["zh-CN"][7:]]
    en = [*OLD["en"][:3], CARD["en"], *OLD["en"][3:6], f"{OLD['en'][6]} Thank you.", *OLD["en"][7:]]
    said = [b for b in lint(papers(zh, en)) if b.code in RULES]
    assert ("parity-missing", False, FINGERPRINT["zh-CN"]) in [(b.code, b.warns, b.args["quote"]) for b in said]
    assert not [b for b in said if b.args["quote"] == CARD["zh-CN"]]


@pytest.mark.parametrize("cut", [0, 1])
def test_sections_correspond_where_clauses_do_not(cut: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The English text has one clause more, but the same headings: what is told in section 3 is missed there."""
    old = {"zh-CN": OLD["zh-CN"], "en": [*OLD["en"][:3], "Thank you for reading.", *OLD["en"][3:]]}
    monkeypatch.setitem(OLD, "en", old["en"])
    zh = [*old["zh-CN"][:3], CARD["zh-CN"], *old["zh-CN"][3:7], FINGERPRINT["zh-CN"], *old["zh-CN"][7:]]
    behind = [*old["en"][:4], CARD["en"], *old["en"][4:]]
    en = [behind, [*behind[:9], FINGERPRINT["en"], *behind[9:]]][cut]
    said = gaps(papers(zh, en))
    wanted = [("language-behind", False, "3. Retention", FINGERPRINT["zh-CN"]), None][cut]
    assert [(b.code, b.warns, b.args["words"], b.args["quote"]) for b in said] == ([wanted] if wanted else [])
    assert all("漏译" in words("zh-CN").what(b) and "section" in words("en").what(b) for b in said)


def asking(language: str, *more: int) -> str:
    """Write three sections; in those of `more` we ask for fingerprints too."""
    asked = {
        "zh-CN": ["开立账户时，我们收集您的姓名。", "下单时，我们收集您的收货地址。", "求助时，我们收集您的订单编号。"],
        "en": [
            "To open an account we ask for your name.",
            "For an order we ask for your address.",
            "For help we ask for your order number.",
        ],
    }[language]
    ends = {"zh-CN": "和指纹。", "en": " and your fingerprints."}
    lines = [s[:-1] + ends[language] if n in more else s for n, s in enumerate(asked)]
    contact = OLD[language][-1]
    return "# P\n\n" + "\n\n".join(f"## {'ABC'[n]}\n\n{s}" for n, s in enumerate(lines)) + f"\n\n## D\n\n{contact}\n"


@pytest.mark.parametrize(("translated", "missed"), [((0, 2), []), ((0,), ["13"]), ((0, 1), ["9", "13"])])
def test_each_place_of_a_finding_is_one_to_be_translated(translated: tuple[int, ...], missed: list[str]) -> None:
    before = {x: asking(x) for x in OLD}
    now = {"zh-CN": asking("zh-CN", 0, 2), "en": asking("en", *translated)}
    base = papers(OLD["zh-CN"], OLD["en"])
    found = tuple(
        ReleaseFinding(f, x, decisions.duty_of(f, SETTINGS))
        for x in OLD
        for f in classify(before[x], now[x], x, policy="privacy", whole=True).findings
    )
    assert len(next(f for f in found if f.language == "zh-CN").finding.also) == 1
    said = gaps(replace(base, before=before, now=now, release=replace(base.release, findings=found)))
    assert sorted((b.args["line"] for b in said), key=int) == missed
    assert not any(b.warns for b in said)
