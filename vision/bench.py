"""What a camera costs: our path apart and whole, against ultralytics where that is installed.

CPU time of this process, so that a busy machine matters little; runs take turns, medians are told.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from vision.detector import open_detector
from vision.errors import ConfigError
from vision.frames import Frame
from vision.live.addresses import read_address
from vision.live.desk import Desk
from vision.live.eye import Eye
from vision.live.metrics import Metrics
from vision.live.picture import Picture
from vision.live.pieces import Piece, Ring
from vision.live.rewind import decoded
from vision.live.sampling import Rates, Sampler
from vision.live.stream import Decoder, opened, pieces_of
from vision.looker import Looker
from vision.model import ModelBundle
from vision.pipeline import Judge
from vision.rulepacks import load_pack
from vision.second_look import consider
from vision.tracker import NearestTracker
from vision.zones import whole_picture

ZONE: Final = "cooking"
PACK: Final = "strict"
# Key pictures stand for so long while nothing moves, as in `watch`.
LONGEST_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Episode:
    """One finding, to be compared between two ways of looking."""

    rule: str
    start_s: float
    end_s: float

    def meets(self, other: Episode) -> bool:
        """Whether both tell of the same."""
        return self.rule == other.rule and self.start_s < other.end_s and other.start_s < self.end_s


@dataclass(slots=True)
class Seat:
    """One camera of a bench: what looks and what judges."""

    eye: Eye
    looker: Looker
    judge: Judge
    looked: int = 0
    found: list[Episode] = field(default_factory=list)

    def look(self, picture: Picture) -> None:
        """As a camera of `watch` does, but for what it tells."""
        step = self.judge.judge(self.looker.look(picture.frame()))
        kinds = step.detections.class_id
        asking = self.judge.growing or bool((kinds != 0).any())
        self.eye.sampler.looked(picture.time_s, bool((kinds == 0).any()), asking)
        self.looked += 1
        self._note(step.closed)

    def finish(self) -> None:
        """Close what is open."""
        self._note(self.judge.finish())

    def _note(self, findings: Iterable[Any]) -> None:
        for one in findings:
            self.found.append(Episode(one.setting.id, one.episode.start_s, one.episode.last_s))


def seat(detector: Any, rates: Rates, desk: Desk | None = None, name: str = "bench") -> Seat:
    """A camera that judges its whole picture as a range."""
    zones, pack = [whole_picture("cooking")], load_pack(PACK).pack
    eye = Eye(name, desk or Desk(), Metrics(), Sampler(rates), Ring(), clock=lambda: 0.0)
    judge = Judge(NearestTracker(), zones, pack, max_gap_s=LONGEST_S)
    return Seat(eye, Looker(detector, zones, pack), judge)


def read_clip(path: Path, repeats: int = 1) -> list[Piece]:
    """A recording's coded pictures, as if it were sent so many times without a break."""
    with opened(read_address(f"file:{path}")) as container:
        stream = container.streams.video[0]
        packets = (packet for packet in container.demux(stream) if packet.dts is not None)
        once = list(pieces_of(packets, stream))
    unit_s, zero = float(once[0].format.unit_s), once[0].dts or 0
    times = [((piece.dts or 0) - zero) * unit_s for piece in once]
    length_s = times[-1] + (times[1] - times[0] if len(times) > 1 else 0.04)
    return [
        replace(piece, time_s=turn * length_s + time_s)
        for turn in range(repeats)
        for piece, time_s in zip(once, times, strict=True)
    ]


def replay(pieces: Sequence[Piece], one: Seat) -> Seat:
    """Send pieces through eye and judge as fast as they can be looked at; times are the clip's."""
    decoder = Decoder(pieces[0].format.codec)
    for piece in pieces:
        wanted = one.eye.take(piece)
        pictures = [picture for each in wanted.pieces for picture in decoder.decode(each)]
        for picture in (*pictures, *(decoder.drain() if wanted.alone else ())):
            one.eye.show(picture)
            taken = one.eye.desk.take(0)
            if taken is not None:
                one.look(taken[1])
                one.eye.desk.done(taken[0])
    one.finish()
    return one


def cpu_ms(work: Callable[[], object]) -> float:
    """CPU milliseconds of this process for one call."""
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


