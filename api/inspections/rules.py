"""What a visit comes to, what may happen to it, and which visit comes first. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from api.inspections.checklists import Checklist
from api.restaurants.schemas import Risk
from vision.errors import ConflictError

Kind = Literal["routine", "complaint", "campaign", "case"]
State = Literal["planned", "under_way", "done", "cancelled"]
Answer = Literal["met", "not_met", "na"]
WhyNot = Literal["not_done_here", "not_present", "not_open"]
Outcome = Literal["met", "partly", "not_met"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
STATES: Final[tuple[State, ...]] = get_args(State)
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
WHY_NOT: Final[tuple[WhyNot, ...]] = get_args(WhyNot)
OPEN: Final[tuple[State, ...]] = ("planned", "under_way")


@dataclass(frozen=True, slots=True)
class Result:
    """Counts of a visit; ``share`` is met of what applied, None when nothing did."""

    met: int
    not_met: int
    not_applicable: int
    outcome: Outcome

    @property
    def share(self) -> float | None:
        """What does not apply is not in the denominator."""
        return share(self.met, self.not_met)


def share(met: int, not_met: int) -> float | None:
    """Met of what applied."""
    return met / (met + not_met) if met + not_met else None


def result_of(checklist: Checklist, answers: Mapping[str, Answer]) -> Result:
    """``not_met`` as soon as a key item is not met, ``partly`` when only others are not."""
    counts = {kind: sum(given == kind for given in answers.values()) for kind in get_args(Answer)}
    failed = {item for item, given in answers.items() if given == "not_met"}
    key = any(item.key for item in checklist.items if item.id in failed)
    outcome: Outcome = "not_met" if key else "partly" if failed else "met"
    return Result(counts["met"], counts["not_met"], counts["na"], outcome)


def unanswered(checklist: Checklist, answers: Mapping[str, Answer]) -> list[str]:
    """Items that nobody answered, in the list's order."""
    return [item.id for item in checklist.items if item.id not in answers]


def require_open(state: str, act: str) -> None:
    """ConflictError unless the visit may still be started, finished or cancelled."""
    if state == "done":
        raise ConflictError(f"the visit is done; it cannot be {act} any more")
    if state == "cancelled":
        raise ConflictError(f"the visit was cancelled; plan another one, it cannot be {act}")


# --- which restaurant comes first -----------------------------------------------------------------

# Working assumptions, not measured: how likely something is wrong where no score is known, and how
# much harm it would do. Static risk grows with the guests and with what is cooked for them.
UNKNOWN_CHANCE: Final[Mapping[Risk, float]] = {"A": 0.1, "B": 0.2, "C": 0.35, "D": 0.5}
HARM: Final[Mapping[Risk, float]] = {"A": 1.0, "B": 1.5, "C": 2.0, "D": 3.0}
# A look from yesterday leaves a tenth of the doubt; after so many days half of the rest is back.
FRESH: Final = 0.1
HALF_DAYS: Final = 90.0
# What an open case adds: somebody found it wrong already; overdue it was left so.
OPEN_CASE: Final = 0.5
WAITING_CASE: Final = 1.0
OVERDUE_CASE: Final = 1.5


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a restaurant; ``days`` since the last visit, None when there was none."""

    risk: Risk
    score: float | None = None
    days: float | None = None
    open_cases: int = 0
    waiting_cases: int = 0
    overdue_cases: int = 0


@dataclass(frozen=True, slots=True)
class Loss:
    """The expected loss and the terms it is made of: ``harm * (chance * doubt + cases)``."""

    harm: float
    chance: float
    doubt: float
    cases: float

    @property
    def total(self) -> float:
        """What orders the visits, the highest first."""
        return self.harm * (self.chance * self.doubt + self.cases)


def expected_loss(of: Standing) -> Loss:
    """How much it costs not to go there today.

    The chance that something is wrong is 1 - score / 100, or an assumption by static risk while
    there is no score; doubt comes back with the days since somebody looked.
    """
    chance = UNKNOWN_CHANCE[of.risk] if of.score is None else 1 - min(max(of.score, 0), 100) / 100
    doubt = 1.0
    if of.days is not None:
        doubt = 1 - (1 - FRESH) * 2 ** (-max(of.days, 0.0) / HALF_DAYS)
    cases = (
        OPEN_CASE * of.open_cases
        + WAITING_CASE * of.waiting_cases
        + OVERDUE_CASE * of.overdue_cases
    )
    return Loss(HARM[of.risk], chance, doubt, cases)
