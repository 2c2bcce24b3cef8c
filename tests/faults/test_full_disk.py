"""A disk that is really full: nothing dies, nothing unproved is told, and it goes on by itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import Run
from tests.live.driven import Site, ago, drive
from tests.live.seen import clip, kitchen, sent
from vision.chain import verify

pytestmark = pytest.mark.live
MIB = 1024 * 1024
SAMPLE = Path(__file__).parent.parent.parent / "sample_videos" / "range-no-hat.mp4"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with 12 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk can only be mounted as root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Take what is left, to the last byte."""
    path = disk / "filler"
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096) == 4096:
                pass
        except OSError:
            pass
    return path


def test_a_disk_that_fills_up_under_way_costs_nothing_but_what_could_not_be_proved(
    small_disk: Path, tmp_path: Path
) -> None:
    site = Site(small_disk)
    camera = site.camera()
    film = clip(tmp_path, kitchen(45), 5)
    pieces = sent(film, ago(60))
    # The vault believes that there is room: only writing shows that there is none.
    filler = fill(small_disk)
    drive(camera, site, pieces)
    site.work()
    assert site.items() == [] and camera.open_alerts() == []
    assert site.metrics.unproved.labels("missing_hat")._value.get() >= 1
    filler.unlink()
    drive(camera, site, sent(film, pieces[-1].time_s + 0.2))
    site.work()
    (alert,) = site.alerts()
    assert alert["rule"] == "missing_hat" and len(alert["evidence"]) >= 3
    (day,) = (path for path in (small_disk / "evidence").iterdir() if path.is_dir())
    assert verify(day).first_bad is None
    site.close()


def leave(disk: Path, kib: int) -> None:
    """Take what is left but for so much."""
    with fill(disk).open("rb+") as file:
        file.truncate(max(file.seek(0, os.SEEK_END) - kib * 1024, 0))


def pages_kib(*files: Path) -> int:
    """What they take of a disk in memory."""
    return sum(-(-file.stat().st_size // 4096) * 4 for file in files)


def test_an_analysis_that_fills_the_disk_goes_on_wherever_it_broke_off(
    small_disk: Path, tmp_path: Path, run: Run
) -> None:
    ask = ("analyze", SAMPLE, "--fps", 2, "--workers", 1, "--quiet", "--resume", "--out")
    calm, out = tmp_path / "calm", small_disk / "out"
    assert run(*ask, calm).code == 0
    out.mkdir()
    told = pages_kib(calm / "episodes.json", calm / "report.html")
    table = pages_kib(calm / "episodes.parquet")
    # No room for the first piece, for evidence, for a clip, the report, Parquet, Excel.
    for kib in (0, 8, 120, 700, told - 4, told, told + table):
        leave(small_disk, kib)
        ended = run(*ask, out)
        assert ended.code == 1 and len(ended.err.strip().splitlines()) == 1, (kib, ended)
        assert "free space" in ended.err and not list(out.rglob("*.part")), kib
        for result in out.glob("*.*"):
            result.unlink()
    (small_disk / "filler").unlink()
    assert run(*ask, out).code == 0
    assert run("verify", out).code == 0
    assert (out / "episodes.json").read_bytes() == (calm / "episodes.json").read_bytes()
