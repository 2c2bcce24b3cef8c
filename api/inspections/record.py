"""The record of a visit: one text, sealed by its hash, that its paper and its page repeat. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from api.accounts.schemas import Person
from api.inspections.checklists import Checklist
from api.inspections.models import FindingRow, VisitFileRow, VisitRow
from api.inspections.rules import Result
from api.inspections.schemas import ResultIn
from api.restaurants.models import RestaurantRow
from vision.sealing import canonical

SCHEMA: Final = "brightkitchen.visit/1"


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a record is made from."""

    visit: VisitRow
    restaurant: RestaurantRow
    station: str | None
    person: Person
    checklist: Checklist
    given: ResultIn
    result: Result
    findings: Sequence[FindingRow]
    files: Mapping[str, VisitFileRow]


def record_of(facts: Facts) -> bytes:
    """Canonical JSON: sorted keys, no blanks, UTF-8; the same facts give the same bytes."""
    visit, given = facts.visit, facts.given
    return canonical(
        {
            "schema": SCHEMA,
            "software": version("bright-kitchen"),
            "visit": {
                "id": visit.id,
                "kind": visit.kind,
                "campaign": visit.campaign_id,
                "case": visit.case_id,
                "submission": str(given.id),
            },
            "restaurant": {
                "id": visit.restaurant_id,
                "name": facts.restaurant.name,
                "address": facts.restaurant.address,
                "station": facts.station,
            },
            "inspector": {"id": facts.person.id, "name": facts.person.name},
            "second_officer": given.second_officer,
            "times": _times(facts),
            "checklist": {
                "id": facts.checklist.id,
                "version": facts.checklist.version,
                "sha256": facts.checklist.sha256,
            },
            "answers": [answer.model_dump(mode="json") for answer in given.answers],
            "result": _result(facts.result),
            "findings": [_finding(row, facts.given) for row in facts.findings],
            "order": given.order.model_dump(mode="json") if given.order else None,
            "check": given.check.model_dump(mode="json") if given.check else None,
            "signature": given.signature.model_dump(mode="json"),
            "second_signature": str(given.second_file_id) if given.second_file_id else None,
            "remark": given.remark,
            "files": [_file(row) for row in facts.files.values()],
        }
    )


def sha256_of(record: bytes) -> str:
    """What the paper prints."""
    return hashlib.sha256(record).hexdigest()


def _times(facts: Facts) -> dict[str, str]:
    """The phone's own times as it gave them, and when the server took it."""
    given, received = facts.given, facts.visit.received_at
    assert received is not None  # set before a record is made
    times = {"started": given.started_at, "finished": given.finished_at, "received": received}
    return {name: at.isoformat() for name, at in times.items()}


def _result(result: Result) -> dict[str, Any]:
    return {
        "met": result.met,
        "not_met": result.not_met,
        "not_applicable": result.not_applicable,
        "outcome": result.outcome,
    }


def _finding(row: FindingRow, given: ResultIn) -> dict[str, Any]:
    ordered = {str(one.id) for one in given.findings if one.order}
    return {
        "id": row.id,
        "item": row.item,
        "rule": row.rule,
        "key": row.key,
        "note": row.note,
        "corrective_action": row.corrective_action,
        "fixed": row.fixed,
        "ordered": row.id in ordered,
        "alert": str(row.alert_id) if row.alert_id else None,
        "case": row.case_id,
    }


def _file(row: VisitFileRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "item": row.item,
        "sha256": row.sha256,
        "received_sha256": row.received_sha256,
        "bytes": row.size_bytes,
        "taken_at": row.taken_at.isoformat(),
    }
