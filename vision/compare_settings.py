"""What two analyses were made with, and where that differs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from vision.alert import ModelRef, RulesRef
from vision.results import Analysis, OptionsRecord, ZoneRecord
from vision.strict import Strict

SHORT_SHA: Final = 12


class Side(Strict):
    """What one of the two analyses was made with."""

    model: ModelRef
    rules: RulesRef
    options: OptionsRecord


class Difference(Strict):
    """Something besides the footage that differs, in words."""

    what: str
    a: str
    b: str


def differences(a: Analysis, b: Analysis) -> Iterator[Difference]:
    """What the reader must know first: model, rules and options, where they differ."""
    told_a, told_b = settings(a), settings(b)
    for what in told_a:
        if told_a[what] != told_b.get(what, told_a[what]):
            yield Difference(what=what, a=told_a[what], b=told_b[what])


def settings(analysis: Analysis) -> dict[str, str]:
    """What decides a result besides the footage, in words; the order of zones counts."""
    model, rules, options = analysis.model, analysis.rules, analysis.options
    told = {
        "model": f"{model.name} {model.sha256[:SHORT_SHA]}",
        "rules": f"{rules.name} {rules.version} {rules.sha256[:SHORT_SHA]}",
        "fps": f"{options.fps}",
        "sampling": options.sampling,
        "camera": options.camera or "no camera file",
        "zones": ", ".join(zone.name for zone in options.zones),
        "recordings": "; ".join(f"{r.match}: {_zones(r.zones)}" for r in options.recordings),
    }
    for zone in options.zones:
        told[f"zone {zone.name}"] = f"{zone.type} {_corners(zone)}"
    return told


def _zones(zones: Sequence[ZoneRecord]) -> str:
    return ", ".join(f"{zone.name} ({zone.type} {_corners(zone)})" for zone in zones)


def _corners(zone: ZoneRecord) -> str:
    return " ".join(f"({x}, {y})" for x, y in zone.polygon)
