"""Pictures of whoever trains: any of three layouts, and labels that know only some classes."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.labels import CLASSES, MEANINGS, Label, Picture
from models.own import Look, filled, read_folder
from models.pictures import Image
from vision.detections import KINDS, Detections, Kind
from vision.errors import ConfigError


def write_picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((40, 80, 3), 90, np.uint8))


def write_labels(path: Path, *rows: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(rows), "utf-8")


def lay_yolo(root: Path, names: str, val: str | None = "images/val", path: str = "") -> Path:
    for side, image in (("train", "a"), ("train", "b"), ("val", "c")):
        write_picture(root / "images" / side / f"{image}.jpg")
        write_labels(root / "labels" / side / f"{image}.txt", "0 0.5 0.5 0.2 0.4")
    lines = [f"path: {path}" if path else "", "train: images/train", f"names: {names}"]
    lines += [f"val: {val}"] if val else []
    (root / "data.yaml").write_text("\n".join(lines), "utf-8")
    return root


@pytest.mark.parametrize("names", ["[mouse, roach-free]", "{0: rat, 1: unicorn}"])
def test_an_unknown_class_name_is_refused_with_the_known_ones(tmp_path: Path, names: str) -> None:
    with pytest.raises(ConfigError, match=r"known are .*cockroach"):
        read_folder(lay_yolo(tmp_path, names))


@pytest.mark.parametrize("names", ["[Mouse]", "{0: RAT}", "['rodent']"])
def test_a_yolo_folder_keeps_its_own_split(tmp_path: Path, names: str) -> None:
    pictures = read_folder(lay_yolo(tmp_path, names))
    assert {p.path.stem: p.held_out for p in pictures} == {"a": False, "b": False, "c": True}
    assert {label.meaning.kind for p in pictures for label in p.labels} == {"rodent"}


def test_a_folder_that_was_moved_is_still_found(tmp_path: Path) -> None:
    assert len(read_folder(lay_yolo(tmp_path, "[rat]", path="/somewhere/else"))) == 3


def test_a_yolo_folder_may_list_its_pictures_in_a_file(tmp_path: Path) -> None:
    root = lay_yolo(tmp_path, "[rat]")
    (root / "some.txt").write_text("images/train/a.jpg\n\nimages/train/b.jpg\n", "utf-8")
    (root / "data.yaml").write_text("train: some.txt\nval: [images/val]\nnames: [rat]", "utf-8")
    assert sorted(p.path.stem for p in read_folder(root)) == ["a", "b", "c"]


def test_without_a_val_side_the_split_is_by_group(tmp_path: Path) -> None:
    root = lay_yolo(tmp_path, "[rat]", val=None)
    write_labels(root / "groups.tsv", "image\tgroup", "a\tvideo", "b\tvideo")
    pictures = read_folder(root)
    assert {p.group for p in pictures} == {"video"}
    assert len({p.held_out for p in pictures}) == 1


def test_a_picture_that_data_yaml_names_and_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not there"):
        read_folder(lay_yolo(tmp_path, "[rat]", val="images/none"))


def test_a_folder_of_nothing_says_what_it_should_hold(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"data\.yaml, or images/, labels/ and classes\.txt"):
        read_folder(tmp_path)


def lay_plain(folder: Path, classes: str = "rat") -> Path:
    write_picture(folder / "images" / "a.png")
    write_labels(folder / "labels" / "a.txt", "0 0.5 0.5 0.2 0.4")
    write_labels(folder / "classes.txt", classes)
    return folder


def test_a_plain_folder_needs_no_groups(tmp_path: Path) -> None:
    [picture] = read_folder(lay_plain(tmp_path))
    assert (picture.group, picture.complete) == ("a", frozenset({"rodent"}))


def test_several_plain_folders_are_read_together(tmp_path: Path) -> None:
    lay_plain(tmp_path / "one")
    lay_plain(tmp_path / "two", "cockroach\nhead")
    pictures = read_folder(tmp_path)
    assert {p.set_name: set(p.complete) for p in pictures} == {
        "one": {"rodent"},
        "two": {"cockroach", "head"},
    }


def sees(kind: Kind, *boxes: tuple[float, float, float, float], confidence: float = 0.9) -> Look:
    def look(_: Image) -> Detections:
        count = len(boxes)
        return Detections.of(
            np.array(boxes, np.float32).reshape(-1, 4),
            np.full(count, confidence, np.float32),
            np.full(count, KINDS.index(kind), np.int64),
        )

    return look


def a_rat_picture(tmp_path: Path, *complete: str) -> Picture:
    write_picture(tmp_path / "a.jpg")
    labels = (Label(MEANINGS["rat"], (0.5, 0.5, 0.25, 0.5)),)  # px: 30, 10, 50, 30
    return Picture("own", tmp_path / "a.jpg", "g", labels, frozenset(complete))


def kinds_after(picture: Picture, look: Look) -> list[str]:
    [after] = filled([picture], look)
    return [label.meaning.kind for label in after.labels]


def test_a_class_that_a_set_does_not_label_is_boxed_by_the_detector(tmp_path: Path) -> None:
    picture = a_rat_picture(tmp_path, "rodent")
    [after] = filled([picture], sees("head", (0, 0, 8, 8)))
    assert [label.meaning.kind for label in after.labels] == ["rodent", "head"]
    assert after.labels[1].xywh == pytest.approx((0.05, 0.1, 0.1, 0.2))
    assert after.complete == set(CLASSES)


def test_what_a_set_labels_is_left_as_it_is(tmp_path: Path) -> None:
    picture = a_rat_picture(tmp_path, "rodent")
    assert kinds_after(picture, sees("rodent", (0, 0, 8, 8))) == ["rodent"]


def test_an_unsure_box_fills_nothing(tmp_path: Path) -> None:
    picture = a_rat_picture(tmp_path, "rodent")
    assert kinds_after(picture, sees("head", (0, 0, 8, 8), confidence=0.3)) == ["rodent"]


def test_a_labelled_rat_does_not_become_a_cockroach_too(tmp_path: Path) -> None:
    picture = a_rat_picture(tmp_path, "rodent")
    assert kinds_after(picture, sees("cockroach", (31, 10, 50, 30))) == ["rodent"]


def test_pictures_with_faces_only_are_not_filled(tmp_path: Path) -> None:
    picture = a_rat_picture(tmp_path)
    assert filled([picture], sees("head", (0, 0, 8, 8))) == [picture]


def a_mask_picture(tmp_path: Path, *, validation: bool) -> Picture:
    write_picture(tmp_path / "a.jpg")
    labels = (Label(MEANINGS["nohat_mask"], (0.5, 0.5, 0.25, 0.5)),)  # px: 30, 10, 50, 30
    everything = frozenset(CLASSES)
    return Picture("mask-ilc2021", tmp_path / "a.jpg", "g", labels, everything, validation)


def test_heads_in_the_background_of_a_sparse_set_are_filled_for_training(tmp_path: Path) -> None:
    picture = a_mask_picture(tmp_path, validation=False)
    assert kinds_after(picture, sees("head", (0, 0, 8, 8))) == ["head", "head"]


def test_nothing_is_measured_against_the_boxes_of_a_model(tmp_path: Path) -> None:
    picture = a_mask_picture(tmp_path, validation=True)
    assert filled([picture], sees("head", (0, 0, 8, 8))) == [picture]


def test_a_head_around_a_labelled_face_is_not_another_head(tmp_path: Path) -> None:
    picture = a_mask_picture(tmp_path, validation=False)
    assert kinds_after(picture, sees("head", (22, 0, 58, 34))) == ["head"]
