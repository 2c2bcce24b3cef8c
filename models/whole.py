"""Both networks together: verdicts on the heads that the detector itself found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.figures import told_figures
from models.judged import PARTS, STATES, UNCLEAR, Part
from models.metrics import pairs, share
from models.pictures import read_image
from models.seen import Seen
from vision.detector import HEAD_OUTPUTS, Engine, HeadJudge, engine_settings
from vision.heads import HAT_IDS, MASK_IDS
from vision.model import ModelBundle


def whole_path(bundle: ModelBundle, seen: Sequence[Seen]) -> dict[str, Any]:
    """Both networks together: verdicts on the heads that the detector itself found.

    A bare head that was not found counts as missed; a verdict on something that is no labelled
    head counts as wrong.
    """
    manifest, path = bundle.manifest, bundle.head_state_path
    if manifest.head_state is None or path is None:
        return {}
    judge_of = HeadJudge(
        Engine(path, engine_settings(1, "auto"), HEAD_OUTPUTS), manifest.head_state
    )
    threshold = manifest.detector.thresholds["head"]
    rows: dict[Part, list[tuple[int, int]]] = {part: [] for part in PARTS}
    for one in seen:
        if any(label.meaning.hat for label in one.picture.labels):
            heads = one.of("head")
            told = judge_of.judge(
                heads[heads.confidence >= threshold], read_image(one.picture.path)
            )
            for part in PARTS:
                rows[part] += _told_and_true(one, told, part)
    return {part: _path_figures(rows[part], part) for part in PARTS}


def _told_and_true(one: Seen, told: Any, part: Part) -> list[tuple[int, int]]:
    """(told, true) of each found head, then of each missed; true UNCLEAR: no labelled head."""
    ids = HAT_IDS if part == "hat" else MASK_IDS
    names = [name for name in STATES[part] if name != "unseen"]
    index = {int(ids[name]): STATES[part].index(name) for name in names}
    labels = [label for label in one.picture.labels if label.meaning.kind == "head"]
    true = [
        STATES[part].index(state) if (state := getattr(label.meaning, part)) else None
        for label in labels
    ]
    found = pairs(told.xyxy, told.confidence, one.truth("head")).tolist()
    states = [index.get(int(state), UNCLEAR) for state in getattr(told, part)]
    rows = [
        (state, UNCLEAR if at < 0 else true[at])
        for at, state in zip(found, states, strict=True)
        if at < 0 or true[at] is not None
    ]
    missed = [state for at, state in enumerate(true) if at not in found and state is not None]
    return [(told_as, state if state is not None else UNCLEAR) for told_as, state in rows] + [
        (UNCLEAR, state) for state in missed
    ]


def _path_figures(rows: Sequence[tuple[int, int]], part: Part) -> dict[str, Any]:
    pairs_told = np.array(rows, np.int64).reshape(-1, 2)
    table = told_figures(pairs_told[:, 0], pairs_told[:, 1], part)
    table["not_found_or_unclear"] = share(
        int(((pairs_told[:, 0] == UNCLEAR) & (pairs_told[:, 1] != UNCLEAR)).sum()),
        int((pairs_told[:, 1] != UNCLEAR).sum()),
    )
    return table
