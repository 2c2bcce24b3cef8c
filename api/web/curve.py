"""The evidence curve: how much evidence there was when, and at which moment it sufficed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from api.web.boxes import Scene

LEFT, RIGHT, TOP, FLOOR = 26.0, 336.0, 8.0, 78.0  # of the drawing, in its own units
_FILL: Final = {"violates": "bad", "complies": "ok", "unclear": "unclear"}


@dataclass(frozen=True)
class Cell:
    """A stretch of one state under the curve."""

    x: float
    w: float
    fill: str


@dataclass(frozen=True)
class Curve:
    """Ready to draw; seconds are counted from the moment the alert fired."""

    line: str
    area: str
    goal_y: float
    goal_s: float
    top_s: float
    fired: tuple[float, float] | None
    cells: tuple[Cell, ...]
    first_s: float
    last_s: float


def evidence_curve(scene: Scene | None) -> Curve | None:
    """The drawing, or None when the data file does not hold a curve."""
    if scene is None or scene.on_delay_s is None or len(scene.evidence_curve) < 2:
        return None
    points = scene.evidence_curve
    goal_s = scene.on_delay_s
    top_s = max(goal_s, *(evidence for _, evidence, _ in points))
    start, span = points[0][0], max(points[-1][0] - points[0][0], 1e-6)
    xs = [LEFT + (RIGHT - LEFT) * (time_s - start) / span for time_s, _, _ in points]
    ys = [FLOOR - (FLOOR - TOP) * evidence / max(top_s, 1e-6) for _, evidence, _ in points]
    line = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True))
    fired = next((i for i, (_, evidence, _) in enumerate(points) if evidence >= goal_s), None)
    zero = points[fired][0] if fired is not None else start
    return Curve(
        line=line,
        area=f"{line} L{xs[-1]:.1f} {FLOOR} L{xs[0]:.1f} {FLOOR}z",
        goal_y=round(FLOOR - (FLOOR - TOP) * goal_s / max(top_s, 1e-6), 1),
        goal_s=goal_s,
        top_s=top_s,
        fired=(round(xs[fired], 1), round(ys[fired], 1)) if fired is not None else None,
        cells=_cells([state for _, _, state in points], xs),
        first_s=start - zero,
        last_s=points[-1][0] - zero,
    )


def _cells(states: Sequence[str], xs: Sequence[float]) -> tuple[Cell, ...]:
    """Neighbours of one state become one cell, up to where the next one begins."""
    cells: list[Cell] = []
    at = 0
    for state, run in groupby(states[:-1]):
        end = at + len(list(run))
        x = round(xs[at], 1)
        cells.append(Cell(x, round(xs[end] - x, 1), _FILL.get(state, "none")))
        at = end
    return tuple(cells)
