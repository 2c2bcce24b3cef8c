"""What an export may hold, what it holds, and that it is written down who took it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.database import Database
from api.ledger.pictures import ledger_pictures
from api.ledger.schemas import LedgerQuery, LedgerRow
from api.ledger.store import count_lines, every_line
from api.stats.csv_text import BOM, as_csv
from api.storage import EvidenceStorage
from vision.errors import InvalidError

Format = Literal["csv", "xlsx", "pdf"]
MOST: Final[dict[Format, int]] = {"xlsx": 20_000, "pdf": 2_000}
MOST_PICTURES: Final = 500
CSV_CHUNK: Final = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """The lines of an export with their pictures."""

    rows: list[LedgerRow]
    pictures: dict[UUID, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants which lines, in which form."""

    person: Person
    query: LedgerQuery
    zone: ZoneInfo
    format: Format
    pictures: bool = False


def take(database: Database, storage: EvidenceStorage, wanted: Wanted) -> Taken:
    """Lines and pictures of a workbook or a paper; InvalidError when they are too many."""
    with database.reading() as session:
        _refuse_many(session, wanted)
        rows = list(every_line(session, wanted.person, wanted.query, wanted.zone))
    with database.writing() as session:
        ids = [row.alert_id for row in rows if row.alert_id] if wanted.pictures else []
        pictures = ledger_pictures(session, storage, wanted.person.id, ids)
        note(session, wanted, len(rows))
    return Taken(rows, pictures)


def _refuse_many(session: Session, wanted: Wanted) -> None:
    count = count_lines(session, wanted.person, wanted.query, wanted.zone)
    most = MOST_PICTURES if wanted.pictures else MOST[wanted.format]
    if count > most:
        kind = "with pictures" if wanted.pictures else f"as {wanted.format.upper()}"
        raise InvalidError(
            f"{count} lines are more than {most} {kind}: choose fewer days, "
            f"{'leave the pictures out' if wanted.pictures else 'or take the CSV'}",
            "from",
        )


def note(session: Session, wanted: Wanted, count: int) -> None:
    """Write down who took which lines."""
    given = wanted.query.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    told = {"format": wanted.format, "pictures": wanted.pictures, "lines": count, "query": given}
    audit.append(session, wanted.person.id, "ledger.exported", wanted.person.id, **told)


def csv_pieces(database: Database, wanted: Wanted) -> Iterator[str]:
    """The whole ledger as CSV, however long it is; the log says so first."""
    with database.writing() as session:
        note(session, wanted, count_lines(session, wanted.person, wanted.query, wanted.zone))
    return _pieces(database, wanted)


def _pieces(database: Database, wanted: Wanted) -> Iterator[str]:
    head = list(LedgerRow.model_fields)
    yield as_csv(head, [])
    with database.reading() as session:
        some: list[list[object]] = []
        for row in every_line(session, wanted.person, wanted.query, wanted.zone):
            told = row.model_dump(mode="json")
            told["signers"] = " · ".join(row.signers)
            some.append([told[name] for name in head])
            if len(some) == CSV_CHUNK:
                yield _without_head(head, some)
                some = []
        yield _without_head(head, some)


def _without_head(head: list[str], rows: list[list[object]]) -> str:
    return as_csv(head, rows).removeprefix(BOM).split("\r\n", 1)[1]
