"""A file is written whole or not at all, and what was begun takes no room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def writing_whole(path: Path) -> Iterator[Path]:
    """Where to write; put at ``path`` once the block ends well, gone if it does not."""
    half = path.with_name(f"{path.name}.part")
    try:
        yield half
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
