import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from models.cli import app
from models.dataset import read_set
from models.labels import MEANINGS
from models.synthesis.trainset import CLASSES, Order, label_text, take_order, whole, write_groups
from models.synthesis.truth import Box
from vision.errors import ConfigError

ORDER = Order(seed=3, frames=2, width=640)


@dataclass(frozen=True)
class Seen:
    kind: str
    xyxy: Box | None = (64, 36, 128, 108)
    visible: float = 1.0
    hat: Any = None
    mask: Any = None
    zone: Any = None


def test_a_label_is_the_class_and_the_box_in_shares_of_the_picture() -> None:
    cook = Seen("head", hat="missing", mask="incorrect")
    number, *box = label_text([cook], (640, 360)).split()
    assert CLASSES[int(number)] == "nohat_maskwrong"
    assert [float(share) for share in box] == pytest.approx([0.15, 0.2, 0.1, 0.2])


def test_what_is_hidden_tiny_out_of_the_picture_or_a_decoy_gets_no_label() -> None:
    seen = [
        Seen("rodent", visible=0.1),
        Seen("rodent", xyxy=(5, 5, 8, 9)),
        Seen("rodent", xyxy=None),
        Seen("decoy"),
    ]
    assert label_text(seen, (640, 360)) == ""


def test_every_class_has_a_meaning_for_training() -> None:
    assert set(CLASSES) <= set(MEANINGS)


def test_what_was_made_reads_as_a_set_grouped_by_scene(tmp_path: Path) -> None:
    take_order(ORDER, tmp_path)
    for name in ("000000-0", "000000-1", "000001-0"):
        (tmp_path / "images" / f"{name}.jpg").touch()
        whole(tmp_path / "labels" / f"{name}.txt", b"6 0.5 0.5 0.1 0.1\n")
    write_groups(tmp_path)
    pictures = read_set(tmp_path)
    assert [picture.group for picture in pictures] == [
        "scene-000000",
        "scene-000000",
        "scene-000001",
    ]
    assert {label.meaning.kind for picture in pictures for label in picture.labels} == {"rodent"}


def test_a_folder_takes_one_order_only(tmp_path: Path) -> None:
    take_order(ORDER, tmp_path)
    take_order(ORDER, tmp_path)
    with pytest.raises(ConfigError, match="begun with other options"):
        take_order(Order(seed=4, frames=2, width=640), tmp_path)
    assert json.loads((tmp_path / "order.json").read_text())["seed"] == 3


def test_every_scene_has_a_seed_of_its_own_whatever_the_number_of_scenes() -> None:
    seeds = [ORDER.scene_seed(index) for index in range(200)]
    assert len(set(seeds)) == 200
    assert seeds[7] == Order(seed=3, frames=9, width=320).scene_seed(7)


def test_without_the_extra_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec

    def find_all_but_blender(name: str, package: str | None = None) -> Any:
        return None if name == "bpy" else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_all_but_blender)
    result = CliRunner().invoke(app, ["synthesize", "--scenes", "2", "--out", str(tmp_path)])
    assert isinstance(result.exception, ConfigError)
    assert "pip install -e '.[synthesis]'" in str(result.exception)


@pytest.mark.parametrize("wrong", [["--scenes", "0"], ["--scenes", "2", "--width", "7"]])
def test_bad_numbers_are_refused(wrong: list[str], tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["synthesize", *wrong, "--out", str(tmp_path)]).exit_code == 2
