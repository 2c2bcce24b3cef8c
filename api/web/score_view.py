"""What the score page tells a restaurant: gathered from score, cases, appeals, sheets, cameras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.schemas import AlertOut
from api.alerts.store import read_alerts, shown
from api.appeals import store as appeals
from api.appeals.models import AppealRow
from api.cameras.health_store import camera_health
from api.cameras.models import CameraRow
from api.cameras.schemas import HealthOut
from api.cases.reading import list_cases
from api.cases.schemas import CaseOut, CaseQuery
from api.restaurants.places import get_restaurant
from api.restaurants.schemas import RestaurantOut
from api.scores import store as scores
from api.scores.schemas import DayOut, EpisodeCost, Part, Score
from api.settings import Settings
from api.sheets import store as sheets
from api.sheets.schemas import SheetLine
from api.web import score_words as words

DAYS: Final = 90
QUIET_DAYS: Final = 30
SHOWN: Final = 6
# Less than this many points is not worth naming.
WORTH: Final = 0.05
WORTH_SAYING: Final = 1.0
TO_PUT_RIGHT: Final = ("open", "overdue", "repeated")


@dataclass(frozen=True, slots=True)
class EpisodeLine:
    """One episode: what it costs, how it is won back, how its appeal stands."""

    cost: EpisodeCost
    alert: AlertOut
    picture: str | None
    case: CaseOut | None
    appeal: AppealRow | None
    appeal_until: datetime | None

    @property
    def regain(self) -> float:
        """Points that come back once it is put right and checked."""
        return max(0.0, self.cost.points - self.cost.points_if_passed)


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part of the score; ``seen`` counts the episodes in it."""

    part: Part
    episodes: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A supposition and the score that would come of it."""

    text: str
    value: float
    difference: float


@dataclass(frozen=True, slots=True)
class CameraLine:
    """One camera and how it is."""

    id: str
    name: str
    health: HealthOut


@dataclass(frozen=True, slots=True)
class ScorePage:
    """Everything the page shows."""

    restaurant: RestaurantOut
    score: Score
    bounds: dict[str, float]
    days: tuple[DayOut, ...]
    headline: str
    parts: tuple[PartLine, ...]
    episodes: tuple[EpisodeLine, ...]
    further: int
    further_points: float
    what_ifs: tuple[WhatIf, ...]
    yours: tuple[CaseOut, ...]
    theirs: tuple[CaseOut, ...]
    sheets: tuple[SheetLine, ...]
    sheets_missing: int
    cameras: tuple[CameraLine, ...]


def score_page(
    session: Session, person: Person, settings: Settings, restaurant_id: str, every: bool = False
) -> ScorePage:
    """The page of one restaurant; NotFoundError when this person has no such restaurant."""
    restaurant = get_restaurant(session, person, restaurant_id)
    known = scores.read(session, restaurant_id)
    score = known.score(costs=True)
    costs = list(score.episodes or ())
    cases = list_cases(session, person, CaseQuery(restaurant=restaurant_id, limit=200)).items
    some = costs if every else costs[:SHOWN]
    rest = costs[len(some) :]
    grades = known.reading.policy.grades
    lines = _sheets(session, person, restaurant_id)
    return ScorePage(
        restaurant=restaurant,
        score=score,
        bounds={"C": grades.C, "B": grades.B, "A": grades.A},
        days=tuple(scores.history(session, restaurant_id, DAYS)),
        headline=headline(score),
        parts=tuple(PartLine(part, _count(part, costs)) for part in score.parts),
        episodes=tuple(episode_lines(session, some, cases)),
        further=len(rest),
        further_points=sum(one.points for one in rest),
        what_ifs=tuple(what_ifs(known, score)),
        yours=tuple(one for one in cases if one.turn == "restaurant" or one.state == "failed"),
        theirs=tuple(one for one in cases if one.turn == "office" and one.state != "failed"),
        sheets=tuple(one for one in lines if one.standing == "open"),
        sheets_missing=sum(one.standing == "missing" for one in lines),
        cameras=tuple(_cameras(session, restaurant_id, settings)),
    )


def headline(score: Score) -> str:
    """The one thing to know, as a msgid; empty while there is no score."""
    if score.value is None:
        return ""
    if score.caps:
        return words.CAP[min(score.caps, key=lambda cap: cap.limit).name]
    lost = [part for part in score.parts if part.lost >= WORTH_SAYING]
    caused = [part for part in lost if _caused(part, score.episodes or ())]
    if caused:
        return words.WORST[max(caused, key=lambda part: part.lost).name]
    return words.NOTHING_FOUND if lost else words.ALL_WELL


def _caused(part: Part, costs: Sequence[EpisodeCost]) -> bool:
    """Whether something happened; a part may also lack points because little was watched yet."""
    if part.terms is not None:
        return _count(part, costs) > 0
    if part.due is not None:
        return (part.on_time or 0) < part.due
    return True


def _count(part: Part, costs: Sequence[EpisodeCost]) -> int:
    return sum(one.family == part.name and one.state != "same" for one in costs)


def episode_lines(
    session: Session, costs: Sequence[EpisodeCost], cases: Sequence[CaseOut]
) -> list[EpisodeLine]:
    """Episodes with their pictures, cases and appeals; ask for those of one's own restaurant."""
    ids = [one.alert_id for one in costs]
    alerts = {one.id: one for one in read_alerts(session, shown().where(AlertRow.id.in_(ids)))}
    settled = dict(
        session.execute(select(AlertRow.id, AlertRow.settled_at).where(AlertRow.id.in_(ids))).all()
    )
    newest = appeals.newest_of(session, ids)
    by_id = {one.id: one for one in cases}
    return [
        EpisodeLine(
            cost=one,
            alert=alerts[one.alert_id],
            picture=_picture(alerts[one.alert_id]),
            case=by_id.get(one.case_id or ""),
            appeal=newest.get(one.alert_id),
            appeal_until=_appeal_until(session, one.alert_id, settled.get(one.alert_id)),
        )
        for one in costs
        if one.alert_id in alerts
    ]


