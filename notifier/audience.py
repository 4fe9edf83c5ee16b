"""Who is told: recipients from CSV, each row right or named with line, column and reason; and who counts as a child."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from notifier.model import Recipient
from policy_versions.errors import PolicyError

COLUMNS: Final = (
    "id",
    "language",
    "jurisdiction",
    "birth_date",
    "age_band",
    "guardian_id",
    "guardian_relation",
    "email",
    "phone",
)
AGE_BANDS: Final = {"0-13": 13, "14-17": 17, "18+": 18}  # band -> the highest age in it that counts
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_PLACE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_REGION: Final = re.compile(r"[A-Z]{2}")


class AudienceError(PolicyError):
    """The file as a whole cannot be read as recipients."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be taken: line (1-based, as an editor counts), column name, reason."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}, column `{self.column}`: {self.reason}"


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file holds: the good rows and every problem of the others, in order of lines."""

    recipients: tuple[Recipient, ...]
    problems: tuple[Problem, ...]
    bad_rows: int = 0


class _CellError(ValueError):
    """A cell is not as it should be; the message says why."""


@dataclass(slots=True)
class _Reader:
    """Reads rows one by one and remembers where each id stood."""

    language: str
    today: date
    seen: dict[str, int] = field(default_factory=dict)
    good: list[tuple[int, Recipient]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def take(self, line: int, row: dict[str, str]) -> None:
        """Take a row, or note all that is wrong with it."""
        before = len(self.problems)
        read = {name: self._cell(line, name, row.get(name, "").strip(), row) for name in COLUMNS}
        identifier = row.get("id", "").strip()
        if identifier in self.seen:
            reason = f"the id {identifier!r} stands already on line {self.seen[identifier]}"
            self.problems.append(Problem(line, "id", reason))
        self.seen.setdefault(identifier, line)
        if len(self.problems) == before:
            self.good.append((line, _recipient(read)))

    def _cell(self, line: int, name: str, value: str, row: dict[str, str]) -> object:
        """Read one cell; an empty one is None except where something is required."""
        try:
            if name == "id":
                return _identifier(value)
            if name == "language":
                return _language(value or self.language)
            if not value:
                return None
            return _cell_of(name, value, row, self.today)
        except _CellError as error:
            self.problems.append(Problem(line, name, str(error)))
            return None


def read_csv(
    data: bytes,
    *,
    language: str,
    today: date,
    known: Container[str] = frozenset(),
    encoding: str = "utf-8",
) -> Rows:
    """Read recipients from CSV with a header line.

    `language` fills empty cells, `known` holds the ids already stored (guardians may be among them). Raises
    AudienceError when the file as a whole is not readable; whatever is wrong with a row is a Problem, never dropped.
    """
    lines = csv.reader(io.StringIO(_decode(data, encoding), newline=""), strict=True)
    reader = _Reader(language, today)
    header, problems = _header(lines)
    reader.problems.extend(problems)
    for line, cells in _rows(lines, reader.problems):
        if len(cells) != len(header):
            reason = f"{len(cells)} cells where the header has {len(header)}"
            reader.problems.append(Problem(line, header[min(len(cells), len(header)) - 1], reason))
            continue
        reader.take(line, dict(zip(header, cells, strict=True)))
    good = _with_guardians(reader, known)
    bad = len({problem.line for problem in reader.problems} - {1})
    return Rows(tuple(good), tuple(sorted(reader.problems, key=lambda p: p.line)), bad)


def _decode(data: bytes, encoding: str) -> str:
    """Decode the file; say plainly which line is not in the encoding and what it looks like instead."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise AudienceError("the file is UTF-16: save it as CSV UTF-8")
    try:
        return data.decode("utf-8-sig" if encoding.lower().replace("-", "") == "utf8" else encoding)
    except LookupError as error:
        raise AudienceError(f"no such encoding: {encoding!r} (allowed: utf-8, gb18030, ...)") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise AudienceError(f"line {line} is not {encoding}{_guess(data)}") from error


def _guess(data: bytes) -> str:
    """Name GB 18030 (GBK) where the bytes read as that."""
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return ": save the file as CSV UTF-8"
    return ": it reads as GBK (GB 18030); save it as CSV UTF-8 or pass --encoding gb18030"


