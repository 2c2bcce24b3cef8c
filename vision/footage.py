"""Which videos the given paths name, and how the results call them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Final

from vision.errors import ConfigError, SourceError

VIDEO_SUFFIXES: Final = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".avi", ".ts", ".mts", ".m2ts", ".flv", ".webm"}
    | {".wmv", ".mpg", ".mpeg", ".dav", ".h264", ".h265"}
)


@dataclass(frozen=True, slots=True)
class Footage:
    """A video on disk and the name it goes by in the results.

    One that lies elsewhere has its ``url`` and ``version``, and ``path`` is where it comes to lie.
    """

    path: Path
    label: str
    url: str = ""
    version: str = ""


def state_of(path: Path) -> tuple[int, int]:
    """Size and time of the last change: enough to tell whether a file is still the same."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def size_bytes(footage: Footage) -> int:
    """As its folder or its storage tells."""
    return int(footage.version.split()[0]) if footage.url else state_of(footage.path)[0]


def collect(paths: Sequence[Path], elsewhere: Sequence[Footage] = ()) -> list[Footage]:
    """The videos these paths name, folders searched through, in order of their labels."""
    found = [item for path in paths for item in expand(path)]
    unique = {_place(footage.path): footage for footage in (*found, *elsewhere)}
    footage = list(unique.values())
    labels = [item.label for item in footage]
    if len(set(labels)) != len(labels):
        footage = [replace(item, label=label) for item, label in _longer(footage)]
    return sorted(footage, key=lambda item: item.label)


def _place(path: Path) -> Path:
    """Where it lies; links that lead nowhere are told apart."""
    return path.resolve() if path.exists() else path.absolute()


def _longer(footage: Sequence[Footage]) -> Iterator[tuple[Footage, str]]:
    """Each with a name that tells it from the others of the same name."""
    here = [item.path.resolve().parent for item in footage if not item.url]
    shared = Path(os.path.commonpath(here)) if here else Path()
    for item in footage:
        if item.url:
            yield item, item.url.partition("://")[2]
        else:
            yield item, item.path.resolve().relative_to(shared).as_posix()


def expand(path: Path) -> Iterator[Footage]:
    """One file as it is; of a folder, every video in it; of a pattern, all that fits."""
    if not path.exists() and any(sign in str(path) for sign in "*?["):
        yield from _matching(path)
        return
    if not path.is_dir():
        yield Footage(path, path.name)
        return
    inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in VIDEO_SUFFIXES)
    if not inside:
        raise SourceError(f"{path} holds no video; give a video file or a folder with some")
    for item in inside:
        yield Footage(item, item.relative_to(path).as_posix())


def _matching(pattern: Path) -> Iterator[Footage]:
    """What fits a pattern, called by what follows its fixed beginning."""
    fixed = Path(*takewhile(lambda part: not any(sign in part for sign in "*?["), pattern.parts))
    found = fixed.glob(str(pattern.relative_to(fixed)))
    videos = sorted(item for item in found if item.is_file())
    if not videos:
        raise SourceError(f"nothing fits {pattern}; give a video, a folder or another pattern")
    for item in videos:
        yield Footage(item, item.relative_to(fixed).as_posix())


def read_list(path: Path) -> list[Path | str]:
    """The paths in a file, one a line, relative ones beside it, or URLs; # lines are skipped."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: give a text file with one path a line"
        ) from error
    named = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not named:
        raise ConfigError(f"{path} names no video: write one path a line")
    return [name if "://" in name else path.parent / name for name in named]
