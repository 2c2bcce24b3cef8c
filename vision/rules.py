"""What each rule asks of what was detected: one small class per rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from vision.detections import (
    HEAD,
    KINDS,
    Detections,
    HatState,
    IntArray,
    Kind,
    Mask,
    MaskState,
    MotionState,
)
from vision.names import RuleId
from vision.suspects import Box, Sighting, Verdict

Judgement = Mapping[int, Verdict]


class Rule(Protocol):
    """How one rule reads a frame's detections.

    ``drains_unseen``: whether a subject that is not seen speaks against the violation.
    """

    @property
    def drains_unseen(self) -> bool:
        """True for what must be seen again and again, an animal say."""
        ...

    def subjects(self, detections: Detections) -> Mask:
        """The rows this rule judges, (n,) bool."""
        ...

    def verdicts(self, detections: Detections) -> list[Verdict]:
        """One verdict a row; only rows that are subjects are read."""
        ...

    def confidence(self, detections: Detections) -> list[float]:
        """How sure the model is of what it says about each row, 0-1."""
        ...


@dataclass(frozen=True, slots=True)
class HatRule:
    """A head whose hair is not covered."""

    drains_unseen: bool = False

    def subjects(self, detections: Detections) -> Mask:
        """Every head."""
        return heads(detections)

    def verdicts(self, detections: Detections) -> list[Verdict]:
        """Missing violates, worn complies."""
        table: Judgement = {HatState.MISSING: "violates", HatState.WORN: "complies"}
        return look_up(detections.hat, table)

    def confidence(self, detections: Detections) -> list[float]:
        """Of the hat state."""
        return [float(value) for value in detections.hat_confidence]


@dataclass(frozen=True, slots=True)
class MaskRule:
    """A head whose mask is in one wrong state; only a mask well worn speaks against it.

    The two wrong states are easily taken for each other (a beard for a mask on the chin), so
    the other one says nothing about this one.
    """

    wrong: MaskState
    drains_unseen: bool = False

    def subjects(self, detections: Detections) -> Mask:
        """Every head."""
        return heads(detections)

    def verdicts(self, detections: Detections) -> list[Verdict]:
        """The wrong state violates, a worn mask complies."""
        table: Judgement = {self.wrong: "violates", MaskState.WORN: "complies"}
        return look_up(detections.mask, table)

    def confidence(self, detections: Detections) -> list[float]:
        """Of the mask state."""
        return [float(value) for value in detections.mask_confidence]


@dataclass(frozen=True, slots=True)
class AnimalRule:
    """An animal of one of these kinds; a frame without it speaks against it."""

    kinds: tuple[Kind, ...]
    drains_unseen: bool = True

    def subjects(self, detections: Detections) -> Mask:
        """Every animal of these kinds."""
        wanted = [KINDS.index(kind) for kind in self.kinds]
        return np.isin(detections.class_id, wanted)

    def verdicts(self, detections: Detections) -> list[Verdict]:
        """Being there is the violation."""
        return ["violates"] * len(detections)

    def confidence(self, detections: Detections) -> list[float]:
        """Of the detection itself."""
        return [float(value) for value in detections.confidence]


@dataclass(frozen=True, slots=True)
class PresenceRule:
    """Anybody at all, where nobody is expected; a head that is not seen again speaks against it."""

    drains_unseen: bool = True

    def subjects(self, detections: Detections) -> Mask:
        """Every head."""
        return heads(detections)

    def verdicts(self, detections: Detections) -> list[Verdict]:
        """Being there is the violation."""
        return ["violates"] * len(detections)

    def confidence(self, detections: Detections) -> list[float]:
        """Of the detection itself."""
        return [float(value) for value in detections.confidence]


RULES: Final[Mapping[RuleId, Rule]] = {
    "missing_hat": HatRule(),
    "missing_mask": MaskRule(MaskState.MISSING),
    "mask_worn_wrong": MaskRule(MaskState.INCORRECT),
    "pest_rodent": AnimalRule(("rodent",)),
    "pest_cockroach": AnimalRule(("cockroach",)),
    "animal": AnimalRule(("cat", "dog")),
    "person_out_of_hours": PresenceRule(),
}


def heads(detections: Detections) -> Mask:
    """The rows that are heads, (n,) bool."""
    rows: Mask = detections.class_id == HEAD
    return rows


def look_up(states: IntArray, table: Judgement) -> list[Verdict]:
    """Each state's verdict; a state that is not in the table is unclear."""
    unclear: Verdict = "unclear"
    return [table.get(int(state), unclear) for state in states]


def sightings(
    rule: Rule, detections: Detections, ground: tuple[float, float] = (0.0, 0.0)
) -> list[Sighting]:
    """The frame as this rule sees it, in the order of the rows.

    ``ground`` (dx, dy) px: how far the camera itself has moved the picture.
    """
    mine = detections[rule.subjects(detections)]
    left, top, right, bottom = mine.xyxy.T.tolist() if len(mine) else ([], [], [], [])
    boxes: list[Box] = list(zip(left, top, right, bottom, strict=True))
    motion = [MotionState(state) for state in mine.motion.tolist()]
    columns = (mine.track_id.tolist(), boxes, rule.verdicts(mine), rule.confidence(mine), motion)
    return [Sighting(*row, ground) for row in zip(*columns, strict=True)]
