"""What an analysis is told, and how that stands in its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vision.recordings import Place, Places
from vision.results import OptionsRecord, RecordingsRecord, Sampling, ZoneRecord
from vision.rulepacks import load_pack
from vision.thresholds import ThresholdedRules, Thresholds, no_thresholds, with_thresholds
from vision.zones import Zone


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that changes the result, besides the footage."""

    model: Path
    rules: str
    places: Places
    fps: float = 5.0
    thresholds: Thresholds = field(default_factory=no_thresholds)
    sampling: Sampling = "adaptive"

    @property
    def applied(self) -> ThresholdedRules:
        """The rule pack with the thresholds it is applied with."""
        return with_thresholds(load_pack(self.rules), self.thresholds)

    @property
    def record(self) -> OptionsRecord:
        """As it stands in ``episodes.json``."""
        listed = self.places.listed
        alone = listed[0][1] if [match for match, _ in listed] == ["*"] else None
        return OptionsRecord(
            fps=self.fps,
            sampling=self.sampling,
            camera=alone.camera if alone else None,
            zones=zone_records(alone.zones) if alone else (),
            time_zone=self.places.time_zone,
            recordings=() if alone else tuple(place_record(*entry) for entry in listed),
        )


def zone_records(zones: Sequence[Zone]) -> tuple[ZoneRecord, ...]:
    """The zones as they were judged."""
    return tuple(ZoneRecord(name=z.name, type=z.type, polygon=z.polygon) for z in zones)


def place_record(match: str, place: Place) -> RecordingsRecord:
    """One entry of the list; the camera's id in the API changes nothing and is left out."""
    return RecordingsRecord(match=match, camera=place.camera, zones=zone_records(place.zones))
