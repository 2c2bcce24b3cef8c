"""What became of each line, as a table to keep; with keys it is given out once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.imports.schemas import Told
from api.stats.csv_text import as_csv

HEAD: Final = (
    "line",
    "restaurant_number",
    "restaurant",
    "restaurant_id",
    "restaurant_outcome",
    "camera_number",
    "camera",
    "camera_id",
    "camera_outcome",
)


def result_csv(told: Told, keys: Mapping[str, str] | None = None) -> str:
    """A row for each line of the table; ``keys`` by the camera's id."""
    head = [*HEAD, *(["camera_key"] if keys is not None else [])]
    rows: list[list[object]] = []
    for line in told.lines:
        one, camera = line.restaurant, line.camera
        row: list[object] = [line.line, one.number, one.name, one.id, one.outcome]
        row += [camera.number, camera.name, camera.id, camera.outcome] if camera else [None] * 4
        if keys is not None:
            row.append(keys.get(camera.id) if camera and camera.id else None)
        rows.append(row)
    return as_csv(head, rows)
