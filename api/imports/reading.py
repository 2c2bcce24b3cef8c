"""Tables as offices send them: CSV in any of their encodings, or a workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from api.imports.columns import Column, column_of
from vision.errors import InvalidError

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_ROWS: Final = 20_000
MAX_UNPACKED: Final = 128 * 1024 * 1024
# A title or a note often stands above the headings.
HEADER_WITHIN: Final = 6
ENCODINGS: Final = ("utf-8-sig", "gb18030")
MARKS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
DELIMITERS: Final = (",", "\t", ";", "，")
WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
Cells = list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; ``line`` is its number, with the sheet where there are several."""

    line: str
    cells: Mapping[Column, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that are not empty, and the headings that nobody knows."""

    rows: tuple[Row, ...]
    unread: tuple[str, ...] = ()


def read_table(content: bytes) -> Table:
    """The table in a file; InvalidError says what the file lacks."""
    if len(content) > MAX_BYTES:
        raise _refused(f"the file is larger than {MAX_BYTES // 1024 // 1024} MB; send it in parts")
    sheets = _workbook(content) if content.startswith(WORKBOOKS) else {"": _text(content)}
    tables = {name: table for name, cells in sheets.items() if (table := _table(cells))}
    if not tables:
        raise _refused("no headings were found; the first line must name the columns")
    rows = [
        Row(f"{name} {row.line}" if len(tables) > 1 else row.line, row.cells)
        for name, table in tables.items()
        for row in table.rows
    ]
    if not rows:
        raise _refused("there is nothing below the headings")
    if len(rows) > MAX_ROWS:
        raise _refused(f"the file has more than {MAX_ROWS} lines; send it in parts")
    unread = [heading for table in tables.values() for heading in table.unread]
    return Table(tuple(rows), tuple(dict.fromkeys(unread)))


def _refused(message: str) -> InvalidError:
    return InvalidError(message, "file")


def _text(content: bytes) -> Cells:
    """The CSV parted by whatever makes the most of its headings known."""
    text = _decoded(content)
    return list(_parted(text, max(DELIMITERS, key=lambda delimiter: _promise(text, delimiter))))


def _promise(text: str, delimiter: str) -> int:
    try:
        head = list(islice(_parted(text, delimiter), HEADER_WITHIN))
    except InvalidError:
        return 0
    return max((_known(row) for _, row in head), default=0)


def _decoded(content: bytes) -> str:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _as(content, encoding) or ""
    for encoding in ENCODINGS:
        text = _as(content, encoding)
        if text is not None and "\x00" not in text:
            return text
    raise _refused("the file is neither a table in UTF-8 or GB18030 nor an Excel workbook")


def _as(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _parted(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise _refused(
            f"line {line} cannot be read as CSV; look for a lone quotation mark"
        ) from error


def _workbook(content: bytes) -> dict[str, Cells]:
    """Every visible sheet; numbers as a person typed them."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    _refuse_bomb(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return {
            sheet.name: [
                (number, [_shown(value) for value in row])
                for number, row in enumerate(book.get_sheet_by_name(sheet.name).iter_rows(), 1)
            ]
            for sheet in book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible
        }
    except (CalamineError, OSError, ValueError) as error:
        raise _refused("the workbook cannot be opened; is it protected by a password?") from error


def _refuse_bomb(content: bytes) -> None:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(member.file_size for member in packed.infolist()) > MAX_UNPACKED:
            raise _refused("the workbook is too large once unpacked; send it in parts")


def _shown(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _head(cells: Cells) -> Cells:
    return [(line, row) for line, row in cells if any(map(str.strip, row))][:HEADER_WITHIN]


def _known(row: Sequence[str]) -> int:
    return sum(column_of(heading) is not None for heading in row)


def _table(cells: Cells) -> Table | None:
    """The sheet from its headings on; None when it has none."""
    line, heads = max(_head(cells), key=lambda row: _known(row[1]), default=(0, []))
    columns = [column_of(heading) for heading in heads]
    found = [column for column in columns if column is not None]
    if not {"name", "number"} & set(found):
        return None
    for column in found:
        if found.count(column) > 1:
            raise _refused(f"two columns are headed as {column}; keep one of them")
    rows = tuple(
        Row(str(at), told) for at, row in cells if at > line and (told := _told(columns, row))
    )
    unread = (text.strip() for text, column in zip(heads, columns, strict=True) if column is None)
    return Table(rows, tuple(filter(None, unread)))


def _told(columns: Sequence[Column | None], row: Sequence[str]) -> dict[Column, str]:
    """What the row says: blanks of any width trimmed, empty cells left out."""
    pairs = zip(columns, row, strict=False)
    told = {column: " ".join(text.split()) for column, text in pairs if column is not None}
    return {column: text for column, text in told.items() if text}
