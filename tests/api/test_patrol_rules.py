"""Which camera is next, what a look counts as, and where a box belongs."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cameras.rules import PictureState
from api.patrols.rules import (
    OUTSIDE,
    REPORTABLE,
    WANTED,
    Risk,
    Standing,
    duty_at,
    in_turn,
    judged,
    reportable_in,
)
from vision.errors import InvalidError
from vision.names import ZONE_TYPES, RuleId
from vision.rulepacks import load_pack, pack_names
from vision.zones import Zone

NATIONAL, STRICT = load_pack("gb31654").pack, load_pack("strict").pack
LEFT = Zone("range", "cooking", ((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
RIGHT = Zone("cold room", "specialised_room", ((0.5, 0), (1, 0), (1, 0.5), (0.5, 0.5)))
TABLE = Zone("guests", "ignore", ((0.8, 0.5), (1, 0.5), (1, 1), (0.8, 1)))
ZONES = (LEFT, RIGHT, TABLE)
risks = st.sampled_from(get_args(Risk))
spans = st.timedeltas(timedelta(0), timedelta(days=60))
standings = st.builds(
    Standing, st.uuids().map(str), risks, spans, st.integers(0, 20), st.integers(0, 9)
)


@pytest.mark.parametrize(("risk", "wanted"), WANTED.items())
def test_a_camera_is_due_when_its_class_has_waited_its_time(risk: Risk, wanted: timedelta) -> None:
    assert Standing("1", risk, wanted).urgency == 1.0


@given(spans, st.integers(0, 20))
def test_of_two_alike_the_riskier_one_comes_first(unseen: timedelta, alerts: int) -> None:
    by_class = [Standing(risk, risk, unseen, alerts).urgency for risk in get_args(Risk)]
    assert by_class == sorted(by_class)


@given(standings, spans, st.integers(0, 20))
def test_waiting_longer_or_more_alerts_never_makes_a_camera_less_urgent(
    one: Standing, more: timedelta, alerts: int
) -> None:
    later = Standing(one.camera_id, one.risk, one.unseen + more, one.open_alerts + alerts)
    assert later.urgency >= one.urgency


@given(st.lists(standings, unique_by=lambda one: one.camera_id))
def test_the_turn_is_the_same_whatever_order_the_database_gave(cameras: list[Standing]) -> None:
    turn = in_turn(cameras)
    assert turn == in_turn(reversed(cameras)) and sorted(turn, key=hash) == sorted(
        cameras, key=hash
    )


@given(st.lists(risks, min_size=1, max_size=20))
def test_no_camera_waits_for_ever_behind_riskier_ones(others: list[Risk]) -> None:
    """However many others are looked at again and again, a class A camera's turn comes."""
    forgotten = Standing("a", "A", timedelta(days=30))
    fresh = [Standing(str(n), risk, WANTED[risk]) for n, risk in enumerate(others)]
    assert in_turn([*fresh, forgotten])[0] == forgotten


@pytest.mark.parametrize("state", ["stale", "frozen", "none"])
@pytest.mark.parametrize("said", ["clear", "not_seen"])
def test_nobody_has_seen_an_old_picture(state: PictureState, said: str) -> None:
    assert judged(said, state, active=True) == ("not_seen", state)  # type: ignore[arg-type]


def test_a_fresh_picture_counts_as_what_the_person_says() -> None:
    assert judged("clear", "fresh", active=True) == ("clear", None)
    assert judged("not_seen", "fresh", active=True) == ("not_seen", "unclear")
    assert judged("clear", "fresh", active=False) == ("not_seen", "inactive")


def test_a_head_belongs_where_its_middle_is_an_animal_where_its_feet_are() -> None:
    box = (0.6, 0.3, 0.7, 0.6)
    assert duty_at("missing_mask", box, ZONES, NATIONAL, "passage").zone == "cold room"
    beside = duty_at("pest_rodent", box, ZONES, NATIONAL, "passage")
    assert (beside.zone, beside.zone_type, beside.severity) == (OUTSIDE, "passage", "critical")


def test_where_the_pack_asks_for_no_mask_none_can_be_reported() -> None:
    box = (0.1, 0.1, 0.2, 0.2)
    assert duty_at("missing_mask", box, ZONES, STRICT, "cooking").zone == "range"
    with pytest.raises(InvalidError, match="gb31654 does not ask for missing_mask"):
        duty_at("missing_mask", box, ZONES, NATIONAL, "cooking")


@pytest.mark.parametrize("rule", REPORTABLE)
def test_nothing_is_reported_where_nothing_is_judged(rule: RuleId) -> None:
    with pytest.raises(InvalidError):
        duty_at(rule, (0.85, 0.6, 0.9, 0.9), ZONES, STRICT, "cooking")


@pytest.mark.parametrize("rule", ["missing_hat", "missing_mask", "mask_worn_wrong"])
def test_beside_every_zone_no_hat_and_no_mask_is_asked_for(rule: RuleId) -> None:
    with pytest.raises(InvalidError):
        duty_at(rule, (0.6, 0.8, 0.65, 0.9), ZONES, STRICT, "cooking")


def test_a_person_reports_no_camera_problem_as_a_finding() -> None:
    with pytest.raises(InvalidError):
        duty_at("camera_dark", (0.1, 0.1, 0.2, 0.2), ZONES, STRICT, "cooking")


@pytest.mark.parametrize("pack", pack_names())
@pytest.mark.parametrize("kind", [kind for kind in ZONE_TYPES if kind != "ignore"])
def test_pests_and_animals_can_be_reported_wherever_anything_is_judged(
    pack: str, kind: str
) -> None:
    allowed = reportable_in(kind, load_pack(pack).pack)  # type: ignore[arg-type]
    assert {"pest_rodent", "pest_cockroach", "animal"} <= set(allowed)
    assert allowed == [rule for rule in REPORTABLE if rule in allowed]
