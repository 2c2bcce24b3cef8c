"""Visits over HTTP: planned, started, filled in on a phone, sent once or twice, sealed, printed."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.audit import AuditRow, verify_audit
from api.cases.models import CaseRow, OrderRow
from api.database import now
from api.evidence.custody import check_chain
from api.evidence.models import CustodyRow
from api.inspections.models import FindingRow, VisitFileRow, VisitRow
from api.restaurants.models import RestaurantRow
from tests.api.building import Kitchen, assert_problem, review
from tests.api.inspecting import VISITS, Phone, failing, ordered, photo, signature
from vision.custody import signature_fits


@pytest.fixture
def inspector(kitchen: Kitchen) -> TestClient:
    """Of the station North."""
    return kitchen.person("inspector", "Ines", station="North")


@pytest.fixture
def phone(kitchen: Kitchen, inspector: TestClient) -> Phone:
    """With a planned visit."""
    made = Phone(inspector)
    assert made.plan(kitchen.restaurant).status_code == 201
    return made


def test_planning_the_same_visit_twice_plans_one(kitchen: Kitchen, phone: Phone) -> None:
    assert phone.plan(kitchen.restaurant).status_code == 200
    listed = phone.client.get(VISITS).json()["items"]
    assert [item["id"] for item in listed] == [phone.visit_id]
    assert listed[0]["state"] == "planned" and listed[0]["kind"] == "routine"


def test_an_id_that_is_another_visits_is_refused(kitchen: Kitchen, phone: Phone) -> None:
    answer = phone.plan(kitchen.restaurant, kind="complaint", reason="a hair in the soup")
    assert_problem(answer, 409, "conflict")


def test_a_visit_begins_without_an_alert_and_says_why(
    kitchen: Kitchen, inspector: TestClient
) -> None:
    told = Phone(inspector).plan(kitchen.restaurant, kind="complaint", reason="a hair in the soup")
    assert told.status_code == 201 and told.json()["reason"] == "a hair in the soup"
    assert_problem(
        Phone(inspector).plan(kitchen.restaurant, kind="complaint"), 422, "invalid", "reason"
    )
    assert_problem(
        Phone(inspector).plan(kitchen.restaurant, kind="case"), 422, "invalid", "case_id"
    )
    yesterday = (now() - timedelta(days=2)).date().isoformat()
    late = Phone(inspector).plan(kitchen.restaurant, planned_for=yesterday)
    assert_problem(late, 422, "invalid", "planned_for")


def test_another_stations_restaurant_and_visits_are_not_there(
    kitchen: Kitchen, phone: Phone
) -> None:
    assert_problem(Phone(phone.client).plan(kitchen.other_restaurant), 404, "not-found")
    south = Phone(kitchen.person("inspector", "Sam", station="South"), phone.visit_id)
    assert_problem(south.client.get(f"{VISITS}/{phone.visit_id}"), 404, "not-found")
    assert_problem(south.ask("start"), 404, "not-found")
    assert_problem(south.finish(south.result()), 404, "not-found")


def test_who_starts_second_is_told_who_was_first(kitchen: Kitchen, phone: Phone) -> None:
    assert phone.ask("start").json()["state"] == "under_way"
    assert phone.ask("start").status_code == 200
    colleague = Phone(kitchen.person("inspector", "Otto", station="North"), phone.visit_id)
    answer = colleague.ask("start")
    assert_problem(answer, 409, "conflict")
    assert "Ines" in answer.json()["detail"]


def test_a_cancelled_visit_keeps_its_reason_and_takes_no_result(phone: Phone) -> None:
    assert_problem(phone.ask("cancel", reason=" "), 422, "invalid", "reason")
    assert phone.ask("cancel", reason="closed for the holiday").status_code == 200
    assert phone.told()["visit"]["cancel_reason"] == "closed for the holiday"
    assert_problem(phone.finish(phone.result()), 409, "conflict")
    assert_problem(phone.ask("start"), 409, "conflict")


def test_a_result_sent_twice_is_kept_once(kitchen: Kitchen, phone: Phone) -> None:
    result = ordered(phone.result(), "pest_gaps") | {
        "files": [phone.sent(photo(), item="pest_gaps")]
    }
    first, again = phone.finish(result), phone.finish(result)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    with kitchen.database.reading() as session:
        assert len(session.scalars(select(FindingRow)).all()) == 1
        assert len(session.scalars(select(OrderRow)).all()) == 1
        done = select(AuditRow).where(AuditRow.action == "visit.done")
        assert len(session.scalars(done).all()) == 1
        assert verify_audit(session).broken_at is None


def test_what_does_not_apply_leaves_the_denominator(phone: Phone) -> None:
    result = failing(phone.result(), "hats")
    result["answers"][-1] = {"item": "self_control", "result": "na", "reason": "not_done_here"}
    told = phone.finish(result).json()["result"]
    assert told == {
        "met": 16,
        "not_met": 1,
        "not_applicable": 1,
        "share": pytest.approx(16 / 17),
        "outcome": "partly",
    }


def test_another_result_of_a_finished_visit_is_told_who_was_first(
    kitchen: Kitchen, phone: Phone
) -> None:
    assert phone.finish(phone.result()).status_code == 201
    colleague = Phone(kitchen.person("inspector", "Otto", station="North"), phone.visit_id)
    answer = colleague.finish(colleague.result())
    assert_problem(answer, 409, "conflict")
    assert "Ines finished this visit already" in answer.json()["detail"]


def test_the_same_id_with_other_content_changes_nothing(phone: Phone) -> None:
    result = phone.result()
    phone.finish(result)
    assert_problem(phone.finish(result | {"remark": "more"}), 409, "conflict")
    assert phone.told()["visit"]["result"]["not_met"] == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda told: told | {"answers": told["answers"][1:]}, "answers"),
        (lambda told: told | {"answers": [*told["answers"], told["answers"][0]]}, "answers"),
        (
            lambda told: told | {"answers": [*told["answers"], {"item": "x", "result": "met"}]},
            "answers",
        ),
        (lambda told: failing(told, "hats") | {"findings": []}, "findings"),
        (lambda told: ordered(told, "hats") | {"order": None}, "order"),
        (lambda told: told | {"checklist": "unheard_of"}, "checklist"),
        (lambda told: told | {"checklist_version": 99}, "checklist"),
        (lambda told: told | {"check": {"passed": True, "note": "clean"}}, "check"),
        (lambda told: told | {"signature": {"name": "Wang"}}, "signature"),
        (lambda told: told | {"signature": {"name": "", "refused": True}}, "signature"),
    ],
)
def test_a_result_that_does_not_fit_is_refused_whole(phone: Phone, change: Any, field: str) -> None:
    answer = phone.finish(change(phone.result()))
    assert_problem(answer, 422, "invalid", field)
    assert phone.told()["visit"]["state"] == "planned" and phone.told()["answers"] == []


def test_a_deadline_in_the_past_is_refused_and_nothing_is_half_done(phone: Phone) -> None:
    result = ordered(phone.result(), "hats")
    result["order"]["deadline"] = (now() - timedelta(hours=1)).isoformat()
    assert_problem(phone.finish(result), 422, "invalid", "order.deadline")
    assert phone.told()["findings"] == []


def test_a_result_waits_for_its_photos(phone: Phone) -> None:
    answer = phone.finish(phone.result(files=[str(uuid.uuid4())]))
    assert_problem(answer, 409, "conflict")
    assert "1 files of this visit have not come" in answer.json()["detail"]


def test_a_phone_whose_clock_is_ahead_is_believed_up_to_now(phone: Phone) -> None:
    ahead = (now() + timedelta(days=40)).isoformat()
    told = phone.finish(phone.result(started_at=ahead, finished_at=ahead)).json()
    assert told["started_at"] == told["finished_at"] == told["received_at"]


def test_an_order_opens_a_case_with_its_photos_and_deadline(kitchen: Kitchen, phone: Phone) -> None:
    result = ordered(phone.result(), "expiry") | {"files": [phone.sent(photo(), item="expiry")]}
    assert phone.finish(result).json()["ordered"] is True
    with kitchen.database.reading() as session:
        case, order = (
            session.scalars(select(CaseRow)).one(),
            session.scalars(select(OrderRow)).one(),
        )
    assert (case.rule, case.state, case.source) == ("expiry", "ordered", "visit")
    assert (order.case_id, order.visit_id) == (case.id, phone.visit_id)
    assert (order.requirements, json.loads(order.articles)) == ("close the gaps", ["GB 31654-2021"])
    assert phone.told()["findings"][0]["case_id"] == case.id


def test_a_finding_hangs_on_an_upheld_alert_of_the_same_restaurant(
    kitchen: Kitchen, phone: Phone
) -> None:
    alert = kitchen.posted(rule="pest_rodent", zone_type="storage")
    other = kitchen.posted(camera_id=kitchen.other_camera.id)
    patrol = kitchen.person("patrol")
    for name in (alert, other):
        review(patrol, name, "upheld")
    wrong = phone.finish(failing(phone.result(), "pest_signs", alert_id=other))
    assert_problem(wrong, 404, "not-found")
    assert phone.finish(failing(phone.result(), "pest_signs", alert_id=alert)).status_code == 201
    found = phone.told()["findings"][0]
    assert (found["alert_id"], found["rule"]) == (alert, "pest_rodent")


def test_a_re_inspection_says_what_was_found_of_its_case(kitchen: Kitchen, phone: Phone) -> None:
    phone.finish(ordered(phone.result(), "expiry"))
    with kitchen.database.reading() as session:
        case_id = session.scalars(select(CaseRow.id)).one()
    again = Phone(phone.client)
    assert again.plan(kitchen.restaurant, kind="case", case_id=case_id).status_code == 201
    result = again.result(check={"passed": True, "note": "all thrown away"})
    assert_problem(again.finish(result), 422, "invalid", "files")
    assert again.finish(result | {"files": [again.sent(photo())]}).status_code == 201
    with kitchen.database.reading() as session:
        assert session.get_one(CaseRow, case_id).state == "checked"


def test_the_record_is_sealed_signed_and_read_by_the_restaurant(
    kitchen: Kitchen, phone: Phone
) -> None:
    drawn = phone.sent(signature(), kind="signature")
    result = phone.result(signature={"name": "Wang", "file_id": drawn}, remark="very clean")
    phone.finish(result)
    owner = kitchen.person("restaurant", "Wang", restaurant_id=kitchen.restaurant)
    told = owner.get(f"{VISITS}/{phone.visit_id}/record").json()
    assert hashlib.sha256(told["text"].encode()).hexdigest() == told["sha256"]
    key, signed = bytes.fromhex(told["signing_key"]), bytes.fromhex(told["signature"])
    assert signature_fits(key, told["text"].encode(), signed)
    assert json.loads(told["text"])["remark"] == "very clean"
    stranger = kitchen.person("restaurant", "Zhou", restaurant_id=kitchen.other_restaurant)
    assert_problem(stranger.get(f"{VISITS}/{phone.visit_id}/record"), 404, "not-found")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_paper_is_made_once_and_has_a_hash(phone: Phone, language: str) -> None:
    files = [phone.sent(photo(), item="hats")]
    address = f"{VISITS}/{phone.visit_id}/receipt"
    assert_problem(phone.client.get(address), 409, "conflict")
    phone.finish(ordered(phone.result(), "hats") | {"files": files})
    first, again = (phone.client.get(address, params={"language": language}) for _ in range(2))
    assert first.content.startswith(b"%PDF") and first.content == again.content
    assert first.headers["x-sha256"] == hashlib.sha256(first.content).hexdigest()
    kept = [file for file in phone.told()["files"] if file["kind"] == "receipt"]
    assert [file["sha256"] for file in kept] == [first.headers["x-sha256"]]


def test_a_restaurant_sees_visits_that_were_made_and_not_who_complained(
    kitchen: Kitchen, inspector: TestClient
) -> None:
    owner = kitchen.person("restaurant", "Wang", restaurant_id=kitchen.restaurant)
    phone = Phone(inspector)
    phone.plan(kitchen.restaurant, kind="complaint", reason="Mrs Zhou found a hair")
    assert owner.get(VISITS).json()["items"] == []
    phone.finish(phone.result())
    assert [item["reason"] for item in owner.get(VISITS).json()["items"]] == [""]
    assert_problem(
        owner.put(f"{VISITS}/{phone.visit_id}/result", json=phone.result()), 403, "forbidden"
    )


def test_a_photo_sent_twice_is_kept_once_and_chained(kitchen: Kitchen, phone: Phone) -> None:
    file_id, content = str(uuid.uuid4()), photo()
    answers = [phone.send(content, file_id, item="hats").status_code for _ in range(2)]
    assert answers == [201, 200]
    assert_problem(phone.send(photo(1), file_id), 409, "conflict")
    with kitchen.database.reading() as session:
        row = session.scalars(select(VisitFileRow)).one()
        link = session.scalars(select(CustodyRow)).one()
        assert (link.sha256, link.alert_id, link.restaurant_id) == (
            row.sha256,
            None,
            kitchen.restaurant,
        )
        assert json.loads(link.detail)["visit"] == phone.visit_id
        assert check_chain(session, kitchen.restaurant).fault is None
    shown = phone.client.get(f"{VISITS}/{phone.visit_id}/files/{file_id}")
    assert hashlib.sha256(shown.content).hexdigest() == row.sha256 == shown.headers["x-sha256"]


def test_a_photo_that_was_cut_short_is_asked_for_again(phone: Phone) -> None:
    content = photo()
    sha256 = hashlib.sha256(content).hexdigest()
    assert_problem(phone.send(content[:-9], sha256=sha256), 422, "invalid", "sha256")
    assert_problem(phone.send(b"no photo at all"), 422, "invalid", "body")
    assert_problem(phone.send(photo(), kind="signature"), 422, "invalid", "body")


def test_nothing_is_added_to_a_visit_that_is_done(phone: Phone) -> None:
    phone.finish(phone.result())
    assert_problem(phone.send(photo()), 409, "conflict")


def test_lists_go_on_where_they_stopped(kitchen: Kitchen, inspector: TestClient) -> None:
    phones = [Phone(inspector) for _ in range(5)]
    for phone in phones:
        phone.plan(kitchen.restaurant)
        phone.finish(phone.result())
    seen, cursor = [], None
    while True:
        asked = {"limit": "2", "state": "done"} | ({"cursor": cursor} if cursor else {})
        page = inspector.get(VISITS, params=asked).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(phone.visit_id for phone in phones)


def test_today_puts_the_highest_expected_loss_first(
    kitchen: Kitchen, inspector: TestClient
) -> None:
    with kitchen.database.writing() as session:
        calm = session.get_one(RestaurantRow, kitchen.restaurant)
        calm.risk = "A"
        risky = RestaurantRow(id="d" * 16, name="Canteen", station_id=calm.station_id, risk="D",
                              created_at=now(), latitude=30.0, longitude=120.0)  # fmt: skip
        session.add(risky)
    Phone(inspector).plan(kitchen.restaurant)
    Phone(inspector).plan("d" * 16)
    told = inspector.get(f"{VISITS}/today").json()
    assert [stop["restaurant_name"] for stop in told["stops"]] == ["Canteen", "Golden Wok"]
    assert [stop["way"] for stop in told["stops"]] == [1, None]
    assert told["stops"][0]["why"]["loss"] > told["stops"][1]["why"]["loss"]
    assert {checklist["id"] for checklist in told["checklists"]} == {
        "catering",
        "school_canteen",
        "spot_check",
    }


def test_somebody_elses_visit_is_not_in_my_day(kitchen: Kitchen, inspector: TestClient) -> None:
    otto = kitchen.add_user("Otto", "inspector", station="North")
    mine, theirs = Phone(inspector), Phone(inspector)
    mine.plan(kitchen.restaurant)
    theirs.plan(kitchen.restaurant, assigned_to=otto)
    assert_problem(
        Phone(inspector).plan(kitchen.restaurant, assigned_to="f" * 16),
        422,
        "invalid",
        "assigned_to",
    )
    told = inspector.get(f"{VISITS}/today").json()
    assert [stop["visit"]["id"] for stop in told["stops"]] == [mine.visit_id]


def test_deleting_evidence_leaves_a_visits_photo_of_the_same_bytes(
    kitchen: Kitchen, phone: Phone
) -> None:
    file_id = phone.sent(photo())
    with kitchen.database.reading() as session:
        from api.evidence.retention import _named_by

        assert _named_by(session, session.get_one(VisitFileRow, file_id).sha256) == 1


def test_a_generated_visit_needs_no_record(kitchen: Kitchen, phone: Phone) -> None:
    with kitchen.database.writing() as session:
        row = session.get_one(VisitRow, phone.visit_id)
        row.state, row.finished_at, row.generated = "done", now(), True
    assert_problem(phone.client.get(f"{VISITS}/{phone.visit_id}/record"), 409, "conflict")
