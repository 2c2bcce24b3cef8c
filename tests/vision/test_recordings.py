from datetime import UTC, datetime
from pathlib import Path

import pytest

from vision.errors import ConfigError
from vision.recordings import load_places

CAMERA = """
name = "range"
[[zones]]
name = "wok"
type = "cooking"
polygon = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
"""


def write(folder: Path, text: str) -> Path:
    (folder / "range.toml").write_text(CAMERA)
    path = folder / "recordings.toml"
    path.write_text(text)
    return path


def test_the_first_entry_that_matches_holds_and_a_star_runs_over_folders(tmp_path: Path) -> None:
    places = load_places(
        write(
            tmp_path,
            """
            time_zone = "Europe/Berlin"
            [[recordings]]
            match = "ch01/*.mp4"
            camera_id = "c1"
            camera_file = "range.toml"
            [[recordings]]
            match = "*"
            camera = "the rest"
            zone_type = "storage"
            """,
        )
    )
    first, rest = places.of("ch01/2026/a.mp4"), places.of("ch02/a.mp4")
    assert first and (first.camera, first.camera_id) == ("range", "c1")
    assert [zone.name for zone in first.zones] == ["wok"]
    assert rest and rest.camera == "the rest" and rest.zones[0].type == "storage"
    assert places.clock.key == "Europe/Berlin"


def test_a_recording_that_nothing_matches_has_no_place(tmp_path: Path) -> None:
    text = '[[recordings]]\nmatch = "a/*"\nzone_type = "cooking"\n'
    assert load_places(write(tmp_path, text)).of("b/1.mp4") is None


def test_one_recording_may_be_told_when_it_began(tmp_path: Path) -> None:
    text = """
        [[recordings]]
        match = "a.mp4"
        zone_type = "cooking"
        started_at = 2026-11-24T08:30:00+08:00
        """
    place = load_places(write(tmp_path, text)).of("a.mp4")
    assert place and place.started_at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('match = "*"', "one of camera_file, zones and zone_type"),
        ('match = "*"\nzone_type = "cooking"\ncamera_file = "range.toml"', "one of camera_file"),
        ('match = "*"\nzone_type = "bar"', "zone_type"),
        (
            'match = "*.mp4"\nzone_type = "cooking"\nstarted_at = 2026-11-24T08:30:00Z',
            "by its whole name",
        ),
        ('match = "*"\nzone_type = "cooking"\nstarted_at = 2026-11-24T08:30:00', "started_at"),
        ('match = "*"\ncamera_file = "gone.toml"', "gone.toml cannot be read"),
        ('match = "*"\nzone_type = "cooking"\ncamara = "x"', "camara"),
    ],
)
def test_a_wrong_entry_is_refused_with_what_is_wrong(tmp_path: Path, entry: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        load_places(write(tmp_path, f"[[recordings]]\n{entry}\n"))


def test_an_unknown_time_zone_is_refused(tmp_path: Path) -> None:
    text = 'time_zone = "Mars"\n[[recordings]]\nmatch = "*"\nzone_type = "cooking"\n'
    with pytest.raises(ConfigError, match="Mars is not a time zone"):
        load_places(write(tmp_path, text))
