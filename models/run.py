"""A whole training, from the sets to a bundle; needs the extra ``train``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import torch
from rich.console import Console

from models.box_calibration import calibrate_boxes
from models.bundle import pin, read_tables, write_manifest
from models.choose import (
    CHOSEN_ON_PX,
    HEIGHTS_PX,
    choose_head_state,
    detector_thresholds,
    temperature,
)
from models.crops import (
    INPUT_PX,
    MARGIN,
    STORED_PX,
    Crop,
    as_input,
    as_the_network_sees,
    read_crops,
)
from models.dataset import (
    CLASSES,
    COMPLETE_IN,
    HAT_STATES,
    HOLD_OUT_SHARE,
    MASK_STATES,
    SPLIT_SEED,
    Picture,
    read_all,
)
from models.export import (
    DETECTOR_PX,
    compare_detector,
    compare_head_state,
    export_detector,
    export_head_state,
    strip_checkpoint,
)
from models.faces import YUNET, finder_beside
from models.judged import PARTS, HeadStates, Judged, judge
from models.measure import figures, headline, held_out_crops, observe
from models.network import HeadState, HeadStateRecipe, new_network, train_head_state
from models.own import filled, read_folder
from models.prepare import COLLAGES, ROOMS, lay_out
from models.seen import held_out, look_at, open_bare
from models.stamp import stamp
from models.swap import NewDetector, swap_detector
from models.train import Recipe, resume_detector, train_detector
from vision.detector import OpenVinoDetector
from vision.errors import ConfigError
from vision.frames import Frame
from vision.model import DEFAULT_MODEL, load_model

HEAD_STATE_WEIGHTS: Final = "head-state.pt"
DETECTOR_RUN: Final = "detector"
FILES: Final = ("detector.onnx", "head-state.onnx", "detector.pt")
COMPARED_PICTURES: Final = 12
# As each source states them; most pictures are third-party, their rights not cleared.
STATED_LICENCES: Final[Mapping[str, str]] = {
    "kitchen-frames": "README says MIT; frames of third-party videos",
    "chef-photos": "none stated for most of 26 sources",
    "idenprof-chef": "MIT (repository); third-party web photos",
    "idenprof-doctor": "MIT (repository); third-party web photos",
    "idenprof-mechanic-caps": "MIT (repository); third-party web photos",
    "mask-ilc2021": "none stated",
    "mask-kaggle853": "MIT (repository), CC0 (Kaggle)",
    "scut-head": "academic research only",
    "hardhat": "none stated",
    "rat-dpk": "none stated",
    "rat-jorge": "MIT (repository); third-party web photos",
    "cockroach-leemark": "CC BY 4.0 as stated, doubtful",
    "cockroach-zonebug": "public domain as stated, doubtful",
    "empty-rooms": "see its source note; web photos",
}


def train(data: Path, start: Path, out: Path, recipe: Recipe) -> None:
    """Lay the sets out, then train the head-state network and the detector into ``out``."""
    say = Console(stderr=True).print
    pictures = complete_pictures(data)
    say(f"{len(pictures)} pictures; laying out the training tree")
    lay_out(pictures, out / "tree", collages=COLLAGES, rooms=ROOMS)
    train_states(pictures, start, out, say)
    train_detector(out / "tree" / "data.yaml", start, out / DETECTOR_RUN, recipe)


def train_states(
    pictures: Sequence[Picture], start: Path, out: Path, say: Callable[[str], None]
) -> bool:
    """Train the head-state network into ``out``; False where no head has a state."""
    crops = read_crops(pictures, finder_beside(start, STORED_PX))
    if not any(not crop.held_out for crop in crops):
        say("No head has a hat or mask state: the head-state network stays as it is.")
        return False
    if not any(crop.face for crop in crops):
        say(f"No {YUNET} beside {start.name}: nothing is drawn on faces.")
    network = train_head_state(crops, start, HeadStateRecipe(), say)
    torch.save(network.state_dict(), out / HEAD_STATE_WEIGHTS)
    return True


def complete_pictures(data: Path) -> list[Picture]:
    """The pictures below ``data``; classes that a set does not label are boxed by our detector."""
    detector = OpenVinoDetector(load_model(DEFAULT_MODEL))
    return filled(read_folder(data), lambda image: detector.detect(Frame(image, 0.0)))


def resume(out: Path, recipe: Recipe) -> None:
    """Go on with the detector where it was interrupted."""
    last = out / DETECTOR_RUN / "weights" / "last.pt"
    if not last.is_file():
        raise ConfigError(f"There is no {last} to go on from; run train without --resume.")
    resume_detector(last, recipe)


def export(trained: Path, data: Path, start: Path, bundle: Path) -> None:
    """Turn what ``train`` left into a bundle with measured thresholds and figures."""
    weights = trained / DETECTOR_RUN / "weights" / "last.pt"
    if not weights.is_file():
        raise ConfigError(f"{weights} is missing; run train first, with the same --out.")
    if (trained / HEAD_STATE_WEIGHTS).is_file():
        network = read_head_state(trained / HEAD_STATE_WEIGHTS, start)
        write_bundle(weights, network, data, bundle)
    else:
        labelled = frozenset(kind for p in read_folder(data) for kind in p.complete)
        new = NewDetector(weights, complete_pictures(data), labelled)
        swap_detector(new, DEFAULT_MODEL, bundle)


def read_head_state(weights: Path, start: Path) -> HeadState:
    """The trained head-state network."""
    network = new_network(start)
    network.load_state_dict(torch.load(str(weights), weights_only=True))
    network.eval()
    return network


def write_bundle(weights: Path, network: HeadState, data: Path, bundle: Path) -> None:
    """Export both networks, calibrate, choose thresholds, check against torch, measure, pin."""
    bundle.mkdir(parents=True, exist_ok=True)
    strip_checkpoint(weights, bundle / "detector.pt")
    export_detector(bundle / "detector.pt", bundle / "detector.onnx")
    export_head_state(network, bundle / "head-state.onnx")
    tables = manifest_tables(bundle)
    write_manifest(bundle, tables)
    fit_head_state(network, data, bundle, tables)
    write_manifest(bundle, tables)
    seen = look_at(open_bare(load_model(bundle)), held_out(read_folder(data)))
    calibrate_boxes(bundle, seen)
    tables = read_tables(bundle)
    observed = observe(load_model(bundle), data, Console(stderr=True).print)
    tables["detector"]["thresholds"] = detector_thresholds(observed.day)
    write_manifest(bundle, tables)
    measured = figures(replace(observed, bundle=load_model(bundle)))
    tables["metrics"] = {**headline(measured), "export": check(network, data, bundle)}
    write_manifest(bundle, tables)
    stamp(bundle)


def fit_head_state(network: HeadState, data: Path, bundle: Path, tables: dict[str, Any]) -> None:
    """Fold the temperatures into the exported network, and choose its thresholds."""
    views = head_views(bundle, held_out_crops(read_all(data)))
    chosen = [views[px] for px in CHOSEN_ON_PX]
    warmth = {part: temperature(chosen, part) for part in PARTS}
    network.temperatures = (warmth["hat"], warmth["mask"])
    export_head_state(network, bundle / "head-state.onnx")
    tables["files"] = pin(bundle, FILES)
    tables["training"]["temperatures"] = dict(warmth)
    choose_head_state({px: view.warmed(warmth) for px, view in views.items()}, tables)


def head_views(bundle: Path, crops: Sequence[Crop]) -> dict[float, Judged]:
    """The held-out heads at every height that thresholds are chosen on or told for."""
    states = HeadStates(load_model(bundle))
    return {px: judge(states, crops, px) for px in sorted({*CHOSEN_ON_PX, *HEIGHTS_PX})}


def check(network: HeadState, data: Path, bundle: Path) -> dict[str, float]:
    """How far the exported networks differ from torch; ValueError when too far."""
    pictures = [picture for picture in read_all(data, ("chef-photos",)) if picture.held_out]
    chosen = [picture.path for picture in pictures[:COMPARED_PICTURES]]
    boxes = compare_detector(bundle / "detector.pt", bundle / "detector.onnx", chosen)
    crops = read_crops(pictures[:COMPARED_PICTURES])
    inputs = as_input([as_the_network_sees(crop) for crop in crops])
    states = compare_head_state(network, bundle / "head-state.onnx", inputs)
    return {name: round(value, 5) for name, value in {**boxes, "state": states}.items()}


def manifest_tables(bundle: Path) -> dict[str, Any]:
    """The manifest before anything was measured."""
    return {
        "schema": "brightkitchen.model/1",
        "name": "kitchen-n",
        "version": "0.3.0",
        "licence": "AGPL-3.0-or-later",
        "description": "Heads, rodents and cockroaches; hat and mask state of each head.",
        "files": pin(bundle, FILES),
        "detector": {
            "file": "detector.onnx",
            "input_px": DETECTOR_PX,
            "output": "raw",
            "classes": list(CLASSES),
            "thresholds": dict.fromkeys(CLASSES, 0.5),
        },
        "head_state": {
            "file": "head-state.onnx",
            "input_px": INPUT_PX,
            "margin": MARGIN,
            "hat": _part(HAT_STATES),
            "mask": _part(MASK_STATES),
        },
        "training": {
            "start_weights": "yolo26n-coco (AGPL-3.0)",
            "seed": Recipe().seed,
            "split_seed": SPLIT_SEED,
            "held_out_share": HOLD_OUT_SHARE,
            "split": "by group: sha256 of seed/set/group",
            "licences": {name: STATED_LICENCES[name] for name in COMPLETE_IN},
        },
    }


def _part(states: tuple[str, ...]) -> dict[str, Any]:
    thresholds = {state: 0.8 for state in states if state != "unseen"}
    return {
        "states": list(states),
        "min_head_px": 20,
        "min_sharpness": 0.0,
        "thresholds": thresholds,
    }
