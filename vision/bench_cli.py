"""The command ``bench``: measures, prints, and writes JSON and a picture."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
import typer

from vision.bench import Job, Peer, measure, ratios, read_clip
from vision.bench_alert import measure_alerts
from vision.bench_density import Density, hold
from vision.bench_gemm import measure_gemm
from vision.bench_picture import picture
from vision.detector import open_detector
from vision.errors import ConfigError
from vision.live.rewind import decoded
from vision.live.tools import PerThread
from vision.model import ModelBundle, load_model

SCHEMA: Final = "brightkitchen.bench/2"
STEADY_FPS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure: turns of each way, cameras at once by mode, cameras that raise alerts."""

    pairs: int
    repeats: int
    fps: float
    seconds: float
    streams: Mapping[str, Sequence[int]]
    alerts: int
    peer: Path | None
    peer_python: Path | None


def run_bench(clips: Sequence[Path], out: Path, model: Path, wanted: Wanted) -> None:
    """Measure each clip's work, then so many cameras at once, then alerts and idle cameras."""
    if not clips:
        raise ConfigError("nothing to measure with; give a video, or the address of a camera")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    bundle = load_model(model)
    told: dict[str, Any] = {"schema": SCHEMA, "machine": machine(), "model": bundle.ref.name}
    typer.echo(_sentence(told["machine"]))
    files = [clip for clip in clips if "://" not in str(clip)]
    if files and wanted.pairs:
        told |= _work(files, bundle, wanted, model)
    told["density"] = _density(clips, bundle, wanted)
    if files and wanted.alerts:
        alerts = measure_alerts(files, wanted.alerts, model)
        told["alerts"] = alerts.told()
        _tell_alerts(told["alerts"])
    out.mkdir(parents=True, exist_ok=True)
    (out / "bench.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    (out / "bench.svg").write_text(picture(told), "utf-8")
    typer.echo(f"{out / 'bench.json'} and bench.svg are written")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }


def _sentence(machine: Mapping[str, Any]) -> str:
    return f"{machine['processor']}, {machine['cores']} cores, load {machine['load']}"


def _work(
    clips: Sequence[Path], bundle: ModelBundle, wanted: Wanted, model: Path
) -> dict[str, Any]:
    """Each clip's costs, those of all together, and what they say."""
    each: dict[str, Any] = {}
    with ExitStack() as stack:
        peer = _peer(wanted, bundle, model)
        if peer:
            stack.enter_context(closing(peer))
        jobs = [
            Job(clip, read_clip(clip, wanted.repeats), bundle, wanted.fps, peer) for clip in clips
        ]
        for job in jobs:
            each[job.clip.name] = _clip(job, wanted.pairs)
    told: dict[str, Any] = {"clips": each, "pairs": wanted.pairs, "fps": wanted.fps}
    if len(each) > 1:
        told["all"] = _summed(list(each.values()))
        _tell_work("all clips", told["all"])
    first = next(decoded(jobs[0].pieces)).frame()
    gemm = measure_gemm(bundle, first.width, first.height)
    typer.echo(
        f"detector {gemm.detector:.0f} of {gemm.peak:.0f} GFLOP/s ({gemm.precision}, one thread): "
        f"{100 * gemm.share:.0f} % of the peak of matrix products"
    )
    return told | {
        "gemm": {"peak": gemm.peak, "detector": gemm.detector, "precision": gemm.precision}
    }


def _peer(wanted: Wanted, bundle: ModelBundle, model: Path) -> Peer | None:
    """ultralytics, when it was asked for or is simply there."""
    asked = wanted.peer or wanted.peer_python
    if not asked and not importlib.util.find_spec("ultralytics"):
        typer.echo("no ultralytics here (--peer-python names a Python that has it): no ratios")
        return None
    weights = wanted.peer or model / "detector.pt"
    if not weights.is_file():
        raise ConfigError(f"there are no weights {weights}; give them with --peer")
    python = str(wanted.peer_python or sys.executable)
    return Peer(python, weights, bundle.manifest.detector.input_px)


def _clip(job: Job, pairs: int) -> dict[str, Any]:
    full, little, looked = job.episodes()
    kept = sum(any(one.meets(other) for other in little) for one in full)
    added = sum(not any(one.meets(other) for other in full) for one in little)
    cost = measure(job, pairs)
    told = {
        "frames": len(job.pieces),
        "looked": looked,
        "episodes": {"every_frame": len(full), "kept": kept, "added": added},
        "cpu_ms": cost,
        "ratios": ratios(cost),
    }
    _tell_work(job.clip.name, told)
    return told


def _summed(clips: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The clips as one archive."""
    cost = {name: sum(clip["cpu_ms"][name] for clip in clips) for name in clips[0]["cpu_ms"]}
    found = {name: sum(clip["episodes"][name] for clip in clips) for name in clips[0]["episodes"]}
    frames, looked = (sum(clip[name] for clip in clips) for name in ("frames", "looked"))
    told = {"frames": frames, "looked": looked, "episodes": found}
    return told | {"cpu_ms": cost, "ratios": ratios(cost)}


def _tell_work(name: str, told: Mapping[str, Any]) -> None:
    typer.echo(f"\n{name}: {told['frames']} frames, adaptively {told['looked']} looked at")
    for way, value in told["cpu_ms"].items():
        typer.echo(f"  {way:<38}{value / told['frames']:8.2f} CPU-ms a frame")
    for ratio, value in told["ratios"].items():
        typer.echo(f"  {ratio:<38}{value:8.2f}")
    found = told["episodes"]
    typer.echo(
        f"  episodes: {found['every_frame']} on every frame, adaptively {found['kept']} of them "
        f"and {found['added']} others"
    )


def _density(clips: Sequence[Path], bundle: ModelBundle, wanted: Wanted) -> list[dict[str, Any]]:
    detector = PerThread(lambda: open_detector(bundle, threads=1))
    runs = []
    for mode, counts in wanted.streams.items():
        fps = STEADY_FPS if mode == "steady" else wanted.fps
        for count in counts:
            run = hold(clips, count, mode, fps, wanted.seconds, detector)
            runs.append(run.told())
            _tell_density(run)
    return runs


def _tell_density(run: Density) -> None:
    word = "held" if run.held else "not held"
    typer.echo(
        f"{run.streams:>4} cameras, {run.mode}: {word}; frame to decision p50 {run.p50_ms:.0f} "
        f"p95 {run.p95_ms:.0f} ms, {100 * run.lost_share:.1f} % dropped, {run.cores_busy:.2f} "
        f"cores, {1000 * run.cores_busy / run.streams:.1f} CPU-ms a second and camera"
    )


def _tell_alerts(told: Mapping[str, Any]) -> None:
    typer.echo(
        f"{told['alerts']} alerts of {told['cameras']} cameras: from due to stored p50 "
        f"{told['stored_p50_s']:.2f} s, p95 {told['stored_p95_s']:.2f} s; "
        f"{told['idle_camera_mib']:.1f} MiB for each idle camera"
    )
