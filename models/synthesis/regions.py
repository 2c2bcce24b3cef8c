"""The parts of a picture that are rendered anew, and how they are laid on the still one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.synthesis.projection import Camera, project
from models.synthesis.sensor import Picture
from models.synthesis.skinning import FloatArray

Region = tuple[int, int, int, int]
Patch = tuple[Region, Picture]
SHADOW_PX = 30
FEATHER_PX = 14


def pinhole_region(camera: Camera, points: FloatArray) -> Region | None:
    """Whole px of the pinhole picture around points and their shadows; None when out of sight."""
    straight = project(replace(camera, barrel=0.0), points)
    straight = straight[~np.isnan(straight).any(axis=1)]
    if not len(straight):
        return None
    size = np.array([camera.width, camera.height])
    low = np.clip(np.floor(straight.min(axis=0)) - SHADOW_PX, 0, size).astype(int)
    high = np.clip(np.ceil(straight.max(axis=0)) + SHADOW_PX, 0, size).astype(int)
    if (high - low).min() <= 2 * SHADOW_PX:
        return None
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def merged(regions: list[Region]) -> list[Region]:
    """Regions that overlap become one."""
    apart: list[Region] = []
    for region in regions:
        hit = next((other for other in apart if _overlap(region, other)), None)
        if hit is None:
            apart.append(region)
            continue
        apart.remove(hit)
        joint = (*np.minimum(region, hit)[:2].tolist(), *np.maximum(region, hit)[2:].tolist())
        apart = merged([*apart, joint])
    return apart


def _overlap(a: Region, b: Region) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def composed(still: Picture, patches: Sequence[Patch]) -> Picture:
    """The still picture with the regions laid on, softly at their edges."""
    picture = still.astype(np.float64)
    for (x1, y1, x2, y2), patch in patches:
        across = _ramp(x2 - x1, x1 > 0, x2 < still.shape[1])
        down = _ramp(y2 - y1, y1 > 0, y2 < still.shape[0])
        share = (down[:, None] * across[None, :])[..., None]
        picture[y1:y2, x1:x2] = picture[y1:y2, x1:x2] * (1 - share) + patch * share
    return np.clip(picture, 0, 255).astype(np.uint8)


def enlarged(picture: Picture, width: int, height: int) -> Picture:
    """The picture at another size, sampled bilinearly; the same one where it has that size."""
    rows, columns = picture.shape[:2]
    if (rows, columns) == (height, width):
        return picture
    y = np.clip((np.arange(height) + 0.5) * rows / height - 0.5, 0, rows - 1.001)
    x = np.clip((np.arange(width) + 0.5) * columns / width - 0.5, 0, columns - 1.001)
    top, left = y.astype(int), x.astype(int)
    down, across = (y - top)[:, None, None], (x - left)[None, :, None]
    between = picture[top] * (1 - down) + picture[top + 1] * down
    between = between[:, left] * (1 - across) + between[:, left + 1] * across
    whole: Picture = np.rint(between).astype(np.uint8)
    return whole


def _ramp(length: int, soft_start: bool, soft_end: bool) -> FloatArray:
    """Weights that rise from an edge within the picture; an edge of the picture itself is hard."""
    rise = np.clip((np.arange(length) + 0.5) / FEATHER_PX, 0, 1)
    ramp = np.ones(length)
    if soft_start:
        ramp = ramp * rise
    if soft_end:
        ramp = ramp * rise[::-1]
    return ramp
