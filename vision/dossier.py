"""What proves one episode: its best frame, two around it, a clip, and the boxes as data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from uuid import UUID

import numpy as np

from vision.detections import HEAD, KINDS, Detections, HatState, Kind, MaskState
from vision.evidence import EvidenceItem, EvidenceWriter
from vision.frames import Frame
from vision.geometry import box_iou
from vision.judging import Watched
from vision.names import RuleId
from vision.pipeline import Detector, Finding
from vision.suspects import as_rows
from vision.video import Video, open_video

BEFORE_S: Final = 2.0
AFTER_S: Final = 3.0
PRE_ROLL_S: Final = 2.0
CLIP_S: Final = 8.0
SAME_OBJECT_IOU: Final = 0.5
ROUNDING_S: Final = 1e-6

ANIMALS: Final[Mapping[RuleId, Kind]] = {
    "pest_rodent": "rodent",
    "pest_cockroach": "cockroach",
    "pest_fly": "fly",
}

Role = Literal["best", "before", "after"]
ROLES: Final[tuple[Role, ...]] = ("best", "before", "after")


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture to take: of which episode, when, and what for."""

    episode: int
    role: Role
    time_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A picture that was taken, written and looked at."""

    item: EvidenceItem
    time_s: float
    width: int
    height: int
    detections: Detections


def shots(findings: Sequence[Finding]) -> list[Shot]:
    """The pictures these episodes need, in order of time."""
    wanted = [
        Shot(index, role, max(finding.episode.best_s + offset_s, 0.0))
        for index, finding in enumerate(findings)
        for role, offset_s in zip(ROLES, (0.0, -BEFORE_S, AFTER_S), strict=True)
    ]
    return sorted(wanted, key=lambda shot: (shot.time_s, shot.episode, ROLES.index(shot.role)))


def frames_for(watched: Watched, wanted: Sequence[Shot]) -> Iterator[tuple[Shot, Frame]]:
    """Each shot with the first frame at or after its time; the last frame serves what is later."""
    with open_video(watched.footage.path) as video:
        # Where the recording's own clock is not to be trusted nothing can be jumped to.
        found = (
            in_passing(video, wanted) if watched.uneven else by_jumps(video, wanted, watched.last_s)
        )
        yield from found


def in_passing(video: Video, wanted: Sequence[Shot]) -> Iterator[tuple[Shot, Frame]]:
    """In one reading from start to end."""
    waiting, last = list(wanted), None
    for last in video.frames():
        while waiting and waiting[0].time_s <= last.time_s + ROUNDING_S:
            yield waiting.pop(0), last
        if not waiting:
            return
    for shot in waiting:
        if last is not None:
            yield shot, last


def by_jumps(video: Video, wanted: Sequence[Shot], last_s: float) -> Iterator[tuple[Shot, Frame]]:
    """From keyframe to keyframe."""
    for shot in wanted:
        for frame in video.between(min(shot.time_s, last_s) - ROUNDING_S, math.inf):
            yield shot, frame
            break


def take_photos(
    watched: Watched, ids: Sequence[UUID], detector: Detector, writer: EvidenceWriter
) -> dict[tuple[int, Role], Photo]:
    """Write every picture that the episodes of one recording need."""
    photos: dict[tuple[int, Role], Photo] = {}
    for shot, frame in frames_for(watched, shots(watched.findings)):
        item = writer.add_frame(frame, f"{ids[shot.episode]}-{shot.role}")
        seen = detector.detect(frame)
        photo = Photo(item, frame.time_s, frame.width, frame.height, seen)
        photos[shot.episode, shot.role] = photo
    return photos


def clip_span(finding: Finding) -> tuple[float, float]:
    """From two seconds before it began, or around its best moment when that came later."""
    episode = finding.episode
    begin_s = max(episode.start_s - PRE_ROLL_S, 0.0)
    if episode.best_s > begin_s + CLIP_S:
        begin_s = episode.best_s - CLIP_S / 2
    return begin_s, begin_s + CLIP_S


def distinct(photos: Iterable[Photo]) -> list[Photo]:
    """Photos whose content differs; a still scene gives the same picture twice."""
    return list({photo.item.sha256: photo for photo in reversed(list(photos))}.values())[::-1]


def describe(finding: Finding, photos: Sequence[Photo]) -> dict[str, Any]:
    """Boxes, zone and evidence curve as data, so that nothing is burned into the pictures."""
    zone, episode = finding.zone, finding.episode
    polygon = [list(corner) for corner in zone.polygon]
    return {
        "schema": "brightkitchen.boxes/1",
        "width": photos[0].width,
        "height": photos[0].height,
        "rule": finding.setting.id,
        "zone": {"name": zone.name, "type": zone.type, "polygon": polygon},
        "on_delay_s": finding.setting.on_delay_s,
        "evidence_curve": [list(point) for point in episode.curve],
        "frames": [describe_photo(photo, finding) for photo in photos],
    }


def describe_photo(photo: Photo, finding: Finding) -> dict[str, Any]:
    """One picture's detections in shares of its size; the subject is marked in the best one."""
    subject = np.zeros(len(photo.detections), bool)
    if photo.time_s == finding.episode.best_s and len(subject):
        overlap = box_iou(photo.detections.xyxy, as_rows([finding.box]))[:, 0]
        subject[int(overlap.argmax())] = overlap.max() >= SAME_OBJECT_IOU
    rows = [
        describe_row(photo, row) | {"subject": bool(subject[row])} for row in range(len(subject))
    ]
    if photo.time_s == finding.episode.best_s and not subject.any():
        rows.append(describe_finding(photo, finding))
    return {
        "path": photo.item.path,
        "sha256": photo.item.sha256,
        "time_s": round(photo.time_s, 3),
        "detections": rows,
    }


def describe_finding(photo: Photo, finding: Finding) -> dict[str, Any]:
    """What was found from close up or by how it moves, and does not show in one photo alone."""
    return {
        "kind": ANIMALS.get(finding.setting.id, "head"),
        "box": in_shares(finding.box, photo),
        "confidence": round(finding.episode.confidence, 4),
        "subject": True,
    }


def describe_row(photo: Photo, row: int) -> dict[str, Any]:
    """One detection as plain data."""
    seen = photo.detections
    told: dict[str, Any] = {
        "kind": KINDS[seen.class_id[row]],
        "box": in_shares(seen.xyxy[row], photo),
        "confidence": round(float(seen.confidence[row]), 4),
    }
    if seen.class_id[row] == HEAD:
        told["hat"] = state(HatState(seen.hat[row]).name, seen.hat_confidence[row])
        told["mask"] = state(MaskState(seen.mask[row]).name, seen.mask_confidence[row])
    return told


def in_shares(box: Iterable[float], photo: Photo) -> list[float]:
    """A box in px as shares of the photo's size."""
    sizes = (photo.width, photo.height) * 2
    return [round(float(side) / size, 5) for side, size in zip(box, sizes, strict=True)]


def state(name: str, confidence: float) -> dict[str, Any]:
    """A head's state as plain data."""
    return {"state": name.lower(), "confidence": round(float(confidence), 4)}


def compile_dossier(
    path: Path, finding: Finding, episode_id: UUID, photos: Sequence[Photo], writer: EvidenceWriter
) -> list[EvidenceItem]:
    """Write the clip and the data beside the pictures; all files, the best frame first."""
    kept = distinct(photos)
    clip = writer.add_clip(path, *clip_span(finding), f"{episode_id}-clip")
    data = writer.add_data(describe(finding, kept), f"{episode_id}-data")
    return [*(photo.item for photo in kept), clip, data]
