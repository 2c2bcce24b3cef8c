"""When photographs and papers that people sent go: files of cases, photographs of appeals.

They stay while their case or appeal is open, then as long as evidence of that outcome does; a
hold that somebody placed on one of the alerts keeps them like the alert's own evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from api import audit
from api.alerts.models import AlertRow
from api.appeals.models import AppealFileRow, AppealRow
from api.cases.holding import Paper
from api.cases.kept import in_open_case
from api.cases.models import CaseAlertRow, CaseFileRow, CaseRow
from api.evidence.custody import append_entry
from api.evidence.holds import UPHELD, held_by_somebody
from api.evidence.keeping import Policy
from api.evidence.models import HoldRow


def due(
    session: Session, moment: datetime, policy: Policy
) -> Iterator[CaseFileRow | AppealFileRow]:
    """What goes by that moment, oldest first."""
    yield from session.scalars(_case_files(moment, policy))
    yield from session.scalars(_appeal_files(moment, policy))


def take(session: Session, moment: datetime, policy: Policy) -> list[str]:
    """Write the receipts: their case's in the restaurant's chain, both in the audit log."""
    names = []
    for file in list(due(session, moment, policy)):
        file.deleted_at = moment
        detail = {"sha256": file.sha256, "bytes": file.size_bytes}
        if isinstance(file, CaseFileRow):
            paper = Paper(file.sha256, file.size_bytes, file.media_type)
            case = session.get_one(CaseRow, file.case_id)
            told = {"case": case.id, "policy": "cases", "stored_at": file.added_at.isoformat()}
            append_entry(session, case.restaurant_id, paper, "deleted", **told)
            audit.append(session, audit.SYSTEM, "case.file_deleted", case.id, **detail)
        else:
            appeal = session.get_one(AppealRow, file.appeal_id)
            noted = detail | {"appeal": appeal.id, "policy": "appeals"}
            audit.append(
                session, audit.SYSTEM, "appeal.file_deleted", str(appeal.alert_id), **noted
            )
        names.append(file.sha256)
    return names


def taken_since(session: Session, moment: datetime) -> list[str]:
    """What went lately, in case a server died before the bytes were gone."""
    wanted = (
        select(row.sha256).where(row.deleted_at >= moment) for row in (CaseFileRow, AppealFileRow)
    )
    return [name for one in wanted for name in session.scalars(one)]


def _case_files(moment: datetime, policy: Policy) -> Select[CaseFileRow]:
    kept = {"closed": policy.upheld_days, "withdrawn": policy.dismissed_days}
    held = exists().where(
        CaseAlertRow.case_id == CaseRow.id,
        CaseAlertRow.alert_id == AlertRow.id,
        held_by_somebody(moment),
    )
    mine = select(CaseFileRow).join(CaseRow, CaseRow.id == CaseFileRow.case_id)
    there = CaseFileRow.deleted_at.is_(None)
    return mine.where(_over(CaseRow, kept, moment), there, ~held).order_by(
        CaseFileRow.added_at, CaseFileRow.sha256
    )


def _appeal_files(moment: datetime, policy: Policy) -> Select[AppealFileRow]:
    kept = {
        "refused": policy.upheld_days,
        "granted": policy.dismissed_days,
        "withdrawn": policy.dismissed_days,
    }
    mine = (
        select(AppealFileRow)
        .join(AppealRow, AppealRow.id == AppealFileRow.appeal_id)
        .join(AlertRow, AlertRow.id == AppealRow.alert_id)
    )
    there = AppealFileRow.deleted_at.is_(None)
    over = _over(AppealRow, kept, moment)
    free = over, there, _not_upheld(), ~held_by_somebody(moment), ~in_open_case()
    return mine.where(*free).order_by(AppealFileRow.added_at, AppealFileRow.sha256)


def _over(
    row: type[CaseRow | AppealRow], kept: Mapping[str, int], moment: datetime
) -> ColumnElement[bool]:
    """Whether it ended so many days ago as its outcome says."""
    return or_(
        *(
            and_(row.state == state, row.ended_at <= moment - timedelta(days=days))
            for state, days in kept.items()
        )
    )


def _not_upheld() -> ColumnElement[bool]:
    """Whether the alert's own hold has ended: what speaks against a verdict goes not before it."""
    released = exists().where(HoldRow.alert_id == AlertRow.id, HoldRow.kind == UPHELD)
    return or_(AlertRow.status == "dismissed", released)
