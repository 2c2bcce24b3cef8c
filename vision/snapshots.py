"""The door that looks at a single picture's bytes before they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np

from vision.errors import SourceError
from vision.frames import Image
from vision.pictures import JPEG, PNG, is_whole, stored_size

MAX_SNAPSHOT_BYTES: Final = 4 * 1024 * 1024
MAX_SNAPSHOT_SIDE_PX: Final = 4096
MIN_SNAPSHOT_SIDE_PX: Final = 64


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a picture is; the size is that of the upright picture, as a browser shows it."""

    media_type: Literal["image/jpeg", "image/png"]
    width: int
    height: int


def check_snapshot(content: bytes) -> Snapshot:
    """Decode a JPEG or PNG once; SourceError when it is none, damaged, too small or too large."""
    size = stored_size(content)
    if size is None or not content.startswith((JPEG, PNG)):
        raise SourceError("the body is neither a JPEG nor a PNG picture")
    if len(content) > MAX_SNAPSHOT_BYTES or max(size) > MAX_SNAPSHOT_SIDE_PX:
        raise SourceError(
            f"the picture may have {MAX_SNAPSHOT_SIDE_PX} px a side and "
            f"{MAX_SNAPSHOT_BYTES // 1_048_576} MiB; send a smaller one"
        )
    if min(size) < MIN_SNAPSHOT_SIDE_PX:
        raise SourceError(f"the picture has less than {MIN_SNAPSHOT_SIDE_PX} px a side")
    if not is_whole(content):
        raise SourceError("the picture is cut short; send it again")
    return _decoded(content)


def _decoded(content: bytes) -> Snapshot:
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        image = None
    if image is None:
        raise SourceError("the picture is damaged; send it again")
    media_type: Literal["image/jpeg", "image/png"] = (
        "image/png" if content.startswith(PNG) else "image/jpeg"
    )
    return Snapshot(media_type, image.shape[1], image.shape[0])


def encode_snapshot(image: Image, quality: int = 85) -> bytes:
    """An (h, w, 3) BGR picture as JPEG."""
    done, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done  # a picture of a sound size can be encoded
    return bytes(jpeg.tobytes())
