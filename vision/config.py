"""Cameras and their zones, read once from TOML and passed in."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, ValidationError, model_validator

from vision.alert import Unit
from vision.errors import ConfigError
from vision.hours import DAY_MIN, DAYS, Day, Stretch, read_minute
from vision.names import ZoneType
from vision.polygons import MAX_CORNERS, MIN_CORNERS, SENTENCES, problem
from vision.rulepacks import first_complaint
from vision.strict import Strict
from vision.zones import OutsideHours, Zone

MAX_ZONES = 40
MAX_STRETCHES = 21
Name = Annotated[str, Field(min_length=1, max_length=100)]
FramesPerSecond = Annotated[float, Field(gt=0, le=60)]
EnvName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


def _known_time_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (OSError, ValueError, ZoneInfoNotFoundError) as error:
        raise ValueError(f"{name} is not a time zone like Asia/Shanghai") from error


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_known_time_zone)]
SectionT = TypeVar("SectionT", bound=Strict)


class StretchConfig(Strict):
    """Some days of the week, from one time to another; past midnight when it closes earlier."""

    days: Annotated[tuple[Day, ...], Field(min_length=1, max_length=7)]
    opens: Annotated[str, Field(pattern=r"^\d\d:\d\d$", examples=["09:00"])]
    closes: Annotated[str, Field(pattern=r"^\d\d:\d\d$", examples=["22:30"])]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if len(set(self.days)) != len(self.days):
            raise ValueError("days names a day twice")
        opens, closes = read_minute(self.opens), read_minute(self.closes)
        if opens in (DAY_MIN, closes):
            raise ValueError("opens and closes must differ; write 00:00 to 24:00 for a whole day")
        return self

    @property
    def stretch(self) -> Stretch:
        """As the pipeline takes it; the days in the order of the week."""
        days = tuple(day for day in DAYS if day in self.days)
        return Stretch(days, read_minute(self.opens), read_minute(self.closes))


class ZoneConfig(Strict):
    """One zone of a camera: corners as shares of the picture's width and height.

    Zones may overlap: the first listed one holds. ``hours`` are those in which it is in use.
    """

    name: Name
    type: ZoneType
    polygon: Annotated[
        tuple[tuple[Unit, Unit], ...], Field(min_length=MIN_CORNERS, max_length=MAX_CORNERS)
    ]
    hours: Annotated[tuple[StretchConfig, ...], Field(max_length=MAX_STRETCHES)] = ()
    outside_hours: OutsideHours = "closed"

    @model_validator(mode="after")
    def _sound(self) -> Self:
        found = problem(self.polygon)
        if found is not None:
            raise ValueError(f"polygon {SENTENCES[found]}")
        return self

    @property
    def zone(self) -> Zone:
        """As the pipeline takes it."""
        hours = tuple(stretch.stretch for stretch in self.hours)
        return Zone(self.name, self.type, self.polygon, hours, self.outside_hours)


def named_once(zones: tuple[ZoneConfig, ...]) -> tuple[ZoneConfig, ...]:
    """The zones, or ValueError when two have the same name."""
    if len({zone.name for zone in zones}) != len(zones):
        raise ValueError("two zones have the same name, give each its own")
    return zones


class CameraFile(Strict):
    """What ``analyze --camera FILE`` reads: one camera's zones."""

    name: Name
    zones: Annotated[
        tuple[ZoneConfig, ...],
        Field(min_length=1, max_length=MAX_ZONES),
        AfterValidator(named_once),
    ]


class ApiConfig(Strict):
    """Where alerts go."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0


class CameraConfig(Strict):
    """One live camera. Its address and key are secrets: they are named, never written here.

    ``address`` is only for what holds no password: a file as a simulated camera, a USB camera.
    Without zones here those drawn in the office hold, else the whole picture.
    """

    id: Name
    name: Name
    address: Annotated[str, Field(pattern=r"^(file|usb):", max_length=1000)] | None = None
    url_env: EnvName | None = None
    substream_url_env: EnvName | None = None
    key_env: EnvName | None = None
    key_file: Path | None = None
    transport: Literal["tcp", "udp"] = "tcp"
    rules: Name = "strict"
    analysed_fps: FramesPerSecond = 5.0
    sampling: Literal["adaptive", "steady"] = "adaptive"
    zones: Annotated[
        tuple[ZoneConfig, ...], Field(max_length=MAX_ZONES), AfterValidator(named_once)
    ] = ()

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if (self.address is None) == (self.url_env is None):
            raise ValueError("a camera needs one of url_env and address")
        if (self.key_env is None) == (self.key_file is None):
            raise ValueError("a camera needs one of key_env and key_file")
        return self


class WorkerConfig(Strict):
    """The process that watches: what it may use, and where it can be asked how it is.

    ``threads`` look at pictures, 0 is one a core; ``processes`` share the cameras of this file.
    ``shares``: other hosts have the same cameras in their files, the API says who watches which.
    """

    state_dir: Path = Path("state")
    listen: Annotated[str, Field(pattern=r"^[^:\s]+:\d{1,5}$")] = "127.0.0.1:9108"
    shares: bool = False
    processes: Annotated[int, Field(ge=1, le=64)] = 1
    threads: Annotated[int, Field(ge=0, le=64)] = 0
    picture_every_s: Annotated[float, Field(ge=1, le=3600)] = 20.0
    reopen_s: Annotated[float, Field(ge=0, le=600)] = 30.0
    ring_mib: Annotated[float, Field(ge=1, le=512)] = 12.0
    evidence_max_gib: Annotated[float, Field(gt=0, le=100_000)] = 20.0
    disk_reserve_gib: Annotated[float, Field(ge=0, le=10_000)] = 1.0
    spool_max_gib: Annotated[float, Field(gt=0, le=100_000)] = 20.0


class Overlap(Strict):
    """Cameras that see the same place: what one has told, the others do not tell again."""

    cameras: Annotated[tuple[Name, ...], Field(min_length=2, max_length=16)]


class KitchenConfig(Strict):
    """The whole of ``kitchen.toml``."""

    api: ApiConfig
    worker: WorkerConfig = WorkerConfig()
    time_zone: TimeZone = "Asia/Shanghai"
    evidence_dir: Path = Path("evidence")
    outbox_dir: Path = Path("outbox")
    model_dir: Path | None = None
    cameras: Annotated[tuple[CameraConfig, ...], Field(min_length=1, max_length=2000)]
    overlaps: tuple[Overlap, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        ids = [camera.id for camera in self.cameras]
        if len(set(ids)) != len(ids):
            raise ValueError("two cameras have the same id, each is listed once")
        unknown = {name for group in self.overlaps for name in group.cameras} - set(ids)
        if unknown:
            raise ValueError(f"overlaps names camera {min(unknown)}, which is not listed")
        return self


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
