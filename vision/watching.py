"""Look at one piece of a recording; ``vision.judging`` judges what was seen, in one place.

Looking is the work that is shared out. A piece is named by path and times, so it can be done
again anywhere, and what comes back is plain data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from vision.containers import declared_length_s, groups_of
from vision.detector import open_detector
from vision.errors import SourceError
from vision.footage import Footage, size_bytes, state_of
from vision.frames import Frame
from vision.looker import Looker
from vision.looks import Look
from vision.model import load_model
from vision.options import Options
from vision.quiet import LONGEST_S, MEMORY, quiet_groups
from vision.recorded import listed, recorded_at
from vision.recordings import Place
from vision.remote import at_hand, header_of
from vision.results import (
    RecordedRecord,
)
from vision.rulepacks import load_pack
from vision.second_look import Detector
from vision.segments import Segment, plan
from vision.underway import noting
from vision.video import Video, file_sha256, open_video

UNLISTED: Final = "no entry of the list of recordings matches it; add one"
CHANGED: Final = "the recording changed while it was read; analyse it again when it is finished"
KILLED: Final = "the process that read it was killed, likely for lack of memory; use fewer workers"
# Less than any camera sends: such a length is a damaged stamp's, and not one to plan pieces by.
LEAST_BYTES_S: Final = 100

TaskKey = tuple[str, Segment]


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of one recording, and how it is to be looked at.

    ``length_s`` is 0 if unknown; ``note`` is the file in which it says how far it is.
    """

    footage: Footage
    segment: Segment
    options: Options
    length_s: float = 0.0
    note: Path | None = None

    @property
    def key(self) -> TaskKey:
        """Which piece of which recording."""
        return self.footage.label, self.segment


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What one piece showed; ``lead`` are the looks before it began.

    ``uneven`` and ``error`` are as of the video; a piece that could not be read has no looks.
    """

    looks: tuple[Look, ...] = ()
    lead: tuple[Look, ...] = ()
    frames_decoded: int = 0
    uneven: bool = False
    duration_s: float = 0.0
    recorded: RecordedRecord | None = None
    sha256: str = ""
    error: str | None = None


@lru_cache(maxsize=1)
def shared_detector(model: Path) -> Detector:
    """One detector a process; one thread each, since processes share the cores."""
    return open_detector(load_model(model), threads=1)


def pieces_of(footage: Footage, options: Options) -> list[Task]:
    """The tasks of one recording, by the length that its header tells."""
    try:
        # Of what lies elsewhere the header alone is read: nothing is fetched before it is needed.
        with header_of(footage) as header:
            length_s = declared_length_s(header)
    except SourceError:
        length_s = None
    if length_s and length_s * LEAST_BYTES_S > size_bytes(footage):
        length_s = None
    return [
        Task(footage, segment, options, min(segment.end_s, length_s or 0.0) - segment.start_s)
        for segment in plan(length_s)
    ]


def look_at(task: Task) -> Seen:
    """Look at one piece; what cannot be read becomes a result that says so."""
    try:
        with at_hand(task.footage) as footage:
            before = state_of(footage.path)
            seen = look_at_file(replace(task, footage=footage))
            same = state_of(footage.path) == before
            return seen if same else replace(seen, error=CHANGED)
    except SourceError as error:
        return Seen(error=str(error))


def look_at_file(task: Task) -> Seen:
    """The same of a recording that is at hand."""
    footage, options = task.footage, task.options
    place = options.places.of(footage.label)
    if place is None:
        return Seen(error=UNLISTED, sha256=_sha256_of(footage))
    looker = Looker(shared_detector(options.model), place.zones, load_pack(options.rules).pack)
    try:
        with open_video(footage.path) as video:
            frames = noting(_frames(video, task), task.segment.start_s, task.note)
            looks = [looker.look(frame) for frame in frames]
            return _seen(video, task, place, looks)
    except SourceError as error:
        # The label, not the path: results must not depend on where the footage lies.
        told = str(error).replace(str(footage.path), footage.label)
        return Seen(error=told, sha256=_sha256_of(footage))


def _frames(video: Video, task: Task) -> Iterator[Frame]:
    segment, fps = task.segment, task.options.fps
    if task.options.sampling == "adaptive":
        # What is quiet shows against the keyframes before: they begin before the lead.
        from_s = max(segment.start_s - segment.lead_s - MEMORY * LONGEST_S, 0.0)
        video.leave_out(quiet_groups(groups_of(task.footage.path, from_s, segment.end_s)))
    if segment.whole:
        return video.frames(fps)
    return video.stretch(fps, segment.start_s, segment.end_s, segment.lead_s)


def _seen(video: Video, task: Task, place: Place, looks: Sequence[Look]) -> Seen:
    start_s = task.segment.start_s
    first = task.segment.index == 0
    return Seen(
        looks=tuple(look for look in looks if look.time_s >= start_s),
        lead=tuple(look for look in looks if look.time_s < start_s),
        frames_decoded=video.frames_decoded,
        uneven=video.uneven,
        duration_s=video.duration_s,
        recorded=_recorded(task.footage, video, place, task.options.places.clock),
        sha256=file_sha256(task.footage.path) if first else "",
        error=video.error,
    )


def _recorded(
    footage: Footage, video: Video, place: Place, clock: ZoneInfo
) -> RecordedRecord | None:
    """When the video was taken, as far as list, name or header tell."""
    found = (
        listed(place.started_at)
        if place.started_at
        else recorded_at(footage.label, video.header, video.duration_s, clock)
    )
    if found is None:
        return None
    return RecordedRecord(
        started_at=found.started_at,
        source=found.source,
        uncertainty_s=round(found.uncertainty_s, 3),
    )


def _sha256_of(footage: Footage) -> str:
    try:
        return file_sha256(footage.path)
    except SourceError:
        return ""
