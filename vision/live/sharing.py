"""Sharing cameras with other watches: the office says which are one's own, for a while.

A watch that cannot reach the office goes on with what it had: the office may be down for everybody.
What it counted after its lease was over is kept apart until it is known whether somebody else
watched meanwhile; alerts of that time are settled by the office, which knows who had the camera.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID, uuid4

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from vision.config import CameraConfig, KitchenConfig
from vision.delivery import Answer, Api
from vision.strict import Strict
from vision.whole import writing_whole

PATH: Final = "/api/v1/watch"
FILE: Final = "shares.json"
# Until the office has told how often it wants to be asked.
ASKS_EVERY_S: Final = 10.0

log = structlog.get_logger()


class Begun(BaseModel):
    """An alert that another watch has begun and that goes on."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: UUID
    rule: str
    zone: str
    started_at: AwareDatetime
    subjects: int


class Held(BaseModel):
    """A camera that is one's own; ``generation`` grows with every change of hands."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    camera_id: str
    generation: int
    open_alerts: tuple[Begun, ...] = ()


class Told(BaseModel):
    """The office's answer."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    lease_s: float
    renew_s: float
    held: tuple[Held, ...]
    refused: tuple[str, ...] = ()


class Memory(Strict):
    """What a restart must know: who one is, and what one had."""

    worker: str
    generations: dict[str, int]


class Hall(Protocol):
    """Where cameras are watched."""

    def watched(self) -> Collection[str]:
        """The cameras that are watched now."""
        ...

    def wanted(self) -> Mapping[str, CameraConfig]:
        """Those that could be."""
        ...

    def take(self, camera_id: str, begun: Sequence[Begun], anew: bool) -> None:
        """Begin to watch; ``anew`` when another may have watched since it was last one's own."""
        ...

    def go_on(self, camera_id: str, begun: Sequence[Begun]) -> None:
        """Know what others had begun."""
        ...

    def give_up(self, camera_id: str) -> None:
        """Another watches it from now on."""
        ...

    def overdue(self, late: bool) -> None:
        """Whether the lease is over and the office has not been heard."""
        ...


@dataclass(slots=True)
class Sharing:
    """Asks the office again and again, on one thread."""

    api: Api
    config: KitchenConfig
    keys: Mapping[str, str]
    hall: Hall
    memory: Memory
    until_s: float = 0.0
    due_s: float = 0.0
    _heard: bool = False
    _turn: int = 0
    _refused: tuple[str, ...] = field(default=())

    def step(self) -> None:
        """Ask when it is time; notice when the lease is over."""
        now_s = time.monotonic()
        if now_s >= self.due_s:
            self.due_s = now_s + ASKS_EVERY_S
            self._round(now_s)
        if self._heard:
            self.hall.overdue(time.monotonic() > self.until_s)

    def _round(self, asked_s: float) -> None:
        told = self._ask()
        if isinstance(told, Told):
            self._heard = True
            self.until_s, self.due_s = asked_s + told.lease_s, asked_s + told.renew_s
            self._settle(told)
            return
        if not told.everywhere:
            self._turn += 1  # another camera's key may work
        log.warning("cameras not shared", why=told.detail)
        if not self._heard and not self.hall.watched():
            # After a restart without the office: what was one's own is not left unwatched.
            for camera_id in sorted(self.memory.generations.keys() & self.hall.wanted().keys()):
                self.hall.take(camera_id, (), anew=False)

    def _ask(self) -> Told | Answer:
        cameras = sorted(self.hall.wanted())
        body = {
            "worker": self.memory.worker,
            "host": socket.gethostname()[:100],
            "cameras": cameras,
            "groups": [list(group.cameras) for group in self.config.overlaps],
            "keys": sorted({self.keys[camera_id] for camera_id in cameras}),
        }
        asker = cameras[self._turn % len(cameras)]
        fetched = self.api.ask(PATH, asker, json.dumps(body).encode())
        if fetched.answer.outcome != "taken":
            return fetched.answer
        try:
            return Told.model_validate_json(fetched.content)
        except ValidationError:
            return Answer("refused", "the office's answer cannot be read; update watch")

    def _settle(self, told: Told) -> None:
        held, watched = {one.camera_id: one for one in told.held}, set(self.hall.watched())
        for camera_id in sorted(watched - set(held)):
            self.hall.give_up(camera_id)
        for camera_id, one in held.items():
            if camera_id in watched:
                self.hall.go_on(camera_id, one.open_alerts)
            else:
                anew = self.memory.generations.get(camera_id) != one.generation
                self.hall.take(camera_id, one.open_alerts, anew)
        if told.refused != self._refused:
            self._refused = told.refused
            log.warning("cameras refused: check their keys", cameras=list(told.refused))
        self._remember({one.camera_id: one.generation for one in told.held})

    def _remember(self, generations: dict[str, int]) -> None:
        if generations != self.memory.generations:
            self.memory = Memory(worker=self.memory.worker, generations=generations)
            write_memory(self.config.worker.state_dir, self.memory)


def read_memory(folder: Path) -> Memory:
    """Who this watch is; a new one is made and kept when there is none that can be read."""
    try:
        return Memory.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError):
        memory = Memory(worker=uuid4().hex, generations={})
        write_memory(folder, memory)
        return memory


def write_memory(folder: Path, memory: Memory) -> None:
    """Replace the file; OSError when there is no room."""
    with writing_whole(folder / FILE) as half:
        half.write_text(memory.model_dump_json(), "utf-8")
