"""An analysis as tables that other programs read: Parquet and Excel."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb
import xlsxwriter

from vision.results import Analysis, EpisodeRecord, VideoRecord
from vision.summary import moment
from vision.whole import writing_whole

COLUMNS: Final[dict[str, str]] = {
    "id": "VARCHAR",
    "video": "VARCHAR",
    "rule": "VARCHAR",
    "severity": "VARCHAR",
    "zone": "VARCHAR",
    "zone_type": "VARCHAR",
    "start_s": "DOUBLE",
    "end_s": "DOUBLE",
    "confidence": "DOUBLE",
    "subjects": "INTEGER",
    "left": "DOUBLE",
    "top": "DOUBLE",
    "right": "DOUBLE",
    "bottom": "DOUBLE",
    "best_frame": "VARCHAR",
    "camera": "VARCHAR",
    "started_at": "TIMESTAMPTZ",
    "ended_at": "TIMESTAMPTZ",
}
VIDEO_COLUMNS: Final = (
    "path",
    "camera",
    "recorded_at",
    "duration_s",
    "effective_s",
    "hat_person_s",
    "mask_person_s",
    "frames_analysed",
    "error",
)
EXCEL_TIME: Final = "yyyy-mm-dd hh:mm:ss"


def rows(analysis: Analysis) -> Iterator[list[Any]]:
    """One row an episode, in the order of ``COLUMNS``; times are aware or None."""
    videos = {video.path: video for video in analysis.videos}
    return (row(episode, videos[episode.video]) for episode in analysis.episodes)


def row(episode: EpisodeRecord, video: VideoRecord) -> list[Any]:
    """One episode in the order of ``COLUMNS``."""
    plain = episode.model_dump(mode="json")
    frames = [item.path for item in episode.evidence if item.kind == "frame"]
    named = [plain[name] for name in COLUMNS if name in plain]
    wall = [moment(video, time_s) for time_s in (episode.start_s, episode.end_s)]
    return [*named, *episode.box, frames[0] if frames else "", video.camera, *wall]


def video_row(video: VideoRecord) -> list[Any]:
    """One recording in the order of ``VIDEO_COLUMNS``."""
    seen = video.exposure
    return [
        video.path,
        video.camera,
        moment(video, 0.0),
        video.duration_s,
        seen.camera_effective_s,
        seen.person_assessable_s.hat,
        seen.person_assessable_s.mask,
        video.frames_analysed,
        video.error,
    ]


def write_parquet(analysis: Analysis, path: Path) -> None:
    """One row an episode; an empty analysis gives an empty table with the same columns."""
    fields = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    marks = ", ".join("?" * len(COLUMNS))
    with duckdb.connect() as memory:
        memory.execute(f"CREATE TABLE episodes ({fields})")
        if analysis.episodes:
            # Column names are constants above; every value is bound.
            memory.executemany(f"INSERT INTO episodes VALUES ({marks})", list(rows(analysis)))  # noqa: S608
        with writing_whole(path) as half, _room_told():
            memory.table("episodes").to_parquet(str(half))


@contextmanager
def _room_told() -> Iterator[None]:
    """DuckDB's words for a full disk, as the error everybody else raises."""
    try:
        yield
    except duckdb.IOException as error:
        said = os.strerror(errno.ENOSPC)
        if said not in str(error):
            raise
        raise OSError(errno.ENOSPC, said) from error


def write_xlsx(analysis: Analysis, path: Path) -> None:
    """A sheet of episodes and one of recordings, times as the walls' clocks showed them."""
    # Text from footage is never read as a formula.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    clock = ZoneInfo(analysis.options.time_zone)
    content = BytesIO()
    with xlsxwriter.Workbook(content, options) as book:
        _add_sheet(book, "episodes", tuple(COLUMNS), list(rows(analysis)), clock)
        videos = [video_row(video) for video in analysis.videos]
        _add_sheet(book, "recordings", VIDEO_COLUMNS, videos, clock)
    with writing_whole(path) as half:
        half.write_bytes(content.getvalue())


def _add_sheet(
    book: Any, name: str, columns: tuple[str, ...], content: list[list[Any]], clock: ZoneInfo
) -> None:
    """A frozen head row with a filter over the content."""
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
    time_format = book.add_format({"num_format": EXCEL_TIME})
    for index, values in enumerate(content, start=1):
        for column, value in enumerate(values):
            if isinstance(value, datetime):
                # Excel knows no zones: the wall's own time is what a reader expects.
                local = value.astimezone(clock).replace(tzinfo=None)
                sheet.write_datetime(index, column, local, time_format)
            else:
                sheet.write(index, column, value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(content), 1), len(columns) - 1)
    sheet.autofit()
