"""`watch` as a process: killed at any moment, the API away: nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live.seen import clip, kitchen
from tests.vision.alert_server import KEY, Shelf, serving
from tests.vision.bundles import write_bundle

pytestmark = pytest.mark.live
FILE = """
model_dir = "model"
[api]
url = "{url}"
timeout_s = 2.0
[worker]
listen = "127.0.0.1:0"
disk_reserve_gib = 0.001
threads = 1
[[cameras]]
id = "one"
name = "one"
address = "file:{clip}"
key_env = "WATCH_KEY"
rules = "hats-only"
[[cameras]]
id = "two"
name = "two"
address = "file:{clip}?ends_after_s=7"
key_env = "WATCH_KEY"
rules = "hats-only"
"""
RUN = "from api.cli import main; main()"


class Watch:
    """The process, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-c", RUN, "watch", "--config", "kitchen.toml"]
        environ = os.environ | {"WATCH_KEY": KEY, "PYTHONPATH": str(Path(__file__).parents[2])}
        with (self._folder / "watch.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self._folder, env=environ, stderr=log)

    def seen(self) -> int:
        """How often the log has told of a camera's first picture."""
        path = self._folder / "watch.log"
        return path.read_text().count("camera seen") if path.exists() else 0

    def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "model")
    clip(tmp_path, kitchen(100), 5)
    return tmp_path


@pytest.fixture
def watch(folder: Path) -> Iterator[Watch]:
    watch = Watch(folder)
    yield watch
    if watch._process is not None and watch._process.poll() is None:
        watch.end()


def configure(folder: Path, url: str) -> None:
    name = next(folder.glob("camera-*.mp4")).name
    (folder / "kitchen.toml").write_text(FILE.format(url=url, clip=name))


def until(what: Callable[[], bool], within_s: float = 120.0) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if what():
            return True
        threading.Event().wait(0.1)
    return False


def hats(shelf: Shelf) -> Counter[str]:
    """How many alerts of bare heads each camera has raised."""
    told = [alert for alert in shelf.alerts.values() if alert["rule"] == "missing_hat"]
    return Counter(alert["camera_id"] for alert in told)


def test_killed_at_any_moment_every_violation_is_one_alert(folder: Path, watch: Watch) -> None:
    chance, shelf = random.Random(11), Shelf()
    with serving(shelf):
        configure(folder, shelf.url)
        for _ in range(5):
            seen = watch.seen()
            watch.start()
            assert until(lambda before=seen: watch.seen() > before)  # type: ignore[misc]
            # From the first picture to long after the alert was sent.
            threading.Event().wait(chance.uniform(0, 8))
            watch.end(signal.SIGKILL)
        watch.start()
        assert until(lambda: set(hats(shelf)) == {"one", "two"})
        threading.Event().wait(8)
        assert watch.end(signal.SIGTERM) == 0
    assert hats(shelf) == {"one": 1, "two": 1}
    for alert_id, alert in shelf.alerts.items():
        for item in alert["evidence"]:
            assert (alert_id, item["sha256"]) in shelf.evidence


def test_what_happens_while_the_api_is_away_is_told_once_when_it_is_back(
    folder: Path, watch: Watch
) -> None:
    shelf = Shelf()
    with serving(shelf):
        port = int(shelf.url.rpartition(":")[2])
    configure(folder, shelf.url)
    watch.start()
    evidence = folder / "evidence"
    assert until(lambda: len(list(evidence.glob("*/*-data.json"))) >= 2)
    assert shelf.alerts == {}
    with serving(shelf, port):
        assert until(lambda: set(hats(shelf)) == {"one", "two"})
        threading.Event().wait(5)
        assert watch.end(signal.SIGTERM) == 0
    assert hats(shelf) == {"one": 1, "two": 1}
    assert all(shelf.created[alert_id] == 1 for alert_id in shelf.alerts)
