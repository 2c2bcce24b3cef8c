"""A server that is killed keeps its word: what it acknowledged is there when it comes back."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx2
from sqlalchemy import select

from api.alerts.models import AlertRow
from api.audit import verify_audit
from api.cameras.store import create_camera
from api.database import Database
from api.restaurants.store import create_restaurant
from tests.api.building import key_of
from tests.factories import make_alert

SERVE: Final = """
import sys, uvicorn
from pathlib import Path
from api.app import create_app
from api.migrations import upgrade
from api.settings import read_settings
settings = read_settings(data=Path(sys.argv[1]))
upgrade(settings.url)
uvicorn.run(create_app(settings), port=int(sys.argv[2]), log_level="error")
"""
PATIENCE_S: Final = 60.0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def serving(data: Path) -> Iterator[tuple[httpx2.Client, subprocess.Popen[bytes]]]:
    """A server in a process of its own, and a client of it."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(data), str(port)])
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
        try:
            wait_for(client)
            yield client, process
        finally:
            process.kill()
            process.wait()


def wait_for(client: httpx2.Client) -> None:
    """Return once the server answers."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            assert client.get("/readyz").status_code == 200
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


def test_a_killed_server_lost_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    with serving(tmp_path) as (client, process):
        database = Database(f"sqlite:///{tmp_path / 'brightkitchen.db'}")
        with database.writing() as session:
            camera = create_camera(session, create_restaurant(session, "Wok"), "range")
        for number in range(60):
            if number == 50:
                process.send_signal(signal.SIGKILL)
            alert = json.loads(make_alert(camera_id=camera.id).model_dump_json())
            try:
                answer = client.post("/api/v1/alerts", json=alert, headers=key_of(camera))
            except httpx2.TransportError:
                break
            assert answer.status_code == 201
            acknowledged.add(alert["id"])
    assert len(acknowledged) >= 50
    with database.reading() as session:
        kept = {str(alert_id) for alert_id in session.scalars(select(AlertRow.id))}
        assert acknowledged <= kept
        assert verify_audit(session).broken_at is None
    database.close()
    with serving(tmp_path) as (client, _):
        answer = client.post("/api/v1/alerts", json=alert, headers=key_of(camera))
        assert answer.status_code in (200, 201)
