"""Draws on faces what the photographs hold too little of: masks, beards, visors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import cv2
import numpy as np

from models.dataset import MASK_STATES
from models.pictures import Image, Mask, Rng
from vision.detections import FloatArray

WORN: Final = MASK_STATES.index("worn")
INCORRECT: Final = MASK_STATES.index("incorrect")
# The lower face with its ear loops, as (u, v); what a transplant takes along.
LOWER_FACE: Final = (
    (-1.1, 0.1), (0.0, 0.05), (1.1, 0.1), (1.1, 0.9), (0.6, 1.7), (-0.6, 1.7), (-1.1, 0.9)
)  # fmt: skip
ALIKE_TURN: Final = 0.25
BGR_SURGICAL: Final = ((230, 200, 150), (215, 190, 140), (235, 235, 235), (190, 205, 150))
BGR_HAIR: Final = ((25, 25, 30), (40, 50, 70), (60, 80, 110), (130, 130, 135), (200, 200, 205))


@dataclass(frozen=True)
class Face:
    """A face in a picture, px: ``points`` (5, 2) are the eyes, the nose, the mouth's corners.

    Places on it are told as (u, v): u from -1 to 1 across the face, v 0 at the eyes and 1 at the
    mouth, so that a nose tip lies near 0.6, a chin near 1.55 and the top of the hair near -1.6.
    """

    points: FloatArray
    xywh: tuple[float, float, float, float]

    @cached_property
    def _axes(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Origin between the eyes on the face's middle line, half its width, eyes to mouth."""
        eyes, mouth = self.points[:2].mean(axis=0), self.points[3:].mean(axis=0)
        down = mouth - eyes
        along = np.array([down[1], -down[0]]) / max(float(np.hypot(*down)), 1e-3)
        middle = np.array([self.xywh[0] + self.xywh[2] / 2, self.xywh[1] + self.xywh[3] / 2])
        origin = eyes + float((middle - eyes) @ along) * along
        across = np.asarray(along * self.xywh[2] / 2, np.float32)
        return np.asarray(origin, np.float32), across, np.asarray(down, np.float32)

    @cached_property
    def turn(self) -> float:
        """Where the nose lies across the face: 0 seen from the front, +-1 in profile."""
        origin, across, _ = self._axes
        aside = float((self.points[2] - origin) @ across) / max(float(across @ across), 1e-3)
        return float(np.clip(aside, -1, 1))

    def at(self, places: FloatArray) -> FloatArray:
        """Pixels (n, 2) of places (n, 2) given as (u, v)."""
        origin, across, down = self._axes
        return np.asarray(origin + places[:, :1] * across + places[:, 1:] * down, np.float32)

    def mirrored(self, width: int) -> Face:
        """The same face in the picture turned left to right."""
        points = self.points[[1, 0, 2, 4, 3]].copy()
        points[:, 0] = width - 1 - points[:, 0]
        x, y, w, h = self.xywh
        return Face(points, (width - 1 - x - w, y, w, h))


def draw_mask(image: Image, face: Face, rng: Rng) -> tuple[Image, int]:
    """Draw a surgical, cloth, black or N95 mask: worn, below the nose, or on the chin."""
    worn = rng.random() < 0.7
    top = rng.uniform(0.12, 0.42) if worn else rng.uniform(0.7, 0.95)
    bottom, side = rng.uniform(1.4, 1.75), rng.uniform(0.8, 0.98)
    if not worn and rng.random() < 0.4:
        top, bottom, side = rng.uniform(1.18, 1.35), rng.uniform(1.75, 2.0), rng.uniform(0.7, 0.85)
    middle, low = face.turn, face.turn * 0.8
    edge = top + rng.uniform(0.05, 0.25)
    outline = [
        (-side, edge), (middle - 0.25, top + 0.06), (middle, top), (middle + 0.25, top + 0.06),
        (side, edge), (side * 0.92, (edge + bottom) / 2 + 0.1), (low + 0.3, bottom),
        (low - 0.3, bottom), (-side * 0.92, (edge + bottom) / 2 + 0.1),
    ]  # fmt: skip
    covered = area(image, face, outline, 1.0)
    image = _with_loops(image, face, (side, edge, (edge + bottom) / 2), rng)
    cloth = _cloth(image, face, rng)
    return blend(image, cloth, covered), WORN if worn else INCORRECT


