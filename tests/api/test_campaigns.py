"""Campaigns over HTTP: targets are visits, figures are counted from them."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.database import now
from api.restaurants.store import create_restaurant
from tests.api.building import Kitchen, assert_problem
from tests.api.inspecting import VISITS, Phone, failing, ordered

CAMPAIGNS = "/api/v1/campaigns"


@pytest.fixture
def inspector(kitchen: Kitchen) -> TestClient:
    """Of the station North."""
    return kitchen.person("inspector", "Ines", station="North")


@pytest.fixture
def schools(kitchen: Kitchen) -> list[str]:
    """Three canteens of the station North."""
    with kitchen.database.writing() as session:
        return [create_restaurant(session, f"=School {n}", "North") for n in range(3)]


def body(restaurants: list[str], **changes: Any) -> dict[str, Any]:
    """A campaign that begins today."""
    today = now().date()
    return {
        "name": "term start",
        "checklist": "school_canteen",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=20)).isoformat(),
        "restaurant_ids": restaurants,
    } | changes


def started(client: TestClient, restaurants: list[str]) -> str:
    answer = client.post(CAMPAIGNS, json=body(restaurants))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def phones(client: TestClient, campaign: str) -> list[Phone]:
    """One for each planned visit."""
    listed = client.get(VISITS, params={"campaign": campaign}).json()["items"]
    return [Phone(client, visit["id"]) for visit in listed]


def test_each_target_becomes_one_planned_visit(inspector: TestClient, schools: list[str]) -> None:
    campaign = started(inspector, [*schools, schools[0]])
    told = inspector.get(f"{CAMPAIGNS}/{campaign}").json()
    assert [visit["state"] for visit in told["visits"]] == ["planned"] * 3
    assert (told["campaign"]["targets"], told["campaign"]["done"]) == (3, 0)
    again = inspector.post(f"{CAMPAIGNS}/{campaign}/targets", json={"restaurant_ids": schools})
    assert again.json()["targets"] == 3


def test_the_summary_counts_what_was_found(inspector: TestClient, schools: list[str]) -> None:
    campaign = started(inspector, schools)
    one, two, _ = phones(inspector, campaign)
    for phone in (one, two):
        result = phone.result(checklist="school_canteen")
        result = ordered(result, "samples") if phone is one else failing(result, "hats")
        assert phone.finish(result).status_code == 201
    told = inspector.get(f"{CAMPAIGNS}/{campaign}").json()
    counted = told["campaign"]
    assert (counted["done"], counted["targets"], counted["orders"]) == (2, 3, 1)
    assert counted["outcomes"] == {"met": 0, "partly": 2, "not_met": 0}
    assert told["share"] == pytest.approx(46 / 48)
    assert {item["item"] for item in told["items"][:2]} == {"samples", "hats"}
    assert told["items"][0]["share"] == 0.5 and "targets" in told["definition"]


def test_closing_cancels_what_was_not_visited(inspector: TestClient, schools: list[str]) -> None:
    campaign = started(inspector, schools)
    phone = phones(inspector, campaign)[0]
    phone.finish(phone.result(checklist="school_canteen"))
    told = inspector.post(f"{CAMPAIGNS}/{campaign}/close").json()
    assert (told["targets"], told["done"], told["cancelled"]) == (1, 1, 2)
    assert_problem(inspector.post(f"{CAMPAIGNS}/{campaign}/close"), 409, "conflict")
    more = inspector.post(f"{CAMPAIGNS}/{campaign}/targets", json={"restaurant_ids": schools})
    assert_problem(more, 409, "conflict")


def test_a_campaign_that_does_not_add_up_is_refused_whole(
    kitchen: Kitchen, inspector: TestClient, schools: list[str]
) -> None:
    past = body(schools, starts_on="2026-01-01", ends_on="2026-01-02")
    assert_problem(inspector.post(CAMPAIGNS, json=past), 422, "invalid", "ends_on")
    turned = body(schools, starts_on="2099-01-02", ends_on="2099-01-01")
    assert_problem(inspector.post(CAMPAIGNS, json=turned), 422, "invalid", "ends_on")
    foreign = body([*schools, kitchen.other_restaurant])
    assert_problem(inspector.post(CAMPAIGNS, json=foreign), 404, "not-found")
    assert inspector.get(CAMPAIGNS).json() == []
    assert inspector.get(VISITS).json()["items"] == []


def test_another_station_sees_nothing_of_it(
    kitchen: Kitchen, inspector: TestClient, schools: list[str]
) -> None:
    campaign = started(inspector, schools)
    south = kitchen.person("inspector", "Sam", station="South")
    assert south.get(CAMPAIGNS).json() == []
    assert_problem(south.get(f"{CAMPAIGNS}/{campaign}"), 404, "not-found")
    assert_problem(south.post(f"{CAMPAIGNS}/{campaign}/close"), 404, "not-found")


@pytest.mark.parametrize(("language", "head"), [("zh", "静态风险"), ("en", "Static risk")])
def test_the_summary_as_a_file_runs_nothing(
    inspector: TestClient, schools: list[str], language: str, head: str
) -> None:
    """In the language that is chosen, whatever the browser would like."""
    campaign = started(inspector, schools)
    other = {"Accept-Language": "en" if language == "zh" else "zh"}
    address = f"{CAMPAIGNS}/{campaign}/summary?language={language}&form="
    table = inspector.get(f"{address}csv", headers=other)
    assert "'=School 0" in table.text and "\n=School" not in table.text
    assert head in table.text
    book = inspector.get(f"{address}xlsx", headers=other)
    with zipfile.ZipFile(io.BytesIO(book.content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        texts = parts.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet and head in texts
    paper = inspector.get(f"{address}pdf", headers=other)
    assert paper.content.startswith(b"%PDF")
