"""What a visit does to cases: opens them from findings, orders, and says what was found of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.cases import store as cases
from api.cases.schemas import ActionIn, Finding, NewFile, PersonAction
from api.inspections.models import FindingRow, VisitFileRow, VisitRow
from api.inspections.schemas import ResultIn

# An order follows a failed check where the case had come further than an order may.
SET_BACK: Final[Mapping[str, PersonAction]] = {
    "looked_back": "check_failed",
    "checked": "check_failed",
    "closing": "send_back",
}
SEVERITY: Final = {True: "critical", False: "major"}


def tell_cases(
    session: Session,
    person: Person,
    visit: VisitRow,
    given: ResultIn,
    findings: Mapping[str, FindingRow],
    files: Mapping[str, VisitFileRow],
) -> None:
    """All of it or nothing: a case that refuses undoes the whole result with its reason."""
    photos = [row for row in files.values() if row.kind == "photo"]
    if visit.case_id is not None and given.check is not None:
        passed: PersonAction = "check_passed" if given.check.passed else "check_failed"
        _attach(session, person, visit.case_id, photos)
        names = tuple(dict.fromkeys(row.sha256 for row in photos))
        told = ActionIn(reason=given.check.note, files=names, visit_id=visit.id)
        cases.act(session, person, visit.case_id, passed, told)
    for wanted in given.findings:
        row = findings[str(wanted.id)]
        if wanted.order and given.order is not None:
            own = [photo for photo in photos if photo.item == row.item] or photos
            row.case_id = _case_of(session, person, visit, row)
            _order(session, person, visit, given, row, own)
        elif row.alert_id is not None:
            row.case_id = cases.case_of_alert(session, person, row.alert_id)


def _case_of(session: Session, person: Person, visit: VisitRow, row: FindingRow) -> str:
    """The case of the linked alert, else the open one of that place, else a new one."""
    if row.alert_id is not None:
        known = cases.case_of_alert(session, person, row.alert_id)
        if known is not None:
            return known
    return cases.open_from_finding(
        session,
        person,
        Finding.model_validate(
            {
                "restaurant_id": visit.restaurant_id,
                "rule": row.rule or row.item,
                "zone_type": row.zone_type or "",
                "severity": SEVERITY[row.key],
                "found_at": row.found_at,
                "visit_id": visit.id,
                "note": row.note,
            }
        ),
    )


def _order(
    session: Session,
    person: Person,
    visit: VisitRow,
    given: ResultIn,
    row: FindingRow,
    photos: list[VisitFileRow],
) -> None:
    assert given.order is not None and row.case_id is not None  # asked before
    _attach(session, person, row.case_id, photos)
    names = tuple(dict.fromkeys(photo.sha256 for photo in photos))
    case = cases.locked_case(session, person, row.case_id)
    back = SET_BACK.get(case.state)
    if back is not None:
        told = ActionIn(reason=row.note, files=names, visit_id=visit.id)
        cases.act(session, person, row.case_id, back, told)
    order = ActionIn(
        reason=row.corrective_action,
        files=names,
        deadline=given.order.deadline,
        articles=given.order.articles,
        visit_id=visit.id,
    )
    cases.act(session, person, row.case_id, "order", order)


def _attach(session: Session, person: Person, case_id: str, photos: Iterable[VisitFileRow]) -> None:
    fields = ("sha256", "media_type", "size_bytes", "width", "height", "taken_at")
    files = [
        NewFile.model_validate(
            {name: getattr(photo, name) for name in fields} | {"name": photo.item or "photo"}
        )
        for photo in photos
    ]
    cases.attach(session, person, case_id, files)
