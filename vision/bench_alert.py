"""From the end of an on-delay to the alert stored in an office, and what an idle camera takes.

The office is a server of its own on this machine with an empty database; the watch is the real one.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vision.bench_density import rss_mib, share_at
from vision.config import KitchenConfig
from vision.errors import ConfigError
from vision.live.worker import Worker

RUN: Final = (sys.executable, "-c", "from api.cli import main; main()")
STARTS_WITHIN_S: Final = 60.0
# After so long a camera's ring is full and its alerts are told.
SETTLES_S: Final = 40.0
KEY_ENV: Final = "BRIGHTKITCHEN_BENCH_KEY_"


@dataclass(frozen=True, slots=True)
class Alerts:
    """Seconds from due to stored, one an alert, and MiB for each camera that was added idle."""

    cameras: int
    delays_s: Sequence[float]
    idle_mib: float

    def told(self) -> dict[str, Any]:
        """As it is written."""
        p50, p95 = (share_at(sorted(self.delays_s), share) for share in (0.5, 0.95))
        told = {"cameras": self.cameras, "alerts": len(self.delays_s)}
        return told | {"stored_p50_s": p50, "stored_p95_s": p95, "idle_camera_mib": self.idle_mib}


class _Timed(Worker):
    """A watch that keeps each delay."""

    def __init__(self, config: KitchenConfig, quit: threading.Event) -> None:
        super().__init__(config, quit)
        self.delays_s: list[float] = []

    def stored(self, delay_s: float) -> None:
        super().stored(delay_s)
        self.delays_s.append(delay_s)


def measure_alerts(clips: Sequence[Path], cameras: int, model: Path) -> Alerts:
    """Watch the clips with so many cameras; then as many again show the last clip to nobody."""
    with tempfile.TemporaryDirectory() as name, _office(Path(name), 2 * cameras) as (url, known):
        places = [clips[k % len(clips)] for k in range(cameras)] + [clips[-1]] * cameras
        everybody = list(zip(known, places, strict=True))
        config = _config(Path(name), url, everybody, model)
        busy = config.model_copy(update={"cameras": config.cameras[:cameras]})
        worker, seen = _Timed(busy, threading.Event()), list[float]()

        def watch(running: Worker) -> None:
            try:
                running.quit.wait(SETTLES_S)
                before = _usual_mib(running.quit)
                running.change_to(config)
                running.quit.wait(SETTLES_S)
                seen.append((_usual_mib(running.quit) - before) / cameras)
            finally:
                running.quit.set()

        worker.run(lambda one: threading.Thread(target=watch, args=(one,)).start())
        return Alerts(cameras, worker.delays_s, seen[0])


def _usual_mib(quit: threading.Event) -> float:
    """Memory as it is most of the time: the median of five seconds."""
    told = []
    for _ in range(10):
        told.append(rss_mib())
        quit.wait(0.5)
    return statistics.median(told)


def _config(
    folder: Path, url: str, cameras: Sequence[tuple[dict[str, str], Path]], model: Path
) -> KitchenConfig:
    told = []
    for number, (known, clip) in enumerate(cameras):
        os.environ[f"{KEY_ENV}{number}"] = known["key"]
        one = {"id": known["id"], "name": known["id"], "address": f"file:{clip.resolve()}"}
        told.append(one | {"key_env": f"{KEY_ENV}{number}"})
    worker = {"state_dir": folder / "state", "listen": "127.0.0.1:0", "disk_reserve_gib": 0.1}
    return KitchenConfig.model_validate(
        {
            "api": {"url": url},
            "worker": worker,
            "evidence_dir": folder / "evidence",
            "outbox_dir": folder / "outbox",
            "model_dir": model,
            "cameras": told,
        }
    )


@contextmanager
def _office(folder: Path, count: int) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server on a free port with so many cameras: its address, and their ids and keys."""
    data = ("--data", str(folder / "office"))
    made = _admin("create-restaurant", "--name", "bench", *data)
    where = ("--restaurant", made["id"], *data)
    cameras = [_admin("create-camera", "--name", f"bench {n}", *where) for n in range(count)]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (folder / "office.log").open("wb") as log:
        office = subprocess.Popen(
            [*RUN, "serve", "--port", str(port), *data], stdout=log, stderr=log
        )
    try:
        _await(f"http://127.0.0.1:{port}/readyz", office)
        yield f"http://127.0.0.1:{port}", cameras
    finally:
        office.terminate()
        office.wait()


def _admin(*words: str) -> dict[str, str]:
    done = subprocess.run([*RUN, "admin", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ConfigError(f"the office for the bench cannot be set up: {done.stderr.strip()}")
    told: dict[str, str] = json.loads(done.stdout)
    return told


def _await(url: str, office: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until_s and office.poll() is None:
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url):  # noqa: S310
            return
        time.sleep(0.2)
    raise ConfigError("the office for the bench does not start; try brightkitchen serve")
