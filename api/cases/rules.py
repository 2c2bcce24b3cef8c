"""The one step from a standing of a case to the next. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from api.cases.clocks import Calendar, Clocks
from api.cases.transitions import (
    BY_ACTION,
    ENDED,
    TRANSITIONS,
    Action,
    Doer,
    Need,
    State,
    Transition,
)
from vision.errors import ConflictError, ForbiddenError, InvalidError

# What video can decide: hats and masks are seen all day, an animal hides.
BY_VIDEO: Final = ("missing_hat", "missing_mask", "mask_worn_wrong")
LONGEST_ORDER: Final = timedelta(days=180)
REMIND_BEFORE: Final = timedelta(hours=24)
LOOK_AGAIN: Final = timedelta(hours=1)
# How an alert that comes or goes changes the number of those that stand.
UPHELD: Final[dict[str, int]] = {"join": 1, "reopen": 1, "leave": -1}


@dataclass(frozen=True, slots=True)
class By:
    """Who does it; the system has its own name."""

    id: str
    role: Doer


@dataclass(frozen=True, slots=True)
class Given:
    """What came with an action; ``files`` are SHA-256 of evidence."""

    reason: str = ""
    files: tuple[str, ...] = ()
    deadline: datetime | None = None
    articles: tuple[str, ...] = ()
    alert: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What is done, by whom and when; ``detail`` is written down with it."""

    action: Action
    by: By
    at: datetime
    given: Given = field(default_factory=Given)
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Times:
    """The policy's part in it."""

    clocks: Clocks = field(default_factory=Clocks)
    calendar: Calendar = field(default_factory=Calendar)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands; ``upheld`` counts its alerts whose verdict stands.

    ``due_at`` is by when the next move is due; ``remind_at`` and ``look_back_at`` are when the
    system has to do something by itself.
    """

    rule: str
    state: State = "opened"
    upheld: int = 0
    first_signer: str | None = None
    escalated: bool = False
    due_at: datetime | None = None
    remind_at: datetime | None = None
    look_back_at: datetime | None = None
    repeats: int = 0

    @property
    def ended(self) -> bool:
        """Whether nobody has to do anything any more."""
        return self.state in ENDED

    @property
    def by_video(self) -> bool:
        """Whether video may decide that it was rectified."""
        return self.rule in BY_VIDEO


def opened(rule: str, upheld: int, at: datetime) -> Standing:
    """A new case: somebody must be told, at once."""
    return Standing(rule=rule, upheld=upheld, due_at=at)


def allowed(standing: Standing, by: By) -> tuple[Action, ...]:
    """What this person may do now, in the table's order."""
    return tuple(
        row.action
        for row in TRANSITIONS
        if by.role in row.doers
        and standing.state in row.sources
        and _why_not(standing, row.action, by) is None
    )


def step(standing: Standing, move: Move, times: Times) -> Standing:
    """The standing after the move.

    ForbiddenError for a role that never does it, ConflictError when it is not to be done now,
    InvalidError when something that it needs is missing or cannot be.
    """
    row, action, by = BY_ACTION[move.action], move.action, move.by
    if by.role not in row.doers:
        raise ForbiddenError(f"{action} is for {', '.join(row.doers)}")
    if standing.state not in row.sources:
        can = (name for name in allowed(standing, by) if name not in UPHELD or name == "reopen")
        now = ", ".join(can) or "nothing"
        raise ConflictError(
            f"a case that is {standing.state} cannot be given “{action}”; you can do now: {now}"
        )
    reason = _why_not(standing, action, by)
    if reason is not None:
        raise ConflictError(reason)
    _check_given(row, move.given, move.at)
    return _after(standing, row, move, times)


