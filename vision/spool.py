"""The door to the spool on disk: alerts and their evidence, safe once ``put`` returns."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from vision.alert import Alert, AlertUpdate, EvidenceRef
from vision.chain import digest, sync_folder
from vision.errors import ConflictError, DeliveryError, EvidenceError

BUSY_TIMEOUT_S: Final = 30.0
# A folder this old without its alert was left by a crash between copying and recording.
ORPHAN_S: Final = 3600.0
PAGE: Final = 100
COLUMNS: Final = "seq, kind, alert_id, camera_id, body, state, problem"
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS items (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('alert', 'update')),
    alert_id TEXT NOT NULL,
    camera_id TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'posted', 'refused')),
    problem TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_alert ON items (alert_id) WHERE kind = 'alert';
CREATE INDEX IF NOT EXISTS by_alert ON items (alert_id);
CREATE INDEX IF NOT EXISTS by_state ON items (state, seq);
CREATE TABLE IF NOT EXISTS files (
    alert_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    problem TEXT,
    PRIMARY KEY (alert_id, sha256)
) STRICT;
"""


class Item(NamedTuple):
    """One thing to tell the API; ``problem`` says why it was refused."""

    seq: int
    kind: Literal["alert", "update"]
    alert_id: str
    camera_id: str
    body: str
    state: Literal["pending", "posted", "refused"]
    problem: str


