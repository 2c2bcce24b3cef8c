"""The materials of the kitchen, by name."""

from dataclasses import dataclass, replace

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Tiles:
    """A grid of `width` x `height` metres in the plane of two axes, with grout between."""

    plane: str
    width: float
    height: float
    other: Colour
    grout: Colour


@dataclass(frozen=True)
class Look:
    """Linear RGB; `uneven` is how far dirt and wear change the colour, `bump` the relief (0-1).

    `cover` below 1 is thin stuff that lets light pass straight through.
    """

    colour: Colour
    rough: float = 0.5
    metal: float = 0.0
    uneven: float = 0.0
    uneven_per_m: float = 6.0
    bump: float = 0.0
    bump_per_m: float = 60.0
    under_skin: float = 0.0
    glow: float = 0.0
    see_through: float = 0.0
    cover: float = 1.0
    tiles: Tiles | None = None


def on_walls(name: str, look: Look, tiles: Tiles | None = None) -> dict[str, Look]:
    """A look for the walls of either direction, `NAME-xz` and `NAME-yz`."""
    return {
        f"{name}-{plane}": replace(look, tiles=tiles and replace(tiles, plane=plane))
        for plane in ("xz", "yz")
    }


WHITE_TILE = (0.62, 0.63, 0.6)
GROUT = (0.28, 0.27, 0.25)
LOOKS: dict[str, Look] = {
    "skin-light": Look((0.56, 0.33, 0.23), 0.48, under_skin=0.12, uneven=0.12, uneven_per_m=30),
    "skin-tan": Look((0.42, 0.23, 0.145), 0.48, under_skin=0.12, uneven=0.12, uneven_per_m=30),
    "skin-pale": Look((0.64, 0.4, 0.3), 0.48, under_skin=0.12, uneven=0.12, uneven_per_m=30),
    "skin-brown": Look((0.27, 0.135, 0.08), 0.46, under_skin=0.1, uneven=0.12, uneven_per_m=30),
    "skin-dark": Look((0.11, 0.055, 0.034), 0.42, under_skin=0.08, uneven=0.12, uneven_per_m=30),
    "eye": Look((1, 1, 1), 0.12),
    "hair-black": Look((0.012, 0.009, 0.007), 0.42),
    "hair-brown": Look((0.06, 0.032, 0.018), 0.45, uneven=0.4, uneven_per_m=90),
    "hair-fair": Look((0.28, 0.17, 0.075), 0.45),
    "hair-grey": Look((0.12, 0.118, 0.115), 0.5, uneven=0.5, uneven_per_m=90),
    "hair-white": Look((0.4, 0.39, 0.37), 0.5, uneven=0.4, uneven_per_m=90),
    "white-cloth": Look((0.6, 0.6, 0.585), 0.9, uneven=0.1, bump=0.6, bump_per_m=11),
    "grey-cloth": Look((0.2, 0.21, 0.23), 0.9, uneven=0.1, bump=0.6, bump_per_m=11),
    "black-cloth": Look((0.017, 0.017, 0.02), 0.88, uneven=0.2, bump=0.6, bump_per_m=11),
    "blue-apron": Look((0.035, 0.06, 0.13), 0.88, uneven=0.15, bump=0.6, bump_per_m=10),
    "cream-cloth": Look((0.55, 0.51, 0.42), 0.9, uneven=0.12, bump=0.6, bump_per_m=11),
    "blue-cloth": Look((0.06, 0.11, 0.24), 0.9, uneven=0.15, bump=0.6, bump_per_m=11),
    "red-cloth": Look((0.3, 0.03, 0.03), 0.9, uneven=0.15, bump=0.6, bump_per_m=11),
    "green-cloth": Look((0.05, 0.16, 0.1), 0.9, uneven=0.15, bump=0.6, bump_per_m=11),
    "brown-cloth": Look((0.12, 0.075, 0.045), 0.9, uneven=0.15, bump=0.6, bump_per_m=11),
    "black-apron": Look((0.02, 0.02, 0.022), 0.85, uneven=0.2, bump=0.6, bump_per_m=10),
    "white-apron": Look((0.58, 0.57, 0.54), 0.88, uneven=0.2, bump=0.6, bump_per_m=10),
    "rubber-apron": Look((0.03, 0.1, 0.2), 0.3, uneven=0.1, bump=0.4, bump_per_m=7),
    "blue-glove": Look((0.08, 0.25, 0.55), 0.4),
    "white-glove": Look((0.62, 0.62, 0.6), 0.5),
    "yellow-glove": Look((0.6, 0.4, 0.04), 0.45),
    "white-net": Look((0.75, 0.76, 0.77), 0.9, bump=0.3, bump_per_m=40, cover=0.82),
    "blue-net": Look((0.3, 0.5, 0.68), 0.9, bump=0.3, bump_per_m=40, cover=0.85),
    "green-net": Look((0.3, 0.56, 0.42), 0.9, bump=0.3, bump_per_m=40, cover=0.85),
    "black-mask": Look((0.02, 0.02, 0.022), 0.85, bump=0.1, bump_per_m=60),
    "clear": Look((0.85, 0.88, 0.9), 0.06, cover=0.13),
    "white-hat": Look((0.64, 0.64, 0.63), 0.92, uneven=0.05, bump=0.4, bump_per_m=18),
    "blue-mask": Look((0.36, 0.56, 0.7), 0.85, bump=0.1, bump_per_m=60),
    "white-mask": Look((0.72, 0.74, 0.75), 0.85, bump=0.1, bump_per_m=60),
    "bead": Look((0.004, 0.004, 0.005), 0.06),
    "loop": Look((0.75, 0.75, 0.75), 0.8),
    "button": Look((0.05, 0.05, 0.055), 0.35),
    "trousers": Look((0.02, 0.021, 0.026), 0.9, uneven=0.2, bump=0.3, bump_per_m=10),
    "jeans": Look((0.045, 0.07, 0.13), 0.9, uneven=0.25, bump=0.3, bump_per_m=10),
    "check-trousers": Look((0.16, 0.16, 0.165), 0.9, uneven=0.5, uneven_per_m=120),
    "white-trousers": Look((0.55, 0.55, 0.53), 0.9, uneven=0.12, bump=0.4, bump_per_m=10),
    "white-shoe": Look((0.5, 0.5, 0.48), 0.45),
    "shoe": Look((0.012, 0.012, 0.012), 0.4),
    "fur": Look((0.085, 0.06, 0.042), 0.75, uneven=0.35, uneven_per_m=40),
    # Fur throws back much of the near infrared that a night camera sees by.
    "night-fur": Look((0.125, 0.1, 0.085), 0.75, uneven=0.35, uneven_per_m=40),
    "night-rat-skin": Look((0.12, 0.095, 0.08), 0.8, uneven=0.3, uneven_per_m=60),
    "rat-skin": Look((0.09, 0.062, 0.045), 0.8, uneven=0.3, uneven_per_m=60),
    "coat": Look((1, 1, 1), 0.85, uneven=0.25, uneven_per_m=90, bump=0.5, bump_per_m=220),
    "cockroach": Look((0.075, 0.02, 0.007), 0.22, uneven=0.3, uneven_per_m=160),
    "cockroach-leg": Look((0.045, 0.015, 0.007), 0.4),
    "fly": Look((0.012, 0.012, 0.014), 0.3),
    "wing": Look((0.5, 0.5, 0.5), 0.15, see_through=0.7),
    "steel": Look((0.56, 0.56, 0.57), 0.27, 1.0, uneven=0.08, bump=0.03, bump_per_m=3),
    "worn-steel": Look(
        (0.5, 0.5, 0.49), 0.36, 1.0, uneven=0.13, uneven_per_m=9, bump=0.04, bump_per_m=5
    ),
    "iron": Look((0.028, 0.027, 0.026), 0.5, 0.6, uneven=0.3),
    **on_walls(
        "wall",
        Look(WHITE_TILE, 0.22, uneven=0.07),
        Tiles("xz", 0.3, 0.2, (0.57, 0.58, 0.55), GROUT),
    ),
    **on_walls(
        "big-tile",
        Look((0.6, 0.6, 0.57), 0.16, uneven=0.06),
        Tiles("xz", 0.6, 0.3, (0.58, 0.58, 0.55), GROUT),
    ),
    **on_walls(
        "cream-tile",
        Look((0.52, 0.45, 0.33), 0.25, uneven=0.12),
        Tiles("xz", 0.15, 0.15, (0.49, 0.42, 0.3), GROUT),
    ),
    **on_walls(
        "panel",
        Look((0.5, 0.5, 0.5), 0.34, 1.0, uneven=0.16, bump=0.04, bump_per_m=2),
        Tiles("xz", 1.2, 4.0, (0.47, 0.47, 0.48), (0.2, 0.2, 0.2)),
    ),
    **on_walls("paint", Look((0.55, 0.54, 0.48), 0.7, uneven=0.12, uneven_per_m=1.6)),
    "dark-floor": Look(
        (0.075, 0.075, 0.078),
        0.32,
        uneven=0.35,
        uneven_per_m=2.5,
        tiles=Tiles("xy", 0.3, 0.3, (0.066, 0.066, 0.07), (0.03, 0.03, 0.03)),
    ),
    "white-floor": Look(
        (0.42, 0.41, 0.38),
        0.3,
        uneven=0.22,
        uneven_per_m=2.2,
        tiles=Tiles("xy", 0.4, 0.4, (0.39, 0.38, 0.35), (0.12, 0.11, 0.1)),
    ),
    "green-floor": Look((0.07, 0.17, 0.11), 0.28, uneven=0.3, uneven_per_m=2),
    "wet": Look((0.09, 0.075, 0.06), 0.08, uneven=0.3, cover=0.45),
    "grease": Look((0.06, 0.045, 0.03), 0.35, uneven=0.4, cover=0.6),
    "daylight": Look((0.85, 0.95, 1.0), 0.5, glow=3.0),
    "oven-glass": Look((0.015, 0.015, 0.017), 0.06),
    "rubber": Look((0.02, 0.02, 0.02), 0.8, bump=0.4, bump_per_m=30),
    "water": Look((0.2, 0.26, 0.27), 0.05, uneven=0.1),
    "red-floor": Look(
        (0.24, 0.095, 0.06),
        0.42,
        uneven=0.3,
        uneven_per_m=2.5,
        tiles=Tiles("xy", 0.2, 0.2, (0.2, 0.075, 0.05), (0.1, 0.085, 0.075)),
    ),
    "grey-floor": Look(
        (0.26, 0.25, 0.23),
        0.45,
        uneven=0.3,
        uneven_per_m=2.5,
        tiles=Tiles("xy", 0.3, 0.3, (0.22, 0.21, 0.195), (0.09, 0.085, 0.08)),
    ),
    "ceiling": Look((0.62, 0.61, 0.58), 0.9, uneven=0.06),
    "lamp": Look((1, 0.97, 0.92), 0.5, glow=9.0),
    "board": Look((0.55, 0.38, 0.2), 0.6, uneven=0.25, uneven_per_m=14),
    "green-plastic": Look((0.05, 0.25, 0.1), 0.4),
    "red-plastic": Look((0.42, 0.035, 0.025), 0.35),
    "blue-plastic": Look((0.03, 0.13, 0.36), 0.4),
    "yellow-plastic": Look((0.55, 0.34, 0.04), 0.4),
    "white-plastic": Look((0.66, 0.66, 0.63), 0.35, uneven=0.06),
    "paper": Look((0.66, 0.64, 0.57), 0.9),
    "carton": Look((0.3, 0.19, 0.1), 0.9, uneven=0.15, uneven_per_m=9),
    "sack": Look((0.5, 0.46, 0.38), 0.95, uneven=0.2, bump=0.5, bump_per_m=18),
    "leaf": Look((0.06, 0.19, 0.03), 0.6, uneven=0.4, uneven_per_m=40),
    "carrot": Look((0.55, 0.17, 0.02), 0.55, uneven=0.15, uneven_per_m=60),
    "meat": Look((0.36, 0.09, 0.07), 0.4, uneven=0.4, uneven_per_m=60),
    "soup": Look((0.22, 0.09, 0.03), 0.2, uneven=0.3, uneven_per_m=30),
    "flame": Look((0.1, 0.25, 1.0), 0.5, glow=1.6),
    "glass": Look((0.7, 0.75, 0.74), 0.08, see_through=0.85),
}
