"""The kinds of column that the tables are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Dialect, Integer, Text, TypeDecorator

BIG: Final = BigInteger().with_variant(Integer, "sqlite")  # SQLite makes row ids only for INTEGER


class UTCDateTime(TypeDecorator[datetime]):
    """A moment; kept in UTC, refused when it is naive, because SQLite would silently drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def one_of(column: str, values: tuple[str, ...], name: str) -> CheckConstraint:
    """Allow these values only."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


def either(column: str, values: tuple[str, ...], name: str) -> CheckConstraint:
    """Allow these values only, in a table that grows by millions of rows.

    SQLite builds a list of `IN` anew for each row, which costs more than the insert itself; comparisons cost nothing.
    """
    return CheckConstraint(" OR ".join(f"{column} = '{value}'" for value in values), name=name)


def text_column(name: str, *args: Any, nullable: bool = False, **options: Any) -> Column[str]:
    """Declare a text column, required unless said otherwise."""
    return Column(name, Text, *args, nullable=nullable, **options)


def moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    """Declare a moment in UTC."""
    return Column(name, UTCDateTime, nullable=nullable)
