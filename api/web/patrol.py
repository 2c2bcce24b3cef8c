"""Patrol by eye: begin a round, the wall, the report, how much was covered."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import Response

from api.deps import DatabaseDep, ReviewerDep, SettingsDep, StaffDep
from api.pages import PageQuery
from api.patrols import coverage_store, plan_store, round_store, wall_store
from api.patrols.rules import REPORTABLE, WANTED, Risk
from api.patrols.schemas import MAX_TARGET, RoundIn, RoundScope
from api.text import PlainText
from api.web.rendering import render
from api.web.words import ROLES_THAT_REVIEW
from vision.names import ZoneType

router = APIRouter(include_in_schema=False)
SIZES: Final = (9, 4, 1)
PERIODS: Final = (7, 30, 90)
RISKS: Final[tuple[Risk, ...]] = ("D", "C", "B", "A")
Empty = BeforeValidator(lambda value: None if value == "" else value)
RoundId = Annotated[PlainText, Path(max_length=32)]
Choice = Annotated[Annotated[PlainText, Field(max_length=64)] | None, Empty]


class RoundForm(BaseModel):
    """The plan of a round as its form sends it; "all" arrives as an empty text."""

    model_config = ConfigDict(extra="ignore")

    campaign: Annotated[PlainText, Field(max_length=100)] = ""
    target: Annotated[int, Field(ge=1, le=MAX_TARGET)] = 36
    district: Choice = None
    station: Choice = None
    risks: Annotated[list[Risk], Field(max_length=4)] = []
    zone_type: Annotated[ZoneType | None, Empty] = None

    @property
    def round_in(self) -> RoundIn:
        """As the API takes it."""
        scope = RoundScope(
            district=self.district,
            station=self.station,
            risks=tuple(self.risks),
            zone_type=self.zone_type,
        )
        return RoundIn(campaign=self.campaign, scope=scope, target=self.target)


@router.get("/patrol")
def rounds_page(
    request: Request,
    found: StaffDep,
    database: DatabaseDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """One's open round or the form for a new one, and the rounds so far; others see coverage."""
    if found.person.role not in ROLES_THAT_REVIEW:
        return RedirectResponse("/patrol/coverage", 303)
    with database.reading() as session:
        going_on = round_store.open_round(session, found.person)
        page = round_store.list_rounds(session, found.person, PageQuery(limit=20, cursor=cursor))
        districts = plan_store.districts(session, found.person)
        stations = plan_store.stations(session, found.person)
    return render(
        request,
        "patrol.html",
        found,
        going_on=going_on,
        page=page,
        districts=districts,
        stations=stations,
        risks=RISKS,
        max_target=MAX_TARGET,
    )


@router.post("/patrol/rounds")
def start_round(
    found: ReviewerDep,
    database: DatabaseDep,
    given: Annotated[RoundForm, Form()],
) -> Response:
    """Begin a round and go to the wall."""
    with database.writing() as session:
        round_store.start_round(session, found.person, given.round_in)
    return RedirectResponse("/patrol/wall", 303)


@router.get("/patrol/wall")
def wall_page(
    request: Request, found: ReviewerDep, database: DatabaseDep, settings: SettingsDep
) -> Response:
    """The wall of one's open round; its cameras are asked for by the page itself."""
    with database.reading() as session:
        going_on = round_store.open_round(session, found.person)
    if going_on is None:
        return RedirectResponse("/patrol", 303)
    return render(
        request,
        "wall.html",
        found,
        round=going_on,
        sizes=SIZES,
        reportable=REPORTABLE,
        stale_s=settings.picture_stale_s,
    )


@router.get("/patrol/rounds/{round_id}")
def round_page(
    request: Request,
    round_id: RoundId,
    found: ReviewerDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Response:
    """What came of one round: every look with its picture's hash, and what nobody looked at."""
    with database.reading() as session:
        told = round_store.get_round(session, found.person, round_id)
        looks = wall_store.list_looks(session, round_id, undone=True)
        left = wall_store.tiles(session, round_id, wall_store.unlooked(session, round_id), settings)
    return render(request, "round.html", found, round=told, looks=looks, left=left)


@router.get("/patrol/coverage")
def coverage_page(
    request: Request,
    found: StaffDep,
    database: DatabaseDep,
    days: Annotated[int, Query(ge=1, le=365)] = 30,
) -> Response:
    """How much was looked at, by static class."""
    with database.reading() as session:
        told = coverage_store.coverage(session, found.person, days)
    wanted_s = {risk: span.total_seconds() for risk, span in WANTED.items()}
    return render(request, "coverage.html", found, told=told, periods=PERIODS, wanted_s=wanted_s)
