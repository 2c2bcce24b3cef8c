"""Tables of figures: what they count, and what they leave out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.dataset import COMPLETE_IN
from models.figures import false_pests, heads_by_size, one_detector, told_figures
from models.goals import goals
from models.judged import UNCLEAR
from models.labels import MEANINGS, Label, Picture
from models.seen import Seen, retold
from vision.detections import KINDS, Detections

THRESHOLDS = {"head": 0.5, "rodent": 0.5, "cockroach": 0.5}
WORN, INCORRECT, MISSING, UNSEEN = range(4)
Row = tuple[str, tuple[float, float, float, float]]


def picture(*rows: Row, set_name: str = "chef-photos") -> Picture:
    labels = tuple(Label(MEANINGS[name], xywh) for name, xywh in rows)
    return Picture(set_name, Path("a.jpg"), "g", labels, COMPLETE_IN[set_name])


def found(*rows: tuple[str, list[float], float]) -> Detections:
    kinds = [str(kind) for kind in KINDS]
    return Detections.of(
        np.array([box for _, box, _ in rows], np.float32).reshape(-1, 4),
        np.array([confidence for _, _, confidence in rows], np.float32),
        np.array([kinds.index(name) for name, _, _ in rows], np.int64),
    )


def seen(shown: Picture, *rows: tuple[str, list[float], float]) -> Seen:
    return Seen(shown, 100, 100, found(*rows))


HEAD: Row = ("head", (0.5, 0.5, 0.2, 0.2))
HEAD_PX = [40.0, 40.0, 60.0, 60.0]


def test_a_found_head_counts_for_precision_and_recall_alike() -> None:
    table = one_detector([seen(picture(HEAD), ("head", HEAD_PX, 0.9))], THRESHOLDS)
    assert table["head"]["ap50"] == 1
    assert table["head"]["precision"]["hits"] == table["head"]["recall"]["hits"] == 1


def test_an_unsure_box_counts_for_the_average_only() -> None:
    table = one_detector([seen(picture(HEAD), ("head", HEAD_PX, 0.3))], THRESHOLDS)
    assert table["head"]["ap50"] == 1
    assert table["head"]["recall"]["hits"] == 0


def test_a_loose_box_costs_more_the_stricter_the_overlap() -> None:
    loose = [40.0, 40.0, 60.0, 66.0]
    table = one_detector([seen(picture(HEAD), ("head", loose, 0.9))], THRESHOLDS)
    assert table["head"]["ap50"] == 1
    assert 0 < table["head"]["ap50_95"] < 1


def test_a_class_nobody_labelled_has_no_figures() -> None:
    assert "rodent" not in one_detector([seen(picture(HEAD))], THRESHOLDS)


def test_a_pest_in_an_empty_room_is_counted_by_picture() -> None:
    rooms = [
        seen(picture(set_name="empty-rooms"), ("rodent", HEAD_PX, 0.9), ("rodent", HEAD_PX, 0.8)),
        seen(picture(set_name="empty-rooms"), ("rodent", HEAD_PX, 0.4)),
    ]
    table = false_pests(rooms, THRESHOLDS)
    assert (table["empty_rooms"]["hits"], table["empty_rooms"]["of"]) == (1, 2)


def test_heads_are_sorted_by_their_height() -> None:
    small: Row = ("head", (0.1, 0.1, 0.1, 0.1))
    table = heads_by_size([seen(picture(HEAD, small), ("head", HEAD_PX, 0.9))], 0.5)
    assert table["<24"]["recall"]["of"] == 2
    assert table["<24"]["recall"]["hits"] == 1
    assert table[">96"]["recall"]["of"] == 0


def test_other_labels_of_a_picture_change_what_counts_as_right() -> None:
    before = seen(picture(), ("head", HEAD_PX, 0.9))
    (after,) = retold([before], [picture(HEAD)])
    assert not before.matches("head").correct.any()
    assert after.matches("head").correct.all()


def test_a_face_nobody_sees_does_not_touch_the_precision_of_missing() -> None:
    table = told_figures(np.array([MISSING, MISSING]), np.array([MISSING, UNSEEN]), "mask")
    assert table["missing"]["precision"]["value"] == 1
    assert (table["unseen_told"]["hits"], table["unseen_told"]["of"]) == (1, 1)


def test_unclear_costs_recall_and_no_precision() -> None:
    table = told_figures(np.array([MISSING, UNCLEAR]), np.array([MISSING, MISSING]), "mask")
    assert table["missing"]["precision"]["value"] == 1
    assert table["missing"]["recall"]["value"] == 0.5
    assert table["told"]["value"] == 0.5


def test_a_masked_head_called_incorrect_is_a_false_alarm() -> None:
    table = told_figures(np.array([INCORRECT, WORN]), np.array([WORN, WORN]), "mask")
    assert table["false_alarms"]["value"] == 0.5


def test_the_confusion_holds_every_head_once() -> None:
    told = np.array([WORN, UNCLEAR, MISSING, INCORRECT, MISSING])
    truth = np.array([WORN, WORN, MISSING, MISSING, UNSEEN])
    table = told_figures(told, truth, "mask")["confusion"]
    assert sum(sum(row.values()) for row in table.values()) == len(told)
    assert table["unseen"]["missing"] == 1


@pytest.mark.parametrize(("value", "met"), [(0.019, True), (0.021, False)])
def test_a_share_of_mistakes_meets_its_goal_from_below(value: float, met: bool) -> None:
    share = {"hits": 1, "of": 50, "value": value, "low": 0.0, "high": 0.1}
    rows = goals({"mask": {"cross_fitted": {"unseen_told": share}}})
    assert [row["met"] for row in rows] == [met]


def test_what_was_not_measured_is_no_goal_met() -> None:
    nothing = {"hits": 0, "of": 0, "low": 0.0, "high": 1.0}
    (row,) = goals({"mask": {"cross_fitted": {"unseen_told": nothing}}})
    assert (row["reached"], row["met"]) == ("not measured", None)


def test_one_animal_says_nothing_about_a_goal() -> None:
    one = {"hits": 0, "of": 1, "value": 0.0, "low": 0.0, "high": 0.79}
    (row,) = goals({"peers": {"pets": {"called_rodent": one}}})
    assert row["met"] is None


def test_a_picture_by_name_looks_the_same_every_time(tmp_path: Path) -> None:
    from models.pictures import write_image
    from models.seen import looked

    path = tmp_path / "a.jpg"
    write_image(path, np.full((40, 60, 3), 120, np.uint8))
    shown = replace(picture(), path=path)
    assert np.array_equal(looked(shown, "dim"), looked(shown, "dim"))
    assert looked(shown, "dim").mean() < looked(shown, "day").mean()
