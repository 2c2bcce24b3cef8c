"""Give detections an identity that lasts from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vision.detections import Detections, FloatArray, IntArray
from vision.geometry import box_iou, gaps, nearest_pairs

MEMORY_S = 2.0
REACH_LENGTHS = 1.2
VELOCITY_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Track:
    """One object's last box, how fast its corners move (px/s) and when it was last seen."""

    track_id: int
    class_id: int
    xyxy: FloatArray
    velocity: FloatArray
    seen_s: float

    def at(self, time_s: float) -> FloatArray:
        """Where the box should be by now; the guess stops growing after half a second."""
        moved: FloatArray = self.xyxy + self.velocity * min(time_s - self.seen_s, 0.5)
        return moved

    def seen(self, xyxy: FloatArray, time_s: float) -> Track:
        """The track after one more sighting."""
        elapsed_s = max(time_s - self.seen_s, 1e-3)
        shift = np.tile((xyxy - self.xyxy).reshape(2, 2).mean(axis=0), 2) / elapsed_s
        velocity = VELOCITY_WEIGHT * shift + (1 - VELOCITY_WEIGHT) * self.velocity
        return replace(self, xyxy=xyxy, velocity=velocity.astype(np.float32), seen_s=time_s)


def distance(tracks: list[Track], detections: Detections, time_s: float) -> FloatArray:
    """How unlike each track and row are, (n, m): under 1 they overlap, above it they only near.

    Overlap decides first (SORT, Bewley 2016); where frames are far apart boxes no longer
    overlap, so the distance in body lengths decides next, as in Norfair.
    """
    predicted = np.stack([track.at(time_s) for track in tracks])
    overlap = box_iou(predicted, detections.xyxy)
    unlike = np.where(overlap > 0.1, 1 - overlap, 1 + gaps(predicted, detections.xyxy))
    kinds = np.array([track.class_id for track in tracks])
    unlike[kinds[:, None] != detections.class_id[None]] = np.inf
    return unlike.astype(np.float32)


class NearestTracker:
    """Match by overlap, then by nearness; forget what was not seen for ``MEMORY_S``.

    Ids are hints: the rules re-associate by place when a track breaks.
    """

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._next_id = 0

    def update(self, detections: Detections, time_s: float) -> Detections:
        """The same rows with their ``track_id`` filled in."""
        self._tracks = [t for t in self._tracks if time_s - t.seen_s <= MEMORY_S]
        track_ids = self._match(detections, time_s)
        return detections.with_columns(track_id=track_ids)

    def _match(self, detections: Detections, time_s: float) -> IntArray:
        track_ids = np.full(len(detections), -1, np.int64)
        if self._tracks:
            unlike = distance(self._tracks, detections, time_s)
            for row, column in nearest_pairs(unlike, 1 + REACH_LENGTHS):
                self._tracks[row] = self._tracks[row].seen(detections.xyxy[column], time_s)
                track_ids[column] = self._tracks[row].track_id
        for column in np.flatnonzero(track_ids < 0).tolist():
            track_ids[column] = self._start(detections, column, time_s)
        return track_ids

    def _start(self, detections: Detections, row: int, time_s: float) -> int:
        track_id, self._next_id = self._next_id, self._next_id + 1
        still = np.zeros(4, np.float32)
        class_id = int(detections.class_id[row])
        self._tracks.append(Track(track_id, class_id, detections.xyxy[row], still, time_s))
        return track_id
