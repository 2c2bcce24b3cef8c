"""What districts look like: from where a restaurant with little evidence of its own starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.policy.rules import FAMILIES, Policy
from api.restaurants.models import RestaurantRow, StationRow
from api.scores.evidence import evidence
from api.scores.facts import Moment, Rate
from api.scores.loading import Rates, Reading, load
from api.scores.models import DistrictRateRow
from api.scores.panel import panel_of

NOWHERE: Final = ""


def districts_of(session: Session, *which: ColumnElement[bool]) -> dict[str, str]:
    """Each restaurant's district, empty where it lies in none."""
    rows = session.execute(
        select(RestaurantRow.id, StationRow.district_id)
        .outerjoin(StationRow, StationRow.id == RestaurantRow.station_id)
        .where(*which)
        .order_by(RestaurantRow.id)
    )
    return {restaurant: district or NOWHERE for restaurant, district in rows}


def rates_on(
    session: Session, district_ids: Collection[str], day: date, policy: Policy
) -> dict[str, Rates]:
    """What each district looked like before that day; counted now where it was not written down."""
    told = DistrictRateRow
    rows = session.scalars(
        select(told).where(
            told.day == day,
            told.district_id.in_(district_ids),
            told.policy_sha256 == policy.sha256,
        )
    )
    found: defaultdict[str, Rates] = defaultdict(dict)
    for row in rows:
        found[row.district_id][row.family] = Rate(row.episodes, row.hours)  # type: ignore[index]  # ours
    missing = [name for name in district_ids if name not in found]
    return dict(found) | (count_rates(session, missing, day, policy) if missing else {})


def count_rates(
    session: Session, district_ids: Collection[str], day: date, policy: Policy
) -> dict[str, Rates]:
    """Episodes and hours of all restaurants of a district up to the day before, decayed."""
    reading = Reading(
        Moment.end_of(day - timedelta(days=1), ZoneInfo(policy.calendar.time_zone)), policy
    )
    places = districts_of(session)
    totals: dict[str, Rates] = {}
    for district in sorted(set(district_ids)):
        ids = [name for name, where in places.items() if where == district]
        logs, hours = load(session, ids, reading)
        told = list(logs.values())
        panel = panel_of(told, policy.score, reading.first, reading.moment.day, hours)
        counted = evidence(panel, reading.moment, policy.score)
        episodes, seen = counted.episodes.sum(0), counted.hours.decayed.sum(0)
        totals[district] = {
            name: Rate(float(np.round(episodes[n], 6)), float(np.round(seen[n], 6)))
            for n, name in enumerate(FAMILIES)
        }
    return totals


def keep_rates(session: Session, day: date, policy: Policy, told: Mapping[str, Rates]) -> None:
    """Write them down: what is made of them later is made of the same."""
    rows = [
        {
            "day": day,
            "district_id": district,
            "family": family,
            "policy_sha256": policy.sha256,
            "episodes": rate.episodes,
            "hours": rate.hours,
        }
        for district, rates in sorted(told.items())
        for family, rate in sorted(rates.items())
    ]
    if not rows:
        return
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if postgres else sqlite.insert)(DistrictRateRow)
    changed = {name: insert.excluded[name] for name in ("episodes", "hours")}
    key = ("day", "district_id", "family", "policy_sha256")
    session.execute(insert.on_conflict_do_update(index_elements=key, set_=changed), rows)
    session.expire_all()
