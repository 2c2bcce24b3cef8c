"""Turning facts into words in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from api.notifications.rules import Trigger
from api.web import message_words as say
from api.web.case_matters import matter_of
from api.web.case_words import CASE_STATE
from api.web.dashboard_words import CITY, KIND
from api.web.language import Clock, LanguageCode, clock_at, translations
from api.web.words import RULE, SEVERITY, ZONE_TYPE

LONGEST_SUBJECT: Final = 150
TIMES: Final = ("time", "due", "since", "until")
WORDS: Final[dict[str, dict[Any, str]]] = {
    "rule": RULE,
    "severity": SEVERITY,
    "zone": ZONE_TYPE,
    "state": CASE_STATE,
    "report_kind": KIND,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """In which language and zone somebody reads, and why they get it."""

    language: LanguageCode
    zone: str
    label: str


@dataclass(frozen=True, slots=True)
class Message:
    """Subject and text, and where to look."""

    subject: str
    text: str
    link: str | None


def compose(
    trigger: Trigger, facts: dict[str, Any], reader: Reader, public_url: str | None
) -> Message:
    """The message; evidence stays behind the link, where seeing it needs a sign-in."""
    gettext = translations(reader.language).gettext
    clock = clock_at(reader.language, reader.zone, datetime.now(UTC))
    told = _told(facts, reader, clock)
    if trigger == "digest":
        told["period"] = f"{told['since']} – {told['until']}"
        told["restaurant"] = facts["restaurant"] or gettext(say.OFFICE)
    link = public_url + facts["path"] if public_url and facts.get("path") else None
    lines = [gettext(say.BODY[trigger]) % told, *_counts(facts, reader)]
    if link:
        lines += ["", gettext(say.OPEN) % {"link": link}]
    lines += ["", gettext(say.WHY) % {"label": reader.label}]
    subject = " ".join((gettext(say.SUBJECT[trigger]) % told).split())[:LONGEST_SUBJECT]
    return Message(subject, "\n".join(lines), link)


def _told(facts: dict[str, Any], reader: Reader, clock: Clock) -> dict[str, Any]:
    """Facts as this reader reads them."""
    gettext = translations(reader.language).gettext
    told = dict(facts)
    for name in TIMES:
        if name in facts:
            told[name] = clock.day_time(datetime.fromisoformat(facts[name]))
    if "matter" in facts:
        told["matter"] = matter_of(facts["matter"], reader.language)
    if "area" in facts:
        told["area"] = facts["area"] or gettext(CITY)
    for name, words in WORDS.items():
        if name in facts:
            told[name] = gettext(words[facts[name]])
    return told


def _counts(facts: dict[str, Any], reader: Reader) -> list[str]:
    """A digest's lines; a time without anything is a report too."""
    if "upheld" not in facts:
        return []
    gettext = translations(reader.language).gettext
    lines = [
        gettext(say.LINE) % {"rule": gettext(RULE[rule]), "count": count}
        for rule, count in facts["upheld"]
    ]
    if facts["offline"]:
        lines.append(gettext(say.OFFLINE_LINE) % {"count": facts["offline"]})
    return lines if facts["upheld"] else [gettext(say.NOTHING), *lines]
