"""A person's own verdicts, newest first, whatever they were given on."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import ConfigDict
from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import read_alerts, shown
from api.pages import Page, PageQuery, decode_cursor, encode_cursor
from api.reviews import known_store, store
from api.reviews.models import KnownAnswerRow, KnownShowRow, ReviewRow
from api.reviews.rules import Reason, Verdict
from api.reviews.schemas import OwnReviewOut, ReviewOut
from vision.names import RuleId


class OwnQuery(PageQuery):
    """Which of one's own verdicts to list."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict | None = None
    reason: Reason | None = None
    rule: RuleId | None = None
    undone: bool | None = None


OwnParams = Annotated[OwnQuery, Query()]


def own_reviews(session: Session, person: Person, query: OwnQuery) -> Page[OwnReviewOut]:
    """This person's verdicts that fit, with the alerts as this person sees them."""
    both = union_all(
        _verdicts(ReviewRow, AlertRow.id == ReviewRow.alert_id, person, query),
        _verdicts(KnownAnswerRow, _known_alert(), person, query),
    ).subquery()
    wanted = select(both.c.id, both.c.known, both.c.created_at)
    newest = wanted.order_by(both.c.created_at.desc(), both.c.id.desc())
    found = session.execute(newest.limit(query.limit + 1)).all()
    items = [_told(session, person, row[0], bool(row[1])) for row in found[: query.limit]]
    more = len(found) > query.limit
    return Page(items=items, next_cursor=_cursor(items[-1].review) if more else None)


def _known_alert() -> ColumnElement[bool]:
    of = select(KnownShowRow.alert_id).where(KnownShowRow.id == KnownAnswerRow.show_id)
    return AlertRow.id == of.scalar_subquery()


def _verdicts(
    table: type[ReviewRow] | type[KnownAnswerRow],
    alert: ColumnElement[bool],
    person: Person,
    query: OwnQuery,
) -> Select[Any]:
    known = literal(1 if table is KnownAnswerRow else 0).label("known")
    wanted = select(table.id, known, table.created_at).where(table.reviewer_id == person.id)
    plain = {table.verdict: query.verdict, table.reason: query.reason}
    wanted = wanted.where(*(column == value for column, value in plain.items() if value))
    if query.undone is not None:
        is_undone = table.undone_at.is_not(None)
        wanted = wanted.where(is_undone if query.undone else ~is_undone)
    if query.rule is not None:
        wanted = wanted.where(
            select(AlertRow.id).where(alert, AlertRow.rule == query.rule).exists()
        )
    if query.cursor is not None:
        at, after = decode_cursor(query.cursor)
        same = and_(table.created_at == at, table.id < _id_of(after))
        wanted = wanted.where(or_(table.created_at < at, same))
    # Each side alone is in the order of its index; no more of it is needed than one page.
    first = wanted.order_by(table.created_at.desc(), table.id.desc()).limit(query.limit + 1)
    inner = first.subquery()
    return select(inner.c.id, inner.c.known, inner.c.created_at)


def _cursor(review: ReviewOut) -> str:
    return encode_cursor(review.created_at, UUID(int=int(review.id, 16)))


def _id_of(place: UUID) -> str:
    return f"{place.int:016x}"


def _told(session: Session, person: Person, review_id: str, known: bool) -> OwnReviewOut:
    if known:
        said = session.get_one(KnownAnswerRow, review_id)
        show = session.get_one(KnownShowRow, said.show_id)
        told = next(r for r in known_store.answers(session, person, show) if r.id == review_id)
        alert = known_store.shown_alert(session, show)
        return OwnReviewOut(review=told, alert=alert, batch=said.batch)
    row = session.get_one(ReviewRow, review_id)
    alert = read_alerts(session, shown().where(AlertRow.id == row.alert_id))[0]
    more = {"alert_id": row.alert_id, "round": row.round, "undone_reason": row.undone_reason}
    told = store.review_out(row, person.name, alert_status=alert.status, **more)
    return OwnReviewOut(review=told, alert=alert, batch=row.batch)
