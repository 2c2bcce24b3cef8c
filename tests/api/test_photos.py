"""Photos as phones make them: read, turned upright, made bare; too large ones are told so."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageFile

from api.inspections.photos import LONGER_SIDE_PX, MAX_PHOTO_BYTES, cleaned
from tests.api.inspecting import photo
from vision.errors import InvalidError

# Turned by its EXIF, with a place and an owner in it, as an iPhone's; drawn for this test.
HEIC = (Path(__file__).parent / "phone" / "turned.heic").read_bytes()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def with_exif(orientation: int = 1, form: str = "JPEG") -> bytes:
    """The left half red, the right half blue, as stored; with a place and an owner."""
    picture = np.zeros((200, 300, 3), np.uint8)
    picture[:, :150, 0], picture[:, 150:, 2] = 255, 255
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = "Somebody"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[1] = "N"
    told = exif.get_ifd(ExifTags.IFD.Exif)
    told[ExifTags.Base.DateTimeOriginal] = "2026:11:24 10:52:00"
    told[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    sink = io.BytesIO()
    Image.fromarray(picture).save(sink, form, exif=exif, comment=b"secret place")
    return sink.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_whatever_a_phone_makes_comes_out_as_a_jpeg(form: str) -> None:
    made = cleaned(photo(form=form))
    assert opened(made.content).format == "JPEG"
    assert (made.width, made.height) == (320, 240)


def test_heic_is_read_and_turned_upright() -> None:
    made = cleaned(HEIC)
    assert (made.width, made.height) == (240, 320)
    corner = opened(made.content).getpixel((220, 20))  # the stored top left, a quarter round
    assert isinstance(corner, tuple) and corner[0] > 200 and max(corner[1:]) < 80
    assert made.taken_at == datetime(2026, 11, 24, 2, 52, tzinfo=UTC)


def test_orientation_is_applied_to_the_pixels() -> None:
    made = cleaned(with_exif(orientation=6))
    assert (made.width, made.height) == (200, 300)
    top = opened(made.content).getpixel((100, 20))
    assert isinstance(top, tuple) and top[0] > 200 and top[2] < 60


@pytest.mark.parametrize("content", [with_exif(), HEIC], ids=["jpeg", "heic"])
def test_place_owner_and_everything_else_is_left_behind(content: bytes) -> None:
    left = opened(cleaned(content).content)
    assert dict(left.getexif()) == {} and "comment" not in left.info
    assert b"Somebody" not in cleaned(content).content


def test_a_time_without_its_zone_is_not_believed() -> None:
    assert cleaned(photo()).taken_at is None
    assert cleaned(with_exif()).taken_at == datetime(2026, 11, 24, 2, 52, tzinfo=UTC)


def test_fifty_megapixels_are_taken_and_made_smaller() -> None:
    sink = io.BytesIO()
    Image.new("RGB", (8160, 6120), "teal").save(sink, "JPEG", quality=60)
    made = cleaned(sink.getvalue())
    assert (made.width, made.height) == (LONGER_SIDE_PX, 2250)


def test_more_than_the_limit_is_refused_in_words_for_the_photographer() -> None:
    sink = io.BytesIO()
    Image.new("1", (9000, 9000)).save(sink, "PNG")
    with pytest.raises(InvalidError, match="64 megapixels; set the phone's camera"):
        cleaned(sink.getvalue())
    with pytest.raises(InvalidError, match="40 MiB"):
        cleaned(bytes(MAX_PHOTO_BYTES + 1))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"<svg/>",
        photo()[:200],
        photo(form="PNG")[:-40],
        HEIC[:900],
        b"GIF89a" + bytes(99),
    ],
    ids=["empty", "pdf", "svg", "short jpeg", "short png", "short heic", "gif"],
)
def test_what_is_no_whole_photo_is_refused(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    # As it is after the first PDF was made.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(InvalidError) as refused:
        cleaned(content)
    assert refused.value.field == "body"
