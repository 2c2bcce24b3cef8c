"""People decide about alerts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from api.deps import DatabaseDep, ReviewerDep, StaffDep
from api.errors import problems
from api.reviews import store
from api.reviews.schemas import QueueOut, ReviewIn, ReviewOut

router = APIRouter(prefix="/api/v1", tags=["reviews"])
ReviewId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


@router.post(
    "/alerts/{alert_id}/reviews", status_code=201, responses=problems(401, 403, 404, 409, 413, 422)
)
def add_review(
    alert_id: UUID, given: ReviewIn, signed_in: ReviewerDep, database: DatabaseDep
) -> ReviewOut:
    """Uphold, dismiss with a reason, or leave it to a second reviewer."""
    with database.writing() as session:
        return store.add_review(session, signed_in.person, alert_id, given)


@router.delete(
    "/alerts/{alert_id}/reviews/{review_id}", responses=problems(401, 403, 404, 409, 422)
)
def undo_review(
    alert_id: UUID, review_id: ReviewId, signed_in: ReviewerDep, database: DatabaseDep
) -> ReviewOut:
    """Take a verdict back; it stays in the history."""
    with database.writing() as session:
        return store.undo_review(session, signed_in.person, alert_id, review_id)


@router.get("/alerts/{alert_id}/reviews", responses=problems(401, 403, 404, 422))
def list_reviews(alert_id: UUID, signed_in: StaffDep, database: DatabaseDep) -> list[ReviewOut]:
    """Every review of an alert, undone ones too."""
    with database.reading() as session:
        return store.list_reviews(session, signed_in.person, alert_id)


@router.get("/reviews/queue", responses=problems(401, 403, 422))
def read_queue(
    signed_in: ReviewerDep,
    database: DatabaseDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> QueueOut:
    """What to review next: most severe first, then longest waiting."""
    with database.reading() as session:
        items = store.queue(session, signed_in.person, limit)
        counts = store.queue_counts(session, signed_in.person)
    return QueueOut(items=items, **asdict(counts))
