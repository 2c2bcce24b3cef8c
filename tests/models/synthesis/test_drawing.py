"""A scene drawn from a seed: always the same, and one in which people can stand and be seen."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.synthesis.acting import eased
from models.synthesis.drawing import APART_M, draw_scene, spots
from models.synthesis.looks import LOOKS
from models.synthesis.projection import share_in_picture
from models.synthesis.scene import Scene, zones_in_picture

SEEDS = st.integers(0, 2**31 - 1)
few = settings(max_examples=10, deadline=None)


@few
@given(SEEDS)
def test_a_seed_gives_the_same_scene_each_time(seed: int) -> None:
    assert draw_scene(seed) == draw_scene(seed)


def test_seeds_give_different_scenes() -> None:
    scenes = [draw_scene(seed) for seed in range(8)]
    assert all(a.room != b.room and a.camera != b.camera for a, b in combinations(scenes, 2))


@few
@given(SEEDS)
def test_furniture_stands_in_the_room(seed: int) -> None:
    room = draw_scene(seed).room
    for unit in room.units:
        turned = unit.facing in (90, -90)
        wide, deep = (unit.depth, unit.width) if turned else (unit.width, unit.depth)
        assert abs(unit.x) + wide / 2 <= room.width / 2 + 1e-6
        assert abs(unit.y) + deep / 2 <= room.depth / 2 + 1e-6


@few
@given(SEEDS)
def test_people_stand_on_free_floor_within_a_zone_and_apart(seed: int) -> None:
    scene = draw_scene(seed)
    for time_s in (0.0, 3.0, 9.9):
        feet = [person.feet(time_s) for person in scene.people]
        for x, y in feet:
            assert scene.zone_at(x, y) is not None
            assert not any(unit.covers(x, y) for unit in scene.room.units)
        gaps = [np.hypot(a[0] - b[0], a[1] - b[1]) for a, b in combinations(feet, 2)]
        assert all(gap > APART_M - 0.15 for gap in gaps)


@few
@given(SEEDS)
def test_nobody_walks_faster_than_people_do(seed: int) -> None:
    for person in draw_scene(seed).people:
        times = np.arange(0, 10, 0.1)
        way = np.array([eased(person.act.places, float(t))[:2] for t in times])
        assert np.linalg.norm(np.diff(way, axis=0), axis=1).max() / 0.1 < 2.0


@few
@given(SEEDS)
def test_the_camera_hangs_under_the_ceiling_in_a_corner(seed: int) -> None:
    scene = draw_scene(seed)
    x, y, z = scene.camera.position
    assert 2.3 <= z <= min(3.2, scene.room.height)
    assert scene.room.width / 2 - 0.5 < abs(x) < scene.room.width / 2
    assert scene.room.depth / 2 - 0.5 < abs(y) < scene.room.depth / 2
    assert 360 <= scene.camera.height <= 1080


def test_most_heads_are_in_the_picture() -> None:
    shares = [_heads_shown(draw_scene(seed)) for seed in range(40)]
    assert np.mean([share for share in shares if share is not None]) > 0.8


def _heads_shown(scene: Scene) -> float | None:
    heads = [(*person.feet(0.0), 1.6) for person in scene.people]
    return share_in_picture(scene.camera, np.array(heads)) if heads else None


@few
@given(SEEDS)
def test_where_everybody_obeys_hats_and_masks_are_worn_at_all_times(seed: int) -> None:
    for person in draw_scene(seed, obeying=True).people:
        assert all(person.hat_state(t) == "worn" for t in (0.0, 5.0, 10.0))
        assert all(person.mask_state(t) == "worn" for t in (0.0, 5.0, 10.0))


@pytest.mark.parametrize("people", [0, 1, 4])
def test_as_many_people_come_as_are_asked_for_where_there_is_room(people: int) -> None:
    counts = [len(draw_scene(seed, people=people).people) for seed in range(12)]
    assert max(counts) == people
    assert sum(counts) >= 0.8 * people * len(counts)


def test_at_night_the_camera_sees_by_its_own_lamp() -> None:
    scene = draw_scene(4, night=True)
    assert scene.sensor.infrared
    assert scene.room.lamps == ()
    assert len(scene.lights) == 1


def test_seeds_bring_every_state_of_hat_and_mask() -> None:
    people = [person for seed in range(60) for person in draw_scene(seed).people]
    assert {p.hat_state(1.0) for p in people} == {"worn", "missing"}
    assert {p.mask_state(1.0) for p in people} == {"worn", "incorrect", "missing"}
    assert {p.hat.kind for p in people if p.hat} == {
        "toque",
        "skull-cap",
        "baseball-cap",
        "beanie",
        "hair-net",
        "bandana",
    }


def test_everything_worn_is_of_a_known_material() -> None:
    for seed in range(40):
        for person in draw_scene(seed).people:
            clothes = person.clothes
            worn = [person.skin, person.hair.look, clothes.top_look, clothes.trousers]
            maybe = [person.mask, person.hair.beard, clothes.apron, clothes.gloves, clothes.scarf]
            worn += [look for look in maybe if look] + ([person.hat.look] if person.hat else [])
            assert set(worn) <= set(LOOKS)


@few
@given(SEEDS)
def test_every_spot_is_beside_a_unit_and_faces_it(seed: int) -> None:
    room = draw_scene(seed).room
    for spot in spots(room):
        turn = np.radians(spot.heading)
        x, y = spot.x + 0.65 * np.sin(turn), spot.y - 0.65 * np.cos(turn)
        assert any(unit.covers(float(x), float(y)) for unit in room.units)


def test_zones_as_drawn_in_the_picture_hold_the_heads_of_those_in_them() -> None:
    checked = 0
    for seed in range(20):
        scene = draw_scene(seed)
        zones = {zone.name: np.array(zone.polygon) for zone in zones_in_picture(scene)}
        for person in scene.people:
            head = np.array([[*person.feet(0.0), 1.55]])
            if share_in_picture(scene.camera, head) < 1:
                continue
            zone = scene.zone_at(*person.feet(0.0))
            assert zone is not None
            assert zone.name in zones
            checked += 1
    assert checked > 15
