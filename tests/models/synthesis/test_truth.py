from pathlib import Path

import av
import pytest

from models.synthesis.truth import (
    Box,
    Expected,
    Subject,
    Track,
    expected_episodes,
    expected_text,
    read_expected,
    read_track,
)

SAMPLES = Path(__file__).parents[3] / "sample_videos"
NAMES = ("range-no-hat", "clean-shift", "night-rodent")
LARGEST_CLIP_BYTES = 2 * 1024 * 1024
SOMEWHERE: Box = (10, 10, 60, 70)


def make_track(*subjects: Subject) -> Track:
    return Track(schema="brightkitchen.track/1", fps=6, subjects=subjects)


def test_a_bare_head_breaks_both_rules_while_it_is_in_the_picture() -> None:
    boxes = (None, None, None, *[SOMEWHERE] * 9)
    bare = Subject(kind="head", hat="missing", mask="missing", boxes=boxes)
    hat, mask = expected_episodes(make_track(bare), hat=True, mask=True)
    assert (hat.rule, hat.start_s, hat.end_s) == ("missing_hat", 0.5, 2.0)
    assert mask.rule == "missing_mask"


def test_nothing_is_expected_of_covered_heads_or_of_what_never_shows() -> None:
    covered = Subject(kind="head", hat="worn", mask="worn", boxes=(SOMEWHERE,))
    unseen = Subject(kind="rodent", boxes=(None, None))
    assert expected_episodes(make_track(covered, unseen), hat=True, mask=True) == ()


def test_a_pack_that_asks_for_no_mask_expects_no_missing_mask() -> None:
    bare = Subject(kind="head", hat="missing", mask="missing", boxes=(SOMEWHERE,))
    rules = [e.rule for e in expected_episodes(make_track(bare), hat=True, mask=False)]
    assert rules == ["missing_hat"]


@pytest.mark.parametrize("name", NAMES)
def test_the_text_of_an_expectation_reads_back_the_same(name: str, tmp_path: Path) -> None:
    expected = read_expected(SAMPLES / f"{name}.expected.toml")
    (tmp_path / "again.toml").write_text(expected_text(expected), encoding="utf-8")
    assert read_expected(tmp_path / "again.toml") == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_clip_is_as_long_and_large_as_its_truth_says(name: str) -> None:
    expected = read_expected(SAMPLES / f"{name}.expected.toml")
    with av.open(str(SAMPLES / expected.clip)) as file:
        stream = file.streams.video[0]
        frames = list(file.decode(stream))
        assert stream.average_rate == expected.fps
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    assert len(frames) == expected.frames
    assert (frames[0].width, frames[0].height) == (expected.width, expected.height)
    assert (SAMPLES / expected.clip).stat().st_size < LARGEST_CLIP_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_every_box_of_a_track_lies_in_the_picture(name: str) -> None:
    expected = read_expected(SAMPLES / f"{name}.expected.toml")
    for subject in read_track(SAMPLES / f"{name}.truth.json").subjects:
        assert len(subject.boxes) == expected.frames
        for x1, y1, x2, y2 in (box for box in subject.boxes if box is not None):
            assert 0 <= x1 < x2 <= expected.width and 0 <= y1 < y2 <= expected.height


@pytest.mark.parametrize("name", NAMES)
def test_the_expected_episodes_follow_from_the_track(name: str) -> None:
    expected = read_expected(SAMPLES / f"{name}.expected.toml")
    track = read_track(SAMPLES / f"{name}.truth.json")
    assert expected.rules == "strict"
    assert expected.episodes == expected_episodes(track, hat=True, mask=True)


def rules_of(name: str) -> list[str]:
    expected: Expected = read_expected(SAMPLES / f"{name}.expected.toml")
    return [episode.rule for episode in expected.episodes]


def test_the_three_clips_show_a_bare_head_a_clean_shift_and_a_rat() -> None:
    assert rules_of("range-no-hat") == ["missing_hat", "missing_mask"]
    assert rules_of("clean-shift") == []
    assert rules_of("night-rodent") == ["pest_rodent"]


def test_the_rat_is_seen_for_at_least_five_seconds() -> None:
    (rodent,) = read_track(SAMPLES / "night-rodent.truth.json").subjects
    assert sum(box is not None for box in rodent.boxes) >= 30
