"""Evidence by days, within a budget: the oldest delivered days go first, and none that is needed.

What was delivered lies in the office, which holds it for open cases. What was not is linked in the
spool, and its day is left alone here.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final

from vision.chain import Chain, sync_folder
from vision.closing import Closing
from vision.errors import EvidenceError
from vision.evidence import EvidenceWriter
from vision.live.clocks import now_at

PURGED: Final = "purged.jsonl"
GIB: Final = 1024**3
# Some slack between beginning to purge and refusing to record.
PURGE_AHEAD: Final = 1.25


class Vault(Closing):
    """The one writer of ``folder``, a chain a day; close it, or use it in ``with``."""

    def __init__(
        self,
        folder: Path,
        max_bytes: float,
        reserve_bytes: float,
        free_bytes: Callable[[Path], float] = lambda path: float(shutil.disk_usage(path).free),
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._reserve_bytes = reserve_bytes
        self._free_bytes = free_bytes
        self._day: date | None = None
        self._writer: EvidenceWriter | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def close(self) -> None:
        """Let the next writer in."""
        if self._writer:
            self._writer.close()
            self._writer = None

    def writer(self) -> EvidenceWriter:
        """Today's; EvidenceError while the disk has less than its reserve left."""
        if not self.has_room():
            raise EvidenceError(
                f"{self._folder} has less room left than disk_reserve_gib; free space on its disk"
            )
        today = now_at().date()
        if self._writer is None or self._day != today:
            self.close()
            self._writer, self._day = EvidenceWriter(self._folder / today.isoformat()), today
        return self._writer

    def has_room(self) -> bool:
        """Whether evidence can be written now."""
        return self._free_bytes(self._folder) >= self._reserve_bytes

    def used_bytes(self) -> int:
        """All evidence that lies here."""
        return sum(_size(day) for day in self._days())

    def purge(self, needed: Collection[str]) -> list[str]:
        """Remove the oldest days beyond the budget, but none with evidence of ``needed`` alerts.

        The hash that stood for a day is kept, so that a copy of it can still be checked.
        """
        gone: list[str] = []
        sizes = {day: _size(day) for day in self._days()}
        for day in sorted(sizes):
            if not self._must_shrink(sum(sizes.values())):
                break
            if day.name == now_at().date().isoformat() or _holds(day, needed):
                continue
            self._remove(day)
            del sizes[day]
            gone.append(day.name)
        return gone

    def _must_shrink(self, used: int) -> bool:
        low = self._free_bytes(self._folder) < PURGE_AHEAD * self._reserve_bytes
        return low or used > self._max_bytes

    def _days(self) -> Iterator[Path]:
        for path in self._folder.iterdir():
            try:
                date.fromisoformat(path.name)
            except ValueError:
                continue
            yield path

    def _remove(self, day: Path) -> None:
        with Chain(day) as chain:
            told = {"day": day.name, "root": chain.root(), "at": _stamp(now_at())}
        with (self._folder / PURGED).open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")
        shutil.rmtree(day)
        sync_folder(self._folder)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _holds(day: Path, needed: Collection[str]) -> bool:
    """Whether a day has files of these alerts, which are named by their ids."""
    return bool(needed) and any(path.name[:36] in needed for path in day.iterdir())
