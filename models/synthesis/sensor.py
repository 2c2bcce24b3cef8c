"""What a cheap camera makes of a clean picture: bent, soft, dark at the edges, noisy, labelled."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from models.synthesis.projection import Camera, unbend
from models.synthesis.skinning import FloatArray

Picture = npt.NDArray[np.uint8]
LUMA = (0.299, 0.587, 0.114)
GLYPH_ROWS = 7
GLYPHS = {
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00010 00100 01000 11111",
    "3": "11111 00010 00100 00010 00001 10001 01110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "00110 01000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 01000 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00010 01100",
    "-": "00000 00000 00000 11111 00000 00000 00000",
    ":": "00000 00100 00100 00000 00100 00100 00000",
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "C": "01110 10001 10000 10000 10000 10001 01110",
    "M": "10001 11011 10101 10101 10001 10001 10001",
}


@dataclass(frozen=True)
class Sensor:
    """`noise` is the deviation in 8-bit steps at mid grey, `blur_px` the deviation of the softness.

    `gain` lifts a dark picture as the camera's automatic exposure does, before the noise.
    `infrared`: grey, as at night. `label` names the camera beside the clock.
    """

    noise: float
    blur_px: float
    vignette: float
    label: str
    infrared: bool = False
    gain: float = 1.0


def develop(
    sensor: Sensor, camera: Camera, clean: Picture, shown_at: datetime, rng: np.random.Generator
) -> Picture:
    """The picture as the camera sends it, of the same size; `shown_at` is what its clock says."""
    seen = through_lens(camera, clean.astype(np.float64))
    if sensor.infrared:
        seen = np.repeat((seen @ LUMA)[..., None], 3, axis=2)
    seen = softened(sensor.gain * seen, sensor.blur_px)
    seen = seen * falloff(camera, sensor.vignette)[..., None]
    noise = rng.normal(0, 1, seen.shape[:2])[..., None]
    colour_noise = 0 if sensor.infrared else rng.normal(0, 0.5, seen.shape)
    grain = sensor.noise * (0.6 + 0.4 * np.sqrt(np.clip(seen, 0, 255) / 128))
    seen = sharpened(seen + softened((noise + colour_noise) * grain, 0.5))
    picture = np.clip(seen, 0, 255).astype(np.uint8)
    write(picture, shown_at.strftime("%Y-%m-%d %H:%M:%S"), (16, 14))
    write(picture, sensor.label, (camera.height - 30, camera.width - 14 - 12 * len(sensor.label)))
    return picture


def through_lens(camera: Camera, clean: FloatArray) -> FloatArray:
    """The pinhole picture bent by the lens, sampled bilinearly."""
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width]
    centres = np.stack([columns.ravel() + 0.5, rows.ravel() + 0.5], axis=1).astype(np.float64)
    x, y = (unbend(camera, centres) - 0.5).T
    x, y = np.clip(x, 0, camera.width - 1.001), np.clip(y, 0, camera.height - 1.001)
    left, top = x.astype(np.intp), y.astype(np.intp)
    fx, fy = (x - left)[:, None], (y - top)[:, None]
    above = clean[top, left] * (1 - fx) + clean[top, left + 1] * fx
    below = clean[top + 1, left] * (1 - fx) + clean[top + 1, left + 1] * fx
    bent: FloatArray = (above * (1 - fy) + below * fy).reshape(clean.shape)
    return bent


def softened(picture: FloatArray, deviation_px: float) -> FloatArray:
    """A Gaussian blur along both axes, the edge repeated."""
    reach = max(1, round(3 * deviation_px))
    weight = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * deviation_px**2))
    for axis in (0, 1):
        margin = [(reach, reach) if k == axis else (0, 0) for k in range(picture.ndim)]
        padded = np.pad(picture, margin, mode="edge")
        length = picture.shape[axis]
        shifted = [np.take(padded, range(k, k + length), axis=axis) for k in range(len(weight))]
        picture = sum(w * s for w, s in zip(weight / weight.sum(), shifted, strict=True))
    return picture


def sharpened(picture: FloatArray, amount: float = 0.35) -> FloatArray:
    """The halo that a camera's own sharpening leaves at edges."""
    return picture + amount * (picture - softened(picture, 1.2))


def falloff(camera: Camera, vignette: float) -> FloatArray:
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width]
    across = (columns - camera.width / 2) / camera.width
    down = (rows - camera.height / 2) / camera.width
    darkness: FloatArray = 1 - vignette * (across**2 + down**2) / 0.33
    return darkness


def write(picture: Picture, text: str, corner: tuple[int, int], size: int = 2) -> None:
    """White letters with a dark edge into the picture, from (row, column) on, as many as fit."""
    row, column = corner
    for letter in text:
        if letter in GLYPHS and column + 6 * size <= picture.shape[1]:
            rows = [[bit == "1" for bit in line] for line in GLYPHS[letter].split()]
            mask = np.kron(np.array(rows), np.ones((size, size))).astype(bool)
            edge = np.pad(mask, 1)
            edge = (
                edge
                | np.roll(edge, 1, 0)
                | np.roll(edge, -1, 0)
                | np.roll(edge, 1, 1)
                | np.roll(edge, -1, 1)
            )
            height, width = mask.shape
            picture[row - 1 : row + height + 1, column - 1 : column + width + 1][edge] = 25
            picture[row : row + height, column : column + width][mask] = 235
        column += 6 * size
