"""The reports' pages: the list, and one to read."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.deps import DatabaseDep, SettingsDep
from api.reports import store
from api.web.case_words import CASE_STATE
from api.web.dashboard import shared
from api.web.dashboard_words import CITY, KIND
from api.web.office import OfficeDep
from api.web.rendering import language_of, render
from api.web.reports_paper import ReportPaper, shown

router = APIRouter(include_in_schema=False)


@router.get("/reports")
def reports_page(request: Request, found: OfficeDep, database: DatabaseDep) -> Response:
    """Weekly and monthly reports, newest first."""
    with database.reading() as session:
        reports = store.list_reports(session, found.person)
    return render(request, "reports.html", found, reports=reports, KIND=KIND, CITY=CITY, **shared())


@router.get("/reports/{report_id}")
def report_page(
    request: Request,
    report_id: str,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Response:
    """One report."""
    with database.reading() as session:
        told = store.get_report(session, found.person, report_id)
    paper = ReportPaper(told, language_of(request), ZoneInfo(settings.time_zone))
    known = {"paper": paper, "report": told, "told": told.figures, "shown": shown}
    return render(request, "report.html", found, **(shared() | known | {"CASE_STATE": CASE_STATE}))
