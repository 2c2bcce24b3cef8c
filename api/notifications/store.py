"""Subscriptions and messages in the database, each within its owner's scope."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.database import new_id, now
from api.notifications.models import OF_ALL, NotificationRow, SubscriptionRow
from api.notifications.schemas import (
    NotificationOut,
    NotificationStatus,
    SubscriptionIn,
    SubscriptionMade,
    SubscriptionOut,
)
from api.outbound import Policy, Resolver, check_url, resolve
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.restaurants.store import in_care, sees_everything
from api.settings import Settings
from vision.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

EDITORS: Final = ("restaurant", "supervisor", "admin")
OFFICE: Final = ("supervisor", "admin")
MOST: Final = 50
PLACES: Final = ("restaurant_id", "station_id", "district_id")
SAME: Final = tuple(
    name for name in SubscriptionOut.model_fields if name not in ("triggers", "place")
)


def editable(person: Person) -> ColumnElement[bool]:
    """Which subscriptions are this person's to see and change."""
    if person.role not in EDITORS:
        return false()
    restaurants = SubscriptionRow.restaurant_id.in_(select(RestaurantRow.id).where(in_care(person)))
    if person.role not in OFFICE:
        return restaurants
    stations = SubscriptionRow.station_id.in_(select(StationRow.id).where(_stations(person)))
    districts = SubscriptionRow.district_id.in_(select(DistrictRow.id).where(_districts(person)))
    theirs = or_(restaurants, stations, districts)
    return or_(theirs, OF_ALL) if sees_everything(person) else theirs


def _stations(person: Person) -> ColumnElement[bool]:
    own = select(RestaurantRow.station_id).where(in_care(person))
    return StationRow.id.in_(own)


def _districts(person: Person) -> ColumnElement[bool]:
    """A station's people do not know their district's matters."""
    if sees_everything(person):
        return true()
    own = person.district_id is not None and person.station_id is None
    return DistrictRow.id == person.district_id if own else false()


def places_of(session: Session, person: Person) -> dict[str, list[tuple[str, str]]]:
    """Districts and stations one may subscribe for, id and name, by name."""
    if person.role not in OFFICE:
        return {}
    tables: tuple[tuple[str, Any, ColumnElement[bool]], ...] = (
        ("district", DistrictRow, _districts(person)),
        ("station", StationRow, true() if sees_everything(person) else _stations(person)),
    )
    return {
        kind: [
            (row[0], row[1])
            for row in session.execute(
                select(table.id, table.name).where(which).order_by(table.name)
            )
        ]
        for kind, table, which in tables
    }


def add_subscription(
    session: Session,
    person: Person,
    given: SubscriptionIn,
    settings: Settings,
    resolver: Resolver = resolve,
) -> SubscriptionMade:
    """Subscribe; a webhook's secret is in the answer, and nowhere else later."""
    _check(session, person, given, settings, resolver)
    mine = select(SubscriptionRow.id).where(
        SubscriptionRow.restaurant_id.is_not_distinct_from(given.restaurant_id),
        SubscriptionRow.station_id.is_not_distinct_from(given.station_id),
        SubscriptionRow.district_id.is_not_distinct_from(given.district_id),
    )
    if len(session.scalars(mine).all()) >= MOST:
        raise ConflictError(f"there are {MOST} subscriptions already; change one of them")
    row = SubscriptionRow(id=new_id(), created_at=now(), created_by=person.id)
    row.secret = secrets.token_urlsafe(32) if given.channel == "webhook" else None
    _fill(row, given)
    session.add(row)
    session.flush()
    _log(session, person, "subscription.created", row)
    return SubscriptionMade(subscription=_out(session, row), secret=row.secret)


def change_subscription(
    session: Session,
    person: Person,
    subscription_id: str,
    given: SubscriptionIn,
    settings: Settings,
    resolver: Resolver = resolve,
) -> SubscriptionOut:
    """Change everything but the place and the channel, which would make it another one."""
    row = _own(session, person, subscription_id)
    if any(getattr(row, name) != getattr(given, name) for name in (*PLACES, "channel")):
        raise ConflictError("place and channel stay; make another subscription instead")
    _check(session, person, given, settings, resolver)
    _fill(row, given)
    session.flush()
    _log(session, person, "subscription.changed", row)
    return _out(session, row)


def renew_secret(session: Session, person: Person, subscription_id: str) -> SubscriptionMade:
    """Another secret; the old one signs nothing from now on."""
    row = _own(session, person, subscription_id)
    if row.channel != "webhook":
        raise ConflictError("only webhooks are signed")
    row.secret = secrets.token_urlsafe(32)
    session.flush()
    _log(session, person, "subscription.secret", row)
    return SubscriptionMade(subscription=_out(session, row), secret=row.secret)


def list_subscriptions(session: Session, person: Person) -> list[SubscriptionOut]:
    """The subscriptions this person may change, the office's first."""
    order = SubscriptionRow.restaurant_id, SubscriptionRow.created_at, SubscriptionRow.id
    rows = session.scalars(select(SubscriptionRow).where(editable(person)).order_by(*order))
    return [_out(session, row) for row in rows]


