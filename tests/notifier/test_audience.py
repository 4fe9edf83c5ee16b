"""Recipients from CSV: each row right, or named with line, column and reason."""

from __future__ import annotations

import io
import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from notifier.audience import AudienceError, Rows, is_minor, read_csv
from notifier.model import Recipient
from notifier.render import FOLDER, LANGUAGES
from notifier.settings import Settings
from notifier.store import recipients
from notifier.store.engine import Database
from policy_versions.errors import ConfigError

TODAY = date(2026, 11, 1)
HEAD = "id,language,jurisdiction,birth_date,guardian_id,guardian_relation,email,phone\n"


def read(text: str | bytes, **options: str) -> Rows:
    """Read a CSV file."""
    data = text if isinstance(text, bytes) else text.encode()
    return read_csv(data, language="zh-CN", today=TODAY, known=frozenset({"old"}), **options)


def problems(rows: Rows) -> list[tuple[int, str]]:
    """Return where the problems are."""
    return [(problem.line, problem.column) for problem in rows.problems]


@pytest.mark.parametrize("change", [lambda t: t, lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t])
def test_good_rows_become_recipients(change) -> None:  # type: ignore[no-untyped-def]
    rows = read(
        change(HEAD + "bao,en,CN,1985-05-01,,,Bao@Example.ORG,138 0013 8000\n\nkid,,CN,2015-01-02,bao,father,,\n")
    )
    assert rows.problems == ()
    assert rows.recipients == (
        Recipient("bao", "en", "CN", date(1985, 5, 1), addresses={"email": "Bao@example.org", "sms": "+8613800138000"}),
        Recipient("kid", "zh-CN", "CN", date(2015, 1, 2), None, "bao", "father"),
    )


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",en,CN,,,,a@example.org,", "id", "empty"),
        ("a,english!,CN,,,,,", "language", "not a language tag: 'english!'"),
        ("a,en,China,,,,,", "jurisdiction", "not a jurisdiction: 'China'"),
        ("a,en,CN,01.05.1985,,,,", "birth_date", "not a date: '01.05.1985'"),
        ("a,en,CN,2027-01-01,,,,", "birth_date", "not a birth date"),
        ("a,en,CN,,nobody,,,", "guardian_id", "no such person: 'nobody'"),
        ("a,en,CN,,a,,,", "guardian_id", "nobody is their own guardian"),
        ("a,en,CN,,,,a＠example.org,", "email", "full-width"),
        ("a,en,CN,,,,a@example,", "email", "not an e-mail address"),
        ("a,en,CN,,,,,12", "phone", "telephone number"),
        ("a,en,CN,,,,a@example.org", "email", "7 cells where the header has 8"),
        ('a,en,CN,,,,"a@example.org,', "id", "not CSV from here on"),
    ],
)
def test_a_bad_row_is_named_and_the_others_stand(row: str, column: str, reason: str) -> None:
    rows = read(f"{HEAD}good,en,CN,,,,,\n{row}\n")
    assert problems(rows) == [(3, column)]
    assert reason in str(rows.problems[0])
    assert [person.id for person in rows.recipients] == ["good"]
    assert rows.bad_rows == 1


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    rows = read(HEAD + "a,!,x,y,,,z,\n")
    assert problems(rows) == [(2, "language"), (2, "jurisdiction"), (2, "birth_date"), (2, "email")]


def test_an_id_that_stands_twice_is_told_with_both_lines() -> None:
    rows = read(HEAD + 'a,en,CN,,,"two\nlines",,\na,en,CN,,,,,\n')
    assert problems(rows) == [(2, "guardian_relation"), (4, "id")]
    assert "stands already on line 2" in rows.problems[1].reason


def test_unknown_columns_are_told() -> None:
    rows = read("id,e-mail\na,b\n")
    assert problems(rows) == [(1, "e-mail")]
    assert "allowed: id, language" in rows.problems[0].reason


def test_guardians_may_be_stored_already_and_come_later_in_the_file() -> None:
    rows = read("id,guardian_id\na,b\nb,old\n")
    assert (len(rows.recipients), rows.problems) == (2, ())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"email\na@example.org\n", "names no column `id`"),
        (b"id,id\n", "names a column twice: id"),
        ("id,guardian_relation\na,父亲\n".encode("gb18030"), "line 2 is not utf-8: it reads as GBK"),
        ("id\na\n".encode("utf-16"), "the file is UTF-16"),
        (b"id\n\xff\xff\n", "line 2 is not utf-8: save the file as CSV UTF-8"),
    ],
)
def test_files_that_are_no_recipients_are_told_plainly(data: bytes, reason: str) -> None:
    with pytest.raises(AudienceError, match=reason):
        read(data)


