"""What figures are asked for, and what is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, true

from api.accounts.schemas import Person
from api.restaurants.models import RestaurantRow, StationRow
from api.restaurants.store import in_care, sees_everything
from api.stats.figure_schemas import TABLES, By, Count, Table
from api.stats.periods import Days
from vision.names import RuleId

Tally = Counter[Count]
Tallies = dict[str, Tally]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose figures of which days, parted by what, of which places and rule alone.

    Only ``tables`` are read; figures of the others are not told.
    """

    person: Person
    days: Days
    now: datetime
    by: By | None = None
    station: str | None = None
    district: str | None = None
    restaurant: str | None = None
    rule: RuleId | None = None
    tables: frozenset[Table] = TABLES

    @property
    def whole(self) -> bool:
        """Whether nothing limits the restaurants."""
        narrowed = self.station or self.district or self.restaurant
        return sees_everything(self.person) and not narrowed

    def places(self) -> ColumnElement[bool]:
        """The restaurants whose figures are told."""
        wanted = [in_care(self.person)]
        if self.station is not None:
            wanted.append(RestaurantRow.station_id == self.station)
        if self.district is not None:
            lies = select(StationRow.id).where(StationRow.district_id == self.district)
            wanted.append(RestaurantRow.station_id.in_(lies))
        if self.restaurant is not None:
            wanted.append(RestaurantRow.id == self.restaurant)
        return and_(*wanted)

    def within(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """Rows of those restaurants."""
        if self.whole:
            return true()
        return column.in_(select(RestaurantRow.id).where(self.places()))
