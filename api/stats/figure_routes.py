"""The office's figures with one request, each with its definition."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.accounts.schemas import Person
from api.database import now
from api.deps import DatabaseDep, MaybeSignedInDep, SettingsDep
from api.errors import NotSignedInError, problems
from api.settings import Settings
from api.stats.csv_text import as_csv
from api.stats.figure_schemas import FigureParams, Figures, ShareOut, StatsOut
from api.stats.figures import asked_of, stats
from api.web.language import LanguageCode
from api.web.rendering import language_of
from vision.errors import ForbiddenError

router = APIRouter(prefix="/api/v1", tags=["stats"])
CSV: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "the table"}
}
# Who asks without a sign-in where the office has opened its figures: nobody's name, all places.
ANYBODY: Final = Person("public", "public", "supervisor")


def reader(signed_in: MaybeSignedInDep, query: FigureParams, settings: Settings) -> Person:
    """Whose scope is counted; open figures never name a restaurant."""
    if signed_in is not None:
        if signed_in.person.role == "restaurant":
            raise ForbiddenError("this is for the office's people; your own score is under /score")
        return signed_in.person
    if not settings.stats_public:
        raise NotSignedInError("sign in first; the session may have ended")
    if query.by == "restaurant" or query.restaurant is not None:
        raise NotSignedInError("figures of single restaurants need a sign-in")
    return ANYBODY


@router.get("/stats", responses=problems(401, 403, 422))
def read_stats(
    request: Request,
    query: FigureParams,
    signed_in: MaybeSignedInDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> StatsOut:
    """Visits, orders, met on time, alerts, precision of a period: `from` and `until` are local
    days, both included; without them this month so far. `by` parts them."""
    person = reader(signed_in, query, settings)
    code: LanguageCode = query.lang or language_of(request)
    with database.reading() as session:
        return stats(session, asked_of(query, person, now(), ZoneInfo(settings.time_zone)), code)


@router.get("/stats.csv", response_class=Response, responses=CSV | problems(401, 403, 422))
def export_stats(
    request: Request,
    query: FigureParams,
    signed_in: MaybeSignedInDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Response:
    """The same as a CSV table: the groups, then the total, then the definitions."""
    told = read_stats(request, query, signed_in, database, settings)
    names = list(Figures.model_fields)
    rows = [[one.key, one.name, *_cells(one.figures)] for one in told.items]
    rows.append(["", "total", *_cells(told.total)])
    rows.append(["", "", *(told.definitions[name].definition for name in names)])
    table = as_csv(["key", "name", *names], rows)
    name = f"stats-{told.from_}-{told.until}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


def _cells(figures: Figures) -> list[object]:
    values = (getattr(figures, name) for name in Figures.model_fields)
    return [value.value if isinstance(value, ShareOut) else value for value in values]
