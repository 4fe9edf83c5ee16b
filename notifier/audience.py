"""Who is told: recipients from CSV, each row right or named with line, column and reason; and who counts as a child."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Final

from notifier.cells import AGE_BANDS, CellError, Reason, cell, identifier, place
from notifier.cells import language as tag
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
_PIECE: Final = 1 << 20  # bytes


class AudienceError(PolicyError):
    """The file as a whole cannot be read as recipients."""

    def __init__(self, key: str, **values: object) -> None:
        self.why = Reason(f"file.{key}", **values)
        super().__init__(self.why.told("en"))


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be taken: line (1-based, as an editor counts), column name, reason."""

    line: int
    column: str
    why: Reason

    @property
    def reason(self) -> str:
        """Give the reason in English."""
        return self.why.told("en")

    def told(self, language: str) -> str:
        """Say where and why."""
        return place(language, self.line, self.column, self.why.told(language))

    def __str__(self) -> str:
        return self.told("en")


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file holds: the good rows and every problem of the others, in order of lines."""

    recipients: tuple[Recipient, ...]
    problems: tuple[Problem, ...]
    bad_rows: int = 0


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
        name = row.get("id", "").strip()
        if name in self.seen:
            self.problems.append(Problem(line, "id", Reason("row.stands", value=name, first=self.seen[name])))
        self.seen.setdefault(name, line)
        if len(self.problems) == before:
            self.good.append((line, _recipient(read)))

    def _cell(self, line: int, name: str, value: str, row: dict[str, str]) -> object:
        """Read one cell; an empty one is None except where something is required."""
        try:
            if name == "id":
                return identifier(value)
            if name == "language":
                return tag(value or self.language)
            if not value:
                return None
            return cell(name, value, row, self.today)
        except CellError as error:
            self.problems.append(Problem(line, name, error.reason))
            return None


def read_csv(
    data: bytes | IO[bytes],
    *,
    language: str,
    today: date,
    known: Container[str] = frozenset(),
    encoding: str = "utf-8",
) -> Rows:
    """Read recipients from CSV with a header line, row by row: of a file (seekable) no more than a piece is held.

    `language` fills empty cells, `known` holds the ids already stored (guardians may be among them). Raises
    AudienceError when the file as a whole is not readable; whatever is wrong with a row is a Problem, never dropped.
    """
    source = io.BytesIO(data) if isinstance(data, bytes) else data
    utf8 = encoding.lower().replace("-", "") == "utf8"
    if source.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        raise AudienceError("utf16")
    source.seek(0)
    try:
        text = io.TextIOWrapper(source, "utf-8-sig" if utf8 else encoding, newline="")
    except LookupError as error:
        raise AudienceError("encoding", encoding=encoding) from error
    try:
        return _read(csv.reader(text, strict=True), _Reader(language, today), known)
    except UnicodeDecodeError as error:
        line, key = _undecodable(source, encoding), "gbk" if _reads(source, "gb18030") else "undecodable"
        raise AudienceError(key, line=line, encoding=encoding) from error
    finally:
        text.detach()


def _read(lines: Iterator[list[str]], reader: _Reader, known: Container[str]) -> Rows:
    header, problems = _header(lines)
    reader.problems.extend(problems)
    for line, cells in _rows(lines, reader.problems):
        if len(cells) != len(header):
            why = Reason("row.cells", found=len(cells), wanted=len(header))
            reader.problems.append(Problem(line, header[min(len(cells), len(header)) - 1], why))
            continue
        reader.take(line, dict(zip(header, cells, strict=True)))
    good = _with_guardians(reader, known)
    bad = len({problem.line for problem in reader.problems} - {1})
    return Rows(tuple(good), tuple(sorted(reader.problems, key=lambda p: p.line)), bad)


def _undecodable(source: IO[bytes], encoding: str) -> int:
    """Find the line whose bytes are not in an encoding."""
    source.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 0
    for line, raw in enumerate(source, 1):  # noqa: B007 - the line that fails is what is asked for
        try:
            decoder.decode(raw)
        except UnicodeDecodeError:
            break
    return line


def _reads(source: IO[bytes], encoding: str) -> bool:
    """Say whether the whole file reads in an encoding."""
    source.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := source.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _header(lines: Iterator[list[str]]) -> tuple[list[str], list[Problem]]:
    """Read the names of the columns: `id` must be there, none twice, unknown ones are problems."""
    try:
        header = [name.strip() for name in next(lines)]
    except StopIteration:
        raise AudienceError("empty") from None
    except csv.Error as error:
        raise AudienceError("header", detail=error) from error
    allowed = ", ".join(COLUMNS)
    if "id" not in header:
        raise AudienceError("no-id", allowed=allowed)
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise AudienceError("twice", columns=", ".join(sorted(twice)))
    return header, [Problem(1, n, Reason("row.unknown", allowed=allowed)) for n in header if n not in COLUMNS]


def _rows(lines: Iterator[list[str]], problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line it starts on; blank lines are none; broken quoting ends the file, told."""
    first = 2
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(Problem(first, "id", Reason("row.broken", detail=error)))
            return
        line, first = first, _line_of(lines) + 1
        if cells:
            yield line, cells


def _line_of(lines: object) -> int:
    """Return how many lines the CSV reader has read."""
    count: int = getattr(lines, "line_num")  # noqa: B009 - the type of csv readers has no public name
    return count


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
            reader.problems.append(Problem(line, "guardian_id", Reason("row.self")))
        elif guardian and guardian not in good and guardian not in known:
            reader.problems.append(Problem(line, "guardian_id", Reason("row.guardian", value=guardian)))
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
