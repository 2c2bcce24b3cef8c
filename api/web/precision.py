"""The precision board: how far alerts can be trusted, and how many were missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import Response

from api.database import now
from api.deps import DatabaseDep, SettingsDep, StaffDep
from api.samples import recall
from api.samples.plans import WITHOUT
from api.samples.schemas import RecallItem, RecallQuery
from api.settings import Settings
from api.stats import store
from api.stats.precision import precision
from api.stats.schemas import Dimension, Id, PrecisionItem, PrecisionQuery, Verdict
from api.web import measured_words as words
from api.web.intervals import ENOUGH, TICKS, Bar, address, bar
from api.web.rendering import render
from api.web.words import SUPERVISORS
from vision.names import RuleId

router = APIRouter(include_in_schema=False)
MOST_SHOWN: Final = 200
PAGE: Final = 100
FEW_CAMERAS: Final = 200
PLACES: Final = ("camera", "restaurant")
GOALS: Final = (70, 75, 80, 85, 90, 95)
Empty = BeforeValidator(lambda value: None if value == "" else value)


class BoardQuery(BaseModel):
    """The board's tab and filters, all in its address."""

    model_config = ConfigDict(extra="ignore")

    by: Annotated[str, Field(pattern="^(rule|camera|restaurant|model|hour|week)$")] = "rule"
    days: Annotated[int, Field(ge=0, le=3650)] = 30
    goal: Annotated[int, Field(ge=50, le=99)] = 85
    rule: Annotated[RuleId | None, Empty] = None
    camera: Annotated[Id | None, Empty] = None
    restaurant: Annotated[Id | None, Empty] = None
    model: Annotated[str | None, Empty, Field(pattern=r"^[0-9a-f]{64}$")] = None
    start: Annotated[int, Field(ge=0, le=1_000_000)] = 0

    def figures(self, zone: ZoneInfo) -> PrecisionQuery:
        """What to count: whole local days up to now."""
        return PrecisionQuery(
            by=self.by,
            since=since(self.days, zone),
            rule=self.rule,
            camera=self.camera,
            restaurant=self.restaurant,
            model=self.model,
        )

    @property
    def given(self) -> dict[str, Any]:
        """The filters as they stand in an address."""
        return self.model_dump(exclude_none=True, exclude={"start"})


class BehindQuery(BoardQuery):
    """Which figure's alerts to list."""

    key: Annotated[str, Field(max_length=400)] = ""
    verdict: Annotated[Verdict | None, Empty] = None
    below: Annotated[float | None, Empty, Field(ge=0, le=1)] = None
    sampled: bool = Field(default=False, description="of days that were sampled, as recall counts")


def since(days: int, zone: ZoneInfo) -> datetime | None:
    """The beginning of the first of so many local days; None for all time."""
    if days == 0:
        return None
    day = now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=days - 1)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the board, ready to be drawn."""

    item: PrecisionItem
    key: str
    label: str
    bar: Bar | None
    enough: bool
    links: dict[str, str]
    narrow: str | None


@router.get("/precision")
def board(
    request: Request,
    found: StaffDep,
    database: DatabaseDep,
    settings: SettingsDep,
    query: Annotated[BoardQuery, Query()],
) -> Response:
    """Precision by one dimension, and recall."""
    zone = ZoneInfo(settings.time_zone)
    asked = query.figures(zone)
    missed = RecallQuery(since=asked.since, camera=asked.camera, restaurant=asked.restaurant)
    with database.reading() as session:
        items = precision(session, found.person, asked, zone)
        whole = recall.measured(session, found.person, missed, zone)
        cameras = store.choosable(session, found.person, FEW_CAMERAS, query.camera)
    if query.by in PLACES:
        items.sort(key=_most_doubtful)
    following = query.start + PAGE if query.start + PAGE < len(items) else None
    csv = address("/api/v1/stats/precision.csv", asked.model_dump(exclude_none=True, mode="json"))
    return render(
        request,
        "precision.html",
        found,
        query=query,
        rows=[_row(item, query) for item in items[query.start : query.start + PAGE]],
        groups=len(items),
        more=following and address("/precision", query.given | {"start": following}),
        recall=whole,
        recall_rows=[(item, _recall_bar(item)) for item in whole.items],
        cameras=cameras,
        csv=csv,
        tabs=tabs(query, found.person.role),
        goals=GOALS,
        **shared(),
    )


def shared() -> dict[str, Any]:
    """What the board's templates know besides."""
    return {"words": words, "ticks": TICKS, "few": ENOUGH, "address": address}


def tabs(query: BoardQuery, role: str) -> list[tuple[str, str, bool]]:
    """Label, address, whether it is the present one."""
    found = [
        (label, address("/precision", query.given | {"by": name}), query.by == name)
        for name, label in words.TAB.items()
    ]
    if role in SUPERVISORS:
        found.append((words.THRESHOLDS, "/precision/thresholds", False))
    return found


def _most_doubtful(item: PrecisionItem) -> tuple[bool, float, int]:
    """Where many know little: first whose precision is surely low, last those with few verdicts."""
    high = 1.0 if item.high is None else item.high
    return item.decided < ENOUGH, high, -item.decided


def _row(item: PrecisionItem, query: BoardQuery) -> Row:
    (dimension,) = item.group
    key = item.group[dimension]
    behind = query.given | {"key": key}
    return Row(
        item=item,
        key=key,
        label=item.names.get(dimension, key),
        bar=bar(item.precision, item.low, item.high, query.goal / 100),
        enough=item.decided >= ENOUGH,
        links={
            verdict: address("/precision/alerts", behind | {"verdict": verdict})
            for verdict in words.COUNTED
        },
        narrow=_narrower(dimension, key, query),
    )


def _narrower(dimension: Dimension, key: str, query: BoardQuery) -> str | None:
    """The same time by rule, of this place alone."""
    if dimension not in PLACES:
        return None
    return address("/precision", query.given | {"by": "rule", dimension: key})


def _recall_bar(item: RecallItem) -> Bar | None:
    """An interval without a dot says that too little was looked at."""
    return bar(item.recall, item.low, item.high)


@router.get("/precision/alerts")
def behind(
    request: Request,
    found: StaffDep,
    database: DatabaseDep,
    settings: SettingsDep,
    query: Annotated[BehindQuery, Query()],
) -> Response:
    """The alerts behind one figure, newest first."""
    zone = ZoneInfo(settings.time_zone)
    asked = _asked(query, settings)
    dimension: Dimension = asked.dimensions[0]
    key: dict[Dimension, str] = {dimension: query.key} if query.key else {}
    with database.reading() as session:
        alerts = store.counted_alerts(session, found.person, asked, key, query.verdict, zone)
        if query.sampled:
            days = recall.sampled_days(session, RecallQuery(since=asked.since), zone)
            alerts = (one for one in alerts if _day_of(one, zone) in days)
        shown = list(islice(alerts, MOST_SHOWN + 1))
    return render(
        request,
        "precision_alerts.html",
        found,
        query=query,
        alerts=shown[:MOST_SHOWN],
        more=len(shown) > MOST_SHOWN,
        back=address("/precision", query.model_dump(include=set(BoardQuery.model_fields))),
        **shared(),
    )


def _day_of(alert: store.CountedAlert, zone: ZoneInfo) -> tuple[str, date]:
    return alert.district_id or WITHOUT, alert.started_at.astimezone(zone).date()


def _asked(query: BehindQuery, settings: Settings) -> PrecisionQuery:
    asked = query.figures(ZoneInfo(settings.time_zone))
    return asked.model_copy(update={"below": query.below})
