"""The door to PyAV: rendered pictures in, an H.264 clip out."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from models.synthesis.sensor import Picture

KEYFRAME_EVERY_S = 2


def read_picture(path: Path) -> Picture:
    """(h, w, 3) RGB."""
    with av.open(str(path)) as file:
        frame = next(file.decode(video=0))
        return np.ascontiguousarray(frame.to_ndarray(format="rgb24"))


def write_clip(path: Path, pictures: Iterable[Picture], fps: int, crf: int) -> int:
    """Encode as a browser plays it, index first; the number of frames written."""
    count = 0
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as file:
        stream = file.add_stream("libx264", rate=fps, options={"crf": str(crf), "preset": "slow"})
        stream.pix_fmt, stream.gop_size = "yuv420p", KEYFRAME_EVERY_S * fps
        stream.time_base = Fraction(1, fps)
        for picture in pictures:
            if count == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = count, Fraction(1, fps)
            file.mux(stream.encode(frame))
            count += 1
        file.mux(stream.encode())
    return count
