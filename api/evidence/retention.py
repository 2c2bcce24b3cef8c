"""Takes evidence away when its time has come, and leaves a receipt for each file.

The record goes first, then the bytes: a server that dies in between leaves a file that the next
run removes, never a file that is missing without a receipt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from api import audit
from api.alerts.models import AlertRow
from api.appeals.kept import in_open_appeal, named_by_appeals
from api.cases.kept import in_open_case, named_by_cases
from api.database import Database, now
from api.evidence import papers
from api.evidence.custody import append_entry, lock
from api.evidence.holds import UPHELD, facts_of, held_by_somebody
from api.evidence.keeping import Policy, due_at
from api.evidence.models import EvidenceRow, HoldRow
from api.evidence.schemas import DueOut
from api.inspections.models import VisitFileRow
from api.samples.models import SampleFileRow
from api.storage import EvidenceStorage

# A receipt's file is looked for so long after it was written, in case a server died in between.
SWEPT: Final = timedelta(days=7)


@dataclass(slots=True)
class Plan:
    """What retention takes; ``freed_bytes`` are those that nothing else names.

    ``papers`` are files of cases and photographs of appeals.
    """

    alerts: list[DueOut] = field(default_factory=list)
    samples: int = 0
    papers: int = 0
    files: int = 0
    freed_bytes: int = 0


def candidates(moment: datetime, policy: Policy) -> ColumnElement[bool]:
    """Alerts that may be due, so that a database can find them by an index."""
    settled = (
        and_(
            AlertRow.status == status,
            AlertRow.settled_at <= moment - timedelta(days=policy.days(status)),
        )
        for status in ("dismissed", "upheld")
    )
    released = exists().where(HoldRow.alert_id == AlertRow.id, HoldRow.kind == UPHELD)
    here = exists().where(
        EvidenceRow.alert_id == AlertRow.id,
        EvidenceRow.stored_at.is_not(None),
        EvidenceRow.deleted_at.is_(None),
    )
    free = or_(AlertRow.status == "dismissed", released)
    held = held_by_somebody(moment), in_open_case(), in_open_appeal()
    return and_(or_(*settled), free, here, *(~one for one in held))


def due(
    session: Session, moment: datetime, policy: Policy, *scope: ColumnElement[bool]
) -> Iterator[tuple[AlertRow, list[EvidenceRow], DueOut]]:
    """Alerts in that scope whose evidence goes, longest settled first, with its files."""
    wanted = select(AlertRow).where(candidates(moment, policy), *scope)
    for alert in session.scalars(wanted.order_by(AlertRow.settled_at, AlertRow.id)):
        when = due_at(facts_of(session, alert, moment), policy)
        if when is None or when > moment or alert.settled_at is None:
            continue
        files = _here(session, alert.id)
        yield (
            alert,
            files,
            DueOut(
                alert_id=alert.id,
                status=alert.status,
                settled_at=alert.settled_at,
                due_at=when,
                files=len(files),
                bytes=sum(file.size_bytes for file in files),
            ),
        )


def _here(session: Session, alert_id: UUID) -> list[EvidenceRow]:
    kept = EvidenceRow.stored_at.is_not(None), EvidenceRow.deleted_at.is_(None)
    wanted = select(EvidenceRow).where(EvidenceRow.alert_id == alert_id, *kept)
    return list(session.scalars(wanted.order_by(EvidenceRow.position)))


def plan(session: Session, moment: datetime, policy: Policy, samples_days: int) -> Plan:
    """Exactly what ``apply`` would take at that moment, and how many bytes would be free."""
    made, going, sizes = Plan(), Counter[str](), dict[str, int]()
    for _, files, told in due(session, moment, policy):
        made.alerts.append(told)
        for file in files:
            going[file.sha256] += 1
            sizes[file.sha256] = file.size_bytes
    for sample in session.scalars(_old_samples(moment, samples_days)):
        made.samples += 1
        going[sample.sha256] += 1
        sizes[sample.sha256] = sample.size_bytes
    for paper in papers.due(session, moment, policy):
        made.papers += 1
        going[paper.sha256] += 1
        sizes[paper.sha256] = paper.size_bytes
    for sha256, count in going.items():
        if _named_by(session, sha256) == count:
            made.files += 1
            made.freed_bytes += sizes[sha256]
    return made


def apply(database: Database, storage: EvidenceStorage, policy: Policy, samples_days: int) -> Plan:
    """Take what is due now; each alert is a transaction of its own, decided anew under its lock."""
    moment, done = now(), Plan()
    with database.reading() as session:
        ids = list(session.scalars(select(AlertRow.id).where(candidates(moment, policy))))
    for alert_id in ids:
        with database.writing() as session:
            told, names = _take(session, alert_id, moment, policy)
        if told is not None:
            done.alerts.append(told)
            _remove(database, storage, names, done)
    with database.writing() as session:
        names = _take_samples(session, moment, samples_days)
    done.samples = len(names)
    _remove(database, storage, names, done)
    with database.writing() as session:
        names = papers.take(session, moment, policy)
    done.papers = len(names)
    _remove(database, storage, names, done)
    _sweep(database, storage, moment, done)
    storage.forget_derived(timedelta(days=samples_days))
    return done


def _take(
    session: Session, alert_id: UUID, moment: datetime, policy: Policy
) -> tuple[DueOut | None, list[str]]:
    """Write the receipts of one alert, unless somebody holds it by now."""
    session.execute(select(AlertRow.id).where(AlertRow.id == alert_id).with_for_update())
    found = next(due(session, moment, policy, AlertRow.id == alert_id), None)
    if found is None:
        return None, []
    alert, files, told = found
    detail = {"policy": alert.status, "days": policy.days(alert.status)}
    for file in files:
        file.deleted_at = moment
        stored = file.stored_at.isoformat() if file.stored_at else None
        append_entry(session, alert.restaurant_id, file, "deleted", stored_at=stored, **detail)
    names = [file.sha256 for file in files]
    audit.append(
        session,
        audit.SYSTEM,
        "evidence.deleted",
        str(alert_id),
        files=names,
        bytes=told.bytes,
        **detail,
    )
    return told, names


def _old_samples(moment: datetime, days: int) -> Select[SampleFileRow]:
    """Pictures and clips of sampled minutes; the sample and what was seen in it stay."""
    old = SampleFileRow.stored_at <= moment - timedelta(days=days)
    return select(SampleFileRow).where(old).order_by(SampleFileRow.stored_at)


def _take_samples(session: Session, moment: datetime, days: int) -> list[str]:
    names = []
    for file in session.scalars(_old_samples(moment, days)).all():
        detail = {
            "sha256": file.sha256,
            "bytes": file.size_bytes,
            "policy": "samples",
            "days": days,
        }
        session.delete(file)
        session.flush()
        audit.append(session, audit.SYSTEM, "sample.deleted", file.sample_id, **detail)
        names.append(file.sha256)
    return names


def _named_by(session: Session, sha256: str) -> int:
    """How many records still count on the file, those that only announced it too."""
    alerts = select(func.count()).where(
        EvidenceRow.sha256 == sha256, EvidenceRow.deleted_at.is_(None)
    )
    samples = select(func.count()).where(SampleFileRow.sha256 == sha256)
    appeals = named_by_appeals(sha256)
    visits = select(func.count()).where(VisitFileRow.sha256 == sha256)
    cases = named_by_cases(sha256)
    return sum(session.scalar(wanted) or 0 for wanted in (alerts, samples, appeals, visits, cases))


def _remove(database: Database, storage: EvidenceStorage, names: Iterable[str], done: Plan) -> None:
    """Delete files that nothing counts on; whoever would announce one waits for the lock."""
    for sha256 in dict.fromkeys(names):
        with database.writing() as session:
            lock(session)
            if not _named_by(session, sha256) and (size := storage.size(sha256)) is not None:
                storage.delete(sha256)
                done.files += 1
                done.freed_bytes += size


def _sweep(database: Database, storage: EvidenceStorage, moment: datetime, done: Plan) -> None:
    """Finish what a run that died left: files whose receipts were written lately."""
    with database.reading() as session:
        lately = EvidenceRow.deleted_at.between(moment - SWEPT, moment - timedelta(microseconds=1))
        names = list(session.scalars(select(EvidenceRow.sha256).where(lately)))
        names += papers.taken_since(session, moment - SWEPT)
    _remove(database, storage, names, done)
