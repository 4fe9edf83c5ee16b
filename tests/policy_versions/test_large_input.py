"""Texts that no policy should be: judged in bounded work, what is not judged told openly, what is too large refused."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy_versions.alignment import align, edits
from policy_versions.classify import classify
from policy_versions.cli import cli
from policy_versions.detect import detect
from policy_versions.document import parse
from policy_versions.errors import TextError
from policy_versions.extent import EACH, LARGEST, READ, within
from policy_versions.model import Category, Confidence
from policy_versions.sentences import LONGEST, sentences

WORDS = ["data", "partner", "purpose", "month", "share", "keep", "account", "address", "device", "law", "court", "you"]


def text(sentences: int, seed: int, ends: str = ". ") -> str:
    """Write sentences of chance words."""
    chance = random.Random(seed)
    return ends.join(" ".join(chance.choices(WORDS, k=12)).capitalize() for _ in range(sentences)) + ends


def test_what_is_too_much_to_judge_is_told_first_and_needs_a_person() -> None:
    before, after = (text(3000, seed, ".\n\n") for seed in (1, 2))
    (finding,) = [f for f in classify(before, after, "en").findings if f.rule == "too-large"]
    assert (finding.category, finding.confidence, finding.material) == (Category.UNCLASSIFIED, Confidence.LOW, True)
    assert finding.evidence_before in before or finding.evidence_after in after
    unread, every = map(int, finding.args["what"].split(":")[0].split("/"))
    assert 0 < unread < every
    assert set(finding.explanation) == {"zh-CN", "en"}


def test_one_small_change_in_a_large_text_is_read_whole() -> None:
    before = text(4000, 1, ".\n\n")
    after = before + "We sell your location data to advertisers.\n"
    findings = classify(before, after, "en").findings
    assert [f.category for f in findings if f.rule == "too-large"] == []
    assert Category.RECIPIENTS in {f.category for f in findings}


def test_the_work_is_counted_in_signs_and_sentences() -> None:
    differing = edits(align(parse(text(3000, 1, ".\n\n")), parse(text(3000, 2, ".\n\n"))))
    read = within(differing)
    cost = sum(len(e.before) + len(e.after) + EACH for e in differing[:read])
    assert 0 < read < len(differing)
    assert cost <= READ < cost + len(differing[read].before) + len(differing[read].after) + EACH
    assert within(differing[:3]) == 3


@pytest.mark.parametrize(
    "line",
    [
        *("word " * 40_000, "数据" * 60_000, "数据，" * 40_000, "1." * 60_000, "a@" * 60_000, "<a " * 50_000),
        *("| a" * 60_000, "[a](" * 40_000, "企业有限公司" * 20_000, "7" * 120_000),
    ],
)
def test_no_statement_is_longer_than_can_be_searched(line: str) -> None:
    for other in (line[: len(line) // 2] + " We sell data. " + line[len(line) // 2 :], ""):
        for edit in edits(align(parse(line), parse(other))):
            assert max(len(edit.before), len(edit.after)) <= LONGEST


def test_pieces_of_a_line_without_an_end_are_its_own_words_and_meet_again_after_a_change() -> None:
    line = " ".join(random.Random(3).choices(WORDS, k=20_000))
    other = line.replace(" ", " new ", 1)
    pieces, others = sentences(line), sentences(other)
    assert all(p in line and len(p) <= LONGEST for p in pieces)
    assert " ".join(pieces) == line
    assert pieces[-100:] == others[-100:]


def test_an_enormous_cell_is_read_in_pieces_under_its_column() -> None:
    table = "| SDK | Data |\n|---|---|\n| Alpha | {} |\n"
    before = ", ".join(f"item number {n}" for n in range(4000))
    after = before.replace("item number 2000", "precise location")
    (edit,) = edits(align(parse(table.format(before)), parse(table.format(after))))
    assert edit.label == "Data"
    assert "precise location" in edit.after
    assert len(edit.after) <= LONGEST


def test_a_line_of_pipes_is_no_table_of_a_thousand_columns() -> None:
    wide = "| a " * 1000 + "|\n" + "|---" * 1000 + "|\n" + "| b " * 1000 + "|\n"
    assert len({c.kind for c in parse(wide).clauses}) == 1
    narrow = wide.replace("| a ", "", 700).replace("|---", "", 700).replace("| b ", "", 700)
    assert any(c.labels for c in parse(narrow).clauses)


def run(tmp_path: Path, before: bytes, after: bytes) -> Result:
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    old.write_bytes(before)
    new.write_bytes(after)
    return CliRunner().invoke(cli, ["classify", str(old), str(new), "--format", "json"])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"x" * (LARGEST + 1), f"{LARGEST + 1:,} bytes"),
        (b"| a | b |\n" * 1_000_000, "10,000,000 bytes"),
        (b"\0\1\2" * 4_000_000, "12,000,000 bytes"),
        (b"\0\1\2" * 1000, "NUL bytes"),
        (b"a\nb\n\xff\xfe\n", "line 3: not valid UTF-8"),
    ],
)
def test_what_is_no_policy_is_refused_in_words(tmp_path: Path, data: bytes, said: str) -> None:
    for sides in ((b"# Privacy\n", data), (data, b"# Privacy\n")):
        result = run(tmp_path, *sides)
        assert isinstance(result.exception, TextError)
        assert said in str(result.exception)
        assert ".md" in str(result.exception)


def test_the_limit_holds_for_texts_that_come_from_elsewhere_too() -> None:
    with pytest.raises(TextError, match=f"{LARGEST:,}"):
        classify("", "隐私" * (LARGEST // 5), "zh-CN")
    assert classify("", " " * LARGEST, "en").findings == ()


def test_the_language_of_links_that_never_close_is_told() -> None:
    assert detect("[我们](" * 50_000) == "zh"
    assert detect("我们保存数据。" * 9 + "[a](https://example.com/the/of/and/for/you)" * 9) == "zh"
