"""Hand the episodes of recorded footage to the API, where people review them like live ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vision.batch import Batch
from vision.delivery import Api
from vision.errors import DeliveryError
from vision.exposing import expose
from vision.outbox import Outbox
from vision.recordings import Place, Places
from vision.results import Filed, VideoRecord


@dataclass(frozen=True, slots=True)
class Posted:
    """How many alerts and recordings' hours the API has now, and why each other is not there."""

    sent: int
    left_out: tuple[str, ...]
    observed: int = 0


def post(batch: Batch, out: Path, places: Places, api: Api) -> Posted:
    """Post every episode that has a camera and a time; posting twice does no harm.

    What the API does not take now waits in ``out/outbox`` for the next time; DeliveryError says
    what holds it back.
    """
    videos = {video.path: video for video in batch.analysis.videos}
    left_out: list[str] = []
    with Outbox(out / "outbox") as outbox:
        for filed in batch.filed:
            video = videos[filed.episode.video]
            reason = _put(batch, filed, video, out, places.of(video.path), outbox)
            left_out += [f"{video.path}: {reason}"] if reason else []
        delivery = outbox.deliver(api)
        left_out += [f"alert {item.alert_id}: {item.problem}" for item in outbox.refused()]
    if delivery.kept:
        raise DeliveryError(f"{delivery.kept} alerts wait in {out / 'outbox'}: {delivery.error}")
    observed, refused = _expose(batch, places, api)
    return Posted(delivery.sent, tuple(dict.fromkeys((*left_out, *refused))), observed)


def _expose(batch: Batch, places: Places, api: Api) -> tuple[int, list[str]]:
    """Send the observed hours of each recording with a camera and a time; how many, and why not."""
    sent, refused = 0, []
    for video in batch.analysis.videos:
        place, observed = places.of(video.path), batch.observed.get(video.path, ())
        if place is None or place.camera_id is None or video.recorded is None or not observed:
            continue
        reason = expose(video, observed, place.camera_id, api)
        sent += not reason
        refused += [f"{video.path}: {reason}"] if reason else []
    return sent, refused


def _put(
    batch: Batch,
    filed: Filed,
    video: VideoRecord,
    out: Path,
    place: Place | None,
    outbox: Outbox,
) -> str:
    """Hand one episode to the outbox, or say what is missing."""
    if place is None or place.camera_id is None:
        return "which camera took it is not known; give its camera_id"
    if video.recorded is None:
        return "when it was taken is not known; give started_at in the list of recordings"
    alert, files = filed.alert(batch.analysis, place.camera_id, video.recorded.started_at)
    outbox.put(alert, {sha256: out / "evidence" / path for sha256, path in files.items()})
    return ""
