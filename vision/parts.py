"""What an analysis has done so far, kept so that a broken-off run can be taken up again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from vision.footage import Footage, size_bytes, state_of
from vision.looks import from_bytes, to_bytes
from vision.results import Filed, Observed, RecordedRecord, VideoRecord
from vision.strict import Strict
from vision.video import file_sha256
from vision.watching import CHANGED, Seen, Task
from vision.whole import writing_whole

HEAD_END: Final = b"\n"


class Part(Strict):
    """One video's share of an analysis."""

    video: VideoRecord
    filed: tuple[Filed, ...]
    observed: tuple[Observed, ...] = ()
    version: str = ""


class SeenHead(Strict):
    """What stands before the looks of one piece; the file's size and time tell whether it holds."""

    size_bytes: int
    changed_ns: int
    lead: int
    frames_decoded: int
    uneven: bool
    duration_s: float
    recorded: RecordedRecord | None
    sha256: str
    error: str | None


class Parts:
    """A folder with one small file per finished video, and per piece of an unfinished one.

    ``analysis_key`` names model, rules and options: a part made under others is not taken.
    """

    def __init__(self, folder: Path, analysis_key: str) -> None:
        self._folder = folder
        self._analysis_key = analysis_key
        # Kept in mind: to search a folder of ten thousand for each takes longer than looking.
        self._pieces: dict[str, set[Path]] = {}

    @property
    def notes(self) -> Path:
        """The folder of what says how far the pieces at work are."""
        return self._folder / "underway"

    def note(self, task: Task) -> Path:
        """The file of one piece there."""
        return self.notes / self._piece(task).name

    def load(self, footage: Footage) -> Part | None:
        """The part, unless there is none or the video has changed since."""
        try:
            part = Part.model_validate_json(self._path(footage.label, "json").read_bytes())
        except (OSError, ValidationError):
            return None
        return part if _unchanged(footage, part) else None

    def save(self, footage: Footage, part: Part) -> None:
        """Keep a part, whole or not at all; its pieces are not needed any more."""
        self._write(self._path(footage.label, "json"), part.model_dump_json().encode())
        for piece in self._pieces.pop(footage.label, set()):
            piece.unlink(missing_ok=True)

    def seen(self, task: Task) -> Seen | None:
        """What an earlier run saw in this piece, unless the video has changed since."""
        try:
            head, _, looks = self._piece(task).read_bytes().partition(HEAD_END)
            told = SeenHead.model_validate_json(head)
            every = from_bytes(looks)
        except (OSError, ValueError, KeyError):
            return None
        if (told.size_bytes, told.changed_ns) != version_of(task.footage):
            return None
        return Seen(
            looks=tuple(every[told.lead :]),
            lead=tuple(every[: told.lead]),
            **told.model_dump(include=KEPT),
            recorded=told.recorded,
        )

    def keep(self, task: Task, seen: Seen) -> None:
        """Keep one piece, whole or not at all; one that could not be read is tried again."""
        self.note(task).unlink(missing_ok=True)
        if seen.error and not seen.looks:
            return
        size_bytes, changed_ns = version_of(task.footage)
        head = SeenHead(
            size_bytes=size_bytes,
            changed_ns=changed_ns,
            lead=len(seen.lead),
            recorded=seen.recorded,
            **{name: getattr(seen, name) for name in KEPT},
        )
        looks = to_bytes((*seen.lead, *seen.looks))
        self._write(self._piece(task), head.model_dump_json().encode() + HEAD_END + looks)

    def _write(self, path: Path, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with writing_whole(path) as half:
            half.write_bytes(content)

    def _piece(self, task: Task) -> Path:
        span = f"{task.segment.start_s:.0f}-{task.segment.end_s:.0f}"
        path = self._path(task.footage.label, "seen", f"-{span}")
        self._pieces.setdefault(task.footage.label, set()).add(path)
        return path

    def _path(self, label: str, suffix: str, more: str = "") -> Path:
        return self._folder / f"{self._name(label)}{more}.{suffix}"

    def _name(self, label: str) -> str:
        return hashlib.sha256(f"{self._analysis_key}|{label}".encode()).hexdigest()[:32]


KEPT: Final = {"frames_decoded", "uneven", "duration_s", "sha256", "error"}


def _unchanged(footage: Footage, part: Part) -> bool:
    """By content; by what its storage says of a recording that lies elsewhere."""
    if part.video.error == CHANGED:
        return False
    if footage.url:
        return bool(part.video.sha256) and footage.version == part.version
    return footage.path.is_file() and part.video.sha256 == file_sha256(footage.path)


def version_of(footage: Footage) -> tuple[int, int]:
    """Size and time of the last change, or what its storage says instead of the time."""
    if footage.url:
        told = hashlib.sha256(footage.version.encode()).digest()
        return size_bytes(footage), int.from_bytes(told[:7])
    return state_of(footage.path)
