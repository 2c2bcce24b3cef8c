"""Evidence files: written once, named by their SHA-256, read in pieces."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import obstore
from anyio import to_thread
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.exceptions import NotFoundError as NoSuchObjectError
from obstore.store import LocalStore

from api.database import now
from api.errors import StorageError
from vision.alert import EvidenceRef
from vision.errors import InvalidError, NotFoundError

INCOMING: Final = "incoming"
ABANDONED_AFTER: Final = timedelta(days=1)
CHUNK_BYTES: Final = 256 * 1024
# Boxes as JSON are small; a larger file is not what it claims to be.


class EvidenceStorage:
    """A folder of checked files; nothing half-written ever has a final name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._store = LocalStore(folder)
        self._forget_abandoned()

    async def add(self, expected: EvidenceRef, body: AsyncIterator[bytes]) -> None:
        """Keep the body when it is what was announced; InvalidError keeps nothing.

        Raises StorageError when the disk is full or cannot be written.
        """
        incoming = f"{INCOMING}/{uuid4().hex}"
        try:
            await obstore.put_async(self._store, incoming, checked(expected, body))
            await to_thread.run_sync(self._keep, incoming, path_of(expected.sha256))
        except (BaseError, OSError) as error:
            (self._folder / incoming).unlink(missing_ok=True)
            raise StorageError(
                "the evidence could not be stored; free space on its disk"
            ) from error

    def _keep(self, incoming: str, final: str) -> None:
        """Give a checked file its name, unless the same bytes have it already."""
        self._sync(incoming)
        try:
            obstore.rename(self._store, incoming, final, overwrite=False)
        except AlreadyExistsError:
            obstore.delete(self._store, incoming)

    def _sync(self, path: str) -> None:
        """Ask the disk to keep it before the database says it is kept."""
        with (self._folder / path).open("rb") as file:
            os.fsync(file.fileno())

    def read(self, sha256: str, start: int, end: int) -> Iterator[bytes]:
        """The bytes from ``start`` up to ``end``; NotFoundError when the file is gone."""
        try:
            result = obstore.get(self._store, path_of(sha256), options={"range": (start, end)})
        except (NoSuchObjectError, FileNotFoundError) as error:
            raise NotFoundError("the evidence file is not in the storage folder") from error
        except BaseError as error:
            raise StorageError("the evidence folder cannot be read") from error
        return (bytes(piece) for piece in result.stream(min_chunk_size=CHUNK_BYTES))

    def writable(self) -> bool:
        """Whether a file can be written now."""
        probe = f"{INCOMING}/{uuid4().hex}"
        try:
            obstore.put(self._store, probe, b"probe", mode="create")
            obstore.delete(self._store, probe)
        except (BaseError, OSError):
            return False
        return True

    def _forget_abandoned(self) -> None:
        """Remove what a killed server left half-written."""
        limit = (now() - ABANDONED_AFTER).timestamp()
        for path in (self._folder / INCOMING).glob("*"):
            if path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)


def path_of(sha256: str) -> str:
    """Where a file lies: 256 folders keep each one short."""
    return f"{sha256[:2]}/{sha256}"


async def checked(expected: EvidenceRef, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Pass the body on; raise InvalidError as soon as it is not the announced file."""
    check = _Check(expected)
    async for piece in body:
        if piece:
            check.feed(piece)
            yield piece
    check.finish()


class _Check:
    """Compares bytes with what was announced while they pass."""

    def __init__(self, expected: EvidenceRef) -> None:
        self._expected = expected
        self._digest = hashlib.sha256()
        self._size = 0

    def feed(self, piece: bytes) -> None:
        """Take the next bytes; InvalidError once there are too many."""
        self._digest.update(piece)
        self._size += len(piece)
        if self._size > self._expected.bytes:
            raise InvalidError(f"more than the {self._expected.bytes} bytes announced", "bytes")

    def finish(self) -> None:
        """InvalidError unless size and hash are right.

        What the bytes hold is not judged: the hash proves they are what the camera announced,
        and they are served under their announced type, which browsers must not guess anew.
        """
        if self._size != self._expected.bytes:
            raise InvalidError(
                f"{self._expected.bytes} bytes were announced, {self._size} came", "bytes"
            )
        if self._digest.hexdigest() != self._expected.sha256:
            raise InvalidError("the body's SHA-256 is not the one in the address", "sha256")
