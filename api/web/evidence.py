"""An alert's evidence for one person's eyes: frames with overlays, the clip, the curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.alerts.schemas import AlertOut, EvidenceOut
from api.storage import EvidenceStorage
from api.web.boxes import Overlay, Scene, closeup, overlay, plain_overlay, read_scene
from api.web.curve import Curve, evidence_curve
from api.web.sizes import picture_size
from vision.errors import NotFoundError

MAX_DATA_BYTES: Final = 4 * 1024 * 1024
HEADER_BYTES: Final = 64 * 1024
MAX_FRAMES: Final = 3
# A reviewer may meet an item under an id of its own; see api.reviews.desk.
FOR_REVIEWERS: Final = "/review/items"


@dataclass(frozen=True)
class FrameView:
    """One frame: where its picture lies and what is drawn over it."""

    index: int
    url: str
    overlay: Overlay
    closeup: str


@dataclass(frozen=True)
class EvidenceView:
    """Only what has arrived; ``missing`` counts what was announced and has not."""

    frames: tuple[FrameView, ...]
    clip_url: str | None
    curve: Curve | None
    missing: int

    @property
    def in_time(self) -> list[FrameView]:
        """The frames as they followed each other."""
        return sorted(self.frames, key=lambda frame: frame.overlay.offset_s or 0.0)


def view_evidence(
    alert: AlertOut, storage: EvidenceStorage, path: str = "/api/v1/alerts"
) -> EvidenceView:
    """What can be shown of the alert now; its files lie below ``path``."""
    scene = _scene(alert, storage)
    frames = [item for item in alert.evidence if item.kind == "frame"][:MAX_FRAMES]
    views = [
        _frame(alert, _url(path, alert, item), _overlay(alert, item, index, scene, storage), index)
        for index, item in enumerate(frames)
        if item.stored
    ]
    clip = next((item for item in alert.evidence if item.kind == "clip" and item.stored), None)
    return EvidenceView(
        frames=tuple(view for view in views if view is not None),
        clip_url=_url(path, alert, clip) if clip else None,
        curve=evidence_curve(scene),
        missing=sum(not item.stored for item in alert.evidence),
    )


def _scene(alert: AlertOut, storage: EvidenceStorage) -> Scene | None:
    """The boxes, when there is a data file that has arrived and can be read."""
    data = next((item for item in alert.evidence if item.kind == "data" and item.stored), None)
    if data is None or data.bytes > MAX_DATA_BYTES:
        return None
    return read_scene(_bytes(storage, data, data.bytes))


def _bytes(storage: EvidenceStorage, item: EvidenceOut, limit: int) -> bytes:
    try:
        return b"".join(storage.read(item.sha256, 0, min(item.bytes, limit)))
    except NotFoundError:
        return b""


def _overlay(
    alert: AlertOut, item: EvidenceOut, index: int, scene: Scene | None, storage: EvidenceStorage
) -> Overlay | None:
    if scene is not None:
        return overlay(scene, index, item.sha256, alert.rule)
    size = picture_size(_bytes(storage, item, HEADER_BYTES))
    if size is None:
        return None
    return plain_overlay(alert.box if index == 0 else None, *size)


def _frame(alert: AlertOut, url: str, drawn: Overlay | None, index: int) -> FrameView | None:
    """None for a picture whose size cannot be told: a box on it might lie."""
    if drawn is None:
        return None
    return FrameView(index, url, drawn, closeup(alert.box, drawn.height))


def first_picture(alert: AlertOut) -> str | None:
    """Where the best frame lies for a reviewer, once it has come."""
    frames = (item for item in alert.evidence if item.kind == "frame" and item.stored)
    first = next(frames, None)
    return _url(FOR_REVIEWERS, alert, first) if first else None


def _url(path: str, alert: AlertOut, item: EvidenceOut) -> str:
    return f"{path}/{alert.id}/evidence/{item.sha256}"
