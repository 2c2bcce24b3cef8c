"""The audit log over JSON, for supervisors of the whole city and administrators."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from api import audit
from api.accounts.schemas import SignedIn
from api.audit_log import (
    AuditCheckOut,
    AuditOut,
    AuditPage,
    AuditParam,
    AuditWatch,
    list_entries,
    read_entries,
)
from api.deps import DatabaseDep, require
from api.errors import problems
from api.restaurants.store import sees_everything
from vision.errors import ForbiddenError

router = APIRouter(prefix="/api/v1", tags=["audit"])
COLUMNS = ("seq", "at", "actor", "actor_name", "action", "subject", "detail", "hash")
# A spreadsheet would take these for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "the entries"}
}


def auditor(found: Annotated[SignedIn, Depends(require("supervisor", "admin"))]) -> SignedIn:
    """The log tells of every restaurant: it is not for those who are limited to some."""
    if not sees_everything(found.person):
        raise ForbiddenError("the audit log tells of the whole city; yours is a part of it")
    return found


AuditorDep = Annotated[SignedIn, Depends(auditor)]


@router.get("/audit", responses=problems(401, 403, 422))
def read_audit(_: AuditorDep, database: DatabaseDep, query: AuditParam) -> AuditPage:
    """Entries, newest first; filters `who`, `what`, `to`, `since`, `until`."""
    with database.reading() as session:
        return list_entries(session, query)


@router.get("/audit/check", responses=problems(401, 403))
def check_audit(request: Request, _: AuditorDep, database: DatabaseDep) -> AuditCheckOut:
    """Walk the whole chain now; a million entries take about half a minute."""
    watch: AuditWatch = request.app.state.audit_watch
    with database.reading() as session:
        return watch.check(session)


@router.get("/audit.csv", response_class=StreamingResponse, responses=CSV | problems(401, 403, 422))
def export_audit(found: AuditorDep, database: DatabaseDep, query: AuditParam) -> StreamingResponse:
    """Every entry that fits, as CSV for a spreadsheet; the export is an entry itself."""
    with database.writing() as session:
        asked = query.model_dump(mode="json", include={"who", "what", "to", "since", "until"})
        asked = {name: value for name, value in asked.items() if value}
        audit.append(session, found.person.id, "audit.exported", "audit_log", **asked)
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    lines = csv_lines(read_entries(database, query))
    return StreamingResponse(lines, 200, headers, "text/csv; charset=utf-8")


def csv_lines(entries: Iterator[AuditOut]) -> Iterator[str]:
    """A header, then a line an entry; a mark tells Excel that it is UTF-8."""
    yield "\ufeff" + ",".join(COLUMNS) + "\r\n"
    for entry in entries:
        fields = entry.model_dump(mode="json") | {
            "detail": json.dumps(entry.detail, ensure_ascii=False)
        }
        line = io.StringIO()
        csv.writer(line).writerow(_safe(fields[column]) for column in COLUMNS)
        yield line.getvalue()


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
