"""Photographs of cases and appeals go with the time of their kind, never while anything is open."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from api.audit import AuditRow, verify_audit
from api.cases.models import CaseFileRow, CaseRow
from api.database import now
from api.evidence.custody import check_chain
from api.evidence.models import CustodyRow
from api.settings import Settings
from tests.api.building import Kitchen
from tests.api.test_appeals import REFUSE, People, photo
from tests.api.test_case_routes import Desk
from tests.api.test_retention import on_disk, planned, run_retention

YEARS = timedelta(days=731)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def closed_with_a_photo(kitchen: Kitchen) -> tuple[Desk, str]:
    desk = Desk(kitchen)
    desk.signed()
    assert desk.act(desk.zhou, "close").status_code == 200
    with kitchen.database.reading() as session:
        return desk, session.scalars(select(CaseFileRow.sha256)).one()


def test_a_case_photo_goes_two_years_after_the_closing_and_leaves_a_receipt(
    kitchen: Kitchen, settings: Settings
) -> None:
    desk, sha256 = closed_with_a_photo(kitchen)
    assert planned(kitchen, settings).papers == 0
    with time_machine.travel(now() + YEARS, tick=True):
        plan = planned(kitchen, settings)
        done = run_retention(kitchen, settings)
    assert (plan.papers, plan.files, plan.freed_bytes) == (1, done.files, done.freed_bytes)
    assert sha256 not in on_disk(settings)
    gone = desk.zhou.get(f"/api/v1/cases/{desk.id}/files/{sha256}")
    assert gone.status_code == 404 and "retention deleted" in gone.json()["detail"]
    assert desk.zhou.get(f"/api/v1/cases/{desk.id}").json()["files"][0]["deleted"]
    with kitchen.database.reading() as session:
        deleted = CustodyRow.action == "deleted", CustodyRow.sha256 == sha256
        assert session.scalars(select(CustodyRow).where(*deleted)).one().alert_id is None
        assert check_chain(session, kitchen.restaurant).fault is None
        assert verify_audit(session).broken_at is None


def test_an_open_case_and_a_hold_on_its_alert_keep_its_photos(
    kitchen: Kitchen, settings: Settings
) -> None:
    desk = Desk(kitchen)
    desk.signed()
    with time_machine.travel(now() + YEARS, tick=True):
        assert planned(kitchen, settings).papers == 0
    hold = {"reason": "court"}
    path = f"/api/v1/alerts/{desk.alert}/holds"
    assert desk.zhou.post(path, json=hold).status_code == 201
    assert desk.act(desk.zhou, "close").status_code == 200
    with time_machine.travel(now() + YEARS, tick=True):
        assert planned(kitchen, settings).papers == 0


def test_an_appeal_photo_stays_as_long_as_what_it_speaks_against(
    kitchen: Kitchen, settings: Settings
) -> None:
    people = People(kitchen)
    appeal = people.filed()
    path = f"/api/v1/appeals/{appeal}/files"
    assert people.owner.post(path, content=photo()).status_code == 201
    with time_machine.travel(now() + YEARS, tick=True):
        assert planned(kitchen, settings).papers == 0, "it is not decided"
    assert people.decide(appeal, REFUSE).status_code == 200
    with time_machine.travel(now() + YEARS, tick=True):
        assert planned(kitchen, settings).papers == 0, "the verdict's own hold stands"
    released = f"/api/v1/alerts/{people.alert}/holds/upheld/release"
    assert people.supervisor.post(released, json={"reason": "closed"}).status_code == 200
    with time_machine.travel(now() + YEARS, tick=True):
        assert run_retention(kitchen, settings).papers == 1
    told = people.owner.get(f"/api/v1/appeals/{appeal}").json()
    assert [file["deleted"] for file in told["files"]] == [True]
    gone = people.owner.get(f"{path}/{told['files'][0]['sha256']}")
    assert gone.status_code == 404 and "retention deleted" in gone.json()["detail"]
    with kitchen.database.reading() as session:
        wanted = select(AuditRow).where(AuditRow.action == "appeal.file_deleted")
        assert session.scalars(wanted).one().subject == people.alert


def test_the_alert_tells_every_kind_of_hold_and_what_ends_it(kitchen: Kitchen) -> None:
    desk = Desk(kitchen)
    body = {"alert_id": desk.alert, "statement": "that was the delivery man"}
    assert desk.cook.post("/api/v1/appeals", json=body).status_code == 201
    holds = f"/api/v1/alerts/{desk.alert}/holds"
    assert desk.zhou.post(holds, json={"reason": "court"}).status_code == 201
    told = desk.zhou.get(f"/api/v1/alerts/{desk.alert}/custody").json()["holds"]
    assert [one["kind"] for one in told] == ["upheld", "case", "appeal", "placed"]
    with kitchen.database.reading() as session:
        assert told[1]["reason"] == session.scalars(select(CaseRow.number)).one()
    for kind in ("case", "appeal"):
        answer = desk.zhou.post(f"{holds}/{kind}/release", json={"reason": "enough"})
        assert answer.status_code == 409 and "is held until" in answer.json()["detail"]
    release = desk.zhou.post(f"{holds}/upheld/release", json={"reason": "enough"})
    assert release.status_code == 200
    told = desk.zhou.get(f"/api/v1/alerts/{desk.alert}/custody").json()
    assert told["due_at"] is None and [one["standing"] for one in told["holds"]].count(True) == 3
