"""Real RTSP servers for a test, and a line to them that can be broken in every way."""

from __future__ import annotations

import random
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

CAMERA: Final = Path(__file__).parent / "camera.py"
SYSTEM_PYTHON: Final = "/usr/bin/python3"
PROBE: Final = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); "
    "from gi.repository import Gst; Gst.init(None); "
    "assert Gst.ElementFactory.find('x264enc')"
)
Fault = Literal["none", "stall", "reset", "slow", "garbage", "refuse"]


def why_not() -> str | None:
    """Why no such server can be had here, None when it can."""
    if not Path(SYSTEM_PYTHON).exists():
        return "there is no Debian Python"
    done = subprocess.run([SYSTEM_PYTHON, "-c", PROBE], capture_output=True, check=False)
    return None if done.returncode == 0 else "GStreamer's RTSP server is not installed"


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """A camera's process, which can be killed and started again on its port."""

    port: int
    settings: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = [SYSTEM_PYTHON, str(CAMERA), str(self.port), *self.settings]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == "READY"

    def kill(self) -> None:
        """As a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None


@contextmanager
def serving(*settings: str) -> Iterator[Server]:
    """A camera while the block runs."""
    server = Server(free_port(), settings)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@dataclass
class Line:
    """A TCP line to ``target``; ``fault`` holds for what passes from now on."""

    target: int
    fault: Fault = "none"
    port: int = 0
    _listener: socket.socket = field(default_factory=socket.socket)
    _open: list[socket.socket] = field(default_factory=list)
    _chance: random.Random = field(default_factory=lambda: random.Random(4))

    def start(self) -> None:
        """Listen on a port of its own."""
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def break_off(self) -> None:
        """Reset every connection that stands."""
        for one in self._open:
            with suppress(OSError):
                # Linger 0: the peer gets a reset, not an orderly end.
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            one.close()
        self._open.clear()

    def close(self) -> None:
        """Let everything go."""
        self._listener.close()
        self.break_off()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self.fault == "refuse":
                    near.close()
                    continue
                try:
                    far = socket.create_connection(("127.0.0.1", self.target), 5)
                except OSError:
                    near.close()
                    continue
                self._open += [near, far]
                for pair in ((near, far, False), (far, near, True)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, hurt: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if hurt and self.fault == "stall":
                    continue  # half open: it is read, and goes nowhere
                if hurt and self.fault == "garbage":
                    data = self._spoiled(data)
                if hurt and self.fault == "slow":
                    threading.Event().wait(0.2)
                    data = data[:2048]
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _spoiled(self, data: bytes) -> bytes:
        spoiled = bytearray(data)
        for _ in range(max(1, len(data) // 200)):
            spoiled[self._chance.randrange(len(data))] ^= 0xFF
        return bytes(spoiled)


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A line while the block runs."""
    line = Line(port)
    line.start()
    try:
        yield line
    finally:
        line.close()
