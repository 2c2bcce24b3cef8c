"""Measures a bundle on the held-out pictures: everything the card and the manifest tell of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.box_calibration import calibration_tables, lines_in
from models.calibrate import reliability
from models.choose import (
    CHOSEN_ON_PX,
    HEIGHTS_PX,
    detector_thresholds,
    state_thresholds,
    temperature,
)
from models.crops import Crop, read_crops
from models.dataset import CLASSES, COMPLETE_IN, Picture, read_all
from models.figures import (
    OVERALL,
    at_iou,
    detector_figures,
    false_pests,
    heads_by_size,
    one_detector,
    one_state,
    state_figures,
    state_reliability,
    told_figures,
)
from models.judged import PARTS, HeadStates, Judged, Part, judge
from models.metrics import share
from models.own import read_folder
from models.seen import (
    LOOKS,
    PESTS,
    LookName,
    Seen,
    held_out,
    look_at,
    look_at_small,
    open_bare,
    retold,
    some_of,
)
from models.whole import whole_path
from vision.detections import IntArray
from vision.model import HatSpec, Manifest, MaskSpec, ModelBundle

SCHEMA: Final = "brightkitchen.figures/1"
LOOSE_IOU: Final = 0.4
Say = Callable[[str], None]


@dataclass(frozen=True)
class Observed:
    """What the bundle said of every held-out picture and head, before any threshold."""

    bundle: ModelBundle
    data: Path
    seen: Mapping[LookName, Sequence[Seen]]
    shrunk: Sequence[Seen]
    views: Mapping[float, Judged]
    looks: Mapping[LookName, Judged]

    @property
    def day(self) -> Sequence[Seen]:
        """The pictures as they are."""
        return self.seen["day"]


def observe(bundle: ModelBundle, data: Path, say: Say, *, quick: bool = False) -> Observed:
    """Run both networks over everything held out; ``quick`` leaves the made looks away."""
    pictures = pictures_below(data)
    detector, chosen = open_bare(bundle), held_out(pictures)
    looks: list[LookName] = ["day"] if quick else list(LOOKS)
    seen: dict[LookName, Sequence[Seen]] = {}
    for look in looks:
        shown = chosen if look == "day" else some_of(chosen)
        say(f"{len(shown)} pictures, {look}")
        seen[look] = look_at(detector, shown, look)
    shrunk = [] if quick else look_at_small(detector, some_of(chosen))
    views, judged = _judge_heads(bundle, pictures, looks, say)
    return Observed(bundle, data, seen, shrunk, views, judged)


def _judge_heads(
    bundle: ModelBundle, pictures: Sequence[Picture], looks: Sequence[LookName], say: Say
) -> tuple[dict[float, Judged], dict[LookName, Judged]]:
    if not bundle.manifest.head_state:
        return {}, {}
    network, crops = HeadStates(bundle), held_out_crops(pictures)
    say(f"{len(crops)} heads")
    views: dict[float, Judged] = {
        px: judge(network, crops, px) for px in sorted({*CHOSEN_ON_PX, *HEIGHTS_PX})
    }
    made: dict[LookName, Judged] = {
        look: views[0] if look == "day" else judge(network, crops, look=look) for look in looks
    }
    return views, made


def pictures_below(data: Path) -> list[Picture]:
    """Our own sets where there are any, else whatever somebody labelled."""
    names = [name for name in COMPLETE_IN if (data / name / "images").is_dir()]
    return read_all(data, names) if names else read_folder(data)


def held_out_crops(pictures: Sequence[Picture]) -> list[Crop]:
    """The heads of the validation side."""
    return read_crops(picture for picture in pictures if picture.held_out)


def figures(observed: Observed) -> dict[str, Any]:
    """All tables at the thresholds of the manifest, ready for JSON."""
    manifest = observed.bundle.manifest
    tables: dict[str, Any] = {
        "schema": SCHEMA,
        "model": {
            "name": manifest.name,
            "version": manifest.version,
            "files": dict(manifest.files),
        },
        "detector": detector_tables(observed, manifest),
    }
    if manifest.head_state:
        tables |= {part: state_tables(observed, part) for part in PARTS}
        tables["whole_path"] = whole_path(observed.bundle, observed.day)
    return tables


def detector_tables(observed: Observed, manifest: Manifest) -> dict[str, Any]:
    """Boxes: per set, per look, small, as labelled, by height, confidence against truth."""
    thresholds = {str(name): limit for name, limit in manifest.detector.thresholds.items()}
    as_labelled = retold(observed.day, as_they_came(observed.data))
    pests = [one for one in observed.day if one.picture.set_name in PESTS]
    return {
        "thresholds": thresholds,
        "by_set": detector_figures(observed.day, thresholds),
        "by_look": _by_look(observed, thresholds),
        "shrunk_to_a_third": one_detector(observed.shrunk, thresholds),
        "labels_as_they_came": one_detector(as_labelled, thresholds),
        "kitchens": one_detector(
            [s for s in observed.day if s.picture.set_name in ("kitchen-frames", "chef-photos")],
            thresholds,
        ),
        "heads_by_height_px": heads_by_size(observed.day, thresholds["head"]),
        "false_pests": false_pests(observed.day, thresholds),
        "ap_at_40": {n: at_iou(pests, n, LOOSE_IOU) for n in CLASSES if n != "head"},
        "calibration": calibration_tables(observed.day, lines_in(manifest)),
        "thresholds_if_chosen_here": detector_thresholds(observed.day),
    }


def _by_look(observed: Observed, thresholds: Mapping[str, float]) -> dict[str, Any]:
    """Each look over the same quarter of the pictures, so that the rows can be compared."""
    some = {picture.path for picture in some_of(one.picture for one in observed.day)}
    shown = {
        look: [one for one in seen if one.picture.path in some]
        for look, seen in observed.seen.items()
    }
    return {look: one_detector(seen, thresholds) for look, seen in shown.items()}


def state_tables(observed: Observed, part: Part) -> dict[str, Any]:
    """One part of the head: per set, height and look; cross-fitted; reliability."""
    spec = spec_of(observed.bundle.manifest, part)
    day = observed.views[0].answers(part)
    shown = {
        look: view.answers(part).tall(spec.min_head_px) for look, view in observed.looks.items()
    }
    return {
        "thresholds": {str(name): limit for name, limit in spec.thresholds.items()},
        "min_head_px": spec.min_head_px,
        "by_set": state_figures(day, part, spec),
        "by_look": {look: one_state(answers, part, spec) for look, answers in shown.items()},
        "shrunk_to_px": {
            f"{px:g}": one_state(
                observed.views[px].answers(part), part, spec.model_copy(update={"min_head_px": 0.0})
            )
            for px in HEIGHTS_PX
        },
        "cross_fitted": cross_fitted(observed, part),
        "reliability": state_reliability(day.tall(spec.min_head_px)),
        "sharpness": by_sharpness(observed, part),
    }


def as_they_came(data: Path) -> list[Picture]:
    """The pictures of our own sets without the corrections of their boxes."""
    names = [name for name in COMPLETE_IN if (data / name / "images").is_dir()]
    return read_all(data, names, corrected=False)


def spec_of(manifest: Manifest, part: Part) -> HatSpec | MaskSpec:
    """The manifest's limits of a part."""
    if manifest.head_state is None:
        raise ValueError(f"{manifest.name} tells no head states")
    return manifest.head_state.hat if part == "hat" else manifest.head_state.mask


