"""The result of a visit comes in: checked whole, written once, sealed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import in_scope
from api.database import now
from api.evidence.signing import Signer
from api.inspections.case_door import tell_cases
from api.inspections.checklists import Checklist, Item, read_checklist
from api.inspections.file_store import require_files
from api.inspections.models import AnswerRow, FindingRow, VisitFileRow, VisitRow
from api.inspections.record import Facts, record_of, sha256_of
from api.inspections.rules import require_open, result_of, unanswered
from api.inspections.schemas import FindingIn, ResultIn
from api.inspections.store import done_already, locked
from api.restaurants.models import RestaurantRow, StationRow
from vision.errors import ConflictError, InvalidError, NotFoundError
from vision.sealing import canonical


@dataclass(frozen=True, slots=True)
class Prepared:
    """A result that fits its checklist, with its files."""

    checklist: Checklist
    given: ResultIn
    files: dict[str, VisitFileRow]


def finish(
    session: Session, person: Person, visit_id: UUID, given: ResultIn, signer: Signer | None
) -> bool:
    """Write a visit's result, its findings, orders and record; whether it is new.

    The same result again is harmless. ConflictError when the visit was finished or cancelled by
    another result, when files are missing, or when a case cannot take it; InvalidError names the
    field. Nothing is kept of a result that is refused.
    """
    row = locked(session, person, visit_id)
    sent = hashlib.sha256(canonical(given.model_dump(mode="json"))).hexdigest()
    if row.state == "done":
        return _require_same(session, row, given, sent)
    require_open(row.state, "finished")
    prepared = _prepare(session, row, given)
    _note(row, person, prepared, sent)
    findings = _add_answers(session, person, row, prepared)
    tell_cases(session, person, row, given, findings, prepared.files)
    _seal(session, row, person, prepared, findings, signer)
    session.flush()
    detail = {"outcome": row.outcome, "record": row.record_sha256, "restaurant": row.restaurant_id}
    audit.append(session, person.id, "visit.done", row.id, ordered=row.ordered, **detail)
    return True


def _require_same(session: Session, row: VisitRow, given: ResultIn, sent: str) -> bool:
    if row.submission_id == str(given.id):
        if row.submission_sha256 == sent:
            return False
        raise ConflictError("this result was sent before with other content; the first one stands")
    raise done_already(session, row)


def _prepare(session: Session, row: VisitRow, given: ResultIn) -> Prepared:
    try:
        checklist = read_checklist(given.checklist, given.checklist_version)
    except NotFoundError as error:
        raise InvalidError(str(error), "checklist") from error
    _check_answers(checklist, given)
    _check_findings(given)
    _check_order(row, given)
    signatures = (given.signature.file_id, given.second_file_id)
    wanted = [*given.files, *(name for name in signatures if name is not None)]
    files = require_files(session, row, list(dict.fromkeys(wanted)))
    photos = any(file.kind == "photo" for file in files.values())
    if given.check is not None and not photos:
        raise InvalidError("files must have a photo of what was found of the case", "files")
    return Prepared(checklist, given, files)


def _check_answers(checklist: Checklist, given: ResultIn) -> None:
    names = [answer.item for answer in given.answers]
    unknown = [name for name in names if checklist.item(name) is None]
    if unknown or len(names) != len(set(names)):
        what = f"{unknown[0]} is no item of the checklist" if unknown else "an item comes twice"
        raise InvalidError(f"answers: {what}", "answers")
    open_items = unanswered(checklist, {answer.item: answer.result for answer in given.answers})
    if open_items:
        raise InvalidError(f"answers: {len(open_items)} items are not answered yet", "answers")
    if any(answer.result == "not_met" and not answer.note.strip() for answer in given.answers):
        raise InvalidError("answers: say what was seen where an item is not met", "answers")


def _check_findings(given: ResultIn) -> None:
    failed = sorted(answer.item for answer in given.answers if answer.result == "not_met")
    if sorted(finding.item for finding in given.findings) != failed:
        raise InvalidError("findings: one for each item that is not met, no other", "findings")
    if any(finding.order for finding in given.findings) != (given.order is not None):
        raise InvalidError("order: a deadline belongs to findings that are ordered", "order")


def _check_order(row: VisitRow, given: ResultIn) -> None:
    if given.order is not None and given.order.deadline <= now():
        raise InvalidError(
            "deadline has passed; set one that is still to come, and tell the restaurant",
            "order.deadline",
        )
    if (row.kind == "case") != (given.check is not None):
        raise InvalidError("check says what was found of the case, and belongs to its visit alone",
                           "check")  # fmt: skip


def _note(row: VisitRow, person: Person, prepared: Prepared, sent: str) -> None:
    """The times of a phone whose clock is ahead end now."""
    given, moment = prepared.given, now()
    answers = {answer.item: answer.result for answer in given.answers}
    result = result_of(prepared.checklist, answers)
    row.state, row.received_at, row.finished_by = "done", moment, person.id
    row.finished_at = min(given.finished_at, moment)
    row.started_at = min(given.started_at, row.finished_at)
    row.started_by = row.started_by or person.id
    row.checklist, row.checklist_version = prepared.checklist.id, prepared.checklist.version
    row.met, row.not_met = result.met, result.not_met
    row.not_applicable, row.outcome = result.not_applicable, result.outcome
    row.ordered = given.order is not None
    row.submission_id, row.submission_sha256 = str(given.id), sent


def _add_answers(
    session: Session, person: Person, row: VisitRow, prepared: Prepared
) -> dict[str, FindingRow]:
    answers = {answer.item: answer for answer in prepared.given.answers}
    for name, answer in answers.items():
        told = {"result": answer.result, "note": answer.note.strip(), "reason": answer.reason}
        session.add(AnswerRow(visit_id=row.id, item=name, **told))
    findings = {}
    for given in prepared.given.findings:
        item = prepared.checklist.item(given.item)
        assert item is not None  # the answers were checked
        if session.get(FindingRow, str(given.id)) is not None:
            raise ConflictError("another finding has this id; make a new one")
        alert = _linked(session, person, row, given.alert_id)
        finding = _finding(row, item, given, alert)
        finding.note = answers[given.item].note.strip()
        findings[finding.id] = finding
    session.add_all(findings.values())
    session.flush()
    return findings


def _linked(
    session: Session, person: Person, row: VisitRow, alert_id: UUID | None
) -> AlertRow | None:
    """The alert a finding hangs on: an upheld one of the same restaurant."""
    if alert_id is None:
        return None
    own = AlertRow.restaurant_id == row.restaurant_id, AlertRow.status == "upheld"
    wanted = select(AlertRow).where(in_scope(person), AlertRow.id == alert_id, *own)
    alert = session.scalar(wanted)
    if alert is None:
        raise NotFoundError(f"there is no upheld alert {alert_id} of this restaurant for you")
    return alert


def _finding(row: VisitRow, item: Item, given: FindingIn, alert: AlertRow | None) -> FindingRow:
    """An item that several rules speak of is named by itself, unless an alert says which."""
    rule = item.rules[0] if len(item.rules) == 1 else None
    zone_type = item.zone_types[0] if len(item.zone_types) == 1 else None
    return FindingRow(
        id=str(given.id),
        visit_id=row.id,
        restaurant_id=row.restaurant_id,
        item=item.id,
        rule=alert.rule if alert else rule,
        zone_type=alert.zone_type if alert else zone_type,
        key=item.key,
        corrective_action=given.corrective_action.strip(),
        fixed=given.fixed,
        found_at=row.finished_at,
        alert_id=given.alert_id,
    )


def _seal(
    session: Session,
    row: VisitRow,
    person: Person,
    prepared: Prepared,
    findings: dict[str, FindingRow],
    signer: Signer | None,
) -> None:
    restaurant = session.get_one(RestaurantRow, row.restaurant_id)
    named = select(StationRow.name).where(StationRow.id == restaurant.station_id)
    answers = {answer.item: answer.result for answer in prepared.given.answers}
    record = record_of(
        Facts(
            visit=row,
            restaurant=restaurant,
            station=session.scalar(named),
            person=person,
            checklist=prepared.checklist,
            given=prepared.given,
            result=result_of(prepared.checklist, answers),
            findings=list(findings.values()),
            files=prepared.files,
        )
    )
    row.record, row.record_sha256 = record.decode(), sha256_of(record)
    if signer is not None:
        row.signature, row.signing_key = signer.sign(record).hex(), signer.key
