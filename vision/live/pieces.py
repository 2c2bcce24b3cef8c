"""What a camera sent, kept for a while: packets in a ring, so that the past can be shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from threading import Lock
from typing import Final

KEEPS_S: Final = 30.0
KEEPS_BYTES: Final = 12 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Format:
    """How the pieces of one connection are coded; each connection begins with a key."""

    codec: str
    unit_s: Fraction
    connection: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One coded picture; ``time_s`` is monotonic, taken when it came in.

    ``data`` begins with what a decoder needs to know wherever ``key`` is true, so a run of pieces
    that begins with a key can be decoded by itself.
    """

    data: bytes
    time_s: float
    key: bool
    pts: int | None
    dts: int | None
    format: Format


@dataclass(frozen=True, slots=True)
class Wanted:
    """Pieces to decode now; ``alone`` when none that follow will be: nothing may be held back."""

    pieces: Sequence[Piece] = ()
    alone: bool = False


NOTHING: Final = Wanted()


class Ring:
    """The newest pieces of one camera, whole groups from key to key; any thread may use it."""

    def __init__(self, keeps_s: float = KEEPS_S, keeps_bytes: int = KEEPS_BYTES) -> None:
        self._keeps_s = keeps_s
        self._keeps_bytes = keeps_bytes
        self._pieces: deque[Piece] = deque()
        self._keys: deque[float] = deque()
        self._bytes = 0
        self._guard = Lock()

    @property
    def size_bytes(self) -> int:
        """What the ring holds now."""
        return self._bytes

    def add(self, piece: Piece) -> None:
        """Keep a piece; the oldest groups go when there are too many."""
        with self._guard:
            begins = not self._pieces or self._pieces[-1].format is not piece.format
            if begins and not piece.key:
                return
            self._pieces.append(piece)
            self._bytes += len(piece.data)
            if piece.key:
                self._keys.append(piece.time_s)
            while len(self._keys) > 1 and self._too_much():
                self._drop_group()
            if self._bytes > 2 * self._keeps_bytes:
                self._clear()  # a stream without any further key would grow for ever

    def since_key(self) -> list[Piece]:
        """The newest key and what came after it."""
        with self._guard:
            return self._from(self._keys[-1]) if self._keys else []

    def between(self, start_s: float, end_s: float) -> list[Piece]:
        """From the key at or before ``start_s``, or the oldest, to the last piece by ``end_s``."""
        with self._guard:
            begins = [time_s for time_s in self._keys if time_s <= start_s]
            first_s = begins[-1] if begins else (self._keys[0] if self._keys else 0.0)
            return [piece for piece in self._from(first_s) if piece.time_s <= end_s]

    def _from(self, time_s: float) -> list[Piece]:
        found: list[Piece] = []
        for piece in reversed(self._pieces):
            if piece.time_s < time_s:
                break
            found.append(piece)
        return found[::-1]

    def _too_much(self) -> bool:
        # The second key must be old enough: a clip may begin anywhere in the time kept.
        old = self._pieces[-1].time_s - self._keys[1] > self._keeps_s
        return old or self._bytes > self._keeps_bytes

    def _drop_group(self) -> None:
        self._keys.popleft()
        while self._pieces and self._pieces[0].time_s < self._keys[0]:
            self._bytes -= len(self._pieces.popleft().data)

    def _clear(self) -> None:
        self._pieces.clear()
        self._keys.clear()
        self._bytes = 0


def evenly_timed(pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """(pts, dts) for each piece from 0 on, in its format's units, dts always rising.

    A camera's own stamps are used while they rise sensibly; where they jump, wrap or are missing
    the times at which the pieces came in stand in for them.
    """
    if _sensible(pieces):
        zero = pieces[0].dts or 0
        return [((piece.pts or 0) - zero, (piece.dts or 0) - zero) for piece in pieces]
    unit_s, told, last = float(pieces[0].format.unit_s), [], -1
    for piece in pieces:
        last = max(last + 1, round((piece.time_s - pieces[0].time_s) / unit_s))
        told.append((last, last))
    return told


LONGEST_STEP_S: Final = 5.0


def _sensible(pieces: Sequence[Piece]) -> bool:
    unit_s = float(pieces[0].format.unit_s)
    before: int | None = None
    for piece in pieces:
        if piece.dts is None or piece.pts is None or piece.pts < piece.dts:
            return False
        if before is not None and not 0 < (piece.dts - before) * unit_s <= LONGEST_STEP_S:
            return False
        before = piece.dts
    return True
