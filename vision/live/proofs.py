"""What proves a live episode: pictures and a clip out of the ring, written before it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from vision.alert import Alert, Box, ModelRef, RulesRef
from vision.dossier import AFTER_S, BEFORE_S, PRE_ROLL_S, Photo, describe, distinct
from vision.errors import SourceError
from vision.evidence import EvidenceItem, EvidenceWriter
from vision.frames import Frame
from vision.live.pieces import Piece, Ring
from vision.live.rewind import pictures_at, write_pieces
from vision.live.told import OpenAlert
from vision.pipeline import Finding
from vision.second_look import Detector

CLIP_LEAST_S: Final = 6.0
CLIP_MOST_S: Final = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """What there is to prove a finding, taken at once: the ring goes on turning."""

    finding: Finding
    pieces: Sequence[Piece]
    width: int
    height: int
    until_s: float

    @classmethod
    def taken(cls, finding: Finding, ring: Ring, size: tuple[int, int], now_s: float) -> Proof:
        """From before the clip begins up to now."""
        start_s = min(clip_start_s(finding, now_s), finding.episode.best_s - BEFORE_S)
        return cls(finding, ring.between(start_s, now_s), *size, now_s)


def clip_start_s(finding: Finding, now_s: float) -> float:
    """A little before it began; long enough to be understood, short enough to be sent."""
    start_s = min(finding.episode.start_s - PRE_ROLL_S, now_s - CLIP_LEAST_S)
    return max(start_s, now_s - CLIP_MOST_S)


def file_proof(
    proof: Proof, alert_id: str, detector: Detector, writer: EvidenceWriter
) -> list[EvidenceItem]:
    """Write pictures, clip and data, the best picture first; SourceError without any picture."""
    best_s = proof.finding.episode.best_s
    wanted = sorted({best_s - BEFORE_S, best_s, min(best_s + AFTER_S, proof.until_s)})
    frames = pictures_at(proof.pieces, wanted)
    if not frames:
        raise SourceError("the camera's last seconds cannot be decoded")
    best = frames[wanted.index(best_s)]
    ordered = [best, *(frame for frame in frames if frame is not best)]
    photos = distinct(
        _photo(frame, f"{alert_id}-{name}", detector, writer)
        for name, frame in zip(("best", "context-1", "context-2"), ordered, strict=False)
    )
    clip = writer.add_made_clip(lambda target: _write_clip(proof, target), f"{alert_id}-clip")
    data = writer.add_data(describe(_as_seen(proof, best), photos), f"{alert_id}-data")
    return [*(photo.item for photo in photos), clip, data]


def _photo(frame: Frame, stem: str, detector: Detector, writer: EvidenceWriter) -> Photo:
    item = writer.add_frame(frame, stem)
    return Photo(item, frame.time_s, frame.width, frame.height, detector.detect(frame))


def _write_clip(proof: Proof, target: Path) -> None:
    start_s = clip_start_s(proof.finding, proof.until_s)
    keys = [piece.time_s for piece in proof.pieces if piece.key and piece.time_s <= start_s]
    from_s = keys[-1] if keys else proof.pieces[0].time_s
    write_pieces([piece for piece in proof.pieces if piece.time_s >= from_s], target)


def _as_seen(proof: Proof, best: Frame) -> Finding:
    """The finding in the pixels and at the time of the picture that shows it best.

    What was seen on a substream is proved with the main one.
    """
    wide, high = best.width / proof.width, best.height / proof.height
    left, top, right, bottom = proof.finding.box
    box = (left * wide, top * high, right * wide, bottom * high)
    episode = replace(proof.finding.episode, box=box, best_s=best.time_s)
    return replace(proof.finding, episode=episode)


def alert_of(
    proof: Proof,
    one: OpenAlert,
    camera_id: str,
    refs: tuple[ModelRef, RulesRef],
    items: Sequence[EvidenceItem],
) -> Alert:
    """The alert as it goes over the wire."""
    finding = proof.finding
    return Alert(
        id=one.id,
        origin="camera",
        camera_id=camera_id,
        rule=finding.setting.id,
        severity=finding.setting.severity,
        zone=finding.zone.name,
        zone_type=finding.zone.type,
        started_at=one.started_at,
        confidence=round(finding.episode.confidence, 4),
        subjects=finding.episode.subjects,
        box=_shares(finding.box, proof.width, proof.height),
        model=refs[0],
        rules=refs[1],
        evidence=tuple(item.ref for item in items),
    )


def _shares(box: Sequence[float], width: int, height: int) -> Box:
    sizes = (width, height) * 2
    left, top, right, bottom = (
        round(min(max(side / whole, 0.0), 1.0), 5) for side, whole in zip(box, sizes, strict=True)
    )
    # An animal that half left the picture may be left with no width.
    left, top = min(left, 0.9999), min(top, 0.9999)
    return (left, top, max(right, left + 1e-4), max(bottom, top + 1e-4))
