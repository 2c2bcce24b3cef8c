import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from tests.vision.clips import FPS, noisy, number_of, numbered, render_clip
from vision.chain import verify
from vision.errors import EvidenceError, SourceError
from vision.evidence import EvidenceWriter
from vision.frames import Frame
from vision.video import file_sha256, open_video, read_picture


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    with EvidenceWriter(tmp_path / "evidence") as writer:
        yield writer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def shown(path: Path) -> list[tuple[float, int]]:
    with open_video(path) as video:
        return [(frame.time_s, number_of(frame.image)) for frame in video.frames()]


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.dts is not None]


def test_each_item_is_written_hashed_and_chained(
    writer: EvidenceWriter, folder: Path, tmp_path: Path
) -> None:
    source = render_clip(tmp_path / "a.mp4", map(numbered, range(50)), g="10")
    items = [
        writer.add_frame(Frame(numbered(3), 1.2), "e1-best"),
        writer.add_clip(source, 0.5, 1.5, "e1"),
        writer.add_data({"boxes": [[0.1, 0.2, 0.3, 0.4]], "规则": "strict"}, "e1"),
    ]
    assert [item.path for item in items] == ["e1-best.jpg", "e1.mp4", "e1.json"]
    assert [item.media_type for item in items] == ["image/jpeg", "video/mp4", "application/json"]
    for item in items:
        assert item.sha256 == file_sha256(folder / item.path) == item.ref.sha256
        assert item.bytes == (folder / item.path).stat().st_size
    verdict = verify(folder)
    assert (verdict.links, verdict.first_bad, verdict.unlisted) == (3, None, ())
    assert verdict.root == writer.root()


def test_a_frame_is_kept_as_it_was_seen(writer: EvidenceWriter, folder: Path) -> None:
    item = writer.add_frame(Frame(numbered(77), 0.0), "best")
    assert number_of(read_picture(folder / item.path)) == 77


def test_data_has_one_spelling(writer: EvidenceWriter, folder: Path) -> None:
    first = writer.add_data({"b": 1, "a": [1.5, "厨"]}, "one")
    again = writer.add_data({"a": [1.5, "厨"], "b": 1}, "two")
    assert first.sha256 == again.sha256
    assert json.loads((folder / first.path).read_text()) == {"a": [1.5, "厨"], "b": 1}


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.mov", "a.flv"])
@pytest.mark.parametrize("bf", ["0", "2"])
def test_the_cameras_own_packets_are_copied_from_the_keyframe_before(
    writer: EvidenceWriter, folder: Path, tmp_path: Path, name: str, bf: str
) -> None:
    images = map(numbered, range(200))
    source = render_clip(tmp_path / name, images, g="20", bf=bf, sc_threshold="0")
    item = writer.add_clip(source, 4.9, 6.0, "clip")
    seen = shown(folder / item.path)
    assert [number for _, number in seen[:31]] == list(range(120, 151))
    assert seen[0][0] == 0.0 and len(seen) <= 34
    if name != "a.ts":
        assert set(packets(folder / item.path)) <= set(packets(source))


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.avi", "mjpeg"),
        ("a.webm", "libvpx-vp9"),
        ("a.mp4", "libx265"),
        ("a.h264", "libx264"),
        ("a.avi", "libx264"),
    ],
)
def test_what_a_browser_does_not_play_is_encoded_anew(
    writer: EvidenceWriter, folder: Path, tmp_path: Path, name: str, codec: str
) -> None:
    source = render_clip(tmp_path / name, map(numbered, range(150)), codec=codec)
    item = writer.add_clip(source, 4.0, 5.0, "clip")
    assert [number for _, number in shown(folder / item.path)] == list(range(100, 126))
    assert shown(folder / item.path)[25][0] == pytest.approx(1.0, abs=0.001)
    assert is_browser_h264(folder / item.path)


def is_browser_h264(path: Path) -> bool:
    with av.open(str(path)) as container:
        codec = container.streams.video[0].codec_context
        return codec.name == "h264" and codec.pix_fmt in {"yuv420p", "yuvj420p"}


def test_a_clip_of_a_turned_odd_sized_recording_is_upright_and_even(
    writer: EvidenceWriter, folder: Path, tmp_path: Path
) -> None:
    images = [numbered(k, 161, 97) for k in range(25)]
    source = render_clip(tmp_path / "a.mp4", images, rotate=90)
    item = writer.add_clip(source, 0, 1, "clip")
    with open_video(folder / item.path) as video:
        assert (video.width, video.height, video.turned) == (96, 160, False)
    assert is_browser_h264(folder / item.path)


def test_a_keyframe_too_far_back_is_not_dragged_along(
    writer: EvidenceWriter, folder: Path, tmp_path: Path
) -> None:
    images = (numbered(k % 256) for k in range(16 * FPS))
    source = render_clip(tmp_path / "a.mp4", images, g="1000", keyint_min="1000", sc_threshold="0")
    item = writer.add_clip(source, 12, 13, "clip")
    assert [number for _, number in shown(folder / item.path)] == [k % 256 for k in range(300, 326)]


