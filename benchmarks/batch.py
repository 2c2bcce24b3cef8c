"""What recorded footage costs: x real time a core, processes, nodes, a resumed run, memory.

    python -m benchmarks.batch [--seconds 60] [--pairs 3] [--footage FILE...] [--ray]

Without --footage two recordings are made from the samples, 1080p at 25 frames a second with
a keyframe every two seconds: ``busy`` (two cooks at work) and ``quiet`` (an empty room at night).
Processor time tells the cost of one core even while others work; walls (processes, nodes) only
mean something on a quiet machine: the load is printed beside them.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final, cast

import av
import cv2
import numpy as np

from vision import watching
from vision.batch import Options, Silent, analyse
from vision.engines import Engine, Here, Processes
from vision.health import HealthSensor
from vision.looker import Looker
from vision.model import DEFAULT_MODEL
from vision.motion import MotionSensor
from vision.pipeline import Judge
from vision.recordings import everywhere
from vision.rulepacks import load_pack
from vision.second_look import consider
from vision.segments import plan
from vision.tracker import NearestTracker
from vision.video import open_video
from vision.watching import Seen, Task
from vision.zones import whole_picture

SAMPLES: Final = Path(__file__).parent.parent / "sample_videos"
OPTIONS: Final = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("cooking")]))
EVEN: Final = replace(OPTIONS, sampling="even")
FPS, WIDTH, HEIGHT = 25, 1920, 1080
GOALS: Final = {"speed": 25.0, "processes": 0.9, "nodes": 1.8}


def render(path: Path, source: Path, seconds: int, still: bool) -> Path:
    """A sample at 1080p25 for so long, running back and forth; ``still``: its first picture."""
    with open_video(source) as video:
        frames = [frame.image for frame in islice(video.frames(), 1 if still else None)]
    there_and_back = cycle([*frames, *frames[-2:0:-1]])
    noise = np.random.default_rng(5).integers(0, 4, (16, HEIGHT, WIDTH, 1), np.uint8)
    with av.open(str(path), "w") as container:
        options = {"preset": "veryfast", "crf": "26", "g": "50", "bf": "0"}
        stream = cast("Any", container.add_stream("libx264", rate=FPS, options=options))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = Fraction(1, FPS)
        for number, image in enumerate(islice(there_and_back, seconds * FPS)):
            large = cv2.resize(image, (WIDTH, HEIGHT)) + noise[number % len(noise)]
            frame = av.VideoFrame.from_ndarray(large, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def tell(line: str) -> None:
    """One figure, at once."""
    print(line, flush=True)


def cpu_s() -> float:
    """Processor seconds of this process and of those that it waited for."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (
            resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
    )


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    cpu_s: float
    wall_s: float


def cost(work: Callable[[], object]) -> Cost:
    """Run it once."""
    began, used = time.monotonic(), cpu_s()
    work()
    return Cost(cpu_s() - used, time.monotonic() - began)


def run(paths: Sequence[Path], engine: Engine, options: Options = OPTIONS) -> Cost:
    """One whole analysis into a folder of its own."""
    with tempfile.TemporaryDirectory() as out:
        return cost(lambda: analyse(paths, Path(out), options, engine))


def decode(path: Path) -> None:
    """Every picture decoded, none looked at."""
    with open_video(path) as video:
        for _ in video.frames(0.001):
            pass


WAYS: Final = {
    "adaptive (default), 5 fps": OPTIONS,
    "even, 5 fps": EVEN,
    "adaptive, 2 fps": replace(OPTIONS, fps=2.0),
    "adaptive, 1 fps": replace(OPTIONS, fps=1.0),
}


def speeds(paths: Sequence[Path], pairs: int) -> None:
    """x real time of one core, and what of it is decoding."""
    watching.shared_detector(DEFAULT_MODEL)
    for path in paths:
        with open_video(path) as video:
            length_s = video.duration_s
        spent: dict[str, list[float]] = {name: [] for name in (*WAYS, "decoding alone")}
        for _ in range(pairs):
            for name, options in WAYS.items():
                spent[name].append(run([path], Here(), options).cpu_s)
            spent["decoding alone"].append(cost(lambda: decode(path)).cpu_s)  # noqa: B023  # run at once
        for name, times in spent.items():
            median_s = statistics.median(times)
            tell(
                f"{path.stem}, {name}: {1000 * median_s / length_s:.0f} CPU-ms a second, "
                f"{length_s / median_s:.1f} x real time a core (goal {GOALS['speed']:.0f})"
            )
        stages(path)


def stages(path: Path) -> None:
    """Where the time of one look goes, of forty pictures a second apart."""
    zones, pack = [whole_picture("cooking")], load_pack("strict").pack
    detector = watching.shared_detector(DEFAULT_MODEL)
    motion, health = MotionSensor(), HealthSensor()
    looker, judge = Looker(detector, zones, pack), Judge(NearestTracker(), zones, pack)
    with open_video(path) as video:
        frames = list(islice(video.frames(1.0), 40))
    looks = []
    steps: dict[str, Callable[[Any], object]] = {
        "networks": lambda frame: consider(detector, frame),
        "motion": lambda frame: motion.step(frame.image, frame.time_s),
        "health": health.read,
        "whole look": lambda frame: looks.append(looker.look(frame)),
    }
    told = {name: cost(lambda: list(map(step, frames))).cpu_s for name, step in steps.items()}  # noqa: B023
    told["judging"] = cost(lambda: list(map(judge.judge, looks))).cpu_s
    each = ", ".join(f"{name} {1000 * took / len(frames):.1f}" for name, took in told.items())
    tell(f"{path.stem}, CPU-ms a look: {each}")


