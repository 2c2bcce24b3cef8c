"""Cases open from what people upheld, move as their table says, and close by two people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from api.accounts.models import UserRow
from api.accounts.people import person_of
from api.accounts.schemas import Person
from api.cases import store
from api.cases.models import CaseActionRow, CaseRow
from api.cases.opening import open_from_alerts
from api.cases.reading import get_case, list_cases
from api.cases.schemas import ActionIn, CaseDetail, CaseIn, CaseQuery, Finding, NewFile
from api.cases.worker import Worker
from api.database import now
from tests.api.building import Kitchen, review
from vision.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

LATER = timedelta(seconds=121)


@dataclass
class Loop:
    """A kitchen with everybody who has a part in a case."""

    kitchen: Kitchen
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        place = {"restaurant_id": self.kitchen.restaurant}
        self._add("Cook", "restaurant", **place)
        for name in ("Li", "Wang"):
            self._add(name, "inspector", station="North")
        self._add("Zhou", "supervisor")
        self._add("Far", "inspector", station="South")
        self.patrol = self.kitchen.person("patrol", "Pat")
        self.worker = Worker(self.kitchen.database)

    def _add(self, name: str, role: Any, **scope: str) -> None:
        user_id = self.kitchen.add_user(name, role, **scope)
        with self.kitchen.database.reading() as session:
            self.people[name] = person_of(session.get_one(UserRow, user_id))

    def upheld(self, **changes: Any) -> UUID:
        """An alert that somebody upheld long enough ago."""
        alert_id = self.kitchen.posted(**changes)
        assert review(self.patrol, alert_id, "upheld").status_code == 201
        return UUID(alert_id)

    def opened(self, **changes: Any) -> str:
        """The case that opens from one."""
        self.upheld(**changes)
        with self.kitchen.database.writing() as session:
            [case_id] = open_from_alerts(session, now() + LATER)
        return case_id

    def act(self, name: str, case_id: str, action: Any, **given: Any) -> None:
        with self.kitchen.database.writing() as session:
            person = self.people[name]
            if action in ("rectify", "check_passed", "check_failed") and "files" not in given:
                given["files"] = [self.photo(session, person, case_id)]
            told = {"reason": "it is as it is"} | given
            store.act(session, person, case_id, action, ActionIn(**told))

    def photo(self, session: Any, person: Person, case_id: str) -> str:
        sha256 = f"{len(session.scalars(select(CaseActionRow.seq)).all()):064x}"
        new = NewFile(sha256=sha256, media_type="image/jpeg", size_bytes=10)
        store.attach(session, person, case_id, [new])
        return sha256

    def order(self, name: str, case_id: str, **given: Any) -> None:
        told = {"deadline": now() + timedelta(days=3), "articles": ["GB 31654-2021 7.2"]}
        self.act(name, case_id, "order", **(told | given))

    def seen(self, name: str, case_id: str) -> CaseDetail:
        with self.kitchen.database.reading() as session:
            return get_case(session, self.people[name], case_id)

    def round(self, ahead: timedelta = timedelta()) -> Any:
        return self.worker.round(now() + ahead)

    def closed(self, **changes: Any) -> str:
        case_id = self.opened(**changes)
        self.act("Li", case_id, "check_passed")
        self.act("Li", case_id, "sign")
        self.act("Zhou", case_id, "close")
        return case_id


@pytest.fixture
def loop(kitchen: Kitchen) -> Loop:
    return Loop(kitchen)


def states(case: CaseDetail) -> list[str]:
    return [f"{action.action}:{action.to_state}" for action in case.actions]


def test_a_case_opens_once_nobody_may_undo_the_verdict_any_more(loop: Loop) -> None:
    loop.upheld()
    with loop.kitchen.database.writing() as session:
        assert open_from_alerts(session, now()) == []
        [case_id] = open_from_alerts(session, now() + LATER)
        assert open_from_alerts(session, now() + LATER) == []
    case = loop.seen("Cook", case_id)
    assert states(case) == ["open:opened", "notify:notified"]
    assert (case.state, case.turn, case.upheld) == ("notified", "restaurant", 1)
    assert case.can == ["acknowledge", "answer", "rectify", "note"]


def test_a_further_alert_of_that_kind_and_place_joins(loop: Loop) -> None:
    case_id = loop.opened()
    loop.upheld(severity="critical")
    loop.upheld(zone_type="dishwashing")
    with loop.kitchen.database.writing() as session:
        first, second = open_from_alerts(session, now() + LATER)
    assert first == case_id and second != case_id
    case = loop.seen("Li", case_id)
    assert (case.upheld, case.severity, len(case.alerts)) == (2, "critical", 2)


def test_an_animal_is_one_case_wherever_it_was_seen(loop: Loop) -> None:
    for zone_type in ("storage", "cooking"):
        loop.upheld(rule="pest_rodent", zone_type=zone_type)
    with loop.kitchen.database.writing() as session:
        assert len(set(open_from_alerts(session, now() + LATER))) == 1


def test_what_a_camera_has_opens_no_case_by_itself(loop: Loop) -> None:
    loop.upheld(rule="camera_offline")
    with loop.kitchen.database.writing() as session:
        assert open_from_alerts(session, now() + LATER) == []


def test_the_whole_way_with_an_order_and_a_check_on_site(loop: Loop) -> None:
    case_id = loop.opened()
    loop.act("Cook", case_id, "acknowledge")
    loop.act("Cook", case_id, "answer")
    loop.order("Li", case_id)
    loop.act("Cook", case_id, "rectify")
    loop.act("Wang", case_id, "check_passed")
    loop.act("Wang", case_id, "sign")
    loop.act("Zhou", case_id, "close")
    case = loop.seen("Zhou", case_id)
    assert case.state == "closed" and case.due_at is None and case.turn is None
    assert [action.actor for action in case.actions if action.actor] == [
        *("Cook", "Cook", "Li", "Cook", "Wang", "Wang", "Zhou")
    ]
    assert all(action.reason for action in case.actions if action.role != "system")
    assert all(case.actions[n].evidence for n in (5, 6))
    [order] = case.orders
    assert order.met_at is not None and order.met_at < order.due_at and order.number.endswith("-1")


def test_the_restaurant_does_not_learn_who_signed(loop: Loop) -> None:
    case = loop.seen("Cook", loop.closed())
    assert {action.actor for action in case.actions if action.role != "restaurant"} == {""}
    assert "Li" not in case.model_dump_json() and "Zhou" not in case.model_dump_json()


def test_another_station_does_not_know_the_case(loop: Loop) -> None:
    case_id = loop.opened()
    with pytest.raises(NotFoundError):
        loop.seen("Far", case_id)
    with pytest.raises(NotFoundError):
        loop.act("Far", case_id, "note")
    with loop.kitchen.database.reading() as session:
        assert list_cases(session, loop.people["Far"], CaseQuery()).items == []
        assert len(list_cases(session, loop.people["Li"], CaseQuery()).items) == 1


def test_who_saw_an_older_version_does_not_overrun_another(loop: Loop) -> None:
    case_id = loop.opened()
    version = loop.seen("Li", case_id).version
    loop.act("Cook", case_id, "acknowledge", version=version)
    with pytest.raises(ConflictError, match="meanwhile"):
        loop.act("Li", case_id, "note", version=version)


def test_proof_must_be_uploaded_and_new(loop: Loop) -> None:
    case_id = loop.opened()
    with pytest.raises(InvalidError, match="upload it"):
        loop.act("Cook", case_id, "rectify", files=["f" * 64])
    loop.act("Cook", case_id, "rectify")
    proof = loop.seen("Cook", case_id).files[0].sha256
    loop.act("Li", case_id, "check_failed")
    with pytest.raises(InvalidError, match="earlier step"):
        loop.act("Cook", case_id, "rectify", files=[proof])


def test_an_order_in_the_past_is_refused_and_nothing_is_left_of_it(loop: Loop) -> None:
    case_id = loop.opened()
    before = loop.seen("Li", case_id)
    with pytest.raises(InvalidError, match="in the past"):
        loop.order("Li", case_id, deadline=now() - timedelta(minutes=1))
    assert loop.seen("Li", case_id) == before


def test_an_order_moves_its_deadline_fails_and_is_replaced(loop: Loop) -> None:
    case_id = loop.opened()
    loop.order("Li", case_id)
    with pytest.raises(ForbiddenError):
        loop.act("Li", case_id, "extend", deadline=now() + timedelta(days=9))
    loop.act("Zhou", case_id, "extend", deadline=now() + timedelta(days=9))
    loop.act("Cook", case_id, "rectify")
    loop.act("Li", case_id, "check_failed")
    loop.order("Li", case_id)
    first, second = loop.seen("Li", case_id).orders
    assert first.due_at > first.first_due_at and first.met_at and first.failed_at
    assert second.number.endswith("-2") and second.met_at is None
    loop.order("Li", case_id)
    assert loop.seen("Li", case_id).orders[1].replaced_at is not None


def test_seen_again_after_the_proof_the_rectification_has_failed(loop: Loop) -> None:
    case_id = loop.opened()
    loop.order("Li", case_id)
    loop.act("Cook", case_id, "rectify")
    loop.upheld(started_at=now() + timedelta(seconds=1))
    assert loop.round(LATER).opened == 1
    case = loop.seen("Cook", case_id)
    assert states(case)[-2:] == ["join:rectified", "video_failed:failed"]
    assert case.orders[0].failed_at is not None


def test_an_alert_from_before_the_proof_only_joins(loop: Loop) -> None:
    case_id = loop.opened()
    loop.act("Cook", case_id, "rectify")
    loop.upheld()
    loop.round(LATER)
    case = loop.seen("Cook", case_id)
    assert (case.state, case.upheld) == ("rectified", 2)


def test_the_same_again_within_a_month_opens_the_closed_case_again(loop: Loop) -> None:
    case_id = loop.closed()
    loop.upheld(started_at=now() + timedelta(seconds=1))
    loop.round(LATER)
    case = loop.seen("Cook", case_id)
    assert states(case)[-2:] == ["reopen:opened", "notify:notified"]
    assert (case.repeats, case.ended_at) == (1, None)


def test_the_same_again_later_is_another_case(loop: Loop) -> None:
    case_id = loop.closed()
    with loop.kitchen.database.writing() as session:
        long_ago = now() - timedelta(days=31)
        session.execute(update(CaseRow).values(ended_at=long_ago, rectified_at=long_ago))
    assert loop.opened(started_at=now()) != case_id


def test_an_undone_verdict_takes_the_case_back(loop: Loop) -> None:
    alert_id = loop.upheld()
    loop.round(LATER)
    reviews = loop.patrol.get(f"/api/v1/alerts/{alert_id}/reviews").json()
    path = f"/api/v1/alerts/{alert_id}/reviews/{reviews[0]['id']}"
    assert loop.patrol.delete(path).status_code == 200
    assert loop.round().taken_back == 1
    with loop.kitchen.database.reading() as session:
        row = session.scalars(select(CaseRow)).one()
        assert (row.state, row.upheld) == ("withdrawn", 0)
    assert review(loop.patrol, str(alert_id), "upheld").status_code == 201
    loop.round(LATER)
    with loop.kitchen.database.reading() as session:
        assert {row.state for row in session.scalars(select(CaseRow))} == {"withdrawn", "notified"}


def test_a_case_stands_while_one_of_its_alerts_does(loop: Loop) -> None:
    first = loop.upheld()
    loop.upheld()
    loop.round(LATER)
    with loop.kitchen.database.writing() as session:
        case_id = store.case_of_alert(session, loop.people["Li"], first)
        store.alert_no_longer_upheld(session, first, "appeal")
        store.alert_no_longer_upheld(session, first, "appeal")
    assert case_id is not None
    case = loop.seen("Li", case_id)
    assert (case.state, case.upheld) == ("notified", 1)
    assert [alert.left_at is None for alert in case.alerts].count(False) == 1


def test_a_closed_case_goes_too_when_its_verdict_was_wrong(loop: Loop) -> None:
    alert_id = loop.upheld()
    loop.round(LATER)
    with loop.kitchen.database.reading() as session:
        case_id = store.case_of_alert(session, loop.people["Li"], alert_id)
    assert case_id is not None
    loop.order("Li", case_id)
    loop.act("Li", case_id, "check_passed")
    loop.act("Li", case_id, "sign")
    loop.act("Zhou", case_id, "close")
    with loop.kitchen.database.writing() as session:
        store.alert_no_longer_upheld(session, alert_id, "appeal")
    case = loop.seen("Li", case_id)
    assert case.state == "withdrawn" and case.orders[0].withdrawn_at is not None


def test_a_visit_opens_a_case_or_finds_it_open(loop: Loop) -> None:
    finding = Finding(
        restaurant_id=loop.kitchen.restaurant,
        rule="licences",
        found_at=now(),
        visit_id="v",
        note="licence out of date",
    )
    with loop.kitchen.database.writing() as session:
        case_id = store.open_from_finding(session, loop.people["Li"], finding)
        assert store.open_from_finding(session, loop.people["Li"], finding) == case_id
        far = loop.people["Far"]
        with pytest.raises(NotFoundError):
            store.open_from_finding(session, far, finding)
    case = loop.seen("Li", case_id)
    assert (case.source, case.rule, case.state) == ("visit", "licences", "notified")
    assert [a.visit_id for a in case.actions] == ["v", None, "v"]


def test_a_supervisor_opens_a_case_at_once_and_others_do_not(loop: Loop) -> None:
    alert_id = loop.upheld()
    with loop.kitchen.database.writing() as session:
        with pytest.raises(ForbiddenError):
            store.add_case(session, loop.people["Li"], CaseIn(alert_id=alert_id))
        case_id = store.add_case(session, loop.people["Zhou"], CaseIn(alert_id=alert_id))
        assert store.add_case(session, loop.people["Zhou"], CaseIn(alert_id=alert_id)) == case_id
        by_hand = CaseIn(
            restaurant_id=loop.kitchen.restaurant, rule="pest_fly", reason="a guest called"
        )
        assert store.add_case(session, loop.people["Zhou"], by_hand) != case_id
        with pytest.raises(ConflictError, match="is open"):
            store.add_case(session, loop.people["Zhou"], by_hand)
    waiting = UUID(loop.kitchen.posted())
    with loop.kitchen.database.writing() as session, pytest.raises(ConflictError, match="upheld"):
        store.add_case(session, loop.people["Zhou"], CaseIn(alert_id=waiting))


def test_what_is_overdue_escalates_by_itself_once(loop: Loop) -> None:
    case_id = loop.opened()
    assert loop.round().escalated == 0
    assert loop.round(timedelta(days=20)).escalated == 1
    assert loop.round(timedelta(days=21)).escalated == 0
    case = loop.seen("Zhou", case_id)
    assert case.escalated_at is not None
    with loop.kitchen.database.reading() as session:
        late = CaseQuery(escalated=True)
        assert [c.id for c in list_cases(session, loop.people["Zhou"], late).items] == [case_id]


def test_an_order_is_reminded_of_once(loop: Loop) -> None:
    case_id = loop.opened()
    loop.order("Li", case_id)
    assert loop.round(timedelta(days=1)).reminded == 0
    assert loop.round(timedelta(days=2, hours=1)).reminded == 1
    assert loop.round(timedelta(days=2, hours=2)).reminded == 0
    assert states(loop.seen("Cook", case_id))[-1] == "remind:ordered"


def test_what_happened_cannot_be_changed(loop: Loop) -> None:
    case_id = loop.opened()
    with pytest.raises(Exception, match="append-only"), loop.kitchen.database.writing() as session:
        session.execute(update(CaseActionRow).values(reason="nothing"))
    assert len(loop.seen("Li", case_id).actions) == 2


def test_open_cases_come_by_urgency_and_page_by_page(loop: Loop) -> None:
    zones = ("cooking", "storage", "service", "dishwashing")
    ids = [loop.opened(zone_type=zone) for zone in zones]
    with loop.kitchen.database.writing() as session:
        for number, case_id in enumerate(ids):
            session.get_one(CaseRow, case_id).due_at = now() + timedelta(hours=9 - number)
    seen: list[str] = []
    cursor = None
    with loop.kitchen.database.reading() as session:
        while True:
            query = CaseQuery(limit=3, cursor=cursor)
            page = list_cases(session, loop.people["Cook"], query)
            seen += [case.id for case in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        newest = CaseQuery(status="all", limit=1)
        assert list_cases(session, loop.people["Cook"], newest).items[0].id == ids[-1]
    assert seen == ids[::-1]
