"""The door to image coding in the API: pictures in which nobody can be recognised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor
from typing import Final, cast

import cv2
import numpy as np

from vision.alert import Box
from vision.errors import SourceError
from vision.frames import Image
from vision.limits import check_size
from vision.pictures import is_whole, stored_size

# Bare heads have their eyes in the middle (a camera from above sees them higher or lower); under a
# hat the box grows upwards and they lie at up to three quarters. In 1,313 heads that the shipped
# detector found in photographs this band held the middles of both eyes in 0.98, bare or covered
# (0.979, 0.985); 0.35 to 0.62 held 0.84. Hair or hat show above it, chin or mask below.
EYES_TOP, EYES_BOTTOM = 0.25, 0.75
# A box that ends at the picture's edge holds only a part of a head: the eyes may lie anywhere
# between the band and that edge.
EDGE: Final = 0.005
# Mean colours kept along the longer side of a head, or of a picture nothing is known about. Two
# eyes give two dark spots at most, which every face has.
HEAD_CELLS: Final = 4
PICTURE_CELLS: Final = 8
MIN_CELL_PX: Final = 8
JPEG_QUALITY: Final = 92

Part = Callable[[Box], Box]


def eye_band(head: Box) -> Box:
    """Where the eyes of a head are, hat or no hat, in shares of the picture."""
    left, top, right, bottom = head
    tall = bottom - top
    band_top = top if top <= EDGE else top + tall * EYES_TOP
    band_bottom = bottom if bottom >= 1 - EDGE else top + tall * EYES_BOTTOM
    return left, band_top, right, band_bottom


def whole_head(head: Box) -> Box:
    """All of it, where no rule needs to see a hat or a mask."""
    return head


def blurred(jpeg: bytes, heads: Sequence[Box], part: Part = eye_band) -> bytes:
    """The picture as a new JPEG, without metadata, that part of each head made unreadable.

    ``heads`` in shares of the upright picture. SourceError when it cannot be read.
    """
    image = _decode(jpeg)
    for head in heads:
        _coarsen(image, part(head), _longer_px(image, head) / HEAD_CELLS)
    return _encode(image)


def blurred_whole(jpeg: bytes) -> bytes:
    """The picture as a few soft spots of colour; SourceError when it cannot be read."""
    image = _decode(jpeg)
    coarse(image, PICTURE_CELLS)
    return _encode(image)


def coarse(image: Image, cells: int) -> None:
    """Leave no more than so many mean colours along the picture's longer side; in place."""
    _coarsen(image, (0, 0, 1, 1), max(image.shape[:2]) / cells)


def smaller(picture: bytes, longer_px: int) -> bytes:
    """The picture as a JPEG for print, without metadata; SourceError when it cannot be read."""
    return _encode(shrunk(_decode(picture), longer_px))


def shrunk(image: Image, longer_px: int) -> Image:
    """A copy with even sides, the longer one no longer than that: what H.264 takes."""
    height, width = image.shape[:2]
    scale = min(1.0, longer_px / max(height, width))
    size = max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)
    return cast("Image", cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _longer_px(image: Image, box: Box) -> float:
    height, width = image.shape[:2]
    return float(max((box[2] - box[0]) * width, (box[3] - box[1]) * height))


def _coarsen(image: Image, box: Box, cell_px: float) -> None:
    """Keep nothing of a part but one mean colour a cell, blended softly; in place.

    Unlike a blur alone, whose kernel could be undone, means cannot be split again.
    """
    height, width = image.shape[:2]
    xs = _pixels(box[0], box[2], width)
    ys = _pixels(box[1], box[3], height)
    area = image[ys, xs]
    cell = max(cell_px, MIN_CELL_PX)
    cells = max(1, round(area.shape[1] / cell)), max(1, round(area.shape[0] / cell))
    means = cv2.resize(area, cells, interpolation=cv2.INTER_AREA)
    size = area.shape[1], area.shape[0]
    image[ys, xs] = cv2.resize(means, size, interpolation=cv2.INTER_LINEAR)


def _pixels(low: float, high: float, size: int) -> slice:
    """Every pixel that the span touches, at least one."""
    first = min(max(floor(low * size), 0), size - 1)
    return slice(first, min(max(ceil(high * size), first + 1), size))


def _decode(content: bytes) -> Image:
    """(h, w, 3) uint8 BGR, upright."""
    size = stored_size(content)
    if size is None or not is_whole(content):
        raise SourceError("the picture is damaged")
    check_size(*size, "the picture")
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        image = None
    if image is None:
        raise SourceError("the picture is damaged")
    return cast("Image", image)


def _encode(image: Image) -> bytes:
    done, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    assert done  # a decoded picture of a checked size can be encoded
    return bytes(jpeg.tobytes())
