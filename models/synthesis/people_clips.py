"""The sample clips with people: who works where, and what they wear."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from models.synthesis.acting import Act, Keys
from models.synthesis.cast import person_actor
from models.synthesis.kitchen import Kitchen
from models.synthesis.people import Clothes, Hair, Hat, Person, Shape
from models.synthesis.projection import Camera
from models.synthesis.sensor import Sensor
from models.synthesis.sets import CEILING_M, preparation_kitchen, range_kitchen
from models.synthesis.stage import Clip, Light

TOQUE, CAP, NET = Hat("toque"), Hat("skull-cap"), Hat("hair-net", "white-net")
WHITES = Clothes("jacket", "white-cloth", apron="blue-apron")
GREYS = Clothes("jacket", "grey-cloth", apron="black-apron")
MAN = Shape(gender=0.0, age=0.72, weight=0.55, height=0.42)
WOMAN = Shape(gender=1.0, age=0.7, weight=0.5, height=0.5)

# Standing at the far side of the table, towards the camera of each room.
CHOPS_RIGHT = Act(
    places=[(0, 0.72, 0.32, 12), (5.5, 0.72, 0.32, 12), (6.6, 0.5, 0.34, 2)],
    looks=[(0, 12, 12), (2.0, 14, 10), (2.8, 34, -8), (4.8, 32, -6), (5.6, 6, 14), (8.4, 30, -8)],
    task="chop",
    seed=5,
)
STIRS_LEFT = Act(
    places=[(0, -0.55, 0.36, 22), (7.5, -0.55, 0.36, 22), (8.5, -0.72, 0.36, 28)],
    looks=[(0, 14, 14), (3.4, 12, 14), (4.2, 30, -4), (6, 28, -2), (7, 10, 14)],
    task="stir",
    seed=11,
)
CHOPS_LEFT = Act(
    places=[(0, -0.72, 0.3, -16), (6, -0.72, 0.3, -16), (7.2, -0.5, 0.32, -12)],
    looks=[(0, -10, 14), (2.4, -12, 12), (3.2, -28, -8), (5, -26, -4), (6, -8, 14)],
    task="chop",
    seed=23,
)
STIRS_RIGHT = Act(
    places=[(0, 0.62, 0.32, -24), (3.5, 0.62, 0.32, -24), (4.6, 0.8, 0.32, -30)],
    looks=[(0, -14, 12), (4.8, -16, 12), (5.6, -34, -6), (8, -32, -4), (9, -12, 14)],
    task="stir",
    seed=31,
)
# Keeps looking up, so that the face shows again and again.
LOOKS_UP: Keys = [
    (0, -14, 8),
    (1.5, -26, -6),
    (4.0, -24, -4),
    (5.0, -12, 10),
    (6.5, -28, -6),
    (10.0, -24, -4),
    (11.0, -14, 10),
    (12.5, -26, -6),
]
COOK = Person(MAN, "skin-tan", STIRS_LEFT, clothes=GREYS, hat=TOQUE, mask="blue-mask", seed=2)
AIDE = Person(
    WOMAN, "skin-light", CHOPS_LEFT, Hair("bun"), WHITES, hat=CAP, mask="white-mask", seed=3
)


def range_clip(name: str, title: str, *, seed: int, people: tuple[Person, ...]) -> Clip:
    """Seen from a corner over the range's work table."""
    return Clip(
        name=name,
        title=title,
        seed=seed,
        camera=Camera((2.1, -1.7, 2.45), (0.0, 0.38, 1.27), 69, 640, 360, barrel=0.1),
        sensor=Sensor(noise=2.6, blur_px=0.4, vignette=0.16, label="CAM 03"),
        build=range_kitchen,
        cast=lambda: tuple(map(person_actor, people, range(len(people)))),
        lights=(
            Light((-0.9, -0.6, CEILING_M - 0.03), (1.2, 0.3), 46),
            Light((1.3, -0.6, CEILING_M - 0.03), (1.2, 0.3), 46),
            Light((0.1, 1.5, 1.93), (1.6, 0.2), 14),
        ),
        starts_at=datetime(2026, 11, 20, 11, 42, 7),  # noqa: DTZ001 - the camera's own clock
        duration_s=10.0,
        ambient=0.3,
        exposure=0.4,
    )


def cold_clip(name: str, title: str, *, seed: int, people: tuple[Person, ...]) -> Clip:
    """Seen from a corner of the room where cold dishes are prepared."""
    lights = (
        Light((-1.2, -0.7, CEILING_M - 0.03), (1.2, 0.3), 48),
        Light((1.0, -0.7, CEILING_M - 0.03), (1.2, 0.3), 48),
    )
    build: Callable[[Kitchen], None] = preparation_kitchen
    return replace(
        range_clip(name, title, seed=seed, people=people),
        camera=Camera((-2.0, -1.75, 2.45), (0.0, 0.38, 1.25), 64, 640, 360, barrel=0.1),
        sensor=Sensor(noise=2.4, blur_px=0.4, vignette=0.14, label="CAM 01"),
        build=build,
        lights=lights,
        starts_at=datetime(2026, 11, 19, 9, 17, 33),  # noqa: DTZ001 - the camera's own clock
    )


