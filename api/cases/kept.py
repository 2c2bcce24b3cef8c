"""Which evidence and files open cases keep from retention."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists

from api.alerts.models import AlertRow
from api.cases.models import CaseAlertRow, CaseRow


def in_open_case() -> ColumnElement[bool]:
    """Alerts (in an outer query) whose case is open: nothing takes their evidence away."""
    return exists().where(
        CaseAlertRow.alert_id == AlertRow.id,
        CaseAlertRow.case_id == CaseRow.id,
        CaseRow.ended_at.is_(None),
    )
