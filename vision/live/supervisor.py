"""One process a group of cores, each started again when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final

import structlog

from vision.live.backoff import Redial

POLL_S: Final = 0.5
ENDS_WITHIN_S: Final = 20.0
PART: Final = "BRIGHTKITCHEN_WATCH_PART"

log = structlog.get_logger()


@dataclass(slots=True)
class Child:
    """One process, and when it may be started again."""

    index: int
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    due_s: float = 0.0
    redial: Redial = field(default_factory=Redial)

    def step(self, command: Sequence[str], count: int) -> None:
        """Start it when it does not run and its time has come."""
        now_s = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            code, self.process = self.process.returncode, None
            self.due_s = now_s + self.redial.delay_s(now_s - self.started_s)
            log.error("process ended", part=self.index, code=code)
        if self.process is None and now_s >= self.due_s:
            environ = os.environ | {PART: f"{self.index}/{count}"}
            self.process = subprocess.Popen(command, env=environ)
            self.started_s = now_s
            log.info("process started", part=self.index, pid=self.process.pid)


def supervise(config: Path, count: int, quit: Event, reload: Event) -> None:
    """Keep ``count`` processes of ``watch --config`` running until ``quit``."""
    command = [sys.argv[0], "watch", "--config", str(config)]
    children = [Child(index) for index in range(count)]
    while not quit.wait(POLL_S):
        for child in children:
            child.step(command, count)
        if reload.is_set():
            reload.clear()
            _signal(children, signal.SIGHUP)
    _signal(children, signal.SIGTERM)
    until_s = time.monotonic() + ENDS_WITHIN_S
    for child in children:
        if child.process is not None:
            try:
                child.process.wait(max(until_s - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.process.kill()


def _signal(children: Sequence[Child], number: signal.Signals) -> None:
    for child in children:
        if child.process is not None and child.process.poll() is None:
            child.process.send_signal(number)
