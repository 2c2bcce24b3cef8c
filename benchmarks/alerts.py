"""How many alerts with evidence one server process stores a second, and how long each waits.

    python -m benchmarks.alerts [--seconds 20] [--clients 8] [--evidence-kb 60] [--pace N]

A real server on SQLite in a temporary folder; clients on loopback post an alert and upload its
frame, over kept connections, as cameras do. Goal: 300 alerts a second, p99 of a post 50 ms.
The clients share the machine's processors with the server, so the server's own processor time
for each alert is printed too: 1000 / that is what one free core would hold.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from api.cameras.store import create_camera
from api.database import Database
from api.migrations import upgrade
from api.restaurants.store import create_restaurant

STARTS_WITHIN_S: Final = 60
TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")


@dataclass
class Times:
    """Seconds that each answer took."""

    posts: list[float] = field(default_factory=list)
    uploads: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Load:
    """One camera's way of posting."""

    port: int
    camera_id: str
    key: str
    evidence: bytes
    until: float
    pause_s: float


def main() -> None:
    """Run the load and print what came of it."""
    given = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        cameras = _make_cameras(Path(folder), given.clients)
        with _server(Path(folder)) as (port, process):
            before = _cpu_s(process.pid)
            began = time.monotonic()
            until = began + given.seconds
            pause_s = given.clients / given.pace if given.pace else 0.0
            loads = [
                Load(port, *camera, _picture(given.evidence_kb * 1024), until, pause_s)
                for camera in cameras
            ]
            with ThreadPoolExecutor(given.clients) as pool:
                times = list(pool.map(_post_until, loads))
            took_s = time.monotonic() - began
            cpu_s = _cpu_s(process.pid) - before
    _tell(times, took_s, cpu_s)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--evidence-kb", type=int, default=60)
    parser.add_argument("--pace", type=float, help="alerts a second offered; default: all that go")
    return parser.parse_args()


def _make_cameras(folder: Path, count: int) -> list[tuple[str, str]]:
    address = f"sqlite:///{folder / 'brightkitchen.db'}"
    upgrade(address)
    database = Database(address)
    with database.writing() as session:
        restaurant = create_restaurant(session, "Benchmark")
        made = [create_camera(session, restaurant, f"camera {n}") for n in range(count)]
    database.close()
    return [(camera.id, camera.key) for camera in made]


@contextmanager
def _server(folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The product's own `serve`, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = "from api.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--port", str(port), "--data", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int) -> None:
    limit = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > limit:
                raise SystemExit("the server did not start") from None
            time.sleep(0.1)


def _cpu_s(pid: int) -> float:
    """Processor seconds of one process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def _post_until(load: Load) -> Times:
    times = Times()
    connection = http.client.HTTPConnection("127.0.0.1", load.port, timeout=60)
    due = time.monotonic()
    while time.monotonic() < load.until:
        due += load.pause_s
        time.sleep(max(0.0, due - time.monotonic()))
        _post_one(connection, load, times)
    connection.close()
    return times


def _post_one(connection: http.client.HTTPConnection, load: Load, times: Times) -> None:
    # Other bytes each time: the storage keeps what it knows already only once.
    body = load.evidence + uuid.uuid4().bytes
    sha256 = hashlib.sha256(body).hexdigest()
    alert = _alert(load.camera_id, sha256, len(body))
    kind = {"Content-Type": "application/json"}
    path = "/api/v1/alerts"
    times.posts.append(_ask(connection, "POST", path, json.dumps(alert), load.key, kind))
    path = f"{path}/{alert['id']}/evidence/{sha256}"
    times.uploads.append(_ask(connection, "PUT", path, body, load.key, {}))


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: str | bytes,
    key: str,
    more: dict[str, str],
) -> float:
    began = time.perf_counter()
    connection.request(method, path, body, {"Authorization": f"Bearer {key}"} | more)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 201:
        raise SystemExit(f"{method} {path}: {answer.status} {said[:300]!r}")
    return time.perf_counter() - began


def _picture(size: int) -> bytes:
    """A JPEG of about that many bytes."""
    noise = np.random.default_rng(7).integers(0, 255, (360, 640, 3), np.uint8)
    for quality in range(95, 5, -5):
        found = bytes(cv2.imencode(".jpg", noise, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])
        if len(found) <= size:
            break
    return found


def _alert(camera_id: str, sha256: str, size: int) -> dict[str, Any]:
    file = {"sha256": sha256, "kind": "frame", "media_type": "image/jpeg", "bytes": size}
    return {
        "id": str(uuid.uuid4()),
        "origin": "camera",
        "camera_id": camera_id,
        "rule": "missing_hat",
        "severity": "major",
        "zone": "range",
        "zone_type": "cooking",
        "started_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "ended_at": None,
        "confidence": 0.9,
        "subjects": 1,
        "box": [0.1, 0.2, 0.3, 0.4],
        "model": {"name": "benchmark", "sha256": "a" * 64},
        "rules": {"name": "strict", "version": "1.0", "sha256": "b" * 64},
        "evidence": [file],
    }


def _tell(times: list[Times], took_s: float, cpu_s: float) -> None:
    posts = np.concatenate([one.posts for one in times]) * 1000
    uploads = np.concatenate([one.uploads for one in times]) * 1000
    print(f"alerts with their frame   {len(posts) / took_s:8.0f} a second   (goal 300)")
    for name, found in (("post", posts), ("upload", uploads)):
        middle, high = np.percentile(found, [50, 99])
        print(
            f"{name:<10} p50 {middle:7.1f} ms   p99 {high:7.1f} ms"
            + " (goal 50)" * (name == "post")
        )
    print(f"server processor time     {1000 * cpu_s / len(posts):8.2f} ms an alert")


if __name__ == "__main__":
    main()
