"""People decide about alerts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.alerts.schemas import AlertOut
from api.alerts.store import get_alert
from api.deps import DatabaseDep, PolicyDep, ReviewerDep, StaffDep
from api.errors import problems
from api.pages import Page
from api.reviews import bursts, claims, desk, store
from api.reviews.own import OwnParams, own_reviews
from api.reviews.schemas import (
    BatchOut,
    BurstIn,
    BurstOut,
    ClaimOut,
    FilterParams,
    OwnReviewOut,
    QueueFilter,
    QueueOut,
    ReopenIn,
    ReviewIn,
    ReviewOut,
)

router = APIRouter(prefix="/api/v1", tags=["reviews"])
ReviewId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
Ids = Annotated[list[UUID], Field(max_length=500)]


class SkipIn(BaseModel):
    """Items that are on this person's desk already."""

    model_config = ConfigDict(extra="forbid")

    skip: Ids = Field(default_factory=list)


class NextOut(BaseModel):
    """The claimed item, null when nothing is left; and how much is open to this person."""

    claim: ClaimOut | None
    mine: int
    late: int


class RenewIn(BaseModel):
    """Items to hold on to."""

    model_config = ConfigDict(extra="forbid")

    alert_ids: Ids


class HeldOut(BaseModel):
    """Which of them still are this person's."""

    alert_ids: list[UUID]


class UndoneOut(BaseModel):
    """What of a bulk dismissal was taken back, and what another verdict rests on."""

    undone: list[UUID]
    kept: list[UUID]


@router.post(
    "/alerts/{alert_id}/reviews", status_code=201, responses=problems(401, 403, 404, 409, 413, 422)
)
def add_review(
    alert_id: UUID,
    given: ReviewIn,
    signed_in: ReviewerDep,
    database: DatabaseDep,
    policy: PolicyDep,
) -> ReviewOut:
    """Uphold, dismiss with a reason, or leave it to a second reviewer."""
    with database.writing() as session:
        return desk.add_review(session, signed_in.person, alert_id, given, policy)


@router.delete(
    "/alerts/{alert_id}/reviews/{review_id}", responses=problems(401, 403, 404, 409, 422)
)
def undo_review(
    alert_id: UUID,
    review_id: ReviewId,
    signed_in: ReviewerDep,
    database: DatabaseDep,
    policy: PolicyDep,
) -> ReviewOut:
    """Take a verdict back; it stays in the history."""
    with database.writing() as session:
        return desk.undo_review(session, signed_in.person, alert_id, review_id, policy)


@router.get("/alerts/{alert_id}/reviews", responses=problems(401, 403, 404, 422))
def list_reviews(alert_id: UUID, signed_in: StaffDep, database: DatabaseDep) -> list[ReviewOut]:
    """Every review of an alert, undone ones too; who may still be asked sees only their own."""
    with database.reading() as session:
        return desk.list_reviews(session, signed_in.person, alert_id)


@router.post("/alerts/{alert_id}/reopen", responses=problems(401, 403, 404, 409, 413, 422))
def reopen(
    alert_id: UUID,
    given: ReopenIn,
    signed_in: ReviewerDep,
    database: DatabaseDep,
    policy: PolicyDep,
) -> AlertOut:
    """A supervisor sets the verdicts aside and says why; the alert waits again."""
    with database.writing() as session:
        store.reopen(session, signed_in.person, alert_id, given.reason, policy)
        return get_alert(session, signed_in.person, alert_id)


@router.get("/alerts/{alert_id}/burst", responses=problems(401, 403, 404, 422))
def read_burst(alert_id: UUID, signed_in: ReviewerDep, database: DatabaseDep) -> BurstOut:
    """Open alerts of the same camera, rule and zone within half an hour of this one."""
    with database.reading() as session:
        items = bursts.burst_of(session, signed_in.person, alert_id)
    return BurstOut(items=items, window_s=int(bursts.WINDOW.total_seconds()))


@router.post(
    "/alerts/{alert_id}/burst",
    status_code=201,
    responses=problems(401, 403, 404, 409, 413, 422),
)
def dismiss_burst(
    alert_id: UUID,
    given: BurstIn,
    signed_in: ReviewerDep,
    database: DatabaseDep,
    policy: PolicyDep,
) -> BatchOut:
    """Dismiss those that are named, for one reason; undone in one step."""
    with database.writing() as session:
        return bursts.dismiss_burst(session, signed_in.person, alert_id, given, policy)


@router.delete("/reviews/batches/{batch}", responses=problems(401, 403, 404, 422))
def undo_batch(
    batch: ReviewId, signed_in: ReviewerDep, database: DatabaseDep, policy: PolicyDep
) -> UndoneOut:
    """Take a bulk dismissal back, as far as nothing rests on it."""
    with database.writing() as session:
        undone, kept = bursts.undo_batch(session, signed_in.person, batch, policy)
    return UndoneOut(undone=undone, kept=kept)


class QueueQuery(QueueFilter):
    """The filter, and how many."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20


@router.get("/reviews/queue", responses=problems(401, 403, 422))
def read_queue(
    signed_in: ReviewerDep, database: DatabaseDep, query: Annotated[QueueQuery, Query()]
) -> QueueOut:
    """What to review next: most severe first, then longest waiting, risk giving a head start."""
    with database.reading() as session:
        items = desk.read_queue(session, signed_in.person, query.limit, query)
        counts = desk.queue_counts(session, signed_in.person)
    return QueueOut(items=items, **asdict(counts))


@router.get("/reviews/mine", responses=problems(401, 403, 422))
def read_own(query: OwnParams, signed_in: ReviewerDep, database: DatabaseDep) -> Page[OwnReviewOut]:
    """One's own verdicts, newest first, undone ones too."""
    with database.reading() as session:
        return own_reviews(session, signed_in.person, query)


@router.post("/reviews/claims", responses=problems(401, 403, 413, 422))
def claim_next(
    given: SkipIn,
    only: FilterParams,
    signed_in: ReviewerDep,
    database: DatabaseDep,
    policy: PolicyDep,
) -> NextOut:
    """Claim the first item of the queue that nobody else looks at."""
    with database.writing() as session:
        claim = desk.next_item(session, signed_in.person, only, given.skip, policy)
    with database.reading() as session:
        counts = desk.queue_counts(session, signed_in.person)
    return NextOut(claim=claim, mine=counts.mine, late=counts.late)


@router.put("/reviews/claims", responses=problems(401, 403, 413, 422))
def renew_claims(
    given: RenewIn, signed_in: ReviewerDep, database: DatabaseDep, policy: PolicyDep
) -> HeldOut:
    """Hold on to claimed items; what is missing in the answer was lost."""
    with database.writing() as session:
        held = desk.renew(session, signed_in.person, given.alert_ids, policy)
    return HeldOut(alert_ids=held)


@router.delete("/reviews/claims", status_code=204, responses=problems(401, 403, 422))
def release_claims(
    alert_id: Annotated[list[UUID], Query(max_length=500)],
    signed_in: ReviewerDep,
    database: DatabaseDep,
) -> None:
    """Give claimed items back."""
    with database.writing() as session:
        claims.release(session, signed_in.person, alert_id)
