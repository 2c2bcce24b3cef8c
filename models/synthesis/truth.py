"""What a sample clip shows, known exactly because it was rendered."""

import json
import math
import tomllib
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from vision.health import State
from vision.names import RuleId, ZoneType
from vision.rulepacks import RulePack, RuleSetting

Box = tuple[float, float, float, float]
Span = tuple[float, float]
HatTruth = Literal["worn", "missing"]
MaskTruth = Literal["worn", "incorrect", "missing"]
# A decoy is what no rule asks for: a cloth, a trolley, a mop.
Kind = Literal["head", "rodent", "cockroach", "fly", "cat", "dog", "decoy"]
Seconds = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
# Less of a subject in sight, or a smaller one, shows nothing that anybody could be asked to see.
LEAST_VISIBLE = 0.3
LEAST_PX = 3.0


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ExpectedEpisode(Section):
    """From the first to the last moment at which the violation is in the picture."""

    rule: RuleId
    start_s: Seconds
    end_s: Seconds
    subjects: Annotated[int, Field(ge=1)] = 1


class ExpectedHealth(Section):
    """A stretch in which `analyze` must say that the picture cannot be judged."""

    state: State
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
    health: tuple[ExpectedHealth, ...] = ()

    @property
    def duration_s(self) -> float:
        return self.frames / self.fps


class Subject(Section):
    """One head, animal or decoy, frame by frame.

    `boxes` are xyxy px, null while less than half is in the picture; `visible` is the share with
    nothing in front; `zones` is where its feet stand (null: not known). `hats`, `masks`: of heads.
    """

    kind: Kind
    track: int
    boxes: tuple[Box | None, ...]
    visible: tuple[Share, ...]
    zones: tuple[ZoneType | None, ...] = ()
    hats: tuple[HatTruth, ...] = ()
    masks: tuple[MaskTruth, ...] = ()

    def in_sight(self, index: int) -> bool:
        box = self.boxes[index]
        if box is None or self.visible[index] < LEAST_VISIBLE:
            return False
        return max(box[2] - box[0], box[3] - box[1]) >= LEAST_PX


class Track(Section):
    """`NAME.truth.json`: where everything is, frame by frame."""

    schema_: Literal["brightkitchen.track/2"] = Field(alias="schema")
    fps: int
    subjects: tuple[Subject, ...]


class Seen(Protocol):
    """One actor at one time, as `sight.py` sees it."""

    @property
    def kind(self) -> str: ...
    @property
    def xyxy(self) -> Box | None: ...
    @property
    def visible(self) -> float: ...
    @property
    def hat(self) -> HatTruth | None: ...
    @property
    def mask(self) -> MaskTruth | None: ...
    @property
    def zone(self) -> ZoneType | None: ...


def track_of(sightings: Sequence[Sequence[Seen]], fps: int) -> Track:
    """The track of a clip from what was seen frame by frame, actors always in one order."""
    return Track(
        schema="brightkitchen.track/2",
        fps=fps,
        subjects=tuple(
            _subject(number, column) for number, column in enumerate(zip(*sightings, strict=True))
        ),
    )


def _subject(number: int, column: Sequence[Seen]) -> Subject:
    return Subject.model_validate(
        {
            "kind": column[0].kind,
            "track": number,
            "boxes": tuple(seen.xyxy for seen in column),
            "visible": tuple(seen.visible for seen in column),
            "zones": tuple(seen.zone for seen in column),
            "hats": tuple(seen.hat for seen in column if seen.hat),
            "masks": tuple(seen.mask for seen in column if seen.mask),
        }
    )


