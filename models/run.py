"""A whole training, from the sets to a bundle; needs the extra ``train``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from rich.console import Console

from models.bundle import pin, write_manifest
from models.crops import INPUT_PX, MARGIN, as_input, as_the_network_sees, read_crops
from models.dataset import (
    CLASSES,
    COMPLETE_IN,
    HAT_STATES,
    HOLD_OUT_SHARE,
    MASK_STATES,
    SPLIT_SEED,
    read_all,
)
from models.export import (
    compare_detector,
    compare_head_state,
    export_detector,
    export_head_state,
    strip_checkpoint,
)
from models.measure import choose, figures, observe
from models.network import HeadState, HeadStateRecipe, new_network, train_head_state
from models.prepare import COLLAGES, ROOMS, lay_out
from models.train import Recipe, resume_detector, train_detector
from vision.errors import ConfigError
from vision.model import load_model

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


def train(data: Path, start: Path, out: Path, *, hours: float) -> None:
    """Lay the sets out, then train the head-state network and the detector into ``out``."""
    say = Console(stderr=True).print
    pictures = read_all(data)
    say(f"{len(pictures)} pictures; laying out the training tree")
    lay_out(pictures, out / "tree", collages=COLLAGES, rooms=ROOMS)
    network = train_head_state(read_crops(pictures), start, HeadStateRecipe(), say)
    torch.save(network.state_dict(), out / HEAD_STATE_WEIGHTS)
    train_detector(out / "tree" / "data.yaml", start, out / DETECTOR_RUN, Recipe(hours=hours))


def resume(out: Path) -> None:
    """Go on with the detector where it was interrupted."""
    last = out / DETECTOR_RUN / "weights" / "last.pt"
    if not last.is_file():
        raise ConfigError(f"There is no {last} to go on from; run train without --resume.")
    resume_detector(last, Recipe())


def export(trained: Path, data: Path, start: Path, bundle: Path) -> None:
    """Turn what ``train`` left into a bundle with measured thresholds and figures."""
    weights = trained / DETECTOR_RUN / "weights" / "last.pt"
    for path in (weights, trained / HEAD_STATE_WEIGHTS):
        if not path.is_file():
            raise ConfigError(f"{path} is missing; run train first, with the same --out.")
    network = read_head_state(trained / HEAD_STATE_WEIGHTS, start)
    write_bundle(weights, network, data, bundle)


def read_head_state(weights: Path, start: Path) -> HeadState:
    """The trained head-state network."""
    network = new_network(start)
    network.load_state_dict(torch.load(str(weights), weights_only=True))
    network.eval()
    return network


def write_bundle(weights: Path, network: HeadState, data: Path, bundle: Path) -> None:
    """Export both networks, check them against torch, choose thresholds, measure, pin."""
    bundle.mkdir(parents=True, exist_ok=True)
    strip_checkpoint(weights, bundle / "detector.pt")
    export_detector(bundle / "detector.pt", bundle / "detector.onnx")
    export_head_state(network, bundle / "head-state.onnx")
    differences = check(network, data, bundle)
    tables = manifest_tables(bundle)
    write_manifest(bundle, tables)
    observed = observe(load_model(bundle), data)
    choose(observed, tables)
    write_manifest(bundle, tables)
    manifest = load_model(bundle).manifest
    tables["metrics"] = {**figures(observed, manifest), "export": differences}
    write_manifest(bundle, tables)


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
        "version": "0.1.0",
        "licence": "AGPL-3.0-or-later",
        "description": "Heads, rodents and cockroaches; hat and mask state of each head.",
        "files": pin(bundle, FILES),
        "detector": {
            "file": "detector.onnx",
            "input_px": 640,
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
