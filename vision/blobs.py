"""Patches of a mask: connected, measured, and whether one is a thing of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from vision.detections import FloatArray, IntArray, Mask

# Pixels of a cell's side; patches that share or touch a cell are one.
CELL: Final = 4
# A thing may leave and enter its place in one comparison, so its patch is longer than it.
OWN_LENGTHS: Final = 3.0

NumberArray = npt.NDArray[Any]


class Choose(Protocol):
    """``np.minimum`` or ``np.maximum``."""

    def __call__(self, a: NumberArray, b: NumberArray, /, *, out: NumberArray) -> object:
        """Element by element, into ``out``."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Blobs:
    """Patches of one mask, numbered from 0.

    names      (rows, columns) of cells: the patch a cell belongs to, -1 for none
    extents    (n, 4) float32 pixels: left, top, right, bottom
    weights    (n,) pixels that are set
    """

    names: IntArray
    extents: FloatArray
    weights: IntArray

    def __len__(self) -> int:
        return len(self.extents)

    @property
    def sides(self) -> FloatArray:
        """Longer side of each, (n,) pixels."""
        sides: FloatArray = (self.extents[:, 2:] - self.extents[:, :2]).max(axis=1, initial=0)
        return sides

    def alone(self, boxes: FloatArray) -> Mask:
        """Which (n, 4) boxes hold a patch about as long as they are, (n,).

        A wheel, a shoe or a shadow's edge moves as a part of something much larger.
        """
        longest = self.longest_in(boxes)
        own: Mask = (longest > 0) & ~self.part_of_larger(boxes)
        return own

    def part_of_larger(self, boxes: FloatArray) -> Mask:
        """Which (n, 4) boxes hold a patch much longer than they are, (n,)."""
        lengths = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0)
        larger: Mask = self.longest_in(boxes) > OWN_LENGTHS * lengths + 2 * CELL
        return larger

    def longest_in(self, boxes: FloatArray) -> FloatArray:
        """Pixels of the longest patch that reaches into each (n, 4) box, 0 without one."""
        sides = np.append(self.sides, np.float32(0))
        cells = boxes / np.float32(CELL)
        return np.array([sides[self.names[window(box)]].max() for box in cells], np.float32)

    def covers(self, chosen: Mask, shape: tuple[int, ...]) -> Mask:
        """Pixels, of a picture of that shape, in or beside the cells of the chosen patches."""
        cells = np.append(chosen, np.bool_(False))[self.names]
        wide = of_neighbours(cells, np.maximum)
        pixels: Mask = wide.repeat(CELL, axis=0).repeat(CELL, axis=1)[: shape[0], : shape[1]]
        return pixels


def find_blobs(mask: Mask) -> Blobs:
    """The patches of an (h, w) mask; single pixels are noise."""
    rows, columns = np.nonzero(with_company(mask))
    shape = tuple(-(-side // CELL) for side in mask.shape)
    cells = np.zeros(shape, np.bool_)
    cells[rows // CELL, columns // CELL] = True
    labels = connect(cells)
    _, numbers = np.unique(labels[cells], return_inverse=True)
    names = np.full(shape, -1, np.int64)
    names[cells] = numbers
    return measured(names, rows, columns)


def measured(names: IntArray, rows: IntArray, columns: IntArray) -> Blobs:
    """The patches named by cell, measured by their set pixels."""
    n = int(names.max(initial=-1)) + 1
    mine = names[rows // CELL, columns // CELL]
    first, last = np.full((n, 2), np.inf), np.full((n, 2), -np.inf)
    points = np.stack([columns, rows], axis=1)
    np.minimum.at(first, mine, points)
    np.maximum.at(last, mine, points + 1)
    extents = np.hstack([first, last]).astype(np.float32)
    return Blobs(names, extents, np.bincount(mine, minlength=n))


def with_company(mask: Mask) -> Mask:
    """The set pixels that touch at least one other."""
    count = np.pad(mask.astype(np.int8), 1)
    across = count[:, :-2] + count[:, 1:-1] + count[:, 2:]
    kept: Mask = mask & (across[:-2] + across[1:-1] + across[2:] >= 2)
    return kept


def connect(cells: Mask) -> IntArray:
    """A number for each cell, the same for all that hang together, corners included.

    Each cell takes the least number around it and then the number of the cell so named,
    until nothing changes: the way doubles with every turn.
    """
    outside = cells.size
    names: IntArray = np.where(cells, np.arange(outside).reshape(cells.shape), outside)
    while True:
        least = np.where(cells, of_neighbours(names, np.minimum), outside)
        followed: IntArray = np.append(least, outside)[least]
        if (followed == names).all():
            return names
        names = followed


def of_neighbours(values: NumberArray, choose: Choose) -> Any:
    """The least or the most of each element and its eight neighbours."""
    across = values.copy()
    choose(across[:, 1:], values[:, :-1], out=across[:, 1:])
    choose(across[:, :-1], values[:, 1:], out=across[:, :-1])
    both = across.copy()
    choose(both[1:], across[:-1], out=both[1:])
    choose(both[:-1], across[1:], out=both[:-1])
    return both


def window(box: FloatArray) -> tuple[slice, slice]:
    """Rows and columns under a (4,) box, at least one of each."""
    left, top = np.floor(box[:2]).astype(int).clip(0).tolist()
    right, bottom = np.ceil(box[2:]).astype(int).tolist()
    return slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))
