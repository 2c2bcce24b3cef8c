"""Cameras and their zones, read once from TOML and passed in."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from vision.alert import Unit
from vision.errors import ConfigError
from vision.names import ZoneType
from vision.rulepacks import first_complaint
from vision.strict import Strict
from vision.zones import Zone

Name = Annotated[str, Field(min_length=1, max_length=100)]
FramesPerSecond = Annotated[float, Field(gt=0, le=60)]


SectionT = TypeVar("SectionT", bound=Strict)


class ZoneConfig(Strict):
    """One zone of a camera: corners as shares of the picture's width and height."""

    name: Name
    type: ZoneType
    polygon: Annotated[tuple[tuple[Unit, Unit], ...], Field(min_length=3, max_length=100)]

    @property
    def zone(self) -> Zone:
        """As the pipeline takes it."""
        return Zone(self.name, self.type, self.polygon)


class CameraFile(Strict):
    """What ``analyze --camera FILE`` reads: one camera's zones."""

    name: Name
    zones: Annotated[tuple[ZoneConfig, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [zone.name for zone in self.zones]
        if len(set(names)) != len(names):
            raise ValueError("two zones have the same name, give each its own")
        return self


class ApiConfig(Strict):
    """Where alerts go."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0


class CameraConfig(CameraFile):
    """One live camera. Its address and key are secrets: they are named, never written here."""

    id: Name
    url_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
    key_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
    rules: Name = "strict"
    analysed_fps: FramesPerSecond = 5.0


class KitchenConfig(Strict):
    """The whole of ``kitchen.toml``."""

    api: ApiConfig
    evidence_dir: Path = Path("evidence")
    outbox_dir: Path = Path("outbox")
    model_dir: Path | None = None
    cameras: Annotated[tuple[CameraConfig, ...], Field(min_length=1)]


def load_camera(path: Path) -> CameraFile:
    """Read one camera's zones, or raise ConfigError with the line that is wrong."""
    return read(CameraFile, path)


def load_kitchen(path: Path) -> KitchenConfig:
    """Read ``kitchen.toml``, or raise ConfigError with the line that is wrong."""
    return read(KitchenConfig, path)


def read(kind: type[SectionT], path: Path) -> SectionT:
    """Parse a TOML file into one of the sections above."""
    try:
        return kind.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: give a TOML file that exists") from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigError(f"{path}: {first_complaint(error)}") from error
