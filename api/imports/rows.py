"""One line's cells, checked one by one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from api.imports.columns import LONGEST, Column, zone_of
from api.imports.problems import Problem
from api.imports.reading import Row
from api.web import import_words as why
from vision.errors import InvalidError
from vision.rulepacks import pack_names

NARROW: Final[frozenset[Column]] = frozenset(
    {"number", "camera_number", "risk", "phone", "stream_url"}
)
ROUNDED: Final = re.compile(r"\d(\.\d+)?e\+?\d+", re.IGNORECASE)
PHONE: Final = re.compile(r"[0-9+() \-]*")
RISK: Final = re.compile(r"([A-D])[级類类]?", re.IGNORECASE)
# Raises InvalidError for an address that must not be called.
StreamCheck = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line whose cells are in order by themselves; what is empty says nothing."""

    line: str
    cells: dict[Column, str]

    def get(self, column: Column) -> str | None:
        """The cell, None when it is empty."""
        return self.cells.get(column)

    @property
    def has_camera(self) -> bool:
        """Whether it is about a camera too."""
        return any(column in self.cells for column in ("camera", "camera_number"))


def check_row(row: Row, check_stream: StreamCheck) -> tuple[Entry, list[Problem]]:
    """The line as it is meant, and what is wrong with it."""
    cells: dict[Column, str] = {}
    found: list[Problem] = []
    for column, text in row.cells.items():
        narrow = unicodedata.normalize("NFKC", text).strip() if column in NARROW else text
        value, wrong = _checked(column, narrow, check_stream)
        cells[column] = value
        if wrong:
            found.append(Problem(row.line, column, wrong[0], wrong[1]))
    entry = Entry(row.line, cells)
    return entry, found + list(_whole(entry))


Wrong = tuple[str, dict[str, str]] | None


def _checked(column: Column, text: str, check_stream: StreamCheck) -> tuple[str, Wrong]:
    if len(text) > LONGEST[column]:
        return text, (why.LONG, {"most": str(LONGEST[column])})
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in text):
        return text, (why.CONTROL, {})
    if column == "stream_url":
        return text, _stream_wrong(text, check_stream)
    return CHECKS.get(column, _plain)(text)


def _plain(text: str) -> tuple[str, Wrong]:
    return text, None


def _number(text: str) -> tuple[str, Wrong]:
    return text, (why.ROUNDED, {"value": text}) if ROUNDED.fullmatch(text) else None


def _risk(text: str) -> tuple[str, Wrong]:
    told = RISK.fullmatch(text)
    return (told.group(1).upper(), None) if told else (text, (why.RISK, {"value": text}))


def _phone(text: str) -> tuple[str, Wrong]:
    if ROUNDED.fullmatch(text):
        return text, (why.ROUNDED, {"value": text})
    return text, None if PHONE.fullmatch(text) else (why.PHONE, {})


def _zone(text: str) -> tuple[str, Wrong]:
    zone = zone_of(text)
    return (zone, None) if zone else (text, (why.ZONE, {"value": text}))


def _pack(text: str) -> tuple[str, Wrong]:
    known = pack_names()
    wrong = None if text in known else (why.PACK, {"value": text, "known": ", ".join(known)})
    return text, wrong


def _stream_wrong(text: str, check_stream: StreamCheck) -> Wrong:
    """The address itself is not repeated: it may hold what it must not."""
    try:
        check_stream(text)
    except InvalidError as error:
        return why.STREAM, {"why": str(error)}
    return None


CHECKS: Final[dict[Column, Callable[[str], tuple[str, Wrong]]]] = {
    "number": _number,
    "camera_number": _number,
    "risk": _risk,
    "phone": _phone,
    "zone_type": _zone,
    "rules": _pack,
}


def _whole(entry: Entry) -> Iterator[Problem]:
    if not entry.get("name") and not entry.get("number"):
        yield Problem(entry.line, "name", why.NAMELESS)
    if entry.get("district") and not entry.get("station"):
        yield Problem(entry.line, "district", why.LONE_DISTRICT)
    details = ("place", "zone_type", "rules", "stream_url")
    if not entry.has_camera and any(column in entry.cells for column in details):
        yield Problem(entry.line, "camera", why.CAMERA_NAMELESS)