@pytest.mark.parametrize("data", [b"id\na\n\xff", b"id\n" + "中".encode()[:2], b"id\n" + b"a\n" * 9_000 + b"\xff\n"])
def test_the_line_that_is_not_in_the_encoding_is_named(data: bytes) -> None:
    last = data.count(b"\n") + (not data.endswith(b"\n"))
    with pytest.raises(AudienceError, match=f"line {last} is not utf-8"):
        read(data)


def test_a_file_is_read_piece_by_piece(tmp_path: Path) -> None:
    """Whoever hands in a file holds no second copy of it."""
    path = tmp_path / "people.csv"
    path.write_text("id,email\n" + "".join(f"p{n},p{n}@example.org\n" for n in range(2_000)))
    sizes: list[int] = []

    class Watched(io.FileIO):
        def readinto(self, buffer: Any, /) -> int | None:
            sizes.append(len(buffer))
            return super().readinto(buffer)

    with io.BufferedReader(Watched(path)) as file:
        rows = read_csv(file, language="zh-CN", today=TODAY)
        assert not file.closed
    assert (len(rows.recipients), rows.problems) == (2_000, ())
    assert max(sizes) < path.stat().st_size / 2


def test_reasons_are_said_in_chinese_too() -> None:
    rows = read(HEAD + "a,!,x,y,,,z,\na,en,CN,,,,,\nb,en,CN,,nobody,,,\nc,en,CN,,,,,12\n,en\n")
    told = [problem.told("zh-CN") for problem in rows.problems]
    assert told[0] == "第 2 行，`language` 列：不是语言标记：'!'（例如 zh-CN、en）"
    assert len(told) == 8
    for line in told:
        assert not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", line), line
    with pytest.raises(AudienceError) as caught:
        read("id,id\n")
    assert caught.value.why.told("zh-CN") == "第 1 行有重复的列：id"


def test_every_reason_has_words_in_every_language() -> None:
    english, chinese = (
        tomllib.loads((FOLDER / language / "rows.toml").read_text(encoding="utf-8")) for language in LANGUAGES
    )
    for part in ("file", "row", "cell"):
        assert english[part].keys() == chinese[part].keys()
        for key, words in english[part].items():
            names = [set(re.findall(r"{(\w+)", text)) for text in (words, chinese[part][key])]
            assert names[1] <= names[0] <= names[1] | {"detail"}, key


def test_gbk_is_read_where_it_is_said() -> None:
    rows = read("id,guardian_id,guardian_relation\na,old,父亲\n".encode("gbk"), encoding="gb18030")
    assert rows.recipients[0].guardian_relation == "父亲"


@pytest.mark.parametrize(
    ("person", "minor"),
    [
        (Recipient("a", "en", birth_date=date(2008, 11, 1)), False),
        (Recipient("a", "en", birth_date=date(2008, 11, 2)), True),
        (Recipient("a", "en", age_band="14-17"), True),
        (Recipient("a", "en", age_band="18+"), False),
        (Recipient("a", "en", guardian_id="b"), True),
        (Recipient("a", "en"), False),
    ],
)
def test_who_counts_as_a_child(person: Recipient, minor: bool) -> None:
    assert is_minor(person, on=TODAY, under=18) is minor


def test_somebody_born_on_a_leap_day_comes_of_age_in_march() -> None:
    person = Recipient("a", "en", birth_date=date(2008, 2, 29))
    assert is_minor(person, on=date(2026, 2, 28), under=18)
    assert not is_minor(person, on=date(2026, 3, 1), under=18)


def test_people_are_replaced_with_their_addresses(database: Database, now: datetime) -> None:
    both = Recipient("a", "en", "CN", addresses={"email": "a@example.org", "sms": "+8613800138000"})
    recipients.save(database, [both, Recipient("b", "en")], now)
    moved = Recipient("a", "zh-CN", "CN", date(2000, 1, 1), addresses={"email": "b@example.org"})
    assert recipients.save(database, [moved], now) == 1
    assert recipients.get(database, "a") == moved
    assert recipients.get(database, "x") is None
    assert (recipients.count(database), recipients.known(database)) == (2, {"a", "b"})


def test_secrets_come_from_files_and_not_from_both_places(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("old\nnew\n")
    settings = Settings.load({"POLICYCTL_SECRET_KEY_FILE": str(tmp_path / "key")}, tmp_path)
    assert settings.secrets == ("old", "new")
    assert settings.database_url == f"sqlite:///{tmp_path}/.policyctl/notifier.db"
    with pytest.raises(ConfigError) as caught:
        Settings.load(
            {"POLICYCTL_SECRET_KEY": "a", "POLICYCTL_SECRET_KEY_FILE": "b", "POLICYCTL_SMTP_URL_FILE": "/none"},
            tmp_path,
        )
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "POLICYCTL_SECRET_KEY",
        "POLICYCTL_SECRET_KEY_FILE",
        "POLICYCTL_SMTP_URL_FILE",
    ]