def _why_not(standing: Standing, action: Action, by: By) -> str | None:
    """What stands in the way beside state and role."""
    if action == "close" and by.id == standing.first_signer:
        return "you signed first; another person closes the case"
    if action == "video_passed" and not standing.by_video:
        return "video alone never clears this; check it on site"
    if action == "sign" and standing.state == "looked_back" and not standing.by_video:
        return "this needs a check on site before anybody signs"
    if action == "escalate" and standing.escalated:
        return "it was escalated already"
    if action == "withdraw" and standing.upheld > 0:
        return "an upheld alert stands; the case is withdrawn once its verdict is taken back"
    return None


def _check_given(row: Transition, given: Given, at: datetime) -> None:
    missing: dict[Need, bool] = {
        "reason": not given.reason.strip(),
        "files": not given.files,
        "deadline": given.deadline is None,
        "articles": not given.articles,
        "alert": not given.alert,
    }
    for need in row.needs:
        if missing[need]:
            raise InvalidError(f"{need} is needed for “{row.action}”", need)
    if given.deadline is None:
        return
    if given.deadline <= at:
        raise InvalidError("deadline lies in the past; give one that is still to come", "deadline")
    if given.deadline > at + LONGEST_ORDER:
        raise InvalidError(f"deadline may be {LONGEST_ORDER.days} days ahead at most", "deadline")


def _after(standing: Standing, row: Transition, move: Move, times: Times) -> Standing:
    state = row.target or standing.state
    due_at = _due_at(standing, row, move, times)
    changed = due_at != standing.due_at
    remind_at = _remind_at(state, due_at, move.at) if changed else standing.remind_at
    return replace(
        standing,
        state=state,
        due_at=due_at,
        remind_at=None if move.action == "remind" else remind_at,
        look_back_at=_look_back_at(standing, row, move.at, times),
        first_signer=_first_signer(standing, row, move.by),
        # What was overdue is done, or has another time; what is due still stays escalated.
        escalated=move.action == "escalate" or (standing.escalated and not changed),
        repeats=standing.repeats + (move.action == "reopen"),
        upheld=standing.upheld + (UPHELD.get(move.action, 0) if move.given.alert else 0),
    )


def _first_signer(standing: Standing, row: Transition, by: By) -> str | None:
    if row.action == "sign":
        return by.id
    state = row.target or standing.state
    return standing.first_signer if state in ("closing", "closed") else None


def _due_at(standing: Standing, row: Transition, move: Move, times: Times) -> datetime | None:
    clocks, calendar = times.clocks, times.calendar
    if row.action in ("order", "extend"):
        return move.given.deadline
    if row.target is None or row.target == "acknowledged":
        return standing.due_at
    if row.target == "opened":
        return move.at
    if row.target == "notified":
        return calendar.after_hours(move.at, clocks.answer_h)
    days: dict[State, int] = {
        "answered": clocks.decide_days,
        "failed": clocks.decide_days,
        "rectified": clocks.look_back_until_days,
        "looked_back": clocks.close_days,
        "checked": clocks.close_days,
        "closing": clocks.close_days,
    }
    return calendar.after_days(move.at, days[row.target]) if row.target in days else None


def _remind_at(state: State, due_at: datetime | None, at: datetime) -> datetime | None:
    """Some time before an order's deadline, unless that is so near that it need not be told."""
    if state != "ordered" or due_at is None:
        return None
    remind_at = due_at - REMIND_BEFORE
    return remind_at if remind_at > at else None


def _look_back_at(
    standing: Standing, row: Transition, at: datetime, times: Times
) -> datetime | None:
    """After the proof came; where video cannot decide it says so at once."""
    if row.target == "rectified":
        wait_h = times.clocks.look_back_after_h if standing.by_video else 0
        return at + timedelta(hours=wait_h)
    if row.action == "video_undecided":
        return at + LOOK_AGAIN if standing.by_video else None
    return standing.look_back_at if row.target is None else None


def escalates_at(due_at: datetime, times: Times) -> datetime:
    """When what is overdue goes to a supervisor: never outside business hours."""
    return times.calendar.after_hours(due_at, times.clocks.escalate_after_h)
