"""How a worker is, told over HTTP: ``/metrics``, ``/healthz``, ``/cameras``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from vision.errors import ConfigError

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
JSON: Final = "application/json"
Page = Callable[[], tuple[int, str, bytes]]


def as_json(status: int, value: object) -> tuple[int, str, bytes]:
    """An answer in JSON."""
    return status, JSON, json.dumps(value).encode() + b"\n"


@contextmanager
def serving(listen: str, pages: Mapping[str, Page]) -> Iterator[int]:
    """Serve the pages at ``host:port`` while the block runs; gives the port, chosen for port 0."""
    host, _, port = listen.rpartition(":")
    try:
        server = ThreadingHTTPServer((host, int(port)), _handler(pages))
    except (OSError, OverflowError) as error:
        raise ConfigError(f"worker.listen {listen} cannot be used; choose another port") from error
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name="status", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(pages: Mapping[str, Page]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:  # the library's name
            page = pages.get(self.path.partition("?")[0])
            status, kind, body = page() if page else as_json(404, {"detail": "no such page"})
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Whoever asks often would fill the log."""

    return Handler
