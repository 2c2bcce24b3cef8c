"""Chooses a bundle's thresholds and measures it, both on held-out pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.crops import Crop, read_crops
from models.dataset import Picture, read_all
from models.evaluate import (
    HEIGHTS_PX,
    HeadStates,
    Judged,
    Seen,
    contact_sheet,
    detector_figures,
    detector_thresholds,
    drawn,
    judge,
    look,
    look_at_small,
    open_bare,
    state_figures,
    state_thresholds,
)
from models.metrics import match
from models.pictures import Image, read_image, write_image
from vision.detections import KINDS, FloatArray
from vision.model import Manifest, ModelBundle

# Heads of these heights count when thresholds are chosen: what a kitchen camera shows.
CHOSEN_ON_PX: Final = (0, 24, 32, 48)
LOWEST_MISSING_PRECISION: Final = 0.95
LOWEST_COVERAGE: Final = 0.5
# A picture shrunk in software is kinder than a small head on a camera.
NEVER_BELOW_PX: Final = {"hat": 20, "mask": 24}
PARTS: Final = ("hat", "mask")
ON_A_SHEET: Final = 48
RED: Final = (0, 0, 255)
GREEN: Final = (0, 200, 0)


@dataclass(frozen=True)
class Observed:
    """What the bundle said of every held-out picture and head, before any threshold."""

    seen: Sequence[Seen]
    shrunk: Sequence[Seen]
    views: Mapping[float, Judged]


def observe(bundle: ModelBundle, data: Path) -> Observed:
    """Run both networks once over everything held out; heads also at smaller heights."""
    pictures = read_all(data)
    detector = open_bare(bundle)
    views: dict[float, Judged] = {}
    if bundle.manifest.head_state:
        crops, network = held_out_crops(pictures), HeadStates(bundle)
        views = {px: judge(network, crops, px) for px in sorted({*CHOSEN_ON_PX, *HEIGHTS_PX})}
    return Observed(look(detector, pictures), look_at_small(detector, pictures), views)


def choose(observed: Observed, tables: dict[str, Any]) -> None:
    """Put thresholds and smallest heads, as measured, into the manifest's tables."""
    tables["detector"]["thresholds"] = detector_thresholds(observed.seen)
    for part in PARTS:
        spec = tables["head_state"][part]
        spec["thresholds"] = state_thresholds([observed.views[px] for px in CHOSEN_ON_PX], part)
        spec["min_head_px"] = smallest_head([observed.views[px] for px in HEIGHTS_PX], part, spec)


def smallest_head(views: Sequence[Judged], part: str, spec: dict[str, Any]) -> int:
    """The smallest height from which on verdicts are frequent and ``missing`` can be trusted."""
    good = []
    for view in sorted(views, key=lambda one: -one.head_px):
        figures = state_figures(view, part, spec["thresholds"])["overall"]
        trusted = figures["missing_precision"] >= LOWEST_MISSING_PRECISION
        if not trusted or figures["coverage"] < LOWEST_COVERAGE:
            break
        good.append(int(view.head_px))
    smallest = min(good) if good else int(max(view.head_px for view in views))
    return max(smallest, NEVER_BELOW_PX[part])


def held_out_crops(pictures: Sequence[Picture]) -> list[Crop]:
    """The heads of the validation side."""
    return read_crops(picture for picture in pictures if picture.held_out)


def measure(bundle: ModelBundle, data: Path, sheets: Path | None = None) -> dict[str, Any]:
    """All figures of a bundle at its own thresholds; its mistakes as pictures below ``sheets``."""
    observed = observe(bundle, data)
    if sheets:
        write_sheets(observed.seen, _thresholds(bundle.manifest.detector.thresholds), sheets)
    return figures(observed, bundle.manifest)


def figures(observed: Observed, manifest: Manifest) -> dict[str, Any]:
    """Per set and overall, at the thresholds of the manifest."""
    thresholds = _thresholds(manifest.detector.thresholds)
    tables = {
        "detector": detector_figures(observed.seen, thresholds),
        "detector_shrunk_to_a_third": detector_figures(observed.shrunk, thresholds),
    }
    head_state = manifest.head_state
    for part in PARTS if head_state else ():
        limits = _thresholds(getattr(head_state, part).thresholds)
        tables[part] = state_figures(observed.views[0], part, limits)
        tables[f"{part}_by_head_px"] = {
            f"{px:g}": state_figures(observed.views[px], part, limits)["overall"]
            for px in HEIGHTS_PX
        }
    return tables


def _thresholds(given: Mapping[Any, float]) -> dict[str, float]:
    return {str(name): limit for name, limit in given.items()}


def write_sheets(seen: Sequence[Seen], thresholds: dict[str, float], out: Path) -> None:
    """Contact sheets of false detections and of what was not found, one pair a class."""
    out.mkdir(parents=True, exist_ok=True)
    for name, threshold in thresholds.items():
        false: list[Image] = []
        missed: list[Image] = []
        for one in seen:
            wrong, lost = _mistakes(one, name, threshold)
            false += _crops_around(one, wrong, RED)
            missed += _crops_around(one, lost, GREEN)
        for kind, images in (("false", false), ("missed", missed)):
            if images:
                step = max(1, len(images) // ON_A_SHEET)
                sheet = contact_sheet(images[::step][:ON_A_SHEET])
                write_image(out / f"{name}-{kind}-{len(images)}.jpg", sheet)


def _mistakes(one: Seen, name: str, threshold: float) -> tuple[FloatArray, FloatArray]:
    """Boxes of a class that are wrong, and true ones that were not found."""
    rows = one.found.class_id == [str(kind) for kind in KINDS].index(name)
    found = one.found[rows & (one.found.confidence >= threshold)]
    matches = one.matches(name)
    correct = matches.correct[matches.confidence >= threshold]
    truth = one.truth[name]
    lost = ~match(truth, -truth[:, 0], found.xyxy)
    return found.xyxy[~correct], truth[lost]


def _crops_around(one: Seen, boxes: FloatArray, colour: tuple[int, int, int]) -> list[Image]:
    if not len(boxes):
        return []
    image = read_image(one.picture.path)
    crops = []
    for box in boxes:
        x1, y1, x2, y2 = box.tolist()
        grow = 1.0 * max(x2 - x1, y2 - y1)
        top, left = max(0, int(y1 - grow)), max(0, int(x1 - grow))
        shown = drawn(image, box[None], colour)
        crops.append(shown[top : int(y2 + grow), left : int(x2 + grow)])
    return crops
