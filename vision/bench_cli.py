"""The command ``bench``: measures, prints, and writes JSON and a picture."""

from __future__ import annotations

import json
import logging
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import structlog
import typer

from vision.bench import Job, measure, ratios, read_clip
from vision.bench_density import Density, hold
from vision.detector import open_detector
from vision.errors import ConfigError
from vision.live.tools import PerThread
from vision.model import load_model

SCHEMA: Final = "brightkitchen.bench/1"
BAR_PX: Final = 360
MODES: Final = ("steady", "keys", "adaptive")


def run_bench(
    clips: Sequence[Path], streams: Sequence[int], out: Path, model: Path, how: Mapping[str, Any]
) -> None:
    """Measure the first clip's work, then so many cameras at once for each of ``streams``."""
    if not clips:
        raise ConfigError("nothing to measure with; give a video, or the address of a camera")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    bundle = load_model(model)
    told: dict[str, Any] = {"schema": SCHEMA, "machine": machine(), "model": bundle.ref.name}
    if "://" not in str(clips[0]) and how["pairs"]:
        told |= _work(
            Job(clips[0], read_clip(clips[0], how["repeats"]), bundle, how["fps"], how["peer"]),
            how["pairs"],
        )
    detector = PerThread(lambda: open_detector(bundle, threads=1))
    told["density"] = []
    for count in streams:
        run = hold(clips, count, how["mode"], how["fps"], how["seconds"], detector)
        told["density"].append(run.told())
        _tell_density(run)
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


def _work(job: Job, pairs: int) -> dict[str, Any]:
    full, little, looked = job.episodes()
    kept = sum(any(one.meets(other) for other in little) for one in full)
    added = sum(not any(one.meets(other) for other in full) for one in little)
    frames, cost = len(job.pieces), measure(job, pairs)
    for name, value in cost.items():
        typer.echo(f"{name:<22}{value / frames:8.2f} CPU-ms a frame of the clip")
    found = ratios(cost)
    for name, value in found.items():
        typer.echo(f"{name:<40}{value:8.2f}")
    typer.echo(
        f"adaptive looked at {looked} of {frames} frames, kept {kept} of {len(full)} episodes, "
        f"added {added}"
    )
    return {
        "cpu_ms_a_frame": {name: value / frames for name, value in cost.items()},
        "ratios": found,
        "episodes": {"every_frame": len(full), "kept": kept, "added": added},
        "frames": {"clip": frames, "looked": looked},
        "pairs": pairs,
    }


def _tell_density(run: Density) -> None:
    word = "held" if run.held else "not held"
    typer.echo(
        f"{run.streams:>4} cameras, {run.mode}: {word}; p95 {run.p95_ms:.0f} ms, "
        f"{100 * run.lost_share:.1f} % dropped, {run.cores_busy:.2f} cores, "
        f"{run.rss_mib_per_stream:.1f} MiB a camera"
    )


def picture(told: Mapping[str, Any]) -> str:
    """CPU a frame as bars, in SVG."""
    costs: Mapping[str, float] = told.get("cpu_ms_a_frame", {})
    longest = max(costs.values(), default=1.0)
    rows = []
    for k, (name, value) in enumerate(costs.items()):
        top, length = 40 + 28 * k, max(1.0, BAR_PX * value / longest)
        rows.append(
            f'<text x="10" y="{top + 15}">{name}</text>'
            f'<rect x="150" y="{top}" width="{length:.1f}" height="20" fill="#1f7a5c"/>'
            f'<text x="{156 + length:.1f}" y="{top + 15}">{value:.2f}</text>'
        )
    height = 60 + 28 * len(costs)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="{height}" '
        f'font-family="sans-serif" font-size="13"><text x="10" y="22">CPU-ms a frame of the clip, '
        f"{told['machine']['processor']}</text>{''.join(rows)}</svg>\n"
    )
