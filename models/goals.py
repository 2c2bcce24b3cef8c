"""The numbers the detector was asked to reach, against those it reached; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Tables = Mapping[str, Any]
# Fewer than this say nothing, however well they came out.
FEWEST: Final = 20
SEEN: Final = "missing mask where the face is seen"


@dataclass(frozen=True)
class Goal:
    """One figure to reach; ``most`` goals are met from below."""

    what: str
    goal: float
    figure: Callable[[Tables], Mapping[str, float] | float]
    most: bool = False


def _state(part: str, state: str, name: str) -> Callable[[Tables], Mapping[str, float]]:
    return lambda tables: dict(tables[part]["cross_fitted"][state][name])


GOALS: Final[Sequence[Goal]] = (
    Goal(
        "head AP50, kitchen frames and chefs",
        0.90,
        lambda t: t["detector"]["kitchens"]["head"]["ap50"],
    ),
    Goal("missing hat, precision", 0.95, _state("hat", "missing", "precision")),
    Goal("missing hat, recall", 0.90, _state("hat", "missing", "recall")),
    Goal(f"{SEEN}, precision", 0.97, _state("mask", "missing", "precision")),
    Goal(f"{SEEN}, recall", 0.90, _state("mask", "missing", "recall")),
    Goal("masked heads called worn", 0.85, _state("mask", "worn", "recall")),
    Goal("mask worn wrongly, precision", 0.85, _state("mask", "incorrect", "precision")),
    Goal("mask worn wrongly, recall", 0.70, _state("mask", "incorrect", "recall")),
    Goal(
        "faces not seen called missing or incorrect",
        0.02,
        lambda t: t["mask"]["cross_fitted"]["unseen_told"],
        most=True,
    ),
    Goal("rodent AP50", 0.85, lambda t: t["detector"]["by_set"]["overall"]["rodent"]["ap50"]),
    Goal("cockroach AP50", 0.85, lambda t: t["detector"]["by_set"]["overall"]["cockroach"]["ap50"]),
    Goal(
        "pests found in pictures of empty kitchens",
        1 / 300,
        lambda t: t["detector"]["false_pests"]["empty_rooms"],
        most=True,
    ),
    Goal(
        "cats or dogs called rodent",
        0.01,
        lambda t: t["peers"]["pets"]["called_rodent"],
        most=True,
    ),
)


def goals(tables: Tables) -> list[dict[str, Any]]:
    """A row each; a figure that was not measured leaves its goal out."""
    rows = []
    for goal in GOALS:
        try:
            figure = goal.figure(tables)
        except KeyError:
            continue
        rows.append(_row(goal, figure))
    return rows


def answer(met: bool | None) -> str:
    """Whether a goal was reached, in words."""
    return {True: "yes", False: "no", None: "too few to say"}[met]


def _row(goal: Goal, figure: Mapping[str, float] | float) -> dict[str, Any]:
    sign = "at most" if goal.most else "at least"
    return {
        "what": goal.what,
        "goal": f"{sign} {goal.goal:.3g}",
        "reached": _told(figure),
        "met": _met(goal, figure),
    }


def _met(goal: Goal, figure: Mapping[str, float] | float) -> bool | None:
    """Whether it was reached; None where it was not measured, or on too few to say."""
    value = figure if isinstance(figure, float | int) else figure.get("value")
    if value is None:
        return None
    if not isinstance(figure, float | int) and figure["of"] < FEWEST:
        return None
    return value <= goal.goal if goal.most else value >= goal.goal


def _told(figure: Mapping[str, float] | float) -> str:
    if isinstance(figure, float | int):
        return f"{figure:.3f}"
    if "value" not in figure:
        return "not measured"
    return (
        f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}] "
        f"({figure['hits']:g} of {figure['of']:g})"
    )
