"""Labels that are wrong by eye: a committed list, applied where sets are read."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from models.corrections import Correction, correct, read_corrections
from models.labels import (
    MEANINGS,
    SPLIT_SEED,
    Label,
    Picture,
    falls_to_validation,
    is_held_out,
    validation_groups,
)
from vision.errors import ConfigError

BOX = (0.5, 0.5, 0.2, 0.2)
OTHER = (0.1, 0.1, 0.1, 0.1)
TIGHTER = (0.5, 0.5, 0.1, 0.1)


def a_picture(*boxes: tuple[float, float, float, float], image: str = "a") -> Picture:
    labels = tuple(Label(MEANINGS["rat"], box) for box in boxes)
    return Picture("rats", Path(f"{image}.jpg"), "g", labels)


def a_correction(action: str, **more: object) -> Correction:
    row = {"set": "rats", "image": "a", "action": action, "reason": "by eye", **more}
    return Correction.model_validate(row)


def boxes_after(*changes: Correction) -> list[tuple[float, ...]]:
    [picture] = correct([a_picture(BOX, OTHER)], changes)
    return [label.xywh for label in picture.labels]


def test_a_dropped_box_is_gone_and_the_others_stay() -> None:
    assert boxes_after(a_correction("drop", box=BOX)) == [OTHER]


def test_a_replaced_box_keeps_its_meaning() -> None:
    [picture] = correct([a_picture(BOX)], [a_correction("replace", box=BOX, instead=TIGHTER)])
    assert picture.labels == (Label(MEANINGS["rat"], TIGHTER),)


def test_a_box_may_be_added_with_a_meaning() -> None:
    [picture] = correct([a_picture(BOX)], [a_correction("add", instead=OTHER, label="Cockroach")])
    assert [label.meaning.kind for label in picture.labels] == ["rodent", "cockroach"]


def test_several_corrections_of_one_picture_all_hold() -> None:
    changes = [a_correction("drop", box=OTHER), a_correction("replace", box=BOX, instead=TIGHTER)]
    assert boxes_after(*changes) == [TIGHTER]


def test_an_ignored_picture_is_left_out_and_its_neighbours_are_not() -> None:
    kept = correct([a_picture(BOX), a_picture(BOX, image="b")], [a_correction("ignore-image")])
    assert [picture.path.stem for picture in kept] == ["b"]


def test_the_same_name_in_another_set_is_not_touched() -> None:
    change = a_correction("ignore-image", set="mice")
    assert correct([a_picture(BOX)], [change]) == [a_picture(BOX)]


def test_a_box_is_found_although_the_list_rounds_it() -> None:
    rough = tuple(round(value + 0.0004, 3) for value in BOX)
    assert boxes_after(a_correction("drop", box=rough)) == [OTHER]


def test_a_correction_of_a_box_that_is_gone_is_an_error() -> None:
    with pytest.raises(ConfigError, match="take the correction out"):
        boxes_after(a_correction("drop", box=TIGHTER))


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("drop", {}),
        ("replace", {"box": BOX}),
        ("add", {"instead": BOX}),
        ("add", {"instead": BOX, "label": "unicorn"}),
        ("drop", {"box": BOX, "label": "rat"}),
        ("ignore-image", {"box": BOX}),
    ],
)
def test_a_correction_with_too_much_or_too_little_is_refused(
    action: str, more: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        a_correction(action, **more)


def test_each_committed_correction_has_a_reason_and_none_is_written_twice() -> None:
    corrections = read_corrections()
    keys = {(one.set_name, one.image, one.action, one.box, one.instead) for one in corrections}
    assert len(keys) == len(corrections) > 100


def test_corrected_boxes_lie_within_the_picture() -> None:
    for one in read_corrections():
        if one.instead:
            x, y, w, h = one.instead
            assert x - w / 2 >= -0.001 and x + w / 2 <= 1.001, one
            assert y - h / 2 >= -0.001 and y + h / 2 <= 1.001, one


def test_a_folder_without_a_list_has_no_corrections(tmp_path: Path) -> None:
    assert read_corrections(tmp_path / "none.toml") == []


def test_the_validation_list_is_what_the_rule_gave() -> None:
    listed = validation_groups()
    assert len(listed) == 14
    for set_name, groups in listed.items():
        assert all(falls_to_validation(set_name, group, seed=SPLIT_SEED) for group in groups)


def test_a_listed_set_goes_by_the_list_and_not_by_the_hash() -> None:
    new = next(str(n) for n in range(99) if falls_to_validation("rat-dpk", f"new-{n}"))
    assert not is_held_out("rat-dpk", f"new-{new}")
    assert is_held_out("rat-dpk", min(validation_groups()["rat-dpk"]))
