"""How far the pieces at work are: each notes it in a small file, whoever asked adds them up.

A file works from any process of this machine, and from others where the folder is shared; where it
is not, a piece tells nothing before it is done.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from vision.frames import Frame

EVERY_S: Final = 2.0


def noting(frames: Iterable[Frame], start_s: float, note: Path | None) -> Iterator[Frame]:
    """The frames as they are; now and then ``note`` says how many seconds of them have passed."""
    due_s = time.monotonic() + EVERY_S
    for frame in frames:
        yield frame
        if note is not None and time.monotonic() >= due_s:
            due_s = time.monotonic() + EVERY_S
            # It is for people who wait: no run ends for it, however full or far the disk is.
            with suppress(OSError):
                note.write_text(f"{max(frame.time_s - start_s, 0.0):.1f}")


@contextmanager
def adding_up(folder: Path, tell: Callable[[float], None]) -> Iterator[None]:
    """While the block runs, tell the sum of the notes in ``folder``, which it makes and clears."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    quit = threading.Event()

    def add_up() -> None:
        while not quit.wait(EVERY_S):
            tell(sum(map(_seconds, folder.iterdir())))

    thread = threading.Thread(target=add_up, daemon=True)
    thread.start()
    try:
        yield
    finally:
        quit.set()
        thread.join()
        shutil.rmtree(folder, ignore_errors=True)


def _seconds(note: Path) -> float:
    """Nothing while it is being written, or gone."""
    try:
        return float(note.read_text())
    except (OSError, ValueError):
        return 0.0
