"""The door to video in the API: a clip in which nobody can be recognised.

Decoded and encoded in this process by PyAV; no program is started and no name from outside is
used, so that there is nothing to inject arguments into.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import islice
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

import av

from api.errors import ThrottledError
from api.evidence.blur import HEAD_CELLS, PICTURE_CELLS, coarse, shrunk
from vision.alert import Box
from vision.errors import SourceError
from vision.frames import Frame
from vision.video import open_video

RECIPE: Final = 1
# The largest head told of has HEAD_CELLS cells; somebody nearer than that has more, so that even
# small heads do not make the grid finer than this.
MOST_CELLS: Final = 24
LONGEST_S: Final = 60.0
MOST_FRAMES: Final = 1800
LONGER_SIDE_PX: Final = 640
TICKS_S: Final = 90_000
OPTIONS: Final = {"preset": "veryfast", "crf": "28", "threads": "1"}
# Encoding takes a whole core: one at a time, and whoever waits too long comes again.
TURN: Final = BoundedSemaphore(1)
PATIENCE_S: Final = 30.0


def clip_cells(heads: Sequence[Box] | None) -> int:
    """Mean colours along the longer side of each picture, so that no head shows a face."""
    if not heads:
        return PICTURE_CELLS
    largest = max(max(right - left, bottom - top) for left, top, right, bottom in heads)
    return max(PICTURE_CELLS, min(MOST_CELLS, int(HEAD_CELLS / max(largest, 1e-6))))


def blurred_clip(pieces: Iterable[bytes], cells: int) -> bytes:
    """The clip as H.264, each picture down to so many mean colours; without sound or metadata.

    SourceError when it cannot be decoded; ThrottledError when others are being made.
    """
    with _turn(), tempfile.TemporaryDirectory(prefix="bk-clip-") as made:
        source, target = Path(made) / "clip.mp4", Path(made) / "blurred.mp4"
        with source.open("wb") as file:
            file.writelines(pieces)
        with open_video(source) as video:
            _encode(islice(video.frames(None), MOST_FRAMES), target, cells)
        return target.read_bytes()


@contextmanager
def _turn() -> Iterator[None]:
    if not TURN.acquire(timeout=PATIENCE_S):
        raise ThrottledError("other clips are being blurred; try again in a moment", 10)
    try:
        yield
    finally:
        TURN.release()


def _encode(frames: Iterator[Frame], target: Path, cells: int) -> None:
    first = next(frames, None)
    if first is None:
        raise SourceError("the clip shows nothing")
    height, width = shrunk(first.image, LONGER_SIDE_PX).shape[:2]
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as sink:
        stream = sink.add_stream("libx264", options=dict(OPTIONS))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, TICKS_S)
        for frame in (first, *frames):
            since_s = frame.time_s - first.time_s
            if since_s > LONGEST_S:
                break
            sink.mux(stream.encode(_picture(frame, since_s, cells)))
        sink.mux(stream.encode())


def _picture(frame: Frame, since_s: float, cells: int) -> av.VideoFrame:
    image = shrunk(frame.image, LONGER_SIDE_PX)
    coarse(image, cells)
    picture = av.VideoFrame.from_ndarray(image, format="bgr24")
    picture.pts, picture.time_base = round(since_s * TICKS_S), Fraction(1, TICKS_S)
    return picture