class Peer:
    """ultralytics in a process of its own, of this interpreter or of another; close it."""

    def __init__(self, python: str, weights: Path, input_px: int) -> None:
        script = Path(__file__).with_name("bench_peer.py")
        command = [python, "-I", str(script), str(weights), str(input_px)]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        except OSError as error:
            raise ConfigError(f"{python} cannot be run; give --peer-python a Python") from error
        self._answer()

    def cpu_ms(self, clip: Path, stride: int) -> float:
        """CPU milliseconds of predicting every so-manieth frame of a clip."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"clip": str(clip), "stride": stride}) + "\n")
        self._process.stdin.flush()
        return float(self._answer()["cpu_ms"])

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise ConfigError(
                "the peer needs ultralytics and weights it can read: install the extra train, or "
                "name a Python that has it with --peer-python"
            )
        told: dict[str, Any] = json.loads(line)
        return told


@dataclass(frozen=True, slots=True)
class Job:
    """What is measured on one clip."""

    clip: Path
    pieces: Sequence[Piece]
    bundle: ModelBundle
    fps: float
    peer: Peer | None = None

    def ways(self) -> dict[str, Callable[[], float]]:
        """Each way of doing the work, by name; each tells its CPU milliseconds."""
        detector = open_detector(self.bundle, threads=1)
        frames = [picture.frame() for picture in decoded(self.pieces[:40])]
        share = len(self.pieces) / max(len(frames), 1)
        every = Rates(1e-6, 1.0, steady=True)
        adaptive = Rates.of(self.fps, [ZONE])
        replay(self.pieces[:3], seat(detector, every))  # compiling is not what is measured
        ways: dict[str, Callable[[], object]] = {
            "decode": lambda: _drain(picture.frame() for picture in decoded(self.pieces)),
            "inference": lambda: _infer(detector, frames, share),
            "every frame": lambda: replay(self.pieces, seat(detector, every)),
            "adaptive": lambda: replay(self.pieces, seat(detector, adaptive)),
        }
        own = {name: partial(cpu_ms, work) for name, work in ways.items()}
        return own | self._peer_ways()

    def _peer_ways(self) -> dict[str, Callable[[], float]]:
        if self.peer is None:
            return {}
        return {
            "peer, every frame": partial(self.peer.cpu_ms, self.clip, 1),
            "peer, our rate": partial(self.peer.cpu_ms, self.clip, self.stride()),
        }

    def stride(self) -> int:
        """Every how many frames the peer would have to look for our rate."""
        length_s = self.pieces[-1].time_s - self.pieces[0].time_s
        return max(1, round(len(self.pieces) / max(length_s, 1e-6) / self.fps))

    def episodes(self) -> tuple[list[Episode], list[Episode], int]:
        """Found on every frame, found adaptively, and how many frames that looked at."""
        detector = open_detector(self.bundle, threads=1)
        full = replay(self.pieces, seat(detector, Rates(1e-6, 1.0, steady=True)))
        little = replay(self.pieces, seat(detector, Rates.of(self.fps, [ZONE])))
        return full.found, little.found, little.looked


def _drain(frames: Iterable[Frame]) -> int:
    return sum(1 for _ in frames)


def _infer(detector: Any, frames: Sequence[Frame], share: float) -> None:
    for k in range(round(len(frames) * share)):
        consider(detector, frames[k % len(frames)])


def measure(job: Job, pairs: int) -> dict[str, float]:
    """Median CPU milliseconds of each way, which take turns."""
    ways = job.ways()
    told: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(pairs):
        for name, work in ways.items():
            told[name].append(work())
    return {name: statistics.median(values) for name, values in told.items()}


def ratios(told: Mapping[str, float]) -> dict[str, float]:
    """What was asked for, as far as it was measured."""
    apart = told["decode"] + told["inference"]
    found = {"overhead over decode and networks": told["every frame"] / apart - 1}
    if "peer, every frame" in told:
        found["peer / ours, every frame"] = told["peer, every frame"] / told["every frame"]
        found["peer / decode and networks alone"] = told["peer, every frame"] / apart
        found["peer on every frame / ours adaptive"] = told["peer, every frame"] / told["adaptive"]
        found["peer at our rate / ours adaptive"] = told["peer, our rate"] / told["adaptive"]
    return found
