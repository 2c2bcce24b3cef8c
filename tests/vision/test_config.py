from pathlib import Path

import pytest

from vision.config import load_camera, load_kitchen
from vision.errors import ConfigError
from vision.hours import DAYS, Stretch

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = (ROOT / "kitchen.example.toml").read_text("utf-8")
CAMERA = """
name = "Range"
[[zones]]
name = "range"
type = "cooking"
polygon = [[0, 0], [1, 0], [1, 1]]
"""


def test_the_example_loads() -> None:
    config = load_kitchen(ROOT / "kitchen.example.toml")
    assert [zone.type for zone in config.cameras[0].zones] == ["cooking", "ignore"]


def test_the_hours_of_the_example_are_those_of_its_zone() -> None:
    range_, guests = load_kitchen(ROOT / "kitchen.example.toml").cameras[0].zones
    assert range_.zone.hours == (Stretch(DAYS, 6 * 60, 22 * 60 + 30),)
    assert range_.zone.outside_hours == "closed" and guests.zone.hours == ()


def test_the_example_holds_no_secret() -> None:
    assert "rtsp://user:password@" in EXAMPLE and EXAMPLE.count("rtsp://") == 1


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("timeout_s", "timeout", "api.timeout"),
        ("analysed_fps = 5.0", "analysed_fps = 0", "analysed_fps"),
        ('"cooking"', '"kitchen"', "type"),
        ("[1.0, 1.0], [0.0, 1.0]]", "[1.0, 1.0], [0.0, 7.0]]", "polygon"),
        ("http://127", "ftp://127", "api.url"),
        ('name = "guests"', 'name = "range"', "two zones have the same name"),
        ("[1.0, 0.2], [1.0, 1.0], [0.0, 1.0]]", "[1.0, 1.0], [1.0, 0.2], [0.0, 1.0]]", "cross"),
        ("[1.0, 0.2], [1.0, 1.0], [0.0, 1.0]]", "[1.0, 0.2], [0.5, 0.2]]", "polygon"),
        ('opens = "06:00"', 'opens = "6:00"', "opens"),
        ('opens = "06:00"', 'opens = "22:30"', "opens and closes must differ"),
        ('"mon", "tue"', '"tue", "tue"', "days names a day twice"),
        ('"mon", "tue"', '"monday", "tue"', "days"),
        ('outside_hours = "closed"', 'outside_hours = "maybe"', "outside_hours"),
        ('"Asia/Shanghai"', '"Asia/Nowhere"', "time_zone"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path = tmp_path / "kitchen.toml"
    path.write_text(EXAMPLE.replace(old, new, 1))
    with pytest.raises(ConfigError, match=complaint):
        load_kitchen(path)


def test_a_camera_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "range.toml"
    path.write_text(CAMERA)
    assert load_camera(path).zones[0].zone.polygon == ((0, 0), (1, 0), (1, 1))


@pytest.mark.parametrize("content", [None, "", "name = ", "\x00\xff"])
def test_a_file_that_is_not_there_or_not_toml_is_refused(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "camera.toml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=r"camera\.toml"):
        load_camera(path)
