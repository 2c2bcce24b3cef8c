"""A decoded picture that is only turned into pixels when somebody looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np

from vision.frames import Frame, Image
from vision.limits import check_size

PLANAR: Final = frozenset({"yuv420p", "yuvj420p", "nv12", "yuv422p", "yuvj422p", "gray"})
LUMA_LONG_SIDE_PX: Final = 240


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """``coded`` is the decoder's frame; a picture that is dropped costs no conversion."""

    coded: Any
    time_s: float

    def frame(self) -> Frame:
        """As the pipeline takes it; SourceError when it is too large."""
        check_size(self.coded.width, self.coded.height, "the camera's picture")
        image = self.coded.to_ndarray(format="bgr24", threads=1)
        return Frame(cast("Image", image), self.time_s)

    def luma(self) -> Image:
        """Brightness alone, about 240 px long, for telling whether anything moves."""
        frame = self.coded
        step = max(1, max(frame.width, frame.height) // LUMA_LONG_SIDE_PX)
        if frame.format.name not in PLANAR:
            return cast("Image", frame.to_ndarray(format="gray", threads=1)[::step, ::step])
        plane = frame.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        return np.ascontiguousarray(rows[: frame.height : step, : frame.width : step])
