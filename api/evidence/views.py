"""What of an alert's files somebody who does not review gets to see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.accounts.schemas import Role
from api.evidence.blur import blurred, blurred_whole, eye_band, whole_head
from api.evidence.clips import RECIPE, blurred_clip, clip_cells
from api.evidence.heads import all_heads, heads_in
from api.evidence.intake import MAX_DATA_BYTES
from api.evidence.models import EvidenceRow
from api.storage import EvidenceStorage
from vision.alert import Box
from vision.errors import ForbiddenError, NotFoundError, SourceError

SEE_ORIGINALS: Final = frozenset[Role]({"patrol", "supervisor", "admin"})
# What these rules are about must stay visible; elsewhere nothing of a head is needed.
ABOUT_HEADS: Final = frozenset({"missing_hat", "missing_mask", "mask_worn_wrong"})
REFUSALS: Final = {"data": "the boxes as data are for reviewers; the pictures are shown blurred"}
NO_PICTURE: Final = "this file cannot be blurred; it is for reviewers"


@dataclass(frozen=True, slots=True)
class Copy:
    """What is sent instead of an original."""

    content: bytes
    media_type: str


def blurred_copy(
    storage: EvidenceStorage, file: EvidenceRow, rule: str, data: Sequence[EvidenceRow]
) -> Copy:
    """A picture with its people blurred, wholly blurred where heads are not known; a clip always.

    ForbiddenError for a file that is neither or cannot be decoded.
    """
    if file.kind == "clip" and file.media_type == "video/mp4":
        return Copy(_blurred_clip(storage, file, data), "video/mp4")
    return Copy(_blurred_picture(storage, file, rule, data), "image/jpeg")


def _blurred_picture(
    storage: EvidenceStorage, file: EvidenceRow, rule: str, data: Sequence[EvidenceRow]
) -> bytes:
    if file.kind != "frame" or not file.media_type.startswith("image/"):
        raise ForbiddenError(REFUSALS.get(file.kind, NO_PICTURE))
    picture = _content(storage, file)
    heads = _heads(storage, file.sha256, data)
    try:
        if heads is None:
            return blurred_whole(picture)
        return blurred(picture, heads, eye_band if rule in ABOUT_HEADS else whole_head)
    except SourceError as error:
        raise ForbiddenError(NO_PICTURE) from error


def _blurred_clip(
    storage: EvidenceStorage, file: EvidenceRow, data: Sequence[EvidenceRow]
) -> bytes:
    """Every picture of the clip blurred all over, made once and kept beside the evidence.

    The boxes tell of three moments; where the heads are in between nobody looked.
    """
    cells = clip_cells(_all_heads(storage, data))
    name = f"blurred-{RECIPE}-{cells}.mp4"
    made = storage.derived(file.sha256, name)
    if made is None:
        try:
            made = blurred_clip(storage.read(file.sha256, 0, file.size_bytes), cells)
        except SourceError as error:
            raise ForbiddenError(NO_PICTURE) from error
        storage.keep_derived(file.sha256, name, made)
    return made


def _all_heads(storage: EvidenceStorage, data: Sequence[EvidenceRow]) -> list[Box] | None:
    told = [_read(storage, file) for file in data]
    known = [all_heads(content) if content else None for content in told]
    whole = [heads for heads in known if heads is not None]
    return [head for heads in whole for head in heads] if told and whole == known else None


def _heads(storage: EvidenceStorage, sha256: str, data: Sequence[EvidenceRow]) -> list[Box] | None:
    """The heads that every data file tells of; None when there is none or one cannot be read."""
    contents = [_read(storage, file) for file in data]
    told = [heads_in(content, sha256) if content else None for content in contents]
    known = [heads for heads in told if heads is not None]
    return [head for heads in known for head in heads] if told and known == told else None


def _read(storage: EvidenceStorage, file: EvidenceRow) -> bytes | None:
    """Boxes as data, None when they are lost, altered, or too large to be what they claim."""
    if file.size_bytes > MAX_DATA_BYTES:
        return None
    try:
        return _content(storage, file)
    except NotFoundError:
        return None


def _content(storage: EvidenceStorage, file: EvidenceRow) -> bytes:
    return b"".join(storage.read(file.sha256, 0, file.size_bytes))
