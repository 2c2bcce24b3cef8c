"""Which evidence open appeals keep from retention."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select

from api.alerts.models import AlertRow
from api.appeals.models import AppealFileRow, AppealRow


def in_open_appeal() -> ColumnElement[bool]:
    """Alerts (in an outer query) whose appeal waits for its decision."""
    return exists().where(AppealRow.alert_id == AlertRow.id, AppealRow.state == "filed")


def open_appeal_at(alert_id: UUID) -> Select[datetime]:
    """When the appeal on an alert that waits for its decision was filed."""
    return select(AppealRow.filed_at).where(
        AppealRow.alert_id == alert_id, AppealRow.state == "filed"
    )


def named_by_appeals(sha256: str) -> Select[int]:
    """How many appeals count on a photograph."""
    mine = AppealFileRow.sha256 == sha256, AppealFileRow.deleted_at.is_(None)
    return select(func.count()).select_from(AppealFileRow).where(*mine)
