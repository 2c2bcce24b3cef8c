"""Trains the detector through ultralytics; needs the extra ``train``, imported only when called."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.looks import wear
from models.pictures import Image


@dataclass(frozen=True)
class Recipe:
    """What a run may vary; everything else is fixed in ``train_detector``.

    The learning rate falls to its end, and the mosaic is closed for the last ``calm`` epochs,
    over a fixed number of epochs: a run planned by time may end before either (experiments.md).
    """

    epochs: int = 20
    epoch_pictures: int = 1728  # drawn by weight from the tree: short, so that it can be resumed
    calm: int = 4
    imgsz: int = 416
    batch: int = 16
    seed: int = 7
    lr0: float = 0.001
    freeze: int = 0  # first layers left as they are; an adapted network is cheaper to go on with
    wear: float = 0.15
    threads: int = 2
    bf16: bool = True


def train_detector(data: Path, start: Path, out: Path, recipe: Recipe) -> Path:
    """Train from ``start`` and return the folder with last.pt.

    ``last.pt`` keeps the optimiser, so ``resume_detector`` can go on from it.
    """
    from ultralytics import YOLO

    _tune_for_cpu(recipe.threads, bf16=recipe.bf16)
    _change_loading(recipe)
    model = YOLO(str(start))
    given = ("epochs", "imgsz", "batch", "seed", "lr0")
    options: dict[str, Any] = {
        **{key: asdict(recipe)[key] for key in given},
        "close_mosaic": recipe.calm,
        "freeze": recipe.freeze or None,
        "data": str(data),
        "project": str(out.parent.resolve()),
        "name": out.name,
        "exist_ok": True,
    }
    model.train(**options, **_FIXED)
    return out / "weights"


def resume_detector(last: Path, recipe: Recipe) -> None:
    """Go on with an interrupted run from its last.pt."""
    from ultralytics import YOLO

    _tune_for_cpu(recipe.threads, bf16=recipe.bf16)
    _change_loading(recipe)
    YOLO(str(last)).train(resume=True)


_FIXED: dict[str, Any] = {
    "device": "cpu",
    "optimizer": "AdamW",
    "cos_lr": True,
    "lrf": 0.02,
    "nbs": 16,  # step on every batch: the run is short
    "warmup_epochs": 0.5,
    "warmup_bias_lr": 0.0,
    "mosaic": 0.8,
    "scale": 0.6,  # down to 0.4: a rat on a kitchen camera is 3-15 % of the side
    "degrees": 5.0,
    "hsv_s": 0.7,
    "cache": "ram",
    "workers": 2,
    "amp": False,
    "plots": False,
    "val": False,
}


def _tune_for_cpu(threads: int, *, bf16: bool) -> None:
    """Use all cores, and bfloat16 where the processor multiplies it (1.65x on AVX512-BF16)."""
    import torch
    from ultralytics.engine import trainer
    from ultralytics.utils import torch_utils

    torch_utils.NUM_THREADS = threads
    torch.set_num_threads(threads)
    if bf16:
        trainer.autocast = lambda *_args, **_kwargs: torch.autocast("cpu", torch.bfloat16)


def _change_loading(recipe: Recipe) -> None:
    """Draw pictures with replacement, and show some through a cheap camera, never the same."""
    from torch.utils.data import get_worker_info
    from ultralytics.data.base import BaseDataset

    load, get = BaseDataset.load_image, BaseDataset.get_image_and_label
    rngs: dict[int, np.random.Generator] = {}

    def rng() -> np.random.Generator:
        # Forked workers would otherwise all draw the same pictures.
        worker = get_worker_info()
        number = worker.id if worker else -1
        return rngs.setdefault(number, np.random.default_rng([recipe.seed, number + 1]))

    def load_worn(self: Any, index: int, *args: Any, **kwargs: Any) -> tuple[Image, Any, Any]:
        image, before, after = load(self, index, *args, **kwargs)
        return (wear(image, rng(), recipe.wear) if self.augment else image), before, after

    def get_any(self: Any, index: int) -> Any:
        return get(self, int(rng().integers(self.ni)) if self.augment else index)

    def length(self: Any) -> int:
        return min(recipe.epoch_pictures, len(self.labels)) if self.augment else len(self.labels)

    BaseDataset.load_image, BaseDataset.get_image_and_label = load_worn, get_any
    BaseDataset.__len__ = length
