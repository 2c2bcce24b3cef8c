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
