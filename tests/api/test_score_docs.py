"""docs/score.md: its worked example, computed by hand, and the code say the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from api.policy.rules import shipped
from api.scores.costs import with_costs
from api.scores.facts import Handling, Log, Order
from api.scores.schemas import Part
from tests.api.scoring import NOW, at, days, episode, log, score

DOC = (Path(__file__).parents[2] / "docs/score.md").read_text("utf-8")
HAT = episode(5)
MASK = episode(
    10,
    rule="mask_worn_wrong",
    ended_at=at(10) + timedelta(minutes=5),
    subjects=2,
    handling=Handling("c", due_at=at(6), met_at=at(8), passed_at=at(4)),
)
ROACH = episode(40, rule="pest_cockroach", handling=Handling("d", met_at=at(37), passed_at=at(30)))


def example() -> Log:
    """The kitchen of the document."""
    order = Order("o", at(6), at(6).date(), at(8), frozenset({MASK.id}))
    seen = days(60, effective_s=18.4 * 3600)
    return log(HAT, MASK, ROACH, orders=(order,), days=seen)


def by_hand() -> dict[str, float]:
    """The formulas of the document, written out once more."""
    rates = {"pests": 40.5 / 400_500, "hat": 900.5 / 100_050, "mask": 700.5 / 90_050}
    counted = {
        "pests": 1.1 * 0.5 * 2 ** (-40 / 60),
        "hat": 1.1 * 2 ** (-5 / 30),
        "mask": 2.0 * 0.5 * 2 ** (-10 / 30),
    }
    points = {}
    for name, n in counted.items():
        half_life, b, tolerated = (60, 500, 1 / 1000) if name == "pests" else (30, 50, 5 / 100)
        hours = sum(
            (18.4 if name == "pests" else 12) * 2 ** (-age / half_life) for age in range(60)
        )
        points[name] = 100 * 0.6 ** ((b * rates[name] + n) / (b + hours) / tolerated)
    points["rectification"] = 100 * (1 + 2) / (1 + 2)
    points["observability"] = 100 * min(1.0, 18.4 / 20 / 0.95)
    return points


def test_the_worked_example_is_what_the_formulas_give() -> None:
    told = score(example())
    points, weights = by_hand(), dict(shipped().score.weights)
    assert {part.name: part.points for part in told.parts} == pytest.approx(points, abs=1e-5)
    whole = sum(weights[name] * one for name, one in points.items())
    assert told.value == pytest.approx(whole, abs=1e-5)


def test_the_document_tells_the_figures_of_its_example() -> None:
    told = with_costs(score(example()), example(), NOW, shipped())
    assert told.value and told.interval
    assert f"**{told.value:.2f}, between {told.interval.low:.2f} and" in DOC
    assert f"{told.interval.high:.2f}: {told.grade}.**" in DOC
    rows = {row.split(" | ")[0].strip("| "): row for row in DOC.splitlines() if row.startswith("|")}
    for part in told.parts:
        row = rows[{"hat": "hats", "mask": "masks"}.get(part.name, part.name)]
        assert f"| {part.points:.2f} | {part.weight:.2f} | {part.lost:.2f} |" in row
        _assert_terms(part, row)
    costs = {cost.rule: cost for cost in told.episodes or ()}
    assert f"The cockroach costs {costs['pest_cockroach'].points:.2f} points" in DOC
    hat = costs["missing_hat"]
    assert f"the hat {hat.points:.2f} ({hat.points_if_passed:.2f} once" in DOC
    assert f"the masks {costs['mask_worn_wrong'].points:.2f}." in DOC


def _assert_terms(part: Part, row: str) -> None:
    if part.terms is None:
        return
    assert f"= {part.terms.episodes:.3f} | {part.terms.hours:.1f} " in row
    assert f"| {part.terms.prior_episodes:.4f} | {part.terms.rate:.3g} |" in row


def test_the_document_names_every_figure_of_the_shipped_policy() -> None:
    told = shipped().score
    weights = told.weights
    assert f"pests {weights.pests:.2f}".replace("0.", ".") in DOC
    assert f"observability {weights.observability:.2f}".replace("0.", ".") in DOC
    assert f"at most {told.caps.open_pest:g}" in DOC
    assert f"at most {told.caps.repeated_overdue:g}" in DOC
    assert f"{told.evidence.days} days, {told.evidence.camera_h:g} camera-hours" in DOC
