"""Cases in the database: opened, joined, acted on; every change through ``steps.perform``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import in_scope
from api.cases import holding
from api.cases.models import CaseAlertRow, CaseFileRow, CaseRow
from api.cases.opening import Place, join_alert, known_case, open_case, reopen
from api.cases.rules import By, Given, Move
from api.cases.schemas import (
    PERSON_ACTIONS,
    ActionIn,
    CaseIn,
    Finding,
    NewFile,
)
from api.cases.steps import SYSTEM, perform
from api.cases.transitions import OFFICE
from api.database import now
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care, sees_everything
from vision.errors import ConflictError, ForbiddenError, NotFoundError

CHIEFS: Final = ("supervisor", "admin")
MOST_FILES: Final = 200
STALE: Final = "somebody acted on this case meanwhile; load it again"


def case_scope(person: Person) -> ColumnElement[bool]:
    """Which cases are this person's to see."""
    if sees_everything(person):
        return true()
    return CaseRow.restaurant_id.in_(select(RestaurantRow.id).where(in_care(person)))


def no_case(case_id: str) -> NotFoundError:
    """The same words for a case that is not there and for one that is not theirs."""
    return NotFoundError(f"there is no case {case_id} for you")


def locked_case(session: Session, person: Person, case_id: str) -> CaseRow:
    """The case, on which nobody else acts until this transaction ends."""
    wanted = select(CaseRow).where(CaseRow.id == case_id, case_scope(person))
    row = session.scalar(wanted.with_for_update(of=CaseRow))
    if row is None:
        raise no_case(case_id)
    return row


def act(session: Session, person: Person, case_id: str, action: str, given: ActionIn) -> CaseRow:
    """The one way in which a person changes a case.

    ForbiddenError for a role that never does it; ConflictError when it cannot be done now, with
    what can be, or when another person was quicker; InvalidError names what is missing.
    """
    row = locked_case(session, person, case_id)
    if action not in PERSON_ACTIONS:
        raise NotFoundError(f"there is no such action; one of {', '.join(PERSON_ACTIONS)}")
    if given.version is not None and given.version != row.version:
        raise ConflictError(STALE)
    if action == "reopen":
        require_free(session, row)
    told = Given(given.reason, given.files, given.deadline, given.articles)
    detail = {"visit": given.visit_id} if given.visit_id else {}
    by = By(person.id, person.role)
    perform(session, row, Move(action, by, now(), told, detail))
    if action == "close":
        holding.release(session, row, person.id)
    if action == "reopen":
        perform(session, row, Move("notify", SYSTEM, now()))
    return row


def require_free(session: Session, row: CaseRow) -> None:
    """ConflictError when a newer case of the same place is open: two would tell the same."""
    other = known_case(session, Place(row.restaurant_id, row.rule, row.zone_type))
    if other is not None and other.id != row.id:
        raise ConflictError(f"case {other.number} of this kind is open; go on there")


def add_case(session: Session, person: Person, given: CaseIn) -> str:
    """Open a case by hand, or join the one that is open; its id."""
    if person.role not in CHIEFS:
        raise ForbiddenError("cases are opened by hand by supervisor and admin")
    by = By(person.id, person.role)
    if given.alert_id is not None:
        return join_alert(session, _upheld(session, person, given.alert_id), by, now()).id
    assert given.restaurant_id is not None and given.rule is not None  # the schema asked
    _require_restaurant(session, person, given.restaurant_id)
    place = Place.of(given.restaurant_id, given.rule, given.zone_type)
    known = known_case(session, place)
    if known is not None:
        raise ConflictError(f"case {known.number} of this kind is open; go on there")
    opening = Move("open", by, now(), Given(reason=given.reason))
    return open_case(session, place, given.severity, "hand", opening).id


def _upheld(session: Session, person: Person, alert_id: UUID) -> AlertRow:
    wanted = select(AlertRow).where(AlertRow.id == alert_id, in_scope(person))
    alert = session.scalar(wanted.with_for_update(of=AlertRow))
    if alert is None:
        raise NotFoundError(f"there is no alert {alert_id} for you")
    if alert.status != "upheld":
        raise ConflictError("the alert is not upheld; only what people upheld makes a case")
    return alert


