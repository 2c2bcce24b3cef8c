"""Figures over HTTP."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from api.deps import DatabaseDep, SettingsDep, StaffDep
from api.errors import problems
from api.stats.csv_text import as_csv
from api.stats.precision import precision
from api.stats.schemas import PRECISION, WHICH, PrecisionOut, PrecisionParams

router = APIRouter(prefix="/api/v1", tags=["stats"])
CSV: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "the table"}
}
COUNTED: Final = ("upheld", "dismissed", "decided", "open", "precision", "low", "high")


@router.get("/stats/precision", responses=problems(401, 403, 422))
def read_precision(
    query: PrecisionParams, signed_in: StaffDep, database: DatabaseDep, settings: SettingsDep
) -> PrecisionOut:
    """How often alerts were upheld, as measured by decided reviews, group by group."""
    zone = ZoneInfo(settings.time_zone)
    with database.reading() as session:
        items = precision(session, signed_in.person, query, zone)
    return PrecisionOut(
        definition=PRECISION + WHICH[query.interval],
        by=list(query.dimensions),
        time_zone=settings.time_zone,
        items=items,
    )


@router.get(
    "/stats/precision.csv", response_class=Response, responses=CSV | problems(401, 403, 422)
)
def export_precision(
    query: PrecisionParams, signed_in: StaffDep, database: DatabaseDep, settings: SettingsDep
) -> Response:
    """The same as a CSV table; names stand beside ids."""
    told = read_precision(query, signed_in, database, settings)
    header = [*told.by, *(f"{name}_name" for name in told.by), *COUNTED]
    rows = (
        [item.group[name] for name in told.by]
        + [item.names.get(name, "") for name in told.by]
        + [getattr(item, field) for field in COUNTED]
        for item in told.items
    )
    table = as_csv([*header, "definition"], ([*row, told.definition] for row in rows))
    headers = {"Content-Disposition": 'attachment; filename="precision.csv"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)
