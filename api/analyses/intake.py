"""An upload on its way to disk: whole under its final name, or not there at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.accounts.schemas import Person
from api.analyses import store
from api.analyses.folders import JobFolder, free_bytes
from api.database import Database
from api.errors import StorageError, TooLargeError
from vision.errors import InvalidError

AT_ONCE_BYTES: Final = 1024 * 1024
FULL: Final = "the disk has no room for this video; free space and upload it again"


async def receive(
    place: JobFolder, body: AsyncIterator[bytes], announced: int, limit_bytes: int
) -> Path:
    """The upload as a file without a name; nothing is left of one that breaks off.

    TooLargeError above the limit, StorageError when the disk would run full.
    """
    await run_in_threadpool(place.incoming.mkdir, exist_ok=True)
    path = place.incoming / uuid4().hex
    room = await run_in_threadpool(free_bytes, place.root)
    try:
        check_room(announced, limit_bytes, room)
        await _write(path, body, limit_bytes, room)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, ClientDisconnect):
            raise InvalidError(
                "the upload broke off; send the whole video again", "body"
            ) from error
        if isinstance(error, OSError):
            raise StorageError(FULL) from error
        raise
    return path


async def _write(path: Path, body: AsyncIterator[bytes], limit_bytes: int, room: int) -> None:
    came, piece = 0, bytearray()
    with await run_in_threadpool(path.open, "wb") as file:
        async for more in body:
            came += len(more)
            check_room(came, limit_bytes, room)
            piece += more
            if len(piece) >= AT_ONCE_BYTES:
                await run_in_threadpool(file.write, bytes(piece))
                piece.clear()
        await run_in_threadpool(file.write, bytes(piece))
    if not came:
        raise InvalidError("the video is empty; choose another file", "body")


def check_room(size_bytes: int, limit_bytes: int, room_bytes: int) -> None:
    """Raise when so much is more than is allowed, or more than the disk takes."""
    if size_bytes > limit_bytes:
        raise TooLargeError(f"a video may have {limit_bytes} bytes at most; cut it in parts")
    if size_bytes > room_bytes:
        raise StorageError(FULL)


def keep(database: Database, person: Person, place: JobFolder, path: Path, name: str) -> str:
    """Give a received video its name on disk and in the database, both or neither."""
    final: Path | None = None
    try:
        place.footage.mkdir(exist_ok=True)
        with database.writing() as session:
            size = path.stat().st_size
            stored_as = store.add_video(session, person, place.root.name, name, size)
            final = path.rename(place.footage / stored_as)
        return stored_as
    except BaseException:
        path.unlink(missing_ok=True)
        if final is not None:
            final.unlink(missing_ok=True)
        raise
