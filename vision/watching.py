"""Look at one piece of a recording; judge the pieces of one recording in order.

Looking is the work that is shared out. A piece is named by path and times, so it can be done
again anywhere, and what comes back is plain data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from vision.containers import declared_length_s, groups_of
from vision.detector import open_detector
from vision.errors import SourceError
from vision.exposing import spans
from vision.exposure import Exposure
from vision.footage import Footage, state_of
from vision.frames import Frame
from vision.looker import Looker
from vision.looks import Look
from vision.model import load_model
from vision.options import Options
from vision.pipeline import MAX_GAP_S, Finding, Judge
from vision.quiet import LONGEST_S, MEMORY, quiet_groups
from vision.recorded import listed, recorded_at
from vision.recordings import Place
from vision.remote import at_hand, header_of
from vision.results import (
    ExposureRecord,
    HealthRecord,
    Observed,
    PersonExposure,
    RecordedRecord,
    VideoRecord,
)
from vision.rulepacks import load_pack
from vision.second_look import Detector
from vision.segments import Segment, plan
from vision.tracker import NearestTracker
from vision.video import Video, file_sha256, open_video

UNLISTED: Final = "no entry of the list of recordings matches it; add one"
CHANGED: Final = "the recording changed while it was read; analyse it again when it is finished"
KILLED: Final = "the process that read it was killed, likely for lack of memory; use fewer workers"


TaskKey = tuple[str, Segment]


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of one recording, and how it is to be looked at; ``length_s`` is 0 if unknown."""

    footage: Footage
    segment: Segment
    options: Options
    length_s: float = 0.0

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


@dataclass(frozen=True, slots=True)
class Watched:
    """One recording after it was judged: its record, and the findings still to be filed."""

    footage: Footage
    record: VideoRecord
    findings: tuple[Finding, ...] = ()
    observed: tuple[Observed, ...] = ()
    uneven: bool = False
    last_s: float = 0.0
    width: int = 0
    height: int = 0


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
            looks = [looker.look(frame) for frame in _frames(video, task)]
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
        video.leave_out(list(quiet_groups(groups_of(task.footage.path, from_s, segment.end_s))))
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


def fits(pieces: Sequence[Seen]) -> bool:
    """Whether the pieces are what the whole would have shown.

    Each lead must have met the very frames that the piece before it ended with; a file with
    damage, a clock set back or stray times is not trusted in pieces at all.
    """
    if len(pieces) == 1:
        return True
    if any(piece.uneven for piece in pieces) or any(piece.error for piece in pieces[:-1]):
        return False
    return all(_joined(before, after) for before, after in pairwise(pieces))


def _joined(before: Seen, after: Seen) -> bool:
    if not before.looks or not after.lead:
        return False
    # The lead may reach back beyond the piece before.
    begins_s = before.looks[0].time_s
    met = [(look.time_s, look.digest) for look in after.lead if look.time_s >= begins_s]
    known = [(look.time_s, look.digest) for look in before.looks]
    return bool(met) and met == known[-len(met) :]


def judge(footage: Footage, pieces: Sequence[Seen], options: Options) -> Watched:
    """Run the looks of one recording through the rules."""
    place, last = options.places.of(footage.label), pieces[-1]
    looks = list(_continuous(pieces))
    if place is None or not looks:
        return Watched(footage, _record(footage, pieces, place, None))
    gap_s = LONGEST_S if options.sampling == "adaptive" else MAX_GAP_S
    pack = load_pack(options.rules).pack
    judging = Judge(NearestTracker(), place.zones, pack, max_gap_s=gap_s)
    closed: list[Finding] = []
    seen: list[tuple[float, Exposure]] = []
    for look in looks:
        closed += judging.judge(look).closed
        seen.append((look.time_s, judging.exposure))
    raised = options.applied.admitted((*closed, *judging.finish()))
    return Watched(
        footage=footage,
        record=_record(footage, pieces, place, judging),
        findings=tuple(sorted(raised, key=finding_order)),
        observed=spans(seen, last.duration_s),
        uneven=last.uneven,
        last_s=looks[-1].time_s,
        width=looks[0].width,
        height=looks[0].height,
    )


def _continuous(pieces: Sequence[Seen]) -> Iterator[Look]:
    """Every look, the ground of each piece counted on from the one before."""
    right, down = 0.0, 0.0
    before: Look | None = None
    for piece in pieces:
        if before and piece.lead:
            lead = piece.lead[-1].ground
            right, down = before.ground[0] - lead[0], before.ground[1] - lead[1]
        for look in piece.looks:
            before = replace(look, ground=(look.ground[0] + right, look.ground[1] + down))
            yield before


def finding_order(finding: Finding) -> tuple[float, str, str]:
    """By time, then rule, then zone: the same order on every run."""
    return finding.episode.start_s, finding.setting.id, finding.zone.name


def _record(
    footage: Footage, pieces: Sequence[Seen], place: Place | None, judging: Judge | None
) -> VideoRecord:
    first, last = pieces[0], pieces[-1]
    exposure = judging.exposure if judging else Exposure()
    intervals = judging.health.intervals if judging else ()
    return VideoRecord(
        path=footage.label,
        camera=place.camera if place else None,
        recorded=first.recorded,
        sha256=first.sha256,
        duration_s=round(last.duration_s, 3),
        analysed_s=round(exposure.camera_s, 3),
        frames_decoded=sum(piece.frames_decoded for piece in pieces),
        frames_analysed=sum(len(piece.looks) for piece in pieces),
        health=tuple(
            HealthRecord(state=i.state, start_s=round(i.start_s, 3), end_s=round(i.end_s, 3))
            for i in intervals
        ),
        error=last.error,
        exposure=exposure_record(exposure),
    )


def exposure_record(exposure: Exposure) -> ExposureRecord:
    """Observed seconds, to the millisecond."""
    return ExposureRecord(
        camera_effective_s=round(exposure.camera_s, 3),
        person_assessable_s=PersonExposure(
            hat=round(exposure.hat_s, 3), mask=round(exposure.mask_s, 3)
        ),
    )
