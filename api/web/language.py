"""Which language a page is written in, and how that language writes time and figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.support import Translations

LanguageCode = Literal["zh", "en"]
LOCALE_DIR: Final = Path(__file__).parent / "locale"
LOCALES: Final[dict[LanguageCode, str]] = {"zh": "zh_CN", "en": "en"}
TAGS: Final[dict[LanguageCode, str]] = {"zh": "zh-CN", "en": "en"}


@cache
def translations(code: LanguageCode) -> NullTranslations:
    """The compiled catalogue of one language."""
    return Translations.load(str(LOCALE_DIR), [LOCALES[code]])


def negotiate(chosen: str | None, accept_language: str) -> LanguageCode:
    """The cookie's choice when it is one of ours, else the first of ours that is accepted."""
    if chosen == "en":
        return "en"
    if chosen == "zh":
        return "zh"
    for tag in _by_quality(accept_language):
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"


def _by_quality(accept_language: str) -> list[str]:
    """Language tags, most wanted first; a malformed quality counts as unwanted."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language.lower().split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((float(quality or 1), tag))
        except ValueError:
            continue
    return [tag for quality, tag in sorted(wanted, key=lambda item: -item[0]) if quality > 0]


@dataclass(frozen=True)
class Clock:
    """Writes moments and durations as the glossary asks; ``now`` decides if a year is named."""

    code: LanguageCode
    zone: ZoneInfo
    now: datetime

    def time(self, at: datetime) -> str:
        """Hours to seconds: 14:31:59."""
        return f"{at.astimezone(self.zone):%H:%M:%S}"

    def day_time(self, at: datetime) -> str:
        """Day and minute: ``11 月 24 日 14:32`` or ``24 Nov 14:32``; the year when not this one."""
        there = at.astimezone(self.zone)
        same_year = there.year == self.now.astimezone(self.zone).year
        if self.code == "zh":
            year = "" if same_year else f"{there.year} 年 "
            return f"{year}{there.month} 月 {there.day} 日 {there:%H:%M}"
        year = "" if same_year else f" {there.year}"
        return f"{there.day} {_MONTHS[there.month - 1]}{year} {there:%H:%M}"

    def moment(self, at: datetime) -> str:
        """Day and second, for evidence."""
        return f"{self.day_time(at)}:{at.astimezone(self.zone):%S}"

    def duration(self, seconds: float) -> str:
        """``38 秒``, ``2 分 05 秒``, ``3 小时 20 分``, or the same in English."""
        whole = max(0, round(seconds))
        hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
        hour, minute, second = ("小时", "分", "秒") if self.code == "zh" else ("h", "min", "s")
        if hours:
            return f"{hours} {hour} {minutes:02} {minute}"
        return f"{minutes} {minute} {rest:02} {second}" if minutes else f"{rest} {second}"


_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]


def clock_at(code: LanguageCode, zone: str, now: datetime | None = None) -> Clock:
    """A clock for one answer; ``now`` is the present unless a test says otherwise."""
    return Clock(code, ZoneInfo(zone), now or datetime.now(UTC))
