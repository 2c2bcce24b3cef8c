"""Episode figures: truth files read as a person would, and counts that add up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clip_truth import Stretch, Truth, expected_stretches, read_clips
from models.episodes import Tally, compare, measure_episodes, union_share
from tests.vision.bundles import BLUE, painted, write_bundle
from tests.vision.clips import render_clip
from vision.errors import ConfigError
from vision.model import load_model
from vision.rulepacks import load_pack

STRICT = load_pack("strict").pack
SPANS = st.tuples(st.floats(0, 50), st.floats(0.1, 20)).map(lambda s: (s[0], s[0] + s[1]))


def interval(t0: float, t1: float, **counts: Any) -> dict[str, Any]:
    return {"t0": t0, "t1": t1, "no_hat": 0, "no_mask": 0, "pests": 0} | counts


def truth(*intervals: dict[str, Any]) -> dict[str, Any]:
    return {"schema": "kitchen-truth/1", "clip": "a.mp4", "intervals": list(intervals)}


def stretches(*intervals: dict[str, Any]) -> dict[str, tuple[Stretch, ...]]:
    return {
        str(rule): found
        for rule, found in expected_stretches(
            Truth.model_validate(truth(*intervals)), STRICT
        ).items()
    }


def test_a_violation_that_lasts_its_delay_is_expected() -> None:
    assert stretches(interval(0, 5, no_hat=1)) == {"missing_hat": (Stretch(0, 5, True),)}


def test_a_violation_shorter_than_its_delay_is_left_to_chance() -> None:
    assert stretches(interval(0, 2, no_hat=1)) == {"missing_hat": (Stretch(0, 2, False),)}


def test_a_mask_that_comes_off_twice_within_the_off_delay_is_one_episode() -> None:
    found = stretches(
        interval(0, 4, no_mask=1), interval(4, 15), interval(15, 16, no_mask=1), interval(16, 60)
    )
    assert found == {"missing_mask": (Stretch(0, 16, True),)}


def test_what_nobody_can_tell_is_tolerated_and_never_expected() -> None:
    found = stretches(interval(0, 9, no_mask="unknown", pests={"min": 0, "max": 1}))
    assert set(found) == {"missing_mask", "mask_worn_wrong", "pest_rodent"}
    assert not any(stretch.expected for one in found.values() for stretch in one)


def test_a_sure_violation_among_doubt_begins_where_it_is_sure() -> None:
    found = stretches(interval(0, 2, no_hat="unknown"), interval(2, 8, no_hat=2))
    assert found["missing_hat"] == (Stretch(2, 8, True),)


def test_a_second_episode_over_the_same_violation_is_a_false_one() -> None:
    tally, missed, false = compare([Stretch(0, 30, True)], [(1, 5), (20, 29)])
    assert (tally.right, tally.false, missed, false) == (1, 1, [], [(20, 29)])


def test_an_episode_over_doubt_alone_counts_neither_way() -> None:
    tally, _, _ = compare([Stretch(0, 3, False)], [(2, 6)])
    assert (tally.right, tally.false, tally.tolerated) == (0, 0, 1)


@given(st.lists(SPANS, max_size=5), st.lists(st.tuples(SPANS, st.booleans()), max_size=5))
def test_every_found_and_every_expected_episode_is_counted_once(
    found: list[tuple[float, float]], given_truth: list[tuple[tuple[float, float], bool]]
) -> None:
    tally, missed, false = compare([Stretch(*s, e) for s, e in given_truth], found)
    assert tally.right + tally.false + tally.tolerated == len(found) or len(set(found)) < len(found)
    assert len(missed) + len(tally.overlaps) == tally.expected == sum(e for _, e in given_truth)
    assert len(false) == tally.false


@given(SPANS, SPANS)
def test_shared_time_is_mutual_and_whole_only_for_the_same(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    assert union_share(a, b) == union_share(b, a) <= 1
    assert union_share(a, a) == 1


def test_of_nothing_no_precision_is_claimed() -> None:
    assert Tally().figures["precision"] is None and Tally().figures["recall"] is None


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"")
    with pytest.raises(ConfigError, match="no clip with truth"):
        read_clips(tmp_path)


def test_a_truth_file_of_another_kind_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"")
    (tmp_path / "a.truth.json").write_text('{"schema": "other"}', "utf-8")
    with pytest.raises(ConfigError, match=r"a\.truth\.json"):
        read_clips(tmp_path)


def test_a_rat_that_runs_is_counted_right_and_one_in_another_clip_is_missed(
    tmp_path: Path,
) -> None:
    for name, shown in (("runs", True), ("hides", False)):
        images = (
            painted(320, 192, *([((20 + 2 * k, 120, 60 + 2 * k, 140), BLUE)] if shown else []))
            for k in range(100)
        )
        render_clip(tmp_path / f"{name}.mp4", images)
        marked = truth(interval(0, 4, pests=1))
        (tmp_path / f"{name}.truth.json").write_text(json.dumps(marked), "utf-8")
    bundle = load_model(write_bundle(tmp_path / "model"))
    figures = measure_episodes(tmp_path, bundle, rates=(5.0,))
    row = figures.tables["5 fps"]["pest_rodent"]
    assert (row["expected"], row["right"], row["false"]) == (2, 1, 0)
    assert [(m.clip, m.start_s) for m in figures.missed] == [("hides.mp4", 0.0)]
    assert json.loads(json.dumps(figures.tables)) == figures.tables
    assert figures.table().row_count == 2
