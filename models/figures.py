"""Tables of figures, with intervals, from what was seen and judged; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from models.calibrate import reliability
from models.dataset import CLASSES
from models.judged import STATES, UNCLEAR, Answers, Part
from models.metrics import IOUS, Matches, average_precision, join, match, pairs, share
from models.seen import PESTS, Seen
from vision.detections import FloatArray, IntArray, Mask
from vision.model import HatSpec, MaskSpec

Thresholds = Mapping[str, float]
# Head heights in the picture, px.
SIZES: Final[Mapping[str, tuple[float, float]]] = {
    "<24": (0, 24),
    "24-48": (24, 48),
    "48-96": (48, 96),
    ">96": (96, 1e9),
}
OVERALL: Final = "overall"


def detector_figures(seen: Sequence[Seen], thresholds: Thresholds) -> dict[str, Any]:
    """Overall and per set: AP50, AP50-95, precision and recall of each class, false pests."""
    tables = {OVERALL: one_detector(seen, thresholds)}
    for name in sorted({one.picture.set_name for one in seen}):
        of_set = [one for one in seen if one.picture.set_name == name]
        tables[name] = one_detector(of_set, thresholds)
    return tables


def one_detector(seen: Sequence[Seen], thresholds: Thresholds) -> dict[str, Any]:
    """The figures of some pictures."""
    table: dict[str, Any] = {"pictures": len(seen)}
    false_pests = 0
    for name in CLASSES:
        matches = join([one.matches(name) for one in seen])
        told, right = matches.counts(thresholds[name])
        if name != "head":
            false_pests += told - right
        if matches.to_find:
            table[name] = {
                "boxes": matches.to_find,
                "ap50": round(average_precision(matches), 4),
                "ap50_95": round(_mean_ap(seen, name), 4),
                "precision": share(right, told),
                "recall": share(right, matches.to_find),
            }
    table["false_pests_a_picture"] = round(false_pests / max(len(seen), 1), 4)
    return table


def _mean_ap(seen: Sequence[Seen], name: str) -> float:
    each = [average_precision(join([one.matches(name, iou) for one in seen])) for iou in IOUS]
    return float(np.mean(each))


def false_pests(seen: Sequence[Seen], thresholds: Thresholds) -> dict[str, Any]:
    """Pictures without a pest in which one was found: empty rooms, and all others."""
    clean = [one for one in seen if one.picture.set_name not in PESTS]
    rooms = [one for one in clean if one.picture.set_name == "empty-rooms"]
    return {
        "empty_rooms": share(sum(_has_pest(one, thresholds) for one in rooms), len(rooms)),
        "all_without_pests": share(sum(_has_pest(one, thresholds) for one in clean), len(clean)),
    }


def _has_pest(one: Seen, thresholds: Thresholds) -> bool:
    pests = [name for name in CLASSES if name != "head"]
    return any(bool((one.of(name).confidence >= thresholds[name]).any()) for name in pests)


def heads_by_size(seen: Sequence[Seen], threshold: float) -> dict[str, Any]:
    """Recall of heads by their height in the picture, px."""
    heights: list[FloatArray] = [np.zeros(0, np.float32)]
    found: list[Mask] = [np.zeros(0, np.bool_)]
    for one in seen:
        told, truth = one.of("head"), one.truth("head")
        sure = told[told.confidence >= threshold]
        rows = pairs(sure.xyxy, sure.confidence, truth)
        heights.append(truth[:, 3] - truth[:, 1])
        found.append(np.isin(np.arange(len(truth)), rows))
    height, hit = np.concatenate(heights), np.concatenate(found)
    return {
        name: {"recall": share(int(hit[rows].sum()), int(rows.sum()))}
        for name, (low, high) in SIZES.items()
        for rows in [(height >= low) & (height < high)]
    }


def state_figures(answers: Answers, part: Part, spec: HatSpec | MaskSpec) -> dict[str, Any]:
    """Overall, per set and per height: what the runtime tells against what is true."""
    names = np.array([crop.set_name for crop in answers.crops])
    groups: dict[str, Mask] = {OVERALL: answers.heights_px >= spec.min_head_px}
    groups |= {name: (names == name) & groups[OVERALL] for name in sorted(set(names.tolist()))}
    groups |= {
        f"{name} px": (answers.heights_px >= low) & (answers.heights_px < high)
        for name, (low, high) in SIZES.items()
    }
    return {name: one_state(answers.of(rows), part, spec) for name, rows in groups.items()}


def one_state(answers: Answers, part: Part, spec: HatSpec | MaskSpec) -> dict[str, Any]:
    """The figures of some heads."""
    return told_figures(answers.verdicts(spec), answers.truth, part)


def told_figures(told: IntArray, truth: IntArray, part: Part) -> dict[str, Any]:
    """Verdicts against truth; heads whose face is not seen count apart, not in the precisions."""
    states = STATES[part]
    unseen = truth == states.index("unseen") if "unseen" in states else np.zeros(len(truth), bool)
    seen = ~unseen
    table: dict[str, Any] = {
        "heads": len(told),
        "told": share(int((told != UNCLEAR).sum()), len(told)),
    }
    for index, state in enumerate(states):
        if state != "unseen":
            table[state] = _one_verdict(told[seen] == index, truth[seen] == index)
    missing = states.index("missing")
    worn = truth == states.index("worn")
    wrong = np.isin(
        told, [states.index(name) for name in states if name in ("missing", "incorrect")]
    )
    table["false_alarms"] = share(int((wrong & worn).sum()), int(worn.sum()))
    if "unseen" in states:
        table["unseen_told"] = share(int((wrong & unseen).sum()), int(unseen.sum()))
    table["missing_as_incorrect"] = share(
        int((wrong & (told != missing) & (truth == missing)).sum()), int((truth == missing).sum())
    )
    table["confusion"] = confusion(told, truth, states)
    return table


def _one_verdict(told: Mask, true: Mask) -> dict[str, Any]:
    right = int((told & true).sum())
    return {"precision": share(right, int(told.sum())), "recall": share(right, int(true.sum()))}


def confusion(told: IntArray, truth: IntArray, states: Sequence[str]) -> dict[str, dict[str, int]]:
    """True state -> told state (or ``unclear``) -> heads."""
    columns = {**{name: n for n, name in enumerate(states) if name != "unseen"}, "unclear": UNCLEAR}
    return {
        name: {
            column: int(((truth == number) & (told == code)).sum())
            for column, code in columns.items()
        }
        for number, name in enumerate(states)
    }


def state_reliability(answers: Answers) -> dict[str, Any]:
    """Confidence of the likeliest state against how often it is the true one."""
    best = answers.probabilities.argmax(axis=1)
    sure = np.take_along_axis(answers.probabilities, best[:, None], axis=1)[:, 0]
    return reliability(sure, best == answers.truth).table


def at_iou(seen: Sequence[Seen], name: str, iou: float) -> float:
    """AP at another overlap, for pests whose outline is a matter of taste."""
    parts = []
    for one in seen:
        told, truth = one.of(name), one.truth(name)
        correct = match(told.xyxy, told.confidence, truth, iou)
        parts.append(Matches(told.confidence, correct, len(truth)))
    return round(average_precision(join(parts)), 4)
