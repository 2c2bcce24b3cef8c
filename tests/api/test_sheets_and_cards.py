"""Sheets are confirmed once and stay as they were; cards are switched by the office."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.audit import AuditRow
from api.database import now
from api.restaurants.models import RestaurantRow
from api.scores.models import ScoreDayRow
from api.sheets.facts_store import zone_of
from api.sheets.rules import ITEMS
from tests.api.building import Kitchen, assert_problem, review


def today(kitchen: Kitchen) -> date:
    with kitchen.database.reading() as session:
        return now().astimezone(zone_of(session)).date()


def answers(**changed: dict[str, str]) -> list[dict[str, str]]:
    return [{"item": item, "state": "ok"} | changed.get(item, {}) for item in ITEMS["daily"]]


def sheet_of(kitchen: Kitchen, day: date) -> str:
    return f"/api/v1/restaurants/{kitchen.restaurant}/sheets/daily/{day}"


def test_a_confirmed_sheet_never_changes_and_tells_what_came_later(kitchen: Kitchen) -> None:
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    path, body = sheet_of(kitchen, today(kitchen)), {"signer_name": "Wang Fang"}
    assert_problem(owner.post(f"{path}/confirm", json=body), 422, "invalid", "staff_health")
    told = owner.post(f"{path}/confirm", json=body | {"answers": answers()})
    assert told.status_code == 201, told.text
    frozen = told.json()
    assert (frozen["finding"], frozen["standing"]) == ("zero", "confirmed")
    again = owner.post(f"{path}/confirm", json=body | {"answers": answers()})
    assert_problem(again, 409, "conflict")
    alert = kitchen.posted(started_at=now().isoformat())
    assert review(kitchen.person("patrol"), alert, "upheld").status_code == 201
    later = owner.get(path).json()
    assert later["sha256"] == frozen["sha256"] and later["facts"] == frozen["facts"]
    assert [one["alert_id"] for one in later["since"]["upheld"]] == [alert]
    addition = {"signer_name": "Wang Fang", "text": "upheld in the evening, hats handed out"}
    added = owner.post(f"{path}/additions", json=addition).json()
    assert added["additions"][0]["text"] == addition["text"]
    assert added["sha256"] == frozen["sha256"]


def test_what_the_records_say_is_filled_in_and_corrected_only_with_a_reason(
    kitchen: Kitchen,
) -> None:
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    alert = kitchen.posted(started_at=now().isoformat())
    assert review(kitchen.person("patrol"), alert, "upheld").status_code == 201
    path = sheet_of(kitchen, today(kitchen))
    draft = {one["item"]: one for one in owner.get(path).json()["answers"]}
    assert draft["hats_masks"]["suggested"] == "found" and draft["waste"]["state"] is None
    body = {"signer_name": "Wang Fang", "answers": answers()}
    assert_problem(owner.post(f"{path}/confirm", json=body), 422, "invalid", "hats_masks")
    body["answers"] = answers(hats_masks={"state": "found", "remark": "hats handed out"})
    assert owner.post(f"{path}/confirm", json=body).json()["finding"] == "found"


def test_the_office_sees_who_is_behind_and_confirms_for_nobody(kitchen: Kitchen) -> None:
    supervisor = kitchen.person("supervisor", station="North")
    day = today(kitchen)
    with kitchen.database.writing() as session:
        session.get_one(RestaurantRow, kitchen.restaurant).created_at = now() - timedelta(days=75)
    month = f"{day.replace(day=1) - timedelta(days=1):%Y-%m}"
    told = supervisor.get(f"/api/v1/sheets?month={month}&behind=true").json()
    (line,) = told["items"]
    assert (told["behind"], line["restaurant_name"]) == (1, "Golden Wok")
    assert line["missing"]["daily"] >= 28 and line["missing"]["monthly"] in (0, 1)
    body = {"signer_name": "Sue", "closed": True}
    assert_problem(
        supervisor.post(f"{sheet_of(kitchen, day)}/confirm", json=body), 403, "forbidden"
    )


def scored(kitchen: Kitchen, day: date, grade: str | None) -> ScoreDayRow:
    figures = {"value": 91.0, "low": 88.0, "high": 94.0} if grade else {}
    return ScoreDayRow(
        restaurant_id=kitchen.restaurant, day=day, grade=grade, evidence=1.0, policy_version=0,
        policy_sha256="0" * 64, detail="{}", sha256="0" * 64, made_at=now(), **figures,
    )  # fmt: skip


@pytest.fixture
def graded(kitchen: Kitchen) -> Kitchen:
    """B until four days ago, A since."""
    day = today(kitchen)
    with kitchen.database.writing() as session:
        session.add_all(
            scored(kitchen, day - timedelta(days=ago), "B" if ago > 3 else "A") for ago in range(8)
        )
    return kitchen


def switch(kitchen: Kitchen, client: Any, **body: Any) -> Any:
    return client.put(f"/api/v1/restaurants/{kitchen.restaurant}/card", json=body)


def test_a_card_is_open_to_anybody_only_while_the_office_shows_it(graded: Kitchen) -> None:
    office = graded.person("supervisor")
    code = switch(graded, office, shown=True).json()["code"]
    page = graded.anonymous.get(f"/c/{code}?lang=en")
    assert page.status_code == 200 and "Golden Wok" in page.text and "legal grade" in page.text
    assert page.headers["cache-control"].startswith("public")
    assert "set-cookie" not in page.headers
    switch(graded, office, shown=False, reason="the owner asked")
    assert graded.anonymous.get(f"/c/{code}").status_code == 404
    assert switch(graded, office, shown=True).json()["code"] == code, "printed cards work again"
    assert switch(graded, office, shown=True, renew=True).json()["code"] != code
    assert graded.anonymous.get(f"/c/{code}").status_code == 404
    with graded.database.reading() as session:
        of = select(AuditRow.action).where(AuditRow.subject == graded.restaurant)
        actions = [one for one in session.scalars(of) if one.startswith("card.")]
    assert actions == ["card.shown", "card.hidden", "card.shown", "card.shown"]


def test_a_card_says_since_when_the_grade_holds(graded: Kitchen) -> None:
    told = switch(graded, graded.person("supervisor"), shown=True).json()
    assert (told["grade"], told["since"]) == ("A", str(today(graded) - timedelta(days=3)))


def test_only_the_office_switches_and_nobody_guesses_a_code(graded: Kitchen) -> None:
    owner = graded.person("restaurant", restaurant_id=graded.restaurant)
    assert_problem(switch(graded, owner, shown=True), 403, "forbidden")
    tried = [graded.anonymous.get(f"/c/{n:010d}").status_code for n in range(25)]
    assert tried[0] == 404 and tried[-1] == 429


def test_the_qr_code_comes_as_a_drawing_and_as_a_picture(graded: Kitchen) -> None:
    owner = graded.person("restaurant", restaurant_id=graded.restaurant)
    path = f"/api/v1/restaurants/{graded.restaurant}/card/qr"
    assert_problem(owner.get(f"{path}.svg"), 404, "not-found")
    switch(graded, graded.person("supervisor"), shown=True)
    assert owner.get(f"{path}.svg").text.startswith("<svg")
    assert owner.get(f"{path}.png").content.startswith(b"\x89PNG")
