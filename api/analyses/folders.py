"""The operator's folder of footage, and the folder of one analysis in the data folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.analyses.schemas import FolderOut
from api.errors import StorageError
from api.settings import Settings
from vision.errors import InvalidError, NotFoundError
from vision.footage import VIDEO_SUFFIXES

# Below this nothing more is written: the database and the evidence share the disk.
LEAST_FREE_BYTES: Final = 512 * 1024 * 1024
MAX_LISTED: Final = 1000


@dataclass(frozen=True, slots=True)
class JobFolder:
    """Where one analysis keeps its footage, what it was told, and its results."""

    root: Path

    @property
    def footage(self) -> Path:
        """Uploaded videos."""
        return self.root / "footage"

    @property
    def incoming(self) -> Path:
        """Uploads under way."""
        return self.root / "incoming"

    @property
    def out(self) -> Path:
        """What ``analyze --out`` writes."""
        return self.root / "out"

    @property
    def report(self) -> Path:
        """The page with everything that was found."""
        return self.out / "report.html"

    @property
    def recordings(self) -> Path:
        """What ``analyze --recordings`` reads."""
        return self.root / "recordings.toml"


def job_folder(settings: Settings, analysis_id: str) -> JobFolder:
    """Of that analysis; its folder is made when it is not there."""
    place = JobFolder(settings.data.absolute() / "analyses" / analysis_id)
    try:
        place.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError("the data folder cannot be written; mend it or free space") from error
    return place


def clear(settings: Settings, analysis_id: str) -> None:
    """Delete its uploads and results for good; the footage folder is never touched."""
    shutil.rmtree(job_folder(settings, analysis_id).root, ignore_errors=True)


def free_bytes(folder: Path) -> int:
    """How much the disk still takes, beyond what must stay free."""
    return max(shutil.disk_usage(folder).free - LEAST_FREE_BYTES, 0)


def inside(settings: Settings, path: str) -> Path:
    """A folder below the footage folder; NotFoundError for every other one."""
    if settings.footage_folder is None:
        raise NotFoundError("no footage folder is set; upload videos instead")
    root = settings.footage_folder.resolve()
    try:
        found = (root / path).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise _no_folder() from error
    if not found.is_relative_to(root) or not found.is_dir():
        raise _no_folder()
    return found


def _no_folder() -> NotFoundError:
    return NotFoundError("there is no such folder in the footage folder")


def relative(settings: Settings, folder: Path) -> str:
    """How a folder is called below the footage folder; empty for that one itself."""
    assert settings.footage_folder is not None, "only a folder from inside() has such a name"
    name = folder.relative_to(settings.footage_folder.resolve()).as_posix()
    return "" if name == "." else name


def list_folder(settings: Settings, path: str) -> FolderOut:
    """What lies in it; hidden folders and links out of the footage folder are left out."""
    folder = inside(settings, path)
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise StorageError("the footage folder cannot be read; mend its rights") from error
    folders = [
        entry.name
        for entry in entries
        if not entry.name.startswith(".") and entry.is_dir() and _within(entry, folder)
    ]
    videos = sum(entry.suffix.lower() in VIDEO_SUFFIXES for entry in entries)
    return FolderOut(path=relative(settings, folder), folders=folders[:MAX_LISTED], videos=videos)


def videos_in(folder: Path) -> int:
    """How many videos ``analyze`` finds there; InvalidError without one, or for a link out."""
    videos = [path for path in folder.rglob("*") if path.suffix.lower() in VIDEO_SUFFIXES]
    if not videos:
        raise InvalidError("this folder holds no video; choose another", "folder")
    if not all(_within(path, folder) for path in videos):
        raise InvalidError("a video in this folder is a link out of it; remove the link", "folder")
    return len(videos)


def _within(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder)
    except (OSError, RuntimeError):
        return False
