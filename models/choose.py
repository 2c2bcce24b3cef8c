"""Chooses thresholds and temperatures; what is told of them is cross-fitted by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from models.calibrate import temperature_of, threshold_for
from models.dataset import CLASSES
from models.judged import PARTS, STATES, Answers, Judged, Part
from models.metrics import join, lowest_threshold
from models.seen import Seen
from vision.detections import FloatArray
from vision.model import HatSpec, MaskSpec

GRID: Final = tuple(round(float(value), 2) for value in np.arange(0.2, 0.96, 0.05))
STATE_GRID: Final = tuple(round(float(value), 2) for value in np.arange(0.4, 0.99, 0.01))
PRECISION: Final = {"head": 0.85, "rodent": 0.75, "cockroach": 0.75}
PESTS: Final = ("rodent", "cockroach")
FALSE_PESTS_A_PICTURE: Final = 0.003
NEVER: Final = 0.96  # all but off
Boxes = Mapping[str, FloatArray]
# Aimed a little above the goals, since a threshold fits the heads it was chosen on best.
STATE_PRECISION: Final[Mapping[Part, Mapping[str, float]]] = {
    "hat": {"worn": 0.93, "missing": 0.965},
    "mask": {"worn": 0.93, "incorrect": 0.88, "missing": 0.975},
}
# Of the faces that nobody sees, how many may be called missing or incorrect.
MOST_UNSEEN: Final = 0.02
ALARMS: Final = ("missing", "incorrect")
CAREFUL: Final = 0.95
# Heads of these heights count when thresholds are chosen: what a kitchen camera shows.
CHOSEN_ON_PX: Final = (0, 28, 48)
HEIGHTS_PX: Final = (16, 20, 24, 28, 36, 48)
LOWEST_PRECISION: Final = 0.95
LOWEST_TOLD: Final = 0.5
# A picture shrunk in software is kinder than a small head on a camera.
NEVER_BELOW_PX: Final[Mapping[Part, int]] = {"hat": 20, "mask": 24}


def detector_thresholds(seen: Sequence[Seen]) -> dict[str, float]:
    """Per class the lowest threshold with the wanted precision; pests also leave rooms alone.

    In pest pictures a loose box counts as a mistake; what an operator suffers from is a pest
    seen where there is none, so that is limited apart, both pests together.
    """
    matches = {name: join([one.matches(name) for one in seen]) for name in CLASSES}
    precise = {
        name: lowest_threshold(matches[name], PRECISION[name], GRID, otherwise=NEVER)
        for name in CLASSES
    }
    clean = [one for one in seen if not any(len(one.truth(pest)) for pest in PESTS)]
    false = {name: join([one.matches(name) for one in clean]).confidence for name in PESTS}
    right = {name: matches[name].confidence[matches[name].correct] for name in PESTS}
    return _quiet(precise, false, right, FALSE_PESTS_A_PICTURE * len(clean))


def _quiet(
    thresholds: Mapping[str, float], false: Boxes, right: Boxes, most: float
) -> dict[str, float]:
    """Pest thresholds, raised so that few false ones are left, shared out to keep most pests."""
    choices = []
    for rodents in range(int(most) + 1):
        left = dict(zip(PESTS, (rodents, int(most) - rodents), strict=True))
        raised = {name: _lowest(false[name], thresholds[name], left[name]) for name in PESTS}
        kept = sum(float((right[n] >= raised[n]).mean()) for n in PESTS if len(right[n]))
        choices.append((kept, rodents, raised))
    return {**thresholds, **max(choices, key=lambda choice: choice[:2])[2]}


def _lowest(false: FloatArray, threshold: float, most: int) -> float:
    """The lowest threshold, not below the given one, with at most so many false boxes."""
    quiet = [t for t in GRID if t >= threshold and int((false >= t).sum()) <= most]
    return quiet[0] if quiet else NEVER


def temperature(views: Sequence[Judged], part: Part, half: int | None = None) -> float:
    """One temperature for all views of a part."""
    chosen = [_half(view.answers(part), half) for view in views]
    probabilities = np.concatenate([one.probabilities for one in chosen])
    return temperature_of(probabilities, np.concatenate([one.truth for one in chosen]))


def _half(answers: Answers, half: int | None) -> Answers:
    return answers if half is None else answers.half(half)


def state_thresholds(
    views: Sequence[Judged], part: Part, warmth: float = 1.0, half: int | None = None
) -> dict[str, float]:
    """Per state the lowest threshold whose verdicts are right often enough, over all views."""
    chosen = [_half(view.answers(part), half).warmed(warmth) for view in views]
    probabilities = np.concatenate([one.probabilities for one in chosen])
    truth = np.concatenate([one.truth for one in chosen])
    best = probabilities.argmax(axis=1)
    thresholds = {}
    for index, state in enumerate(STATES[part]):
        if state == "unseen":
            continue
        told = best == index
        right = truth[told] == index
        confidence = probabilities[told, index]
        wanted = STATE_PRECISION[part][state]
        thresholds[state] = threshold_for(confidence, right, wanted, STATE_GRID, CAREFUL)
    return _leave_unseen_alone(thresholds, part, probabilities, truth)


def _leave_unseen_alone(
    thresholds: dict[str, float], part: Part, probabilities: Any, truth: Any
) -> dict[str, float]:
    """Raise ``missing`` or ``incorrect`` until few faces that nobody sees are called so.

    Step by step the one is raised that loses the smaller share of its right verdicts.
    """
    states = STATES[part]
    if "unseen" not in states:
        return thresholds
    raised, best = dict(thresholds), probabilities.argmax(axis=1)
    hidden = truth == states.index("unseen")
    while _told(raised, states, probabilities[hidden]).mean() > MOST_UNSEEN:
        steps = []
        for index, state in ((states.index(name), name) for name in ALARMS):
            sure = np.where(best == index, probabilities[:, index], 0)
            told = sure[hidden & (sure >= raised[state])]
            above = [t for t in STATE_GRID if len(told) and t > told.min()]
            right = sure[truth == index]
            lost = float(((right >= raised[state]) & (right < min(above, default=1))).mean())
            steps += [(lost, state, above[0])] if above else []
        if not steps:
            return raised | dict.fromkeys(ALARMS, CAREFUL)
        _, state, limit = min(steps)
        raised[state] = limit
    return raised


def _told(thresholds: Mapping[str, float], states: Sequence[str], probabilities: Any) -> Any:
    """Which heads are called missing or incorrect; one False where there are no heads."""
    best = probabilities.argmax(axis=1)
    alarms = [
        (best == i) & (probabilities[:, i] >= thresholds[name])
        for i, name in enumerate(states)
        if name in ALARMS
    ]
    return np.any(alarms, axis=0) if len(probabilities) else np.zeros(1, np.bool_)


def smallest_head(views: Sequence[Judged], part: Part, spec: HatSpec | MaskSpec) -> int:
    """The smallest height from which on verdicts are frequent and ``missing`` can be trusted."""
    free = spec.model_copy(update={"min_head_px": 0.0})
    good: list[int] = []
    for view in sorted(views, key=lambda one: -one.head_px):
        answers = view.answers(part)
        told = answers.verdicts(free)
        called = told == STATES[part].index("missing")
        right = answers.truth[called] == STATES[part].index("missing")
        if right.mean() < LOWEST_PRECISION or float((told >= 0).mean()) < LOWEST_TOLD:
            break
        good.append(int(view.head_px))
    smallest = min(good) if good else int(max(view.head_px for view in views))
    return max(smallest, NEVER_BELOW_PX[part])


def choose_head_state(views: Mapping[float, Judged], tables: dict[str, Any]) -> None:
    """Put thresholds and smallest heads into the manifest's [head_state]."""
    for part in PARTS:
        spec = tables["head_state"][part]
        spec["thresholds"] = state_thresholds([views[px] for px in CHOSEN_ON_PX], part)
        kind = HatSpec if part == "hat" else MaskSpec
        heights = [views[px] for px in HEIGHTS_PX]
        spec["min_head_px"] = smallest_head(heights, part, kind.model_validate(spec))
