"""Hand the episodes of an analysis to review, as a batch run with a camera's key would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from api.alerts.intake import post_alert
from api.cameras.keys import Camera
from api.database import Database
from api.errors import StorageError
from api.evidence.models import EvidenceRow
from api.evidence.store import note_stored
from api.exposures.store import put_hours
from api.reviews.order import ReviewPolicy
from api.storage import CHUNK_BYTES, EvidenceStorage
from vision.alert import Alert, EvidenceRef
from vision.batch import Batch
from vision.errors import ConflictError, InvalidError
from vision.exposing import bodies
from vision.results import Filed


@dataclass(frozen=True, slots=True)
class Desk:
    """Where episodes go: into review as this camera's, reported by the person who asked for it."""

    database: Database
    storage: EvidenceStorage
    policy: ReviewPolicy
    camera: Camera
    person_id: str

    def post(self, batch: Batch, filed: Filed, out: Path) -> bool:
        """Post one episode with its files; False when its time is not known or cannot be.

        Doing it twice does no harm. Raises StorageError when a file cannot be read or kept.
        """
        (video,) = (v for v in batch.analysis.videos if v.path == filed.episode.video)
        if video.recorded is None:
            return False
        alert, files = filed.alert(batch.analysis, self.camera.id, video.recorded.started_at)
        try:
            with self.database.writing() as session:
                missing = self._announce(session, alert)
        except (ConflictError, InvalidError):
            return False
        for ref in missing:
            self._keep(alert, ref, out / "evidence" / files[ref.sha256])
        return True

    def expose(self, batch: Batch) -> int:
        """Tell what was observed of each recording whose time is known; how many those are."""
        told = 0
        for video in batch.analysis.videos:
            given = list(bodies(video, batch.observed.get(video.path, ())))
            try:
                with self.database.writing() as session:
                    for body in given:
                        put_hours(session, self.camera, body)
            except InvalidError:
                continue
            told += bool(given)
        return told

    def _announce(self, session: Session, alert: Alert) -> list[EvidenceRef]:
        """The files that are still to be kept."""
        actor = self.person_id
        post_alert(session, self.camera, alert, actor=actor, policy=self.policy)
        rows = {ref: session.get_one(EvidenceRow, (alert.id, ref.sha256)) for ref in alert.evidence}
        return [ref for ref, row in rows.items() if not row.stored_at and not row.deleted_at]

    def _keep(self, alert: Alert, ref: EvidenceRef, path: Path) -> None:
        try:
            asyncio.run(self.storage.add(ref, _read(path)))
        except OSError as error:
            raise StorageError("a file of the analysis cannot be read; run it again") from error
        with self.database.writing() as session:
            note_stored(session, self.person_id, alert.id, ref.sha256)


async def _read(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            yield piece
