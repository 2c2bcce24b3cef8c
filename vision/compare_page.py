"""The comparison as one HTML file: what B gained and lost against A, pictures side by side."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from vision.compare import SAME_S, Comparison, EpisodePair, Verdict
from vision.compare_verdicts import Decision, decisions, precisions
from vision.offline import EMBED_BYTES, Budget, environment
from vision.results import EpisodeRecord, VideoRecord
from vision.summary import Verdicts, wall_clock

# What a reader asks first: what would no longer be found.
ORDER: Final[tuple[Verdict, ...]] = ("lost", "gained", "moved", "same", "not_compared")
JPEG: Final = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the two analyses lie, and where the page will; pictures are linked from there."""

    a: Path
    b: Path
    page: Path


@dataclass(frozen=True, slots=True)
class Half:
    """An episode as one side has it; ``picture`` is empty when it is not there any more."""

    record: EpisodeRecord
    picture: str
    clip: str
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Card:
    """One episode that differs, with both sides."""

    pair: EpisodePair
    a: Half | None
    b: Half | None


def render(comparison: Comparison, places: Places, verdicts: Verdicts) -> str:
    """The whole page."""
    differing = sorted(filter(differs, comparison.episodes), key=lambda p: ORDER.index(p.verdict))
    counts = {v: sum(p.verdict == v for p in comparison.episodes) for v in ORDER}
    told = precisions(comparison, verdicts)
    return (
        environment()
        .get_template("comparison.html")
        .render(
            comparison=comparison,
            names={"a": places.a.name, "b": places.b.name},
            counts=counts,
            cards=cards(differing, places, verdicts),
            kinds=[verdict for verdict in ORDER if any(p.verdict == verdict for p in differing)],
            precisions={one.rule: one for one in told},
            videos=videos_of(comparison),
            clock=partial(wall_clock, ZoneInfo(comparison.a.options.time_zone)),
            footage=[pair for pair in comparison.videos if not alike(pair.a, pair.b)],
        )
    )


def differs(pair: EpisodePair) -> bool:
    """Whether there is anything to look at."""
    if pair.a is None or pair.b is None or pair.change is None:
        return True
    change = pair.change
    other = bool(change.confidence or change.subjects) or pair.a.severity != pair.b.severity
    return pair.verdict != "same" or other


def alike(a: VideoRecord, b: VideoRecord) -> bool:
    """Whether both saw the same of one recording."""
    same = bool(a.sha256) and a.sha256 == b.sha256
    return same and a.error == b.error and abs(a.analysed_s - b.analysed_s) <= SAME_S


def cards(pairs: Sequence[EpisodePair], places: Places, verdicts: Verdicts) -> list[Card]:
    """Pictures of every card before the first clip: they are what is compared."""
    budget = Budget(EMBED_BYTES)
    shown = [_shown(pair, places, budget, "frame") for pair in pairs]
    played = [_shown(pair, places, budget, "clip") for pair in pairs]
    return [
        Card(pair, *(
            Half(record, picture, clip, decision) if record else None
            for record, picture, clip, decision in zip(
                (pair.a, pair.b), frames, clips, decisions(pair, verdicts), strict=True
            )
        ))
        for pair, frames, clips in zip(pairs, shown, played, strict=True)
    ]  # fmt: skip


def _shown(pair: EpisodePair, places: Places, budget: Budget, kind: str) -> tuple[str, str]:
    # A clip is the recording itself: once is enough where both have it.
    b = None if kind == "clip" and pair.a else pair.b
    return _source(pair.a, places.a, places, budget, kind), _source(
        b, places.b, places, budget, kind
    )


def _source(
    record: EpisodeRecord | None, folder: Path, places: Places, budget: Budget, kind: str
) -> str:
    """The first file of that kind; empty where there is none."""
    for item in record.evidence if record else ():
        if item.kind == kind:
            file = folder / item.path
            link = Path(os.path.relpath(file, places.page.parent)).as_posix()
            return budget.source(file, JPEG if kind == "frame" else "video/mp4", link)
    return ""


def videos_of(comparison: Comparison) -> dict[str, VideoRecord]:
    """Each recording by the name that either side has for it."""
    both = [video for pair in comparison.videos for video in (pair.b, pair.a)]
    every = [*both, *comparison.videos_only_in_a, *comparison.videos_only_in_b]
    return {video.path: video for video in every}
