"""Whether an upload is the file that was announced, judged while its bytes pass by."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Final

from vision.alert import EvidenceRef
from vision.errors import InvalidError, SourceError
from vision.limits import check_size
from vision.pictures import JPEG, PNG, stored_size

# A JPEG may carry 64 KiB of camera data before it says how large it is.
HEAD_BYTES: Final = 128 * 1024
# Boxes as JSON are small; a larger file is not what it claims to be.
MAX_DATA_BYTES: Final = 4 * 1024 * 1024


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
        self._head = bytearray()
        if expected.media_type == "application/json" and expected.bytes > MAX_DATA_BYTES:
            raise InvalidError(f"boxes as JSON may have {MAX_DATA_BYTES} bytes at most", "bytes")

    def feed(self, piece: bytes) -> None:
        """Take the next bytes; InvalidError once there are too many, or none of that type."""
        self._digest.update(piece)
        self._size += len(piece)
        if self._size > self._expected.bytes:
            raise InvalidError(f"more than the {self._expected.bytes} bytes announced", "bytes")
        missing = HEAD_BYTES - len(self._head)
        if missing > 0:
            self._head += piece[:missing]
            if len(self._head) == HEAD_BYTES:
                check_type(self._expected.media_type, bytes(self._head))

    def finish(self) -> None:
        """InvalidError unless size, hash and type are right."""
        if self._size != self._expected.bytes:
            raise InvalidError(
                f"{self._expected.bytes} bytes were announced, {self._size} came", "bytes"
            )
        if self._digest.hexdigest() != self._expected.sha256:
            raise InvalidError("the body's SHA-256 is not the one in the address", "sha256")
        check_type(self._expected.media_type, bytes(self._head))


def check_type(media_type: str, head: bytes) -> None:
    """InvalidError when the file's beginning is not of that type, or tells of too many pixels.

    It is not decoded here: what unpacks to a huge picture is known by its declared size.
    """
    if not _begins_as(media_type, head):
        raise InvalidError(f"the file is no {media_type}", "media_type")
    size = stored_size(head) if media_type.startswith("image/") else None
    if size is None:
        return
    try:
        check_size(*size, "the picture")
    except SourceError as error:
        raise InvalidError(str(error), "body") from error


def _begins_as(media_type: str, head: bytes) -> bool:
    if media_type == "video/mp4":
        return head[4:8] == b"ftyp"
    if media_type == "application/json":
        return head.lstrip()[:1] in (b"{", b"[")
    return head.startswith({"image/jpeg": JPEG, "image/png": PNG}[media_type])
