"""Subscriptions over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.accounts.schemas import SignedIn
from api.deps import DatabaseDep, SettingsDep, require
from api.errors import problems
from api.notifications import store
from api.notifications.schemas import (
    NotificationOut,
    NotificationsOut,
    NotificationStatus,
    SubscriptionIn,
    SubscriptionMade,
    SubscriptionOut,
)

router = APIRouter(prefix="/api/v1", tags=["notifications"])
EditorDep = Annotated[SignedIn, Depends(require(*store.EDITORS))]
SubscriptionId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
NotificationId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


@router.get("/subscriptions", responses=problems(401, 403))
def list_subscriptions(signed_in: EditorDep, database: DatabaseDep) -> list[SubscriptionOut]:
    """Who is told: a restaurant sees its own, the office all in its scope."""
    with database.reading() as session:
        return store.list_subscriptions(session, signed_in.person)


@router.post("/subscriptions", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
def add_subscription(
    given: SubscriptionIn, signed_in: EditorDep, database: DatabaseDep, settings: SettingsDep
) -> SubscriptionMade:
    """Subscribe; a webhook's secret is shown this once."""
    with database.writing() as session:
        return store.add_subscription(session, signed_in.person, given, settings)


@router.put("/subscriptions/{subscription_id}", responses=problems(401, 403, 404, 409, 413, 422))
def change_subscription(
    subscription_id: SubscriptionId,
    given: SubscriptionIn,
    signed_in: EditorDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> SubscriptionOut:
    """Change it, or stop it with ``active`` false."""
    with database.writing() as session:
        return store.change_subscription(
            session, signed_in.person, subscription_id, given, settings
        )


@router.post("/subscriptions/{subscription_id}/secret", responses=problems(401, 403, 404, 409, 422))
def renew_secret(
    subscription_id: SubscriptionId, signed_in: EditorDep, database: DatabaseDep
) -> SubscriptionMade:
    """Another secret, shown this once."""
    with database.writing() as session:
        return store.renew_secret(session, signed_in.person, subscription_id)


@router.post(
    "/subscriptions/{subscription_id}/test",
    status_code=202,
    responses=problems(401, 403, 404, 422),
)
def send_test(
    subscription_id: SubscriptionId, signed_in: EditorDep, database: DatabaseDep
) -> NotificationOut:
    """Send a test message with the next round."""
    with database.writing() as session:
        return store.send_test(session, signed_in.person, subscription_id)


@router.get("/notifications", responses=problems(401, 403, 422))
def list_notifications(
    signed_in: EditorDep,
    database: DatabaseDep,
    status: NotificationStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> NotificationsOut:
    """Messages and what became of them; ``status=dead`` are those that were given up."""
    with database.reading() as session:
        items = store.list_notifications(session, signed_in.person, status, limit)
    return NotificationsOut(items=items)


@router.post("/notifications/{notification_id}/retry", responses=problems(401, 403, 404, 409, 422))
def retry(
    notification_id: NotificationId, signed_in: EditorDep, database: DatabaseDep
) -> NotificationOut:
    """Try a message again that was given up."""
    with database.writing() as session:
        return store.retry(session, signed_in.person, notification_id)
