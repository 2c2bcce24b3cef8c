"""Cases over HTTP: bad input has a clear answer, nothing is half done, two never close one case."""

from __future__ import annotations

import threading
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image
from sqlalchemy import func, select

from api.alerts.models import AlertRow
from api.audit import verify_audit
from api.cases.models import CaseActionRow, CaseFileRow
from api.cases.worker import Worker
from api.database import now
from api.evidence.holds import facts_of
from tests.api.building import Kitchen, assert_problem, review

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"


def jpeg(size: tuple[int, int] = (320, 240)) -> bytes:
    content = BytesIO()
    Image.new("RGB", size, "tan").save(content, "JPEG")
    return content.getvalue()


class Desk:
    """A case that is open, and everybody's browser."""

    def __init__(self, kitchen: Kitchen) -> None:
        self.kitchen = kitchen
        self.cook = kitchen.person("restaurant", "Cook", restaurant_id=kitchen.restaurant)
        self.li = kitchen.person("inspector", "Li", station="North")
        self.wang = kitchen.person("inspector", "Wang", station="North")
        self.zhou = kitchen.person("supervisor", "Zhou")
        self.pat = kitchen.person("patrol", "Pat")
        alert = kitchen.posted()
        assert review(self.pat, alert, "upheld").status_code == 201
        self.alert = alert
        Worker(kitchen.database).round(now() + timedelta(minutes=3))
        self.id = str(self.zhou.get("/api/v1/cases").json()["items"][0]["id"])

    def act(self, who: TestClient, action: str, **given: Any) -> Response:
        told = {"reason": "it is as it is"} | given
        return who.post(f"/api/v1/cases/{self.id}/actions/{action}", json=told)

    def put(self, who: TestClient, content: bytes, name: str = "photo.jpg") -> Response:
        return who.put(f"/api/v1/cases/{self.id}/files", content=content, params={"name": name})

    def signed(self) -> None:
        sha256 = self.put(self.li, jpeg()).json()["sha256"]
        assert self.act(self.li, "check_passed", files=[sha256]).status_code == 200
        assert self.act(self.li, "sign").status_code == 200

    def count(self, table: Any) -> int:
        with self.kitchen.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def desk(kitchen: Kitchen) -> Desk:
    return Desk(kitchen)


def test_of_two_who_close_at_one_moment_exactly_one_does(desk: Desk) -> None:
    desk.signed()
    version = desk.zhou.get(f"/api/v1/cases/{desk.id}").json()["version"]
    answers: list[int] = []
    start = threading.Barrier(2)

    def close(who: TestClient) -> None:
        start.wait()
        answers.append(desk.act(who, "close", version=version).status_code)

    threads = [threading.Thread(target=close, args=(who,)) for who in (desk.wang, desk.zhou)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409]
    case = desk.zhou.get(f"/api/v1/cases/{desk.id}").json()
    assert [step["action"] for step in case["actions"]].count("close") == 1
    with desk.kitchen.database.reading() as session:
        assert verify_audit(session).broken_at is None


def test_closing_ends_the_hold_and_an_open_case_keeps_its_evidence(desk: Desk) -> None:
    def placed() -> tuple[bool, bool]:
        with desk.kitchen.database.reading() as session:
            [alert] = session.scalars(select(AlertRow))
            facts = facts_of(session, alert, now())
            return facts.in_case, facts.released_at is not None

    assert placed() == (True, False)
    desk.signed()
    assert desk.act(desk.zhou, "close").status_code == 200
    assert placed() == (False, True)


def test_wrong_moves_are_told_and_leave_nothing(desk: Desk) -> None:
    before = desk.count(CaseActionRow)
    past = (now() - timedelta(hours=1)).isoformat()
    order = {"deadline": past, "articles": ["GB 31654-2021"]}
    assert_problem(desk.act(desk.li, "order", **order), 422, "invalid", "deadline")
    assert_problem(desk.act(desk.cook, "rectify"), 422, "invalid", "files")
    assert_problem(desk.act(desk.cook, "answer", reason=" "), 422, "invalid", "reason")
    assert_problem(desk.act(desk.li, "sign"), 409, "conflict")
    assert "you can do now: order" in desk.act(desk.li, "sign").json()["detail"]
    assert_problem(desk.act(desk.cook, "close"), 403, "forbidden")
    assert_problem(desk.act(desk.pat, "note"), 403, "forbidden")
    assert_problem(desk.act(desk.li, "notify"), 404, "not-found")
    assert_problem(desk.act(desk.cook, "answer", version=1), 409, "conflict")
    assert desk.count(CaseActionRow) == before


def test_photos_are_made_clean_and_what_is_none_is_refused(desk: Desk) -> None:
    answer = desk.put(desk.cook, jpeg((4000, 3000)))
    assert answer.status_code == 201 and answer.json()["width"] <= 3000
    shown = desk.li.get(f"/api/v1/cases/{desk.id}/files/{answer.json()['sha256']}")
    assert shown.headers["content-type"] == "image/jpeg" and shown.content[:2] == b"\xff\xd8"
    assert desk.put(desk.cook, jpeg((4000, 3000))).json() == answer.json()
    assert desk.count(CaseFileRow) == 1
    for wrong in (b"hello", b"", jpeg()[:200], b"%PDF-1.7 cut", PDF + b"trailer /Encrypt %%EOF"):
        assert_problem(desk.put(desk.cook, wrong), 422, "invalid", "body")
    assert desk.count(CaseFileRow) == 1
    hidden = desk.pat.get(f"/api/v1/cases/{desk.id}/files/{answer.json()['sha256']}")
    assert_problem(hidden, 403, "forbidden")


def test_a_pdf_comes_back_as_a_download_under_its_name(desk: Desk) -> None:
    sha256 = desk.put(desk.cook, PDF, "消杀记录.pdf").json()["sha256"]
    shown = desk.li.get(f"/api/v1/cases/{desk.id}/files/{sha256}")
    assert shown.content == PDF
    assert shown.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E6")


def test_the_page_keeps_what_was_filled_in_when_something_is_missing(desk: Desk) -> None:
    path = f"/cases/{desk.id}"
    version = desk.cook.get(f"/api/v1/cases/{desk.id}").json()["version"]
    form = {"action": "rectify", "version": version, "reason": "new hats for everybody"}
    answer = desk.cook.post(path, data=form, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "new hats for everybody" in answer.text and "at least one new photo" in answer.text
    files = {"photos": ("k.jpg", jpeg(), "image/jpeg")}
    sent = desk.cook.post(path, data=form, files=files, follow_redirects=False)
    assert sent.status_code == 303
    again = desk.cook.post(path, data=form, files=files, headers={"Accept-Language": "en"})
    assert again.status_code == 422 and "before you" in again.text
    assert desk.cook.get(f"/api/v1/cases/{desk.id}").json()["state"] == "rectified"


def test_the_metrics_count_open_and_overdue_cases(desk: Desk) -> None:
    text = desk.kitchen.anonymous.get("/metrics").text
    assert 'brightkitchen_cases{status="open"} 1.0' in text
    assert 'brightkitchen_cases{status="overdue"} 0.0' in text
