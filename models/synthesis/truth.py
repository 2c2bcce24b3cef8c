"""What a sample clip shows, known exactly because it was rendered."""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from vision.names import RuleId, ZoneType

Box = tuple[float, float, float, float]
Seconds = Annotated[float, Field(ge=0)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ExpectedEpisode(Section):
    """From the first to the last moment at which the violation is in the picture."""

    rule: RuleId
    start_s: Seconds
    end_s: Seconds


class Expected(Section):
    """`NAME.expected.toml`: the alerts that a pack must raise on the clip, and no others."""

    schema_: Literal["brightkitchen.truth/1"] = Field(alias="schema")
    clip: str
    title: str
    rules: str
    zone_type: ZoneType
    seed: int
    fps: int
    frames: int
    width: int
    height: int
    episodes: tuple[ExpectedEpisode, ...] = ()

    @property
    def duration_s(self) -> float:
        return self.frames / self.fps


class Subject(Section):
    """One head or animal; `boxes` xyxy px of each frame, null while it is out of the picture."""

    kind: Literal["head", "rodent"]
    hat: Literal["worn", "missing"] | None = None
    mask: Literal["worn", "missing"] | None = None
    boxes: tuple[Box | None, ...]


class Track(Section):
    """`NAME.truth.json`: where everything is, frame by frame."""

    schema_: Literal["brightkitchen.track/1"] = Field(alias="schema")
    fps: int
    subjects: tuple[Subject, ...]


def expected_episodes(track: Track, hat: bool, mask: bool) -> tuple[ExpectedEpisode, ...]:
    """The episodes that a pack asking for hats and masks must raise on these subjects."""
    found: list[ExpectedEpisode] = []
    for subject in track.subjects:
        shown = [index for index, box in enumerate(subject.boxes) if box is not None]
        broken: dict[RuleId, bool] = {
            "missing_hat": hat and subject.hat == "missing",
            "missing_mask": mask and subject.mask == "missing",
            "pest_rodent": subject.kind == "rodent",
        }
        start_s, end_s = (
            (shown[0] / track.fps, (shown[-1] + 1) / track.fps) if shown else (0.0, 0.0)
        )
        found += [
            ExpectedEpisode(rule=rule, start_s=round(start_s, 3), end_s=round(end_s, 3))
            for rule, is_broken in broken.items()
            if is_broken and shown
        ]
    return tuple(found)


def read_expected(path: Path) -> Expected:
    return Expected.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def read_track(path: Path) -> Track:
    return Track.model_validate_json(path.read_text(encoding="utf-8"))


def expected_text(expected: Expected) -> str:
    """The TOML of `NAME.expected.toml`."""
    head = expected.model_dump(by_alias=True, exclude={"episodes"})
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    for episode in expected.episodes:
        lines += ["", "[[episodes]]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in episode.model_dump().items()]
    return "\n".join(lines) + "\n"


def track_text(track: Track) -> str:
    return track.model_dump_json(by_alias=True) + "\n"
