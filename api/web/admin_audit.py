"""The audit log, to be searched and checked."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.audit_log import AuditQuery, AuditWatch, list_entries
from api.audit_routes import AuditorDep
from api.deps import DatabaseDep, SettingsDep
from api.text import PlainText
from api.web.office import Empty, address, see, tabs_for
from api.web.rendering import render

router = APIRouter(include_in_schema=False)
AUDIT: Final = "/admin/audit"
# What the filter offers; anything else can be asked for in the address.
KINDS: Final = (
    "alert", "review", "evidence", "session", "user", "restaurant", "station", "district",
    "camera", "key", "audit",
)  # fmt: skip


class AuditForm(BaseModel):
    """The filter: days as a person writes them."""

    model_config = ConfigDict(extra="ignore")

    who: Annotated[PlainText, Field(max_length=100)] = ""
    what: Annotated[PlainText, Field(max_length=40)] = ""
    to: Annotated[PlainText, Field(max_length=100)] = ""
    since: Annotated[date | None, Empty] = None
    until: Annotated[date | None, Empty] = None
    before: Annotated[int | None, Field(ge=1, le=2**62)] = None

    def query(self, zone: ZoneInfo) -> AuditQuery:
        """The same in moments: both days count in full."""
        return AuditQuery(
            who=self.who,
            what=self.what,
            to=self.to,
            since=_midnight(self.since, zone),
            until=_midnight(self.until, zone, 1),
            before=self.before,
        )


@router.get(AUDIT)
def audit_page(
    request: Request,
    found: AuditorDep,
    database: DatabaseDep,
    settings: SettingsDep,
    filled: Annotated[AuditForm, Query()],
) -> Response:
    """Entries, newest first, and whether the chain is whole."""
    query = filled.query(ZoneInfo(settings.time_zone))
    watch: AuditWatch = request.app.state.audit_watch
    with database.reading() as session:
        page = list_entries(session, query)
        check = watch.look(session)
    asked = filled.model_dump(mode="json", exclude={"before"}, exclude_none=True)
    told = query.model_dump(mode="json", include={"who", "what", "to", "since", "until"})
    context: dict[str, Any] = {
        "page": page,
        "filled": filled,
        "check": check,
        "kinds": KINDS,
        "filtered": any(asked.values()),
        "more": address(AUDIT, **asked, before=page.next_cursor),
        "export": address("/api/v1/audit.csv", **told),
        "tabs": tabs_for(found.person),
    }
    return render(request, "admin_audit.html", found, **context)


@router.post(f"{AUDIT}/check")
def check_again(request: Request, _: AuditorDep, database: DatabaseDep) -> Response:
    """Walk the whole chain now."""
    watch: AuditWatch = request.app.state.audit_watch
    with database.reading() as session:
        watch.check(session)
    return see(AUDIT)


def _midnight(day: date | None, zone: ZoneInfo, later_days: int = 0) -> datetime | None:
    if day is None or day.year > 9000:
        return None
    return datetime.combine(day + timedelta(days=later_days), time(), zone)
