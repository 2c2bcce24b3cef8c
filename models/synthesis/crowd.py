"""People drawn from a random generator: bodies, hair, clothes, hats and masks of every kind."""

from dataclasses import dataclass

import numpy as np

from models.synthesis.acting import Act
from models.synthesis.people import (
    Clothes,
    Hair,
    HairStyle,
    Hat,
    HatKind,
    HatPlace,
    MaskPlace,
    Person,
    Shape,
    Steps,
)

Rng = np.random.Generator
TOPS = ("white-cloth", "white-cloth", "white-cloth", "black-cloth", "grey-cloth", "cream-cloth")
SHIRTS = ("white-cloth", "black-cloth", "blue-cloth", "red-cloth", "grey-cloth", "green-cloth")
APRONS = ("black-apron", "white-apron", "blue-apron", "red-cloth", "rubber-apron", "brown-cloth")
TROUSERS = ("trousers", "trousers", "check-trousers", "jeans", "white-trousers")
SCARVES = ("blue-cloth", "red-cloth", "green-cloth", "white-cloth")
CAPS = ("black-cloth", "white-hat", "blue-cloth", "red-cloth", "grey-cloth")
GLOVES = ("blue-glove", "white-glove", "yellow-glove")
MASKS = ("blue-mask", "blue-mask", "white-mask", "black-mask")
HAT_LOOKS: dict[HatKind, tuple[str, ...]] = {
    "toque": ("white-hat",),
    "skull-cap": ("white-hat", "white-hat", "black-cloth", "blue-cloth"),
    "baseball-cap": CAPS,
    "beanie": CAPS,
    "hair-net": ("white-net", "blue-net", "green-net"),
    "bandana": ("black-cloth", "red-cloth", "blue-cloth", "white-cloth"),
}
HAT_SHARES: dict[HatKind, float] = {
    "toque": 0.3,
    "skull-cap": 0.22,
    "baseball-cap": 0.14,
    "beanie": 0.07,
    "hair-net": 0.2,
    "bandana": 0.07,
}
WRONG: tuple[MaskPlace, ...] = ("under-nose", "under-nose", "on-chin", "on-chin", "on-ear")


@dataclass(frozen=True)
class House:
    """What most of one kitchen's staff wear."""

    top: str
    apron: str
    hat: Hat
    scarf: str | None


def draw_house(rng: Rng) -> House:
    scarf = str(rng.choice(SCARVES)) if rng.random() < 0.35 else None
    return House(str(rng.choice(TOPS)), str(rng.choice(APRONS)), _hat(rng), scarf)


def draw_person(rng: Rng, house: House, act: Act, obeying: bool, duration_s: float) -> Person:
    shape = _shape(rng)
    bare = not obeying and rng.random() < 0.3
    hat = None if bare else house.hat if rng.random() < 0.65 else _hat(rng)
    masked = obeying or rng.random() < 0.68
    fixed_hats: Steps[HatPlace] = ((0.0, "worn"),)
    fixed_masks: Steps[MaskPlace] = ((0.0, "worn"),)
    return Person(
        shape=shape,
        skin=_skin(rng, shape),
        act=act,
        hair=_hair(rng, shape),
        clothes=_clothes(rng, house),
        hat=hat,
        hats=fixed_hats if obeying else _hats(rng, duration_s),
        mask=str(rng.choice(MASKS)) if masked else None,
        masks=fixed_masks if obeying else _masks(rng, duration_s),
        shield=bool(rng.random() < 0.04),
        seed=int(rng.integers(1 << 30)),
    )


def _shape(rng: Rng) -> Shape:
    gender, heritage = float(rng.random() < 0.4), rng.random()
    asian = float(heritage < 0.7)
    african = float(heritage > 0.86)
    return Shape(
        gender=float(np.clip(gender + rng.normal(0, 0.12), 0, 1)),
        age=float(rng.uniform(0.6, 0.98)),
        muscle=float(rng.uniform(0.3, 0.7)),
        weight=float(np.clip(rng.normal(0.52, 0.15), 0.25, 0.95)),
        height=float(np.clip(rng.normal(0.45, 0.14), 0.15, 0.85)),
        asian=asian,
        caucasian=1 - asian - african,
        african=african,
    )


def _skin(rng: Rng, shape: Shape) -> str:
    if shape.african:
        return str(rng.choice(["skin-brown", "skin-dark"]))
    tones = ["skin-light", "skin-tan"] if shape.asian else ["skin-pale", "skin-light", "skin-brown"]
    return str(rng.choice(tones))


def _hair(rng: Rng, shape: Shape) -> Hair:
    old = shape.age > 0.91
    fair = ("hair-brown", "hair-fair", "hair-black") if shape.caucasian else ("hair-black",)
    look = str(rng.choice(("hair-grey", "hair-grey", "hair-white") if old else fair))
    woman = shape.gender > 0.5
    men: list[HairStyle] = ["short", "short", "short", "bald"]
    women: list[HairStyle] = ["long", "bun", "ponytail", "short"]
    styles = women if woman else men
    beard = look if not woman and rng.random() < 0.2 else None
    style: HairStyle = styles[rng.integers(len(styles))]
    return Hair(style, look, beard, clip=bool(woman and rng.random() < 0.3))


def _clothes(rng: Rng, house: House) -> Clothes:
    uniform = rng.random() < 0.7
    shirt = not uniform and rng.random() < 0.6
    top = house.top if uniform else str(rng.choice(SHIRTS if shirt else TOPS))
    apron = house.apron if rng.random() < 0.7 else None
    return Clothes(
        top="t-shirt" if shirt else "jacket",
        top_look=top,
        apron=apron,
        apron_cut="bib" if rng.random() < 0.35 else "waist",
        trousers=str(rng.choice(TROUSERS)),
        shoes="white-shoe" if rng.random() < 0.2 else "shoe",
        gloves=str(rng.choice(GLOVES)) if rng.random() < 0.25 else None,
        scarf=house.scarf if uniform and not shirt else None,
    )


def _hat(rng: Rng) -> Hat:
    kind: HatKind = list(HAT_SHARES)[rng.choice(len(HAT_SHARES), p=list(HAT_SHARES.values()))]
    return Hat(kind, str(rng.choice(HAT_LOOKS[kind])))


def _hats(rng: Rng, duration_s: float) -> Steps[HatPlace]:
    """Mostly worn; at times taken off, into the hand."""
    if rng.random() > 0.12:
        return ((0.0, "worn"),)
    turn = float(rng.uniform(0.2, 0.8) * duration_s)
    place: HatPlace = "in-hand" if rng.random() < 0.7 else "off"
    return ((0.0, place), (turn, "worn")) if rng.random() < 0.5 else ((0.0, "worn"), (turn, place))


def _masks(rng: Rng, duration_s: float) -> Steps[MaskPlace]:
    """Mostly worn; at times wrongly, for a while or all the time."""
    wrong: MaskPlace = WRONG[rng.integers(len(WRONG))]
    lot = rng.random()
    if lot > 0.4:
        return ((0.0, "worn"),)
    if lot > 0.15:
        return ((0.0, wrong),)
    turn = float(rng.uniform(0.2, 0.8) * duration_s)
    return ((0.0, wrong), (turn, "worn")) if rng.random() < 0.5 else ((0.0, "worn"), (turn, wrong))
