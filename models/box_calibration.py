"""Makes a box's confidence the chance that the box is right (Platt 1999), class by class.

A line in log-odds is fitted on held-out boxes and folded into the last layer of the network,
so the runtime does nothing for it; its order of boxes within a class stays as it was. What the
network itself said can be had back, since the manifest keeps the lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from models.bundle import update
from models.calibrate import half_of, reliability
from models.dataset import CLASSES
from models.metrics import join
from models.seen import Seen
from vision.detections import FloatArray, Mask
from vision.model import Manifest

TABLE: Final = "box_calibration"
# Of the network's own confidence; below it next to nothing is right, and nothing is told.
FITTED_FROM: Final = 0.05
NEWTON_STEPS: Final = 50
TINY: Final = 1e-6


class Line(NamedTuple):
    """log-odds told = scale x log-odds of the network + shift."""

    scale: float = 1.0
    shift: float = 0.0

    def of(self, confidence: FloatArray) -> FloatArray:
        """What the network's own confidences mean."""
        return _chance(self.scale * _log_odds(confidence) + self.shift)

    def back(self, told: FloatArray) -> FloatArray:
        """The network's own confidences."""
        return _chance((_log_odds(told) - self.shift) / self.scale)


def _log_odds(confidence: FloatArray) -> FloatArray:
    kept = np.clip(np.asarray(confidence, np.float64), TINY, 1 - TINY)
    return np.log(kept / (1 - kept))


def _chance(log_odds: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-log_odds)), np.float32)


def line_of(confidence: FloatArray, right: Mask) -> Line:
    """The line with the least surprise; as it is where all or nothing was right."""
    if not right.any() or right.all():
        return Line()
    columns = np.stack([_log_odds(confidence), np.ones(len(right))], axis=1)
    # Targets a little off 0 and 1, as Platt has them: few boxes must not give certainty.
    hits, misses = int(right.sum()), int((~right).sum())
    wanted = np.where(right, (hits + 1) / (hits + 2), 1 / (misses + 2))
    found = np.array([1.0, 0.0])
    for _ in range(NEWTON_STEPS):
        told = 1 / (1 + np.exp(-columns @ found))
        curve = (columns * (told * (1 - told) + TINY)[:, None]).T @ columns
        found = found - np.linalg.solve(curve, columns.T @ (told - wanted))
    return Line(round(float(found[0]), 4), round(float(found[1]), 4))


def lines_in(manifest: Manifest) -> dict[str, Line]:
    """The lines folded into a bundle's detector; none where it speaks for itself."""
    kept = manifest.training.get(TABLE, {})
    return {str(kind): Line(**kept.get(kind, {})) for kind in manifest.detector.classes}


def fit_lines(seen: Sequence[Seen], kinds: Sequence[str] = CLASSES) -> dict[str, Line]:
    """A line a class, from what an uncalibrated detector said of held-out pictures."""
    lines = {}
    for kind in kinds:
        matches = join([one.matches(kind) for one in seen])
        rows = matches.confidence >= FITTED_FROM
        lines[kind] = line_of(matches.confidence[rows], matches.correct[rows])
    return lines


def calibration_tables(seen: Sequence[Seen], lines: Mapping[str, Line]) -> dict[str, Any]:
    """Per class the gap (ECE) of the network itself, cross-fitted by group, and as it ships.

    All three over the same boxes: those the network itself gave FITTED_FROM and more.
    """
    tables = {}
    for kind in CLASSES:
        own, told, right, halves = _boxes(seen, kind, lines.get(kind, Line()))
        if not len(own):
            continue
        other = np.zeros_like(own)
        for half in (0, 1):
            fitted = line_of(own[halves == half], right[halves == half])
            other[halves != half] = fitted.of(own[halves != half])
        answers = {"network": own, "other_half": other, "ships": told}
        tables[kind] = {name: reliability(a, right).table for name, a in answers.items()}
    return tables


def _boxes(
    seen: Sequence[Seen], kind: str, line: Line
) -> tuple[FloatArray, FloatArray, Mask, FloatArray]:
    """Own confidence, confidence told, whether it was right, and the half of its group."""
    matched = [one.matches(kind) for one in seen]
    halves = [half_of(one.picture.set_name, one.picture.group) for one in seen]
    half = np.repeat(np.array(halves, np.float32), [len(one.confidence) for one in matched])
    every = join(matched)
    own = line.back(every.confidence)
    rows = own >= FITTED_FROM
    return own[rows], every.confidence[rows], every.correct[rows], half[rows]


def fold(weights: Path, lines: Mapping[str, Line]) -> None:
    """Write the lines into the last layers of a checkpoint's one-to-many head (needs torch)."""
    import torch

    checkpoint = torch.load(str(weights), map_location="cpu", weights_only=False)
    head = checkpoint["model"].model[-1]
    with torch.no_grad():
        for branch in head.cv3:
            for number, kind in enumerate(CLASSES):
                line = lines.get(kind, Line())
                branch[-1].weight[number] *= line.scale
                branch[-1].bias[number] = branch[-1].bias[number] * line.scale + line.shift
    torch.save(checkpoint, str(weights))


def calibrate_boxes(bundle: Path, seen: Sequence[Seen], kinds: Sequence[str] = CLASSES) -> None:
    """Fit on what the bundle's detector said, fold into weights and graph, and write it down."""
    from models.export import export_detector

    lines = fit_lines(seen, kinds)
    fold(bundle / "detector.pt", lines)
    export_detector(bundle / "detector.pt", bundle / "detector.onnx")
    kept = {kind: line._asdict() for kind, line in lines.items()}
    update(bundle, {"training": {TABLE: {}}})
    update(bundle, {"training": {TABLE: kept}})
