"""All that is known of an alert, gathered before a bundle of it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.alerts.schemas import AlertOut
from api.alerts.store import get_alert
from api.database import now
from api.evidence.custody import entries_of, proofs, seal_days
from api.evidence.keeping import Policy
from api.evidence.log import SEE_NAMES, custody_of
from api.evidence.models import EvidenceRow
from api.evidence.schemas import CustodyOut
from api.evidence.signing import Signer
from api.evidence.store import evidence_of
from api.evidence.unblur import granted
from api.evidence.views import SEE_ORIGINALS
from api.reviews.schemas import ReviewOut
from api.reviews.store import list_reviews

SOMEBODY: Final = "reviewer"


@dataclass(frozen=True, slots=True)
class Case:
    """One alert of a bundle; ``originals`` says in which form its files go into it."""

    alert: AlertOut
    files: Sequence[EvidenceRow]
    reviews: Sequence[ReviewOut]
    custody: CustodyOut
    originals: bool

    @property
    def data(self) -> list[EvidenceRow]:
        """Files of boxes that are here."""
        return [file for file in self.files if file.kind == "data" and file.here]


@dataclass(frozen=True, slots=True)
class Export:
    """Everything a bundle is made from; ``chains`` prove each file's custody."""

    bundle_id: str
    person: Person
    cases: Sequence[Case]
    chains: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Order:
    """Who asked for which alerts; ``blurred`` also where originals might be seen."""

    bundle_id: str
    person: Person
    alert_ids: Sequence[UUID]
    blurred: bool = False


def note_export(session: Session, order: Order, signer: Signer | None) -> None:
    """Close finished days and write to the log that these alerts are exported.

    NotFoundError when one of them is not this person's to see: then nothing is exported.
    """
    alerts = [get_alert(session, order.person, alert_id) for alert_id in order.alert_ids]
    seal_days(session, signer, now().date(), {alert.restaurant_id for alert in alerts})
    detail = {"bundle": order.bundle_id, "sent": "blurred" if order.blurred else "by role"}
    for alert in alerts:
        audit.append(session, order.person.id, "evidence.exported", str(alert.id), **detail)


def gather(session: Session, order: Order, policy: Policy, signer: Signer | None) -> Export:
    """Read all of it at one moment."""
    person, alert_ids = order.person, order.alert_ids
    grants = granted(session, person, alert_ids, now())
    files = evidence_of(session, alert_ids)
    cases = [
        Case(
            alert=get_alert(session, person, alert_id),
            files=files.get(alert_id, []),
            reviews=_reviews(session, person, alert_id),
            custody=custody_of(session, person, alert_id, policy),
            originals=not order.blurred and (person.role in SEE_ORIGINALS or alert_id in grants),
        )
        for alert_id in alert_ids
    ]
    chains = proofs(session, entries_of(session, alert_ids), signer)
    return Export(order.bundle_id, person, cases, chains)


def _reviews(session: Session, person: Person, alert_id: UUID) -> list[ReviewOut]:
    """The history of verdicts; a restaurant does not learn who gave them, nor their comments."""
    found = list_reviews(session, person, alert_id)
    if person.role in SEE_NAMES:
        return found
    hidden = {"reviewer_id": SOMEBODY, "reviewer_name": SOMEBODY, "comment": None}
    return [review.model_copy(update=hidden) for review in found]
