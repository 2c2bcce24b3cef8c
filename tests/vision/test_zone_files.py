"""Zones drawn on a page and zones in a file are the same zones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.config import ZoneConfig, load_camera
from vision.errors import InvalidError
from vision.hours import DAYS
from vision.names import ZONE_TYPES
from vision.zone_files import read_zones, write_zones

EVENING = {"days": ["fri", "sat"], "opens": "18:00", "closes": "02:00"}
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100)


def zone(name: str = "range", kind: str = "cooking", **more: object) -> ZoneConfig:
    """A triangle."""
    corners = [(0.1, 0.1), (0.9, 0.15), (1 / 3, 0.9)]
    return ZoneConfig.model_validate({"name": name, "type": kind, "polygon": corners} | more)


@given(names, names, st.sampled_from(ZONE_TYPES), st.sampled_from(["closed", "off"]))
def test_what_is_written_is_read_again(name: str, camera: str, kind: str, outside: str) -> None:
    whole_day = {"days": list(DAYS), "opens": "00:00", "closes": "24:00"}
    drawn = (zone(name, kind, hours=[EVENING, whole_day], outside_hours=outside),)
    told = read_zones(write_zones(camera, drawn))
    assert told.zones == drawn and told.name == camera


def test_analyze_reads_the_file(tmp_path: Path) -> None:
    path = tmp_path / "camera.toml"
    path.write_text(write_zones("灶台", [zone("炉灶"), zone("table", "service")]), "utf-8")
    assert [found.zone.name for found in load_camera(path).zones] == ["炉灶", "table"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "name"),
        ("name = ", "file cannot be used"),
        ('name = "a"\nzones = []', "zones"),
        (write_zones("a", [zone(), zone()]), "two zones have the same name"),
        (write_zones("a", [zone()]).replace("cooking", "kitchen"), "type"),
        ("x = " + "[" * 5000, "file cannot be used"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(text: str, complaint: str) -> None:
    with pytest.raises(InvalidError, match=complaint):
        read_zones(text)
