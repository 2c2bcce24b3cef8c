from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.synthesis.truth import (
    Box,
    Expected,
    Span,
    Subject,
    Track,
    expected_episodes,
    expected_text,
    joined,
    read_expected,
    read_track,
    travelled,
)
from vision.rulepacks import load_pack

SAMPLES = Path(__file__).parents[3] / "sample_videos"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.mp4"))
ALL_CLIPS_BYTES = 25 * 1024 * 1024
SOMEWHERE: Box = (10, 10, 60, 70)
FPS = 6
STRICT = load_pack("strict").pack


def make_track(*subjects: Subject) -> Track:
    return Track(schema="brightkitchen.track/2", fps=FPS, subjects=subjects)


def seconds(lasts_s: float, box: Box | None = SOMEWHERE) -> tuple[Box | None, ...]:
    return (box,) * round(lasts_s * FPS)


def head(boxes: tuple[Box | None, ...], hat: Any = "worn", mask: Any = "worn") -> Subject:
    """A head; hat and mask are one state, or one a frame."""
    hats = hat if isinstance(hat, tuple) else (hat,) * len(boxes)
    masks = mask if isinstance(mask, tuple) else (mask,) * len(boxes)
    visible = tuple(float(box is not None) for box in boxes)
    return Subject(kind="head", track=0, boxes=boxes, visible=visible, hats=hats, masks=masks)


def rat(boxes: tuple[Box | None, ...], visible: float = 1.0) -> Subject:
    return Subject(kind="rodent", track=0, boxes=boxes, visible=(visible,) * len(boxes))


def running(lasts_s: float, px: float) -> tuple[Box, ...]:
    return tuple((10 + px * k, 10, 40 + px * k, 30) for k in range(round(lasts_s * FPS)))


def test_a_bare_head_breaks_both_rules_while_it_is_in_the_picture() -> None:
    bare = head(seconds(1, None) + seconds(5), "missing", "missing")
    hat, mask = expected_episodes(make_track(bare), STRICT, "cooking")
    assert (hat.rule, hat.start_s, hat.end_s) == ("missing_hat", 1.0, 6.0)
    assert mask.rule == "missing_mask"


def test_nothing_is_expected_of_covered_heads_or_of_what_never_shows() -> None:
    hidden = rat(seconds(5, None), 0.0)
    assert expected_episodes(make_track(head(seconds(5)), hidden), STRICT, "cooking") == ()


def test_what_is_broken_for_less_than_the_on_delay_is_no_episode() -> None:
    hats = ("worn",) * 12 + ("missing",) * 12 + ("worn",) * 12
    assert expected_episodes(make_track(head(seconds(6), hats)), STRICT, "cooking") == ()


def test_a_mask_taken_off_for_a_while_is_one_episode_of_that_while() -> None:
    masks = ("worn",) * 12 + ("missing",) * 36 + ("worn",) * 12
    (off,) = expected_episodes(make_track(head(seconds(10), mask=masks)), STRICT, "cooking")
    assert (off.rule, off.start_s, off.end_s) == ("missing_mask", 2.0, 8.0)


def test_the_national_pack_asks_for_no_mask_where_food_is_cooked() -> None:
    bare = make_track(head(seconds(5), mask="missing"))
    national = load_pack("gb31654").pack
    assert expected_episodes(bare, national, "cooking") == ()
    (mask,) = expected_episodes(bare, national, "specialised_room")
    assert mask.rule == "missing_mask"


def test_two_who_break_a_rule_at_once_are_one_episode_with_two_subjects() -> None:
    both = make_track(head(seconds(5), "missing"), head(seconds(5), "missing"))
    (hat,) = expected_episodes(both, STRICT, "cooking")
    assert hat.subjects == 2


def test_a_rat_that_never_moves_or_is_hidden_is_not_expected() -> None:
    still, behind = rat(running(5, 0)), rat(running(5, 10), visible=0.1)
    assert expected_episodes(make_track(still, behind), STRICT, "storage") == ()
    (seen,) = expected_episodes(make_track(rat(running(5, 10))), STRICT, "storage")
    assert seen.rule == "pest_rodent"


@pytest.mark.parametrize("kind", ["cat", "decoy", "fly"])
def test_no_pack_asks_for_cats_decoys_or_flies(kind: Any) -> None:
    boxes = running(5, 10)
    other = Subject(kind=kind, track=0, boxes=boxes, visible=(1.0,) * len(boxes))
    assert expected_episodes(make_track(other), STRICT, "storage") == ()


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 5))), st.floats(0, 10))
def test_joined_spans_hold_all_of_the_old_and_lie_a_gap_apart(
    drawn: list[tuple[float, float]], gap_s: float
) -> None:
    spans: list[Span] = [(start_s, start_s + lasts_s) for start_s, lasts_s in drawn]
    whole = joined(spans, gap_s)
    assert all(any(a <= start and end <= b for a, b in whole) for start, end in spans)
    assert all(b[0] - a[1] >= gap_s for a, b in pairwise(whole))


@given(st.floats(-20, 20))
def test_what_moves_travels_its_way_in_its_own_lengths(px: float) -> None:
    moving = rat(running(2, px))
    assert travelled(moving) == pytest.approx(abs(px) * 11 / 30, abs=1e-6)


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
        first = next(file.decode(stream))
        assert stream.average_rate == expected.fps
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.frames, first.width, first.height) == (
            expected.frames,
            expected.width,
            expected.height,
        )
    assert 8 <= expected.duration_s <= 20


def test_all_clips_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.glob("*.mp4")) <= ALL_CLIPS_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_every_box_of_a_track_lies_in_the_picture(name: str) -> None:
    expected = read_expected(SAMPLES / f"{name}.expected.toml")
    for subject in read_track(SAMPLES / f"{name}.truth.json").subjects:
        rows = (subject.boxes, subject.visible, subject.zones, subject.hats, subject.masks)
        assert {len(row) for row in rows} <= {0, expected.frames}
        for x1, y1, x2, y2 in (box for box in subject.boxes if box is not None):
            assert 0 <= x1 < x2 <= expected.width and 0 <= y1 < y2 <= expected.height


@pytest.mark.parametrize("name", NAMES)
def test_the_expected_episodes_follow_from_the_track(name: str) -> None:
    expected: Expected = read_expected(SAMPLES / f"{name}.expected.toml")
    track = read_track(SAMPLES / f"{name}.truth.json")
    pack = load_pack(expected.rules).pack
    assert expected.episodes == expected_episodes(track, pack, expected.zone_type)
