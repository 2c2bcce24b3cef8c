"""What the database holds, as the plan compares it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cameras.models import CameraRow
from api.imports.models import ImportNumberRow
from api.imports.planning import Known, KnownThing
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow


def read_known(session: Session) -> Known:
    """Every restaurant, camera and station."""
    numbers = {
        (kind, subject): number
        for kind, subject, number in session.execute(
            select(ImportNumberRow.kind, ImportNumberRow.subject_id, ImportNumberRow.number)
        )
    }
    stations = session.execute(
        select(StationRow.name, DistrictRow.name).outerjoin(
            DistrictRow, DistrictRow.id == StationRow.district_id
        )
    )
    return Known(
        _restaurants(session, numbers),
        _cameras(session, numbers),
        {row[0]: row[1] for row in stations},
    )


Numbers = dict[tuple[str, str], str]


def _restaurants(session: Session, numbers: Numbers) -> tuple[KnownThing, ...]:
    rows = session.execute(
        select(RestaurantRow, StationRow.name)
        .outerjoin(StationRow, StationRow.id == RestaurantRow.station_id)
        .order_by(RestaurantRow.id)
    )
    return tuple(
        KnownThing(
            row.id,
            numbers.get(("restaurant", row.id)),
            station,
            {
                "name": row.name,
                "risk": row.risk,
                "address": row.address,
                "phone": row.phone,
                "station": station or "",
            },
        )
        for row, station in rows
    )


def _cameras(session: Session, numbers: Numbers) -> tuple[KnownThing, ...]:
    return tuple(
        KnownThing(
            row.id,
            numbers.get(("camera", row.id)),
            row.restaurant_id,
            {
                "camera": row.name,
                "place": row.place,
                "zone_type": row.zone_type,
                "rules": row.rules,
                "stream_url": row.stream_url or "",
            },
        )
        for row in session.scalars(select(CameraRow).order_by(CameraRow.id))
    )
