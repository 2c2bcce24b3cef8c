"""One camera: what is seen becomes alerts, troubles and hours, each told once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Final
from urllib.parse import quote

from vision.config import CameraConfig
from vision.detections import HEAD
from vision.exposure import Exposure
from vision.exposure_hours import Stretch
from vision.live.clerk import Leave, Retell
from vision.live.clocks import now_at, wall_at
from vision.live.duty import Duty
from vision.live.eye import Eye
from vision.live.hours import difference
from vision.live.minutes import Minutes
from vision.live.picture import Picture
from vision.live.pieces import Ring
from vision.live.sampling import KEYS_SERVE_S, Rates, Sampler
from vision.live.sharing import Begun
from vision.live.teller import Teller
from vision.live.told import OpenAlert
from vision.live.tools import Tools
from vision.live.trouble import Signs, TroubleWatch
from vision.live.view import ViewSensor, load_views, save_views
from vision.looker import Looker
from vision.looks import Look
from vision.pipeline import MAX_GAP_S, Judge, Step
from vision.tracker import NearestTracker

MIB: Final = 1024 * 1024
STRETCH_S: Final = 10.0
VIEWS_EVERY_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Latest:
    """The last picture that was looked at, and its heads as shares of it."""

    picture: Picture
    heads: tuple[tuple[float, float, float, float], ...]
    taken_at: datetime


class Camera:
    """Looked at by one thread at a time; ``tick`` is called by another one once a second."""

    def __init__(self, config: CameraConfig, tools: Tools, duty: Duty) -> None:
        self.id = config.id
        self.config = config
        self._tools = tools
        self._stem = tools.worker.state_dir / quote(config.id, safe="")
        self.minutes = Minutes()
        path = book_path(tools.worker.state_dir, config.id)
        self._teller = Teller(config.id, path, tools, self.minutes)
        tools.books[config.id] = self._teller.book
        self._sensor = ViewSensor(load_views(self._views))
        self._trouble = TroubleWatch()
        self.latest: Latest | None = None
        self.ring = Ring(keeps_bytes=int(tools.worker.ring_mib * MIB))
        self.eye = self._open_eye(duty)
        self._look: Look | None = None
        self._asked = 0
        self._noted_s = self._saved_s = time.monotonic()
        self._noted = Exposure()
        # The looking thread changes what is counted, the housekeeper counts it.
        self._counting = RLock()
        self.duty = duty
        self._next: Duty | None = None
        self._begun: Sequence[Begun] = ()
        self._begin(duty)
        self._teller.resume(self._trouble)

    @property
    def _views(self) -> Path:
        return self._stem.with_name(self._stem.name + ".views.npz")

    def _open_eye(self, duty: Duty) -> Eye:
        # A substream is looked at, the main stream is only kept.
        sub = self.config.substream_url_env is not None
        ring = Ring(keeps_bytes=4 * MIB) if sub else self.ring
        sampler = Sampler(self._rates(duty))
        return Eye(self.id, self._tools.desk, self._tools.metrics, sampler, ring)

    def _rates(self, duty: Duty) -> Rates:
        kinds = [zone.type for zone in duty.zones if zone.type != "ignore"]
        return Rates.of(self.config.analysed_fps, kinds, self.config.sampling == "steady")

    def _begin(self, duty: Duty) -> None:
        rates = self._rates(duty)
        longest_s = MAX_GAP_S if rates.steady else 1.25 * max(rates.floor_s, KEYS_SERVE_S)
        pack = duty.rules.loaded.pack
        self.eye.sampler.rates = rates
        self._looker = Looker(self._tools.detector, duty.zones, pack, self._sensor)
        self._judge = Judge(NearestTracker(), duty.zones, pack, duty.present, longest_s)
        self.duty = duty

    def apply(self, duty: Duty) -> None:
        """Watch for something else from the next picture on."""
        self._next = duty

    def look(self, picture: Picture) -> None:
        """Look at one picture, judge it, and pass on what that brings."""
        self._change_duty()
        if not self.duty.active:
            return
        frame = picture.frame()
        look = self._looker.look(frame)
        step = self._judge.judge(look)
        self._look = look
        self._teller.tell(step, look, self.duty, self.ring)
        self._ask_for_more(step, look)
        self.latest = Latest(picture, _heads(look), wall_at(picture.time_s))
        if look.state == "ok":
            self.minutes.look(frame.image, now_at())
        else:
            self.minutes.disturb(now_at())

    def _change_duty(self) -> None:
        duty, self._next = self._next, None
        if duty is None:
            return
        self._teller.unseen(self._judge.finish())
        if duty.zones_version != self.duty.zones_version:
            self._sensor.forget()
        with self._counting:
            self._keep_hours()
            self._begin(duty)
            self._noted = Exposure()

    def _ask_for_more(self, step: Step, look: Look) -> None:
        """Tell the sampler what was seen; a second look that was tried is a question too."""
        kinds = step.detections.class_id
        searched = self._looker.count.searched
        asking = self._judge.growing or bool((kinds != HEAD).any()) or searched > self._asked
        self._asked = searched
        self.eye.sampler.looked(look.time_s, bool((kinds == HEAD).any()), asking)
        self._tools.metrics.looks.labels(self.id).inc()
        self._tools.metrics.latency_s.observe(time.monotonic() - look.time_s)

    def tick(self) -> None:
        """What has to happen whether or not pictures come."""
        now_s, now = time.monotonic(), now_at()
        begun, self._begun = self._begun, ()
        self._teller.adopt(begun, self._trouble)
        for news in self._trouble.step(self._signs(now_s)) if self.duty.active else ():
            self._teller.trouble(news, self.duty, self.eye.newest)
        self._teller.end(now)
        if now_s - self._noted_s >= STRETCH_S:
            with self._counting:
                self._keep_hours()
            if self.open_alerts():
                self._teller.book.save()
        if now_s - self._saved_s >= VIEWS_EVERY_S:
            self._saved_s = now_s
            save_views(self._sensor.views, self._views)
        self._measure(now_s)

    def _signs(self, now_s: float) -> Signs:
        look = self._look
        return Signs(
            time_s=now_s,
            seen_s=self.eye.seen_s,
            state=look.state if look else "ok",
            since_s=look.since_s if look else now_s,
            share_lost=self.eye.pace.share_lost(now_s),
            recording=self._tools.clerk.recording,
            lit=self.duty.attended(),
        )

    def _keep_hours(self) -> None:
        """Note what was observed since the last time, nothing of it unproved."""
        now_s, seen = time.monotonic(), self._judge.exposure
        began_at, now = wall_at(self._noted_s), now_at()
        fresh = difference(seen, self._noted)
        self._noted_s, self._noted = now_s, seen
        if not self._tools.clerk.recording:
            fresh = Exposure()
        if self.duty.active and self.duty.scheduled():
            self._tools.hours.note(self.id, Stretch(began_at, now, fresh))
        self._tools.metrics.seconds.labels(self.id).inc(max(fresh.camera_s, 0.0))

    def _measure(self, now_s: float) -> None:
        metrics, state = self._tools.metrics, self._look.state if self._look else "none"
        offline = now_s - self.eye.seen_s > STRETCH_S
        metrics.age_s.labels(self.id).set(now_s - self.eye.seen_s)
        metrics.tempo.labels(self.id).set(int(self.eye.sampler.tempo(now_s)))
        metrics.ring.labels(self.id).set(self.ring.size_bytes)
        for name in ("ok", "frozen", "dark", "blurred", "covered", "moved", "none", "offline"):
            current = "offline" if offline else state
            metrics.health.labels(self.id, name).set(name == current)

    def state(self) -> dict[str, object]:
        """For the worker's own status page."""
        return {
            "id": self.id,
            "connected": self.eye.connected,
            "picture_age_s": round(time.monotonic() - self.eye.seen_s, 1),
            "health": self._look.state if self._look else None,
            "tempo": self.eye.sampler.tempo(time.monotonic()).name.lower(),
            "open_alerts": sorted(f"{one.rule} {one.zone}".strip() for one in self._teller.book),
        }

    def retell(self) -> None:
        """Have the clerk try again what it could not hand over."""
        if any(one.stage == "written" for one in self._teller.book):
            self._tools.clerk.put(Retell(self._teller))

    def adopt(self, begun: Sequence[Begun]) -> None:
        """Go on with the alerts that another watch had begun, from the next second on."""
        self._begun = begun

    def leave(self) -> None:
        """After ``close``: another watches it, and goes on with its alerts."""
        self._tools.hours.drop_unsure(self.id)
        self._tools.clerk.put(Leave(self._teller))

    def open_alerts(self) -> list[OpenAlert]:
        """What is open now."""
        return list(self._teller.book)

    def close(self) -> None:
        """Write down what a next run should know; open alerts stay open."""
        self._keep_hours()
        self._teller.book.save()
        save_views(self._sensor.views, self._views)


def book_path(folder: Path, camera_id: str) -> Path:
    """Where the open alerts of a camera are kept."""
    return folder / f"{quote(camera_id, safe='')}.alerts.json"


def _heads(look: Look) -> tuple[tuple[float, float, float, float], ...]:
    """Boxes of the heads as shares of the picture."""
    sizes = (look.width, look.height) * 2
    rows = look.detections.xyxy[look.detections.class_id == HEAD].tolist()
    shares = ([min(max(s / w, 0.0), 1.0) for s, w in zip(r, sizes, strict=True)] for r in rows)
    return tuple((left, top, right, bottom) for left, top, right, bottom in shares)
