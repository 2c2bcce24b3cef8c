"""A camera's zones as the TOML file that ``analyze --camera`` reads, and back."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from vision.config import CameraFile, StretchConfig, ZoneConfig
from vision.errors import InvalidError
from vision.rulepacks import first_complaint


def write_zones(name: str, zones: Iterable[ZoneConfig]) -> str:
    """The file's text; ``read_zones`` gives the same zones again."""
    head = f"# Zones for `brightkitchen analyze --camera`.\nname = {_text(name)}\n"
    return head + "".join("\n" + "\n".join(_zone(zone)) + "\n" for zone in zones)


def read_zones(text: str) -> CameraFile:
    """The zones of such a file, or InvalidError with the place that is wrong."""
    try:
        return CameraFile.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError, RecursionError) as error:
        raise InvalidError(f"the file cannot be used: {first_complaint(error)}", "file") from error


def _zone(zone: ZoneConfig) -> Iterator[str]:
    corners = ", ".join(f"[{float(x)!r}, {float(y)!r}]" for x, y in zone.polygon)
    yield "[[zones]]"
    yield f"name = {_text(zone.name)}"
    yield f"type = {_text(zone.type)}"
    yield f"polygon = [{corners}]"
    yield f"outside_hours = {_text(zone.outside_hours)}"
    if zone.hours:
        yield f"hours = [{', '.join(_stretch(stretch) for stretch in zone.hours)}]"


def _stretch(stretch: StretchConfig) -> str:
    days = ", ".join(_text(day) for day in stretch.days)
    opens, closes = _text(stretch.opens), _text(stretch.closes)
    return f"{{ days = [{days}], opens = {opens}, closes = {closes} }}"


def _text(value: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, but for the character DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