def copies(path: Path, count: int, folder: Path) -> list[Path]:
    """The same recording so many times."""
    links = [folder / f"{number:02d}{path.suffix}" for number in range(count)]
    for link in links:
        shutil.copy(path, link)
    return links


def processes(path: Path, pairs: int) -> None:
    """N processes against one, each with as much to do."""
    count = os.cpu_count() or 1
    ratios, costs = [], []
    with tempfile.TemporaryDirectory() as folder:
        links = copies(path, 2 * count, Path(folder))
        for _ in range(pairs):
            alone, together = run(links, Processes(1)), run(links, Processes(count))
            ratios.append(alone.wall_s / together.wall_s / count)
            costs.append(alone.cpu_s / together.cpu_s)
    tell(
        f"{count} processes on {count} cores: {statistics.median(ratios):.2f} N by the wall "
        f"(goal {GOALS['processes']}), processor time of one / of {count}: "
        f"{statistics.median(costs):.2f}; load {os.getloadavg()[0]:.1f}"
    )


def nodes(path: Path, pairs: int) -> None:
    """Two Ray nodes of one processor against one."""
    import ray
    from ray.cluster_utils import Cluster as Nodes

    from vision.cluster import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    started = Nodes(initialize_head=True, head_node_args={"num_cpus": 1})
    ray.init(started.address, log_to_driver=False, logging_level="ERROR")
    walls, shares = [], []
    with tempfile.TemporaryDirectory() as folder:
        links = copies(path, 8, Path(folder))
        for _ in range(pairs):
            run(links[:1], Cluster())  # the worker has its detector before the clock runs
            one = run(links, Cluster()).wall_s
            second = started.add_node(num_cpus=1)
            run(links[:4], Cluster())
            before = node_cpu_s()
            walls.append(one / run(links, Cluster()).wall_s)
            took = [s - before.get(node, 0.0) for node, s in node_cpu_s().items()]
            shares.append(sum(took) / max(took))
            started.remove_node(second)
    tell(
        f"two Ray nodes: {statistics.median(walls):.2f} x one by the wall, "
        f"{statistics.median(shares):.2f} x by how the processor time is shared out "
        f"(goal {GOALS['nodes']}); load {os.getloadavg()[0]:.1f}"
    )
    ray.shutdown()
    started.shutdown()


def node_cpu_s() -> dict[int, float]:
    """Processor seconds of the workers of each Ray node, by the node's own process."""
    spent: dict[int, float] = {}
    tick = os.sysconf("SC_CLK_TCK")
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
            fields = rest.split()
            if name.startswith("ray::"):
                used = (int(fields[11]) + int(fields[12])) / tick
                spent[int(fields[1])] = spent.get(int(fields[1]), 0.0) + used
    return spent


class Breaks(Silent):
    """Breaks a run off after so many pieces, and counts them."""

    def __init__(self, after: int | None) -> None:
        self.looked_at, self._after = 0, after

    def looked(self, task: Task, seen: Seen) -> None:
        """One more."""
        self.looked_at += 1
        if self.looked_at == self._after:
            raise KeyboardInterrupt


def resumed(path: Path, pieces: int) -> None:
    """What a run costs that was broken off before its last piece but one."""
    with open_video(path) as video:
        length_s = video.duration_s
    short = lambda duration_s: plan(duration_s, length_s / pieces)  # noqa: E731
    kept, watching.plan = watching.plan, short  # type: ignore[assignment,attr-defined]
    try:
        with tempfile.TemporaryDirectory() as out:
            first, again = Breaks(pieces - 2), Breaks(None)
            with suppress(KeyboardInterrupt):
                analyse([path], Path(out), OPTIONS, Here(), first)
            analyse([path], Path(out), OPTIONS, Here(), again)
        twice = first.looked_at + again.looked_at - pieces
        tell(f"resumed: {pieces} pieces, {twice} looked at twice (goal: at most one a process)")
    finally:
        watching.plan = kept


def memory() -> Iterator[str]:
    """The largest that this process and any of its processes were, in MB."""
    for name, who in (("here", resource.RUSAGE_SELF), ("a process", resource.RUSAGE_CHILDREN)):
        yield f"{name} {resource.getrusage(who).ru_maxrss / 1024:.0f} MB"


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--pairs", type=int, default=3)
    asked.add_argument("--footage", type=Path, nargs="*", default=[])
    asked.add_argument("--ray", action="store_true", help="also two Ray nodes")
    asked.add_argument("--only-speed", action="store_true", help="nothing that wants quiet")
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = told.footage or [
            render(Path(folder) / "busy.mp4", SAMPLES / "range-no-hat.mp4", told.seconds, False),
            render(Path(folder) / "quiet.mp4", SAMPLES / "night-rodent.mp4", told.seconds, True),
        ]
        speeds(paths, told.pairs)
        resumed(paths[0], 4)
        if not told.only_speed:
            processes(paths[0], told.pairs)
        if told.ray:
            nodes(paths[0], told.pairs)
        tell("largest in memory: " + ", ".join(memory()))


if __name__ == "__main__":
    main()
