"""Judge what the pieces of one recording showed, in order and in one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from vision.exposing import spans
from vision.exposure import Exposure
from vision.footage import Footage
from vision.looks import Look
from vision.options import Options
from vision.pipeline import MAX_GAP_S, Finding, Judge
from vision.quiet import LONGEST_S
from vision.recordings import Place
from vision.results import ExposureRecord, HealthRecord, Observed, PersonExposure, VideoRecord
from vision.rulepacks import load_pack
from vision.tracker import NearestTracker
from vision.watching import Seen


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
