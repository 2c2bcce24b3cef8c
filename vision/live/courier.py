"""What goes between a worker and the office besides alerts: settings, pictures, hours, minutes."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

import cv2
import structlog
from pydantic import ValidationError

from vision.alert import EvidenceRef
from vision.config import KitchenConfig
from vision.delivery import Answer, Api, Backoff
from vision.errors import ConfigError
from vision.frames import Image
from vision.live.camera import Camera
from vision.live.clocks import now_at
from vision.live.duty import duty_of, read_instructions
from vision.live.hours import HourBook
from vision.live.minutes import Minute, WantedMinutes
from vision.snapshots import encode_snapshot
from vision.whole import writing_whole

SETTINGS_EVERY_S: Final = 60.0
WANTED_EVERY_S: Final = 120.0
HOURS_EVERY_S: Final = 60.0
MINUTES_EVERY_S: Final = 15.0
PICTURE_LONG_PX: Final = 1280
FRESH_S: Final = 10.0
JSON: Final = "application/json"
API: Final = "api"

log = structlog.get_logger()
Errand = Callable[[], Answer | None]


@dataclass(slots=True)
class Courier:
    """Runs errands for all cameras on one thread; the office may be away as long as it likes."""

    api: Api
    config: KitchenConfig
    cameras: Mapping[str, Camera]
    books: Sequence[HourBook]
    beat_s: float = 0.0
    _due_s: dict[tuple[str, str], float] = field(default_factory=dict)
    _etags: dict[str, str] = field(default_factory=dict)
    _backoff: Backoff = field(default_factory=Backoff)

    def round(self) -> None:
        """Run every errand that is due, until the office turns out to be away."""
        self.beat_s = time.monotonic()
        for camera_id, name, every_s, errand in self._errands():
            if API in self._backoff.waiting(time.monotonic()):
                return
            if self._due_s.get((camera_id, name), 0.0) <= time.monotonic():
                self._due_s[camera_id, name] = time.monotonic() + every_s
                self._note(camera_id, name, errand())

    def _errands(self) -> Iterator[tuple[str, str, float, Errand]]:
        """Those of each camera, then the hours of cameras that are not watched any more."""
        for camera in tuple(self.cameras.values()):
            picture_every_s = self.config.worker.picture_every_s
            yield camera.id, "settings", SETTINGS_EVERY_S, partial(self.fetch_settings, camera)
            yield camera.id, "picture", picture_every_s, partial(self.bring_picture, camera)
            yield camera.id, "hours", HOURS_EVERY_S, partial(self.bring_hours, camera.id)
            yield camera.id, "wanted", WANTED_EVERY_S, partial(self.fetch_wanted, camera)
            yield camera.id, "minutes", MINUTES_EVERY_S, partial(self.bring_minutes, camera)
        known = {camera_id for book in self.books for camera_id in book.cameras()}
        for camera_id in known - set(self.cameras):
            yield camera_id, "hours", HOURS_EVERY_S, partial(self.bring_hours, camera_id)

    def _note(self, camera_id: str, errand: str, answer: Answer | None) -> None:
        if answer is None:
            return
        if answer.everywhere:
            self._backoff.failed(API, time.monotonic(), answer.retry_after_s)
        else:
            self._backoff.succeeded(API)
        if answer.outcome != "taken":
            log.warning("errand failed", camera=camera_id, errand=errand, why=answer.detail)

    def fetch_settings(self, camera: Camera) -> Answer:
        """Watch as the office wants from now on; what it told is kept for the next start."""
        etag = self._etags.get(camera.id, "")
        fetched = self.api.fetch(f"{_path(camera.id)}/settings", camera.id, etag)
        if not fetched.content:
            return fetched.answer
        try:
            told = read_instructions(fetched.content)
            camera.apply(duty_of(camera.config, self.config.time_zone, told))
        except ConfigError as error:
            return Answer("refused", str(error))
        _keep(settings_path(self.config, camera.id), fetched.content)
        self._etags[camera.id] = fetched.etag
        log.info("settings", camera=camera.id, zones=told.zones_version, active=told.active)
        return fetched.answer

    def bring_picture(self, camera: Camera) -> Answer | None:
        """The last picture that was looked at, if it is fresh; an old one is never sent."""
        latest = camera.latest
        if latest is None or time.monotonic() - latest.picture.time_s > FRESH_S:
            return None
        heads = ";".join(",".join(f"{s:.4f}" for s in box) for box in latest.heads)
        query = urlencode({"taken_at": latest.taken_at.isoformat(), "heads": heads})
        jpeg = encode_snapshot(_smaller(latest.picture.frame().image))
        return self.api.put(f"{_path(camera.id)}/picture?{query}", camera.id, jpeg, "image/jpeg")

    def bring_hours(self, camera_id: str) -> Answer | None:
        """What was observed so far, this run's and what earlier runs left."""
        answer = None
        for book in self.books:
            due = book.due(camera_id)
            if due is None:
                continue
            body = due.model_dump_json().encode()
            answer = self.api.put(f"{_path(camera_id)}/exposure", camera_id, body, JSON)
            if answer.outcome == "later":
                return answer
            book.taken(camera_id, due, now_at())
        return answer

    def fetch_wanted(self, camera: Camera) -> Answer:
        """Take up the minutes that are asked for."""
        fetched = self.api.fetch("/api/v1/samples/wanted", camera.id)
        if fetched.content:
            try:
                wanted = WantedMinutes.model_validate_json(fetched.content)
            except ValidationError:
                return Answer("refused", "the minutes asked for cannot be read; update watch")
            camera.minutes.ask(wanted.items, now_at())
        return fetched.answer

    def bring_minutes(self, camera: Camera) -> Answer | None:
        """Announce and upload the minutes that are over and in which nothing was told."""
        answer = None
        for minute in camera.minutes.ready(now_at()):
            answer = self._bring_minute(camera, minute)
            if answer.outcome == "later":
                return answer
            camera.minutes.sent(minute.id)
        return answer

    def _bring_minute(self, camera: Camera, minute: Minute) -> Answer:
        frames = {hashlib.sha256(frame).hexdigest(): frame for frame in minute.frames}
        files = [
            EvidenceRef(sha256=s, kind="frame", media_type="image/jpeg", bytes=len(f)).model_dump()
            for s, f in frames.items()
        ]
        path = f"/api/v1/samples/{quote(minute.id)}"
        answer = self.api.put(path, camera.id, json.dumps({"files": files}).encode(), JSON)
        for sha256, frame in frames.items():
            if answer.outcome != "taken":
                break
            answer = self.api.put(f"{path}/evidence/{sha256}", camera.id, frame, "image/jpeg")
        return answer


def settings_path(config: KitchenConfig, camera_id: str) -> Path:
    """Where the office's last word about a camera is kept."""
    return config.worker.state_dir / f"{quote(camera_id, safe='')}.settings.json"


def _path(camera_id: str) -> str:
    return f"/api/v1/cameras/{quote(camera_id, safe='')}"


def _keep(path: Path, content: bytes) -> None:
    with writing_whole(path) as half:
        half.write_bytes(content)


def _smaller(image: Image) -> Image:
    height, width = image.shape[:2]
    if width <= PICTURE_LONG_PX:
        return image
    size = (PICTURE_LONG_PX, round(height * PICTURE_LONG_PX / width))
    smaller: Image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]  # cv2 types any depth
    return smaller
