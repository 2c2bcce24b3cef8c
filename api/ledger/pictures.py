"""One picture for each case of the ledger: always a blurred copy, small enough to print.

A ledger leaves the house by mail and on paper, whoever took it along.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.evidence.blur import smaller
from api.evidence.models import EvidenceRow
from api.evidence.store import evidence_of, log_view
from api.evidence.views import blurred_copy
from api.storage import EvidenceStorage
from vision.errors import KitchenError

LONGER_PX: Final = 480


def ledger_pictures(
    session: Session, storage: EvidenceStorage, person_id: str, alert_ids: Sequence[UUID]
) -> dict[UUID, bytes]:
    """JPEG by alert, where a picture is kept; each view is logged like any other."""
    found: dict[UUID, bytes] = {}
    for alert_id, files in evidence_of(session, list(alert_ids)).items():
        frame = next((one for one in files if one.kind == "frame" and one.here), None)
        rule = session.get(AlertRow, alert_id)
        if frame is None or rule is None:
            continue
        data = [one for one in files if one.kind == "data" and one.here]
        picture = _picture(storage, frame, rule.rule, data)
        if picture is not None:
            found[alert_id] = picture
            log_view(session, person_id, frame, "blurred")
    return found


def _picture(
    storage: EvidenceStorage, frame: EvidenceRow, rule: str, data: Sequence[EvidenceRow]
) -> bytes | None:
    """None for one that cannot be shown."""
    try:
        return smaller(blurred_copy(storage, frame, rule, data).content, LONGER_PX)
    except KitchenError:
        return None
