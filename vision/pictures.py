"""The door to image files: read whole, upright, and never larger than allowed."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final, cast

import cv2
import numpy as np

from vision.errors import SourceError
from vision.frames import Image
from vision.limits import check_size

MAX_FILE_BYTES: Final = 256 * 1024 * 1024
PNG: Final = b"\x89PNG\r\n\x1a\n"
JPEG: Final = b"\xff\xd8\xff"
# Start-of-frame markers carry the size; C4, C8 and CC are tables that share their range.
SIZE_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def read_picture(path: Path) -> Image:
    """(h, w, 3) uint8 BGR, turned upright as its EXIF says, or SourceError."""
    content = _read_bytes(path)
    size = stored_size(content)
    if size:
        check_size(*size, str(path))
    if not is_whole(content):
        raise SourceError(f"{path} is cut short; copy it again")
    image = _decode(content)
    if image is None:
        raise SourceError(f"{path} is not a picture that can be read; export it as JPEG or PNG")
    check_size(image.shape[1], image.shape[0], str(path))
    return image


def _read_bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise SourceError(f"{path} is not a file; check the path")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SourceError(f"{path} is too large for a picture; is it a video?")
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read ({error}); check its rights") from error
    if not content:
        raise SourceError(f"{path} is empty; copy it again")
    return content


def stored_size(content: bytes) -> tuple[int, int] | None:
    """Width and height that a PNG or JPEG declares, without decoding it; None if unknown."""
    if content.startswith(PNG) and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    return _jpeg_size(content) if content.startswith(JPEG) else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in SIZE_MARKERS:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        # A marker may be padded with 0xFF bytes; the others carry their own length.
        at += 1 if marker == 0xFF else 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    return None


def is_whole(content: bytes) -> bool:
    """False when a PNG or JPEG ends before its end marker; a half picture is no evidence."""
    if content.startswith(PNG):
        return b"IEND" in content
    if content.startswith(JPEG):
        return content.rfind(b"\xff\xd9") > content.rfind(b"\xff\xda")
    return True


def _decode(content: bytes) -> Image | None:
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return cast("Image | None", image)
