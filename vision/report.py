"""The report of a batch analysis: one HTML file with pictures, timeline and clips inside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from vision.batch import Batch
from vision.offline import EMBED_BYTES, Budget, environment, write_whole
from vision.reasons import by_kind
from vision.results import EpisodeRecord, Filed
from vision.summary import Verdicts, by_camera, by_rule, observed, wall_clock

NONE_YET: Final[Verdicts] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame with its boxes: ``source`` is a data address or a relative path."""

    source: str
    width: int
    height: int
    time_s: float
    detections: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Card:
    """One episode as the report shows it."""

    record: EpisodeRecord
    pictures: list[Picture]
    clip: str


def pictures(filed: Filed, out: Path, budget: Budget) -> list[Picture]:
    """The episode's frames with the boxes kept beside them."""
    (data_path,) = (path for ref, path in filed.files if ref.kind == "data")
    told = json.loads((out / "evidence" / data_path).read_bytes())
    return [
        Picture(
            _source(frame["path"], "image/jpeg", out, budget),
            told["width"],
            told["height"],
            frame["time_s"],
            frame["detections"],
        )
        for frame in told["frames"]
    ]


def _source(path: str, media_type: str, out: Path, budget: Budget) -> str:
    return budget.source(out / "evidence" / path, media_type, f"evidence/{path}")


def card(filed: Filed, out: Path, budget: Budget) -> Card:
    """One episode with all it needs to be shown."""
    clips = [path for ref, path in filed.files if ref.kind == "clip"]
    clip = _source(clips[0], "video/mp4", out, budget) if clips else ""
    return Card(filed.episode, pictures(filed, out, budget), clip)


def lanes(episodes: Sequence[EpisodeRecord]) -> dict[str, list[EpisodeRecord]]:
    """The episodes by rule, so that two at the same time do not hide each other."""
    return {e.rule: [other for other in episodes if other.rule == e.rule] for e in episodes}


def look(detection: dict[str, Any], rule: str) -> str:
    """How a box is drawn: whether it breaks or keeps this rule, or cannot be judged."""
    if detection["kind"] != "head":
        return "breaks" if rule.startswith("pest_") else "keeps"
    state = detection["hat" if rule == "missing_hat" else "mask"]["state"]
    return {"worn": "keeps", "unclear": "unclear"}.get(state, "breaks")


def render(batch: Batch, out: Path, verdicts: Verdicts) -> str:
    """The whole page."""
    made = environment()
    analysis = batch.analysis
    made.globals |= {
        "lanes": lanes,
        "look": look,
        "clock": partial(wall_clock, ZoneInfo(analysis.options.time_zone)),
    }
    budget = Budget(EMBED_BYTES)
    return made.get_template("report.html").render(
        analysis=analysis,
        videos={video.path: video for video in analysis.videos},
        cards=[card(filed, out, budget) for filed in batch.filed],
        rules=by_rule(analysis, verdicts),
        cameras=by_camera(analysis),
        failed=[video for video in analysis.videos if video.error],
        failures=by_kind(analysis.videos),
        length_s=sum(video.duration_s for video in analysis.videos),
        observed=observed(analysis.videos),
        verdicts=verdicts,
    )


def write_report(batch: Batch, out: Path, verdicts: Verdicts = NONE_YET) -> Path:
    """Write ``report.html`` beside the evidence; ``verdicts`` are what people decided since."""
    path = out / "report.html"
    write_whole(path, render(batch, out, verdicts))
    return path