def open_from_finding(session: Session, person: Person, finding: Finding) -> str:
    """A case for what a visit found: the open one of that place, or a new one; its id."""
    if person.role not in OFFICE:
        raise ForbiddenError("what a visit finds is noted by inspector, supervisor and admin")
    _require_restaurant(session, person, finding.restaurant_id)
    place = Place.of(finding.restaurant_id, finding.rule, finding.zone_type)
    by, detail = By(person.id, person.role), {"visit": finding.visit_id}
    row = known_case(session, place)
    if row is not None:
        perform(session, row, Move("join", by, now(), Given(reason=finding.note), detail))
        return row.id
    before = reopen(session, place, finding.found_at, Given(reason=finding.note or "found on site"))
    if before is not None:
        return before.id
    opening = Move("open", by, now(), Given(reason=finding.note), detail)
    return open_case(session, place, finding.severity, "visit", opening).id


def _require_restaurant(session: Session, person: Person, restaurant_id: str) -> None:
    theirs = RestaurantRow.id == restaurant_id, in_care(person)
    if session.scalar(select(RestaurantRow.id).where(*theirs)) is None:
        raise NotFoundError(f"there is no restaurant {restaurant_id} for you")


def case_of_alert(session: Session, person: Person, alert_id: UUID) -> str | None:
    """The case to which an alert belongs, when this person may see it."""
    return session.scalar(
        select(CaseRow.id)
        .join(CaseAlertRow, CaseAlertRow.case_id == CaseRow.id)
        .where(
            CaseAlertRow.alert_id == alert_id, CaseAlertRow.left_at.is_(None), case_scope(person)
        )
    )


def open_cases(session: Session, restaurant_ids: Sequence[str]) -> dict[str, list[CaseRow]]:
    """The open cases of these restaurants, the most urgent first."""
    found: dict[str, list[CaseRow]] = {name: [] for name in restaurant_ids}
    mine = CaseRow.restaurant_id.in_(restaurant_ids), CaseRow.ended_at.is_(None)
    for row in session.scalars(select(CaseRow).where(*mine).order_by(CaseRow.due_at, CaseRow.id)):
        found[row.restaurant_id].append(row)
    return found


def alert_no_longer_upheld(session: Session, alert_id: UUID, actor: str) -> None:
    """Take an alert out of its case, and the case away when nothing else holds it up.

    Harmless when the alert belongs to no case, or was taken out before.
    """
    link = session.get(CaseAlertRow, alert_id)
    if link is None or link.left_at is not None:
        return
    row = session.scalars(select(CaseRow).where(CaseRow.id == link.case_id).with_for_update()).one()
    at = now()
    reason = "the verdict on this alert was taken back"
    link.left_at = at
    told, detail = Given(reason=reason, alert=str(alert_id)), {"taken_back_by": actor}
    perform(session, row, Move("leave", SYSTEM, at, told, detail))
    if row.upheld == 0 and row.source == "alert" and row.state != "withdrawn":
        why = Given(reason="no upheld alert is left")
        perform(session, row, Move("withdraw", SYSTEM, at, why))


def attach(session: Session, person: Person, case_id: str, files: Sequence[NewFile]) -> None:
    """Let files whose bytes are kept belong to an open case; harmless when they do already."""
    row = locked_case(session, person, case_id)
    if person.role not in ("restaurant", *OFFICE):
        raise ForbiddenError("files are added by the restaurant and by who inspects it")
    if row.ended_at is not None:
        raise ConflictError("this case has ended; nothing is added to it any more")
    known = set(session.scalars(select(CaseFileRow.sha256).where(CaseFileRow.case_id == row.id)))
    fresh = {file.sha256: file for file in files if file.sha256 not in known}
    if len(known) + len(fresh) > MOST_FILES:
        raise ConflictError(f"a case has {MOST_FILES} files at most")
    for file in fresh.values():
        holding.keep_file(session, row, file, person.id)