def send_test(session: Session, person: Person, subscription_id: str) -> NotificationOut:
    """Put a message on its way that says nothing but that messages arrive."""
    row = _own(session, person, subscription_id)
    made = NotificationRow(
        id=new_id(),
        key=f"test:{new_id()}",
        subscription_id=row.id,
        trigger="test",
        topic="test",
        subject=row.id,
        facts=json.dumps({"by": person.name}),
        status="waiting",
        created_at=now(),
        due_at=now(),
        attempts=0,
        problem="",
    )
    session.add(made)
    session.flush()
    _log(session, person, "subscription.tested", row)
    return _told(made, row)


def list_notifications(
    session: Session, person: Person, status: NotificationStatus | None = None, limit: int = 100
) -> list[NotificationOut]:
    """Messages of the subscriptions this person may change, newest first."""
    wanted = (
        select(NotificationRow, SubscriptionRow)
        .join(SubscriptionRow, SubscriptionRow.id == NotificationRow.subscription_id)
        .where(editable(person))
        .order_by(NotificationRow.created_at.desc(), NotificationRow.id)
        .limit(limit)
    )
    if status is not None:
        wanted = wanted.where(NotificationRow.status == status)
    return [_told(row, to) for row, to in session.execute(wanted)]


def retry(session: Session, person: Person, notification_id: str) -> NotificationOut:
    """Try a message again that was given up."""
    found = session.execute(
        select(NotificationRow, SubscriptionRow)
        .join(SubscriptionRow, SubscriptionRow.id == NotificationRow.subscription_id)
        .where(editable(person), NotificationRow.id == notification_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(f"there is no message {notification_id} for you")
    row, to = found
    if row.status != "dead":
        raise ConflictError("this message was not given up")
    row.status, row.attempts, row.due_at = "waiting", 0, now() - timedelta(seconds=1)
    session.flush()
    audit.append(session, person.id, "notification.retried", row.id, subscription=to.id)
    return _told(row, to)


def _own(session: Session, person: Person, subscription_id: str) -> SubscriptionRow:
    mine = editable(person), SubscriptionRow.id == subscription_id
    row = session.scalar(select(SubscriptionRow).where(*mine).with_for_update())
    if row is None:
        raise NotFoundError(f"there is no subscription {subscription_id} for you")
    return row


def _check(
    session: Session, person: Person, given: SubscriptionIn, settings: Settings, resolver: Resolver
) -> None:
    """The place must be theirs, and the target one that may be called."""
    if not _may_tell(session, person, given):
        raise NotFoundError("there is no such place for you; choose one of yours")
    if given.channel == "email" and settings.smtp_host is None:
        raise InvalidError("no mail server is set up (BRIGHTKITCHEN_SMTP_HOST)", "channel")
    if given.channel == "webhook":
        try:
            check_url(given.target, Policy.of(settings), resolver)
        except InvalidError as error:
            raise InvalidError(str(error), "target") from error


def _may_tell(session: Session, person: Person, given: SubscriptionIn) -> bool:
    """Whether the place whose matters are told lies in this person's scope."""
    if person.role not in EDITORS:
        raise ForbiddenError(f"this is for the roles {', '.join(EDITORS)}")
    if given.restaurant_id:
        theirs = in_care(person), RestaurantRow.id == given.restaurant_id
        return session.scalar(select(RestaurantRow.id).where(*theirs)) is not None
    if person.role not in OFFICE:
        return False
    if given.station_id:
        theirs = _stations(person), StationRow.id == given.station_id
        return session.scalar(select(StationRow.id).where(*theirs)) is not None
    if given.district_id:
        theirs = _districts(person), DistrictRow.id == given.district_id
        return session.scalar(select(DistrictRow.id).where(*theirs)) is not None
    return sees_everything(person)


def _fill(row: SubscriptionRow, given: SubscriptionIn) -> None:
    for name, value in given.model_dump(exclude={"triggers"}).items():
        setattr(row, name, value)
    row.triggers = ",".join(given.triggers)


def _out(session: Session, row: SubscriptionRow) -> SubscriptionOut:
    place = ""
    if row.restaurant_id:
        place = session.get_one(RestaurantRow, row.restaurant_id).name
    elif row.station_id:
        place = session.get_one(StationRow, row.station_id).name
    elif row.district_id:
        place = session.get_one(DistrictRow, row.district_id).name
    told: dict[str, Any] = {name: getattr(row, name) for name in SAME}
    told["triggers"] = tuple(row.triggers.split(",")) if row.triggers else ()
    return SubscriptionOut.model_validate(told | {"place": place})


def _told(row: NotificationRow, to: SubscriptionRow) -> NotificationOut:
    own = [name for name in NotificationOut.model_fields if name not in ("label", "channel")]
    told = {name: getattr(row, name) for name in own}
    return NotificationOut.model_validate(told | {"label": to.label, "channel": to.channel})


def _log(session: Session, person: Person, action: str, row: SubscriptionRow) -> None:
    """The target is somebody's address: the log names the channel alone."""
    audit.append(session, person.id, action, row.id, channel=row.channel, active=row.active)
