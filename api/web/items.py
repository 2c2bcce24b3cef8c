"""What the review page and the page of one alert show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.schemas import AlertOut
from api.alerts.store import get_alert
from api.reviews.schemas import History, ReviewOut
from api.reviews.store import history, list_reviews
from api.storage import EvidenceStorage
from api.web.evidence import EvidenceView, view_evidence
from api.web.requirements import Requirement, requirement
from api.web.words import ROLES_THAT_REVIEW

# open: this person may decide; absent: nothing to judge yet; decided: a verdict stands that is
# final or this person's own; not_mine: it waits for somebody else.
ItemState = Literal["open", "absent", "decided", "not_mine"]


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

    @property
    def has_evidence(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.evidence.frames or self.evidence.clip_url)


def read_item(session: Session, storage: EvidenceStorage, person: Person, alert_id: UUID) -> Item:
    """The item; NotFoundError when there is none that this person may see.

    How often this camera was right before is told once a verdict stands: earlier it would sway.
    """
    alert = get_alert(session, person, alert_id)
    reviews = tuple(list_reviews(session, person, alert_id))
    standing = [review for review in reviews if review.undone_at is None]
    last = standing[-1] if standing else None
    evidence = view_evidence(alert, storage)
    if person.role not in ROLES_THAT_REVIEW:
        evidence = _for_others(evidence)
    state = item_state(alert, standing, person, bool(evidence.frames or evidence.clip_url))
    return Item(
        alert=alert,
        evidence=evidence,
        requirement=requirement(alert.rule, alert.zone_type, alert.rules),
        state=state,
        reviews=reviews,
        verdict=last,
        undoable=last if last and last.reviewer_id == person.id else None,
        history=history(session, alert.camera_id, alert.rule) if state == "decided" else None,
    )


def _for_others(evidence: EvidenceView) -> EvidenceView:
    """Without the clip, whose faces stay sharp; the pictures come blurred from the API."""
    frames = (replace(f, overlay=replace(f.overlay, eyes=())) for f in evidence.frames)
    return replace(evidence, frames=tuple(frames), clip_url=None)


def item_state(
    alert: AlertOut, standing: Sequence[ReviewOut], person: Person, has_evidence: bool
) -> ItemState:
    """What this person can do with the alert."""
    if alert.status in ("upheld", "dismissed"):
        return "decided"
    if any(review.reviewer_id == person.id for review in standing):
        return "decided" if standing[-1].reviewer_id == person.id else "not_mine"
    return "open" if has_evidence else "absent"
