"""Tell the API how much of each hour recorded footage let one see: the denominator of the score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from vision.delivery import Api
from vision.exposure import Exposure
from vision.exposure_hours import MOST_HOURS, ExposureIn, HourIn, Stretch, hours_of
from vision.results import Observed, VideoRecord

# Short enough to be divided evenly between two hours of the clock, long enough to stay few.
SPAN_S: Final = 60.0


def spans(seen: Iterable[tuple[float, Exposure]], length_s: float) -> tuple[Observed, ...]:
    """What was observed minute by minute, from the totals up to each time.

    All of ``length_s`` is told, also where nothing could be judged.
    """
    edges: dict[int, Exposure] = {}
    last_s = 0.0
    for time_s, total in seen:
        edges[int(time_s // SPAN_S)] = total
        last_s = time_s
    return tuple(_spans(edges, max(length_s, last_s)))


def _spans(edges: dict[int, Exposure], end_s: float) -> Iterator[Observed]:
    """In order; minutes that nothing is known of are told as one, however many they are."""
    told_s, before = 0.0, Exposure()
    for index, total in edges.items():
        if told_s < index * SPAN_S:
            yield _span(told_s, index * SPAN_S, before, before)
        told_s = min((index + 1) * SPAN_S, end_s)
        yield _span(index * SPAN_S, told_s, before, total)
        before = total
    if told_s < end_s or not edges:
        yield _span(told_s, end_s, before, before)


def _span(start_s: float, end_s: float, before: Exposure, total: Exposure) -> Observed:
    return Observed(
        start_s=start_s,
        end_s=end_s,
        camera_s=round(total.camera_s - before.camera_s, 3),
        hat_s=round(total.hat_s - before.hat_s, 3),
        mask_s=round(total.mask_s - before.mask_s, 3),
    )


def hours(observed: Sequence[Observed], began_at: datetime) -> tuple[HourIn, ...]:
    """By the hours of the clock, for a recording that began then."""
    return hours_of(
        Stretch(
            began_at + timedelta(seconds=one.start_s),
            began_at + timedelta(seconds=one.end_s),
            Exposure(one.camera_s, one.hat_s, one.mask_s),
        )
        for one in observed
    )


def bodies(video: VideoRecord, observed: Sequence[Observed]) -> Iterator[ExposureIn]:
    """What is sent of one recording; nothing while its time or content is not known."""
    if video.recorded is None or not video.sha256 or not observed:
        return
    every = hours(observed, video.recorded.started_at)
    for start in range(0, len(every), MOST_HOURS):
        some = every[start : start + MOST_HOURS]
        yield ExposureIn(origin="batch", source=video.sha256, hours=some)


def expose(video: VideoRecord, observed: Sequence[Observed], camera_id: str, api: Api) -> str:
    """Send it; sending it again replaces it. What the API said when it did not take it."""
    for body in bodies(video, observed):
        answer = api.put_exposure(camera_id, body.model_dump_json())
        if answer.outcome != "taken":
            return f"the observed hours: {answer.detail}"
    return ""
