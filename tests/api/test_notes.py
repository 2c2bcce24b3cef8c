"""What people note on an alert leaves its verdict alone and does not reach its restaurant."""

from __future__ import annotations

import pytest

from tests.api.building import Kitchen, assert_problem

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_note_stands_beside_the_verdict(kitchen: Kitchen) -> None:
    alert = kitchen.posted()
    pat, li = kitchen.person("patrol", "Pat"), kitchen.person("inspector", "Li", station="North")
    path = f"/api/v1/alerts/{alert}/notes"
    assert pat.post(path, json={"text": " The lens is greasy. "}).status_code == 201
    assert li.post(path, json={"text": "I clean it on Friday."}).status_code == 201
    told = li.get(path).json()
    assert [(one["author_name"], one["text"]) for one in told] == [
        ("Pat", "The lens is greasy."),
        ("Li", "I clean it on Friday."),
    ]
    assert pat.get(f"/api/v1/alerts/{alert}").json()["status"] == "waiting"


def test_an_empty_note_and_a_restaurant_are_refused(kitchen: Kitchen) -> None:
    path = f"/api/v1/alerts/{kitchen.posted()}/notes"
    assert_problem(kitchen.person("patrol").post(path, json={"text": "  "}), 422, "invalid", "text")
    cook = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    assert_problem(cook.get(path), 403, "forbidden")
