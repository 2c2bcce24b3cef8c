"""The command ``watch``."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Final

import structlog
import typer

from vision.config import KitchenConfig
from vision.errors import ConfigError, KitchenError
from vision.live.setup import load, part_of
from vision.live.supervisor import PART, supervise
from vision.live.worker import Worker

DIED: Final = threading.Event()

log = structlog.get_logger()


def watch_cameras(config: Path, check: bool) -> None:
    """Watch until a signal ends it."""
    kitchen = load(config)
    if check:
        typer.echo(f"{config}: {len(kitchen.cameras)} cameras, all addresses and keys are there")
        return
    log_to_stderr()
    quit, reload = on_signals()
    if kitchen.worker.processes > 1 and PART not in os.environ:
        supervise(config, kitchen.worker.processes, quit, reload)
        return
    worker = Worker(share_of(kitchen), quit)
    end_with_any_thread(quit)
    listener = threading.Thread(
        target=take_changes, args=(worker, config, quit, reload), daemon=True, name="changes"
    )
    worker.run(lambda _worker: listener.start())
    if DIED.is_set():
        raise KitchenError("a part of watch died, see its log; start it again and tell us of it")


def share_of(kitchen: KitchenConfig) -> KitchenConfig:
    """This process's part of the configuration, when a supervisor has given it one."""
    index, _, count = os.environ.get(PART, "0/1").partition("/")
    if not (index.isdecimal() and count.isdecimal()):
        raise ConfigError(f"{PART} must be like 0/2; unset it")
    return part_of(kitchen, int(index), int(count))


def take_changes(
    worker: Worker, config: Path, quit: threading.Event, reload: threading.Event
) -> None:
    """On SIGHUP read the file again: cameras come and go, the others do not notice."""
    while not quit.is_set():
        if not reload.wait(1.0):
            continue
        reload.clear()
        try:
            worker.change_to(share_of(load(config)))
        except ConfigError as error:
            log.error("configuration not taken", why=str(error))


def on_signals() -> tuple[threading.Event, threading.Event]:
    """Events that SIGTERM or SIGINT, and SIGHUP, set."""
    quit, reload = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: quit.set())
    signal.signal(signal.SIGHUP, lambda *_: reload.set())
    return quit, reload


def end_with_any_thread(quit: threading.Event) -> None:
    """A thread that dies of a mistake in here must not leave cameras unwatched: all end, loudly."""

    def died(what: threading.ExceptHookArgs) -> None:
        name = what.thread.name if what.thread else "a thread"
        log.critical("thread died", thread=name, exc_info=what.exc_value)
        quit.set()
        DIED.set()

    threading.excepthook = died


def log_to_stderr() -> None:
    """JSON lines, or lines for a person where one is watching."""
    shown = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
