"""Restaurants by the names that people write."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.restaurants.models import RestaurantRow
from vision.errors import InvalidError


def restaurants_named(session: Session, lines: str) -> tuple[str, ...]:
    """The ids of restaurants, one a line by name or id; InvalidError for none or several.

    What follows an id on its line is for people to read.
    """
    names = [line.strip() for line in lines.splitlines() if line.strip()]
    return tuple(dict.fromkeys(_named(session, name) for name in names))


def _named(session: Session, name: str) -> str:
    either = or_(RestaurantRow.id.in_((name, name.split()[0])), RestaurantRow.name == name)
    found = session.scalars(select(RestaurantRow.id).where(either).limit(2)).all()
    if not found:
        raise InvalidError(f"no restaurant is called {name}", "restaurants")
    if len(found) > 1:
        raise InvalidError(f"several restaurants are called {name}; give the id", "restaurants")
    return found[0]
