"""Gathers settled alerts and their pictures for training."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import audit
from api.alerts.models import AlertRow
from api.database import Database
from api.errors import AlteredError
from api.evidence.blur import blurred
from api.evidence.heads import Seen, seen_in
from api.evidence.intake import MAX_DATA_BYTES
from api.evidence.lessons import Judged, lesson
from api.evidence.models import EvidenceRow
from api.evidence.store import evidence_of
from api.reviews.models import ReviewRow
from api.storage import EvidenceStorage
from models.export_dataset import Example
from vision.alert import Box
from vision.errors import NotFoundError, SourceError

AT_ONCE: Final = 100
PSEUDONYM: Final = 10
ABOUT: Final = """# Pictures from verdicts

Made by `brightkitchen models export-dataset` from alerts that people upheld, or dismissed as a
wrong object (hard negatives). Train with `brightkitchen models train --data FOLDER`.

* `verdict-heads`: every head that the model found in the best picture of an upheld hat or mask
  alert; the judged head has the upheld state at the box that the reviewer left or put right. The
  other heads, and a hat's state beside an upheld mask, are the model's own and judged by nobody.
* `verdict-pests`: upheld rodents and cockroaches; a picture without boxes is a hard negative.
  Heads are not labelled there.
* The group in `groups.tsv` is the restaurant, so that no restaurant is on both sides of the split.
  A picture's name is restaurant-camera-day-alert; the first two are pseudonyms (hashes).
* People's eyes: {eyes}

**Personal data.** The pictures show people at work. Keep them where only those who train can read
them, no longer than training needs, and pass them on only with a legal ground. A pseudonym is not
anonymous: whoever has the database can undo it.

## Counts

{counts}
"""


class Harvest:
    """Goes through the settled alerts once; ``skipped`` counts what taught nothing, and why."""

    def __init__(self, database: Database, storage: EvidenceStorage, *, blur: bool) -> None:
        self._database = database
        self._storage = storage
        self._blur = blur
        self.skipped: Counter[str] = Counter()

    def examples(self) -> Iterator[Example]:
        """One a settled alert that teaches something and whose picture is still here."""
        after: UUID | None = None
        while True:
            with self._database.reading() as session:
                alerts, files, judged = _page(session, after)
            if not alerts:
                return
            for alert in alerts:
                example = self._example(alert, files.get(alert.id, []), judged[alert.id])
                if isinstance(example, Example):
                    yield example
                else:
                    self.skipped[f"skipped: {example}"] += 1
            after = alerts[-1].id

    def about(self, counts: Mapping[str, int]) -> str:
        """The text of SOURCE.md."""
        eyes = "blurred where the model found a head" if self._blur else "not blurred"
        lines = [
            f"* {name}: {count}" for name, count in sorted((dict(counts) | self.skipped).items())
        ]
        return ABOUT.format(eyes=eyes, counts="\n".join(lines) or "* nothing")

    def note(self, counts: Mapping[str, int]) -> None:
        """Write to the audit log that pictures left the system."""
        with self._database.writing() as session:
            audit.append(
                session,
                audit.SYSTEM,
                "dataset.exported",
                "dataset",
                blur=self._blur,
                counts=dict(counts),
            )

    def _example(
        self, alert: AlertRow, files: Sequence[EvidenceRow], judged: Judged
    ) -> Example | str:
        best = next((file for file in files if file.kind == "frame"), None)
        if best is None or not best.here:
            return "no picture"
        seen = self._seen(best, files)
        found = "no boxes of heads" if self._blur and seen is None else lesson(judged, seen)
        if isinstance(found, str):
            return found
        try:
            picture = b"".join(self._storage.read(best.sha256, 0, best.size_bytes))
            ending: Literal["jpg", "png"] = "png" if best.media_type == "image/png" else "jpg"
            if self._blur:
                picture, ending = _without_eyes(picture, seen), "jpg"
        except (NotFoundError, AlteredError):
            return "no picture"
        except SourceError:
            return "picture cannot be read"
        set_name, boxes = found
        return Example(set_name, _name(alert), _hash(alert.restaurant_id), picture, ending, boxes)

    def _seen(self, best: EvidenceRow, files: Sequence[EvidenceRow]) -> list[Seen] | None:
        for file in files:
            if file.kind == "data" and file.here and file.size_bytes <= MAX_DATA_BYTES:
                try:
                    content = b"".join(self._storage.read(file.sha256, 0, file.size_bytes))
                except NotFoundError:
                    continue
                return seen_in(content, best.sha256)
        return None


def _without_eyes(picture: bytes, seen: Sequence[Seen] | None) -> bytes:
    return blurred(picture, [one.box for one in seen or () if one.kind == "head"])


def _name(alert: AlertRow) -> str:
    day = f"{alert.started_at:%Y%m%d}"
    return f"{_hash(alert.restaurant_id)}-{_hash(alert.camera_id)}-{day}-{alert.id.hex[:12]}"


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:PSEUDONYM]


def _page(
    session: Session, after: UUID | None
) -> tuple[Sequence[AlertRow], dict[UUID, list[EvidenceRow]], dict[UUID, Judged]]:
    wanted = select(AlertRow).where(AlertRow.status.in_(("upheld", "dismissed")))
    if after is not None:
        wanted = wanted.where(AlertRow.id > after)
    alerts = session.scalars(wanted.order_by(AlertRow.id).limit(AT_ONCE)).all()
    ids = [alert.id for alert in alerts]
    reviews = _standing(session, ids)
    judged = {alert.id: _judged(alert, reviews.get(alert.id, [])) for alert in alerts}
    return alerts, evidence_of(session, ids), judged


def _standing(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[ReviewRow]]:
    """Verdicts that stand, the newest first."""
    rows = session.scalars(
        select(ReviewRow)
        .where(ReviewRow.alert_id.in_(ids), ReviewRow.undone_at.is_(None))
        .order_by(ReviewRow.round.desc(), ReviewRow.created_at.desc())
    )
    found: dict[UUID, list[ReviewRow]] = {}
    for row in rows:
        found.setdefault(row.alert_id, []).append(row)
    return found


def _judged(alert: AlertRow, reviews: Sequence[ReviewRow]) -> Judged:
    """The settled verdict, its reason, and the newest box that a reviewer put right."""
    mine = [review for review in reviews if review.verdict == alert.status]
    put_right = next((review for review in reviews if review.box_left is not None), None)
    return Judged(
        rule=alert.rule,
        status=alert.status,
        reason=mine[0].reason if mine else None,
        box=(alert.left, alert.top, alert.right, alert.bottom),
        corrected=_box(put_right) if put_right else None,
        corrected_class=put_right.box_class if put_right else None,
    )


def _box(review: ReviewRow) -> Box | None:
    left, top, right, bottom = review.box_left, review.box_top, review.box_right, review.box_bottom
    if left is None or top is None or right is None or bottom is None:
        return None
    return left, top, right, bottom
