"""Rows by the hundred thousand: PostgreSQL takes them by COPY, SQLite in large statements."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Table
from sqlalchemy.orm import Session

CHUNK: Final = 20_000


class Writer:
    """Collects rows by table and writes them in the order in which the tables were named.

    Every row of a table has the same keys; ``tables`` go from those named to those that name them.
    """

    def __init__(self, session: Session, tables: tuple[Any, ...]) -> None:
        self._session = session
        self._tables: dict[str, Table] = {one.__tablename__: one.__table__ for one in tables}
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in self._tables}
        self.written: dict[str, int] = dict.fromkeys(self._tables, 0)
        self._copies = session.get_bind().dialect.name == "postgresql"

    def add(self, model: Any, **row: Any) -> None:
        """Keep a row by its column names."""
        rows = self._rows[model.__tablename__]
        rows.append(row)
        if len(rows) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write what was kept."""
        for name, rows in self._rows.items():
            if rows:
                self._write(self._tables[name], rows)
                self.written[name] += len(rows)
                rows.clear()

    def _write(self, table: Table, rows: list[dict[str, Any]]) -> None:
        connection = self._session.connection()
        if not self._copies:
            connection.execute(table.insert(), rows)
            return
        names = list(rows[0])
        columns = ", ".join(f'"{name}"' for name in names)
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.cursor().copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])