def test_the_index_comes_first_so_that_a_browser_can_start(
    writer: EvidenceWriter, folder: Path, tmp_path: Path
) -> None:
    for number, codec in enumerate(["libx264", "mjpeg"]):
        source = render_clip(tmp_path / f"{number}.mov", map(numbered, range(50)), codec=codec)
        content = (folder / writer.add_clip(source, 0, 1, f"clip{number}").path).read_bytes()
        assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize("codec", ["libx264", "mjpeg"])
def test_the_same_input_gives_the_same_bytes_whatever_the_memory_holds(
    tmp_path: Path, codec: str
) -> None:
    source = render_clip(tmp_path / "a.mov", noisy(75), codec=codec)
    program = "import sys, pathlib; from vision.clipping import write_clip as w; a = sys.argv[1:]; "
    program += "w(pathlib.Path(a[0]), 0.5, 2.5, pathlib.Path(a[1]))"
    made = set()
    for filling in ("0", "85", "170"):
        target = tmp_path / f"{filling}.mp4"
        command = [sys.executable, "-c", program, str(source), str(target)]
        subprocess.run(command, check=True, env={**os.environ, "MALLOC_PERTURB_": filling})
        made.add(file_sha256(target))
    assert len(made) == 1


def test_writing_it_again_changes_nothing_and_other_content_is_refused(
    writer: EvidenceWriter, folder: Path
) -> None:
    first = writer.add_data({"a": 1}, "e1")
    assert writer.add_data({"a": 1}, "e1") == first
    with pytest.raises(EvidenceError, match="already other evidence"):
        writer.add_data({"a": 2}, "e1")
    assert verify(folder).links == 1


def test_a_damaged_recording_still_gives_its_clip(
    writer: EvidenceWriter, folder: Path, tmp_path: Path
) -> None:
    source = render_clip(tmp_path / "a.ts", noisy(100), g="10")
    content = bytearray(source.read_bytes())
    for at in np.random.default_rng(3).integers(len(content) // 3, len(content) // 2, 20):
        content[at] ^= 0x41
    source.write_bytes(content)
    item = writer.add_clip(source, 0.5, 3.5, "clip")
    with open_video(folder / item.path) as video:
        assert len(list(video.frames())) > 40


def test_a_clip_beyond_the_end_says_so(
    writer: EvidenceWriter, folder: Path, tmp_path: Path
) -> None:
    source = render_clip(tmp_path / "a.mp4", map(numbered, range(25)))
    with pytest.raises(SourceError, match="shows nothing"):
        writer.add_clip(source, 50, 60, "clip")
    with pytest.raises(SourceError, match="no file"):
        writer.add_clip(tmp_path / "none.mp4", 0, 1, "clip")
    assert names(folder) == ["chain.jsonl"]


@pytest.mark.parametrize("stem", ["", "../up", "a/b", ".hidden", "a\n", "厨"])
def test_a_name_cannot_leave_the_folder(writer: EvidenceWriter, stem: str) -> None:
    with pytest.raises(ValueError, match="evidence name"):
        writer.add_data({}, stem)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".chain.lock")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "tiny"
    place.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], capture_output=True
    )
    if not done or done.returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_leaves_no_half_file_and_goes_on_when_there_is_room(
    tiny_disk: Path, tmp_path: Path
) -> None:
    source = render_clip(tmp_path / "a.mp4", noisy(100, 320, 240), g="25")
    slow = render_clip(tmp_path / "a.avi", noisy(100, 320, 240), codec="mjpeg")
    with EvidenceWriter(tiny_disk) as writer:
        small = writer.add_data({"small": 1}, "e0")
        for big in (source, slow):
            with pytest.raises(EvidenceError, match="free space and run again"):
                writer.add_clip(big, 0, 4, "e1")
        with pytest.raises(EvidenceError, match="free space and run again"):
            writer.add_frame(Frame(noisy(1, 1920, 1080)[0], 0.0), "e1")
        assert names(tiny_disk) == ["chain.jsonl", small.path]
        writer.add_data({"small": 2}, "e2")
    assert verify(tiny_disk).links == 2 and verify(tiny_disk).first_bad is None


def test_a_disk_that_fills_up_while_chaining_leaves_the_chain_whole(tiny_disk: Path) -> None:
    with EvidenceWriter(tiny_disk) as writer:
        with pytest.raises(EvidenceError, match="free space"):
            fill(writer)
        root = writer.root()
    verdict = verify(tiny_disk)
    assert (verdict.root, verdict.first_bad, verdict.unlisted) == (root, None, ())
    assert verdict.links > 10


def fill(writer: EvidenceWriter) -> None:
    for number in range(100):
        writer.add_data({"n": number}, f"e{number}")


LIMITED = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from vision.errors import EvidenceError
from vision.evidence import EvidenceWriter
from vision.frames import Frame

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with EvidenceWriter(Path(sys.argv[1])) as writer:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    try:
        writer.add_frame(Frame(noise, 0.0), "big")
    except EvidenceError as error:
        print(error)
    writer.add_data({"small": 1}, "small")
"""


def test_a_file_that_may_not_grow_leaves_no_half_file(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "free space and run again" in run.stdout
    assert names(tmp_path) == ["chain.jsonl", "small.json"]
    assert verify(tmp_path).first_bad is None


def test_a_folder_that_cannot_be_made_is_an_evidence_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EvidenceError, match="cannot be written"):
        EvidenceWriter(tmp_path / "file" / "evidence")