def _picture(alert: AlertOut) -> str | None:
    """Where its best frame lies, for this reader's eyes."""
    frames = (one for one in alert.evidence if one.kind == "frame" and one.stored)
    first = next(frames, None)
    return f"/api/v1/alerts/{alert.id}/evidence/{first.sha256}" if first else None


def _appeal_until(session: Session, alert_id: UUID, settled_at: datetime | None) -> datetime | None:
    """The end of the term while an appeal can be made now."""
    if settled_at is None or appeals.why_not_now(session, alert_id) is not None:
        return None
    return appeals.term_of(session, settled_at).ends_at(settled_at)


def what_ifs(known: scores.Known, score: Score) -> list[WhatIf]:
    """What the score would be; nothing is told that would change nothing."""
    if score.value is None:
        return []
    open_ones = {
        str(one.alert_id)
        for one in score.episodes or ()
        if one.case_id and one.state in TO_PUT_RIGHT and one.points - one.points_if_passed > WORTH
    }
    at = known.reading.moment.at
    righted = replace(known, log=known.log.passed(open_ones, at)) if open_ones else None
    tried = [(words.IF_PASSED, righted), (words.IF_QUIET, scores.ahead(known, QUIET_DAYS))]
    if righted is not None:
        tried.append((words.IF_BOTH, scores.ahead(righted, QUIET_DAYS)))
    found = []
    for text, supposed in tried:
        value = None if supposed is None else supposed.score(costs=False).value
        if value is not None:
            found.append(WhatIf(text, value, value - score.value))
    return found


def _sheets(session: Session, person: Person, restaurant_id: str) -> list[SheetLine]:
    """The sheets of this month and the one before."""
    present = sheets.read_month(session, person, restaurant_id, None)
    before = date.fromisoformat(f"{present.month}-01") - timedelta(days=1)
    earlier = sheets.read_month(session, person, restaurant_id, f"{before:%Y-%m}")
    return [*earlier.items, *present.items]


def _cameras(session: Session, restaurant_id: str, settings: Settings) -> list[CameraLine]:
    rows = session.execute(
        select(CameraRow.id, CameraRow.name)
        .where(CameraRow.restaurant_id == restaurant_id, CameraRow.active)
        .order_by(CameraRow.name)
    ).all()
    health = camera_health(session, [row[0] for row in rows], settings)
    return [CameraLine(camera, name, health[camera]) for camera, name in rows]
