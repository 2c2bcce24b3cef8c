"""Restaurants, stations and districts as people see them."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.text import PlainText

Risk = Literal["A", "B", "C", "D"]
RISKS: Final[tuple[Risk, ...]] = get_args(Risk)
PlaceName = Annotated[PlainText, Field(min_length=1, max_length=100, pattern=r"\S")]
PlaceId = Annotated[PlainText, Field(min_length=1, max_length=32)]


class DistrictOut(BaseModel):
    """A district of the city."""

    id: str
    name: str


class StationOut(BaseModel):
    """A station, and the district it lies in when that is known."""

    id: str
    name: str
    district_id: str | None


class PlacesOut(BaseModel):
    """Every district and station, by name."""

    districts: list[DistrictOut]
    stations: list[StationOut]


class DistrictIn(BaseModel):
    """A district's name."""

    model_config = ConfigDict(extra="forbid")

    name: PlaceName


class StationIn(BaseModel):
    """A station's name and district."""

    model_config = ConfigDict(extra="forbid")

    name: PlaceName
    district_id: PlaceId | None = None


class RestaurantOut(BaseModel):
    """A restaurant; ``risk`` is its static class, A (low) to D (high)."""

    id: str
    name: str
    station_id: str | None
    station_name: str | None
    district_id: str | None
    district_name: str | None
    risk: Risk
    address: str
    phone: str
    latitude: float | None
    longitude: float | None


class RestaurantIn(BaseModel):
    """What a restaurant is to be."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[PlainText, Field(min_length=1, max_length=200, pattern=r"\S")]
    station_id: PlaceId | None = None
    risk: Risk = "C"
    address: Annotated[PlainText, Field(max_length=300)] = ""
    phone: Annotated[PlainText, Field(max_length=40, pattern=r"^[0-9+() \-]*$")] = ""
    latitude: Annotated[float | None, Field(ge=-90, le=90)] = Field(
        default=None, description="degrees, WGS 84; what is left out stays as it is"
    )
    longitude: Annotated[float | None, Field(ge=-180, le=180)] = None


class RestaurantQuery(BaseModel):
    """Which restaurants to list; ``q`` is part of a name or an address."""

    q: Annotated[PlainText, Field(max_length=100)] = ""
    station: Annotated[PlainText | None, Field(max_length=32)] = None
    risk: Risk | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[PlainText | None, Field(max_length=32)] = None


RestaurantParam = Annotated[RestaurantQuery, Query()]
