from pathlib import Path

import av
import numpy as np
import pytest

from models.synthesis.film import KEYFRAME_EVERY_S, read_picture, write_clip


def test_a_clip_has_a_keyframe_every_two_seconds_and_its_index_first(tmp_path: Path) -> None:
    pictures = (np.full((96, 160, 3), 3 * k, np.uint8) for k in range(30))
    path = tmp_path / "clip.mp4"
    assert write_clip(path, pictures, fps=6, crf=24) == 30
    with av.open(str(path)) as file:
        keyframes = [frame.time for frame in file.decode(video=0) if frame.key_frame]
    assert keyframes == pytest.approx([0, KEYFRAME_EVERY_S, 2 * KEYFRAME_EVERY_S])
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_picture_reads_back_as_it_was(tmp_path: Path) -> None:
    picture = np.random.default_rng(3).integers(0, 255, (20, 30, 3)).astype(np.uint8)
    path = tmp_path / "picture.png"
    with av.open(str(path), "w", format="image2") as file:
        stream = file.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 30, 20, "rgb24"
        file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())
    assert (read_picture(path) == picture).all()
