"""Periods, items and findings of self-control sheets. Pure.

A sheet's day is a local day of the policy's calendar. The three kinds and who signs them follow
the national order on the duties of food enterprises (2022, No. 60): the food safety officer signs
the day, the food safety director the week, the person in charge of the enterprise the month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from vision.errors import InvalidError

Kind = Literal["daily", "weekly", "monthly"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
AnswerState = Literal["ok", "found", "na"]
Finding = Literal["zero", "found", "closed"]
# open: it can be confirmed now; missing: its time is over and nobody did; running: its last day
# is still to come; late: confirmed, but after its time.
Standing = Literal["confirmed", "late", "open", "missing", "running"]
DAY: Final = timedelta(days=1)
DAILY_UNTIL: Final = time(12)
END: Final = time(23, 59, 59)
MONTHLY_UNTIL_DAY: Final = 3
# Less than this of the scheduled time seen is a finding: the score asks for as much.
ENOUGH_SEEN: Final = 0.95
HAT_AND_MASK: Final = ("missing_hat", "missing_mask", "mask_worn_wrong")
PESTS: Final = ("pest_rodent", "pest_cockroach", "pest_fly", "animal")
ITEMS: Final[dict[Kind, tuple[str, ...]]] = {
    "daily": (
        "staff_health",
        "hats_masks",
        "pests",
        "cameras",
        "deliveries",
        "storage",
        "cooking",
        "dishes",
        "samples",
        "waste",
    ),
    "weekly": (
        "week_days",
        "week_problems",
        "week_deadlines",
        "week_cameras",
        "week_pest_control",
        "week_equipment",
        "week_papers",
        "week_training",
    ),
    "monthly": (
        "month_weeks",
        "month_problems",
        "month_deadlines",
        "month_people",
        "month_risks",
        "month_emergency",
    ),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A sheet's kind and days, the last one included."""

    kind: Kind
    first: date
    last: date

    def begins_at(self, zone: ZoneInfo) -> datetime:
        """Its first moment there."""
        return datetime.combine(self.first, time(), zone)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """The moment after its last."""
        return datetime.combine(self.last + DAY, time(), zone)

    def due_at(self, zone: ZoneInfo) -> datetime:
        """By when it is to be confirmed.

        A day by noon of the next, a week by the end of the next day, a month by the third.
        """
        if self.kind == "daily":
            return datetime.combine(self.last + DAY, DAILY_UNTIL, zone)
        days = MONTHLY_UNTIL_DAY if self.kind == "monthly" else 1
        return datetime.combine(self.last + days * DAY, END, zone)

    def before(self) -> Period:
        """The period of the same kind just before this one."""
        return period_of(self.kind, self.first - DAY)

    def days(self) -> Iterator[date]:
        """Each of its days."""
        return (self.first + n * DAY for n in range((self.last - self.first).days + 1))


def period_of(kind: Kind, day: date) -> Period:
    """The period of that kind in which a day lies; weeks begin on Monday."""
    if kind == "daily":
        return Period(kind, day, day)
    if kind == "weekly":
        monday = day - day.weekday() * DAY
        return Period(kind, monday, monday + 6 * DAY)
    first = day.replace(day=1)
    return Period(kind, first, (first + 31 * DAY).replace(day=1) - DAY)


def read_period(kind: str, first_day: str) -> Period | None:
    """The period that an address names; None when it names none."""
    try:
        day = date.fromisoformat(first_day)
    except ValueError:
        return None
    if kind not in KINDS or not 2000 <= day.year <= 2199:
        return None
    found = period_of(kind, day)
    return found if found.first == day and first_day == day.isoformat() else None


def periods_in(kind: Kind, month: date, since: date) -> list[Period]:
    """The periods that end in a month, from the one in which ``since`` lies."""
    whole = period_of("monthly", month)
    found = {period_of(kind, day) for day in whole.days()}
    fitting = (one for one in found if whole.first <= one.last <= whole.last and one.last >= since)
    return sorted(fitting, key=lambda one: one.first)


def standing(
    period: Period, confirmed_late: bool | None, now: datetime, zone: ZoneInfo
) -> Standing:
    """Where a sheet stands; ``confirmed_late`` is None while nobody confirmed it."""
    if confirmed_late is not None:
        return "late" if confirmed_late else "confirmed"
    if now.astimezone(zone).date() < period.last:
        return "running"
    return "missing" if now > period.due_at(zone) else "open"


@dataclass(frozen=True, slots=True)
class Told:
    """What the records say of a period; ``seen`` is the share of scheduled time, if any was."""

    episodes: Mapping[str, int]
    camera_troubles: int
    seen: float | None
    orders_late: int
    sheets_missing: int

    def count(self, rules: Sequence[str]) -> int:
        """Episodes of these rules."""
        return sum(self.episodes.get(rule, 0) for rule in rules)

    @property
    def cameras_wanting(self) -> bool:
        """Whether the cameras did not see enough."""
        return self.camera_troubles > 0 or (self.seen is not None and self.seen < ENOUGH_SEEN)


def suggested(item: str, told: Told) -> AnswerState | None:
    """What the records answer to an item; None for what only a person can know."""
    answers = {
        "hats_masks": told.count(HAT_AND_MASK) > 0,
        "pests": told.count(PESTS) > 0,
        "cameras": told.cameras_wanting,
        "week_cameras": told.cameras_wanting,
        "week_days": told.sheets_missing > 0,
        "month_weeks": told.sheets_missing > 0,
        "week_deadlines": told.orders_late > 0,
        "month_deadlines": told.orders_late > 0,
    }
    if item not in answers:
        return None
    return "found" if answers[item] else "ok"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person said about one item."""

    item: str
    state: AnswerState
    remark: str = ""


def check_answers(kind: Kind, answers: Sequence[Answer], told: Told) -> None:
    """InvalidError, naming the item, when one is missing or needs a remark.

    A remark says what was found and done, or why the records are corrected.
    """
    given = {answer.item: answer for answer in answers}
    if len(given) != len(answers) or not given.keys() <= set(ITEMS[kind]):
        raise InvalidError("answer each item of the sheet once", "answers")
    for item in ITEMS[kind]:
        answer = given.get(item)
        if answer is None:
            raise InvalidError(f"{item}: say how it is", item)
        if answer.state == "found" and not answer.remark.strip():
            raise InvalidError(f"{item}: write what was found and what was done", item)
        known = suggested(item, told)
        if known not in (None, answer.state) and not answer.remark.strip():
            raise InvalidError(f"{item}: write why this is not as recorded", item)


def finding_of(answers: Sequence[Answer], told: Told, closed: bool) -> Finding:
    """Zero risk only where neither the records nor the person found anything."""
    if closed:
        return "closed"
    nothing = not sum(told.episodes.values()) and all(one.state != "found" for one in answers)
    return "zero" if nothing else "found"
