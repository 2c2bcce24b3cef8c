"""The process that watches: its threads, what they share, and how they begin and end."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Final

import structlog

from vision.config import KitchenConfig
from vision.delivery import Api
from vision.detector import open_detector
from vision.errors import KitchenError, SourceError
from vision.live.clerk import Clerk
from vision.live.courier import Courier
from vision.live.desk import Desk
from vision.live.hours import HourBook
from vision.live.metrics import Metrics
from vision.live.setup import alone_in
from vision.live.sharing import Sharing, read_memory
from vision.live.status import TEXT, as_json, serving
from vision.live.tools import PerThread, Tools
from vision.live.vault import GIB, Vault
from vision.live.watchroom import WatchRoom
from vision.model import DEFAULT_MODEL, load_model
from vision.outbox import Delivery, Outbox

TICK_S: Final = 1.0
PURGE_EVERY_S: Final = 30.0
# A thread that has not come by for so long hangs.
HANGS_AFTER_S: Final = 60.0
JOINS_WITHIN_S: Final = 15.0

log = structlog.get_logger()


class Worker:
    """Watches some cameras of a configuration until ``quit`` is set."""

    def __init__(self, config: KitchenConfig, quit: threading.Event) -> None:
        self.config = config
        self.quit = quit
        self.metrics = Metrics()
        self.port = 0
        self._keys: dict[str, str] = {}
        self._beats: dict[str, float] = {}

    def run(self, ready: Callable[[Worker], None] = lambda _worker: None) -> None:
        """Watch until ``quit``; then write down what is under way and let everything go."""
        config = self.config
        config.worker.state_dir.mkdir(parents=True, exist_ok=True)
        config.outbox_dir.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            stack.enter_context(alone_in(config.worker.state_dir))
            self._open(stack)
            pages = {"/metrics": self._metrics, "/healthz": self._healthz, "/cameras": self._told}
            self.port = stack.enter_context(serving(config.worker.listen, pages))
            for camera in () if config.worker.shares else config.cameras:
                self.room.add(camera)
            threads = self._start_threads()
            ready(self)
            self.quit.wait()
            self._stop(threads)

    def _open(self, stack: ExitStack) -> None:
        config, worker = self.config, self.config.worker
        bundle = load_model(config.model_dir or DEFAULT_MODEL)
        detector = self._detector = PerThread(lambda: open_detector(bundle, threads=1))
        self._vault = stack.enter_context(
            Vault(config.evidence_dir, worker.evidence_max_gib * GIB, worker.disk_reserve_gib * GIB)
        )
        self._outbox = stack.enter_context(Outbox(config.outbox_dir / "spool.db"))
        memory = read_memory(worker.state_dir) if worker.shares else None
        who = memory.worker if memory else ""

        def client() -> Api:
            return stack.enter_context(Api(config.api.url, self._keys, config.api.timeout_s, who))

        # A client for each thread: the courier must not wait while evidence is sent.
        self._api, errands = client(), client()
        self.clerk = Clerk(self._vault, self._outbox, detector, bundle.ref, self.metrics)
        books = [HourBook(worker.state_dir), *HourBook.left_over(worker.state_dir)]
        self._books = books
        groups = tuple(frozenset(group.cameras) for group in config.overlaps)
        self.desk = Desk(self._dropped)
        self._tools = Tools(
            self.desk, self.clerk, self.metrics, detector, books[0], worker, groups=groups
        )
        self.room = WatchRoom(config, self._tools, self._keys)
        self.courier = Courier(errands, config, self.room.cameras, books)
        self._sharing = Sharing(client(), config, self._keys, self.room, memory) if memory else None

    def _dropped(self, camera_id: str, time_s: float) -> None:
        camera = self.room.cameras.get(camera_id)
        if camera is not None:
            camera.eye.dropped(time_s)

    def change_to(self, config: KitchenConfig) -> None:
        """Watch what another configuration says."""
        self.room.change_to(config)

    def _start_threads(self) -> list[threading.Thread]:
        count = self.config.worker.threads or os.cpu_count() or 1
        work: list[tuple[str, Callable[[], None]]] = [
            *((f"look {number}", self._look) for number in range(count)),
            ("clerk", self._prove),
            ("outbox", lambda: self._outbox.run(self._api, self.quit, self._delivered)),
            ("courier", self._run_errands),
            *([("sharing", self._share)] if self._sharing else []),
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
                camera = self.room.cameras.get(camera_id)
                if camera is not None:
                    camera.look(picture)
            except SourceError as error:
                self.metrics.drops.labels(camera_id, "unusable").inc()
                log.warning("picture not usable", camera=camera_id, why=str(error))
            finally:
                self.desk.done(camera_id)

    def _prove(self) -> None:
        self._detector.warm()  # or the first alert would wait for it
        self.clerk.run(self.quit.is_set)

    def _share(self) -> None:
        assert self._sharing is not None
        while not self.quit.wait(TICK_S):
            self._beats["sharing"] = time.monotonic()
            self._safely(self._sharing.step)

    def _run_errands(self) -> None:
        while not self.quit.wait(TICK_S / 4):
            self.courier.round()

    def _keep_house(self) -> None:
        purge_s = 0.0
        while not self.quit.wait(TICK_S):
            self._beats["housekeeper"] = time.monotonic()
            for camera in tuple(self.room.cameras.values()):
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
        for camera in tuple(self.room.cameras.values()):
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

    def stored(self, delay_s: float) -> None:
        """An alert lies in the API, so long after it was due."""
        self.metrics.stored_s.observe(delay_s)

    def _delivered(self, delivery: Delivery) -> None:
        for alert_id in delivery.stored:
            due_s = self.clerk.due_s.pop(alert_id, None)
            if due_s is not None:
                self.stored(time.monotonic() - due_s)
        self.metrics.refused.inc(delivery.refused)
        self.metrics.superseded.inc(len(delivery.superseded))
        level = log.warning if delivery.refused or delivery.reasons else log.info
        level("delivery", sent=delivery.sent, waits=delivery.kept, why=delivery.error)

    def _stop(self, threads: Sequence[threading.Thread]) -> None:
        readers = self.room.stop()
        until_s = time.monotonic() + JOINS_WITHIN_S
        for thread in (*threads, *readers):
            thread.join(max(until_s - time.monotonic(), 0.1))
        for camera in self.room.cameras.values():
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
            "cameras": len(self.room.cameras),
            "connected": sum(camera.eye.connected for camera in self.room.cameras.values()),
            "recording": self.clerk.recording,
            "spooled": self._outbox.count(),
        }
        return as_json(503 if hanging else 200, told)

    def _told(self) -> tuple[int, str, bytes]:
        return as_json(200, [camera.state() for camera in tuple(self.room.cameras.values())])
