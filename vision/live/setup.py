"""A configuration made ready for one process: checked, paths resolved, its share of cameras."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vision.config import CameraConfig, KitchenConfig, load_kitchen
from vision.errors import ConfigError
from vision.folders import locked
from vision.live.duty import duty_of
from vision.live.secrets import addresses_of, key_of
from vision.model import DEFAULT_MODEL, load_model


def load(path: Path) -> KitchenConfig:
    """The file with its paths counted from its own folder; ConfigError for what cannot work."""
    config = relative_to(load_kitchen(path), path.parent)
    check(config)
    return config


def check(config: KitchenConfig) -> None:
    """ConfigError for what would only show later: addresses, keys, rule packs, the model."""
    load_model(config.model_dir or DEFAULT_MODEL)
    for camera in config.cameras:
        addresses_of(camera)
        key_of(camera)
        duty_of(camera, config.time_zone, None)


def relative_to(config: KitchenConfig, folder: Path) -> KitchenConfig:
    """The configuration with its paths counted from ``folder``."""
    worker = config.worker.model_copy(update={"state_dir": folder / config.worker.state_dir})
    changes = {
        "evidence_dir": folder / config.evidence_dir,
        "outbox_dir": folder / config.outbox_dir,
        "model_dir": config.model_dir and folder / config.model_dir,
        "worker": worker,
        "cameras": tuple(_camera(camera, folder) for camera in config.cameras),
    }
    return config.model_copy(update=changes)


def _camera(camera: CameraConfig, folder: Path) -> CameraConfig:
    address = camera.address
    if address is not None and address.startswith("file:"):
        address = f"file:{folder / address.removeprefix('file:').removeprefix('//')}"
    key_file = camera.key_file and folder / camera.key_file
    return camera.model_copy(update={"address": address, "key_file": key_file})


def part_of(config: KitchenConfig, index: int, count: int) -> KitchenConfig:
    """The share of process ``index`` of ``count``: its cameras, folders and port of its own.

    Neighbours that see the same place stay together, since one process must know of both.
    """
    if count == 1:
        return config
    mine = tuple(
        camera
        for camera in config.cameras
        if config.worker.shares or _owner(config, camera.id, count) == index
    )
    if not mine:
        raise ConfigError(f"{count} processes are more than there are cameras to share")
    host, _, port = config.worker.listen.rpartition(":")
    name = f"part-{index}"
    worker = config.worker.model_copy(update={"listen": f"{host}:{int(port) + index}"})
    ids = {camera.id for camera in mine}
    changes = {
        "cameras": mine,
        "overlaps": tuple(group for group in config.overlaps if set(group.cameras) <= ids),
        "evidence_dir": config.evidence_dir / name,
        "outbox_dir": config.outbox_dir / name,
        "worker": worker.model_copy(update={"state_dir": worker.state_dir / name}),
    }
    return config.model_copy(update=changes)


def _owner(config: KitchenConfig, camera_id: str, count: int) -> int:
    ids = [camera.id for camera in config.cameras]
    first = camera_id
    for group in config.overlaps:
        if camera_id in group.cameras:
            first = min(group.cameras, key=ids.index)
            break
    return ids.index(first) % count


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """The one worker of a state folder while the block runs; ConfigError beside another one."""
    refusal = f"another watch uses {folder}; stop it, or give this one a worker.state_dir"
    with locked(folder / "lock", refusal):
        yield
