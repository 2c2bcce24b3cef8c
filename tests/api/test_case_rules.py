"""A case never stands where its table does not lead, and never closes without two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from api.cases.clocks import Calendar, Clocks
from api.cases.diagram import PAGE, drawn, tabled, updated
from api.cases.rules import (
    By,
    Given,
    Move,
    Standing,
    Times,
    allowed,
    escalates_at,
    opened,
    step,
)
from api.cases.transitions import (
    ACTIONS,
    BY_ACTION,
    ENDED,
    STATES,
    TRANSITIONS,
    Action,
    Doer,
    State,
)
from vision.errors import ConflictError, ForbiddenError, InvalidError, RecordError

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TIMES = Times()
COOK, LI, WANG, ZHOU, SYSTEM = (
    By("cook", "restaurant"),
    By("li", "inspector"),
    By("wang", "inspector"),
    By("zhou", "supervisor"),
    By("system", "system"),
)
PEOPLE = (COOK, LI, WANG, ZHOU, SYSTEM, By("pat", "patrol"), By("root", "admin"))
ALL = Given("because", ("a" * 64,), AT + timedelta(days=3), ("GB 31654-2021 7.2",), "alert")


def after(standing: Standing, *moves: tuple[Action, By], at: datetime = AT) -> Standing:
    for action, by in moves:
        standing = step(standing, Move(action, by, at, ALL), TIMES)
    return standing


def case(rule_name: str = "missing_hat", **more: Any) -> Standing:
    return replace(opened(rule_name, 1, AT), **more)


HAPPY: tuple[tuple[Action, By], ...] = (
    ("notify", SYSTEM),
    ("acknowledge", COOK),
    ("answer", COOK),
    ("order", LI),
    ("rectify", COOK),
    ("video_passed", SYSTEM),
    ("sign", LI),
    ("close", ZHOU),
)


def test_a_hat_goes_from_alert_to_closed_by_video_and_two_people() -> None:
    states = [after(case(), *HAPPY[: n + 1]).state for n in range(len(HAPPY))]
    assert states == [
        "notified",
        "acknowledged",
        "answered",
        "ordered",
        "rectified",
        "looked_back",
        "closing",
        "closed",
    ]


@pytest.mark.parametrize("animal", ["pest_rodent", "pest_cockroach", "pest_fly", "animal"])
def test_video_alone_never_clears_an_animal(animal: str) -> None:
    rectified = after(case(animal), ("notify", SYSTEM), ("rectify", COOK))
    with pytest.raises(ConflictError, match="on site"):
        after(rectified, ("video_passed", SYSTEM))
    assert after(rectified, ("check_passed", LI), ("sign", LI), ("close", ZHOU)).state == "closed"


def test_who_signed_first_does_not_close() -> None:
    signed = after(case(), *HAPPY[:-1])
    assert "close" not in allowed(signed, LI)
    with pytest.raises(ConflictError, match="another person"):
        after(signed, ("close", LI))


def test_the_second_person_may_send_it_back_and_then_both_sign_anew() -> None:
    back = after(case(), *HAPPY[:-1], ("send_back", ZHOU))
    assert (back.state, back.first_signer) == ("failed", None)
    again = after(back, ("check_passed", LI), ("sign", ZHOU))
    assert again.first_signer == "zhou"
    assert after(again, ("close", LI)).state == "closed"


def test_a_wrong_move_says_what_can_be_done_now() -> None:
    with pytest.raises(ConflictError, match=r"you can do now: order, .*check_passed"):
        after(case(state="notified"), ("sign", LI))


def test_a_role_that_never_does_it_is_refused_whatever_the_state() -> None:
    with pytest.raises(ForbiddenError, match="close is for inspector"):
        after(case(), ("close", COOK))


@pytest.mark.parametrize(
    "row", [row for row in TRANSITIONS if row.needs], ids=lambda row: row.action
)
def test_what_an_action_needs_must_come_with_it(row: Any) -> None:
    source, by = row.sources[0], next(one for one in PEOPLE if one.role in row.doers)
    standing = case(state=source, upheld=0, first_signer="somebody")
    for need in row.needs:
        empty: dict[str, Any] = {need: type(getattr(ALL, need))() if need != "deadline" else None}
        with pytest.raises(InvalidError, match=need) as caught:
            step(standing, Move(row.action, by, AT, replace(ALL, **empty)), TIMES)
        assert caught.value.field == need


@pytest.mark.parametrize(
    "deadline", [AT, AT - timedelta(seconds=1), AT - timedelta(days=400), AT + timedelta(days=181)]
)
def test_a_deadline_lies_ahead_but_not_too_far(deadline: datetime) -> None:
    given_it = replace(ALL, deadline=deadline)
    with pytest.raises(InvalidError, match="deadline"):
        step(case(state="answered"), Move("order", LI, AT, given_it), TIMES)


def test_an_order_is_reminded_of_once_a_day_before_it_is_due() -> None:
    ordered = after(case(), ("notify", SYSTEM), ("order", LI))
    assert ordered.due_at == ALL.deadline
    assert ordered.remind_at == AT + timedelta(days=2)
    assert after(ordered, ("remind", SYSTEM)).remind_at is None
    soon = replace(ALL, deadline=AT + timedelta(hours=5))
    assert step(ordered, Move("order", LI, AT, soon), TIMES).remind_at is None


def test_the_look_back_waits_for_hats_and_says_at_once_what_it_cannot_decide() -> None:
    hat = after(case(), ("notify", SYSTEM), ("rectify", COOK))
    rat = after(case("pest_rodent"), ("notify", SYSTEM), ("rectify", COOK))
    assert hat.look_back_at == AT + timedelta(hours=72)
    assert rat.look_back_at == AT
    assert after(rat, ("video_undecided", SYSTEM)).look_back_at is None


def test_acknowledging_does_not_stop_the_clock_and_answering_does() -> None:
    told = after(case(), ("notify", SYSTEM))
    assert after(told, ("acknowledge", COOK)).due_at == told.due_at
    assert after(told, ("answer", COOK)).due_at != told.due_at


def test_what_was_escalated_stays_so_until_what_is_due_was_done() -> None:
    late = after(case(), ("notify", SYSTEM), ("escalate", SYSTEM))
    assert after(late, ("acknowledge", COOK)).escalated
    assert not after(late, ("answer", COOK)).escalated
    with pytest.raises(ConflictError, match="already"):
        after(late, ("escalate", ZHOU))


def test_nothing_escalates_at_night_or_on_a_holiday() -> None:
    evening = datetime(2026, 9, 30, 9, 30, tzinfo=UTC)  # 17:30 in Shanghai, before the holiday
    off = Calendar(holidays=tuple(evening.date() + timedelta(days=n) for n in range(1, 9)))
    then = escalates_at(evening, Times(Clocks(escalate_after_h=1), off))
    assert then == datetime(2026, 10, 9, 2, 0, tzinfo=UTC)


def test_a_case_goes_when_its_last_verdict_was_taken_back_and_not_before() -> None:
    with pytest.raises(ConflictError, match="upheld alert stands"):
        after(case(), ("withdraw", ZHOU))
    assert after(case(), ("leave", SYSTEM), ("withdraw", SYSTEM)).state == "withdrawn"
    assert after(case(), *HAPPY, ("leave", SYSTEM), ("withdraw", SYSTEM)).state == "withdrawn"


def test_seen_again_after_the_rectification_it_has_failed() -> None:
    for count in (5, 6, 7):
        assert after(case(), *HAPPY[:count], ("video_failed", SYSTEM)).state == "failed"


@given(st.sampled_from(STATES), st.sampled_from(PEOPLE), st.sampled_from(ACTIONS), st.booleans())
def test_what_is_allowed_is_exactly_what_goes_through(
    state: State, by: By, action: Action, animal: bool
) -> None:
    if action == "open":
        return
    standing = case("pest_rodent" if animal else "missing_hat", state=state, first_signer="li")
    try:
        step(standing, Move(action, by, AT, ALL), TIMES)
        went = True
    except RecordError:
        went = False
    assert went == (action in allowed(standing, by))


def test_the_table_names_every_action_once_and_reaches_every_state() -> None:
    assert [row.action for row in TRANSITIONS] == list(
        dict.fromkeys(row.action for row in TRANSITIONS)
    )
    assert set(BY_ACTION) == set(ACTIONS) - {"open"}
    reached = {row.target for row in TRANSITIONS if row.target} | {"opened"}
    assert reached == set(STATES)
    assert all(
        set(row.doers) <= set(get_args(Doer)) | {"system"} | {p.role for p in PEOPLE}
        for row in TRANSITIONS
    )


class AnyCase(RuleBasedStateMachine):
    """Anybody tries anything at any time, with or without what it needs."""

    def __init__(self) -> None:
        super().__init__()
        self.standing = case()
        self.at = AT
        self.trail: list[tuple[Move, State, State]] = []

    @rule(animal=st.sampled_from(["missing_hat", "pest_rodent", "licences"]))
    @precondition(lambda self: not self.trail)
    def of_another_kind(self, animal: str) -> None:
        self.standing = case(animal)

    @rule(
        action=st.sampled_from([action for action in ACTIONS if action != "open"]),
        by=st.sampled_from(PEOPLE),
        bare=st.booleans(),
        wait=st.timedeltas(timedelta(0), timedelta(days=9)),
    )
    def somebody_tries(self, action: Action, by: By, bare: bool, wait: timedelta) -> None:
        self.at += wait
        told = Given() if bare else replace(ALL, deadline=self.at + timedelta(days=2))
        self.do(Move(action, by, self.at, told))

    @rule(by=st.sampled_from(PEOPLE), pick=st.integers(0, 50))
    def somebody_does_what_is_allowed(self, by: By, pick: int) -> None:
        can = allowed(self.standing, by)
        if can:
            told = replace(ALL, deadline=self.at + timedelta(days=2))
            self.do(Move(can[pick % len(can)], by, self.at, told), surely=True)

    def do(self, move: Move, *, surely: bool = False) -> None:
        before = self.standing
        try:
            self.standing = step(before, move, TIMES)
        except RecordError:
            assert not surely
            return
        self.trail.append((move, before.state, self.standing.state))

    @invariant()
    def every_change_is_a_row_of_the_table(self) -> None:
        for move, before, then in self.trail:
            row = BY_ACTION[move.action]
            assert before in row.sources
            assert then == (row.target or before)
            assert move.by.role in row.doers
            assert all(getattr(move.given, need) for need in row.needs)

    @invariant()
    def two_people_close(self) -> None:
        for number, (move, _, then) in enumerate(self.trail):
            if then == "closed" and move.action == "close":
                signs = [m for m, _, _ in self.trail[:number] if m.action == "sign"]
                assert signs and signs[-1].by.id != move.by.id

    @invariant()
    def what_video_cannot_see_was_checked_on_site(self) -> None:
        actions = [move.action for move, _, _ in self.trail]
        if self.standing.state == "closed" and not self.standing.by_video:
            since = max((n for n, a in enumerate(actions) if a == "reopen"), default=0)
            assert "check_passed" in actions[since:]
        assert self.standing.by_video or "video_passed" not in actions

    @invariant()
    def open_cases_have_a_clock_and_ended_ones_have_none(self) -> None:
        assert (self.standing.due_at is None) == (self.standing.state in ENDED)
        if self.standing.ended:
            assert self.standing.look_back_at is None and self.standing.remind_at is None


TestAnyCase = AnyCase.TestCase
TestAnyCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_the_drawing_in_the_docs_is_the_table_of_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert updated(page) == page, "run python -m api.cases.diagram"
    assert drawn() in page and tabled() in page
