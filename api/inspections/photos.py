"""The door for photos that people send: whatever a phone makes comes out as a plain JPEG.

Everything but the picture itself is left behind: place, owner, serial number, thumbnail.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from threading import BoundedSemaphore
from typing import Final

from pi_heif import register_heif_opener  # type: ignore[import-untyped]  # has no types
from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError

from vision.errors import InvalidError

register_heif_opener()
# What a browser may call them; the bytes decide.
MEDIA_TYPES: Final = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif")
FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF")
MAX_PHOTO_BYTES: Final = 40 * 1024 * 1024
# A phone's 50 megapixels and a little; three bytes a pixel are then in memory, one photo at a time.
MAX_PIXELS: Final = 64_000_000
MIN_SIDE_PX: Final = 64
LONGER_SIDE_PX: Final = 3000
QUALITY: Final = 88
NOT_A_PHOTO: Final = (
    "this is no photo that can be read; set the phone's camera to JPEG or HEIC and take it again"
)
DAMAGED: Final = "the photo is damaged or cut short; take it again"
# Decoding 50 megapixels takes some 200 MB: never two at once.
_one_at_a_time = BoundedSemaphore(1)


@dataclass(frozen=True, slots=True)
class Photo:
    """A clean JPEG; ``taken_at`` is what the phone wrote into it, if it did with its offset."""

    content: bytes
    width: int
    height: int
    taken_at: datetime | None


def cleaned(content: bytes) -> Photo:
    """The photo upright, at most LONGER_SIDE_PX long, with nothing in it but the picture.

    InvalidError, in a sentence for the person with the phone, when it is no photo of ours.
    """
    if len(content) > MAX_PHOTO_BYTES:
        raise InvalidError(f"a photo may have {MAX_PHOTO_BYTES // 1_048_576} MiB at most", "body")
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        # WeasyPrint, once loaded, lets Pillow fill in what is cut off, for the whole process.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        return _encoded(*_decoded(content))


def _decoded(content: bytes) -> tuple[Image.Image, datetime | None]:
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (UnidentifiedImageError, Image.DecompressionBombWarning, OSError, ValueError) as error:
        if "decompression bomb" in str(error):
            raise _too_many() from error
        raise InvalidError(NOT_A_PHOTO, "body") from error
    _check_size(*image.size)
    try:
        taken_at = _taken_at(image)
        # Small first: a JPEG is then read at half its size, and turning it costs a quarter.
        image.thumbnail((LONGER_SIDE_PX, LONGER_SIDE_PX), Image.Resampling.LANCZOS)
        upright = ImageOps.exif_transpose(image)
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise InvalidError(DAMAGED, "body") from error
    return upright, taken_at


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many()
    if min(width, height) < MIN_SIDE_PX:
        raise InvalidError(f"the photo has less than {MIN_SIDE_PX} px a side", "body")


def _too_many() -> InvalidError:
    return InvalidError(
        f"the photo has more than {MAX_PIXELS // 1_000_000} megapixels;"
        " set the phone's camera to a smaller size",
        "body",
    )


def _encoded(image: Image.Image, taken_at: datetime | None) -> Photo:
    """A new picture from the bare pixels: nothing that came along can stay."""
    bare = Image.new("RGB", image.size, "white")
    alpha = image.convert("RGBA").getchannel("A") if image.mode in ("RGBA", "LA", "P") else None
    bare.paste(image.convert("RGB"), mask=alpha)
    sink = io.BytesIO()
    bare.save(sink, "JPEG", quality=QUALITY, optimize=True)
    return Photo(sink.getvalue(), *bare.size, taken_at)


def _taken_at(image: Image.Image) -> datetime | None:
    """Without its offset the phone's time could be any zone's, and is not believed."""
    told = image.getexif().get_ifd(ExifTags.IFD.Exif)
    names = ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal
    at, offset = (told.get(name) for name in names)
    if not isinstance(at, str) or not isinstance(offset, str):
        return None
    try:
        sign = -1 if offset.startswith("-") else 1
        hours, minutes = (int(part) for part in offset.strip("+- \x00").split(":"))
        zone = timezone(sign * timedelta(hours=hours, minutes=minutes))
        naive = datetime.strptime(at.strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
    return naive.replace(tzinfo=zone).astimezone(UTC)


def check_signature(content: bytes) -> tuple[int, int]:
    """The size of a signature's PNG, drawn by our page; InvalidError when it is none."""
    try:
        image = Image.open(io.BytesIO(content), formats=("PNG",))
        image.verify()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise InvalidError("a signature is a PNG picture", "body") from error
    if max(image.size) > LONGER_SIDE_PX or len(content) > 512 * 1024:
        raise InvalidError("the signature is too large", "body")
    return image.size