def expected_episodes(
    track: Track, pack: RulePack, zone_type: ZoneType
) -> tuple[ExpectedEpisode, ...]:
    """What a pack must raise when the whole picture is one zone.

    One episode of a rule while any subject breaks it, gaps under the off-delay closed; a subject
    counts that breaks it unbroken for the on-delay and, where the rule asks, has moved so far.
    """
    return tuple(
        _episode(setting, spans, stretch)
        for setting in pack.rules_in(zone_type)
        for spans in [[_spans(subject, setting, track.fps) for subject in track.subjects]]
        for stretch in joined([span for some in spans for span in some], setting.off_delay_s)
    )


def _episode(
    setting: RuleSetting, spans: Sequence[Sequence[Span]], within: Span
) -> ExpectedEpisode:
    start_s, end_s = within
    starts = [start for some in spans for start, _ in some if start_s <= start < end_s]
    most = max(sum(any(a <= at < b for a, b in some) for some in spans) for at in starts)
    return ExpectedEpisode(
        rule=setting.id, start_s=round(start_s, 3), end_s=round(end_s, 3), subjects=most
    )


def _spans(subject: Subject, setting: RuleSetting, fps: int) -> list[Span]:
    """When a subject breaks a rule, from where it has done so for long enough."""
    broken = [breaks(subject, setting.id, index) for index in range(len(subject.boxes))]
    runs = list(_runs(broken, fps))
    if travelled(subject) < setting.min_travel:
        return []
    return [
        group
        for group in joined(runs, setting.off_delay_s)
        if any(b - a >= setting.on_delay_s for a, b in runs if group[0] <= a < group[1])
    ]


def breaks(subject: Subject, rule: RuleId, index: int) -> bool:
    """Whether a subject breaks a rule in a frame, for anybody to see."""
    if not subject.in_sight(index):
        return False
    if subject.kind == "head":
        mask, hat = subject.masks[index], subject.hats[index]
        return {
            "missing_hat": hat == "missing",
            "missing_mask": mask == "missing",
            "mask_worn_wrong": mask == "incorrect",
        }.get(rule, False)
    return rule == {"cat": "animal", "dog": "animal"}.get(subject.kind, f"pest_{subject.kind}")


def travelled(subject: Subject) -> float:
    """How far a box went from where it was first seen, in its own lengths."""
    shown = [box for box in subject.boxes if box is not None]
    if not shown:
        return 0.0
    centres = [((x1 + x2) / 2, (y1 + y2) / 2) for x1, y1, x2, y2 in shown]
    length = max(max(x2 - x1, y2 - y1) for x1, y1, x2, y2 in shown)
    (x0, y0), *_ = centres
    return max(math.hypot(x - x0, y - y0) for x, y in centres) / length


def _runs(broken: Sequence[bool], fps: int) -> Iterator[Span]:
    for is_broken, frames in groupby(enumerate(broken), key=lambda pair: pair[1]):
        indices = [index for index, _ in frames]
        if is_broken:
            yield indices[0] / fps, (indices[-1] + 1) / fps


def joined(spans: Sequence[Span], gap_s: float) -> list[Span]:
    """Spans in order, those closer than `gap_s` made one."""
    whole: list[Span] = []
    for start_s, end_s in sorted(spans):
        if whole and start_s - whole[-1][1] < gap_s:
            whole[-1] = (whole[-1][0], max(end_s, whole[-1][1]))
        else:
            whole.append((start_s, end_s))
    return whole


def read_expected(path: Path) -> Expected:
    return Expected.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def read_track(path: Path) -> Track:
    return Track.model_validate_json(path.read_text(encoding="utf-8"))


def expected_text(expected: Expected) -> str:
    """The TOML of `NAME.expected.toml`."""
    head = expected.model_dump(by_alias=True, exclude={"episodes", "health"})
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    for name, rows in (("episodes", expected.episodes), ("health", expected.health)):
        for row in rows:
            lines += ["", f"[[{name}]]"]
            lines += [f"{key} = {json.dumps(value)}" for key, value in row.model_dump().items()]
    return "\n".join(lines) + "\n"


def track_text(track: Track) -> str:
    return track.model_dump_json(by_alias=True) + "\n"
