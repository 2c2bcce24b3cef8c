"""What ``analyze`` is told: whose the recordings are, which zones they show, its arguments."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from api.analyses.folders import JobFolder
from api.analyses.jobs import Job
from vision.zone_files import write_zones

OWN_SETTINGS: Final = "BRIGHTKITCHEN_"
CAMERA_FILE: Final = "camera.toml"


def tell_places(job: Job, place: JobFolder, time_zone: str) -> None:
    """Write the list of recordings, and the camera's zones beside it."""
    whose = [f"zone_type = {_text(job.zone_type or 'cooking')}"]
    if job.camera is not None:
        name = job.camera_name or job.camera.id
        (place.root / CAMERA_FILE).write_text(write_zones(name, job.zones), "utf-8")
        named = f"camera = {_text(name)}", f"camera_id = {_text(job.camera.id)}"
        whose = [*named, f"camera_file = {_text(CAMERA_FILE)}"]
    lines = [f"time_zone = {_text(time_zone)}", "", "[[recordings]]", 'match = "*"', *whose]
    place.recordings.write_text("\n".join(lines) + "\n", "utf-8")


def command(job: Job, place: JobFolder, footage: Path) -> list[str]:
    """The arguments; every path is absolute, so that none can be taken for an option."""
    told = {
        "--out": str(place.out.absolute()),
        "--recordings": str(place.recordings.absolute()),
        "--rules": job.rules,
        "--fps": str(job.fps),
        "--workers": "1",
    }
    options = [part for option in told.items() for part in option]
    return ["analyze", *options, "--json", "--resume", "--", str(footage.absolute())]


def environment() -> dict[str, str]:
    """This process's, without the server's settings: what decodes footage knows no secret."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(OWN_SETTINGS)
    }


def _text(value: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, but for the character DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
