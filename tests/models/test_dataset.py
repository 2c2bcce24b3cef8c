"""Photo sets: what their labels mean, what they do not say, and a split that never leaks."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.dataset import (
    HOLD_OUT_SHARE,
    MEANINGS,
    Meaning,
    Picture,
    for_detector,
    head_from_face,
    is_held_out,
    read_set,
)

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\t\n/"), min_size=1, max_size=12)


def lay_set(
    root: Path,
    name: str,
    classes: list[str],
    rows: dict[str, list[str]],
    groups: dict[str, str] | None = None,
) -> Path:
    """A set on disk: image name -> label lines; pictures are empty files, nobody opens them."""
    folder = root / name
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    (folder / "classes.txt").write_text("\n".join(classes), "utf-8")
    lines = [f"{image}\t{(groups or {}).get(image, image)}" for image in rows]
    (folder / "groups.tsv").write_text("\n".join(["image\tgroup", *lines]), "utf-8")
    for image, labels in rows.items():
        (folder / "images" / f"{image}.jpg").touch()
        if labels:
            (folder / "labels" / f"{image}.txt").write_text("\n".join(labels), "utf-8")
    return folder


def add_head_labels(folder: Path, classes: list[str], image: str, labels: list[str]) -> None:
    (folder / "labels_head").mkdir()
    (folder / "classes_head.txt").write_text("\n".join(classes), "utf-8")
    (folder / "labels_head" / f"{image}.txt").write_text("\n".join(labels), "utf-8")


@given(set_name=NAMES, group=NAMES, images=st.lists(NAMES, min_size=1, max_size=5))
def test_pictures_of_one_group_are_never_on_both_sides(
    set_name: str, group: str, images: list[str]
) -> None:
    pictures = [Picture(set_name, Path(f"{image}.jpg"), group) for image in images]
    assert len({picture.held_out for picture in pictures}) == 1


@given(groups=st.sets(NAMES, min_size=1, max_size=50), later=st.sets(NAMES, max_size=20))
def test_groups_that_come_later_move_no_earlier_one(groups: set[str], later: set[str]) -> None:
    before = {group: is_held_out("set", group) for group in groups}
    after = {group: is_held_out("set", group) for group in groups | later}
    assert all(after[group] == before[group] for group in groups)


def test_about_the_wanted_share_is_held_out() -> None:
    held_out = sum(is_held_out("set", str(number)) for number in range(5000))
    assert held_out / 5000 == pytest.approx(HOLD_OUT_SHARE, abs=0.02)


def test_frames_of_one_video_keep_the_group_the_set_gives_them(tmp_path: Path) -> None:
    folder = lay_set(
        tmp_path,
        "rat-dpk",
        ["rat"],
        {f"frame{number}": ["0 .5 .5 .1 .1"] for number in range(12)},
        {f"frame{number}": "video-3" for number in range(12)},
    )
    pictures = read_set(folder)
    assert {picture.group for picture in pictures} == {"video-3"}
    assert len({picture.held_out for picture in pictures}) == 1


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("hat_mask", Meaning("head", "worn", "worn")),
        ("hat_nomask", Meaning("head", "worn", "missing")),
        ("nohat_maskwrong", Meaning("head", "missing", "incorrect")),
        ("nohat_faceunseen", Meaning("head", "missing", "unseen")),
        ("head", Meaning("head", None, None)),
        ("Safety Helmet", Meaning("head", "worn", None)),
        ("No Safety Helmet", Meaning("head", "missing", None)),
        ("without_mask", Meaning("face", None, "missing")),
        ("mask_weared_incorrect", Meaning("face", None, "incorrect")),
        ("rat", Meaning("rodent")),
        ("Cockroach", Meaning("cockroach")),
    ],
)
def test_a_class_name_says_what_the_set_meant(name: str, meaning: Meaning) -> None:
    assert MEANINGS[name] == meaning


def test_each_set_keeps_its_own_numbering(tmp_path: Path) -> None:
    helmets = lay_set(
        tmp_path, "hardhat", ["Safety Helmet", "No Safety Helmet"], {"a": ["1 .5 .5 .2 .2"]}
    )
    rats = lay_set(tmp_path, "rat-jorge", ["rat"], {"a": ["0 .5 .5 .2 .2"]})
    assert read_set(helmets)[0].labels[0].meaning == Meaning("head", "missing", None)
    assert read_set(rats)[0].labels[0].meaning.kind == "rodent"


def test_a_picture_without_boxes_is_a_negative(tmp_path: Path) -> None:
    folder = lay_set(tmp_path, "empty-rooms", [], {"kitchen": []})
    pictures = for_detector(read_set(folder))
    assert [picture.labels for picture in pictures] == [()]


def test_faces_alone_are_kept_from_the_detector(tmp_path: Path) -> None:
    faces = lay_set(tmp_path, "mask-kaggle853", ["with_mask"], {"a": ["0 .5 .5 .1 .1"], "b": []})
    assert for_detector(read_set(faces)) == []


def test_whole_heads_win_over_faces_of_the_same_picture(tmp_path: Path) -> None:
    folder = lay_set(
        tmp_path,
        "mask-ilc2021",
        ["with_mask", "without_mask"],
        {"faces": ["1 .5 .5 .1 .1"], "heads": ["0 .5 .5 .1 .1"]},
    )
    add_head_labels(folder, ["hat_mask", "nohat_mask"], "heads", ["1 .5 .45 .14 .2"])
    kept = for_detector(read_set(folder))
    assert [picture.path.stem for picture in kept] == ["heads"]
    assert kept[0].labels[0].meaning == Meaning("head", "missing", "worn")


def test_a_face_grows_into_a_head_that_ends_at_the_same_chin() -> None:
    x, y, w, h = head_from_face((0.5, 0.5, 0.1, 0.2))
    assert x == 0.5 and w > 0.1 and h > 0.2
    assert y + h / 2 == pytest.approx(0.6)
