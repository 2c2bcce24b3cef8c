"""Analyses: what may follow what, how progress is read, how an upload is called."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.analyses.rules import (
    ACTIVE,
    MAX_FAILURES,
    MAX_NAME_BYTES,
    STEPS,
    Outcome,
    Progress,
    State,
    Step,
    advanced,
    moved,
    outcome,
    safe_name,
)
from vision.errors import ConflictError, InvalidError
from vision.footage import VIDEO_SUFFIXES

STATES: tuple[State, ...] = get_args(State)
states = st.sampled_from(STATES)
steps: st.SearchStrategy[Step] = st.sampled_from(sorted(STEPS))
labels = st.text(min_size=1, max_size=300)
suffixes = st.sampled_from(sorted(VIDEO_SUFFIXES))


@given(states, st.lists(steps, max_size=30))
def test_whatever_is_tried_the_state_is_one_of_ours_and_a_finished_job_stays_so(
    state: State, tried: list[Step]
) -> None:
    for step in tried:
        before = state
        try:
            state = moved(state, step)
        except ConflictError:
            assert state not in STEPS[step][0]
        assert state in STATES
        assert before != "finished" or state == "finished"


@given(states)
def test_cancelling_leaves_nothing_that_a_server_takes(state: State) -> None:
    try:
        after = moved(state, "cancel")
    except ConflictError:
        assert state in ("cancelled", "failed", "finished")
    else:
        assert after not in ACTIVE
        assert moved(after, "resume") in ACTIVE


def test_only_what_waits_or_was_left_running_is_taken() -> None:
    takeable = {state for state in STATES if state in STEPS["take"][0]}
    assert takeable == set(ACTIVE)


def line(event: str, **told: Any) -> str:
    return json.dumps({"event": event, **told})


def test_progress_is_what_the_lines_say() -> None:
    progress = Progress()
    for told in (
        line("began", pieces=2, footage_s=120.0),
        line("looked", video="a", looked_s=60.0, footage_s=120.0, speed=24.0),
        line("filed", video="a", episodes=3, error=None),
        line("filed", video="b", episodes=0, error="damaged at 12 s"),
        line("finished", videos=2, failed=1, episodes=3, report="report.html"),
    ):
        progress = advanced(progress, told)
    assert progress.share == 0.5
    assert (progress.videos_done, progress.videos_failed, progress.episodes) == (2, 1, 3)
    assert progress.failures == (("b", "damaged at 12 s"),)


@given(st.text() | st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
).map(json.dumps))  # fmt: skip
def test_a_line_that_says_nothing_of_ours_changes_nothing(told: str) -> None:
    assert advanced(Progress(), told) == Progress()


events = st.sampled_from(["began", "looked", "filed"])
values = st.none() | st.floats() | st.integers() | st.text(max_size=5)
NAMES = ("footage_s", "looked_s", "speed", "episodes", "error", "video")


@given(st.lists(st.tuples(events, st.fixed_dictionaries(dict.fromkeys(NAMES, values)))))
def test_no_line_makes_progress_that_cannot_be(told: list[tuple[str, dict[str, Any]]]) -> None:
    progress = Progress()
    for event, more in told:
        after = advanced(progress, line(event, **more))
        assert after.videos_done >= progress.videos_done
        assert after.episodes >= progress.episodes
        assert 0 <= after.share <= 1
        assert after.videos_failed <= after.videos_done
        progress = after


def test_failures_are_counted_when_there_are_too_many_to_keep() -> None:
    progress = Progress()
    for number in range(MAX_FAILURES + 5):
        progress = advanced(progress, line("filed", video=str(number), episodes=0, error="empty"))
    assert (len(progress.failures), progress.videos_failed) == (MAX_FAILURES, MAX_FAILURES + 5)


@pytest.mark.parametrize(
    ("code", "problem"),
    [(0, ""), (4, ""), (2, "refused"), (3, "nothing_read"), (-9, "killed"), (1, "fault")],
)
def test_an_exit_code_becomes_a_reason(code: int, problem: str) -> None:
    assert outcome(code, "x").problem == problem


def test_the_last_words_are_kept_without_the_programs_name() -> None:
    assert outcome(2, "noise\nbrightkitchen: give a video\n\n") == Outcome(
        "refused", "give a video"
    )


@given(labels, suffixes, st.lists(labels, max_size=4))
def test_a_stored_name_stays_in_its_folder_and_is_new(
    name: str, suffix: str, others: list[str]
) -> None:
    taken = [safe_name(f"{other}x{suffix}") for other in others]
    try:
        stored = safe_name(name + suffix, taken)
    except InvalidError:
        assert PurePosixPath(name + suffix).suffix == "" or "/" in name or "\\" in name
        return
    assert PurePosixPath(stored).name == stored
    assert stored[0] not in ".-"
    assert "\x00" not in stored and "\\" not in stored
    assert stored.endswith(suffix)
    assert len(stored.encode()) <= MAX_NAME_BYTES + 4
    assert stored.casefold() not in {other.casefold() for other in taken}


@pytest.mark.parametrize("name", ["notes.txt", ".mp4", "mp4", "", "a.mp4/", "clip.mp4.exe"])
def test_what_is_called_like_no_video_is_refused(name: str) -> None:
    with pytest.raises(InvalidError, match="give a video"):
        safe_name(name)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("2026-11-24_08-30-00.mp4", "2026-11-24_08-30-00.mp4"),
        ("../../etc/cam 1.MP4", "cam_1.mp4"),
        ("C:\\video\\灶台 1号.mkv", "灶台_1号.mkv"),
        ("-rf.mp4", "rf.mp4"),
        ("....mp4", "video.mp4"),
        ("08.30.00-09.00.00[M][0@0][0].dav", "08.30.00-09.00.00[M][0_0][0].dav"),
    ],
)
def test_a_name_keeps_what_tells_of_the_recording(name: str, stored: str) -> None:
    assert safe_name(name) == stored
