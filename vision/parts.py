"""Finished videos of an analysis, kept so that a broken-off run can be taken up again."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import ValidationError

from vision.footage import Footage
from vision.results import Filed, VideoRecord
from vision.strict import Strict
from vision.video import file_sha256


class Part(Strict):
    """One video's share of an analysis."""

    video: VideoRecord
    filed: tuple[Filed, ...]


class Parts:
    """A folder with one small file per finished video.

    ``analysis_key`` names model, rules and options: a part made under others is not taken.
    """

    def __init__(self, folder: Path, analysis_key: str) -> None:
        self._folder = folder
        self._analysis_key = analysis_key

    def load(self, footage: Footage) -> Part | None:
        """The part, unless there is none or the video has changed since."""
        try:
            part = Part.model_validate_json(self._path(footage).read_bytes())
        except (OSError, ValidationError):
            return None
        same = footage.path.is_file() and part.video.sha256 == file_sha256(footage.path)
        return part if same else None

    def save(self, footage: Footage, part: Part) -> None:
        """Keep a part, whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        half = self._path(footage).with_suffix(".half")
        half.write_text(part.model_dump_json(), "utf-8")
        half.replace(self._path(footage))

    def _path(self, footage: Footage) -> Path:
        name = hashlib.sha256(f"{self._analysis_key}|{footage.label}".encode()).hexdigest()
        return self._folder / f"{name[:32]}.json"
