"""What may happen to a case, as a table: the diagram in docs/cases.md is drawn from it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from api.accounts.schemas import Role

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
OFFICE: Final[tuple[Doer, ...]] = ("inspector", "supervisor", "admin")
CHIEFS: Final[tuple[Doer, ...]] = ("supervisor", "admin")


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
    Transition("join", (*OPEN, "closed"), None, ("system", *OFFICE)),
    Transition("leave", STATES, None, ("system", *CHIEFS), ("reason",)),
    Transition("notify", ("opened",), "notified", ("system",)),
    Transition("acknowledge", ("notified",), "acknowledged", ("restaurant",)),
    Transition("answer", ("notified", "acknowledged"), "answered", ("restaurant",), ("reason",)),
    Transition(
        "order",
        OPEN,
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
    Transition(
        "check_failed",
        (*_BEFORE_CHECK, "checked", "closing"),
        "failed",
        OFFICE,
        ("reason", "files"),
    ),
    Transition("sign", ("looked_back", "checked"), "closing", OFFICE, ("reason",)),
    Transition("send_back", ("closing",), "failed", OFFICE, ("reason",)),
    Transition("close", ("closing",), "closed", OFFICE, ("reason",)),
    Transition("escalate", OPEN, None, ("system", *OFFICE), ("reason",)),
    Transition("reopen", ("closed",), "opened", ("system", *CHIEFS), ("reason",)),
    Transition("withdraw", (*OPEN, "closed"), "withdrawn", ("system", *CHIEFS), ("reason",)),
    Transition("note", OPEN, None, ("restaurant", *OFFICE), ("reason",)),
)
BY_ACTION: Final[dict[Action, Transition]] = {row.action: row for row in TRANSITIONS}
