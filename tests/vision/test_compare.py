"""Two analyses side by side: nothing counted twice, nothing left out, no side preferred."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.compare import Comparison, compare
from vision.errors import ConfigError
from vision.results import Analysis, EpisodeRecord

SWAPPED = {"lost": "gained", "gained": "lost"}


def make_video(path: str = "a.mp4", sha256: str | None = None, **changes: Any) -> dict[str, Any]:
    """A whole video of a minute; its content is told by its name unless given."""
    fields = {
        "path": path,
        "sha256": path.encode().hex().ljust(64, "0")[:64] if sha256 is None else sha256,
        "duration_s": 60.0,
        "analysed_s": 60.0,
        "frames_decoded": 1500,
        "frames_analysed": 300,
        "health": (),
        "error": None,
        "exposure": {"camera_effective_s": 60.0, "person_assessable_s": {"hat": 0, "mask": 0}},
    }
    return fields | changes


def make_episode(start_s: float = 10.0, end_s: float = 20.0, **changes: Any) -> dict[str, Any]:
    """An episode of a missing hat at the range."""
    fields = {
        "video": "a.mp4",
        "rule": "missing_hat",
        "severity": "major",
        "zone": "range",
        "zone_type": "cooking",
        "start_s": start_s,
        "end_s": end_s,
        "confidence": 0.9,
        "subjects": 1,
        "box": (0.1, 0.2, 0.3, 0.4),
        "evidence": (),
    }
    return fields | changes


def make_analysis(*episodes: dict[str, Any], **changes: Any) -> Analysis:
    """An analysis of one video with these episodes, their ids by position."""
    fields = {
        "schema": "brightkitchen.episodes/1",
        "model": {"name": "kitchen-n", "sha256": "a" * 64},
        "rules": {"name": "strict", "version": "1.0", "sha256": "b" * 64},
        "options": {"fps": 5.0, "camera": None, "zones": (make_zone(),)},
        "videos": (make_video(),),
        "episodes": [{"id": UUID(int=n)} | episode for n, episode in enumerate(episodes)],
    }
    return Analysis.model_validate(fields | changes)


def make_zone(name: str = "range", **changes: Any) -> dict[str, Any]:
    return {"name": name, "type": "cooking", "polygon": ((0, 0), (1, 0), (1, 1))} | changes


def verdicts(comparison: Comparison) -> list[str]:
    return [pair.verdict for pair in comparison.episodes]


milliseconds = st.integers(0, 30_000).map(lambda ms: ms / 1000)
videos = st.lists(
    st.builds(make_video, st.sampled_from(["a.mp4", "b.mp4", "c/a.mp4"]), st.sampled_from("123")),
    unique_by=lambda video: video["path"],
    min_size=1,
)


@st.composite
def analyses(draw: st.DrawFn) -> Analysis:
    """Few videos, rules and zones, so that episodes meet; some videos are copies of each other."""
    filmed = draw(videos)
    episode = st.builds(
        lambda start_s, length_s, **rest: make_episode(
            start_s, round(start_s + length_s, 3), **rest
        ),
        milliseconds,
        st.sampled_from([0.0, 0.2, 1.0, 7.5]),
        video=st.sampled_from([video["path"] for video in filmed]),
        rule=st.sampled_from(["missing_hat", "pest_rodent"]),
        zone=st.sampled_from(["range", "hall"]),
        confidence=st.sampled_from([0.7, 0.9]),
        subjects=st.integers(1, 2),
    )
    return make_analysis(*draw(st.lists(episode, max_size=12)), videos=filmed)


@given(analyses())
def test_compared_with_itself_all_is_the_same(analysis: Analysis) -> None:
    itself = compare(analysis, analysis)
    assert set(verdicts(itself)) <= {"same"}
    assert {value for pair in itself.episodes for _, value in pair.change or ()} <= {0}
    assert itself.differences == ()
    assert itself.videos_only_in_a == itself.videos_only_in_b == ()


@given(analyses(), analyses())
def test_swapping_the_two_swaps_gained_and_lost_and_nothing_else(a: Analysis, b: Analysis) -> None:
    one_way = {(p.verdict, p.a, p.b) for p in compare(a, b).episodes}
    other_way = {(SWAPPED.get(p.verdict, p.verdict), p.b, p.a) for p in compare(b, a).episodes}
    assert one_way == other_way


@given(analyses(), analyses())
def test_every_episode_and_every_video_appears_exactly_once(a: Analysis, b: Analysis) -> None:
    told = compare(a, b)
    assert Counter(p.a for p in told.episodes if p.a) == Counter(a.episodes)
    assert Counter(p.b for p in told.episodes if p.b) == Counter(b.episodes)
    assert Counter([*told.videos_only_in_a, *(p.a for p in told.videos)]) == Counter(a.videos)
    assert Counter([*told.videos_only_in_b, *(p.b for p in told.videos)]) == Counter(b.videos)


@given(analyses(), analyses(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(a: Analysis, b: Analysis, random: Any) -> None:
    shuffled = [
        side.model_copy(
            update={
                "videos": tuple(random.sample(side.videos, len(side.videos))),
                "episodes": tuple(random.sample(side.episodes, len(side.episodes))),
            }
        )
        for side in (a, b)
    ]
    assert compare(*shuffled).to_json() == compare(a, b).to_json()


@given(analyses(), analyses())
def test_a_matched_episode_has_one_rule_zone_and_place_in_time(a: Analysis, b: Analysis) -> None:
    for pair in compare(a, b).episodes:
        if pair.a and pair.b:
            assert (pair.a.rule, pair.a.zone) == (pair.b.rule, pair.b.zone)
            assert gap_s(pair.a, pair.b) <= 2.0


@given(analyses(), analyses())
def test_no_episode_is_lost_beside_a_gained_one_that_could_be_it(a: Analysis, b: Analysis) -> None:
    told = compare(a, b)
    content = {pair.b.path: pair.a.path for pair in told.videos}
    lost = [p.a for p in told.episodes if p.a and p.verdict == "lost"]
    gained = [p.b for p in told.episodes if p.b and p.verdict == "gained"]
    near = [
        (ours, theirs)
        for ours in lost
        for theirs in gained
        if (ours.video, ours.rule, ours.zone) == (content[theirs.video], theirs.rule, theirs.zone)
        if gap_s(ours, theirs) <= 2.0
    ]
    assert near == []


@given(analyses(), analyses())
def test_the_counts_add_up_to_the_compared_episodes(a: Analysis, b: Analysis) -> None:
    told = compare(a, b)
    for count in told.counts:
        assert count.a == count.same + count.moved + count.lost
        assert count.b == count.same + count.moved + count.gained
    assert sum(count.a for count in told.counts) == sum(
        pair.a is not None for pair in told.episodes if pair.verdict != "not_compared"
    )


def gap_s(a: EpisodeRecord, b: EpisodeRecord) -> float:
    return round(max(a.start_s, b.start_s) - min(a.end_s, b.end_s), 3)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (make_episode(10.0, 20.0), ["same"]),
        (make_episode(10.5, 19.5), ["same"]),
        (make_episode(9.5, 20.5), ["same"]),
        (make_episode(10.501, 20.0), ["moved"]),
        (make_episode(10.0, 19.499), ["moved"]),
        (make_episode(0.0, 60.0), ["moved"]),
        (make_episode(20.0, 30.0), ["moved"]),
        (make_episode(22.0, 30.0), ["moved"]),
        (make_episode(3.0, 8.0), ["moved"]),
        (make_episode(22.001, 30.0), ["lost", "gained"]),
        (make_episode(3.0, 7.999), ["gained", "lost"]),
        (make_episode(10.0, 20.0, zone="hall"), ["gained", "lost"]),
        (make_episode(10.0, 20.0, rule="missing_mask"), ["lost", "gained"]),
    ],
)
def test_an_episode_from_second_10_to_20_against(
    other: dict[str, Any], expected: list[str]
) -> None:
    assert verdicts(compare(make_analysis(make_episode()), make_analysis(other))) == expected


def test_of_two_that_could_be_it_the_closer_one_is_matched() -> None:
    a = make_analysis(make_episode(10, 20))
    b = make_analysis(make_episode(0, 60), make_episode(10.2, 20.1), make_episode(21, 22))
    matched = [p.b.start_s for p in compare(a, b).episodes if p.a and p.b]
    assert matched == [10.2]


def test_one_episode_that_broke_in_two_is_moved_once_and_gained_once() -> None:
    a = make_analysis(make_episode(0, 60))
    b = make_analysis(make_episode(0, 20), make_episode(25, 60))
    told = [(p.verdict, p.seen.start_s, p.b and p.b.start_s) for p in compare(a, b).episodes]
    assert told == [("gained", 0, 0), ("moved", 0, 25)]


def test_the_change_is_b_minus_a() -> None:
    a = make_analysis(make_episode(10, 20, confidence=0.9, subjects=1))
    b = make_analysis(make_episode(11.7, 19.2, confidence=0.75, subjects=3))
    (pair,) = compare(a, b).episodes
    assert pair.change is not None
    assert dict(pair.change) == {
        "start_s": 1.7,
        "end_s": -0.8,
        "confidence": -0.15,
        "subjects": 2,
    }


def test_counts_are_by_rule() -> None:
    a = make_analysis(make_episode(), make_episode(rule="pest_rodent"))
    b = make_analysis(make_episode(11), make_episode(40, 50))
    counts = {c.rule: (c.a, c.b, c.same, c.moved, c.lost, c.gained) for c in compare(a, b).counts}
    assert counts == {"missing_hat": (1, 2, 0, 1, 0, 1), "pest_rodent": (1, 0, 0, 0, 1, 0)}


def test_a_renamed_video_is_known_by_its_content() -> None:
    a = make_analysis(make_episode(), videos=[make_video("a.mp4", "1")])
    b = make_analysis(make_episode(video="z.mp4"), videos=[make_video("z.mp4", "1")])
    told = compare(a, b)
    assert verdicts(told) == ["same"]
    assert [(p.a.path, p.b.path, p.matched_by) for p in told.videos] == [
        ("a.mp4", "z.mp4", "sha256")
    ]


@pytest.mark.parametrize("sha256", ["2", ""])
def test_a_video_of_other_or_unread_content_is_matched_by_its_label(sha256: str) -> None:
    a = make_analysis(make_episode(), videos=[make_video("a.mp4", "1")])
    b = make_analysis(videos=[make_video("a.mp4", sha256)])
    told = compare(a, b)
    assert [p.matched_by for p in told.videos] == ["label"] and verdicts(told) == ["lost"]


def test_content_goes_before_the_label() -> None:
    a = make_analysis(videos=[make_video("a.mp4", "1")])
    b = make_analysis(videos=[make_video("a.mp4", "2"), make_video("z.mp4", "1")])
    told = compare(a, b)
    assert [p.b.path for p in told.videos] == ["z.mp4"]
    assert [video.path for video in told.videos_only_in_b] == ["a.mp4"]


def test_copies_of_one_file_are_matched_by_label_and_then_in_order() -> None:
    a = make_analysis(videos=[make_video("x.mp4", "1"), make_video("y.mp4", "1")])
    b = make_analysis(videos=[make_video("y.mp4", "1"), make_video("z.mp4", "1")])
    pairs = [(p.a.path, p.b.path) for p in compare(a, b).videos]
    assert pairs == [("x.mp4", "z.mp4"), ("y.mp4", "y.mp4")]


def test_the_episodes_of_a_video_in_one_only_are_neither_lost_nor_gained() -> None:
    a = make_analysis(make_episode())
    b = make_analysis(make_episode(video="b.mp4"), videos=[make_video("b.mp4")])
    told = compare(a, b)
    assert verdicts(told) == ["not_compared", "not_compared"] and told.counts == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"model": {"name": "kitchen-n", "sha256": "c" * 64}},
            ("model", "kitchen-n aaaaaaaaaaaa", "kitchen-n cccccccccccc"),
        ),
        (
            {"rules": {"name": "hats-only", "version": "1.1", "sha256": "d" * 64}},
            ("rules", "strict 1.0 bbbbbbbbbbbb", "hats-only 1.1 dddddddddddd"),
        ),
        (
            {"options": {"fps": 2.5, "camera": None, "zones": [make_zone()]}},
            ("fps", "5.0", "2.5"),
        ),
        (
            {"options": {"fps": 5, "camera": "door", "zones": [make_zone()]}},
            ("camera", "no camera file", "door"),
        ),
        (
            {"options": {"fps": 5, "camera": None, "zones": [make_zone(), make_zone("hall")]}},
            ("zones", "range", "range, hall"),
        ),
        (
            {"options": {"fps": 5, "camera": None, "zones": [make_zone(type="storage")]}},
            (
                "zone range",
                "cooking (0.0, 0.0) (1.0, 0.0) (1.0, 1.0)",
                "storage (0.0, 0.0) (1.0, 0.0) (1.0, 1.0)",
            ),
        ),
    ],
)
def test_what_was_analysed_with_another_setting_is_told(
    changes: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    (difference,) = compare(make_analysis(), make_analysis(**changes)).differences
    assert (difference.what, difference.a, difference.b) == expected


@pytest.mark.parametrize(
    "broken",
    [
        make_analysis(make_episode(video="gone.mp4")),
        make_analysis(videos=[make_video("gone.mp4", "1"), make_video("gone.mp4", "2")]),
    ],
)
def test_an_episode_whose_video_cannot_be_told_is_refused(broken: Analysis) -> None:
    with pytest.raises(ConfigError, match=r"gone\.mp4"):
        compare(make_analysis(), broken)