def _header(lines: Iterator[list[str]]) -> tuple[list[str], list[Problem]]:
    """Read the names of the columns: `id` must be there, none twice, unknown ones are problems."""
    try:
        header = [name.strip() for name in next(lines)]
    except StopIteration:
        raise AudienceError("the file is empty: the first line names the columns") from None
    except csv.Error as error:
        raise AudienceError(f"line 1 is not CSV: {error}") from error
    if "id" not in header:
        raise AudienceError(f"line 1 names no column `id` (allowed: {', '.join(COLUMNS)})")
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise AudienceError(f"line 1 names a column twice: {', '.join(sorted(twice))}")
    allowed = ", ".join(COLUMNS)
    return header, [Problem(1, n, f"unknown column (allowed: {allowed})") for n in header if n not in COLUMNS]


def _rows(lines: Iterator[list[str]], problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line it starts on; blank lines are none; broken quoting ends the file, told."""
    first = 2
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(Problem(first, "id", f"not CSV from here on, nothing after it was read: {error}"))
            return
        line, first = first, _line_of(lines) + 1
        if cells:
            yield line, cells


def _line_of(lines: object) -> int:
    """Return how many lines the CSV reader has read."""
    count: int = getattr(lines, "line_num")  # noqa: B009 - the type of csv readers has no public name
    return count


def _identifier(value: str) -> str:
    if not value:
        raise _CellError("empty: each person needs the company's own id")
    if not value.isprintable():
        raise _CellError("holds a control character")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise _CellError(f"not a language tag: {value!r} (such as zh-CN or en)")
    return value


def _place(value: str) -> str:
    if not _PLACE.fullmatch(value):
        raise _CellError(f"not a jurisdiction: {value!r} (such as CN, EU or US-CA)")
    return value


def _band(value: str) -> str:
    if value not in AGE_BANDS:
        raise _CellError(f"not an age band: {value!r} (allowed: {', '.join(AGE_BANDS)})")
    return value


def _email(value: str) -> str:
    try:
        found = validate_email(value, check_deliverability=False)
    except EmailNotValidError as error:
        raise _CellError(f"not an e-mail address: {value!r}: {error}") from error
    return found.ascii_email or found.normalized


def _birth(value: str, today: date) -> date:
    try:
        born = date.fromisoformat(value)
    except ValueError as error:
        raise _CellError(f"not a date: {value!r} (YYYY-MM-DD)") from error
    if not date(1900, 1, 1) <= born <= today:
        raise _CellError(f"not a birth date: {value} (1900-01-01 to {today})")
    return born


def _phone(value: str, place: str) -> str:
    region = place[:2] if _REGION.fullmatch(place[:2]) and place[:2] != "EU" else "CN"
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException as error:
        raise _CellError(f"not a telephone number: {value!r}") from error
    if not phonenumbers.is_valid_number(number):
        raise _CellError(f"no such telephone number: {value!r}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_SIMPLE: Final[dict[str, Callable[[str], str]]] = {
    "jurisdiction": _place,
    "age_band": _band,
    "guardian_id": _identifier,
    "guardian_relation": _identifier,
    "email": _email,
}


def _cell_of(name: str, value: str, row: dict[str, str], today: date) -> object:
    if name == "birth_date":
        return _birth(value, today)
    if name == "phone":
        return _phone(value, row.get("jurisdiction", "").strip())
    return _SIMPLE[name](value)


def _recipient(read: dict[str, object]) -> Recipient:
    """Make a recipient of cells that were all found good."""
    pairs = (("email", read.pop("email")), ("sms", read.pop("phone")))
    read["addresses"] = {channel: str(address) for channel, address in pairs if address}
    read["jurisdiction"] = read["jurisdiction"] or ""
    return Recipient(**read)  # type: ignore[arg-type]


def _with_guardians(reader: _Reader, known: Container[str]) -> Sequence[Recipient]:
    """Keep the rows whose guardian somebody is; a guardian whose own row is bad is unknown too."""
    good = {recipient.id for _line, recipient in reader.good}
    kept = []
    for line, recipient in reader.good:
        guardian = recipient.guardian_id
        if guardian == recipient.id:
            reader.problems.append(Problem(line, "guardian_id", "nobody is their own guardian"))
        elif guardian and guardian not in good and guardian not in known:
            reason = f"no such person: {guardian!r} is neither in this file nor stored"
            reader.problems.append(Problem(line, "guardian_id", reason))
        else:
            kept.append(recipient)
    return kept


def is_minor(recipient: Recipient, *, on: date, under: int) -> bool:
    """Say whether a guardian must be asked: younger than `under` years, or of unknown age and with a guardian named."""
    if recipient.birth_date is not None:
        return age(recipient.birth_date, on) < under
    if recipient.age_band:
        return AGE_BANDS[recipient.age_band] < under
    return recipient.guardian_id is not None


def age(born: date, on: date) -> int:
    """Return the age in full years; somebody born on 29 February is a year older from 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
