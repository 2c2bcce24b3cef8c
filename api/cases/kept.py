"""Which evidence and files open cases keep from retention."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.cases.models import CaseAlertRow, CaseFileRow, CaseRow


def in_open_case() -> ColumnElement[bool]:
    """Alerts (in an outer query) whose case is open: nothing takes their evidence away."""
    return exists().where(
        CaseAlertRow.alert_id == AlertRow.id,
        CaseAlertRow.case_id == CaseRow.id,
        CaseRow.ended_at.is_(None),
    )


def open_case_of(session: Session, alert_id: UUID) -> CaseRow | None:
    """The open case that an alert belongs to, or belonged to."""
    mine = CaseAlertRow.alert_id == alert_id, CaseRow.ended_at.is_(None)
    joined = select(CaseRow).join(CaseAlertRow, CaseAlertRow.case_id == CaseRow.id)
    return session.scalar(joined.where(*mine))


def named_by_cases(sha256: str) -> Select[int]:
    """How many cases count on a file, so that nothing deletes it because another record goes."""
    mine = CaseFileRow.sha256 == sha256, CaseFileRow.deleted_at.is_(None)
    return select(func.count()).select_from(CaseFileRow).where(*mine)
