"""One cell of a file of recipients: read as what its column holds, or refused with a reason in words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

AGE_BANDS: Final = {"0-13": 13, "14-17": 17, "18+": 18}  # band -> the highest age in it that counts
_FOLDER: Final = Path(__file__).parent / "templates"
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_PLACE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_REGION: Final = re.compile(r"[A-Z]{2}")


@cache
def _words(language: str) -> Mapping[str, Any]:
    return tomllib.loads((_FOLDER / language / "rows.toml").read_text(encoding="utf-8"))


def place(language: str, line: int, column: str, reason: str) -> str:
    """Say where something is wrong."""
    return str(_words(language)["place"]).format(line=line, column=column, reason=reason)


class Reason:
    """Why something is refused, to be said in any language there are words for: a key of `rows.toml` and its values."""

    __slots__ = ("key", "values")

    def __init__(self, key: str, **values: object) -> None:
        self.key, self.values = key, values

    def told(self, language: str) -> str:
        """Say it."""
        part, name = self.key.split(".")
        return str(_words(language)[part][name]).format(**self.values)


class CellError(ValueError):
    """A cell is not as it should be."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.reason = Reason(f"cell.{key}", **values)


def identifier(value: str) -> str:
    """Read the company's own name for a person."""
    if not value:
        raise CellError("empty")
    if not value.isprintable():
        raise CellError("control")
    return value


def language(value: str) -> str:
    """Read a language tag."""
    if not _LANGUAGE.fullmatch(value):
        raise CellError("language", value=value)
    return value


def cell(name: str, value: str, row: Mapping[str, str], today: date) -> object:
    """Read a cell that is not empty by the name of its column; raises CellError."""
    if name == "birth_date":
        return _birth(value, today)
    if name == "phone":
        return _phone(value, row.get("jurisdiction", "").strip())
    return _SIMPLE[name](value)


def _place(value: str) -> str:
    if not _PLACE.fullmatch(value):
        raise CellError("jurisdiction", value=value)
    return value


def _band(value: str) -> str:
    if value not in AGE_BANDS:
        raise CellError("band", value=value, allowed=", ".join(AGE_BANDS))
    return value


def _email(value: str) -> str:
    try:
        found = validate_email(value, check_deliverability=False)
    except EmailNotValidError as error:
        raise CellError("email", value=value, detail=error) from error
    return found.ascii_email or found.normalized


def _birth(value: str, today: date) -> date:
    try:
        born = date.fromisoformat(value)
    except ValueError as error:
        raise CellError("date", value=value) from error
    if not date(1900, 1, 1) <= born <= today:
        raise CellError("birth", value=value, today=today)
    return born


def _phone(value: str, where: str) -> str:
    region = where[:2] if _REGION.fullmatch(where[:2]) and where[:2] != "EU" else "CN"
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException as error:
        raise CellError("phone", value=value) from error
    if not phonenumbers.is_valid_number(number):
        raise CellError("number", value=value)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_SIMPLE: Final[dict[str, Callable[[str], str]]] = {
    "jurisdiction": _place,
    "age_band": _band,
    "guardian_id": identifier,
    "guardian_relation": identifier,
    "email": _email,
}
