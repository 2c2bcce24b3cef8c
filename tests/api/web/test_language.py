"""Language, clock, and what a rule asks for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.language import LanguageCode, clock_at, negotiate
from api.web.rendering import own_path
from api.web.requirements import TEXT, requirement
from vision.alert import RulesRef
from vision.names import RULE_IDS, ZONE_TYPES
from vision.rulepacks import load_pack

NOON = datetime(2026, 11, 24, 6, 32, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, "", "zh"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "fr,zh-TW;q=0.8,en;q=0.9", "en"),
        (None, "de, zh;q=0.1", "zh"),
        (None, "en;q=0, zh;q=x", "zh"),
        ("en", "zh-CN", "en"),
        ("fr", "en", "en"),
    ],
)
def test_the_choice_wins_then_what_the_browser_asks_for(
    chosen: str | None, accepted: str, language: str
) -> None:
    assert negotiate(chosen, accepted) == language


@given(st.text())
def test_any_header_gives_one_of_our_languages(header: str) -> None:
    assert negotiate(None, header) in ("zh", "en")


@pytest.mark.parametrize(("code", "written"), [("zh", "11 月 24 日 14:32"), ("en", "24 Nov 14:32")])
def test_a_moment_is_written_in_shanghai_time(code: LanguageCode, written: str) -> None:
    assert clock_at(code, "Asia/Shanghai", NOON).day_time(NOON) == written
    assert clock_at(code, "Asia/Shanghai", NOON).moment(NOON) == written + ":05"


def test_another_year_is_named() -> None:
    later = datetime(2027, 3, 1, tzinfo=UTC)
    assert clock_at("zh", "Asia/Shanghai", later).day_time(NOON) == "2026 年 11 月 24 日 14:32"
    assert clock_at("en", "Asia/Shanghai", later).day_time(NOON) == "24 Nov 2026 14:32"


def test_durations_are_written_with_their_units() -> None:
    zh, en = (clock_at(code, "Asia/Shanghai", NOON) for code in ("zh", "en"))
    assert [zh.duration(s) for s in (38.4, 125, 12_060)] == ["38 秒", "2 分 05 秒", "3 小时 21 分"]
    assert [en.duration(s) for s in (0, 60, 3_600)] == ["0 s", "1 min 00 s", "1 h 00 min"]


def test_every_rule_has_a_text_in_every_zone() -> None:
    assert set(TEXT) == {(rule, zone) for rule in RULE_IDS for zone in ZONE_TYPES}
    assert all(TEXT.values())


def test_a_shipped_pack_is_cited_and_marked_as_unchecked() -> None:
    told = requirement("missing_mask", "cooking", load_pack("strict").ref)
    assert told.citations[0] == ("Fujian 2021", "staff who touch ready-to-eat food")
    assert not told.checked and told.on_delay_s == 3.0


def test_a_pack_that_only_has_a_known_name_is_not_cited() -> None:
    forged = RulesRef(name="strict", version="1.0", sha256="f" * 64)
    told = requirement("missing_mask", "cooking", forged)
    assert told.citations == () and not told.checked


def test_a_hat_alert_says_whether_masks_matter_there() -> None:
    national, hats = load_pack("gb31654").ref, load_pack("hats-only").ref
    assert requirement("missing_hat", "cooking", national).note.startswith("Masks: not required")
    assert requirement("missing_hat", "specialised_room", national).note == ""
    assert requirement("missing_hat", "cooking", hats).note == "This pack does not judge masks."


@given(st.text())
def test_only_paths_of_this_site_are_followed(path: str) -> None:
    own = own_path(path)
    assert own.startswith("/") and not own.startswith(("//", "/\\"))