class Spool:
    """One SQLite file, and a folder of evidence beside it; any thread may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = path.with_name(path.name + ".files")
        self._guard = RLock()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._db = _connected(path)
        except (OSError, sqlite3.Error) as error:
            raise DeliveryError(
                f"{path} cannot be used as an outbox ({error}); free space, mend its rights or "
                "move it away"
            ) from error
        self._sweep()

    def close(self) -> None:
        """Close the database."""
        with self._guard:
            self._db.close()

    def add_alert(self, alert: Alert, files: Mapping[str, Path]) -> None:
        """Record an alert, its evidence copied or linked in first; a repeat changes nothing."""
        body, alert_id = alert.model_dump_json(), str(alert.id)
        if self._known(alert_id, body):
            return
        try:
            self._take_files(alert_id, alert.evidence, files)
        except OSError as error:
            raise self._full(error.strerror or str(error)) from error
        with self._writing() as db:
            done = db.execute(
                "INSERT INTO items (kind, alert_id, camera_id, body) VALUES ('alert', ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (alert_id, alert.camera_id, body),
            )
            if done.rowcount:
                rows = [(alert_id, item.sha256, item.media_type) for item in alert.evidence]
                insert = "INSERT INTO files (alert_id, sha256, media_type) VALUES (?, ?, ?)"
                db.executemany(insert, rows)

    def add_update(self, alert_id: UUID, update: AlertUpdate, camera_id: str) -> None:
        """Record what changed, for the alert's own camera where it is still known."""
        body = update.model_dump_json(exclude_none=True)
        with self._writing() as db:
            query = "SELECT camera_id FROM items WHERE alert_id = ?"
            row = db.execute(query, (str(alert_id),)).fetchone()
            db.execute(
                "INSERT INTO items (kind, alert_id, camera_id, body) VALUES ('update', ?, ?, ?)",
                (str(alert_id), row[0] if row else camera_id, body),
            )

    def items(self, *states: str) -> list[Item]:
        """Items in these states, oldest first."""
        marks = ", ".join("?" * len(states))
        query = f"SELECT {COLUMNS} FROM items WHERE state IN ({marks}) ORDER BY seq"  # noqa: S608
        return [Item(*row) for row in self._read(query, *states)]

    def queue(self) -> Iterator[Item]:
        """What waits, oldest first, read in pages so that a long outage fits in memory."""
        query = (
            f"SELECT {COLUMNS} FROM items WHERE state != 'refused' AND seq > ? "  # noqa: S608
            "ORDER BY seq LIMIT ?"
        )
        seq = 0
        while page := self._read(query, seq, PAGE):
            for row in page:
                item = Item(*row)
                seq = item.seq
                yield item

    def count(self) -> int:
        """How many items wait."""
        return int(self._read("SELECT count(*) FROM items WHERE state != 'refused'")[0][0])

    def size_bytes(self) -> int:
        """What the spool takes on the disk; files that are linked elsewhere count here too."""
        files = (path for path in self._folder.rglob("*") if path.is_file())
        own = (self._path, self._path.with_name(self._path.name + "-wal"))
        return sum(path.stat().st_size for path in (*own, *files) if path.exists())

    def mark(self, item: Item, state: Literal["posted", "refused"], problem: str = "") -> None:
        """Record how far an item has come."""
        with self._writing() as db:
            query = "UPDATE items SET state = ?, problem = ? WHERE seq = ?"
            db.execute(query, (state, problem, item.seq))

    def unsent(self, alert_id: str) -> list[tuple[str, str, Path]]:
        """Files still to upload: sha256, media type and where they lie."""
        query = "SELECT sha256, media_type FROM files WHERE alert_id = ? AND problem IS NULL"
        place = self._folder / alert_id
        return [(sha256, kind, place / sha256) for sha256, kind in self._read(query, alert_id)]

    def problems(self, alert_id: str) -> list[str]:
        """Why files of this alert were refused."""
        query = "SELECT problem FROM files WHERE alert_id = ? AND problem != ''"
        return [str(row[0]) for row in self._read(query, alert_id)]

    def mark_file(self, alert_id: str, sha256: str, problem: str) -> None:
        """A file is through (no problem) or refused."""
        with self._writing() as db:
            query = "UPDATE files SET problem = ? WHERE alert_id = ? AND sha256 = ?"
            db.execute(query, (problem, alert_id, sha256))

    def forget(self, item: Item) -> None:
        """Drop what was delivered, and the evidence with its alert."""
        with self._writing() as db:
            db.execute("DELETE FROM items WHERE seq = ?", (item.seq,))
            if item.kind == "alert":
                db.execute("DELETE FROM files WHERE alert_id = ?", (item.alert_id,))
        if item.kind == "alert":
            shutil.rmtree(self._folder / item.alert_id, ignore_errors=True)

    def drop(self, alert_id: str) -> None:
        """Drop an alert with its updates and its evidence: it is not needed."""
        with self._writing() as db:
            db.execute("DELETE FROM items WHERE alert_id = ?", (alert_id,))
            db.execute("DELETE FROM files WHERE alert_id = ?", (alert_id,))
        shutil.rmtree(self._folder / alert_id, ignore_errors=True)

    def _known(self, alert_id: str, body: str) -> bool:
        query = "SELECT body FROM items WHERE kind = 'alert' AND alert_id = ?"
        rows = self._read(query, alert_id)
        if rows and rows[0][0] != body:
            raise ConflictError(f"alert {alert_id} waits with other content; give it a new id")
        return bool(rows)

    def _take_files(
        self, alert_id: str, evidence: tuple[EvidenceRef, ...], files: Mapping[str, Path]
    ) -> None:
        if not evidence:
            return
        place = self._folder / alert_id
        place.mkdir(exist_ok=True)
        for item in evidence:
            if item.sha256 not in files:
                raise EvidenceError(f"alert {alert_id} lacks the file of evidence {item.sha256}")
            _take(files[item.sha256], place / item.sha256, item)
        sync_folder(place)
        sync_folder(self._folder)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on the disk when it ends; EvidenceError when there is no room."""
        with self._guard:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                with self._db:
                    yield self._db
            except sqlite3.OperationalError as error:
                raise self._full(str(error)) from error

    def _full(self, reason: str) -> EvidenceError:
        return EvidenceError(f"{self._path} cannot be written ({reason}); free space and run again")

    def _read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._guard:
            return self._db.execute(query, values).fetchall()

    def _sweep(self) -> None:
        """Remove evidence folders that a crash left without their alert."""
        known = {row[0] for row in self._read("SELECT alert_id FROM items WHERE kind = 'alert'")}
        for place in self._folder.iterdir():
            if place.name not in known and time.time() - place.stat().st_mtime > ORPHAN_S:
                shutil.rmtree(place, ignore_errors=True)


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        # FULL: a commit is on the disk when it returns, even if the power goes.
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _take(source: Path, target: Path, item: EvidenceRef) -> None:
    """Link the file in, or copy it where linking is not possible; check what was taken.

    A link costs no room through a long outage. It rests on evidence being replaced, never
    rewritten in place, which the evidence folder holds to.
    """
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(source)
    except FileNotFoundError as error:
        raise EvidenceError(f"evidence {source} is missing; write it before its alert") from error
    except OSError:
        shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    if digest(target) != (item.sha256, item.bytes):
        target.unlink()
        raise EvidenceError(f"evidence {source} is not what its alert names; write it again")
