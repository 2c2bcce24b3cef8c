"""The three rooms of the sample clips."""

from models.synthesis.kitchen import (
    Kitchen,
    chopping_place,
    cooker,
    extinguisher,
    fridge,
    hood,
    lamps,
    lying_sack,
    notices,
    room,
    stock_pot,
    table,
    utensil_rail,
    wall_shelf,
    wok,
)

CEILING_M = 2.75


def range_kitchen(kitchen: Kitchen) -> None:
    """A work table before a range under its hood; red floor."""
    room(kitchen, (-2.7, 2.5), (-2.4, 2.0), CEILING_M, "red-floor")
    lamps(kitchen, [(-0.9, -0.6), (1.3, -0.6)], CEILING_M)
    table(kitchen, (0.2, -0.35), (2.6, 0.75))
    cooker(kitchen, (0.1, 1.55), 2.0)
    hood(kitchen, (0.1, 1.5), (2.3, 0.95), CEILING_M)
    table(kitchen, (-1.75, 1.6), (1.5, 0.7), closed=True)
    table(kitchen, (1.85, 1.6), (1.2, 0.7), closed=True)
    wall_shelf(kitchen, (-2.6, -1.2), 1.82, 1.45)
    wall_shelf(kitchen, (-2.6, -1.2), 1.82, 1.85)
    wall_shelf(kitchen, (1.35, 2.45), 1.82, 1.5)
    utensil_rail(kitchen, (-0.8, 1.0), 1.93, 1.62)
    chopping_place(kitchen, (-0.5, -0.2), "meat")
    chopping_place(kitchen, (0.75, -0.25), "leaf")
    stock_pot(kitchen, (1.32, -0.4, 0.9), 0.14, 0.24)
    stock_pot(kitchen, (-0.4, -0.35, 0.27), 0.17, 0.3)
    kitchen.box("blue-plastic", (0.4, -0.35, 0.4), (0.5, 0.36, 0.26))
    extinguisher(kitchen, (-2.55, 0.6, 0.0))
    notices(kitchen, 1.5, 1.99, 2.1)
    wok(kitchen, (-1.9, 1.5, 0.93), "soup")


def preparation_kitchen(kitchen: Kitchen) -> None:
    """Cold preparation: refrigerators, shelves of containers; grey floor."""
    room(kitchen, (-2.4, 2.8), (-2.4, 1.9), CEILING_M, "grey-floor")
    lamps(kitchen, [(-1.2, -0.7), (1.0, -0.7)], CEILING_M)
    table(kitchen, (-0.1, -0.4), (2.7, 0.75))
    fridge(kitchen, (-1.5, 1.5))
    table(kitchen, (0.75, 1.5), (2.9, 0.7), closed=True)
    wall_shelf(kitchen, (-0.6, 2.3), 1.72, 1.5)
    wall_shelf(kitchen, (-0.6, 2.3), 1.72, 1.92)
    chopping_place(kitchen, (-0.75, -0.28), "leaf")
    chopping_place(kitchen, (0.5, -0.25), "carrot")
    stock_pot(kitchen, (1.05, -0.45, 0.9), 0.13, 0.2)
    for k, look in enumerate(("white-plastic", "red-plastic", "blue-plastic")):
        kitchen.box(look, (-0.2 + 0.45 * k, 1.5, 0.98), (0.38, 0.3, 0.16))
        kitchen.box("glass", (-0.2 + 0.45 * k, 1.5, 1.065), (0.4, 0.32, 0.01))
    stock_pot(kitchen, (1.5, 1.45, 0.9), 0.15, 0.28)
    kitchen.box("green-plastic", (0.3, -0.4, 0.4), (0.5, 0.36, 0.24))
    kitchen.box("carton", (-0.5, -0.4, 0.42), (0.4, 0.4, 0.3))
    notices(kitchen, -0.4, 1.89, 2.2)
    extinguisher(kitchen, (2.6, 0.5, 0.0))


def store_corner(kitchen: Kitchen) -> None:
    """Closed counters along a wall, goods on the floor, an open passage; for the night."""
    room(kitchen, (-2.6, 2.4), (-2.2, 1.6), CEILING_M, "grey-floor")
    table(kitchen, (-1.1, 1.2), (1.8, 0.7), closed=True)
    table(kitchen, (1.0, 1.2), (2.0, 0.7))
    stock_pot(kitchen, (0.6, 1.2, 0.27), 0.17, 0.32)
    stock_pot(kitchen, (1.1, 1.2, 0.27), 0.15, 0.26)
    stock_pot(kitchen, (-1.5, 1.2, 0.9), 0.16, 0.3)
    wall_shelf(kitchen, (-1.9, 0.2), 1.42, 1.4)
    for k, (x, y) in enumerate([(-2.15, -0.1), (-2.2, -0.06), (-2.12, -0.12), (-2.2, -1.05)]):
        lying_sack(kitchen, (x, y, 0.15 * min(k, 2) * (k < 3)))
    kitchen.box("carton", (-1.95, 0.62, 0.2), (0.42, 0.3, 0.4))
    kitchen.box("carton", (-1.92, 0.63, 0.52), (0.36, 0.28, 0.24))
    kitchen.box("paper", (-1.95, 0.468, 0.25), (0.16, 0.004, 0.1))
    bucket = [(0.001, 0.0), (0.12, 0.0), (0.155, 0.29), (0.165, 0.29), (0.15, 0.28), (0.12, 0.02)]
    kitchen.lathe("blue-plastic", (1.62, 0.45, 0.0), bucket)
    kitchen.lathe("board", (1.66, 0.5, 0.02), [(0.014, 0.0), (0.014, 1.25), (0.001, 1.25)])
    kitchen.box("iron", (0.35, -0.75, 0.002), (0.3, 0.3, 0.008))
    for k in range(6):
        kitchen.box("worn-steel", (0.24 + 0.045 * k, -0.75, 0.008), (0.02, 0.26, 0.006))
    chopping_place(kitchen, (1.2, 1.2), "leaf")
