"""The folder of last pictures: unlike evidence they come and go."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import uuid4

from api.errors import StorageError
from vision.errors import NotFoundError

NAME: Final = re.compile(r"[0-9a-f]{64}")
# A camera's id is made by the server; nothing else may become a part of a path.
FOLDER: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class SnapshotStorage:
    """One folder a camera, one file a picture, named by its hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, camera_id: str, sha256: str, content: bytes) -> None:
        """Keep a picture; a half-written one never has a name. StorageError when that fails."""
        path = self._path(camera_id, sha256)
        incoming = path.with_name(f"{uuid4().hex}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            incoming.write_bytes(content)
            incoming.replace(path)
        except OSError as error:
            incoming.unlink(missing_ok=True)
            raise StorageError("the picture could not be kept; free space on its disk") from error

    def read(self, camera_id: str, sha256: str) -> bytes:
        """The bytes; NotFoundError when they are gone."""
        try:
            return self._path(camera_id, sha256).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError("this picture is not kept any more") from error
        except OSError as error:
            raise StorageError("the folder of pictures cannot be read") from error

    def forget(self, camera_id: str, names: Iterable[str]) -> None:
        """Delete pictures; one that is gone already is no matter."""
        for sha256 in names:
            self._path(camera_id, sha256).unlink(missing_ok=True)

    def _path(self, camera_id: str, sha256: str) -> Path:
        if not (FOLDER.fullmatch(camera_id) and NAME.fullmatch(sha256)):
            raise NotFoundError("there is no such picture")
        return self._folder / camera_id / sha256
