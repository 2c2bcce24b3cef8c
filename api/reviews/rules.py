"""Where an alert stands after its reviews, and who may review next. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from vision.errors import ConflictError

Verdict = Literal["upheld", "dismissed", "unsure"]
Reason = Literal["wrong_object", "not_assessable", "allowed_here", "already_rectified", "not_staff"]
Standing = Literal["waiting", "second_review", "upheld", "dismissed"]
# A double review needs a second person, and a third when the two do not agree.
PEOPLE_FOR_DOUBLE: Final = 3
DECIDED: Final = "somebody decided this alert before you; load it again"
SPOKEN: Final = "you gave your verdict on this alert; now another person looks"
LONGEST_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Given:
    """A verdict as the rules see it."""

    reviewer_id: str
    verdict: Verdict
    round: int
    undone: bool = False


def standing(reviews: Iterable[Given]) -> list[Given]:
    """The reviews that were not undone, first round first."""
    return sorted((review for review in reviews if not review.undone), key=lambda r: r.round)


def decisions(reviews: Iterable[Given]) -> list[Given]:
    """The standing reviews that decided something, first round first."""
    return [review for review in standing(reviews) if review.verdict != "unsure"]


def state(reviews: Iterable[Given], double: bool = False) -> Standing:
    """An alert waits until somebody looked, and again while everybody was unsure.

    Under ``double`` review two people must agree; when they do not, a third one settles it.
    """
    kept = standing(reviews)
    decided = [review.verdict for review in decisions(kept)]
    if not kept:
        return "waiting"
    if not decided or (double and len(decided) == 1):
        return "second_review"
    if double and len(decided) == 2 and decided[0] != decided[1]:
        return "second_review"
    return "upheld" if decided[-1] == "upheld" else "dismissed"


def doubled(seed: str, alert_id: UUID, share: float) -> bool:
    """Whether an alert is reviewed twice: it follows from its id and a key that nobody sees."""
    digest = hmac.digest(seed.encode(), alert_id.bytes, hashlib.sha256)
    return int.from_bytes(digest[:8]) < share * 2**64


def next_round(
    reviews: Sequence[Given], reviewer_id: str, seen_round: int | None, double: bool = False
) -> int:
    """The round this person may decide now, or ConflictError.

    ``seen_round`` is the round they had before their eyes, when they say so.
    """
    kept = standing(reviews)
    if state(reviews, double) in ("upheld", "dismissed"):
        raise ConflictError(DECIDED)
    if any(review.reviewer_id == reviewer_id for review in kept):
        raise ConflictError(SPOKEN)
    if seen_round is not None and seen_round != len(kept) + 1:
        raise ConflictError("somebody reviewed this alert meanwhile; load it again")
    return len(kept) + 1


def check_undo(reviews: Sequence[Given], review: Given) -> None:
    """ConflictError when the review was undone before, or a later one rests on it."""
    if review.undone:
        raise ConflictError("this review was undone before")
    if standing(reviews)[-1] != review:
        raise ConflictError("a later review rests on this one; undo that one first")
