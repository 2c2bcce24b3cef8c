"""The head-state network: one backbone, two answers. Needs the extra ``train`` (torch)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models.crops import (
    TRAINED_FROM_PX,
    UNLABELLED,
    Crop,
    Shares,
    Views,
    as_input,
    as_the_network_sees,
    weights,
)
from models.dataset import HAT_STATES, MASK_STATES

BACKBONE_LAYERS = 9  # of yolo26n, up to stride 32: 4 x 4 cells for a crop of 112 px
FEATURES = 256


@dataclass(frozen=True)
class HeadStateRecipe:
    """What a run may vary."""

    epochs: int = 10
    seed: int = 7
    shares: Shares = field(default_factory=Shares)


class HeadState(nn.Module):  # type: ignore[misc]  # torch is untyped here by choice
    """(n, 3, px, px) RGB 0-1 -> logits (n, 2) for the hat and (n, 4) for the mask.

    ``temperatures`` divide the two, once they were fitted, wherever probabilities are told.
    """

    def __init__(self, backbone: Any) -> None:
        super().__init__()
        self.temperatures = (1.0, 1.0)
        self.backbone = backbone
        self.drop = nn.Dropout(0.2)
        self.hat = nn.Linear(FEATURES * 2, len(HAT_STATES))
        self.mask = nn.Linear(FEATURES * 2, len(MASK_STATES))

    def forward(self, pictures: Any) -> tuple[Any, Any]:
        """Mean and maximum of the cells: a hat is everywhere, a mask in one place."""
        cells = self.backbone(pictures)
        features = self.drop(torch.cat([cells.mean((2, 3)), cells.amax((2, 3))], 1))
        return self.hat(features), self.mask(features)


class Probabilities(nn.Module):  # type: ignore[misc]  # torch is untyped here by choice
    """The network as exported: temperatures (hat, mask) and softmax inside."""

    def __init__(self, network: HeadState) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Any) -> tuple[Any, Any]:
        """Probabilities instead of logits."""
        hat, mask = self.network(pictures)
        hat_temperature, mask_temperature = self.network.temperatures
        return (hat / hat_temperature).softmax(1), (mask / mask_temperature).softmax(1)


def new_network(start: Path) -> HeadState:
    """A network whose backbone starts from the first layers of a YOLO checkpoint."""
    from ultralytics import YOLO

    layers = list(YOLO(str(start)).model.model)[:BACKBONE_LAYERS]
    network = HeadState(nn.Sequential(*layers))
    network.float()
    for parameter in network.parameters():
        parameter.requires_grad_(True)
    return network


def train_head_state(
    crops: Sequence[Crop],
    start: Path,
    recipe: HeadStateRecipe,
    say: Callable[[str], None] = lambda _line: None,
) -> HeadState:
    """Train on the crops that are not held out; states nobody labelled cost nothing."""
    torch.manual_seed(recipe.seed)
    network = new_network(start)
    network.train()
    chosen = [c for c in crops if not c.held_out and c.head_px >= TRAINED_FROM_PX]
    batches = Batches(chosen, recipe)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, 1e-3, total_steps=len(batches), pct_start=0.1
    )
    for step, (pictures, hat, mask) in enumerate(batches):
        with torch.autocast("cpu", torch.bfloat16):
            hat_logits, mask_logits = network(pictures)
        loss = _loss(hat_logits.float(), hat) + _loss(mask_logits.float(), mask)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        if step % 50 == 0:
            say(f"step {step} of {len(batches)}, loss {float(loss.detach()):.3f}")
    network.eval()
    return network


def _loss(logits: Any, states: Any) -> Any:
    if not bool((states != UNLABELLED).any()):
        return logits.sum() * 0
    return nn.functional.cross_entropy(
        logits, states, ignore_index=UNLABELLED, label_smoothing=0.05
    )


class Batches:
    """Balanced batches of varied crops: pictures, hat states, mask states."""

    size = 64

    def __init__(self, crops: Sequence[Crop], recipe: HeadStateRecipe) -> None:
        self.crops = crops
        self.steps = recipe.epochs * (len(crops) // self.size)
        self.rng = np.random.default_rng(recipe.seed)
        self.views = Views(crops, recipe.shares, self.rng)

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[tuple[Any, Any, Any]]:
        chances = np.array(weights(self.crops))
        chances /= chances.sum()
        for _ in range(self.steps):
            drawn = [self.crops[i] for i in self.rng.choice(len(chances), self.size, p=chances)]
            views = [self.views.of(crop) for crop in drawn]
            yield (
                torch.from_numpy(as_input([image for image, _, _ in views])),
                torch.tensor([hat for _, hat, _ in views]),
                torch.tensor([mask for _, _, mask in views]),
            )


def probabilities(
    network: HeadState, crops: Sequence[Crop]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Hat (n, 2) and mask (n, 4) probabilities of crops as the runtime cuts them."""
    inputs = torch.from_numpy(as_input([as_the_network_sees(crop) for crop in crops]))
    with torch.inference_mode():
        answers = [Probabilities(network)(part) for part in inputs.split(128)]
    hat = torch.cat([answer[0] for answer in answers]).numpy()
    return hat, torch.cat([answer[1] for answer in answers]).numpy()
