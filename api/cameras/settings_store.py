"""What a camera's computer has to know, gathered."""

from __future__ import annotations

import hashlib
from functools import cache

from sqlalchemy.orm import Session

from api.cameras.models import CameraRow
from api.cameras.zone_schemas import CameraSettingsOut
from api.cameras.zone_store import zones_in_force
from api.settings import Settings
from api.thresholds.store import current_thresholds
from vision.rulepacks import LoadedPack, load_pack


@cache
def shipped_pack(name: str) -> LoadedPack:
    """A shipped rule pack; ConfigError when a camera was given one that this version lacks."""
    return load_pack(name)


def camera_settings(session: Session, camera: CameraRow, settings: Settings) -> CameraSettingsOut:
    """The settings, named by the hash over all of them."""
    zones = zones_in_force(session, camera)
    told = CameraSettingsOut(
        camera_id=camera.id,
        name=camera.name,
        active=camera.active,
        time_zone=settings.time_zone,
        rules=shipped_pack(camera.rules).ref,
        zones_version=zones.version,
        zones=zones.zones,
        thresholds=current_thresholds(session, camera.id),
        sha256="",
    )
    digest = hashlib.sha256(told.model_dump_json().encode()).hexdigest()
    return told.model_copy(update={"sha256": digest})
