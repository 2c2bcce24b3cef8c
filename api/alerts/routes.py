"""Cameras post alerts; people read them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from sqlalchemy.orm import Session

from api.alerts import store
from api.alerts.intake import Posted
from api.alerts.intake import post_alert as keep_alert
from api.alerts.schemas import AlertIn, AlertOut, AlertParams, AlertUpdateIn
from api.cameras.fence import require_tenure
from api.deps import CameraDep, DatabaseDep, PolicyDep, SignedInDep, get_database
from api.errors import problems, repeated
from api.pages import Page
from api.reviews.desk import read_item

router = APIRouter(prefix="/api/v1", tags=["alerts"])
WatchHeader = Annotated[str | None, Header(pattern=r"^[0-9a-f]{32}$")]


@router.post(
    "/alerts",
    status_code=201,
    responses=repeated(AlertOut, "posted before") | problems(401, 403, 409, 413, 422),
)
def post_alert(
    request: Request,
    response: Response,
    alert: AlertIn,
    camera: CameraDep,
    policy: PolicyDep,
    x_watch: WatchHeader = None,
) -> AlertOut:
    """Report an episode; posting it again is harmless.

    A watch that shares its cameras names itself; of a camera that it lost meanwhile nothing is
    taken: 409, `superseded`.
    """

    def keep(session: Session) -> Posted:
        if x_watch is not None and alert.camera_id == camera.id:
            require_tenure(session, alert, x_watch)
        return keep_alert(session, camera, alert, policy=policy)

    posted = get_database(request).together(keep)
    response.status_code = 201 if posted.created else 200
    if posted.created:
        request.app.state.metrics.alerts.labels(alert.rule, alert.origin).inc()
    return posted.alert


@router.patch("/alerts/{alert_id}", responses=problems(401, 404, 413, 422))
def update_alert(
    alert_id: UUID,
    update: AlertUpdateIn,
    camera: CameraDep,
    database: DatabaseDep,
    policy: PolicyDep,
) -> AlertOut:
    """Say that the episode goes on, or that it ended; late and repeated updates do no harm."""
    with database.writing() as session:
        return store.update_alert(session, camera, alert_id, update, policy)


@router.get("/alerts", responses=problems(401, 422))
def list_alerts(
    query: AlertParams, signed_in: SignedInDep, database: DatabaseDep
) -> Page[AlertOut]:
    """Alerts, newest first; a restaurant sees its own upheld ones, an inspector the station's."""
    with database.reading() as session:
        return store.list_alerts(session, signed_in.person, query)


@router.get("/alerts/{alert_id}", responses=problems(401, 404, 422))
def read_alert(alert_id: UUID, signed_in: SignedInDep, database: DatabaseDep) -> AlertOut:
    """One alert."""
    with database.reading() as session:
        return read_item(session, signed_in.person, alert_id)
