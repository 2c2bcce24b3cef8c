"""Workbooks that spreadsheets open without running what people typed.

A text is always written as a text, never as a formula or a link; strings that begin like a formula
stay harmless even when somebody saves the sheet as CSV, since they begin with a mark then.
"""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import xlsxwriter

from api.stats.csv_text import FORMULA

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What Excel's own columns and rows are measured in.
PICTURE_WIDE: Final = 26
PICTURE_HIGH: Final = 84
PICTURE_PX: Final = (180, 108)
WIDEST: Final = 80
LINE_PT: Final = 15.75
TITLE_PT: Final = 24
# Letters across a landscape A4 sheet that are still read easily; wider tables are for A3.
A4_LETTERS: Final = 160
A4, A3 = 9, 8
MARGIN_IN: Final = 0.4
OPTIONS: Final[dict[str, Any]] = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: a title, notes above it, its head, and rows of texts, figures, days and pictures.

    ``bytes`` in a row are a JPEG. ``widths`` are in letters, one a column.
    """

    name: str
    title: str
    notes: Sequence[str]
    head: Sequence[str]
    rows: Iterable[Sequence[object]]
    widths: Sequence[int]


def workbook(sheets: Sequence[Sheet], zone: ZoneInfo) -> bytes:
    """The file; moments are written as local times of ``zone``."""
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, OPTIONS) as book:
        looks = _looks(book)
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name[:31]), sheet, looks, zone)
    return sink.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    plain = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#D9D9D9"}
    number = {**plain, "align": "right", "indent": 1}
    return {
        "title": book.add_format({"bold": True, "font_size": 15}),
        "note": book.add_format({"font_color": "#55585E"}),
        "head": book.add_format(
            {**plain, "bold": True, "bg_color": "#E3EDF7", "valign": "vcenter"}
        ),
        "text": book.add_format(plain),
        "whole": book.add_format({**number, "num_format": "#,##0"}),
        "share": book.add_format({**number, "num_format": "0.0 %"}),
        "time": book.add_format({**plain, "num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
        "day": book.add_format({**plain, "num_format": "yyyy-mm-dd", "align": "left"}),
    }


def _write(page: Any, sheet: Sheet, looks: dict[str, Any], zone: ZoneInfo) -> None:
    page.set_row(0, TITLE_PT)
    page.write_string(0, 0, safe(sheet.title), looks["title"])
    for at, note in enumerate(sheet.notes, 1):
        page.write_string(at, 0, safe(note), looks["note"])
    top = len(sheet.notes) + 2
    widths = [min(width, WIDEST) for width in sheet.widths]
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    page.set_row(top, _high(sheet.head, widths))
    for column, text in enumerate(sheet.head):
        page.write_string(top, column, safe(text), looks["head"])
    row = top
    for row, cells in enumerate(sheet.rows, top + 1):
        page.set_row(row, _high(cells, widths))
        for column, value in enumerate(cells):
            _cell(page, (row, column), value, looks, zone)
    page.freeze_panes(top + 1, 0)
    if row > top:
        page.autofilter(top, 0, row, len(sheet.head) - 1)
    page.repeat_rows(top)
    _set_up_print(page, sum(widths))


def _set_up_print(page: Any, letters: int) -> None:
    """Across one landscape sheet, with its name and page below."""
    page.set_landscape()
    page.set_paper(A4 if letters <= A4_LETTERS else A3)
    page.set_margins(MARGIN_IN, MARGIN_IN, MARGIN_IN, 2 * MARGIN_IN)
    page.set_footer("&L&A&R&P / &N", {"margin": MARGIN_IN})
    page.fit_to_pages(1, 0)


def _high(cells: Sequence[object], widths: Sequence[int]) -> float:
    """A row's height in points: not every spreadsheet grows a row to its wrapped text."""
    if any(isinstance(value, bytes) for value in cells):
        return PICTURE_HIGH
    told = zip(cells, widths, strict=True)
    lines = (_lines(value, width) for value, width in told if isinstance(value, str))
    return LINE_PT * max(lines, default=1)


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column; a Chinese character is as wide as two letters."""
    wide = [
        sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)
        for line in text.splitlines() or [""]
    ]
    # Words break before the edge, so a line holds a little less than its width.
    return sum(max(1, math.ceil(letters / (width - 1))) for letters in wide)


def _cell(
    page: Any, at: tuple[int, int], value: object, looks: dict[str, Any], zone: ZoneInfo
) -> None:
    row, column = at
    if isinstance(value, bytes):
        _picture(page, row, column, value, looks)
    elif isinstance(value, bool) or value is None:
        page.write_string(row, column, "" if not value else "✓", looks["text"])
    elif isinstance(value, int):
        page.write_number(row, column, value, looks["whole"])
    elif isinstance(value, float):
        page.write_number(row, column, value, looks["share"])
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value.astimezone(zone), looks["time"])
    elif isinstance(value, date):
        page.write_datetime(row, column, value, looks["day"])
    else:
        page.write_string(row, column, safe(str(value)), looks["text"])


def safe(text: str) -> str:
    """The text, harmless also once the sheet is saved as CSV."""
    return "'" + text if text.startswith(FORMULA) else text


def _picture(page: Any, row: int, column: int, jpeg: bytes, looks: dict[str, Any]) -> None:
    from api.web.sizes import picture_size

    page.write_blank(row, column, None, looks["text"])
    width, height = picture_size(jpeg) or PICTURE_PX
    scale = min(PICTURE_PX[0] / width, PICTURE_PX[1] / height)
    page.insert_image(
        row,
        column,
        "picture.jpg",
        {
            "image_data": io.BytesIO(jpeg),
            "x_scale": scale,
            "y_scale": scale,
            "x_offset": 3,
            "y_offset": 2,
            "object_position": 1,
        },
    )
