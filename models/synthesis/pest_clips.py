"""The sample clips without people: what crawls, and what only looks like it."""

from dataclasses import replace
from datetime import datetime

from models.synthesis.decoys import dropped_cloth, mop_wipes, trolley_rolls
from models.synthesis.kitchen import Kitchen, chopping_place, room, stock_pot, table, wall_shelf
from models.synthesis.pests import MOUSE_SIZE, cat_walks, cockroach_runs, fly_flies, rodent_runs
from models.synthesis.projection import Camera
from models.synthesis.sensor import Sensor
from models.synthesis.sets import CEILING_M, store_corner
from models.synthesis.stage import Clip, Light
from models.synthesis.ways import Way

OUT_OF_WALL = (0.0, -1.0, 0.0)
UP = (0.0, 0.0, 1.0)
TOP_M = 0.901
# The store's camera by night, the infrared lamp beside its lens, and a weaker one to the side.
NIGHT_SENSOR = Sensor(
    noise=4.0, blur_px=0.6, vignette=0.5, label="CAM 02", infrared=True, gain=1.35
)
BESIDE_THE_LENS = Light((1.45, -1.85, 2.4), (0.12, 0.12), 48, towards=(-0.35, 0.3, 0.25))
SIDE_LAMP = Light((-2.3, -1.9, 2.2), (0.5, 0.2), 8, towards=(-0.4, 0.3, 0.0))


def counter(kitchen: Kitchen) -> None:
    """A steel counter along a tiled wall, seen by a small camera under the shelf above it."""
    room(kitchen, (-1.6, 1.6), (-1.6, 0.36), CEILING_M, "grey-floor")
    table(kitchen, (0.0, 0.0), (2.6, 0.7), closed=True)
    wall_shelf(kitchen, (-1.5, 1.5), 0.2, 1.95, 0.3)
    chopping_place(kitchen, (0.32, 0.12), "meat")
    stock_pot(kitchen, (-0.48, 0.16, 0.9), 0.11, 0.16)
    kitchen.box("white-plastic", (-0.17, 0.26, 0.945), (0.16, 0.12, 0.09))
    kitchen.box("paper", (-0.42, -0.2, 0.902), (0.21, 0.15, 0.004))


def cockroach_counter() -> Clip:
    over_the_counter = Way(
        points=(
            (-0.6, -0.3, TOP_M),
            (-0.36, -0.16, TOP_M),
            (-0.22, -0.06, TOP_M),
            (-0.04, -0.05, TOP_M),
            (0.1, -0.16, TOP_M),
            (0.3, -0.08, TOP_M),
            (0.75, -0.2, TOP_M),
        ),
        clock=[(0.8, 0), (3.2, 0.42), (4.6, 0.43), (6.4, 0.72), (7.4, 0.73), (10.5, 1.5)],
        back_m=0.02,
    )
    up_the_wall = Way(
        points=((-0.3, 0.335, 0.93), (-0.27, 0.345, 1.06), (-0.1, 0.345, 1.14), (0.16, 0.345, 1.1)),
        ups=(OUT_OF_WALL,) * 4,
        clock=[(2.0, 0), (4.5, 0.2), (7.5, 0.21), (10.0, 0.5)],
        back_m=0.02,
    )
    return Clip(
        name="cockroach-counter",
        title="Two cockroaches on a counter and the tiles behind it, seen from close by.",
        seed=20264,
        camera=Camera((0.06, -0.72, 1.62), (-0.02, 0.1, 0.94), 50, 640, 360, barrel=0.1),
        sensor=Sensor(noise=2.2, blur_px=0.5, vignette=0.14, label="CAM 05"),
        build=counter,
        cast=lambda: (cockroach_runs(over_the_counter), cockroach_runs(up_the_wall, 0.034)),
        lights=(
            Light((-0.3, -0.7, CEILING_M - 0.03), (1.2, 0.3), 42),
            Light((0.7, -0.5, CEILING_M - 0.03), (0.6, 0.3), 20),
        ),
        starts_at=datetime(2026, 11, 17, 22, 14, 26),  # noqa: DTZ001 - the camera's own clock
        duration_s=12.0,
        ambient=0.3,
        exposure=0.35,
    )


def cat_storeroom() -> Clip:
    walk = Way(
        points=(
            (1.75, -1.1, 0),
            (0.95, -0.35, 0),
            (0.25, 0.3, 0),
            (-0.7, 0.45, 0),
            (-1.25, -0.1, 0),
            (-0.9, -0.8, 0),
            (-1.6, -1.9, 0),
        ),
        clock=[(0, 0.2), (4.6, 2.7), (6.6, 2.75), (12.0, 5.9)],
        back_m=0.2,
    )
    buzzes = Way(
        points=((0.3, 0.0, 1.3), (0.6, 0.4, 1.2), (0.1, 0.2, 1.45), (-0.4, 0.5, 1.2)),
        clock=[(0, 0), (12, 1.6)],
        back_m=0.02,
    )
    return Clip(
        name="cat-storeroom",
        title="A cat walks through the storeroom by day; a black cloth falls and a mop is at work.",
        seed=20265,
        camera=Camera((1.35, -1.75, 2.3), (-0.3, 0.1, 0.2), 62, 640, 360, barrel=0.1),
        sensor=Sensor(noise=2.4, blur_px=0.5, vignette=0.16, label="CAM 02"),
        build=store_corner,
        cast=lambda: (
            cat_walks(walk, "tabby"),
            dropped_cloth(0.2, 0.72, 0.92, 3.0, seed=4),
            mop_wipes(0.95, -0.05, 0.22),
            fly_flies(buzzes),
        ),
        lights=(
            Light((-1.2, -0.5, CEILING_M - 0.03), (1.2, 0.3), 44),
            Light((1.0, -0.5, CEILING_M - 0.03), (1.2, 0.3), 44),
        ),
        starts_at=datetime(2026, 11, 18, 15, 3, 12),  # noqa: DTZ001 - the camera's own clock
        duration_s=12.0,
        ambient=0.3,
        exposure=0.35,
    )