def range_no_hat() -> Clip:
    bare = Person(
        MAN,
        "skin-tan",
        CHOPS_RIGHT,
        clothes=Clothes("t-shirt", "white-cloth", "blue-apron"),
        seed=1,
    )
    return range_clip(
        "range-no-hat",
        "Two cooks at a table before the range; one wears neither hat nor mask.",
        seed=20261,
        people=(bare, COOK),
    )


def clean_shift() -> Clip:
    far = replace(COOK, act=STIRS_RIGHT)
    return cold_clip(
        "clean-shift",
        "Two cooks prepare vegetables, hats and masks properly worn.",
        seed=20262,
        people=(AIDE, far),
    )


def cold_room_no_mask() -> Clip:
    bare_faced = Person(
        Shape(gender=1.0, age=0.68, weight=0.45, height=0.55),
        "skin-light",
        replace(STIRS_RIGHT, task="chop", looks=LOOKS_UP, seed=41),
        Hair("ponytail"),
        Clothes("jacket", "white-cloth", apron="white-apron", gloves="blue-glove"),
        hat=NET,
        seed=4,
    )
    clip = cold_clip(
        "cold-room-no-mask",
        "Cold dishes in a specialised room: both wear hats, one wears no mask.",
        seed=20268,
        people=(replace(AIDE, hat=NET), bare_faced),
    )
    return replace(clip, duration_s=8.0)


def mask_under_nose() -> Clip:
    wrong = replace(
        AIDE,
        skin="skin-tan",
        act=replace(CHOPS_LEFT, looks=LOOKS_UP, seed=43),
        mask="blue-mask",
        masks=((0.0, "under-nose"),),
    )
    clip = cold_clip(
        "mask-under-nose",
        "A cook works with the mask under the nose all the time; the other wears it well.",
        seed=20269,
        people=(wrong, replace(COOK, act=STIRS_RIGHT, mask="white-mask")),
    )
    return replace(clip, duration_s=9.0)


def mask_off_and_on() -> Clip:
    talks = replace(
        COOK,
        clothes=WHITES,
        hat=CAP,
        act=replace(CHOPS_LEFT, looks=LOOKS_UP, seed=47),
        masks=((0.0, "worn"), (3.0, "off"), (9.0, "worn")),
    )
    clip = cold_clip(
        "mask-off-and-on",
        "A cook takes the mask off, works without it, and puts it on again.",
        seed=20270,
        people=(talks,),
    )
    return replace(clip, duration_s=13.0)


def busy_hour() -> Clip:
    """Six people; the one in the middle wears no hat, the one to the right no mask."""
    crew = (
        replace(COOK, act=replace(STIRS_LEFT, places=[(0, -0.8, 0.34, 24)], seed=51)),
        Person(
            Shape(gender=0.0, age=0.66, weight=0.4, height=0.5),
            "skin-light",
            Act([(0, 0.06, 0.33, 18)], [(0, 10, 10), (3, 24, -4), (6, 8, 10), (8, 26, -4)], "wipe"),
            clothes=GREYS,
            mask="blue-mask",
            seed=5,
        ),
        Person(
            WOMAN,
            "skin-tan",
            replace(CHOPS_RIGHT, places=[(0, 0.95, 0.32, 14)], seed=53),
            Hair("bun"),
            WHITES,
            hat=NET,
            seed=6,
        ),
        replace(AIDE, act=Act([(0, -0.5, 0.88, 178)], [(0, 0, 14), (5, 20, 4)], "stir", 55)),
        replace(COOK, hat=CAP, clothes=WHITES, act=_carries(), seed=7),
        replace(AIDE, hat=TOQUE, act=Act([(0, 1.85, 0.95, 165)], [(0, 0, 12)], "wipe", 59), seed=8),
    )
    clip = range_clip(
        "busy-hour",
        "Six people at the busiest hour; one wears no hat, another no mask.",
        seed=20271,
        people=crew,
    )
    wide = Camera((2.3, -2.15, 2.5), (-0.1, 0.4, 1.15), 70, 640, 360, barrel=0.12)
    return replace(clip, camera=wide, duration_s=8.0)


def _carries() -> Act:
    return Act(
        places=[(1.0, -1.9, -1.3, 178), (5.0, -1.85, 0.9, 178), (6.0, -1.85, 0.9, 100)],
        looks=[(0, 0, 4), (5, 0, 4), (7, -20, 2)],
        task=((0, "carry"), (6.2, "hold")),
        seed=57,
    )


PEOPLE_CLIPS = {
    "range-no-hat": range_no_hat,
    "clean-shift": clean_shift,
    "cold-room-no-mask": cold_room_no_mask,
    "mask-under-nose": mask_under_nose,
    "mask-off-and-on": mask_off_and_on,
    "busy-hour": busy_hour,
}
