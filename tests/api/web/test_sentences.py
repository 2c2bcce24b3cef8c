"""What errors say in English, pages say in the reader's language."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import Request

from api.policy.rules import check, shipped
from api.web import sentences
from api.web.policy_words import MEANING, lines_of
from tests.api.test_policy import test_a_policy_that_does_not_add_up_is_refused_in_one_sentence
from vision.errors import InvalidError

WRONG = cast(Any, test_a_policy_that_does_not_add_up_is_refused_in_one_sentence).pytestmark[0]
HAN = range(0x4E00, 0xA000)


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> Request:
    monkeypatch.setattr("api.web.rendering.language_of", lambda _: "zh")
    return cast(Request, SimpleNamespace())


@pytest.mark.parametrize(("old", "new"), [(old, new) for old, new, _ in WRONG.args[1]])
def test_every_complaint_about_a_policy_is_told_in_chinese(
    chinese: Request, old: str, new: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        check(shipped().text.replace(old, new, 1))
    told, known = sentences.said(chinese, str(refused.value))
    assert known and any(ord(letter) in HAN for letter in told), told


@pytest.mark.parametrize(
    "sentence",
    [
        "the receiver answered 503",
        "the receiver cannot be reached (TimeoutError)",
        "the mail server did not take it (SMTPRecipientsRefused)",
        "the name nowhere.invalid is not known; check its spelling",
        "port 22 is not one that may be called",
    ],
)
def test_why_a_message_did_not_arrive_is_told_in_chinese(chinese: Request, sentence: str) -> None:
    told, known = sentences.said(chinese, sentence)
    assert known and any(ord(letter) in HAN for letter in told)


def test_what_nobody_foresaw_is_told_as_it_is(chinese: Request) -> None:
    assert sentences.said(chinese, "the moon is full") == ("the moon is full", False)


def test_every_line_with_a_meaning_is_in_the_policy() -> None:
    lines = {name: value for name, _, value in lines_of(shipped())}
    assert lines.keys() == MEANING.keys()
    assert (lines["clocks.answer_h"], lines["score.weights.pests"]) == ("2", "0.4")
    assert lines["calendar.hours"] == "09:00-12:00, 13:30-17:30"
