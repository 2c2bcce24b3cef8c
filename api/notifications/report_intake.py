"""From a report that was made to messages: to the office, the district or the station of it."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.audit import AuditRow
from api.database import now
from api.notifications.intake import Draft, Take, put, quiet_of
from api.notifications.models import SubscriptionRow
from api.notifications.rules import due_at
from api.reports.models import ReportRow
from api.reports.schemas import ReportFigures


def take(session: Session, entry: AuditRow) -> None:
    """Put a message to whoever wants reports and may read this one; figures, no names."""
    row = session.get(ReportRow, entry.subject)
    if row is None:
        return
    rows = session.scalars(
        select(SubscriptionRow).where(
            SubscriptionRow.active,
            SubscriptionRow.restaurant_id.is_(None),
            SubscriptionRow.station_id.is_not_distinct_from(row.station_id),
            SubscriptionRow.district_id.is_not_distinct_from(row.district_id),
        )
    )
    facts = _facts(row)
    for to in rows:
        if "report_made" in to.triggers.split(","):
            key, topic = f"report_made:{row.id}:{to.id}", f"report_made:{row.id}"
            due = due_at(now(), quiet_of(to), ZoneInfo(to.time_zone))
            put(session, to, Draft("report_made", key, topic, row.id, due), facts)


def _facts(row: ReportRow) -> dict[str, Any]:
    told = ReportFigures.model_validate_json(row.figures)
    return {
        "report": row.id,
        "report_kind": row.kind,
        "area": told.place,
        "days": f"{row.first_day} – {row.last_day}",
        "visits": told.total.visits,
        "orders": told.total.orders,
        "on_time": told.total.orders_on_time,
        "orders_due": told.total.orders_due,
        "path": f"/reports/{row.id}",
    }


TAKE: Final[dict[str, Take]] = {"report.made": take}
