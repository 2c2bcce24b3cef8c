"""Generated districts, stations, restaurants, cameras and people."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from api.accounts.models import UserRow
from api.cameras.models import CameraRow
from api.history.writing import Writer
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.stats.figures import GENERATED

STATION_SIZE: Final = 132
DISTRICT_SIZE: Final = 2_000
ZONES: Final = ("cooking", "specialised_room", "rough_processing", "dishwashing", "storage")
NOTE: Final = "made by admin generate-history; no camera hangs there"


@dataclass
class Kitchen:
    """A generated restaurant; ``ill`` multiplies how often something happens there."""

    id: str
    station: str
    cameras: list[str]
    ill: float
    score: float


@dataclass
class Places:
    """Everything that generated records belong to."""

    kitchens: list[Kitchen] = field(default_factory=list)
    inspectors: dict[str, list[str]] = field(default_factory=dict)
    reviewers: list[str] = field(default_factory=list)
    chief: str = ""


def new_id(chance: random.Random) -> str:
    """16 hexadecimal digits that the seed decides."""
    return f"{chance.getrandbits(64):016x}"


def make_places(
    writer: Writer, chance: random.Random, size: tuple[int, int], at: datetime
) -> Places:
    """``size`` is restaurants and cameras in each; people cannot sign in: they have no password."""
    restaurants, cameras = size
    made = Places()
    stations = _stations(writer, chance, restaurants, at)
    for number, station in enumerate(stations):
        made.inspectors[station] = [
            _person(writer, chance, f"inspector {number + 1}.{n}", "inspector", station, at)
            for n in (1, 2)
        ]
    made.reviewers = [_person(writer, chance, f"patrol {n}", "patrol", None, at) for n in (1, 2, 3)]
    made.chief = _person(writer, chance, "supervisor", "supervisor", None, at)
    for number in range(restaurants):
        station = stations[number % len(stations)]
        made.kitchens.append(_kitchen(writer, chance, (number, cameras), station, at))
    writer.flush()
    return made


def _stations(writer: Writer, chance: random.Random, restaurants: int, at: datetime) -> list[str]:
    stations = []
    for number in range(max(1, round(restaurants / STATION_SIZE))):
        if number * STATION_SIZE % DISTRICT_SIZE < STATION_SIZE:
            district = new_id(chance)
            name = f"{GENERATED}district {number * STATION_SIZE // DISTRICT_SIZE + 1}"
            writer.add(DistrictRow, id=district, name=name, created_at=at)
        station = new_id(chance)
        name = f"{GENERATED}station {number + 1}"
        writer.add(StationRow, id=station, name=name, district_id=district, created_at=at)
        stations.append(station)
    return stations


def _person(
    writer: Writer, chance: random.Random, name: str, role: str, station: str | None, at: datetime
) -> str:
    person, called = new_id(chance), f"{GENERATED}{name}"
    writer.add(
        UserRow,
        id=person,
        name=called,
        folded_name=called.casefold(),
        role=role,
        password_hash="",
        station_id=station,
        active=False,
        created_at=at,
    )
    return person


def _kitchen(
    writer: Writer, chance: random.Random, size: tuple[int, int], station: str, at: datetime
) -> Kitchen:
    number, cameras = size
    ill = min(5.0, chance.lognormvariate(-0.18, 0.6))
    kitchen = Kitchen(new_id(chance), station, [], ill, max(35.0, 97 - 14 * ill))
    writer.add(
        RestaurantRow,
        id=kitchen.id,
        name=f"{GENERATED}restaurant {number + 1:04}",
        station_id=station,
        risk=chance.choices("ABCD", (15, 35, 35, 15))[0],
        address="",
        phone="",
        created_at=at,
    )
    for place in range(cameras):
        camera = new_id(chance)
        kitchen.cameras.append(camera)
        writer.add(
            CameraRow,
            id=camera,
            name=f"camera {place + 1}",
            restaurant_id=kitchen.id,
            created_at=at,
            place="",
            notes=NOTE,
            zone_type=ZONES[place % len(ZONES)],
            rules="strict",
            active=True,
            position=0,
            contact_at=at,
        )
    return kitchen
