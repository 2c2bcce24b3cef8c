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
from vision.model import DEFAULT_MODEL
from vision.recordings import everywhere
from vision.segments import plan
from vision.video import open_video
from vision.watching import Seen, Task
from vision.zones import whole_picture

SAMPLES: Final = Path(__file__).parent.parent / "sample_videos"
OPTIONS: Final = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("cooking")]))
ADAPTIVE: Final = replace(OPTIONS, sampling="adaptive")
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


def speeds(paths: Sequence[Path], pairs: int) -> None:
    """x real time of one core, and what of it is decoding."""
    watching.shared_detector(DEFAULT_MODEL)
    for path in paths:
        with open_video(path) as video:
            length_s = video.duration_s
        spent: dict[str, list[float]] = {"even": [], "adaptive": [], "decoding": []}
        for _ in range(pairs):
            spent["even"].append(run([path], Here()).cpu_s)
            spent["adaptive"].append(run([path], Here(), ADAPTIVE).cpu_s)
            spent["decoding"].append(cost(lambda: decode(path)).cpu_s)  # noqa: B023  # run at once
        for name, times in spent.items():
            median_s = statistics.median(times)
            print(
                f"{path.stem}, {name}: {1000 * median_s / length_s:.0f} CPU-ms a second, "
                f"{length_s / median_s:.1f} x real time a core (goal {GOALS['speed']:.0f})"
            )


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
    print(
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
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        links = copies(path, 8, Path(folder))
        for _ in range(pairs):
            run(links[:1], Cluster())  # the worker has its detector before the clock runs
            one = run(links, Cluster()).wall_s
            second = started.add_node(num_cpus=1)
            run(links[:2], Cluster())
            ratios.append(one / run(links, Cluster()).wall_s)
            started.remove_node(second)
    print(
        f"two Ray nodes: {statistics.median(ratios):.2f} x one (goal {GOALS['nodes']}); "
        f"load {os.getloadavg()[0]:.1f}"
    )
    ray.shutdown()
    started.shutdown()


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
    kept, watching.plan = watching.plan, short  # type: ignore[assignment]  # shorter pieces
    try:
        with tempfile.TemporaryDirectory() as out:
            first, again = Breaks(pieces - 2), Breaks(None)
            with suppress(KeyboardInterrupt):
                analyse([path], Path(out), OPTIONS, Here(), first)
            analyse([path], Path(out), OPTIONS, Here(), again)
        twice = first.looked_at + again.looked_at - pieces
        print(f"resumed: {pieces} pieces, {twice} looked at twice (goal: at most one a process)")
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
    asked.add_argument(
        "--only-speed", action="store_true", help="nothing that needs a quiet machine"
    )
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
        print("largest in memory: " + ", ".join(memory()))


if __name__ == "__main__":
    main()
