"""Puts another detector into a copy of a bundle: exported, compared, thresholds chosen, stamped."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.box_calibration import TABLE, calibrate_boxes
from models.bundle import pin, read_tables, update, write_manifest
from models.choose import detector_thresholds
from models.dataset import CLASSES, Picture
from models.export import DETECTOR_PX, compare_detector, export_detector, strip_checkpoint
from models.formats import box_figures
from models.metrics import join
from models.seen import Seen, held_out, look_at, open_bare
from models.stamp import stamp
from vision.errors import ConfigError
from vision.model import load_model

COMPARED_PICTURES: Final = 12
HEAD_STATE_METRICS: Final = ("hat", "mask")
ENOUGH: Final = 50  # held-out boxes of a class; with fewer its threshold stays as it was


@dataclass(frozen=True)
class NewDetector:
    """A trained detector, and the pictures it is measured on.

    ``labelled``: the classes that people boxed there; of the others nothing is measured.
    """

    weights: Path
    pictures: Sequence[Picture]
    labelled: frozenset[str] = frozenset(CLASSES)
    input_px: int = DETECTOR_PX


def swap_detector(new: NewDetector, base: Path, out: Path) -> None:
    """Write the bundle ``base`` with the new detector to ``out`` (which may be ``base``).

    Confidences, thresholds and figures come from the held-out pictures, for classes with enough
    boxes there.
    """
    seen_by = held_out(new.pictures)
    if not seen_by:
        raise ConfigError("No picture is held out to choose thresholds on; add a val side.")
    _copy(base, out)
    strip_checkpoint(new.weights, out / "detector.pt", new.input_px)
    export_detector(out / "detector.pt", out / "detector.onnx")
    update(out, {"detector": {"file": "detector.onnx", "output": "raw", "input_px": new.input_px}})
    seen = look_at(open_bare(load_model(out)), seen_by)
    enough = _enough(seen, new.labelled)
    calibrate_boxes(out, seen, enough)
    chosen = [picture.path for picture in seen_by[:: max(1, len(seen_by) // COMPARED_PICTURES)]]
    apart = compare_detector(out / "detector.pt", out / "detector.onnx", chosen, new.input_px)
    update(out, _measured(out, seen_by, enough, apart))
    stamp(out)


def _copy(base: Path, out: Path) -> None:
    """Every pinned file and the manifest, without what was measured of the other detector."""
    out.mkdir(parents=True, exist_ok=True)
    tables = read_tables(base)
    if base.resolve() != out.resolve():
        for name in tables["files"]:
            shutil.copyfile(base / name, out / name)
    graphs = [name for name in tables["files"] if not name.startswith("detector.")]
    for name in ("detector.onnx", "detector.pt"):
        (out / name).touch()
    tables["files"] = pin(out, ["detector.onnx", *graphs, "detector.pt"])
    measured = tables.get("metrics", {})
    tables["metrics"] = {
        name: value for name, value in measured.items() if name.startswith(HEAD_STATE_METRICS)
    }
    tables.get("training", {}).pop(TABLE, None)
    write_manifest(out, tables)


def _enough(seen: Sequence[Seen], labelled: frozenset[str]) -> list[str]:
    """The classes that people boxed often enough in these pictures."""
    boxes = {kind: sum(len(one.truth(kind)) for one in seen) for kind in CLASSES}
    return [kind for kind in CLASSES if kind in labelled and boxes[kind] >= ENOUGH]


def _measured(
    out: Path, pictures: Sequence[Picture], enough: Sequence[str], apart: dict[str, float]
) -> dict[str, Any]:
    """Thresholds and figures as tables of the manifest."""
    seen = look_at(open_bare(load_model(out)), pictures)
    chosen = {kind: v for kind, v in detector_thresholds(seen).items() if kind in enough}
    before = load_model(out).manifest.detector.thresholds
    limits = {str(kind): limit for kind, limit in before.items()} | chosen
    tables = {"overall": _table(seen, limits)}
    for name in sorted({one.picture.set_name for one in seen}):
        tables[name] = _table([one for one in seen if one.picture.set_name == name], limits)
    export = {name: round(value, 5) for name, value in apart.items()}
    changes: dict[str, Any] = {"metrics": {"detector": tables, "export": export}}
    return changes | ({"detector": {"thresholds": chosen}} if chosen else {})


def _table(seen: Sequence[Seen], limits: Mapping[str, float]) -> dict[str, Any]:
    """The figures of some pictures, as ``models info`` shows them."""
    table: dict[str, Any] = {"pictures": len(seen)}
    for kind in CLASSES:
        count = sum(len(one.truth(kind)) for one in seen)
        if count:
            table |= {f"{kind}_{name}": v for name, v in box_figures(seen, kind).items()}
            table[f"{kind}_boxes"] = count
    table["false_pests_a_picture"] = round(_false_pests(seen, limits), 4)
    return table


def _false_pests(seen: Sequence[Seen], limits: Mapping[str, float]) -> float:
    """Pests told where none is boxed, a picture; a loose box on a real one counts too."""
    false = 0
    for kind in CLASSES[1:]:
        matches = join([one.matches(kind) for one in seen])
        false += int((~matches.correct[matches.confidence >= limits[kind]]).sum())
    return false / len(seen)
