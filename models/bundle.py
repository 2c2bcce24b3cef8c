"""Writes a model bundle's manifest: plain TOML that pins every file by its sha256."""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

MANIFEST: Final = "manifest.toml"
MAX_FILE_BYTES: Final = 8 * 1024 * 1024


def pin(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The sha256 of each file, refusing one too large for the repository."""
    pinned = {}
    for name in names:
        content = (folder / name).read_bytes()
        if len(content) > MAX_FILE_BYTES:
            raise ValueError(f"{name} has {len(content)} bytes; the repository takes 8 MiB a file.")
        pinned[name] = hashlib.sha256(content).hexdigest()
    return pinned


def write_manifest(folder: Path, tables: Mapping[str, Any]) -> Path:
    """Write the manifest and return its path."""
    path = folder / MANIFEST
    path.write_text(to_toml(tables), encoding="utf-8")
    return path


def read_tables(folder: Path) -> dict[str, Any]:
    """The manifest as nested tables."""
    return tomllib.loads((folder / MANIFEST).read_text(encoding="utf-8"))


def update(folder: Path, tables: Mapping[str, Any]) -> Path:
    """Merge ``tables`` into the manifest, pin the files as they now are, and return its path.

    An empty table takes the place of the one that was there; other tables are merged by key.
    """
    merged = _merged(read_tables(folder), tables)
    merged["files"] = pin(folder, merged["files"])
    return write_manifest(folder, merged)


def _merged(present: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(present)
    for key, value in changes.items():
        before = merged.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping) and value
        merged[key] = _merged(before, value) if both and before else value
    return merged


def thresholds_hash(tables: Mapping[str, Any]) -> str:
    """The sha256 of the detector's thresholds, so that a graph can say which ones it came with."""
    thresholds = tables["detector"]["thresholds"]
    text = ",".join(f"{name}={float(thresholds[name])!r}" for name in sorted(thresholds))
    return hashlib.sha256(text.encode()).hexdigest()


def to_toml(tables: Mapping[str, Any], prefix: str = "") -> str:
    """TOML text of nested mappings of strings, numbers, booleans and lists of those.

    A figure that could not be measured (NaN) is left out.
    """
    plain = {key: value for key, value in tables.items() if not isinstance(value, Mapping)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items() if _measured(value)]
    text = "\n".join(lines) + "\n" if lines else ""
    for key, value in tables.items():
        if isinstance(value, Mapping):
            name = f"{prefix}{_key(key)}"
            body = to_toml(value, f"{name}.")
            text += f"\n[{name}]\n{body}"
    return text


def _measured(value: Any) -> bool:
    return not (isinstance(value, float) and math.isnan(value))


def _key(key: str) -> str:
    bare = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
    return key if bare else _quoted(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _quoted(value)
    return "[" + ", ".join(_value(item) for item in value) + "]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
