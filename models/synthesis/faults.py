"""What goes wrong with a camera: pure functions over finished pictures.

A picture is (h, w, 3) uint8 RGB; every function gives a new one of the same size.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from models.synthesis.sensor import Picture, write
from models.synthesis.skinning import FloatArray

Change = Callable[[Picture, float], Picture]
SENSOR_NOISE = 1.2
CLOTH_LEVEL = 5.0


def during(
    pictures: Sequence[Picture], fps: float, span_s: tuple[float, float], change: Change
) -> list[Picture]:
    """The clip with `change(picture, seconds since the fault began)` in force for a while."""
    start_s, end_s = span_s
    return [
        change(picture, index / fps - start_s) if start_s <= index / fps < end_s else picture
        for index, picture in enumerate(pictures)
    ]


def frozen(pictures: Sequence[Picture], fps: float, span_s: tuple[float, float]) -> list[Picture]:
    """The last picture before the fault, again and again."""
    first = min(max(round(span_s[0] * fps) - 1, 0), len(pictures) - 1)
    return during(pictures, fps, span_s, lambda _, __: pictures[first])


def dropped(pictures: Sequence[Picture], share: float, seed: int) -> list[Picture]:
    """Frames that never came: the receiver shows the one before; the first always comes."""
    lost = np.random.default_rng(seed).random(len(pictures)) < share
    shown: list[Picture] = []
    for picture, is_lost in zip(pictures, lost.tolist(), strict=True):
        shown.append(shown[-1] if is_lost and shown else picture)
    return shown


def black(picture: Picture) -> Picture:
    """No signal."""
    return np.zeros_like(picture)


def blurred(picture: Picture, deviation_px: float) -> Picture:
    """Out of focus."""
    return picture.copy() if deviation_px <= 0 else _soft(picture, deviation_px).astype(np.uint8)


def greasy(picture: Picture, share: float, seed: int) -> Picture:
    """Grease on the lens: smears and a haze, from nothing (0) to nothing to be seen (1)."""
    height, width = picture.shape[:2]
    film = np.clip((cloud((height, width), width / 9, seed) - 1 + 1.6 * share) * 2.5, 0, 1)
    film = np.maximum(film, share**2)[..., None]
    soft = _soft(picture, 1 + 0.016 * width * share)
    haze = 0.82 * soft + 0.18 * soft.mean()
    return _mixed(picture, haze, film)


def steamy(picture: Picture, share: float, time_s: float, seed: int) -> Picture:
    """Steam that rises before the camera; `share` 1 hides most of the picture."""
    height, width = picture.shape[:2]
    plume = cloud((2 * height, width), width / 5, seed)
    rise = int(time_s * height * 0.25) % height
    dense = np.clip(plume[rise : rise + height] * 1.5 - 0.6 + share, 0, 1)
    lower = np.linspace(0.75, 1.0, height)[:, None]
    veil = np.clip(dense * lower * share, 0, 0.96)[..., None]
    return _mixed(
        _soft(picture, 0.5 + 2 * share).astype(np.uint8), np.full_like(picture, 208), veil
    )


def covered(picture: Picture, share: float, seed: int) -> Picture:
    """A dark cloth that comes down over the lens; at 1 hardly any light is left.

    The sensor goes on making noise: other than a frozen picture, no two are the same.
    """
    height, width = picture.shape[:2]
    rng = np.random.default_rng(seed)
    folds = cloud((height, width), width / 3, 1)[..., None]
    cloth = CLOTH_LEVEL * (0.6 + 0.6 * folds) + rng.normal(0, SENSOR_NOISE, picture.shape)
    hem = share * 1.2 * height - 0.1 * height * np.sin(np.linspace(0, 7, width))
    edge = np.clip((hem - np.arange(height)[:, None]) / (0.04 * height), 0, 1)[..., None]
    return _mixed(picture, np.clip(cloth, 0, 255), edge if share < 1 else np.ones_like(edge))


def knocked(picture: Picture, degrees: float, shift: tuple[float, float]) -> Picture:
    """The camera turned aside: the view rolls by degrees and slides by shares of its size."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += np.multiply(shift, (width, height))
    return np.asarray(
        cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8
    )


def overexposed(picture: Picture, stops: float) -> Picture:
    """Too much light: what is bright burns out and bleeds."""
    linear = (picture / 255.0) ** 2.2 * 2.0**stops
    burnt = np.clip(linear - 1, 0, 4).astype(np.float32)
    bloom = cv2.GaussianBlur(burnt, (0, 0), picture.shape[1] / 50)
    bright = np.clip(linear + 0.5 * bloom, 0, 1) ** (1 / 2.2) * 255
    return np.asarray(bright, np.uint8)


def shadowed(picture: Picture, centre: tuple[float, float], radius: float, depth: float) -> Picture:
    """A soft shadow over a place (shares of the size), as of somebody outside the picture."""
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    x, y = columns / width - centre[0], (rows / height - centre[1]) * height / width
    inside = np.clip(1.5 - np.hypot(x, y) / radius, 0, 1)[..., None]
    return np.asarray(picture * (1 - depth * inside), np.uint8)


def clocked(picture: Picture, text: str, size: int = 2) -> Picture:
    """With a clock burned in at the upper left, as recorders do."""
    shown = picture.copy()
    write(shown, text, (16, 14), size)
    return shown


def cloud(shape: tuple[int, int], grain_px: float, seed: int) -> FloatArray:
    """(h, w) smooth noise in 0-1 with lumps of about `grain_px`."""
    rng = np.random.default_rng(seed)
    height, width = shape
    total = np.zeros(shape, np.float64)
    for octave in range(3):
        grain = max(grain_px / 2**octave, 2.0)
        coarse = rng.random((round(height / grain) + 2, round(width / grain) + 2))
        total += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) / 2**octave
    low, high = total.min(), total.max()
    scaled: FloatArray = (total - low) / max(high - low, 1e-9)
    return scaled


def _soft(picture: Picture, deviation_px: float) -> FloatArray:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), deviation_px), np.float64)


def _mixed(picture: Picture, other: FloatArray | Picture, share: FloatArray) -> Picture:
    return np.asarray(picture * (1 - share) + other * share, np.uint8)
