"""Public cards in the database: switched by the office, read by anybody who has the code."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.cards.models import CardRow
from api.cards.schemas import CardIn, CardOut, PublicCard
from api.database import now
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.scores.models import ScoreDayRow
from vision.errors import ConflictError, ForbiddenError, NotFoundError

SWITCHERS: Final = ("supervisor", "admin")
# Without letters and figures that are mistaken for each other when they are typed.
SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH: Final = 10
# A grade that is older than this says nothing about today.
FRESH: Final = timedelta(days=7)


def read_card(session: Session, person: Person, restaurant_id: str, base_url: str) -> CardOut:
    """The card of a restaurant in scope; NotFoundError for any other."""
    restaurant = _restaurant(session, person, restaurant_id)
    row = session.get(CardRow, restaurant_id)
    grade, since, _ = grade_of(session, restaurant_id)
    return CardOut(
        restaurant_id=restaurant_id,
        restaurant_name=restaurant.name,
        shown=row is not None and row.shown,
        code=row.code if row else None,
        url=f"{base_url}/c/{row.code}" if row else None,
        switched_at=row.switched_at if row else None,
        grade=grade,
        since=since,
        may_switch=person.role in SWITCHERS,
    )


def switch(session: Session, person: Person, restaurant_id: str, given: CardIn) -> None:
    """Show or hide a card; ConflictError when another code is wanted for one that has none."""
    restaurant = _restaurant(session, person, restaurant_id, lock=True)
    if person.role not in SWITCHERS:
        raise ForbiddenError("cards are switched by supervisor and admin")
    row = session.get(CardRow, restaurant_id)
    if row is None and given.renew:
        raise ConflictError("this restaurant has no card yet; show it first")
    before = row is not None and row.shown
    if row is None:
        row = CardRow(restaurant_id=restaurant.id, code=new_code(), shown=given.shown)
        session.add(row)
    elif given.renew:
        row.code = new_code()
    elif row.shown == given.shown:
        return
    row.shown, row.switched_by, row.switched_at = given.shown, person.id, now()
    session.flush()
    action = "card.shown" if given.shown else "card.hidden"
    detail = {"reason": given.reason.strip(), "renewed": given.renew, "before": before}
    audit.append(session, person.id, action, restaurant_id, **detail)


def new_code() -> str:
    """A code that nobody can guess, and that can be typed."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def public_card(session: Session, code: str) -> PublicCard | None:
    """What stands behind a code; None when there is nothing, or it is hidden."""
    found = session.execute(
        select(RestaurantRow.id, RestaurantRow.name)
        .join(CardRow, CardRow.restaurant_id == RestaurantRow.id)
        .where(CardRow.code == code, CardRow.shown)
    ).first()
    if found is None:
        return None
    grade, since, as_of = grade_of(session, found[0])
    return PublicCard(restaurant_name=found[1], grade=grade, since=since, as_of=as_of)


def grade_of(session: Session, restaurant_id: str) -> tuple[str | None, date | None, date | None]:
    """The present grade, the day since when it has been that, and the day it was last worked out.

    No grade when the newest one is older than ``FRESH``.
    """
    mine = ScoreDayRow.restaurant_id == restaurant_id
    newest = select(ScoreDayRow.grade, ScoreDayRow.day).where(mine)
    row = session.execute(newest.order_by(ScoreDayRow.day.desc()).limit(1)).first()
    if row is None or row.grade is None or row.day < now().date() - FRESH:
        return None, None, row.day if row else None
    other = (ScoreDayRow.grade != row.grade) | ScoreDayRow.grade.is_(None)
    changed = session.scalar(select(func.max(ScoreDayRow.day)).where(mine, other))
    run = select(func.min(ScoreDayRow.day)).where(mine)
    since = session.scalar(run if changed is None else run.where(ScoreDayRow.day > changed))
    return row.grade, since, row.day


def _restaurant(
    session: Session, person: Person, restaurant_id: str, *, lock: bool = False
) -> RestaurantRow:
    wanted = select(RestaurantRow).where(RestaurantRow.id == restaurant_id, in_care(person))
    found = session.scalar(wanted.with_for_update(of=RestaurantRow) if lock else wanted)
    if found is None:
        raise NotFoundError(f"there is no restaurant {restaurant_id} for you")
    return found
