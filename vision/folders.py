"""One run in one folder: a second one is refused, and a killed one leaves no lock behind."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from vision.errors import ConfigError, EvidenceError
from vision.evidence import NO_ROOM

LOCK: Final = ".running"


@contextmanager
def room_in(folder: Path) -> Iterator[None]:
    """EvidenceError in one sentence when the disk runs full within the block."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise EvidenceError(
            f"{folder} has no room left ({error.strerror}); free space, then go on with --resume"
        ) from error


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder until the block ends; ConfigError while another process does."""
    refusal = f"another run writes into {folder} now; wait for it, or give another folder"
    with locked(folder / LOCK, refusal):
        yield
    (folder / LOCK).unlink(missing_ok=True)


@contextmanager
def locked(path: Path, refusal: str) -> Iterator[None]:
    """Hold a lock file until the block ends; ConfigError ``refusal`` while another process does."""
    # The system lets go of it when the process ends, however it ends.
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(refusal) from error
        yield
