"""What the review page and the page of one alert show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.schemas import AlertOut
from api.cameras.health_store import camera_health
from api.cameras.schemas import HealthOut
from api.database import now
from api.reviews import claims, desk
from api.reviews.order import AMBER_SHARE, Lateness, lateness, policy_of
from api.reviews.schemas import History, ReviewOut
from api.reviews.store import history
from api.settings import Settings
from api.storage import EvidenceStorage
from api.web.evidence import FOR_REVIEWERS, EvidenceView, view_evidence
from api.web.requirements import Requirement, requirement
from api.web.words import ROLES_THAT_REVIEW

# open: this person may decide; absent: nothing to judge yet; taken: another person looks at it
# now; decided: a verdict stands that is final or this person's own; not_mine: it waits for
# somebody else.
ItemState = Literal["open", "absent", "taken", "decided", "not_mine"]
OPEN: Final = ("open", "absent", "taken")


@dataclass(frozen=True)
class Viewer:
    """Who looks, under which settings."""

    person: Person
    settings: Settings


@dataclass(frozen=True)
class Deadline:
    """By when the open round is to be decided; amber from ``soon_at`` on."""

    due_at: datetime
    soon_at: datetime
    state: Lateness


@dataclass(frozen=True)
class Item:
    """One alert for one person."""

    alert: AlertOut
    evidence: EvidenceView
    requirement: Requirement
    state: ItemState
    reviews: tuple[ReviewOut, ...]
    verdict: ReviewOut | None
    undoable: ReviewOut | None
    history: History | None
    health: HealthOut
    deadline: Deadline
    wait_h: int
    given_up: bool

    @property
    def has_evidence(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.evidence.frames or self.evidence.clip_url)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a verdict that this person could give."""
        return self.state in OPEN


def read_item(session: Session, storage: EvidenceStorage, viewer: Viewer, item_id: UUID) -> Item:
    """The item; NotFoundError when there is none that this person may see.

    How often this camera was right before is told once a verdict stands: earlier it would sway.
    """
    person = viewer.person
    alert = desk.read_item(session, person, item_id)
    reviews = tuple(desk.list_reviews(session, person, item_id))
    standing = [review for review in reviews if review.undone_at is None]
    last = standing[-1] if standing else None
    evidence = _evidence(alert, storage, person)
    taken = bool(claims.taken_by_others(session, person, [item_id]))
    has_evidence = bool(evidence.frames or evidence.clip_url)
    state = item_state(alert, standing, person, has_evidence, taken)
    return Item(
        alert=alert,
        evidence=evidence,
        requirement=requirement(alert.rule, alert.zone_type, alert.rules),
        state=state,
        reviews=reviews,
        verdict=last,
        undoable=last if last and last.reviewer_id == person.id else None,
        history=history(session, alert.camera_id, alert.rule) if state == "decided" else None,
        health=camera_health(session, [alert.camera_id], viewer.settings)[alert.camera_id],
        deadline=deadline(alert, viewer.settings),
        wait_h=viewer.settings.evidence_wait_h,
        given_up=now() - alert.received_at > timedelta(hours=viewer.settings.evidence_wait_h),
    )


def deadline(alert: AlertOut, settings: Settings) -> Deadline:
    """The clock of one alert."""
    allowed = policy_of(settings).time_for(alert.severity)
    soon_at = alert.due_at - AMBER_SHARE * allowed
    return Deadline(alert.due_at, soon_at, lateness(alert.due_at, allowed, now()))


def _evidence(alert: AlertOut, storage: EvidenceStorage, person: Person) -> EvidenceView:
    """Who does not review gets no clip, whose faces are sharp; pictures come blurred anyway."""
    if person.role in ROLES_THAT_REVIEW:
        return view_evidence(alert, storage, FOR_REVIEWERS)
    evidence = view_evidence(alert, storage)
    frames = (replace(f, overlay=replace(f.overlay, eyes=())) for f in evidence.frames)
    return replace(evidence, frames=tuple(frames), clip_url=None)


def item_state(
    alert: AlertOut,
    standing: Sequence[ReviewOut],
    person: Person,
    has_evidence: bool,
    taken: bool = False,
) -> ItemState:
    """What this person can do with the alert."""
    if alert.status in ("upheld", "dismissed"):
        return "decided"
    if any(review.reviewer_id == person.id for review in standing):
        return "decided" if standing[-1].reviewer_id == person.id else "not_mine"
    if taken:
        return "taken"
    return "open" if has_evidence else "absent"
