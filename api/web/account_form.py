"""The form of an account: one field for the place, one line a restaurant."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.accounts.people import Wanted
from api.accounts.rules import Scope
from api.accounts.schemas import Role
from api.accounts.user_schemas import UserOut
from api.restaurants.naming import restaurants_named
from api.text import PlainText, require_text


class AccountForm(BaseModel):
    """As sent; ``place`` is empty, ``district:ID`` or ``station:ID``."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[PlainText, Field(max_length=200)] = ""
    role: Role = "patrol"
    place: Annotated[PlainText, Field(max_length=60)] = ""
    restaurants: Annotated[PlainText, Field(max_length=20_000)] = ""

    def wanted(self, session: Session) -> Wanted:
        """What the account is to be; InvalidError when a restaurant's name is not one."""
        kind, _, place_id = self.place.partition(":")
        scope = Scope(
            restaurants_named(session, self.restaurants),
            place_id if kind == "station" else None,
            place_id if kind == "district" else None,
        )
        return Wanted(require_text(self.name, "name", 100), self.role, scope)


def filled_from(user: UserOut) -> AccountForm:
    """The form as it is shown for an account that there is."""
    place = f"station:{user.station.id}" if user.station else ""
    if user.district:
        place = f"district:{user.district.id}"
    lines = "\n".join(f"{restaurant.id} {restaurant.name}" for restaurant in user.restaurants)
    return AccountForm(name=user.name, role=user.role, place=place, restaurants=lines)
