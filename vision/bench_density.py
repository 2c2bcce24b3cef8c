"""How many cameras one machine holds: at their own pace, through the real threads."""

from __future__ import annotations

import math
import os
import resource
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from vision.bench import Seat, seat
from vision.live.addresses import Address, read_address
from vision.live.desk import Desk
from vision.live.sampling import Rates
from vision.live.stream import keep_reading

SETTLES_S: Final = 5.0
WARM_WITHIN_S: Final = 120.0
# Held: next to nothing was dropped, and nobody waited for long.
MOST_LOST: Final = 0.01
MOST_P95_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class Density:
    """One run; latency is from a picture's arrival to the decision on it."""

    streams: int
    mode: str
    seconds: float
    looked: int
    lost_share: float
    p50_ms: float
    p95_ms: float
    cores_busy: float

    @property
    def held(self) -> bool:
        """Whether the machine kept up."""
        return self.lost_share <= MOST_LOST and self.p95_ms <= 1000 * MOST_P95_S

    def told(self) -> dict[str, Any]:
        """As it is written."""
        own = {"cpu_ms_a_second_and_camera": 1000 * self.cores_busy / self.streams}
        return asdict(self) | own | {"held": self.held}


@dataclass(slots=True)
class _Hall:
    """The seats, the threads that look, and what they noted after settling."""

    desk: Desk = field(default_factory=Desk)
    seats: dict[str, Seat] = field(default_factory=dict)
    latencies_s: list[float] = field(default_factory=list)
    lost: int = 0
    counting: bool = False

    def drop(self, _camera_id: str, _time_s: float) -> None:
        """A newer picture came before anybody looked."""
        self.lost += self.counting

    def wait_until_warm(self, quit: threading.Event) -> None:
        """Until the engines are compiled and have settled."""
        end_s = time.monotonic() + WARM_WITHIN_S
        while sum(one.looked for one in self.seats.values()) < 2 * len(self.seats):
            if time.monotonic() > end_s:
                return
            quit.wait(0.2)
        quit.wait(SETTLES_S)

    def look(self, quit: threading.Event) -> None:
        """One looking thread."""
        while not quit.is_set():
            taken = self.desk.take(0.2)
            if taken is None:
                continue
            name, picture = taken
            self.seats[name].look(picture)
            self.desk.done(name)
            if self.counting:
                self.latencies_s.append(time.monotonic() - picture.time_s)


def rates_of(mode: str, fps: float) -> Rates:
    """``steady``: at the rate; ``keys``: each key picture; ``adaptive``: as `watch` would."""
    if mode == "steady":
        return Rates(1 / fps, 1 / fps, steady=True)
    if mode == "keys":
        return Rates(2.0, 2.0, steady=True)
    return Rates.of(fps, ["cooking"])


def hold(
    clips: Sequence[Path], streams: int, mode: str, fps: float, seconds: float, detector: Any
) -> Density:
    """Watch so many simulated cameras for so long, after they have settled."""
    quit, hall, threads = threading.Event(), _Hall(), list[threading.Thread]()
    hall.desk.lost = hall.drop
    for k in range(streams):
        one = seat(detector, rates_of(mode, fps), hall.desk, f"camera-{k}")
        one.eye.clock = time.monotonic
        hall.seats[f"camera-{k}"] = one
        threads.append(_started(keep_reading, _address(clips[k % len(clips)]), one.eye, quit))
        quit.wait(2.0 / streams)  # cameras of one switch do not show their keys together
    threads += [_started(hall.look, quit) for _ in range(os.cpu_count() or 1)]
    hall.wait_until_warm(quit)
    began_s, cpu_s, hall.counting = time.monotonic(), time.process_time(), True
    quit.wait(seconds)
    hall.counting, passed_s = False, time.monotonic() - began_s
    busy = (time.process_time() - cpu_s) / passed_s
    quit.set()
    for thread in threads:
        thread.join()
    return _summed(hall, (streams, mode, passed_s, busy))


def _summed(hall: _Hall, run: tuple[int, str, float, float]) -> Density:
    streams, mode, seconds, busy = run
    looked, ordered = len(hall.latencies_s), sorted(hall.latencies_s)
    lost = hall.lost / max(looked + hall.lost, 1)
    p50, p95 = (1000 * share_at(ordered, share) for share in (0.5, 0.95))
    return Density(streams, mode, seconds, looked, lost, p50, p95, busy)


def share_at(ordered: Sequence[float], share: float) -> float:
    """The value below which that share lies; endless when nothing was measured."""
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else math.inf


def _address(place: Path) -> Address:
    text = str(place)
    return read_address(text if "://" in text else f"file:{place}")


def _started(work: Any, *arguments: Any) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments, daemon=True)
    thread.start()
    return thread


def rss_mib() -> float:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
