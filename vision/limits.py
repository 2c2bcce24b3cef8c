"""The largest picture this project takes in; a decoder bomb stops here."""

from typing import Final

from vision.errors import SourceError

MAX_SIDE_PX: Final = 8192
MAX_PIXELS: Final = 64_000_000


def check_size(width: int, height: int, what: str) -> None:
    """SourceError when ``what`` has no pixels or too many."""
    if width < 1 or height < 1:
        raise SourceError(f"{what} has no pixels ({width}x{height}); record or export it again")
    if max(width, height) > MAX_SIDE_PX or width * height > MAX_PIXELS:
        raise SourceError(
            f"{what} is {width}x{height}, more than {MAX_SIDE_PX} px a side or "
            f"{MAX_PIXELS // 1_000_000} megapixels; make it smaller first"
        )
