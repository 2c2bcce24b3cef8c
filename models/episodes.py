"""Episode precision and recall: what a bundle and the rules make of clips whose truth is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from models.clip_truth import Clip, Stretch, read_clips
from vision.detections import Detections
from vision.detector import open_detector
from vision.frames import Frame
from vision.model import ModelBundle
from vision.names import RuleId
from vision.pipeline import Detector, Pipeline
from vision.rulepacks import load_pack
from vision.second_look import consider
from vision.tracker import NearestTracker
from vision.video import open_video
from vision.zones import whole_picture

RATES: Final = (2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Mistake:
    """An episode that was missed, or found where there is none."""

    clip: str
    fps: float
    rule: RuleId
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Tally:
    """How the episodes of one rule came out.

    ``tolerated``: found where the truth is unknown, so it counts neither way. ``overlaps``:
    per expected episode that was found, the shared time over the time of both together.
    """

    expected: int = 0
    right: int = 0
    false: int = 0
    tolerated: int = 0
    overlaps: tuple[float, ...] = ()

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(
            self.expected + other.expected,
            self.right + other.right,
            self.false + other.false,
            self.tolerated + other.tolerated,
            self.overlaps + other.overlaps,
        )

    @property
    def figures(self) -> dict[str, Any]:
        """As they are printed; None where nothing was there to count."""
        judged, hit = self.right + self.false, len(self.overlaps)
        return {
            "expected": self.expected,
            "found": judged + self.tolerated,
            "right": self.right,
            "missed": self.expected - hit,
            "false": self.false,
            "tolerated": self.tolerated,
            "precision": share(self.right, judged),
            "recall": share(hit, self.expected),
            "overlap": share(sum(self.overlaps), hit),
        }


@dataclass(frozen=True)
class EpisodeFigures:
    """Tallies by rate (frames a second) and rule, and every mistake."""

    clips: int
    tallies: Mapping[float, Mapping[RuleId, Tally]]
    missed: tuple[Mistake, ...] = ()
    false: tuple[Mistake, ...] = ()

    @property
    def tables(self) -> dict[str, Any]:
        """As JSON: rate, then rule or ``overall``, then figures."""
        return {
            f"{fps:g} fps": {rule: tally.figures for rule, tally in with_overall(rules)}
            for fps, rules in self.tallies.items()
        }

    def table(self) -> Table:
        """For a person to read."""
        table = Table(title=f"Episodes in {self.clips} clips")
        columns = list(Tally().figures)
        for column in ("frames a second", "rule", *columns):
            table.add_column(column)
        for fps, rules in self.tallies.items():
            for rule, tally in with_overall(rules):
                cells = ["-" if v is None else str(v) for v in tally.figures.values()]
                table.add_row(f"{fps:g}", rule, *cells)
        return table


@dataclass(slots=True)
class Remembered:
    """A detector that looks at each whole frame of a clip once, however often it is asked.

    The frames taken at 2 or 5 a second are among those taken at 10, so each further rate
    costs next to nothing; a part of a frame (a second look) is always looked at.
    """

    detector: Detector
    seen: dict[float, tuple[Detections, Detections]] = field(default_factory=dict)
    size: tuple[int, int] = (0, 0)

    def detect(self, frame: Frame) -> Detections:
        """What this frame shows."""
        return self.consider(frame)[0]

    def consider(self, frame: Frame) -> tuple[Detections, Detections]:
        """What this frame shows, and what is unsure in it."""
        if not self.size[0]:
            self.size = frame.width, frame.height
        if (frame.width, frame.height) != self.size:
            return consider(self.detector, frame)
        if frame.time_s not in self.seen:
            self.seen[frame.time_s] = consider(self.detector, frame)
        return self.seen[frame.time_s]


def measure_episodes(
    clips: Path, bundle: ModelBundle, rates: Sequence[float] = RATES
) -> EpisodeFigures:
    """Run every clip with truth below ``clips`` at each rate; ConfigError when there is none."""
    detector = open_detector(bundle)
    chosen = read_clips(clips)
    tallies: dict[float, dict[RuleId, Tally]] = {fps: {} for fps in rates}
    missed: list[Mistake] = []
    false: list[Mistake] = []
    for clip in chosen:
        remembered = Remembered(detector)
        for fps in rates:
            found = find_episodes(clip, remembered, fps)
            for rule in sorted({*clip.truth, *found}):
                truth, mine = clip.truth.get(rule, ()), found.get(rule, [])
                tally, lost, wrong = compare(truth, mine)
                tallies[fps][rule] = tallies[fps].get(rule, Tally()).plus(tally)
                missed += [Mistake(clip.path.name, fps, rule, *one) for one in lost]
                false += [Mistake(clip.path.name, fps, rule, *one) for one in wrong]
    return EpisodeFigures(len(chosen), tallies, tuple(missed), tuple(false))


Span = tuple[float, float]


def find_episodes(clip: Clip, detector: Detector, fps: float) -> dict[RuleId, list[Span]]:
    """Start and end of each episode found, by rule."""
    pack = load_pack(clip.rules).pack
    pipeline = Pipeline(detector, NearestTracker(), [whole_picture(clip.zone_type)], pack)
    with open_video(clip.path) as video:
        closed = [f for frame in video.frames(fps) for f in pipeline.step(frame).closed]
    spans: dict[RuleId, list[Span]] = {}
    for finding in (*closed, *pipeline.finish()):
        span = finding.episode.start_s, finding.episode.last_s
        spans.setdefault(finding.setting.id, []).append(span)
    return spans


def compare(
    truth: Sequence[Stretch], found: Sequence[Span]
) -> tuple[Tally, list[Span], list[Span]]:
    """One rule of one clip: the tally, what was missed, and what is false.

    A found episode is right when it shares time with an expected one; several that share
    time with the same one are each right for a person who looks, but too many: the first
    counts as right, the others as false.
    """
    overlaps: list[float] = []
    missed: list[Span] = []
    right: set[Span] = set()
    for stretch in (s for s in truth if s.expected):
        mine = [span for span in found if shared_s(stretch.span, span) > 0]
        if not mine:
            missed.append(stretch.span)
            continue
        right.add(mine[0])
        overlaps.append(max(union_share(stretch.span, span) for span in mine))
    doubtful = [s.span for s in truth if not s.expected]
    expected = [s.span for s in truth if s.expected]
    rest = [span for span in found if span not in right]
    tolerated = [s for s in rest if touches(s, doubtful) and not touches(s, expected)]
    false = [span for span in rest if span not in tolerated]
    tally = Tally(len(expected), len(right), len(false), len(tolerated), tuple(overlaps))
    return tally, missed, false


def touches(span: Span, others: Iterable[Span]) -> bool:
    """Whether it shares time with any of them; an instant counts."""
    return any(shared_s(span, other) >= 0 for other in others)


def shared_s(a: Span, b: Span) -> float:
    """Seconds in both; negative: seconds between them."""
    return min(a[1], b[1]) - max(a[0], b[0])


def union_share(a: Span, b: Span) -> float:
    """Shared time over the time from the first to the last moment of either."""
    whole_s = max(a[1], b[1]) - min(a[0], b[0])
    return max(shared_s(a, b), 0.0) / whole_s if whole_s > 0 else 0.0


def share(part: float, whole: int) -> float | None:
    """Rounded ratio, None of nothing."""
    return round(part / whole, 3) if whole else None


def with_overall(rules: Mapping[RuleId, Tally]) -> list[tuple[str, Tally]]:
    """Each rule's tally in order of name, then all together."""
    overall = Tally()
    for tally in rules.values():
        overall = overall.plus(tally)
    return [*sorted(rules.items()), ("overall", overall)]