def night_rodent() -> Clip:
    along_the_counter = ((-1.75, 0.2, 0), (-1.3, 0.66, 0), (-0.6, 0.72, 0), (0.05, 0.66, 0))
    over_the_floor = (
        (0.3, 0.3, 0),
        (0.1, -0.1, 0),
        (-0.45, -0.25, 0),
        (-1.1, -0.35, 0),
        (-1.9, -0.75, 0),
    )
    run = Way(
        points=along_the_counter + over_the_floor,
        clock=[(0.3, 0.0), (3.0, 1.75), (4.4, 1.77), (6.0, 2.9), (6.6, 2.92), (9.2, 5.0)],
    )
    return Clip(
        name="night-rodent",
        title="At night a rat runs along the counters, stops, and crosses the open floor.",
        seed=20263,
        camera=Camera((1.35, -1.75, 2.3), (-0.4, 0.25, 0.15), 50, 960, 540, barrel=0.1),
        sensor=NIGHT_SENSOR,
        build=store_corner,
        cast=lambda: (rodent_runs(run, seed=7, infrared=True),),
        lights=(BESIDE_THE_LENS, SIDE_LAMP),
        starts_at=datetime(2026, 11, 18, 2, 36, 41),  # noqa: DTZ001 - the camera's own clock
        duration_s=10.0,
        ambient=0.05,
        exposure=1.1,
    )


def night_mouse() -> Clip:
    climbs = Way(
        points=(
            (1.75, -0.5, 0),
            (1.2, 0.35, 0),
            (0.5, 0.66, 0),
            (0.06, 0.78, 0),
            (0.05, 0.868, 0.07),
            (0.05, 0.868, 0.45),
            (0.05, 0.868, 0.82),
            (0.06, 0.9, 0.925),
            (0.12, 1.05, TOP_M),
            (0.35, 1.3, TOP_M),
            (0.75, 1.42, TOP_M),
        ),
        ups=(UP, UP, UP, UP, *[OUT_OF_WALL] * 3, (0, -0.7, 0.7), UP, UP, UP),
        clock=[(0.2, 0.1), (3.0, 1.9), (4.2, 1.92), (7.4, 3.0), (8.2, 3.05), (10.5, 3.9)],
        back_m=0.045,
    )
    return Clip(
        name="night-mouse",
        title="At night a mouse runs along the wall, climbs a table's leg and crosses its top.",
        seed=20266,
        camera=Camera((1.0, -1.45, 1.95), (0.25, 0.75, 0.5), 48, 640, 360, barrel=0.1),
        sensor=replace(NIGHT_SENSOR, noise=3.6, blur_px=0.5, label="CAM 04"),
        build=store_corner,
        cast=lambda: (rodent_runs(climbs, seed=9, infrared=True, size=MOUSE_SIZE),),
        lights=(
            Light((1.1, -1.55, 2.05), (0.12, 0.12), 44, towards=(0.2, 0.8, 0.4)),
            SIDE_LAMP,
        ),
        starts_at=datetime(2026, 11, 21, 3, 41, 50),  # noqa: DTZ001 - the camera's own clock
        duration_s=11.0,
        ambient=0.05,
        exposure=1.1,
    )


def storeroom_trolley() -> Clip:
    rolls = Way(
        points=((2.3, -0.55, 0), (1.0, -0.3, 0), (-0.4, -0.2, 0), (-1.9, -0.45, 0)),
        clock=[(0.3, 0), (4.5, 2.2), (6.0, 2.22), (10.5, 4.2)],
        back_m=0.3,
    )
    return Clip(
        name="storeroom-trolley",
        title="A trolley rolls through the storeroom at night, past a drain and a black cloth.",
        seed=20267,
        camera=Camera((1.35, -1.75, 2.3), (-0.4, 0.25, 0.15), 56, 640, 360, barrel=0.1),
        sensor=NIGHT_SENSOR,
        build=store_corner,
        cast=lambda: (trolley_rolls(rolls), dropped_cloth(-1.1, 0.45, 0.9, -1.0, seed=6)),
        lights=(BESIDE_THE_LENS, SIDE_LAMP),
        starts_at=datetime(2026, 11, 22, 23, 50, 4),  # noqa: DTZ001 - the camera's own clock
        duration_s=10.0,
        ambient=0.05,
        exposure=1.1,
    )


PEST_CLIPS = {
    "cockroach-counter": cockroach_counter,
    "cat-storeroom": cat_storeroom,
    "night-rodent": night_rodent,
    "night-mouse": night_mouse,
    "storeroom-trolley": storeroom_trolley,
}
