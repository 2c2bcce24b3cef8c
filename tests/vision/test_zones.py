from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.factories import make_detections
from vision.hours import DAYS, Stretch
from vision.names import ZONE_TYPES, ZoneType
from vision.zones import NO_ZONE, Zone, whole_picture, zone_holding, zone_index, zones_at

LEFT = Zone("range", "cooking", ((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
TABLE = Zone("table", "service", ((0.25, 0), (1, 0), (1, 0.5), (0.25, 0.5)))


def test_a_head_lies_where_its_middle_is() -> None:
    heads = make_detections((0, 0, 20, 20), (60, 10, 80, 30), (60, 80, 80, 100))
    assert zone_index(heads, [LEFT, TABLE], 100, 100).tolist() == [0, 1, NO_ZONE]


def test_an_animal_lies_where_its_feet_are() -> None:
    place = (60, 36, 70, 56)
    assert zone_index(make_detections(place, kind="rodent"), [TABLE], 100, 100) == [NO_ZONE]
    assert zone_index(make_detections(place), [TABLE], 100, 100) == [0]


def test_where_zones_overlap_the_first_listed_holds() -> None:
    head = make_detections((30, 10, 40, 20))
    assert zone_index(head, [LEFT, TABLE], 100, 100).tolist() == [0]
    assert zone_index(head, [TABLE, LEFT], 100, 100).tolist() == [0]


@pytest.mark.parametrize("zone_type", ZONE_TYPES)
def test_the_whole_picture_holds_even_what_touches_its_edges(zone_type: ZoneType) -> None:
    edge = make_detections((0, 0, 4, 4), (96, 96, 100, 100))
    rat = make_detections((90, 90, 100, 100), kind="rodent")
    assert zone_index(edge, [whole_picture(zone_type)], 100, 100).tolist() == [0, 0]
    assert zone_index(rat, [whole_picture(zone_type)], 100, 100).tolist() == [0]


CLOCK = ZoneInfo("Asia/Shanghai")
NOON, NIGHT = (datetime(2026, 11, 24, hour, tzinfo=CLOCK) for hour in (12, 23))
DAYTIME = (Stretch(DAYS, 6 * 60, 22 * 60),)


def test_a_zone_that_is_off_lets_what_lies_beneath_it_hold() -> None:
    counter = Zone("counter", "specialised_area", LEFT.polygon, DAYTIME, "off")
    zones = [counter, LEFT]
    assert zone_holding(zones_at(zones, NOON, CLOCK), (0.1, 0.5)) == counter
    assert zone_holding(zones_at(zones, NIGHT, CLOCK), (0.1, 0.5)) == LEFT


def test_a_zone_that_is_closed_still_holds_but_expects_nobody() -> None:
    range_ = Zone("range", "cooking", LEFT.polygon, DAYTIME, "closed")
    assert zones_at([range_], NIGHT, CLOCK) == (range_,)
    assert range_.expects_people(NOON, CLOCK) and not range_.expects_people(NIGHT, CLOCK)


def test_a_zone_without_hours_is_always_there_and_always_in_use() -> None:
    for moment in (NOON, NIGHT):
        assert zones_at([LEFT, TABLE], moment, CLOCK) == (LEFT, TABLE)
        assert LEFT.expects_people(moment, CLOCK)


def test_one_point_lies_in_the_first_zone_listed_or_in_none() -> None:
    assert zone_holding([TABLE, LEFT], (0.3, 0.3)) == TABLE
    assert zone_holding([LEFT, TABLE], (0.3, 0.3)) == LEFT
    assert zone_holding([LEFT, TABLE], (0.9, 0.9)) is None
    assert zone_holding([whole_picture("storage")], (1.0, 1.0)) == whole_picture("storage")
