"""A small real HTTP server that keeps alerts as the contract says, with faults on demand."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from uuid import UUID, uuid5

from tests.factories import make_alert
from vision.alert import Alert

KEY = "camera-key-that-nobody-may-see"


class Shelf:
    """What the server has: alerts by id, evidence by (id, sha256), updates, and a log."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.alerts: dict[str, dict[str, Any]] = {}
        self.evidence: dict[tuple[str, str], bytes] = {}
        self.updates: list[tuple[str, dict[str, Any]]] = []
        self.exposures: dict[str, list[dict[str, Any]]] = {}
        self.log: list[tuple[str, int]] = []
        self.created: Counter[str] = Counter()
        # Answers to give first: (method, status, headers).
        self.faults: list[tuple[str, int, dict[str, str]]] = []
        self.url = ""

    def fault(self, method: str, status: int, **headers: str) -> None:
        """Answer the next request of this method with ``status``."""
        self.faults.append((method, status, headers))

    def answer(self, method: str, parts: list[str], body: bytes) -> tuple[int, dict[str, str]]:
        """Status and headers, everything stored that the contract stores."""
        for fault in self.faults:
            if fault[0] == method:
                self.faults.remove(fault)
                return fault[1], fault[2]
        if method == "POST":
            return self._post(json.loads(body)), {}
        if parts[2] == "cameras":
            self.exposures.setdefault(parts[3], []).append(json.loads(body))
            return 200, {}
        if parts[3] not in self.alerts:
            return 404, {}
        if method == "PATCH":
            self.updates.append((parts[3], json.loads(body)))
            return 200, {}
        return self._put(parts[3], parts[5], body), {}

    def _post(self, alert: dict[str, Any]) -> int:
        known = self.alerts.setdefault(alert["id"], alert)
        if known is alert:
            self.created[alert["id"]] += 1
            return 201
        return 200 if known == alert else 409

    def _put(self, alert_id: str, sha256: str, body: bytes) -> int:
        if hashlib.sha256(body).hexdigest() != sha256:
            return 422
        known = (alert_id, sha256) in self.evidence
        self.evidence[alert_id, sha256] = body
        return 200 if known else 201


def handler(shelf: Shelf) -> type[BaseHTTPRequestHandler]:
    """A request handler that answers from ``shelf``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(size)
            if len(body) < size:
                raise ConnectionAbortedError("the client died while it spoke")
            parts = self.path.strip("/").split("/")
            with shelf.lock:
                status, headers = 401, dict[str, str]()
                if self.headers["Authorization"] == f"Bearer {KEY}":
                    status, headers = shelf.answer(self.command, parts, body)
                shelf.log.append((f"{self.command} {self.path}", status))
            detail = json.dumps({"type": "x", "detail": f"because {status}"}).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Type", "application/problem+json")
            self.send_header("Content-Length", str(len(detail)))
            self.end_headers()
            self.wfile.write(detail)

        do_POST = do_PUT = do_PATCH = _serve  # noqa: N815

        def handle(self) -> None:
            # A killed client resets its line; that is the test, not a fault of the server.
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    return Handler


@contextmanager
def serving(shelf: Shelf, port: int = 0) -> Iterator[Shelf]:
    """Serve on loopback until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", port), handler(shelf))
    shelf.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield shelf
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def write(path: Path, content: bytes) -> tuple[dict[str, Any], dict[str, Path]]:
    """A file, as an alert names it and as the outbox takes it."""
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    ref = {"sha256": sha256, "kind": "frame", "media_type": "image/jpeg", "bytes": len(content)}
    return ref, {sha256: path}


def numbered_alert(folder: Path, number: int) -> tuple[Alert, dict[str, Path]]:
    """The same alert and file for the same number, in whatever process."""
    ref, files = write(folder / f"{number}.jpg", b"frame %d" % number)
    alert_id = uuid5(UUID(int=0), str(number))
    return make_alert(id=alert_id, camera_id=str(number % 3), evidence=[ref]), files