def _with_loops(image: Image, face: Face, place: tuple[float, float, float], rng: Rng) -> Image:
    """Thin bands from the mask's corners to the ears."""
    side, upper, lower = place
    copy = image.copy()
    shade = int(rng.integers(60, 250))
    for u in (-1, 1):
        for v in (upper, lower):
            ends = face.at(np.array([[u * side, v], [u * 1.12, 0.3]]))
            start, end = ends.round().astype(int).tolist()
            cv2.line(copy, start, end, (shade, shade, shade), 1, cv2.LINE_AA)
    return copy


def _cloth(image: Image, face: Face, rng: Rng) -> FloatArray:
    """A mask's surface over the whole picture, lit as the picture is: (h, w, 3) float."""
    kind = rng.integers(4)
    if kind == 0:  # surgical, with pleats
        colour = np.array(BGR_SURGICAL[int(rng.integers(len(BGR_SURGICAL)))], np.float64)
    elif kind == 1:  # any cloth
        colour = rng.uniform(20, 240, 3)
    elif kind == 2:  # black
        colour = np.full(3, rng.uniform(15, 60))
    else:  # N95, domed
        colour = np.full(3, rng.uniform(200, 250))
    surface = np.ones(image.shape, np.float32) * (colour * rng.uniform(0.75, 1.05))
    h, w = image.shape[:2]
    if kind == 0:
        for v in (0.6, 0.85, 1.1):
            ends = face.at(np.array([[-1.0, v], [1.0, v + rng.uniform(-0.05, 0.05)]]))
            start, end = ends.round().astype(int).tolist()
            cv2.line(surface, start, end, (colour * 0.8).tolist(), 1, cv2.LINE_AA)
    elif kind == 1 and rng.random() < 0.4:
        small = rng.uniform(0.5, 1.4, (int(rng.integers(6, 30)), int(rng.integers(6, 30)), 1))
        surface *= cv2.resize(small.astype(np.float32), (w, h))[..., None]
    elif kind == 3:
        surface *= dome(image, face, (face.turn, 0.8), 0.35)
    return np.asarray(surface * light(image), np.float32)


def draw_visor(image: Image, face: Face, rng: Rng) -> Image:
    """Lay a clear face shield over the face: what it shows stays true."""
    outline = [(-1.1, -0.6), (1.1, -0.6), (1.05, 1.5), (0.5, 1.9), (-0.5, 1.9), (-1.05, 1.5)]
    film = area(image, face, outline, 1.0) * rng.uniform(0.08, 0.25)
    glare = area(image, face, [(-0.7, -0.3), (-0.4, -0.3), (-0.2, 1.3), (-0.5, 1.3)], 2.0)
    white = np.full(image.shape, 240.0, np.float32)
    return blend(image, white, np.clip(film + glare * rng.uniform(0, 0.3), 0, 1))


