"""Alert-free minutes of recorded footage."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.clips import number_of, numbered, render_clip
from vision.chain import verify
from vision.errors import SourceError
from vision.evidence import EvidenceWriter
from vision.results import EpisodeRecord, HealthRecord
from vision.sampling_minutes import (
    FRAMES,
    MARGIN_S,
    MINUTE_S,
    Stretch,
    busy,
    cut_minute,
    free_minutes,
    is_free,
    place_of,
)
from vision.video import open_video, read_picture

stretches = st.lists(
    st.tuples(st.floats(-50, 800), st.floats(0.1, 200)).map(lambda p: Stretch(p[0], p[0] + p[1])),
    max_size=6,
)


def episode(start_s: float, end_s: float) -> EpisodeRecord:
    return EpisodeRecord.model_validate(
        {
            "id": uuid.uuid4(), "video": "a.mp4", "rule": "missing_hat", "severity": "major",
            "zone": "range", "zone_type": "cooking", "start_s": start_s, "end_s": end_s,
            "confidence": 0.9, "subjects": 1, "box": (0.1, 0.1, 0.2, 0.2), "evidence": (),
        }
    )  # fmt: skip


@given(st.floats(0, 900), stretches)
def test_a_free_minute_lies_in_the_recording_and_meets_nothing(
    duration_s: float, taken: list[Stretch]
) -> None:
    found = free_minutes(duration_s, taken)
    for start in found:
        assert start + MINUTE_S <= duration_s
        assert not any(Stretch(start, start + MINUTE_S).meets(other) for other in taken)
    assert set(found) <= set(free_minutes(duration_s, ()))


@given(st.floats(0, 900), stretches, stretches)
def test_more_episodes_leave_no_more_minutes(
    duration_s: float, some: list[Stretch], more: list[Stretch]
) -> None:
    assert set(free_minutes(duration_s, some + more)) <= set(free_minutes(duration_s, some))


def test_an_episode_takes_its_minutes_with_a_margin_and_so_does_a_frozen_picture() -> None:
    taken = busy([episode(70.0, 75.0)], [HealthRecord(state="frozen", start_s=190, end_s=200)])
    assert free_minutes(300.0, taken) == (0.0, 120.0, 240.0)
    near = busy([episode(60.0 + MARGIN_S - 1, 70.0)], [])
    assert free_minutes(120.0, near) == ()


def test_a_minute_that_was_asked_for_is_found_in_the_recording() -> None:
    recorded_at = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    start_s = place_of(recorded_at + timedelta(minutes=2), recorded_at)
    assert start_s == 120.0
    assert is_free(start_s, 200.0, ())
    assert not is_free(start_s, 179.0, ())
    assert not is_free(place_of(recorded_at - timedelta(minutes=1), recorded_at), 200.0, ())


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes, one picture a second."""
    folder = tmp_path_factory.mktemp("footage")
    pts = [second * 25 for second in range(121)]
    images = [numbered(second) for second in range(121)]
    return render_clip(folder / "kitchen.mp4", images, pts=pts, g="5")


def test_a_minute_is_cut_as_a_clip_that_shows_it(footage: Path, tmp_path: Path) -> None:
    with EvidenceWriter(tmp_path / "evidence") as writer:
        (clip,) = cut_minute(footage, 60.0, "sample", writer)
    assert (clip.kind, clip.media_type) == ("clip", "video/mp4")
    with open_video(tmp_path / "evidence" / clip.path) as video:
        assert MINUTE_S - 2 <= video.duration_s <= MINUTE_S + 12
    assert verify(tmp_path / "evidence").first_bad is None


def test_or_as_frames_at_equal_steps(footage: Path, tmp_path: Path) -> None:
    with EvidenceWriter(tmp_path / "evidence") as writer:
        frames = cut_minute(footage, 60.0, "sample", writer, as_clip=False)
    assert len(frames) == FRAMES
    shown = [number_of(read_picture(tmp_path / "evidence" / item.path)) for item in frames]
    assert shown == [65, 75, 85, 95, 105, 115]


def test_a_minute_behind_the_end_is_refused(footage: Path, tmp_path: Path) -> None:
    with (
        EvidenceWriter(tmp_path / "evidence") as writer,
        pytest.raises(SourceError, match="shows nothing"),
    ):
        cut_minute(footage, 600.0, "sample", writer, as_clip=False)
