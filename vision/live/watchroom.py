"""The cameras of a worker: they come and go, and the others do not notice."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from vision.config import CameraConfig, KitchenConfig
from vision.live.camera import Camera, book_path
from vision.live.courier import settings_path
from vision.live.duty import duty_of, remembered
from vision.live.eye import Keeper
from vision.live.secrets import addresses_of, key_of
from vision.live.sharing import Begun
from vision.live.stream import keep_reading
from vision.live.told import Book
from vision.live.tools import Tools

log = structlog.get_logger()


@dataclass(slots=True)
class Running:
    """A camera, what stops it alone, and the threads that read it."""

    camera: Camera
    quit: threading.Event
    threads: list[threading.Thread] = field(default_factory=list)


class WatchRoom:
    """Those that are watched now, by id; ``keys`` are for all that could be."""

    def __init__(self, config: KitchenConfig, tools: Tools, keys: dict[str, str]) -> None:
        self.config = config
        self.cameras: dict[str, Camera] = {}
        self._tools = tools
        self._keys = keys
        self._running: dict[str, Running] = {}
        self._guard = threading.RLock()
        for camera in config.cameras:
            keys[camera.id] = key_of(camera)

    def watched(self) -> Collection[str]:
        """The cameras that are watched now."""
        return tuple(self._running)

    def wanted(self) -> Mapping[str, CameraConfig]:
        """Those that could be."""
        return {camera.id: camera for camera in self.config.cameras}

    def add(self, config: CameraConfig, begun: Sequence[Begun] = ()) -> None:
        """Begin to watch a camera, beside those that are watched."""
        main, sub = addresses_of(config)
        self._keys[config.id] = key_of(config)
        told = remembered(settings_path(self.config, config.id))
        camera = Camera(config, self._tools, duty_of(config, self.config.time_zone, told))
        camera.adopt(begun)
        running = Running(camera, threading.Event())
        self.cameras[config.id], self._running[config.id] = camera, running
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

    def remove(self, camera_id: str) -> Camera | None:
        """Stop watching a camera; the others do not notice."""
        running = self._running.pop(camera_id, None)
        if running is None:
            return None
        running.quit.set()
        self.cameras.pop(camera_id, None)
        self._tools.desk.remove(camera_id)
        running.camera.close()
        self._tools.metrics.forget(camera_id)
        log.info("camera removed", camera=camera_id)
        return running.camera

    def change_to(self, config: KitchenConfig) -> None:
        """Add, remove and replace cameras as another configuration says; all else stays.

        Where cameras are shared, what is new waits until the API has said whose it is.
        """
        with self._guard:
            wanted = {camera.id: camera for camera in config.cameras}
            known = {camera_id: one.camera.config for camera_id, one in self._running.items()}
            for camera in config.cameras:
                self._keys[camera.id] = key_of(camera)
            self.config = self.config.model_copy(update={"cameras": config.cameras})
            for camera_id in known:
                if wanted.get(camera_id) != known[camera_id]:
                    self.remove(camera_id)
            for camera_id, camera in wanted.items():
                own = camera_id in known or not self.config.worker.shares
                if own and camera_id not in self._running:
                    self.add(camera)

    def take(self, camera_id: str, begun: Sequence[Begun], anew: bool) -> None:
        """Begin to watch; ``anew`` when another may have watched since it was last one's own."""
        with self._guard:
            config = self.wanted().get(camera_id)
            if config is None or camera_id in self._running:
                return
            if anew:
                Book(book_path(self.config.worker.state_dir, camera_id)).leave()
            self.add(config, begun)

    def go_on(self, camera_id: str, begun: Sequence[Begun]) -> None:
        """Know what others had begun."""
        camera = self.cameras.get(camera_id)
        if camera is not None and begun:
            camera.adopt(begun)

    def give_up(self, camera_id: str) -> None:
        """Another watches it from now on, and goes on with its alerts."""
        with self._guard:
            camera = self.remove(camera_id)
            if camera is not None:
                camera.leave()

    def overdue(self, late: bool) -> None:
        """Whether the lease is over and the API has not been heard."""
        self._tools.metrics.overdue.set(late)
        self._tools.hours.hold_back(late)

    def stop(self) -> list[threading.Thread]:
        """Let every camera go; the threads that will end for it."""
        for running in tuple(self._running.values()):
            running.quit.set()
        return [thread for running in self._running.values() for thread in running.threads]
