"""What the head-state network says of held-out heads, and what the runtime makes of that."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from models.calibrate import cooled, half_of
from models.crops import Crop, as_the_network_sees, at_height
from models.dataset import HAT_STATES, MASK_STATES
from models.pictures import Image
from models.seen import LOOKS, LookName
from vision.detections import FloatArray, IntArray, Mask
from vision.detector import Engine, engine_settings
from vision.heads import HAT_IDS, MASK_IDS, choose_states, sharpness
from vision.model import HatSpec, MaskSpec, ModelBundle

Part = Literal["hat", "mask"]
PARTS: Final[tuple[Part, ...]] = ("hat", "mask")
STATES: Final = {"hat": HAT_STATES, "mask": MASK_STATES}
UNCLEAR: Final = -1
AT_ONCE: Final = 64


class HeadStates:
    """The head-state network of a bundle, run as the runtime runs it."""

    def __init__(self, bundle: ModelBundle, threads: int | None = 1) -> None:
        path = bundle.head_state_path
        if path is None:
            raise ValueError(f"{bundle.folder} has no head-state network; export one first.")
        self._engine = Engine(path, engine_settings(threads, "auto"), PARTS)

    def __call__(self, images: Sequence[Image]) -> tuple[FloatArray, FloatArray]:
        """Probabilities of the hat (n, 2) and the mask (n, 4)."""
        parts = [
            self._engine.run(np.stack(images[at : at + AT_ONCE]))
            for at in range(0, len(images), AT_ONCE)
        ]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


@dataclass(frozen=True)
class Answers:
    """What was told of heads whose state is known, a row each."""

    crops: Sequence[Crop]
    probabilities: FloatArray
    truth: IntArray
    heights_px: FloatArray
    sharpnesses: FloatArray

    def of(self, rows: Mask) -> Answers:
        """Some of the heads."""
        chosen = [crop for crop, row in zip(self.crops, rows, strict=True) if row]
        return Answers(
            chosen,
            self.probabilities[rows],
            self.truth[rows],
            self.heights_px[rows],
            self.sharpnesses[rows],
        )

    def warmed(self, temperature: float) -> Answers:
        """The same with another temperature."""
        told = cooled(self.probabilities, temperature)
        return Answers(self.crops, told, self.truth, self.heights_px, self.sharpnesses)

    def half(self, number: int) -> Answers:
        """The heads of one half of the held-out groups."""
        return self.of(
            np.array([half_of(c.set_name, c.group) == number for c in self.crops], np.bool_)
        )

    def tall(self, least_px: float) -> Answers:
        """Heads of at least this height."""
        return self.of(self.heights_px >= least_px)

    def verdicts(self, spec: HatSpec | MaskSpec) -> IntArray:
        """The state the runtime tells of each head, as an index; UNCLEAR where it tells none."""
        ids = HAT_IDS if isinstance(spec, HatSpec) else MASK_IDS
        told, _ = choose_states(self.probabilities, self.heights_px, self.sharpnesses, spec)
        index: IntArray = np.full(len(told), UNCLEAR, np.int64)
        for number, name in enumerate(spec.states):
            if name != "unseen":
                index[told == ids[name]] = number
        return index


@dataclass(frozen=True)
class Judged:
    """All held-out crops under one look or at one height (0: as they are), with the answers."""

    crops: Sequence[Crop]
    head_px: float
    hat: FloatArray
    mask: FloatArray
    sharpnesses: FloatArray

    def warmed(self, temperatures: Mapping[Part, float]) -> Judged:
        """The answers of the same network with other temperatures."""
        hat, mask = cooled(self.hat, temperatures["hat"]), cooled(self.mask, temperatures["mask"])
        return Judged(self.crops, self.head_px, hat, mask, self.sharpnesses)

    def answers(self, part: Part) -> Answers:
        """The heads whose ``part`` is labelled and that are not smaller than this view."""
        truth = np.array([getattr(crop, part) for crop in self.crops], np.int64)
        heights = np.array([crop.head_px for crop in self.crops], np.float32)
        shown = np.minimum(heights, self.head_px) if self.head_px else heights
        every = Answers(self.crops, getattr(self, part), truth, shown, self.sharpnesses)
        return every.of((truth >= 0) & (heights >= self.head_px))


def judge(
    network: HeadStates, crops: Sequence[Crop], head_px: float = 0, look: LookName = "day"
) -> Judged:
    """Ask the network about every crop, shrunk to a head of ``head_px`` or given a look first."""
    images = [_seen(crop, head_px, look) for crop in crops]
    hat, mask = network(images)
    sharp = np.array([sharpness(image) for image in images], np.float32)
    return Judged(crops, head_px, hat, mask, sharp)


def _seen(crop: Crop, head_px: float, look: LookName) -> Image:
    image = at_height(crop, head_px) if head_px else as_the_network_sees(crop)
    change = LOOKS[look]
    if change is None:
        return image
    seed = zlib.crc32(f"{crop.set_name}/{crop.name}/{crop.head_px:.2f}".encode())
    return change(image, np.random.default_rng(seed))
