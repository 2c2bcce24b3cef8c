"""Alert-free minutes of recorded footage: which ones there are, and their pictures.

The server asks for minutes that it drew at random; whoever has the footage cuts those in which
nothing was reported. Which minutes are free is a pure matter; cutting goes through the doors.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from vision.errors import SourceError
from vision.evidence import EvidenceItem, EvidenceWriter
from vision.frames import Frame
from vision.results import EpisodeRecord, HealthRecord
from vision.video import open_video

MINUTE_S: Final = 60.0
# What was just being reported, or is about to be, is no quiet minute.
MARGIN_S: Final = 5.0
FRAMES: Final = 6


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a recording, in its seconds."""

    start_s: float
    end_s: float

    def meets(self, other: Stretch) -> bool:
        """Whether they have a moment in common."""
        return self.start_s < other.end_s and other.start_s < self.end_s


def busy(
    episodes: Iterable[EpisodeRecord], health: Iterable[HealthRecord], margin_s: float = MARGIN_S
) -> tuple[Stretch, ...]:
    """What is not quiet: every episode with a margin, and what could not be judged."""
    told = [Stretch(one.start_s - margin_s, one.end_s + margin_s) for one in episodes]
    return (*told, *(Stretch(one.start_s, one.end_s) for one in health))


def free_minutes(duration_s: float, taken: Sequence[Stretch]) -> tuple[float, ...]:
    """Where the recording's whole minutes begin that meet nothing of ``taken``, in seconds."""
    starts = (index * MINUTE_S for index in range(int(duration_s // MINUTE_S)))
    return tuple(start for start in starts if is_free(start, duration_s, taken))


def is_free(start_s: float, duration_s: float, taken: Iterable[Stretch]) -> bool:
    """Whether the minute from ``start_s`` on lies in the recording and meets nothing taken."""
    minute = Stretch(start_s, start_s + MINUTE_S)
    inside = start_s >= 0 and minute.end_s <= duration_s
    return inside and not any(minute.meets(other) for other in taken)


def place_of(minute_at: datetime, recorded_at: datetime) -> float:
    """Where a minute that the server asked for begins, in seconds of the recording."""
    return (minute_at - recorded_at) / timedelta(seconds=1)


def cut_minute(
    footage: Path, start_s: float, stem: str, writer: EvidenceWriter, as_clip: bool = True
) -> tuple[EvidenceItem, ...]:
    """The minute as one clip, or as frames at equal steps; SourceError when nothing shows then.

    A clip is copied from the keyframe before, so it may begin some seconds early.
    """
    if as_clip:
        return (writer.add_clip(footage, start_s, start_s + MINUTE_S, f"{stem}-minute"),)
    with open_video(footage) as video:
        wanted = [start_s + (step + 0.5) * MINUTE_S / FRAMES for step in range(FRAMES)]
        frames = _nearest(video.between(start_s, start_s + MINUTE_S), wanted)
    if not frames:
        raise SourceError(f"{footage} shows nothing from {start_s:.0f} s on; check its times")
    return tuple(
        writer.add_frame(frame, f"{stem}-minute-{index}") for index, frame in enumerate(frames)
    )


def _nearest(frames: Iterable[Frame], wanted: Sequence[float]) -> list[Frame]:
    """For each moment the first frame shown at or after it."""
    found: list[Frame] = []
    for frame in frames:
        if len(found) < len(wanted) and frame.time_s >= wanted[len(found)]:
            found.append(frame)
    return found
