"""Tables as CSV that a spreadsheet opens without running what people typed into a name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

# A cell that begins so is taken for a formula (OWASP, CSV injection); the wide signs too, which
# spreadsheets for Chinese read as the narrow ones.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM: Final = "\ufeff"  # without it Excel takes UTF-8 for the local code page


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table with its header; None is an empty cell, floats have six digits."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return BOM + sink.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:.6f}" if isinstance(value, float) else str(value)
    text = str(value)
    return "'" + text if text.startswith(FORMULA) else text
