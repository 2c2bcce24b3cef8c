"""Where an alert stands after its reviews, and who may review next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from vision.errors import ConflictError

Verdict = Literal["upheld", "dismissed", "unsure"]
Reason = Literal["wrong_object", "not_assessable", "allowed_here", "already_rectified", "not_staff"]
Standing = Literal["waiting", "second_review", "upheld", "dismissed"]


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


def state(reviews: Iterable[Given]) -> Standing:
    """An alert waits until somebody looked, and again while everybody was unsure."""
    kept = standing(reviews)
    if not kept:
        return "waiting"
    last = kept[-1].verdict
    return "second_review" if last == "unsure" else last


def next_round(reviews: Sequence[Given], reviewer_id: str, seen_round: int | None) -> int:
    """The round this person may decide now, or ConflictError.

    ``seen_round`` is the round they had before their eyes, when they say so.
    """
    kept = standing(reviews)
    if state(reviews) in ("upheld", "dismissed"):
        raise ConflictError("somebody decided this alert before you; load it again")
    if any(review.reviewer_id == reviewer_id for review in kept):
        raise ConflictError("you were unsure; another person gives the second review")
    if seen_round is not None and seen_round != len(kept) + 1:
        raise ConflictError("somebody reviewed this alert meanwhile; load it again")
    return len(kept) + 1


def check_undo(reviews: Sequence[Given], review: Given) -> None:
    """ConflictError when the review was undone before, or a later one rests on it."""
    if review.undone:
        raise ConflictError("this review was undone before")
    if standing(reviews)[-1] != review:
        raise ConflictError("a later review rests on this one; undo that one first")
