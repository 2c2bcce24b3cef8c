"""What may happen to a case, by whom, when, and with what: a table, and the step it allows. Pure.

``step`` is the one way from a standing to the next. The diagram in docs/cases.md is drawn from
``TRANSITIONS``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from api.accounts.schemas import Role
from api.cases.clocks import Calendar, Clocks
from vision.errors import ConflictError, ForbiddenError, InvalidError

State = Literal[
    "opened",
    "notified",
    "acknowledged",
    "answered",
    "ordered",
    "rectified",
    "failed",
    "looked_back",
    "checked",
    "closing",
    "closed",
    "withdrawn",
]
Action = Literal[
    "open",
    "join",
    "leave",
    "notify",
    "acknowledge",
    "answer",
    "order",
    "extend",
    "remind",
    "rectify",
    "video_passed",
    "video_failed",
    "video_undecided",
    "check_passed",
    "check_failed",
    "sign",
    "send_back",
    "close",
    "escalate",
    "reopen",
    "withdraw",
    "note",
]
Doer = Role | Literal["system"]
Need = Literal["reason", "files", "deadline", "articles", "alert"]

STATES: Final[tuple[State, ...]] = get_args(State)
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
ENDED: Final[tuple[State, ...]] = ("closed", "withdrawn")
OPEN: Final[tuple[State, ...]] = tuple(state for state in STATES if state not in ENDED)
# Whose move it is; in the other open states it is the office's.
RESTAURANT_MOVES: Final[tuple[State, ...]] = ("notified", "acknowledged", "ordered")
# What video can decide: hats and masks are seen all day, an animal hides.
BY_VIDEO: Final = ("missing_hat", "missing_mask", "mask_worn_wrong")
OFFICE: Final[tuple[Doer, ...]] = ("inspector", "supervisor", "admin")
CHIEFS: Final[tuple[Doer, ...]] = ("supervisor", "admin")
LONGEST_ORDER: Final = timedelta(days=180)
REMIND_BEFORE: Final = timedelta(hours=24)
LOOK_AGAIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: ``target`` None leaves the state as it is."""

    action: Action
    sources: tuple[State, ...]
    target: State | None
    doers: tuple[Doer, ...]
    needs: tuple[Need, ...] = ()


_BEFORE_CHECK: Final[tuple[State, ...]] = (
    "notified",
    "acknowledged",
    "answered",
    "ordered",
    "rectified",
    "looked_back",
    "failed",
)
TRANSITIONS: Final[tuple[Transition, ...]] = (
    Transition("join", OPEN, None, ("system", *OFFICE)),
    Transition("leave", STATES, None, ("system", *CHIEFS), ("reason",)),
    Transition("notify", ("opened",), "notified", ("system",)),
    Transition("acknowledge", ("notified",), "acknowledged", ("restaurant",)),
    Transition("answer", ("notified", "acknowledged"), "answered", ("restaurant",), ("reason",)),
    Transition(
        "order",
        ("opened", "notified", "acknowledged", "answered", "ordered", "rectified", "failed"),
        "ordered",
        OFFICE,
        ("reason", "deadline", "articles"),
    ),
    Transition("extend", ("ordered",), None, CHIEFS, ("reason", "deadline")),
    Transition("remind", ("ordered",), None, ("system",)),
    Transition(
        "rectify",
        ("notified", "acknowledged", "answered", "ordered", "failed"),
        "rectified",
        ("restaurant",),
        ("reason", "files"),
    ),
    Transition("video_passed", ("rectified",), "looked_back", ("system",)),
    Transition(
        "video_failed",
        ("rectified", "looked_back", "checked", "closing"),
        "failed",
        ("system",),
        ("alert",),
    ),
    Transition("video_undecided", ("rectified",), None, ("system",)),
    Transition("check_passed", _BEFORE_CHECK, "checked", OFFICE, ("reason", "files")),
    Transition("check_failed", (*_BEFORE_CHECK, "checked"), "failed", OFFICE, ("reason", "files")),
    Transition("sign", ("looked_back", "checked"), "closing", OFFICE, ("reason",)),
    Transition("send_back", ("closing",), "failed", OFFICE, ("reason",)),
    Transition("close", ("closing",), "closed", OFFICE, ("reason",)),
    Transition("escalate", OPEN, None, ("system", *OFFICE), ("reason",)),
    Transition("reopen", ("closed",), "opened", ("system", *CHIEFS), ("reason",)),
    Transition("withdraw", (*OPEN, "closed"), "withdrawn", ("system", *CHIEFS), ("reason",)),
    Transition("note", OPEN, None, ("restaurant", *OFFICE), ("reason",)),
)
BY_ACTION: Final[dict[Action, Transition]] = {row.action: row for row in TRANSITIONS}


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


def step(
    standing: Standing, action: Action, by: By, given: Given, at: datetime, times: Times
) -> Standing:
    """The standing after the action.

    ForbiddenError for a role that never does it, ConflictError when it is not to be done now,
    InvalidError when something that it needs is missing or cannot be.
    """
    row = BY_ACTION[action]
    if by.role not in row.doers:
        raise ForbiddenError(f"{action} is for {', '.join(row.doers)}")
    if standing.state not in row.sources:
        now = ", ".join(allowed(standing, by)) or "nothing"
        raise ConflictError(
            f"a case that is {standing.state} cannot be given “{action}”; you can do now: {now}"
        )
    reason = _why_not(standing, action, by)
    if reason is not None:
        raise ConflictError(reason)
    _check_given(row, given, at)
    return _after(standing, row, by, given, at, times)


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
        "alert": given.alert is None,
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


def _after(
    standing: Standing, row: Transition, by: By, given: Given, at: datetime, times: Times
) -> Standing:
    state = row.target or standing.state
    due_at = _due_at(standing, row, given, at, times)
    changed = due_at != standing.due_at
    remind_at = _remind_at(state, due_at, at) if changed else standing.remind_at
    return replace(
        standing,
        state=state,
        due_at=due_at,
        remind_at=None if row.action == "remind" else remind_at,
        look_back_at=_look_back_at(standing, row, at, times),
        first_signer=by.id if state == "closing" and row.target else _kept_signer(standing, state),
        # What was overdue is done, or has another time; what is due still stays escalated.
        escalated=row.action == "escalate" or (standing.escalated and not changed),
        repeats=standing.repeats + (row.action == "reopen"),
        upheld=standing.upheld + {"join": 1, "reopen": 1, "leave": -1}.get(row.action, 0)
        if given.alert is not None
        else standing.upheld,
    )


def _kept_signer(standing: Standing, state: State) -> str | None:
    return standing.first_signer if state in ("closing", "closed") else None


def _due_at(
    standing: Standing, row: Transition, given: Given, at: datetime, times: Times
) -> datetime | None:
    clocks, calendar = times.clocks, times.calendar
    if row.action in ("order", "extend"):
        return given.deadline
    if row.target is None or row.target == "acknowledged":
        return standing.due_at
    if row.target == "opened":
        return at
    if row.target == "notified":
        return calendar.after_hours(at, clocks.answer_h)
    days: dict[State, int] = {
        "answered": clocks.decide_days,
        "failed": clocks.decide_days,
        "rectified": clocks.look_back_until_days,
        "looked_back": clocks.close_days,
        "checked": clocks.close_days,
        "closing": clocks.close_days,
    }
    return calendar.after_days(at, days[row.target]) if row.target in days else None


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