def draw_beard(image: Image, face: Face, rng: Rng) -> Image:
    """Draw a beard or a dark shadow on a bare face, which stays bare."""
    top = rng.uniform(0.25, 0.7)
    bottom = rng.uniform(1.5, 2.1)
    outline = [
        (-0.95, top), (-0.6, rng.uniform(0.75, 0.95)), (face.turn, rng.uniform(0.7, 0.82)),
        (0.6, rng.uniform(0.75, 0.95)), (0.95, top), (0.75, 1.3), (0.35 + face.turn * 0.5, bottom),
        (-0.35 + face.turn * 0.5, bottom), (-0.75, 1.3),
    ]  # fmt: skip
    covered = area(image, face, outline, rng.uniform(1.5, 3.0))
    corners = face.points[3:]
    mouth = np.zeros(image.shape[:2], np.float32)
    width = max(1.0, float(np.hypot(*(corners[1] - corners[0]))) / 2)
    middle = tuple(int(value) for value in corners.mean(axis=0).round())
    cv2.ellipse(mouth, middle, (int(width), max(1, int(width * 0.35))), 0, 0, 360, 1.0, -1)
    grain = rng.uniform(0.6, 1.0, image.shape[:2]).astype(np.float32)
    grain = np.asarray(cv2.GaussianBlur(grain, (0, 0), 0.8), np.float32)
    thick = np.asarray(covered * (1 - 0.8 * mouth) * grain * rng.uniform(0.55, 1.0), np.float32)
    hair = np.array(BGR_HAIR[int(rng.integers(len(BGR_HAIR)))]) * rng.uniform(0.7, 1.2)
    surface = np.asarray(np.ones(image.shape) * hair * light(image), np.float32)
    return blend(image, surface, thick)


def transplant(image: Image, face: Face, donor: Image, donor_face: Face) -> Image | None:
    """The donor's lower face, mask and all, on this face; None when they look different ways."""
    if face.turn * donor_face.turn < 0:
        donor_face = donor_face.mirrored(donor.shape[1])
        donor = np.ascontiguousarray(donor[:, ::-1])
    if abs(face.turn - donor_face.turn) > ALIKE_TURN:
        return None
    corners = np.array([[-0.9, 0.2], [0.9, 0.2], [0.0, 1.5]])
    matrix = cv2.getAffineTransform(donor_face.at(corners), face.at(corners))
    size = (image.shape[1], image.shape[0])
    moved: Image = np.asarray(
        cv2.warpAffine(donor, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
    gain = np.clip(_brow(image, face) / _brow(moved, face), 0.6, 1.5)
    return blend(image, np.asarray(moved * gain, np.float32), area(image, face, LOWER_FACE, 2.5))


def _brow(image: Image, face: Face) -> float:
    """How bright the strip around the eyes is."""
    x, y = face.at(np.array([[-0.6, -0.3]]))[0].round().astype(int)
    right, low = face.at(np.array([[0.6, 0.2]]))[0].round().astype(int)
    strip = image[max(0, y) : max(1, low), max(0, x) : max(1, right)]
    return max(float(strip.mean()), 8.0) if strip.size else 100.0


def dome(image: Image, face: Face, place: tuple[float, float], depth: float) -> FloatArray:
    """Brighter at ``place``, darker towards the face's edges: (h, w, 1)."""
    x, y = face.at(np.array([place]))[0]
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32)
    away = np.hypot(columns - x, rows - y) / max(face.xywh[2] * 0.6, 1.0)
    return np.asarray((1 + depth * 0.4 - depth * np.clip(away, 0, 1.5) ** 2 * 0.6)[..., None])


def light(image: Image) -> FloatArray:
    """How the picture is lit, coarsely, about 1: (h, w, 1)."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(0.7 + 0.55 * cv2.GaussianBlur(grey, (0, 0), 5)[..., None] / 255, np.float32)


def area(
    image: Image,
    face: Face,
    outline: list[tuple[float, float]] | tuple[tuple[float, float], ...],
    soft: float,
) -> Mask:
    """Which pixels an outline of (u, v) covers, its edge softened."""
    covered = np.zeros(image.shape[:2], np.float32)
    corners = face.at(np.array(outline)).round().astype(np.int32)
    cv2.fillPoly(covered, [corners], 1.0)
    return np.asarray(cv2.GaussianBlur(covered, (0, 0), soft), np.float32)


def blend(image: Image, surface: FloatArray, covered: Mask) -> Image:
    """Lay ``surface`` over the picture where, and as far as, it is covered."""
    share = covered[..., None]
    return np.clip(image * (1 - share) + surface * share, 0, 255).astype(np.uint8)
