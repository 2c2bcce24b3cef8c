"""What can be wrong with a line of an imported table, and the words of its page; msgids here."""

from __future__ import annotations

from typing import Final

from api.web.words import N_

LONG: Final = N_("has more than %(most)s characters")
CONTROL: Final = N_("holds characters that cannot be shown")
ROUNDED: Final = N_("%(value)s was rounded by a spreadsheet; format the column as text")
RISK: Final = N_("%(value)s is no risk class; write A, B, C or D")
PHONE: Final = N_("may hold digits, blanks, brackets, + and - only")
ZONE: Final = N_("%(value)s is no zone type; write one like 烹饪 or cooking")
PACK: Final = N_("%(value)s is no rule pack; write one of %(known)s")
STREAM: Final = N_("the address cannot be used: %(why)s")
NAMELESS: Final = N_("names no restaurant")
UNKNOWN_NUMBER: Final = N_("no restaurant has the number %(value)s; give its name too")
CAMERA_NAMELESS: Final = N_("names no camera; without a camera leave the camera's columns empty")
SEVERAL: Final = N_("several restaurants are called %(value)s; give the number")
TWICE: Final = N_("the restaurant stands in line %(line)s already")
OTHER_NUMBER: Final = N_(
    "%(value)s is known here under the number %(number)s; use that or another name"
)
OTHER_LINE: Final = N_(
    "%(value)s stands in line %(line)s under another number; give both addresses if they are two"
)
DIFFERS: Final = N_("says %(value)s, line %(line)s says %(other)s")
LONE_DISTRICT: Final = N_("a district needs its station on the same line")
OTHER_DISTRICT: Final = N_(
    "the station %(value)s lies in %(other)s; move it under Districts and stations"
)
CAMERA_TWICE: Final = N_("the camera stands in line %(line)s already")
CAMERA_ELSEWHERE: Final = N_("the camera %(value)s hangs in another restaurant already")
CAMERA_OTHER_NUMBER: Final = N_("a camera %(value)s is known here under the number %(number)s")

COLUMN: Final[dict[str, str]] = {
    "district": N_("District"),
    "station": N_("Station"),
    "number": N_("Restaurant number"),
    "name": N_("Restaurant"),
    "risk": N_("Static risk"),
    "address": N_("Address"),
    "phone": N_("Phone"),
    "camera_number": N_("Camera number"),
    "camera": N_("Camera"),
    "place": N_("Where it hangs"),
    "zone_type": N_("Zone type"),
    "rules": N_("Rule pack"),
    "stream_url": N_("Stream address"),
}
OUTCOME: Final[dict[str, str]] = {
    "created": N_("new"),
    "changed": N_("changed"),
    "linked": N_("gets its number"),
    "unchanged": N_("as it is"),
}
IMPORT_STATUS: Final[dict[str, str]] = {
    "wrong": N_("not taken: lines are wrong"),
    "checked": N_("checked, not taken yet"),
    "done": N_("taken"),
}
# How the sentences about a whole file begin, and what the page says.
FILE_TROUBLES: Final[tuple[tuple[str, str], ...]] = (
    ("the file is larger", N_("The file is larger than 4 MB: send it in parts.")),
    ("no headings", N_("No headings were found: the first line must name the columns.")),
    ("there is nothing below", N_("There is nothing below the headings.")),
    ("the file has more", N_("The file has more than 20,000 lines: send it in parts.")),
    ("the file is neither", N_("The file is neither a table in UTF-8 or GB18030 nor a workbook.")),
    ("the workbook cannot", N_("The workbook cannot be opened. Is it protected by a password?")),
    ("the workbook is too", N_("The workbook is too large once unpacked: send it in parts.")),
    ("two columns", N_("Two columns have the same heading: keep one of them.")),
    ("line ", N_("The file cannot be read as CSV: look for a lone quotation mark.")),
)
