"""`policyctl classify`, single and batch: the form that outside programs read."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from policy_versions.cli import main

BEFORE = "# 政策\n\n一、总则\n\n我们收集您的手机号码。\n"
AFTER = "# 政策\n\n一、总则\n\n我们收集您的手机号码和身份证件号码。\n"
FRENCH = (
    "# Politique\n\nNous collectons votre adresse électronique et votre nom afin de vous fournir le service demandé. "
)
FINDING = {
    "rule", "category", "effect", "direction", "material", "evidence_before", "evidence_after", "confidence",
    "explanation", "fingerprint", "lines",
}  # fmt: skip
REASONS = {"confidence_reason", "witness", "law", "terms"}
ANSWER = ["material", "level", "findings"]
NOTHING = {"material": False, "level": "none", "findings": []}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "before.md": BEFORE, "after.md": AFTER, "crlf.md": BEFORE.replace("\n", "\r\n"), "bom.md": "\ufeff" + BEFORE,
        "empty.md": "", "fr1.md": FRENCH, "fr2.md": FRENCH + "Nous vendons vos empreintes digitales à des tiers.\n",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode())
    (tmp_path / "bad.md").write_bytes(b"# a\n\xff\xfe\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["classify", *arguments])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code, out, err = _run(capsys, *arguments, "--format", "json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_one_change_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "before.md", "after.md")
    assert list(found) == ANSWER
    (one,) = found["findings"]
    assert set(one) == FINDING
    assert (one["category"], one["effect"], one["direction"], one["material"]) == ("data", "added", "expands", True)
    assert one["evidence_after"] in AFTER
    assert one["lines"] == {"before": [5, 5], "after": [5, 5]}
    assert set(one["explanation"]) == {"zh-CN", "en"}


def test_a_side_that_has_nothing_is_empty_and_nowhere(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for one in _json(capsys, "empty.md", "after.md")["findings"]:
        assert (one["evidence_before"], one["lines"]["before"]) == ("", [0, 0])
    for one in _json(capsys, "after.md", "empty.md")["findings"]:
        assert (one["evidence_after"], one["lines"]["after"]) == ("", [0, 0])


def test_the_full_answer_adds_reasons_and_loses_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "before.md", "after.md", "--full")
    assert list(found) == [*ANSWER, "editorial"]
    assert set(found["findings"][0]) == FINDING | REASONS


@pytest.mark.parametrize("same", ["before.md", "crlf.md", "bom.md"])
def test_bytes_that_mean_nothing_change_nothing(folder: Path, capsys: pytest.CaptureFixture[str], same: str) -> None:
    assert NOTHING.items() <= _json(capsys, "before.md", same).items()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("before.md", "nope.md"), "nope.md: No such file"),
        (("before.md", "."), ".: Is a directory"),
        (("before.md", "bad.md"), "bad.md: line 2: not valid UTF-8"),
        (("before.md",), "give two files"),
        (("before.md", "after.md", "--batch", "-"), "--batch takes no"),
        (("--batch", "nope.jsonl"), "nope.jsonl: No such file"),
    ],
)
def test_misuse_ends_with_2_and_says_why(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    code, out, err = _run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert told in err


@pytest.mark.parametrize(
    "arguments",
    [("before.md", "after.md", "--language", "fr"), ("fr1.md", "fr2.md"), ("fr1.md", "fr2.md", "--language", "??")],
)
def test_what_is_written_in_an_unknown_language_is_left_for_a_person(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    answer = _json(capsys, *arguments)
    assert answer["material"] is True
    assert {f["category"] for f in answer["findings"]} == {"unclassified"}


@pytest.mark.parametrize("tag", ["zh", "zh-CN", "ZH_cn", "zh-Hant-TW"])
def test_every_tag_of_a_known_language_will_do(folder: Path, capsys: pytest.CaptureFixture[str], tag: str) -> None:
    assert _json(capsys, "before.md", "after.md", "--language", tag)["material"] is True


def test_a_batch_answers_each_line_in_order(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def row(identity: object, before: object, after: object, **more: object) -> str:
        return json.dumps({"id": identity, "before": before, "after": after, **more})

    deep = f'{{"id": "deep", "before": {"[" * 100_000}{"]" * 100_000}}}'
    lines = [
        "\ufeff" + row("a", "before.md", "after.md", language="zh-CN"), "", "not json", row(5, "before.md", "nope.md"),
        "[1]", row("n", None, "after.md"), row("fr", "before.md", "after.md", language="fr"), deep,
        row("l", "before.md", "after.md", language=7), row("same", "before.md", "before.md"),
    ]  # fmt: skip
    source = io.TextIOWrapper(io.BytesIO("\r\n".join(lines).encode()))
    monkeypatch.setattr("sys.stdin", source)
    code, out, err = _run(capsys, "--batch", "-")
    answers = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (1, "")
    assert [a["id"] for a in answers] == ["a", None, 5, None, "n", "fr", None, "l", "same"]
    assert [a["id"] for a in answers if "error" not in a] == ["a", "fr", "same"]
    assert list(answers[0]) == ["id", *ANSWER]
    assert {"id": "same", **NOTHING}.items() <= answers[-1].items()
    assert "line 3" in answers[1]["error"]


def test_an_empty_batch_is_answered_by_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "none.jsonl").write_text("\n \n")
    assert _run(capsys, "--batch", "none.jsonl") == (0, "", "")
