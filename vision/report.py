"""The report of a batch analysis: one HTML file with pictures, timeline and clips inside."""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from vision.batch import Batch
from vision.results import EpisodeRecord, Filed, VideoRecord
from vision.words import HEALTH, RULES, SEVERITIES, ZONES

TEMPLATES: Final = Path(__file__).parent / "templates"
# A page of more than this opens badly on a weak desk: later clips are linked, not embedded.
EMBED_BYTES: Final = 48 * 1024 * 1024


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


def episodes_of(batch: Batch, video: VideoRecord) -> list[EpisodeRecord]:
    """The episodes found in one video."""
    return [e for e in batch.analysis.episodes if e.video == video.path]


def lanes(episodes: list[EpisodeRecord]) -> dict[str, list[EpisodeRecord]]:
    """The episodes by rule, so that two at the same time do not hide each other."""
    return {e.rule: [other for other in episodes if other.rule == e.rule] for e in episodes}


def look(detection: dict[str, Any], rule: str) -> str:
    """How a box is drawn: whether it breaks or keeps this rule, or cannot be judged."""
    if detection["kind"] != "head":
        return "breaks" if rule.startswith("pest_") else "keeps"
    state = detection["hat" if rule == "missing_hat" else "mask"]["state"]
    return {"worn": "keeps", "unclear": "unclear"}.get(state, "breaks")


def render(batch: Batch, out: Path) -> str:
    """The whole page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"minutes": minutes, "percent": percent}
    environment.globals |= {"lanes": lanes, "look": look}
    budget = Budget(out, EMBED_BYTES)
    analysis = batch.analysis
    return environment.get_template("report.html").render(
        analysis=analysis,
        cards=[card(filed, out, budget) for filed in batch.filed],
        counts=Counter(episode.rule for episode in analysis.episodes),
        timelines=[(video, episodes_of(batch, video)) for video in analysis.videos],
        watched_s=sum(video.analysed_s for video in analysis.videos),
        words={"rules": RULES, "zones": ZONES, "severities": SEVERITIES, "health": HEALTH},
    )


def write_report(batch: Batch, out: Path) -> Path:
    """Write ``report.html`` beside the evidence."""
    path = out / "report.html"
    path.write_text(render(batch, out), "utf-8")
    return path
