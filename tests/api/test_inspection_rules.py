"""What a visit comes to and which comes first: properties of the pure parts."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.inspections.checklists import FOLDER, Checklist, newest_checklists, read_checklist
from api.inspections.route import Place, distance_km, length_km, shortest_order
from api.inspections.rules import Answer, Standing, expected_loss, result_of, share
from api.restaurants.schemas import RISKS
from vision.errors import NotFoundError

CATERING = read_checklist("catering")
ITEMS = [item.id for item in CATERING.items]
answers = st.lists(st.sampled_from(get_args(Answer)), min_size=len(ITEMS), max_size=len(ITEMS)).map(
    lambda given: dict(zip(ITEMS, given, strict=True))
)
standings = st.builds(
    Standing,
    risk=st.sampled_from(RISKS),
    score=st.none() | st.floats(0, 100),
    days=st.none() | st.floats(0, 2000),
    open_cases=st.integers(0, 5),
    waiting_cases=st.integers(0, 5),
    overdue_cases=st.integers(0, 5),
)
places = st.lists(st.tuples(st.floats(30, 31), st.floats(120, 121)), min_size=1, max_size=8)


def loss(of: Standing) -> float:
    return expected_loss(of).total


@given(answers)
def test_every_answer_counts_once_and_na_is_in_no_share(given: dict[str, Answer]) -> None:
    result = result_of(CATERING, given)
    assert result.met + result.not_met + result.not_applicable == len(ITEMS)
    applied = [answer for answer in given.values() if answer != "na"]
    assert result.share == (applied.count("met") / len(applied) if applied else None)


@given(answers, st.sampled_from(ITEMS))
def test_an_item_that_does_not_apply_changes_no_other_items_weight(
    given: dict[str, Answer], item: str
) -> None:
    without = result_of(CATERING, {name: one for name, one in given.items() if name != item})
    assert result_of(CATERING, given | {item: "na"}).share == without.share


@given(answers)
def test_the_outcome_is_what_its_name_says(given: dict[str, Answer]) -> None:
    failed = [item for item in CATERING.items if given[item.id] == "not_met"]
    expected = "not_met" if any(item.key for item in failed) else "partly" if failed else "met"
    assert result_of(CATERING, given).outcome == expected


def test_nothing_that_applied_has_no_share() -> None:
    assert share(0, 0) is None


@given(standings, st.floats(0, 100), st.floats(0, 100))
def test_a_better_score_never_raises_the_loss(of: Standing, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert loss(replace(of, score=high)) <= loss(replace(of, score=low))


@given(standings, st.floats(0, 2000), st.floats(0, 2000))
def test_more_days_never_lower_it_and_never_visited_is_the_most(
    of: Standing, one: float, other: float
) -> None:
    few, many = sorted((one, other))
    assert loss(replace(of, days=few)) <= loss(replace(of, days=many))
    assert loss(replace(of, days=many)) <= loss(replace(of, days=None))


@given(standings, st.sampled_from(["open_cases", "waiting_cases", "overdue_cases"]))
def test_one_more_case_always_raises_it(of: Standing, kind: str) -> None:
    assert loss(replace(of, **{kind: getattr(of, kind) + 1})) > loss(of)


@given(standings)
def test_a_higher_risk_class_never_lowers_it(of: Standing) -> None:
    by_class = [loss(replace(of, risk=risk)) for risk in RISKS]
    assert by_class == sorted(by_class)


@given(places)
def test_the_way_goes_everywhere_once_and_begins_where_it_is_told(found: list[Place]) -> None:
    order = shortest_order(found)
    assert order[0] == 0 and sorted(order) == list(range(len(found)))
    as_listed = length_km(found)
    assert length_km([found[index] for index in order]) <= as_listed * 1.5 + 1e-6


def test_a_crossing_is_straightened() -> None:
    square = [(30.0, 120.0), (30.1, 120.1), (30.1, 120.0), (30.0, 120.1)]
    assert length_km([square[index] for index in shortest_order(square)]) < length_km(square)
    assert shortest_order([]) == []


def test_a_degree_of_latitude_is_111_km() -> None:
    assert distance_km((30.0, 120.0), (31.0, 120.0)) == pytest.approx(111.2, abs=0.1)


@pytest.mark.parametrize("checklist", newest_checklists(), ids=lambda one: one.id)
def test_every_checklist_can_be_read_in_both_languages(checklist: Checklist) -> None:
    for item in checklist.items:
        for text in (item.text, item.action, item.law, checklist.sections[item.section]):
            assert text.zh != text.en or text.zh.isascii()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in item.text.zh)
    assert len(checklist.sha256) == 64 and not checklist.checked


def test_a_school_canteen_is_asked_what_a_restaurant_is_and_for_its_own_records() -> None:
    school = read_checklist("school_canteen")
    names = [item.id for item in school.items]
    assert names[: len(ITEMS)] == ITEMS
    assert {"meal_accompaniment", "school_samples"} <= set(names)
    assert {"supplier_papers", "takeaway_seals", "health_certificates"} <= set(names)


def test_a_version_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotFoundError):
        read_checklist("catering", 99)
    with pytest.raises(NotFoundError):
        read_checklist("../catering")
    assert {path.stem for path in FOLDER.glob("*.toml")} >= {"catering-1", "school_canteen-1"}