def cross_fitted(observed: Observed, part: Part) -> dict[str, Any]:
    """Temperature and thresholds fitted on one half of the groups, told of the other, both ways.

    This is what the thresholds are worth on groups they were not chosen on.
    """
    spec = spec_of(observed.bundle.manifest, part)
    views = [observed.views[px] for px in CHOSEN_ON_PX]
    told: list[IntArray] = []
    truth: list[IntArray] = []
    sure, right, fitted = [], [], {}
    for half in (0, 1):
        warmth = temperature(views, part, half)
        limits = state_thresholds(views, part, warmth, half)
        fitted[f"half {half}"] = {"temperature": warmth, "thresholds": limits}
        other = observed.views[0].answers(part).half(1 - half).tall(spec.min_head_px)
        answers = other.warmed(warmth)
        told.append(answers.verdicts(spec.model_copy(update={"thresholds": limits})))
        truth.append(answers.truth)
        sure.append(answers.probabilities.max(axis=1))
        right.append(answers.probabilities.argmax(axis=1) == answers.truth)
    tables = told_figures(np.concatenate(told), np.concatenate(truth), part)
    gap = reliability(np.concatenate(sure), np.concatenate(right)).table
    return {**tables, "fitted": fitted, "reliability": gap}


def by_sharpness(observed: Observed, part: Part) -> list[dict[str, Any]]:
    """How often the likeliest state is the true one, by how sharp the crop is."""
    answers = (
        observed.views[0].answers(part).tall(spec_of(observed.bundle.manifest, part).min_head_px)
    )
    right = answers.probabilities.argmax(axis=1) == answers.truth
    edges = np.quantile(answers.sharpnesses, [0, 0.02, 0.05, 0.1, 0.25, 0.5, 1]).tolist()
    rows = []
    for low, high in pairwise(edges):
        inside = (answers.sharpnesses >= low) & (answers.sharpnesses <= high)
        one = share(int(right[inside].sum()), int(inside.sum()))
        rows.append({"from": round(low, 1), "to": round(high, 1), "right": one})
    return rows


def headline(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The few figures that the manifest itself carries."""
    return {
        "detector": _flat_sets(tables["detector"]["by_set"]),
        **{part: _flat_states(tables[part]["cross_fitted"]) for part in PARTS if part in tables},
    }


def _flat_sets(by_set: Mapping[str, Any]) -> dict[str, Any]:
    flat = {}
    for name, table in by_set.items():
        row: dict[str, Any] = {"pictures": table["pictures"]}
        for kind in CLASSES:
            if kind in table:
                row[f"{kind}_ap50"] = table[kind]["ap50"]
                row[f"{kind}_precision"] = table[kind]["precision"].get("value", float("nan"))
                row[f"{kind}_recall"] = table[kind]["recall"].get("value", float("nan"))
                row[f"{kind}_boxes"] = table[kind]["boxes"]
        row["false_pests_a_picture"] = table["false_pests_a_picture"]
        flat[name] = row
    return flat


def _flat_states(table: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {"heads": table["heads"]}
    for state in ("worn", "incorrect", "missing"):
        if state in table:
            for name in ("precision", "recall"):
                flat[f"{state}_{name}"] = table[state][name].get("value", float("nan"))
    return {OVERALL: flat}
