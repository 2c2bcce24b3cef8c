"""Who works in a rendered kitchen, as plain data: body, hair, clothes, and what the head wears."""

from dataclasses import dataclass
from typing import Literal, TypeVar

from models.synthesis.acting import Act, at_time, eased

HatKind = Literal["toque", "skull-cap", "baseball-cap", "beanie", "hair-net", "bandana"]
HatPlace = Literal["worn", "in-hand", "off"]
MaskPlace = Literal["worn", "under-nose", "on-chin", "on-ear", "off"]
HairStyle = Literal["bald", "short", "long", "bun", "ponytail"]
HatState = Literal["worn", "missing"]
MaskState = Literal["worn", "incorrect", "missing"]
T = TypeVar("T")
# What holds from a second on until the next one's.
Steps = tuple[tuple[float, T], ...]

MASK_STATES: dict[MaskPlace, MaskState] = {
    "worn": "worn",
    "under-nose": "incorrect",
    "on-chin": "incorrect",
    "on-ear": "missing",
    "off": "missing",
}


@dataclass(frozen=True)
class Shape:
    """Anny's phenotypes in 0-1: gender 0 is male, age 0.67 a young adult."""

    gender: float
    age: float = 0.7
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.5
    asian: float = 1.0
    caucasian: float = 0.0
    african: float = 0.0


@dataclass(frozen=True)
class Hair:
    """`look` and `beard` name materials of `looks.py`; a clip in the hair is no hat."""

    style: HairStyle = "short"
    look: str = "hair-black"
    beard: str | None = None
    clip: bool = False


@dataclass(frozen=True)
class Clothes:
    """Looks by name; None: not worn."""

    top: Literal["jacket", "t-shirt"] = "jacket"
    top_look: str = "white-cloth"
    apron: str | None = None
    apron_cut: Literal["waist", "bib"] = "waist"
    trousers: str = "trousers"
    shoes: str = "shoe"
    gloves: str | None = None
    scarf: str | None = None


@dataclass(frozen=True)
class Hat:
    kind: HatKind
    look: str = "white-hat"


@dataclass(frozen=True)
class Person:
    """`hats` and `masks` say where hat and mask are from a second on."""

    shape: Shape
    skin: str
    act: Act
    hair: Hair = Hair()
    clothes: Clothes = Clothes()
    hat: Hat | None = None
    hats: Steps[HatPlace] = ((0.0, "worn"),)
    mask: str | None = None
    masks: Steps[MaskPlace] = ((0.0, "worn"),)
    shield: bool = False
    seed: int = 0

    def hat_place(self, time_s: float) -> HatPlace:
        return at_time(self.hats, time_s) if self.hat else "off"

    def mask_place(self, time_s: float) -> MaskPlace:
        return at_time(self.masks, time_s) if self.mask else "off"

    def hat_state(self, time_s: float) -> HatState:
        return "worn" if self.hat_place(time_s) == "worn" else "missing"

    def mask_state(self, time_s: float) -> MaskState:
        """A face shield alone covers neither nose nor mouth."""
        return MASK_STATES[self.mask_place(time_s)]

    def feet(self, time_s: float) -> tuple[float, float]:
        """(x, y) metres on the floor."""
        x, y, _ = eased(self.act.places, time_s)
        return float(x), float(y)
