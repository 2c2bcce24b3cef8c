"""Whatever moves in a clip: its parts, where they are at a time, and what is true of it then."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.synthesis.parts import Part
from models.synthesis.people import HatState, MaskState
from models.synthesis.skinning import FloatArray, Skin


def nothing_hidden(_: float) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True)
class Actor:
    """`pose` gives bones at a time, `hidden` the names of the parts that are not there then.

    The truth box goes around the points of `outline` and of those of `on_outline` that show.
    `kind` is "head" or the name of an animal; `hat_at` and `mask_at` are for heads alone.
    """

    parts: tuple[Part, ...]
    pose: Callable[[float], FloatArray]
    outline: Skin
    kind: str
    hat: HatState | None = None
    mask: MaskState | None = None
    identity: int = 0
    hat_at: Callable[[float], HatState] | None = None
    mask_at: Callable[[float], MaskState] | None = None
    hidden: Callable[[float], frozenset[str]] = nothing_hidden
    on_outline: tuple[Part, ...] = ()
    feet: Callable[[float], tuple[float, float]] | None = None

    def hat_state(self, time_s: float) -> HatState | None:
        return self.hat_at(time_s) if self.hat_at else self.hat

    def mask_state(self, time_s: float) -> MaskState | None:
        return self.mask_at(time_s) if self.mask_at else self.mask

    def parts_at(self, time_s: float) -> list[Part]:
        hidden = self.hidden(time_s)
        return [part for part in self.parts if part.name not in hidden]

    def outline_at(self, time_s: float) -> FloatArray:
        """(n, 3) metres: of a head with its hat as it is then, down to the chin."""
        bones, hidden = self.pose(time_s), self.hidden(time_s)
        worn = [part.skin for part in self.on_outline if part.name not in hidden]
        return np.concatenate([skin.posed(bones) for skin in (self.outline, *worn)])
