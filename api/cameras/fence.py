"""An alert of a watch that had lost its camera meanwhile is not told a second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.cameras.models import TenureRow
from api.errors import SupersededError
from vision.alert import Alert

# What the one before had begun to see, the next one sees again within so long, if it lasts.
SEEN_AGAIN_WITHIN: Final = timedelta(seconds=90)
# What was not delivered for longer than this was over before the camera changed hands.
STRADDLES_WITHIN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Tenure:
    """Who had a camera from when on; ``ended`` says that nobody has it under this one now."""

    worker_id: str
    taken_at: datetime
    ended: bool = False


def lost_at(tenures: Sequence[Tenure], worker_id: str) -> datetime | None:
    """When another took the camera from this watch; None while it is its own, or was given back.

    ``tenures`` are in the order of time. Whoever has it now cannot have lost it, whatever the
    clocks say.
    """
    if not tenures or (tenures[-1].worker_id == worker_id and not tenures[-1].ended):
        return None
    own = [k for k, one in enumerate(tenures) if one.worker_id == worker_id]
    after = own[-1] + 1 if own else 0
    return tenures[after].taken_at if after < len(tenures) else None


def require_tenure(session: Session, alert: Alert, worker_id: str) -> None:
    """SupersededError when the one who has the camera now is to tell of this.

    That is so for what began after the camera was lost, and for what lasted across that moment and
    is told by the next one, under an id of its own or under the one that it was told by before.
    """
    if session.get(AlertRow, alert.id) is not None:
        return
    rows = session.scalars(
        select(TenureRow)
        .where(TenureRow.camera_id == alert.camera_id)
        .order_by(TenureRow.generation)
    )
    tenures = [Tenure(row.worker_id, row.taken_at, row.ended_at is not None) for row in rows]
    lost = lost_at(tenures, worker_id)
    if lost is None or alert.started_at < lost - STRADDLES_WITHIN:
        return
    if alert.started_at >= lost or _seen_again(session, alert, lost):
        raise SupersededError(
            f"camera {alert.camera_id} was taken over before this was told; its watch tells it"
        )


def _seen_again(session: Session, alert: Alert, lost: datetime) -> bool:
    """Whether the next one saw it begin anew, or goes on with what was told before the change."""
    anew = AlertRow.started_at.between(lost, lost + SEEN_AGAIN_WITHIN)
    goes_on = and_(AlertRow.started_at < lost, AlertRow.ended_at.is_(None))
    same = (
        AlertRow.camera_id == alert.camera_id,
        AlertRow.rule == alert.rule,
        AlertRow.zone == alert.zone,
        or_(anew, goes_on),
    )
    return session.scalar(select(AlertRow.id).where(*same).limit(1)) is not None
