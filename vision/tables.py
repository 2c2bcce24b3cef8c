"""Episodes as tables that other programs read: Parquet and Excel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import xlsxwriter

from vision.results import EpisodeRecord

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
}


def row(episode: EpisodeRecord) -> list[Any]:
    """One episode in the order of ``COLUMNS``."""
    plain = episode.model_dump(mode="json")
    frames = [item.path for item in episode.evidence if item.kind == "frame"]
    named = [plain[name] for name in COLUMNS if name in plain]
    return [*named, *episode.box, frames[0] if frames else ""]


def write_parquet(episodes: Sequence[EpisodeRecord], path: Path) -> None:
    """One row an episode; an empty analysis gives an empty table with the same columns."""
    fields = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    marks = ", ".join("?" * len(COLUMNS))
    with duckdb.connect() as memory:
        memory.execute(f"CREATE TABLE episodes ({fields})")
        if episodes:
            # Column names are constants above; every value is bound.
            memory.executemany(f"INSERT INTO episodes VALUES ({marks})", [row(e) for e in episodes])  # noqa: S608
        memory.table("episodes").to_parquet(str(path))


def write_xlsx(episodes: Sequence[EpisodeRecord], path: Path) -> None:
    """One sheet with a frozen head row and a filter; text is never read as a formula."""
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("episodes")
        sheet.write_row(0, 0, list(COLUMNS), book.add_format({"bold": True}))
        for index, episode in enumerate(episodes, start=1):
            sheet.write_row(index, 0, row(episode))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(episodes), 1), len(COLUMNS) - 1)
        sheet.autofit()
