"""Where nothing happens in a recording: there its keyframes are enough. Pure, numpy only.

A recording is told group by group, each a keyframe and what is coded after it. A group is quiet
when its keyframe and the next look alike and nothing in between needed more bytes than usual. What
is decided depends on the ``MEMORY`` groups before alone, so that pieces come to the same.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from vision.detections import FloatArray, Mask
from vision.restless import RESTLESS_SHARE, always_changing

# A keyframe stands for as much time as this at most.
LONGEST_S: Final = 2.5
# Levels of grey that noise and compression do not reach in a patch of twelve pixels a side.
LEVEL: Final = 6.0
# A clock in the picture, or a lamp, changes from key to key: it is left alone unless it is large.
RESTLESS_OVER: Final = 5
# Two coded pictures in a row, each so much larger than usual: something went by between the keys.
LARGE_TIMES: Final = 4.0
LARGE_BYTES: Final = 400
MEMORY: Final = 12


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A keyframe as a small grey picture, (h, w) levels, and the sizes of what follows it.

    ``begins`` and ``ends`` are stamps of the stream; the last group of a recording has no end.
    """

    begins: int
    ends: int | None
    length_s: float
    small: FloatArray
    sizes: tuple[int, ...]


@dataclass(slots=True)
class Gate:
    """Tells from key to key whether anything moved."""

    _before: FloatArray | None = None
    _changes: deque[Mask] = field(default_factory=lambda: deque(maxlen=RESTLESS_OVER))
    _usual: deque[float] = field(default_factory=lambda: deque(maxlen=MEMORY - 2))

    def moved(self, small: FloatArray) -> bool:
        """Whether this keyframe differs from the one before in what is not always changing."""
        before, self._before = self._before, small
        if before is None or before.shape != small.shape:
            return True
        changed = np.abs(small - before) > LEVEL
        restless = always_changing(self._changes, changed)
        self._changes.append(changed)
        return float(restless.mean()) > RESTLESS_SHARE or bool((changed & ~restless).any())

    def large(self, sizes: tuple[int, ...]) -> bool:
        """Whether two in a row were far larger than is usual between keys."""
        usual = float(np.median(self._usual)) if self._usual else math.inf
        if sizes:
            self._usual.append(float(np.median(sizes)))
        above = np.array(sizes, np.float64) > LARGE_TIMES * usual + LARGE_BYTES
        return bool((above[1:] & above[:-1]).any())


def quiet_groups(groups: Iterable[Group]) -> Iterator[Group]:
    """The groups of which the keyframe is enough: neither they nor their neighbours are busy."""
    busy, waiting = True, list[tuple[Group, bool]]()
    for group, own in _told(groups):
        if waiting:
            before, was_busy = waiting.pop()
            if not (busy or was_busy or own):
                yield before
            busy = was_busy
        waiting.append((group, own))


def _told(groups: Iterable[Group]) -> Iterator[tuple[Group, bool]]:
    """Each group with whether it is busy, known once the next keyframe is."""
    gate, last = Gate(), None
    for group in groups:
        moved = gate.moved(group.small)
        if last is not None:
            yield last, moved or gate.large(last.sizes) or last.length_s > LONGEST_S
        last = group


class LeftOut:
    """Which coded pictures need not be decoded, asked in the order of the recording."""

    def __init__(self, groups: Iterable[Group] = ()) -> None:
        # The stamps alone: a day of small pictures would be gigabytes.
        self._spans = [(group.begins, group.ends) for group in groups]
        self._begins = [begins for begins, _ in self._spans]

    def skips(self, packet: Any) -> bool:
        """Whether it lies behind the keyframe of one of the groups."""
        stamp = packet.pts
        if stamp is None or packet.is_keyframe or not self._spans:
            return False
        at = bisect_left(self._begins, stamp) - 1
        ends = self._spans[at][1] if at >= 0 else None
        return ends is not None and stamp < ends
