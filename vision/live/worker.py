"""The process that watches: its threads, what they share, and how they begin and end."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

import structlog

from vision.config import CameraConfig, KitchenConfig
from vision.delivery import Api
from vision.detector import open_detector
from vision.errors import KitchenError, SourceError
from vision.live.camera import Camera
from vision.live.clerk import Clerk
from vision.live.courier import Courier, settings_path
from vision.live.desk import Desk
from vision.live.duty import duty_of, remembered
from vision.live.eye import Keeper
from vision.live.hours import HourBook
from vision.live.metrics import Metrics
from vision.live.secrets import addresses_of, key_of
from vision.live.status import TEXT, as_json, serving
from vision.live.stream import keep_reading
from vision.live.tools import PerThread, Tools
from vision.live.vault import GIB, Vault
from vision.model import DEFAULT_MODEL, load_model
from vision.outbox import Delivery, Outbox

TICK_S: Final = 1.0
PURGE_EVERY_S: Final = 30.0
# A thread that has not come by for so long hangs.
HANGS_AFTER_S: Final = 60.0
JOINS_WITHIN_S: Final = 15.0

log = structlog.get_logger()


@dataclass(slots=True)
class Running:
    """A camera, what stops it alone, and the threads that read it."""

    camera: Camera
    quit: threading.Event
    threads: list[threading.Thread] = field(default_factory=list)


class Worker:
    """Watches some cameras of a configuration until ``quit`` is set."""

    def __init__(self, config: KitchenConfig, quit: threading.Event) -> None:
        self.config = config
        self.quit = quit
        self.metrics = Metrics()
        self.port = 0
        self._running: dict[str, Running] = {}
        self._cameras: dict[str, Camera] = {}
        self._keys: dict[str, str] = {}
        self._beats: dict[str, float] = {}

    def run(self, ready: Callable[[Worker], None] = lambda _worker: None) -> None:
        """Watch until ``quit``; then write down what is under way and let everything go."""
        config = self.config
        config.worker.state_dir.mkdir(parents=True, exist_ok=True)
        config.outbox_dir.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            self._open(stack)
            pages = {"/metrics": self._metrics, "/healthz": self._healthz, "/cameras": self._told}
            self.port = stack.enter_context(serving(config.worker.listen, pages))
            for camera in config.cameras:
                self.add(camera)
            threads = self._start_threads()
            ready(self)
            self.quit.wait()
            self._stop(threads)

    def _open(self, stack: ExitStack) -> None:
        config, worker = self.config, self.config.worker
        bundle = load_model(config.model_dir or DEFAULT_MODEL)
        detector = PerThread(lambda: open_detector(bundle, threads=1))
        self._vault = stack.enter_context(
            Vault(config.evidence_dir, worker.evidence_max_gib * GIB, worker.disk_reserve_gib * GIB)
        )
        self._outbox = stack.enter_context(Outbox(config.outbox_dir / "spool.db"))
        self._api = stack.enter_context(Api(config.api.url, self._keys, config.api.timeout_s))
        # A client for each thread: the courier must not wait while evidence is sent.
        errands = stack.enter_context(Api(config.api.url, self._keys, config.api.timeout_s))
        self.clerk = Clerk(self._vault, self._outbox, detector, bundle.ref, self.metrics)
        books = [HourBook(worker.state_dir), *HourBook.left_over(worker.state_dir)]
        self._books = books
        groups = tuple(frozenset(group.cameras) for group in config.overlaps)
        self.desk = Desk(self._dropped)
        self._tools = Tools(
            self.desk, self.clerk, self.metrics, detector, books[0], worker, groups=groups
        )
        self.courier = Courier(errands, config, self._cameras, books)

    def _dropped(self, camera_id: str, time_s: float) -> None:
        camera = self._cameras.get(camera_id)
        if camera is not None:
            camera.eye.dropped(time_s)

    def add(self, config: CameraConfig) -> None:
        """Begin to watch a camera, beside those that are watched."""
        main, sub = addresses_of(config)
        self._keys[config.id] = key_of(config)
        told = remembered(settings_path(self.config, config.id))
        camera = Camera(config, self._tools, duty_of(config, self.config.time_zone, told))
        running = Running(camera, threading.Event())
        self._cameras[config.id], self._running[config.id] = camera, running
        streams = [(sub, camera.eye), (main, Keeper(camera.ring))] if sub else [(main, camera.eye)]
        for address, sink in streams:
            assert address is not None
            thread = threading.Thread(
                target=keep_reading, args=(address, sink, running.quit), name=f"read {config.id}"
            )
            thread.daemon = True
            thread.start()
            running.threads.append(thread)
        log.info("camera added", camera=config.id, address=str(main))

    def remove(self, camera_id: str) -> None:
        """Stop watching a camera; the others do not notice."""
        running = self._running.pop(camera_id, None)
        if running is None:
            return
        running.quit.set()
        self._cameras.pop(camera_id, None)
        self.desk.remove(camera_id)
        running.camera.close()
        self.metrics.forget(camera_id)
        log.info("camera removed", camera=camera_id)

    def change_to(self, config: KitchenConfig) -> None:
        """Add, remove and replace cameras as another configuration says; all else stays."""
        wanted = {camera.id: camera for camera in config.cameras}
        known = {camera_id: running.camera.config for camera_id, running in self._running.items()}
        for camera_id in known:
            if wanted.get(camera_id) != known[camera_id]:
                self.remove(camera_id)
        for camera_id, camera in wanted.items():
            if camera_id not in self._running:
                self.add(camera)

    def _start_threads(self) -> list[threading.Thread]:
        count = self.config.worker.threads or os.cpu_count() or 1
        work: list[tuple[str, Callable[[], None]]] = [
            *((f"look {number}", self._look) for number in range(count)),
            ("clerk", lambda: self.clerk.run(self.quit.is_set)),
            ("outbox", lambda: self._outbox.run(self._api, self.quit, self._delivered)),
            ("courier", self._run_errands),
            ("housekeeper", self._keep_house),
        ]
        threads = [threading.Thread(target=run, name=name, daemon=True) for name, run in work]
        for thread in threads:
            thread.start()
        return threads

    def _look(self) -> None:
        name = threading.current_thread().name
        while not self.quit.is_set():
            self._beats[name] = time.monotonic()
            taken = self.desk.take()
            if taken is None:
                continue
            camera_id, picture = taken
            try:
                camera = self._cameras.get(camera_id)
                if camera is not None:
                    camera.look(picture)
            except SourceError as error:
                self.metrics.drops.labels(camera_id, "unusable").inc()
                log.warning("picture not usable", camera=camera_id, why=str(error))
            finally:
                self.desk.done(camera_id)

    def _run_errands(self) -> None:
        while not self.quit.wait(TICK_S / 4):
            self.courier.round()

    def _keep_house(self) -> None:
        purge_s = 0.0
        while not self.quit.wait(TICK_S):
            self._beats["housekeeper"] = time.monotonic()
            for camera in tuple(self._cameras.values()):
                self._safely(camera.tick, camera.id)
            self.metrics.recording.set(self.clerk.recording)
            self.metrics.spooled.set(self._outbox.count())
            if time.monotonic() >= purge_s:
                purge_s = time.monotonic() + PURGE_EVERY_S
                self._safely(self._tidy)

    def _safely(self, work: Callable[[], None], camera: str = "") -> None:
        """A disk without room must not end the thread that watches over it."""
        try:
            work()
        except (OSError, KitchenError) as error:
            log.error("not written down", camera=camera, why=str(error))

    def _tidy(self) -> None:
        """Save the hours, purge what is too much, and see whether evidence can be written."""
        for book in self._books:
            book.save()
        for camera in tuple(self._cameras.values()):
            camera.retell()
        waiting = [*self._outbox.pending(), *self._outbox.refused()]
        needed = {item.alert_id for item in waiting}
        needed |= {str(one.id) for book in self._tools.books.values() for one in book}
        for day in self._vault.purge(needed):
            log.warning("evidence purged", day=day)
        used, limit = self._outbox.size_bytes(), self.config.worker.spool_max_gib * GIB
        full = used > limit
        self.metrics.spool_full.set(full)
        self.metrics.used.set(self._vault.used_bytes())
        self.clerk.recording = self._vault.has_room() and not full
        if not self.clerk.recording:
            log.error("recording stopped", spool_bytes=used, free=self._vault.has_room())

    def _delivered(self, delivery: Delivery) -> None:
        self.metrics.refused.inc(delivery.refused)
        level = log.warning if delivery.refused or delivery.reasons else log.info
        level("delivery", sent=delivery.sent, waits=delivery.kept, why=delivery.error)

    def _stop(self, threads: Sequence[threading.Thread]) -> None:
        for running in self._running.values():
            running.quit.set()
        until_s = time.monotonic() + JOINS_WITHIN_S
        readers = [thread for running in self._running.values() for thread in running.threads]
        for thread in (*threads, *readers):
            thread.join(max(until_s - time.monotonic(), 0.1))
        for camera in self._cameras.values():
            self._safely(camera.close, camera.id)
        for book in self._books:
            self._safely(book.save)

    def hanging(self) -> list[str]:
        """Threads that have not come by for too long."""
        beats = self._beats | {"clerk": self.clerk.beat_s, "courier": self.courier.beat_s}
        now_s = time.monotonic()
        return sorted(name for name, s in beats.items() if s and now_s - s > HANGS_AFTER_S)

    def _metrics(self) -> tuple[int, str, bytes]:
        return 200, TEXT, self.metrics.text()

    def _healthz(self) -> tuple[int, str, bytes]:
        hanging = self.hanging()
        told = {
            "status": "hanging" if hanging else "ok",
            "hanging": hanging,
            "cameras": len(self._cameras),
            "connected": sum(camera.eye.connected for camera in self._cameras.values()),
            "recording": self.clerk.recording,
            "spooled": self._outbox.count(),
        }
        return as_json(503 if hanging else 200, told)

    def _told(self) -> tuple[int, str, bytes]:
        return as_json(200, [camera.state() for camera in tuple(self._cameras.values())])
