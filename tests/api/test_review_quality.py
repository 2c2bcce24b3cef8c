"""Double reviews are blind, known items are hidden, and neither distorts what is counted."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.alerts.models import AlertRow
from api.app import create_app
from api.audit import AuditRow, verify_audit
from api.reviews.models import KnownAnswerRow, KnownItemRow, KnownShowRow, ReviewRow
from api.settings import Settings
from tests.api.building import JPEG, Kitchen, assert_problem, ref, review
from tests.api.test_review_claims import claim


def kitchen_with(settings: Settings, **shares: float) -> Iterator[Kitchen]:
    """A kitchen where chance is certain."""
    app = create_app(settings.model_copy(update=shares))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Kitchen(app, client)


@pytest.fixture
def twice(settings: Settings) -> Iterator[Kitchen]:
    """Every alert is judged by two."""
    shares = {"review_double_share": 1.0, "review_known_share": 0.0}
    yield from kitchen_with(settings, **shares)


@pytest.fixture
def hiding(settings: Settings) -> Iterator[Kitchen]:
    """After every verdict a known item comes."""
    shares = {"review_double_share": 0.0, "review_known_share": 1.0}
    yield from kitchen_with(settings, **shares)


def status(client: TestClient, alert_id: str) -> str:
    """Where the alert stands."""
    return str(client.get(f"/api/v1/alerts/{alert_id}").json()["status"])


def team(kitchen: Kitchen) -> list[TestClient]:
    """Three patrollers and a supervisor."""
    people = [kitchen.person("patrol", name) for name in ("Li", "Wang", "Zhao")]
    return [*people, kitchen.person("supervisor", "Sue")]


def test_two_who_agree_settle_an_alert_and_make_it_a_known_item(twice: Kitchen) -> None:
    li, wang, *_ = team(twice)
    alert_id = twice.posted()
    assert review(li, alert_id, "upheld").json()["alert_status"] == "second_review"
    assert review(wang, alert_id, "upheld").json()["alert_status"] == "upheld"
    with twice.database.reading() as session:
        row = session.get_one(AlertRow, uuid.UUID(alert_id))
        known = session.get_one(KnownItemRow, row.id)
        assert row.double_review and row.settled_at is not None
        assert (known.truth, known.source) == ("upheld", "agreed")


def test_of_two_who_disagree_a_third_decides(twice: Kitchen) -> None:
    li, wang, zhao, _ = team(twice)
    alert_id = twice.posted()
    review(li, alert_id, "upheld")
    answer = review(wang, alert_id, "dismissed", reason="wrong_object")
    assert answer.json()["alert_status"] == "second_review"
    assert claim(li) is None and claim(wang) is None
    assert claim(zhao) == alert_id
    answer = review(zhao, alert_id, "dismissed", reason="not_assessable")
    assert answer.json()["alert_status"] == "dismissed"
    with twice.database.reading() as session:
        assert session.get(KnownItemRow, uuid.UUID(alert_id)) is None


def test_the_second_person_learns_nothing_of_the_first_verdict(twice: Kitchen) -> None:
    li, wang, *_ = team(twice)
    alert_id = twice.posted()
    review(li, alert_id, "dismissed", reason="wrong_object", comment="a ladle")
    assert wang.get(f"/api/v1/alerts/{alert_id}/reviews").json() == []
    for path in (f"/review/items/{alert_id}", f"/alerts/{alert_id}"):
        page = wang.get(path, headers={"Accept-Language": "en"}).text
        assert "ladle" not in page and "Dismissed" not in re.sub(r"<option.*?</option>", "", page)
    review(wang, alert_id, "upheld")
    assert len(wang.get(f"/api/v1/alerts/{alert_id}/reviews").json()) == 2


def test_where_too_few_people_review_nothing_waits_for_a_second_one(twice: Kitchen) -> None:
    alert_id = twice.posted()
    only = twice.person("patrol")
    assert review(only, alert_id, "upheld").json()["alert_status"] == "upheld"


def test_an_alert_counts_once_however_many_judged_it(twice: Kitchen) -> None:
    li, wang, *_ = team(twice)
    alert_id = twice.posted()
    review(li, alert_id, "upheld")
    assert twice_decided(li) == 0
    review(wang, alert_id, "upheld")
    assert twice_decided(li) == 1


def twice_decided(client: TestClient) -> int:
    """Over how many decided alerts precision is measured."""
    items = client.get("/api/v1/stats/precision").json()["items"]
    return sum(int(item["decided"]) for item in items)


def pictured(kitchen: Kitchen) -> str:
    """An alert of a little while ago with its picture."""
    began = datetime.now(UTC) - timedelta(minutes=20)
    alert_id = kitchen.posted(
        evidence=[ref(JPEG).model_dump()],
        started_at=began.isoformat(),
        ended_at=(began + timedelta(seconds=30)).isoformat(),
    )
    kitchen.put(alert_id, ref(JPEG).sha256, JPEG)
    return alert_id


def known_item(kitchen: Kitchen, by: TestClient, supervisor: TestClient) -> str:
    """An alert of a little while ago, decided by somebody and put into the pool."""
    alert_id = pictured(kitchen)
    assert review(by, alert_id, "upheld").status_code == 201
    token = {"csrf_token": supervisor.headers["X-CSRF-Token"]}
    path = f"/review/quality/known/{alert_id}"
    answer = supervisor.post(path, data=token, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return alert_id


@pytest.fixture
def hidden(hiding: Kitchen) -> tuple[Kitchen, TestClient, TestClient, str, str]:
    """A known item lies in Wang's queue: kitchen, Wang, supervisor, alert, the item's own id."""
    li, wang, _, sue = team(hiding)
    alert_id = known_item(hiding, li, sue)
    review(wang, hiding.posted(), "upheld")
    item = claim(wang)
    assert item is not None and item != alert_id
    return hiding, wang, sue, alert_id, item


Hidden = tuple[Kitchen, TestClient, TestClient, str, str]


def test_a_known_item_answers_like_any_alert(hidden: Hidden) -> None:
    kitchen, wang, _, alert_id, item = hidden
    ordinary = pictured(kitchen)
    for path in ("", "/reviews", "/burst"):
        known = wang.get(f"/api/v1/alerts/{item}{path}")
        other = wang.get(f"/api/v1/alerts/{ordinary}{path}")
        assert (known.status_code, _keys(known.json())) == (200, _keys(other.json()))
        assert known.headers.keys() == other.headers.keys()
        assert alert_id not in known.text and "known" not in known.text
    seen = wang.get(f"/api/v1/alerts/{item}").json()
    assert (seen["status"], seen["round"], seen["settled_at"]) == ("waiting", 1, None)
    assert datetime.now(UTC) - datetime.fromisoformat(seen["received_at"]) < timedelta(hours=4)
    queue = wang.get("/api/v1/reviews/queue").json()
    assert {i["id"] for i in queue["items"]} == {item, ordinary}
    assert (queue["waiting"], queue["mine"]) == (2, 2), "counted like any other"


def _keys(value: Any) -> Any:
    """The shape of an answer."""
    if isinstance(value, dict):
        return {name: _keys(item) for name, item in value.items()}
    return [_keys(value[0])] if isinstance(value, list) and value else type(value).__name__


def test_nothing_on_its_page_tells_a_known_item(hidden: Hidden) -> None:
    kitchen, wang, _, alert_id, item = hidden
    ordinary = pictured(kitchen)
    pages = {}
    for shown in (item, ordinary):
        answer = wang.get(f"/review/items/{shown}")
        assert answer.status_code == 200
        pages[shown] = answer.text.replace(shown, "ID")
        evidence = wang.get(f"/review/items/{shown}/evidence/{ref(JPEG).sha256}")
        assert (evidence.status_code, evidence.content) == (200, JPEG)
    assert alert_id not in pages[item] and "known" not in pages[item].lower()
    assert _plain(pages[item]) == _plain(pages[ordinary])


def _plain(page: str) -> str:
    """The page without what differs between any two alerts: their times."""
    page = re.sub(r"\d{4}-\d\d-\d\dT[^\"]*", "T", page)
    page = re.sub(r"data-state=\"(in_time|soon|late)\"", "", page)
    return re.sub(r"\d+ (Nov|月 \d+ 日) [\d:]+|\d+:\d\d:\d\d", "T", page)


def test_an_answer_on_a_known_item_changes_no_alert_and_no_figure(hidden: Hidden) -> None:
    kitchen, wang, sue, alert_id, item = hidden
    before = (status(sue, alert_id), twice_decided(sue))
    answer = review(wang, item, "dismissed", reason="wrong_object", comment="no", took_s=4.5)
    assert answer.status_code == 201
    said = answer.json()
    assert (said["alert_id"], said["verdict"], said["alert_status"]) == (
        item,
        "dismissed",
        "dismissed",
    )
    assert (status(sue, alert_id), twice_decided(sue)) == before
    assert status(wang, item) == "dismissed"
    with kitchen.database.reading() as session:
        assert len(session.scalars(select(ReviewRow)).all()) == 2
        kept = session.scalars(select(KnownAnswerRow)).one()
        assert (kept.verdict, kept.took_s, kept.comment) == ("dismissed", 4.5, "no")
        actions = session.scalars(select(AuditRow.action).where(AuditRow.subject == alert_id)).all()
        assert actions[-1] == "known.answered" and verify_audit(session).broken_at is None
    assert_problem(review(wang, item, "upheld"), 409, "conflict")


def test_a_verdict_on_a_known_item_is_undone_and_listed_like_any_other(hidden: Hidden) -> None:
    _, wang, _, alert_id, item = hidden
    given = review(wang, item, "upheld").json()
    own = wang.get("/api/v1/reviews/mine").json()["items"]
    assert own[0]["alert"]["id"] == item and len(own) == 2
    assert alert_id not in str(own)
    path = f"/api/v1/alerts/{item}/reviews/{given['id']}"
    assert wang.delete(path).json()["alert_status"] == "waiting"
    assert_problem(wang.delete(path), 409, "conflict")
    assert claim(wang) == item


def test_a_known_item_exists_for_one_person_alone(hidden: Hidden) -> None:
    _, _, sue, _, item = hidden
    for path in (f"/api/v1/alerts/{item}", f"/api/v1/alerts/{item}/reviews"):
        assert_problem(sue.get(path), 404, "not-found")
    assert_problem(review(sue, item, "upheld"), 404, "not-found")


def test_nobody_is_asked_again_about_what_they_judged_themselves(hiding: Kitchen) -> None:
    li, _, _, sue = team(hiding)
    known_item(hiding, li, sue)
    review(li, hiding.posted(), "upheld")
    assert claim(li) is None


def test_a_known_item_is_retired_and_only_a_supervisor_chooses(hidden: Hidden) -> None:
    kitchen, wang, sue, alert_id, _ = hidden
    path = f"/review/quality/known/{alert_id}/retire"
    for person, expected in ((wang, 403), (sue, 303), (sue, 404)):
        token = {"csrf_token": person.headers["X-CSRF-Token"]}
        assert person.post(path, data=token, follow_redirects=False).status_code == expected
    zhao = kitchen.signed_in("Zhao")
    review(zhao, kitchen.posted(), "upheld")
    with kitchen.database.reading() as session:
        assert len(session.scalars(select(KnownShowRow)).all()) == 1


def test_quality_is_told_for_all_together_and_for_each_only_with_a_reason(
    twice: Kitchen,
) -> None:
    li, wang, _, sue = team(twice)
    for number in range(20):
        alert_id = twice.posted()
        review(li, alert_id, "upheld", took_s=5)
        if number % 4:
            review(wang, alert_id, "upheld", took_s=7)
        else:
            review(wang, alert_id, "dismissed", reason="wrong_object", took_s=500)
    assert li.get("/review/quality").status_code == 403
    sue.headers["Accept-Language"] = "en"
    page = sue.get("/review/quality").text
    assert "20 judged twice, blindly" in page and "0.00" in page
    assert "Li" not in re.findall(r"<td>(\w+)</td>", page)
    token = sue.headers["X-CSRF-Token"]
    form = {"csrf_token": token, "reason": " "}
    assert sue.post("/review/quality/people", data=form).status_code == 422
    form["reason"] = "training of new staff"
    page = sue.post("/review/quality/people", data=form).text
    assert {"Li", "Wang"} <= set(re.findall(r"<td>(\w+)</td>", page))
    with twice.database.reading() as session:
        entry = session.scalars(
            select(AuditRow).where(AuditRow.action == "quality.people_viewed")
        ).one()
        assert "training of new staff" in entry.detail
        longest = max(row.took_s or 0 for row in session.scalars(select(ReviewRow)))
        assert longest == 120
