"""The door to the evidence folder: written whole, hashed and chained, or not there at all."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import cv2

from vision.alert import EvidenceRef
from vision.chain import PART, Chain, Link, canonical, digest, sync_folder
from vision.clipping import write_clip
from vision.closing import Closing
from vision.errors import EvidenceError
from vision.frames import Frame

Kind = Literal["frame", "clip", "data"]
MediaType = Literal["image/jpeg", "video/mp4", "application/json"]

JPEG_QUALITY: Final = 92
STEM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
ENDINGS: Final[Mapping[Kind, str]] = {"frame": ".jpg", "clip": ".mp4", "data": ".json"}
MEDIA_TYPES: Final[Mapping[Kind, MediaType]] = {
    "frame": "image/jpeg",
    "clip": "video/mp4",
    "data": "application/json",
}


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A file of the evidence folder; ``path`` is relative to it."""

    path: str
    sha256: str
    kind: Kind
    media_type: MediaType
    bytes: int

    @property
    def ref(self) -> EvidenceRef:
        """As the alert names it."""
        return EvidenceRef(
            sha256=self.sha256, kind=self.kind, media_type=self.media_type, bytes=self.bytes
        )


class EvidenceWriter(Closing):
    """The one writer of an evidence folder; close it, or use it in ``with``.

    Writing the same evidence again under its name changes nothing; other content under a
    name that is taken is an EvidenceError, for what is chained never changes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chain = Chain(folder)

    def close(self) -> None:
        """Let the next writer in."""
        self._chain.close()

    @property
    def folder(self) -> Path:
        """Where it writes; the paths of items are relative to it."""
        return self._folder

    def root(self) -> str:
        """Hash that stands for everything written so far."""
        return self._chain.root()

    def add_frame(self, frame: Frame, stem: str) -> EvidenceItem:
        """The picture as JPEG, nothing drawn on it."""
        _, jpeg = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        return self._add(stem, "frame", lambda part: _write_bytes(part, jpeg.tobytes()))

    def add_clip(self, source: Path, start_s: float, end_s: float, stem: str) -> EvidenceItem:
        """The recording from ``start_s`` to ``end_s`` as MP4 for a browser, without sound.

        SourceError when the recording cannot be read or shows nothing then.
        """
        return self._add(stem, "clip", lambda part: write_clip(source, start_s, end_s, part))

    def add_made_clip(self, write: Callable[[Path], None], stem: str) -> EvidenceItem:
        """An MP4 that ``write`` makes, say out of what a live camera sent."""
        return self._add(stem, "clip", write)

    def add_data(self, payload: Mapping[str, Any], stem: str) -> EvidenceItem:
        """Boxes, states and times as canonical JSON."""
        content = canonical(dict(payload)) + b"\n"
        return self._add(stem, "data", lambda part: _write_bytes(part, content))

    def _add(self, stem: str, kind: Kind, write: Callable[[Path], None]) -> EvidenceItem:
        if not STEM.fullmatch(stem):
            raise ValueError(f"evidence name {stem!r} may have letters, digits, . _ and - only")
        path = self._folder / (stem + ENDINGS[kind])
        part = path.with_name(path.name + PART)
        try:
            return self._item(self._keep(part, path, kind, write), kind)
        except OSError as error:
            raise _explained(error, self._folder) from error
        finally:
            part.unlink(missing_ok=True)

    def _keep(self, part: Path, path: Path, kind: Kind, write: Callable[[Path], None]) -> Link:
        write(part)
        _sync_file(part)
        known = self._chain.find(path)
        if known:
            return _same(part, known)
        part.replace(path)
        try:
            sync_folder(self._folder)
            return self._chain.append(path, kind)
        except OSError:
            path.unlink(missing_ok=True)
            raise

    def _item(self, link: Link, kind: Kind) -> EvidenceItem:
        return EvidenceItem(link.path, link.sha256, kind, MEDIA_TYPES[kind], link.bytes)


def _same(part: Path, known: Link) -> Link:
    if digest(part) != (known.sha256, known.bytes):
        raise EvidenceError(f"{known.path} is already other evidence; choose a new folder")
    return known


def _write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _explained(error: OSError, folder: Path) -> EvidenceError:
    reason = error.strerror or type(error).__name__
    if error.errno in NO_ROOM:
        return EvidenceError(
            f"{folder} has no room for evidence ({reason}); free space and run again"
        )
    return EvidenceError(f"{folder} cannot take evidence ({reason}); mend that and run again")
