"""A zip that is sent while it is being written: no temporary file, a chunk in memory at most."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

PACKED: Final = (".json", ".jsonl", ".txt", ".pem")


class _Outlet(io.RawIOBase):
    """Takes what the zip writes until it is fetched; cannot be searched, like a socket."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        """It takes bytes."""
        return True

    def write(self, data: object) -> int:
        """Keep the bytes until they are fetched."""
        piece = bytes(data)  # type: ignore[call-overload]  # zipfile gives bytes
        self._waiting += piece
        return len(piece)

    def fetch(self) -> bytes:
        """What came since the last time."""
        waiting = bytes(self._waiting)
        self._waiting.clear()
        return waiting


class StreamedZip:
    """Files one after the other; ``files`` has path, SHA-256 and size of those written so far."""

    def __init__(self, made_at: datetime) -> None:
        self._outlet = _Outlet()
        self._zip = zipfile.ZipFile(self._outlet, "w")
        self._made_at = made_at
        self.files: list[tuple[str, str, int]] = []

    def add(self, path: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Write a file; yields what is ready to be sent."""
        info = zipfile.ZipInfo(path, self._made_at.timetuple()[:6])
        info.external_attr = 0o644 << 16
        info.compress_type = zipfile.ZIP_DEFLATED if path.endswith(PACKED) else zipfile.ZIP_STORED
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w") as entry:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                entry.write(piece)
                yield self._outlet.fetch()
        self.files.append((path, digest.hexdigest(), size))
        yield self._outlet.fetch()

    def finish(self) -> bytes:
        """The directory at the end, without which no program opens it."""
        self._zip.close()
        return self._outlet.fetch()
