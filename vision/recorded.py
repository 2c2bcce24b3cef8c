"""When a recording began, and how sure that is: from a name, or from the file's own header.

A burned-in clock is left alone: reading it would be a guess of another kind. Names are tried
as recorders write them; everything here is pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath
from typing import Final, Literal

Source = Literal["list", "name", "container"]

DATE: Final = r"(?P<year>20\d\d)(?P<sep>[-_.]?)(?P<month>\d\d)(?P=sep)(?P<day>\d\d)"
TIME: Final = r"(?P<hour>\d\d)(?P<part>[-_.:h]?)(?P<minute>\d\d)(?:(?P=part)m?(?P<second>\d\d))?"
ZONE: Final = r"(?P<zone>Z|[+-]\d\d:?\d\d)?"
# 20261124083000, 2026-11-24_08-30-00, 2026-11-24T08:30:00Z: most recorders and phones.
TOGETHER: Final = re.compile(rf"(?<!\d){DATE}[T _.-]*{TIME}(?:[.,]\d+)?{ZONE}(?!\d)")
# 2026-11-24/001/dav/08/08.30.00-09.00.00[M][0@0][0].dav: the day is a folder's name.
FOLDER: Final = re.compile(rf"(?<!\d){DATE}(?!\d)")
CLOCK: Final = re.compile(rf"(?<!\d){TIME}(?!\d)")
# 1764001800 or 1764001800000: seconds or milliseconds since 1970.
EPOCH: Final = re.compile(r"(?<!\d)(1[4-9]\d{8})(\d{3})?(?!\d)")

DEFAULT_TIME_ZONE: Final = "Asia/Shanghai"
SECOND_S: Final = 1.0
MINUTE_S: Final = 60.0
HOUR_S: Final = 3600.0
OLDEST: Final = datetime(2000, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Recorded:
    """When the first frame was taken, give or take ``uncertainty_s``."""

    started_at: datetime
    source: Source
    uncertainty_s: float


def recorded_at(
    label: str, header: Mapping[str, str], duration_s: float, zone: tzinfo
) -> Recorded | None:
    """The best that name and header tell; None when they tell nothing."""
    return from_name(label, zone) or from_header(header, duration_s)


def from_name(label: str, zone: tzinfo) -> Recorded | None:
    """What the name says, read in ``zone`` unless it carries its own."""
    path = PurePosixPath(label)
    for match in TOGETHER.finditer(path.name):
        if found := moment(match.groupdict(), zone):
            return found
    for folder in reversed(path.parts[:-1]):
        if found := _by_folder(folder, path.name, zone):
            return found
    for match in EPOCH.finditer(path.name):
        at = datetime.fromtimestamp(int(match[1]), UTC)
        return Recorded(at, "name", SECOND_S)
    return None


def _by_folder(folder: str, name: str, zone: tzinfo) -> Recorded | None:
    day, clock = FOLDER.search(folder), CLOCK.search(name)
    return moment(day.groupdict() | clock.groupdict(), zone) if day and clock else None


def moment(parts: Mapping[str, str | None], zone: tzinfo) -> Recorded | None:
    """The time that these digits are, None when there is no such time."""
    names = ("year", "month", "day", "hour", "minute", "second")
    numbers = [int(parts[name] or 0) for name in names]
    own = offset(parts.get("zone"))
    try:
        local = datetime(*numbers, tzinfo=own or zone)  # type: ignore[misc,arg-type]  # six numbers
    except ValueError:
        return None
    precision_s = SECOND_S if parts["second"] else MINUTE_S
    return Recorded(local.astimezone(UTC), "name", precision_s + doubt_s(local))


def offset(text: str | None) -> tzinfo | None:
    """The zone written as Z or +08:00; None when none is."""
    return datetime.strptime(text, "%z").tzinfo if text else None


def doubt_s(local: datetime) -> float:
    """An hour that a change of the clock gives twice, or leaves out, is in doubt by as much."""
    early, late = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    assert early is not None and late is not None
    return abs((early - late).total_seconds())


def from_header(header: Mapping[str, str], duration_s: float) -> Recorded | None:
    """What the container says. Recorders write when they began or when they closed the file."""
    for name in ("com.apple.quicktime.creationdate", "creation_time", "DATE", "date"):
        for at in _moments(header.get(name, "")):
            return Recorded(at, "container", max(duration_s, MINUTE_S))
    return None


def _moments(text: str) -> Iterator[datetime]:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return
    # A header without a zone, or with the epoch in it, says nothing.
    if at.tzinfo is not None and at > OLDEST:
        yield at.astimezone(UTC)


def listed(started_at: datetime) -> Recorded:
    """What a person wrote in the list of recordings."""
    return Recorded(started_at.astimezone(UTC), "list", 0.0)
