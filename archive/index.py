"""The look-up index: every release and every text once, in one SQLite file that can be thrown away and made again.

Texts lie under their SHA-256, compressed; releases point at them. A look-up by number or by date is one indexed query
and one text. An update reads only what the index does not have yet; git stays the truth.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import zlib
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final, Self

import msgspec

from archive.proof import CHECKPOINT, LOG, Log
from policy_versions.errors import UnknownVersionError
from policy_versions.model import Publisher, Release
from policy_versions.release import Record

SCHEMA: Final = 1
Raw = bytes  # the class below has a method of that name
_TABLES: Final = """
CREATE TABLE about (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE texts (sha256 BLOB PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE releases (
  policy TEXT NOT NULL, place INTEGER NOT NULL, number TEXT NOT NULL, effective_on TEXT, withdrawn_on TEXT,
  release BLOB NOT NULL, PRIMARY KEY (policy, place)) WITHOUT ROWID;
CREATE UNIQUE INDEX by_number ON releases (policy, number);
CREATE INDEX by_date ON releases (policy, effective_on, place);
CREATE TABLE release_texts (
  policy TEXT NOT NULL, number TEXT NOT NULL, language TEXT NOT NULL, sha256 BLOB NOT NULL,
  PRIMARY KEY (policy, number, language)) WITHOUT ROWID;
"""
_ON: Final = """
SELECT t.data FROM releases r JOIN release_texts x ON x.policy = r.policy AND x.number = r.number AND x.language = ?2
JOIN texts t ON t.sha256 = x.sha256
WHERE r.policy = ?1 AND r.effective_on <= ?3 AND (r.withdrawn_on IS NULL OR r.withdrawn_on > ?3)
ORDER BY r.effective_on DESC, r.place DESC LIMIT 1
"""
_BY_NUMBER: Final = """
SELECT t.data FROM release_texts x JOIN texts t ON t.sha256 = x.sha256
WHERE x.policy = ? AND x.number = ? AND x.language = ?
"""


class Index:
    """Releases and texts of a policy repository; may be used from several threads. A source for `archive.site`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self._lock = connection, threading.Lock()
        self._releases = lru_cache(maxsize=None)(self._read_releases)
        self._publisher: Publisher | None = None

    @classmethod
    def open(cls, file: Path | None = None) -> Self:
        """Open an index file, made anew where it is absent, of another form or no database; without one, in memory."""
        if file is None:
            return cls(_laid_out(":memory:"))
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            return cls(_laid_out(file))
        except sqlite3.DatabaseError:
            file.unlink()
            return cls(_laid_out(file))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def update(self, record: Record) -> int:
        """Take over what a record has and the index lacks, in one transaction; return how many texts were new."""
        mark = fingerprint(record)
        with self._lock:
            if self._about("fingerprint") == mark:
                return 0
            with self._connection:
                added = self._fill(record, mark)
            self._forget()
        return added

    @property
    def fingerprint(self) -> Raw:
        """Return what the index was last made from; empty when it is new."""
        with self._lock:
            return self._about("fingerprint")

    @property
    def publisher(self) -> Publisher:
        """Return who publishes."""
        if self._publisher is None:
            with self._lock:
                self._publisher = msgspec.json.decode(self._about("publisher"), type=Publisher)
        return self._publisher

    @property
    def log(self) -> Log:
        """Return the transparency log."""
        with self._lock:
            return Log(self._about("log"), self._about("checkpoint"))

    def policies(self) -> tuple[str, ...]:
        """Name the policies."""
        with self._lock:
            return msgspec.json.decode(self._about("policies") or b"[]", type=tuple[str, ...])

    def releases(self, policy: str, *, today: date) -> tuple[Release, ...]:
        """Return the releases of a policy, oldest first, with the status that they had when they were read."""
        with self._lock:
            return self._releases(policy)

    def bytes(self, release: Release, language: str) -> Raw:
        """Return the published bytes of a text; UnknownVersionError when there is none."""
        return self.text_of(release.policy, release.number, language)

    def text_of(self, policy: str, number: str, language: str) -> Raw:
        """Return a text by number; UnknownVersionError when there is none."""
        return self._one(_BY_NUMBER, (policy, number, language), f"{policy} {number} in {language}")

    def text_on(self, policy: str, language: str, day: date) -> Raw:
        """Return the text in force on a day; UnknownVersionError when there was none."""
        return self._one(_ON, (policy, language, day.isoformat()), f"{policy} in {language} on {day}")

    def _one(self, query: str, values: tuple[str, ...], what: str) -> Raw:
        with self._lock:
            row = self._connection.execute(query, values).fetchone()
        if row is None:
            raise UnknownVersionError(f"the archive has no text of {what}")
        return zlib.decompress(row[0])

    def _forget(self) -> None:
        self._publisher = None
        self._releases.cache_clear()

    def _about(self, key: str) -> Raw:
        row = self._connection.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return Raw(row[0]) if row else b""

    def _read_releases(self, policy: str) -> tuple[Release, ...]:
        rows = self._connection.execute("SELECT release FROM releases WHERE policy = ? ORDER BY place", (policy,))
        return tuple(msgspec.json.decode(row[0], type=Release) for row in rows)

    def _fill(self, record: Record, mark: Raw) -> int:
        policies = record.policies()
        everything = [r for p in policies for r in record.releases(p, today=date.max)]
        added = self._add_texts(record, everything)
        self._connection.execute("DELETE FROM releases")
        self._connection.execute("DELETE FROM release_texts")
        places: dict[str, int] = dict.fromkeys(policies, 0)
        for release in everything:
            place = places[release.policy]
            places[release.policy] += 1
            row = (release.policy, place, release.number, release.effective_on, release.withdrawn_on)
            self._connection.execute(
                "INSERT INTO releases VALUES (?, ?, ?, ?, ?, ?)",
                (*(str(v) if isinstance(v, date) else v for v in row), msgspec.json.encode(release)),
            )
            self._connection.executemany(
                "INSERT INTO release_texts VALUES (?, ?, ?, ?)",
                [(release.policy, release.number, k, Raw.fromhex(t.sha256)) for k, t in release.texts.items()],
            )
        self._connection.execute("DELETE FROM texts WHERE sha256 NOT IN (SELECT sha256 FROM release_texts)")
        about = {
            "policies": msgspec.json.encode(policies),
            "publisher": msgspec.json.encode(record.publisher),
            "log": record.repository.read(record.head, LOG) or b"",
            "checkpoint": record.repository.read(record.head, CHECKPOINT) or b"",
            "fingerprint": mark,
        }
        self._connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", about.items())
        return added

    def _add_texts(self, record: Record, releases: Iterable[Release]) -> int:
        """Store texts that are not there yet; blobs are read in one go."""
        known = {Raw(row[0]) for row in self._connection.execute("SELECT sha256 FROM texts")}
        wanted = {t.blob: Raw.fromhex(t.sha256) for r in releases for t in r.texts.values()}
        blobs = {blob: digest for blob, digest in wanted.items() if digest not in known}
        count = 0
        for blob, data in record.repository.blobs(sorted(blobs)):
            digest = hashlib.sha256(data).digest()
            if digest != blobs[blob]:
                raise UnknownVersionError(f"the text {blob} is not the one that was published: run `policyctl verify`")
            values = (digest, zlib.compress(data, 1))
            count += self._connection.execute("INSERT OR IGNORE INTO texts VALUES (?, ?)", values).rowcount
        return count


def fingerprint(record: Record) -> bytes:
    """Return what changes when the record does: its commit and the tags that make releases."""
    tags = sorted((t.name, t.commit) for t in record.repository.tags().values())
    return hashlib.sha256(repr((SCHEMA, record.head, tags)).encode()).digest()


def _laid_out(file: Path | str) -> sqlite3.Connection:
    """Open a database and lay out its tables; one of another form is emptied first, for it can be made again."""
    connection = sqlite3.connect(file, check_same_thread=False)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != SCHEMA:
            with closing(connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")) as names:
                tables = [name for (name,) in names]
            for table in tables:
                connection.execute(f'DROP TABLE "{table}"')
            connection.executescript(_TABLES)
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
            connection.commit()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
