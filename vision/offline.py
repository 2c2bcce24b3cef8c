"""Pages that need nothing but themselves: style, pictures and clips inside, both languages."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from vision.reasons import reason
from vision.summary import HOUR_S
from vision.whole import writing_whole
from vision.words import HEALTH, RULES, SEVERITIES, ZONES

TEMPLATES: Final = Path(__file__).parent / "templates"
# A page of more than this opens badly on a weak desk: later clips are linked, not embedded.
EMBED_BYTES: Final = 48 * 1024 * 1024


class Budget:
    """Embeds files until the page would grow too large, then links them."""

    def __init__(self, limit_bytes: int) -> None:
        self._left = limit_bytes

    def source(self, file: Path, media_type: str, link: str) -> str:
        """The file as a data address, else ``link``; empty when it is not there any more."""
        try:
            if file.stat().st_size > self._left:
                return link
            content = file.read_bytes()
        except OSError:
            return ""
        self._left -= len(content)
        return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def minutes(seconds: float) -> str:
    """Seconds as m:ss, or as h:mm:ss from an hour on."""
    whole = int(seconds)
    if whole < HOUR_S:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def percent(share: float) -> str:
    """A share of a length, for positions in a drawing."""
    return f"{100 * share:.2f}%"


def hours(seconds: float) -> str:
    """A length as a person says it: seconds, minutes or hours."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * HOUR_S else f"{seconds / HOUR_S:.1f} h"


def environment() -> Environment:
    """The templates with what every page of this kind uses."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"minutes": minutes, "percent": percent, "hours": hours}
    made.globals["words"] = {
        "rules": RULES,
        "zones": ZONES,
        "severities": SEVERITIES,
        "health": HEALTH,
    }
    made.globals["reason"] = reason
    return made


def write_whole(path: Path, text: str) -> None:
    """Write a page whole or not at all."""
    with writing_whole(path) as half:
        half.write_text(text, "utf-8")
