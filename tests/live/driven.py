"""A camera driven through the real parts without threads: pieces in, alerts in the outbox."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.vision.bundles import write_bundle
from vision.config import CameraConfig, WorkerConfig, ZoneConfig
from vision.detector import open_detector
from vision.live.camera import Camera
from vision.live.clerk import Clerk
from vision.live.desk import Desk
from vision.live.duty import Duty, duty_of
from vision.live.hours import HourBook
from vision.live.metrics import Metrics
from vision.live.pieces import Piece
from vision.live.stream import Decoder
from vision.live.tools import Tools
from vision.live.vault import GIB, Vault
from vision.model import load_model
from vision.outbox import Outbox
from vision.spool import Item

WHOLE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]


def camera_config(camera_id: str = "cam", **changes: Any) -> CameraConfig:
    """A simulated camera that is looked at steadily."""
    told = {
        "id": camera_id,
        "name": camera_id,
        "address": "file:camera.mp4",
        "key_env": "KEY",
        "rules": "hats-only",
        "sampling": "steady",
    }
    return CameraConfig.model_validate(told | changes)


def zone(**changes: Any) -> ZoneConfig:
    """The whole picture as a range."""
    return ZoneConfig.model_validate(
        {"name": "range", "type": "cooking", "polygon": WHOLE} | changes
    )


@dataclass
class Site:
    """A worker's parts in one folder; ``restart`` is what a crash and a new start leave."""

    folder: Path
    reopen_s: float = 0.0
    groups: tuple[frozenset[str], ...] = ()
    free: list[float] = field(default_factory=lambda: [1e12])

    def __post_init__(self) -> None:
        bundle_folder = self.folder / "model"
        if not bundle_folder.exists():
            write_bundle(bundle_folder)
        self._bundle = load_model(bundle_folder)
        self.detector = open_detector(self._bundle, threads=1)
        self.state = self.folder / "state"
        self.state.mkdir(exist_ok=True)
        self.open()

    def open(self) -> None:
        """Begin with what the folder holds."""
        self.desk, self.metrics = Desk(), Metrics()
        self.vault = Vault(self.folder / "evidence", 100 * GIB, GIB, lambda _path: self.free[0])
        self.outbox = Outbox(self.folder / "spool.db")
        self.clerk = Clerk(self.vault, self.outbox, self.detector, self._bundle.ref, self.metrics)
        worker = WorkerConfig(state_dir=self.state, reopen_s=self.reopen_s)
        hours = HourBook(self.state)
        self.tools = Tools(
            self.desk, self.clerk, self.metrics, self.detector, hours, worker, groups=self.groups
        )

    def close(self) -> None:
        """Let the files go; nothing else is written down, as in a crash."""
        self.vault.close()
        self.outbox.close()

    def restart(self) -> None:
        """Crash and start again."""
        self.close()
        self.open()

    def camera(self, config: CameraConfig | None = None, duty: Duty | None = None) -> Camera:
        """A camera of this site."""
        config = config or camera_config()
        camera = Camera(config, self.tools, duty or duty_of(config, "Asia/Shanghai", None))
        camera.eye.clock = lambda: 0.0
        return camera

    def work(self) -> None:
        """Let the clerk do what waits."""
        self.clerk.run(lambda: True)

    def items(self) -> list[Item]:
        """What waits in the outbox."""
        return self.outbox.pending()

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts that wait there."""
        return [json.loads(item.body) for item in self.items() if item.kind == "alert"]

    def updates(self) -> list[dict[str, Any]]:
        """The updates that wait there."""
        return [json.loads(item.body) for item in self.items() if item.kind == "update"]


def drive(camera: Camera, site: Site, pieces: Iterable[Piece]) -> int:
    """Send pieces through eye, desk and camera; how many pictures were looked at."""
    decoder, looked = Decoder("h264"), 0
    for piece in pieces:
        wanted = camera.eye.take(piece)
        pictures = [p for one in wanted.pieces for p in decoder.decode(one)]
        for picture in (*pictures, *(decoder.drain() if wanted.alone else ())):
            camera.eye.show(picture)
            taken = site.desk.take(0)
            if taken is not None:
                camera.look(taken[1])
                site.desk.done(taken[0])
                looked += 1
    return looked


def ago(seconds: float) -> float:
    """A monotonic time in the past."""
    return time.monotonic() - seconds
