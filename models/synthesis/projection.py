"""Where a point of the scene falls on the picture: a pinhole camera behind a barrel lens."""

from dataclasses import dataclass
from math import radians, tan

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
NEAR_M = 0.05
INVERSE_STEPS = 12


@dataclass(frozen=True)
class Camera:
    """`position` and `target` are metres; `horizontal_fov` is degrees before the lens bends it.

    `barrel` is how much further out the lens looks in the corner than in the middle (0: not bent).
    """

    position: tuple[float, float, float]
    target: tuple[float, float, float]
    horizontal_fov: float
    width: int
    height: int
    barrel: float = 0.0

    @property
    def focal_px(self) -> float:
        return self.width / 2 / tan(radians(self.horizontal_fov) / 2)

    def axes(self) -> FloatArray:
        """Right, down and forward as the rows of a (3, 3) rotation."""
        forward = np.subtract(self.target, self.position)
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        right = right / np.linalg.norm(right)
        return np.stack([right, np.cross(forward, right), forward])


def project(camera: Camera, points: FloatArray) -> FloatArray:
    """(n, 3) metres as (n, 2) px of the finished picture; NaN for what lies behind the camera."""
    seen = (points - np.asarray(camera.position)) @ camera.axes().T
    depth = np.where(seen[:, 2] > NEAR_M, seen[:, 2], np.nan)
    straight = seen[:, :2] / depth[:, None] * camera.focal_px
    return bend(camera, straight + _centre(camera))


def bend(camera: Camera, straight_px: FloatArray) -> FloatArray:
    """Pinhole (n, 2) px as px of the finished picture: the inverse of `unbend`, by iteration."""
    offset = (straight_px - _centre(camera)) / _corner_px(camera)
    bent = offset.copy()
    for _ in range(INVERSE_STEPS):
        bent = offset / _stretch(camera, bent)
    return bent * _corner_px(camera) + _centre(camera)


def unbend(camera: Camera, picture_px: FloatArray) -> FloatArray:
    """(n, 2) px of the finished picture as px of the pinhole render; the corners stay in place."""
    offset = (picture_px - _centre(camera)) / _corner_px(camera)
    return offset * _stretch(camera, offset) * _corner_px(camera) + _centre(camera)


def box_around(camera: Camera, points: FloatArray) -> FloatArray:
    """xyxy px around (n, 3) metres, cut at the picture's edge; without area when out of sight."""
    pixels = project(camera, points)
    pixels = pixels[~np.isnan(pixels).any(axis=1)]
    if not len(pixels):
        return np.zeros(4)
    size = (camera.width, camera.height)
    return np.concatenate(
        [np.clip(pixels.min(axis=0), 0, size), np.clip(pixels.max(axis=0), 0, size)]
    )


def share_in_picture(camera: Camera, points: FloatArray) -> float:
    """How many of (n, 3) metres fall within the picture, 0-1."""
    pixels = project(camera, points)
    size = (camera.width, camera.height)
    return float(((pixels >= 0) & (pixels <= size)).all(axis=1).mean())


def _stretch(camera: Camera, offset: FloatArray) -> FloatArray:
    radius = (offset**2).sum(axis=1, keepdims=True)
    stretch: FloatArray = (1 + camera.barrel * np.minimum(radius, 1.5)) / (1 + camera.barrel)
    return stretch


def _corner_px(camera: Camera) -> float:
    return float(np.hypot(camera.width, camera.height) / 2)


def _centre(camera: Camera) -> FloatArray:
    return np.array([camera.width, camera.height]) / 2
