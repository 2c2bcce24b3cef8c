"""Properties of the review rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.reviews.rules import Given, Verdict, check_undo, next_round, standing, state
from vision.errors import ConflictError

people = st.sampled_from(["Li", "Wang", "Zhao"])
verdicts: st.SearchStrategy[Verdict] = st.sampled_from(["upheld", "dismissed", "unsure"])
steps = st.lists(st.one_of(st.tuples(people, verdicts), st.just("undo")), max_size=12)


def play(moves: list[tuple[str, Verdict] | str]) -> list[Given]:
    """Every move that the rules allow, in turn."""
    reviews: list[Given] = []
    for move in moves:
        try:
            if isinstance(move, str):
                last = standing(reviews)[-1:]
                for review in last:
                    check_undo(reviews, review)
                    reviews[reviews.index(review)] = replace(review, undone=True)
            else:
                person, verdict = move
                reviews.append(Given(person, verdict, next_round(reviews, person, None)))
        except ConflictError:
            continue
    return reviews


@given(steps)
def test_rounds_that_stand_are_numbered_without_gaps(
    moves: list[tuple[str, Verdict] | str],
) -> None:
    kept = standing(play(moves))
    assert [review.round for review in kept] == list(range(1, len(kept) + 1))


@given(steps)
def test_nobody_reviews_an_alert_twice(moves: list[tuple[str, Verdict] | str]) -> None:
    reviewers = [review.reviewer_id for review in standing(play(moves))]
    assert len(set(reviewers)) == len(reviewers)


@given(steps)
def test_a_decision_is_the_last_word_and_the_only_one(
    moves: list[tuple[str, Verdict] | str],
) -> None:
    kept = standing(play(moves))
    decided = [review for review in kept if review.verdict != "unsure"]
    assert len(decided) <= 1
    assert decided == [] or kept[-1] == decided[0]
    assert (state(kept) in ("upheld", "dismissed")) == bool(decided)


@given(steps)
def test_undone_reviews_do_not_count(moves: list[tuple[str, Verdict] | str]) -> None:
    reviews = play(moves)
    assert state(reviews) == state(standing(reviews))
    assert (state(reviews) == "waiting") == (standing(reviews) == [])


@given(steps, people)
def test_an_undecided_alert_is_open_to_everybody_who_has_not_spoken(
    moves: list[tuple[str, Verdict] | str], person: str
) -> None:
    reviews = play(moves)
    spoke = person in [review.reviewer_id for review in standing(reviews)]
    if spoke or state(reviews) in ("upheld", "dismissed"):
        with pytest.raises(ConflictError):
            next_round(reviews, person, None)
    else:
        assert next_round(reviews, person, None) == len(standing(reviews)) + 1
