"""Draws hats on bare heads, and paints hair over: a bald head is not a hat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np

from models.drawn import Face, area, blend, dome, light
from models.pictures import Image, Rng
from vision.detections import FloatArray

Kind = Literal["toque", "skull cap", "cap", "net", "scarf"]
KINDS: Final[tuple[Kind, ...]] = ("toque", "skull cap", "cap", "net", "scarf")
# Rows, columns and depth of the folds that each kind has.
FOLDS: Final[dict[Kind, tuple[int, int, float]]] = {"toque": (2, 24, 0.12), "net": (20, 20, 0.2)}
FAINT: Final = (8, 8, 0.08)


@dataclass(frozen=True)
class Hat:
    """One hat as it will lie on a face: ``brim`` and ``top`` as v, ``side`` as u."""

    kind: Kind
    brim: float
    top: float
    side: float
    reach: float
    colour: FloatArray

    @property
    def outline(self) -> list[tuple[float, float]]:
        """Its edge as (u, v)."""
        if self.kind != "toque":
            return half_round(self.side, self.brim, self.top, self.reach)
        flare = self.side * (1 + self.reach)
        edge = [(-self.side, self.brim + 0.2), (0.0, self.brim), (self.side, self.brim + 0.2)]
        edge += [(flare, self.top + 0.3), (self.side * 0.6, self.top)]
        return [*edge, (-self.side * 0.6, self.top), (-flare, self.top + 0.3)]


def some_hat(rng: Rng) -> Hat:
    """A hat of any kind, white ones often."""
    kind = KINDS[int(rng.integers(len(KINDS)))]
    brim = float(rng.uniform(-0.85, -0.5))
    white = np.full(3, rng.uniform(190, 250))
    colour = white if kind == "toque" or rng.random() < 0.4 else rng.uniform(15, 235, 3)
    tall = kind == "toque"
    top = brim - rng.uniform(1.2, 3.0) if tall else rng.uniform(-2.1, -1.6)
    reach = rng.uniform(0.0, 0.3) if tall else rng.uniform(0.1, 0.6 if kind == "net" else 0.35)
    side = float(rng.uniform(1.08, 1.25))
    return Hat(kind, brim, float(top), side, float(reach), np.asarray(colour, np.float32))


def draw_hat(image: Image, face: Face, rng: Rng) -> tuple[Image, float]:
    """Draw a toque, skull cap, cap, hair net or scarf; also tells how high it reaches, px."""
    hat = some_hat(rng)
    surface = np.ones(image.shape, np.float32) * hat.colour * _folds(image, rng, hat.kind)
    surface = surface * light(image) * dome(image, face, (0.0, (hat.brim + hat.top) / 2), 0.3)
    solid = np.float32(rng.uniform(0.6, 0.9) if hat.kind == "net" else 1.0)
    image = blend(image, surface, area(image, face, hat.outline, 1.0) * solid)
    if hat.kind == "cap":
        dark = np.ones(image.shape, np.float32) * hat.colour * np.float32(rng.uniform(0.5, 0.9))
        image = blend(image, dark, area(image, face, _peak(face, hat.brim), 0.8))
    return image, float(face.at(np.array([[0.0, hat.top]], np.float32))[0, 1])


def _peak(face: Face, brim: float) -> list[tuple[float, float]]:
    turn = face.turn
    upper = [(turn - 0.8, brim + 0.05), (turn, brim - 0.05), (turn + 0.8, brim + 0.05)]
    return [*upper, (turn + 0.75, brim + 0.25), (turn - 0.75, brim + 0.25)]


def draw_bald(image: Image, face: Face, rng: Rng) -> Image:
    """Paint the hair over with the forehead's skin."""
    place = np.array([[face.turn * 0.5, -0.4]], np.float32)
    x, y = face.at(place)[0].round().astype(int).tolist()
    patch = image[max(0, y - 3) : max(0, y + 3), max(0, x - 4) : max(0, x + 4)].reshape(-1, 3)
    if not len(patch):
        return image
    skin = np.asarray(np.median(patch, axis=0), np.float32)
    shine = dome(image, face, (rng.uniform(-0.4, 0.4), -1.0), rng.uniform(0.2, 0.5))
    surface = np.ones(image.shape, np.float32) * skin * (shine + np.float32(0.12))
    side, brim, top = rng.uniform(0.9, 1.05), rng.uniform(-0.5, -0.3), rng.uniform(-1.55, -1.3)
    return blend(image, surface, area(image, face, half_round(side, brim, top, 0.0), 2.5))


def half_round(side: float, brim: float, top: float, reach: float) -> list[tuple[float, float]]:
    """A half ellipse from ear to ear, its ends ``reach`` lower than the brim at the brow."""
    angles = np.linspace(np.pi, 0, 13)
    arc = [
        (float(side * np.cos(a)), float(brim + reach - (brim + reach - top) * np.sin(a)))
        for a in angles
    ]
    return [*arc, (side * 0.6, brim + reach * 0.3), (0.0, brim), (-side * 0.6, brim + reach * 0.3)]


def _folds(image: Image, rng: Rng, kind: Kind) -> FloatArray:
    """Pleats of a toque, wrinkles of a net, faint folds of cloth: (h, w, 1)."""
    rows, columns, depth = FOLDS.get(kind, FAINT)
    small = 1 + rng.uniform(-depth, depth, (rows, columns)).astype(np.float32)
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)[..., None])
