"""What of an alert's files somebody who does not review gets to see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from api.accounts.schemas import Role
from api.evidence.blur import blurred, blurred_whole, eye_band, whole_head
from api.evidence.heads import heads_in
from api.evidence.models import EvidenceRow
from api.storage import EvidenceStorage
from vision.alert import Box
from vision.errors import ForbiddenError, NotFoundError, SourceError

SEE_ORIGINALS: Final = frozenset[Role]({"patrol", "supervisor", "admin"})
# What these rules are about must stay visible; elsewhere nothing of a head is needed.
ABOUT_HEADS: Final = frozenset({"missing_hat", "missing_mask", "mask_worn_wrong"})
REFUSALS: Final = {
    "clip": "the clip is for reviewers; the pictures are shown blurred",
    "data": "the boxes as data are for reviewers; the pictures are shown blurred",
}
NO_PICTURE: Final = "this file cannot be blurred; it is for reviewers"


def blurred_copy(
    storage: EvidenceStorage, file: EvidenceRow, rule: str, data: Iterable[EvidenceRow]
) -> bytes:
    """A picture as JPEG with its people blurred, wholly blurred where heads are not known.

    ForbiddenError for a file that is no picture or cannot be decoded.
    """
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


def _heads(storage: EvidenceStorage, sha256: str, data: Iterable[EvidenceRow]) -> list[Box] | None:
    """The heads that every data file tells of; None when there is none or one cannot be read."""
    try:
        told = [heads_in(_content(storage, file), sha256) for file in data]
    except NotFoundError:
        return None
    known = [heads for heads in told if heads is not None]
    return [head for heads in known for head in heads] if told and known == told else None


def _content(storage: EvidenceStorage, file: EvidenceRow) -> bytes:
    return b"".join(storage.read(file.sha256, 0, file.size_bytes))
