"""`watch` and `serve` as processes, and what the database says of them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.cameras.store import NewCamera, create_camera
from api.database import Database
from api.migrations import upgrade
from api.restaurants.store import create_restaurant

RUN = "from api.cli import main; main()"
ROOT = Path(__file__).parents[2]
LEASE_S = 6
FILE = """
model_dir = "{model}"
[api]
url = "http://{address}"
timeout_s = 2.0
[worker]
listen = "127.0.0.1:{port}"
disk_reserve_gib = 0.001
threads = 1
shares = true
"""
CAMERA = """
[[cameras]]
id = "{camera.id}"
name = "one"
address = "file:{clip}"
key_env = "KEY_{number}"
rules = "hats-only"
"""


def until(what: Callable[[], bool], within_s: float = 120.0) -> bool:
    """Whether it comes about in time."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if what():
            return True
        threading.Event().wait(0.2)
    return False


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Office:
    """A database with one restaurant's cameras, and the server on it."""

    folder: Path
    address: str
    count: int

    def __post_init__(self) -> None:
        self.url = f"sqlite:///{self.folder / 'office.db'}"
        upgrade(self.url)
        with Database(self.url) as database, database.writing() as session:
            restaurant = create_restaurant(session, "Golden Wok", "North")
            names = [f"camera {number}" for number in range(self.count)]
            self.cameras = [create_camera(session, restaurant, name) for name in names]

    def command(self) -> list[str]:
        """Serve."""
        host, _, port = self.address.partition(":")
        where = ["--host", host, "--port", port, "--data", str(self.folder / "data")]
        return [sys.executable, "-c", RUN, "serve", *where, "--database-url", self.url]

    def environ(self) -> dict[str, str]:
        """With leases that a test can wait for."""
        return os.environ | {"PYTHONPATH": str(ROOT), "BRIGHTKITCHEN_WATCH_LEASE_S": str(LEASE_S)}

    def rows(self, statement: Any) -> list[tuple[Any, ...]]:
        """What a query gives."""
        with Database(self.url) as database, database.reading() as session:
            return [tuple(row) for row in session.execute(statement)]


def configure(
    folder: Path, model: Path, clip: Path, address: str, cameras: Sequence[NewCamera]
) -> None:
    """Write the file of a watch."""
    port = free_port()
    folder.mkdir()
    told = FILE.format(model=model, address=address, port=port)
    told += "".join(CAMERA.format(camera=c, clip=clip, number=n) for n, c in enumerate(cameras))
    (folder / "kitchen.toml").write_text(told)


def keys_of(cameras: Sequence[NewCamera]) -> dict[str, str]:
    """The environment of a watch."""
    keys = {f"KEY_{number}": camera.key for number, camera in enumerate(cameras)}
    return os.environ | keys | {"PYTHONPATH": str(ROOT)}


WATCH = [sys.executable, "-c", RUN, "watch", "--config", "kitchen.toml"]


@dataclass
class Process:
    """Something that runs until it is ended."""

    command: list[str]
    folder: Path
    environ: dict[str, str]
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, its words in a file beside it."""
        with (self.folder / "log").open("ab") as log:
            self.running = subprocess.Popen(
                self.command, cwd=self.folder, env=self.environ, stdout=log, stderr=log
            )

    def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send it a signal and wait; nothing when it does not run."""
        running, self.running = self.running, None
        if running is None:
            return 0
        running.send_signal(signal.SIGCONT)
        running.send_signal(number)
        return running.wait(60)
