"""The ledger over JSON, as CSV, as a workbook and on paper."""

from __future__ import annotations

from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.accounts.schemas import SignedIn
from api.database import now
from api.deps import DatabaseDep, SettingsDep, StorageDep, require
from api.errors import problems
from api.ledger.exports import Taken, Wanted, csv_pieces, take
from api.ledger.schemas import LedgerParams, LedgerQuery, LedgerRow, VisitLine
from api.ledger.sheets import MEDIA_TYPE
from api.ledger.store import list_ledger
from api.ledger.visits import list_visits
from api.pages import Page
from api.web.language import LanguageCode
from api.web.ledger_paper import LedgerPaper, ledger_pdf, ledger_workbook
from api.web.rendering import language_of

router = APIRouter(prefix="/api/v1", tags=["ledger"])
LedgerDep = Annotated[SignedIn, Depends(require("inspector", "supervisor", "admin"))]


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "string", "format": "binary"}
    return {200: {"content": {media_type: {"schema": schema}}, "description": "the file"}}


CSV: Final = _file("text/csv")


class ExportQuery(LedgerQuery):
    """The ledger's filters, the language and whether pictures come along."""

    language: LanguageCode | None = None
    pictures: bool = False

    @property
    def ledger(self) -> LedgerQuery:
        """The filters alone."""
        given = self.model_dump(exclude={"language", "pictures", "cursor", "limit"}, by_alias=True)
        return LedgerQuery.model_validate(given)


ExportParams = Annotated[ExportQuery, Query()]


@router.get("/ledger", responses=problems(401, 403, 422))
def read_ledger(
    query: LedgerParams, found: LedgerDep, database: DatabaseDep, settings: SettingsDep
) -> Page[LedgerRow]:
    """Cases with their orders, newest first; `by` says to what `from` and `until` belong."""
    with database.reading() as session:
        return list_ledger(session, found.person, query, ZoneInfo(settings.time_zone))


@router.get("/ledger/visits", responses=problems(401, 403, 422))
def read_visits(
    query: LedgerParams, found: LedgerDep, database: DatabaseDep, settings: SettingsDep
) -> Page[VisitLine]:
    """Finished visits, newest first."""
    with database.reading() as session:
        return list_visits(session, found.person, query, ZoneInfo(settings.time_zone))


@router.get("/ledger.csv", response_class=Response, responses=CSV | problems(401, 403, 422))
def export_csv(
    query: ExportParams, found: LedgerDep, database: DatabaseDep, settings: SettingsDep
) -> Response:
    """Every line that fits, however many, as a table for programs."""
    wanted = Wanted(found.person, query.ledger, ZoneInfo(settings.time_zone), "csv")
    headers = {"Content-Disposition": 'attachment; filename="ledger.csv"'}
    pieces = csv_pieces(database, wanted)
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    "/ledger.xlsx", response_class=Response, responses=_file(MEDIA_TYPE) | problems(401, 403, 422)
)
def export_workbook(
    request: Request,
    query: ExportParams,
    found: LedgerDep,
    database: DatabaseDep,
    storage: StorageDep,
    settings: SettingsDep,
) -> Response:
    """An Excel workbook, with a blurred picture a case when `pictures` says so."""
    zone = ZoneInfo(settings.time_zone)
    wanted = Wanted(found.person, query.ledger, zone, "xlsx", query.pictures)
    taken = take(database, storage, wanted)
    paper = _paper(request, query, wanted, taken)
    return download(ledger_workbook(paper), MEDIA_TYPE, "ledger.xlsx")


@router.get(
    "/ledger.pdf",
    response_class=Response,
    responses=_file("application/pdf") | problems(401, 403, 404, 422),
)
def export_pdf(
    request: Request,
    query: ExportParams,
    found: LedgerDep,
    database: DatabaseDep,
    storage: StorageDep,
    settings: SettingsDep,
) -> Response:
    """The same on paper; 404 where the server has no WeasyPrint."""
    zone = ZoneInfo(settings.time_zone)
    wanted = Wanted(found.person, query.ledger, zone, "pdf", query.pictures)
    taken = take(database, storage, wanted)
    paper = _paper(request, query, wanted, taken)
    return download(ledger_pdf(paper), "application/pdf", "ledger.pdf")


def _paper(request: Request, query: ExportQuery, wanted: Wanted, taken: Taken) -> LedgerPaper:
    return LedgerPaper(
        taken.rows,
        wanted.query,
        query.language or language_of(request),
        wanted.zone,
        now(),
        wanted.person.name,
        taken.pictures,
    )


def download(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
