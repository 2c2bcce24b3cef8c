"""Addresses and keys, from the environment or from files; never from the configuration itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from vision.config import CameraConfig
from vision.errors import ConfigError
from vision.live.addresses import Address, read_address


def addresses_of(
    camera: CameraConfig, environ: Mapping[str, str] = os.environ
) -> tuple[Address, Address | None]:
    """The main stream's address, and the substream's where there is one."""
    text = camera.address or _variable(camera, camera.url_env or "", environ)
    main = _read(camera, text)
    if camera.substream_url_env is None:
        return main, None
    return main, _read(camera, _variable(camera, camera.substream_url_env, environ))


def key_of(camera: CameraConfig, environ: Mapping[str, str] = os.environ) -> str:
    """The camera's key for the API."""
    if camera.key_env is not None:
        return _variable(camera, camera.key_env, environ)
    assert camera.key_file is not None
    return _key_in(camera, camera.key_file)


def _key_in(camera: CameraConfig, path: Path) -> str:
    try:
        key = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"camera {camera.id}: key_file {path} cannot be read") from error
    if not key:
        raise ConfigError(f"camera {camera.id}: key_file {path} is empty; put the key into it")
    return key


def _variable(camera: CameraConfig, name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise ConfigError(f"camera {camera.id}: set the environment variable {name}")
    return value


def _read(camera: CameraConfig, text: str) -> Address:
    try:
        return read_address(text, camera.transport)
    except ConfigError as error:
        raise ConfigError(f"camera {camera.id}: {error}") from error
