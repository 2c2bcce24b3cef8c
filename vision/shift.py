"""How far the camera itself has turned between two small pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from vision.blobs import of_neighbours
from vision.detections import FloatArray, Mask

# Standard deviations of the correlation of noise; the highest of a whole picture is near 4.
STANDS_OUT: Final = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A small grey picture, (h, w), to compare others with; what costs is worked out once.

    darkest, brightest   of each pixel and its neighbours: a camera that trembles shows those
    """

    grey: FloatArray
    darkest: FloatArray
    brightest: FloatArray

    @classmethod
    def of(cls, grey: FloatArray) -> Still:
        """The picture with its neighbourhoods."""
        return cls(grey, of_neighbours(grey, np.minimum), of_neighbours(grey, np.maximum))

    def part(self, area: tuple[slice, slice]) -> Still:
        """A rectangle of it."""
        return Still(self.grey[area], self.darkest[area], self.brightest[area])


def unlike(grey: FloatArray, before: Still, limit: FloatArray) -> Mask:
    """Pixels that no neighbour of the same pixel before explains, by more than ``limit``.

    A picture that gets brighter or darker as a whole is light, and is taken out first.
    """
    sample = slice(None, None, 3), slice(None, None, 3)
    gain = np.median((grey[sample] + 8) / (before.grey[sample] + 8))
    lift = np.float32(8 * (gain - 1))
    changed: Mask = grey < before.darkest * gain + (lift - limit)
    changed |= grey > before.brightest * gain + (lift + limit)
    return changed


def explained_shift(
    before: Still, after: Still, limit: FloatArray, most_left: float
) -> tuple[float, float] | None:
    """(dx, dy) px by which the whole picture has moved, None where that explains too little.

    ``most_left`` is the share of pixels that may stay unlike once the pictures are laid over
    each other: a person who fills the picture looks like a shift, but leaves the rest unlike.
    """
    found = displacement(before.grey, after.grey)
    if found is None:
        return None
    dx, dy = found
    whole = round(dx), round(dy)
    if 2 * max(abs(whole[0]), abs(whole[1])) >= min(limit.shape):
        return None
    old, new = overlapping(limit.shape, whole)
    left = unlike(after.grey[new], before.part(old), limit[old]).mean()
    return (dx, dy) if left <= most_left else None


def displacement(before: FloatArray, after: FloatArray) -> tuple[float, float] | None:
    """(dx, dy) px by phase correlation (Kuglin and Hines 1975), refined to parts of a pixel.

    None where no shift stands out of the noise.
    """
    old, new = (np.fft.rfft2(faded(halved(grey))) for grey in (before, after))
    cross = new * np.conj(old)
    phases = cross / np.maximum(np.abs(cross), 1e-6)
    peaks = np.fft.irfft2(phases, halved(before).shape).astype(np.float32)
    if peaks.max() < STANDS_OUT / np.sqrt(peaks.size):
        return None
    row, column = np.unravel_index(int(peaks.argmax()), peaks.shape)
    down = refined(peaks[:, column], int(row))
    right = refined(peaks[row], int(column))
    return 2 * right, 2 * down


def halved(grey: FloatArray) -> FloatArray:
    """Means of two by two pixels; what is over is left out, a single row or column stays."""
    if min(grey.shape) < 2:
        return grey
    even = grey[: grey.shape[0] // 2 * 2, : grey.shape[1] // 2 * 2]
    four = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    half: FloatArray = four * np.float32(0.25)
    return half


def faded(grey: FloatArray) -> FloatArray:
    """Falling to nothing at the edges, which would meet each other in the transform."""
    down, across = (np.hanning(side).astype(np.float32) for side in grey.shape)
    flat: FloatArray = (grey - grey.mean()) * down[:, None] * across
    return flat


def refined(line: FloatArray, at: int) -> float:
    """Where the parabola through a peak and its neighbours is highest, -n/2 to n/2."""
    n = len(line)
    before, peak, after = (float(line[(at + k) % n]) for k in (-1, 0, 1))
    bend = before - 2 * peak + after
    exact = at + (0.5 * (before - after) / bend if bend < 0 else 0.0)
    return exact - n if exact > n / 2 else exact


def overlapping(
    shape: tuple[int, ...], shift: tuple[int, int]
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Rows and columns of two (h, w) pictures that show the same when the second has moved."""
    (dx, dy), (height, width) = shift, shape
    old = slice(max(0, -dy), height - max(0, dy)), slice(max(0, -dx), width - max(0, dx))
    new = slice(max(0, dy), height - max(0, -dy)), slice(max(0, dx), width - max(0, -dx))
    return old, new
