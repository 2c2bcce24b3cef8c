"""The report of a batch analysis: one HTML file with pictures, timeline and clips inside."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from vision.batch import Batch
from vision.results import Analysis, EpisodeRecord, Filed, VideoRecord
from vision.summary import HOUR_S, Verdicts, by_camera, by_rule, moment, observed
from vision.words import HEALTH, RULES, SEVERITIES, ZONES

TEMPLATES: Final = Path(__file__).parent / "templates"
# A page of more than this opens badly on a weak desk: later clips are linked, not embedded.
EMBED_BYTES: Final = 48 * 1024 * 1024
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


class Budget:
    """Embeds files until the page would grow too large, then links them."""

    def __init__(self, out: Path, limit_bytes: int) -> None:
        self._out = out
        self._left = limit_bytes

    def source(self, path: str, media_type: str) -> str:
        """The file as a data address, or its path relative to the report."""
        content = (self._out / "evidence" / path).read_bytes()
        if len(content) > self._left:
            return f"evidence/{path}"
        self._left -= len(content)
        return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def pictures(filed: Filed, out: Path, budget: Budget) -> list[Picture]:
    """The episode's frames with the boxes kept beside them."""
    (data_path,) = (path for ref, path in filed.files if ref.kind == "data")
    told = json.loads((out / "evidence" / data_path).read_bytes())
    return [
        Picture(
            budget.source(frame["path"], "image/jpeg"),
            told["width"],
            told["height"],
            frame["time_s"],
            frame["detections"],
        )
        for frame in told["frames"]
    ]


def card(filed: Filed, out: Path, budget: Budget) -> Card:
    """One episode with all it needs to be shown."""
    clips = [path for ref, path in filed.files if ref.kind == "clip"]
    clip = budget.source(clips[0], "video/mp4") if clips else ""
    return Card(filed.episode, pictures(filed, out, budget), clip)


def minutes(seconds: float) -> str:
    """Seconds as m:ss."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def percent(share: float) -> str:
    """A share of a length, for positions in a drawing."""
    return f"{100 * share:.2f}%"


def lanes(episodes: Sequence[EpisodeRecord]) -> dict[str, list[EpisodeRecord]]:
    """The episodes by rule, so that two at the same time do not hide each other."""
    return {e.rule: [other for other in episodes if other.rule == e.rule] for e in episodes}


def look(detection: dict[str, Any], rule: str) -> str:
    """How a box is drawn: whether it breaks or keeps this rule, or cannot be judged."""
    if detection["kind"] != "head":
        return "breaks" if rule.startswith("pest_") else "keeps"
    state = detection["hat" if rule == "missing_hat" else "mask"]["state"]
    return {"worn": "keeps", "unclear": "unclear"}.get(state, "breaks")


def hours(seconds: float) -> str:
    """A length as a person says it: seconds, minutes or hours."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * HOUR_S else f"{seconds / HOUR_S:.1f} h"


def wall_clock(analysis: Analysis, video: VideoRecord, time_s: float) -> str:
    """When that was, by the clock on the wall; empty where it is not known."""
    at = moment(video, time_s)
    zone = ZoneInfo(analysis.options.time_zone)
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if at else ""


def render(batch: Batch, out: Path, verdicts: Verdicts) -> str:
    """The whole page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"minutes": minutes, "percent": percent, "hours": hours}
    analysis = batch.analysis
    environment.globals |= {"lanes": lanes, "look": look, "clock": partial(wall_clock, analysis)}
    budget = Budget(out, EMBED_BYTES)
    return environment.get_template("report.html").render(
        analysis=analysis,
        videos={video.path: video for video in analysis.videos},
        cards=[card(filed, out, budget) for filed in batch.filed],
        rules=by_rule(analysis, verdicts),
        cameras=by_camera(analysis),
        failed=[video for video in analysis.videos if video.error],
        length_s=sum(video.duration_s for video in analysis.videos),
        observed=observed(analysis.videos),
        verdicts=verdicts,
        words={"rules": RULES, "zones": ZONES, "severities": SEVERITIES, "health": HEALTH},
    )


def write_report(batch: Batch, out: Path, verdicts: Verdicts = NONE_YET) -> Path:
    """Write ``report.html`` beside the evidence; ``verdicts`` are what people decided since."""
    path = out / "report.html"
    half = path.with_suffix(".part")
    half.write_text(render(batch, out, verdicts), "utf-8")
    half.replace(path)
    return path
