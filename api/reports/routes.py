"""Reports over JSON, as a workbook and on paper."""

from __future__ import annotations

from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from api import audit
from api.accounts.schemas import SignedIn
from api.database import Database
from api.deps import DatabaseDep, SettingsDep, require
from api.errors import problems
from api.ledger.routes import download
from api.ledger.sheets import MEDIA_TYPE
from api.reports import store
from api.reports.schemas import ReportOut, ReportsOut
from api.web.language import LanguageCode
from api.web.rendering import language_of
from api.web.reports_paper import ReportPaper, report_pdf, report_workbook

router = APIRouter(prefix="/api/v1", tags=["reports"])
OfficeDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
LanguageParam = Annotated[LanguageCode | None, Query()]
FILE: Final[dict[int | str, dict[str, Any]]] = {200: {"description": "the file"}}


@router.get("/reports", responses=problems(401, 403))
def list_reports(found: OfficeDep, database: DatabaseDep) -> ReportsOut:
    """The newest weekly and monthly reports of one's places."""
    with database.reading() as session:
        return ReportsOut(items=store.list_reports(session, found.person))


@router.get("/reports/{report_id}", responses=problems(401, 403, 404, 422))
def read_report(report_id: str, found: OfficeDep, database: DatabaseDep) -> ReportOut:
    """One report: its figures are those of the day on which it was made."""
    with database.reading() as session:
        return store.get_report(session, found.person, report_id)


@router.get("/reports/{report_id}/report.xlsx", response_class=Response,
            responses=FILE | problems(401, 403, 404, 422))  # fmt: skip
def export_workbook(
    request: Request,
    report_id: str,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
    language: LanguageParam = None,
) -> Response:
    """The report as an Excel workbook."""
    told = _taken(database, found, report_id, "xlsx")
    zone = ZoneInfo(settings.time_zone)
    paper = ReportPaper(told, language or language_of(request), zone)
    return download(report_workbook(paper), MEDIA_TYPE, f"report-{told.first_day}.xlsx")


@router.get("/reports/{report_id}/report.pdf", response_class=Response,
            responses=FILE | problems(401, 403, 404, 422))  # fmt: skip
def export_pdf(
    request: Request,
    report_id: str,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
    language: LanguageParam = None,
) -> Response:
    """The report on paper; 404 where the server has no WeasyPrint."""
    told = _taken(database, found, report_id, "pdf")
    zone = ZoneInfo(settings.time_zone)
    paper = ReportPaper(told, language or language_of(request), zone)
    return download(report_pdf(paper), "application/pdf", f"report-{told.first_day}.pdf")


def _taken(database: Database, found: SignedIn, report_id: str, kind: str) -> ReportOut:
    """The report; who takes it along is written down."""
    with database.writing() as session:
        told = store.get_report(session, found.person, report_id)
        audit.append(session, found.person.id, "report.exported", report_id, format=kind)
        return told
