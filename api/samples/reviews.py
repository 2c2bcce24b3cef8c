"""What people saw in sampled minutes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.database import new_id, now
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.samples.models import SampleMarkRow, SampleReviewRow, SampleRow
from api.samples.schemas import MarkIn, SampleReviewIn, SampleReviewOut
from api.samples.store import no_sample
from vision.errors import ConflictError, ForbiddenError, NotFoundError

REVIEWERS = ("patrol", "supervisor", "admin")


def add_review(
    session: Session, person: Person, sample_id: str, given: SampleReviewIn
) -> SampleReviewOut:
    """Judge a minute; ConflictError when somebody did before, or its pictures have not come."""
    if person.role not in REVIEWERS:
        raise ForbiddenError("samples are judged by patrol, supervisor and admin")
    sample = _locked(session, person, sample_id)
    if sample.status != "supplied":
        before = sample.status == "reviewed"
        raise ConflictError(
            "somebody judged this minute before you" if before else "its pictures have not come yet"
        )
    row = SampleReviewRow(
        id=new_id(),
        sample_id=sample_id,
        verdict=given.verdict,
        comment=given.comment,
        reviewer_id=person.id,
        created_at=now(),
    )
    session.add(row)
    session.flush()
    session.add_all(_mark(row.id, place, mark) for place, mark in enumerate(given.marks))
    sample.status = "reviewed"
    session.flush()
    rules = [mark.rule for mark in given.marks]
    audit.append(session, person.id, "sample.judged", sample_id, verdict=row.verdict, rules=rules)
    return _out(row, list(given.marks))


def undo_review(
    session: Session, person: Person, sample_id: str, review_id: str
) -> SampleReviewOut:
    """Take a verdict back, by its author or a supervisor."""
    sample = _locked(session, person, sample_id)
    wanted = SampleReviewRow.id == review_id, SampleReviewRow.sample_id == sample_id
    row = session.scalar(select(SampleReviewRow).where(*wanted))
    if row is None:
        raise NotFoundError(f"there is no review {review_id} of this minute")
    if person.id != row.reviewer_id and person.role not in ("supervisor", "admin"):
        raise ForbiddenError("only its author or a supervisor undoes a review")
    if row.undone_at is not None:
        raise ConflictError("this review was undone before")
    row.undone_at, row.undone_by = now(), person.id
    sample.status = "supplied"
    session.flush()
    audit.append(session, person.id, "sample.undone", sample_id, review=row.id)
    marks = select(SampleMarkRow).where(SampleMarkRow.review_id == row.id)
    found = session.scalars(marks.order_by(SampleMarkRow.position))
    return _out(row, [mark_in(mark) for mark in found])


def _locked(session: Session, person: Person, sample_id: str) -> SampleRow:
    restaurants = select(RestaurantRow.id).where(in_care(person))
    mine = SampleRow.id == sample_id, SampleRow.restaurant_id.in_(restaurants)
    row = session.scalar(select(SampleRow).where(*mine).with_for_update())
    if row is None:
        raise no_sample(sample_id)
    return row


def _mark(review_id: str, position: int, mark: MarkIn) -> SampleMarkRow:
    left, top, right, bottom = mark.box
    return SampleMarkRow(
        review_id=review_id,
        position=position,
        rule=mark.rule,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        at_s=mark.at_s,
        ongoing=mark.ongoing,
    )


def mark_in(row: SampleMarkRow) -> MarkIn:
    """A stored mark."""
    box = (row.left, row.top, row.right, row.bottom)
    told: dict[str, Any] = {"rule": row.rule, "box": box}
    return MarkIn.model_validate(told | {"at_s": row.at_s, "ongoing": row.ongoing})


def _out(row: SampleReviewRow, marks: list[MarkIn]) -> SampleReviewOut:
    same = [name for name in SampleReviewOut.model_fields if name != "marks"]
    return SampleReviewOut.model_validate(
        {name: getattr(row, name) for name in same} | {"marks": marks}
    )
