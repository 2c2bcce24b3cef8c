"""Which episodes a clip must give, by its truth file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.synthesis.truth import read_expected
from vision.errors import ConfigError
from vision.names import RuleId, ZoneType
from vision.rulepacks import RulePack, load_pack

RULES: Final = "strict"
ZONE_TYPE: Final[ZoneType] = "cooking"
# People who mark clips by eye are right to a quarter of a second.
MARKED_WITHIN_S: Final = 0.25


class Range(BaseModel):
    """A count that was not certain."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min: Annotated[int, Field(ge=0)]
    max: Annotated[int, Field(ge=0)]


Count = int | Range | Literal["unknown"]


class Interval(BaseModel):
    """How many of each are in the picture from ``t0`` to ``t1`` (seconds)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    t0: float
    t1: float
    no_hat: Count
    no_mask: Count
    mask_wrong: Count | None = None
    pests: Count


class Truth(BaseModel):
    """``NAME.truth.json`` as a person marks it, schema kitchen-truth/1."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    schema_: Literal["kitchen-truth/1"] = Field(alias="schema")
    pest: Literal["rodent", "cockroach"] = "rodent"
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a rule is broken; not ``expected``: in which nobody can say."""

    start_s: float
    end_s: float
    expected: bool

    @property
    def span(self) -> tuple[float, float]:
        """Start and end."""
        return self.start_s, self.end_s


@dataclass(frozen=True)
class Clip:
    """A recording, how it is to be analysed, and what must come out by rule."""

    path: Path
    rules: str
    zone_type: ZoneType
    truth: Mapping[RuleId, tuple[Stretch, ...]]


def read_clips(folder: Path) -> list[Clip]:
    """The clips with truth in ``folder``, by name; ConfigError when there is none."""
    clips = [clip for path in sorted(folder.glob("*.mp4")) if (clip := read_clip(path))]
    if not clips:
        raise ConfigError(
            f"{folder} holds no clip with truth: put NAME.mp4 beside NAME.truth.json or "
            "NAME.expected.toml"
        )
    return clips


def read_clip(path: Path) -> Clip | None:
    """A clip and its truth, None when it has none."""
    rendered, marked = path.with_suffix(".expected.toml"), path.with_suffix(".truth.json")
    if rendered.is_file():
        expected = read_expected(rendered)
        truth: dict[RuleId, tuple[Stretch, ...]] = {}
        for one in expected.episodes:
            stretch = Stretch(one.start_s, one.end_s, expected=True)
            truth[one.rule] = (*truth.get(one.rule, ()), stretch)
        return Clip(path, expected.rules, expected.zone_type, truth)
    if marked.is_file():
        pack = load_pack(RULES).pack
        return Clip(path, RULES, ZONE_TYPE, expected_stretches(read_truth(marked), pack))
    return None


def read_truth(path: Path) -> Truth:
    """A truth file marked by a person, or ConfigError."""
    try:
        content: Any = json.loads(path.read_text("utf-8"))
        return Truth.model_validate(content)
    except (OSError, ValueError, ValidationError) as error:
        raise ConfigError(f"{path} is no truth file of schema kitchen-truth/1; mend it") from error


def expected_stretches(truth: Truth, pack: RulePack) -> dict[RuleId, tuple[Stretch, ...]]:
    """What each rule must find: one episode where it is broken for its on-delay, gaps closed."""
    stretches: dict[RuleId, tuple[Stretch, ...]] = {}
    for setting in pack.rules_in(ZONE_TYPE):
        marks = [(i.t0, i.t1, count_of(i, setting.id, truth.pest)) for i in truth.intervals]
        found = joined(marks, setting.timing.on_delay_s, setting.timing.off_delay_s)
        if found:
            stretches[setting.id] = found
    return stretches


def count_of(interval: Interval, rule: RuleId, pest: str) -> Count:
    """How many break ``rule``; a mask that is being put on may be worn wrongly."""
    if rule == "missing_hat":
        return interval.no_hat
    if rule == "missing_mask":
        return interval.no_mask
    if rule == "mask_worn_wrong":
        return interval.mask_wrong or ("unknown" if interval.no_mask == "unknown" else 0)
    return interval.pests if rule == f"pest_{pest}" else 0


def joined(
    marks: Iterable[tuple[float, float, Count]], on_delay_s: float, off_delay_s: float
) -> tuple[Stretch, ...]:
    """Stretches of what may be broken, closer than the off-delay taken together.

    Expected are those that are surely broken for the on-delay, give or take the marking.
    """
    groups: list[list[tuple[float, float, Count]]] = []
    for mark in marks:
        if most(mark[2]) == 0:
            continue
        if groups and mark[0] - groups[-1][-1][1] < off_delay_s:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return tuple(stretch_of(group, on_delay_s) for group in groups)


def stretch_of(group: Sequence[tuple[float, float, Count]], on_delay_s: float) -> Stretch:
    """From the first to the last sure violation, or of the doubt when that is all there is."""
    sure = [(start_s, end_s) for start_s, end_s, count in group if least(count)]
    lasts_s = longest_s(sure)
    if lasts_s >= on_delay_s + MARKED_WITHIN_S:
        return Stretch(sure[0][0], sure[-1][1], expected=True)
    return Stretch(group[0][0], group[-1][1], expected=False)


def longest_s(spans: Iterable[tuple[float, float]]) -> float:
    """The longest time without a break."""
    longest, began, ended = 0.0, 0.0, -1.0
    for start_s, end_s in spans:
        began = began if start_s <= ended + MARKED_WITHIN_S else start_s
        ended = end_s
        longest = max(longest, ended - began)
    return longest


def least(count: Count) -> int:
    """At least so many."""
    if isinstance(count, Range):
        return count.min
    return 0 if count == "unknown" else count


def most(count: Count) -> int:
    """At most so many; of an unknown number, one."""
    if isinstance(count, Range):
        return count.max
    return 1 if count == "unknown" else count
