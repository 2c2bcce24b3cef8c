"""Whether watching for long grows: memory, threads and open files over hours and reconnects.

    python -m benchmarks.soak [--hours 8] [--connections 1000] [--speed 50] [--cameras 2]

A worker as `watch` runs it, in this process, against a server of its own. Its cameras are sample
videos as small streams, played ``speed`` times as fast, so the hours are those of the footage, and
each connection is cut off so often that they are called again as often as asked. All its pictures
pass through decoder, sampler, rules, evidence, spool and delivery; a minute is one line.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import av
import cv2

from api.cameras.store import NewCamera, create_camera
from api.database import Database
from api.migrations import upgrade
from api.restaurants.store import create_restaurant
from vision.config import KitchenConfig
from vision.frames import Image
from vision.live import backoff
from vision.live.worker import Worker
from vision.video import open_video

SAMPLES: Final = Path(__file__).parent.parent / "sample_videos"
CLIPS: Final = ("range-no-hat.mp4", "clean-shift.mp4", "night-rodent.mp4")
RUN: Final = "from api.cli import main; main()"
PORT: Final = 18_231
URL: Final = f"http://127.0.0.1:{PORT}"
# What is allocated once and kept: engines, rings, views, the interpreter's own pools.
WARM_SHARE: Final = 0.25


@dataclass(frozen=True, slots=True)
class State:
    """What must not grow."""

    at_s: float
    rss_mib: float
    threads: int
    files: int
    connections: int
    looks: int

    def __str__(self) -> str:
        return (
            f"{self.at_s / 3600:6.2f} h {self.connections:6} connections {self.looks:8} looks "
            f"{self.rss_mib:8.1f} MiB {self.threads:4} threads {self.files:4} files"
        )


def small(source: Path, target: Path) -> Path:
    """A sample as a camera's substream: 640x360, 5 pictures a second, a key every two seconds."""
    with open_video(source) as video, av.open(str(target), "w") as container:
        options = {"preset": "veryfast", "g": "10", "bf": "0"}
        stream = cast("Any", container.add_stream("libx264", rate=5, options=options))
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number, frame in enumerate(video.frames(5)):
            image = cast("Image", cv2.resize(frame.image, (640, 360)))
            picture = av.VideoFrame.from_ndarray(image, "bgr24")
            picture.pts, picture.time_base = number, Fraction(1, 5)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return target


@contextmanager
def serving(folder: Path, count: int) -> Iterator[list[NewCamera]]:
    """An office with so many cameras, in a process of its own."""
    url = f"sqlite:///{folder / 'office.db'}"
    upgrade(url)
    with Database(url) as database, database.writing() as session:
        restaurant = create_restaurant(session, "Golden Wok", "North")
        cameras = [create_camera(session, restaurant, f"camera {n}") for n in range(count)]
    where = ["--port", str(PORT), "--data", str(folder / "data"), "--database-url", url]
    command = [sys.executable, "-c", RUN, "serve", *where]
    with (folder / "office.log").open("wb") as log:
        office = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield cameras
    finally:
        office.terminate()
        office.wait()


def configured(
    folder: Path, cameras: list[NewCamera], speed: float, lasts_s: float
) -> KitchenConfig:
    """A worker's configuration; the keys are put into the environment."""
    told = []
    for number, camera in enumerate(cameras):
        os.environ[f"SOAK_{number}"] = camera.key
        clip = small(SAMPLES / CLIPS[number % len(CLIPS)], folder / f"{number}.mp4")
        address = f"file:{clip}?speed={speed}&ends_after_s={lasts_s}"
        key = f"SOAK_{number}"
        told.append({"id": camera.id, "name": camera.id, "address": address, "key_env": key})
    worker = {"state_dir": folder / "state", "listen": "127.0.0.1:0", "evidence_max_gib": 2.0}
    return KitchenConfig.model_validate(
        {
            "api": {"url": URL},
            "worker": worker | {"disk_reserve_gib": 0.1},
            "evidence_dir": folder / "evidence",
            "outbox_dir": folder / "outbox",
            "cameras": told,
        }
    )


def state(worker: Worker, at_s: float) -> State:
    """How this process is now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return State(
        at_s=at_s,
        rss_mib=pages * os.sysconf("SC_PAGESIZE") / 2**20,
        threads=threading.active_count(),
        files=len(list(Path("/proc/self/fd").iterdir())),
        connections=_total(worker, "connections"),
        looks=_total(worker, "looks"),
    )


def _total(worker: Worker, name: str) -> int:
    begins = f"brightkitchen_watch_{name}_total{{"
    lines = worker.metrics.text().decode().splitlines()
    return int(sum(float(line.split()[-1]) for line in lines if line.startswith(begins)))


def soak(worker: Worker, hours: float, speed: float) -> list[State]:
    """A state a minute until the hours are over."""
    began_s, seen = time.monotonic(), list[State]()
    while not seen or seen[-1].at_s < 3600 * hours:
        worker.quit.wait(min(60.0, 3600 * hours / speed / 12))
        if worker.quit.is_set():
            break
        seen.append(state(worker, (time.monotonic() - began_s) * speed))
        print(seen[-1], flush=True)
    return seen


def tell(seen: list[State]) -> None:
    """What grew between the warm part and the end."""
    warm = seen[int(len(seen) * WARM_SHARE)]
    last = seen[-1]
    hours = (last.at_s - warm.at_s) / 3600
    print(
        f"growth over {hours:.1f} h and {last.connections - warm.connections} connections: "
        f"{last.rss_mib - warm.rss_mib:+.1f} MiB, {last.threads - warm.threads:+} threads, "
        f"{last.files - warm.files:+} files"
    )


def main() -> None:
    """Run and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--speed", type=float, default=50.0)
    parser.add_argument("--cameras", type=int, default=2)
    told = parser.parse_args()
    lasts_s = told.cameras * 3600 * told.hours / told.speed / told.connections
    with tempfile.TemporaryDirectory() as name, serving(Path(name), told.cameras) as cameras:
        # A camera is called again at once, or the waits would be the most of it.
        vars(backoff).update(FIRST_DELAY_S=0.04, LONGEST_DELAY_S=0.04)
        worker = Worker(configured(Path(name), cameras, told.speed, lasts_s), threading.Event())
        seen: list[State] = []

        def watch(running: Worker) -> None:
            seen.extend(soak(running, told.hours, told.speed))
            with urllib.request.urlopen(f"{URL}/readyz") as answer:  # noqa: S310  # our own
                print(f"office {answer.status}, spooled {running._outbox.count()}")
            running.quit.set()

        worker.run(lambda one: threading.Thread(target=watch, args=(one,)).start())
        tell(seen)


if __name__ == "__main__":
    main()
