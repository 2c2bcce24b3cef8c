"""Is this installation whole? One line a check, each saying how to mend what is not."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import av

from vision.errors import KitchenError
from vision.model import DEFAULT_MODEL, load_model
from vision.rulepacks import load_pack, pack_names

LOW_DISK_BYTES: Final = 2 * 1024**3
OLDEST_SQLITE: Final = (3, 35, 0)
EXTRAS: Final = {"train": "ultralytics", "postgres": "psycopg", "cluster": "ray"}


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, whether it is fine, and what there is to say."""

    name: str
    fine: bool
    detail: str

    @property
    def line(self) -> str:
        """As the terminal shows it."""
        return f"{'ok  ' if self.fine else 'MEND'} {self.name}: {self.detail}"


def check_python() -> Check:
    """Python itself."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Check("python", sys.version_info >= (3, 11), f"{version} (3.11 or newer is needed)")


def check_model() -> Check:
    """The shipped model, every file against its hash."""
    try:
        bundle = load_model(DEFAULT_MODEL)
    except KitchenError as error:
        return Check("model", False, str(error))
    return Check("model", True, f"{bundle.ref.name}, sha256 {bundle.ref.sha256[:12]}")


def check_packs() -> Check:
    """The shipped rule packs."""
    try:
        versions = [f"{name} {load_pack(name).pack.version}" for name in pack_names()]
    except KitchenError as error:
        return Check("rule packs", False, str(error))
    return Check("rule packs", bool(versions), ", ".join(versions))


def check_h264() -> Check:
    """Without an H.264 encoder, footage in other formats has no clip a browser plays."""
    fine = "libx264" in av.codecs_available
    mend = "present" if fine else "missing: reinstall the package av from PyPI"
    return Check("H.264 encoder", fine, mend)


def check_sqlite() -> Check:
    """The embedded database."""
    version = sqlite3.sqlite_version
    return Check("SQLite", sqlite3.sqlite_version_info >= OLDEST_SQLITE, version)


def check_disk() -> Check:
    """Room for evidence."""
    free = shutil.disk_usage(Path.cwd()).free
    detail = f"{free / 1024**3:.1f} GiB free here (2 GiB is the least for evidence)"
    return Check("disk", free >= LOW_DISK_BYTES, detail)


def check_extras() -> Check:
    """Optional parts; none of them is needed to run."""
    there = [extra for extra, module in EXTRAS.items() if find_spec(module)]
    missing = [extra for extra in EXTRAS if extra not in there]
    detail = (
        f"installed: {', '.join(there) or 'none'}; not installed: {', '.join(missing) or 'none'}"
    )
    return Check("extras", True, detail)


CHECKS: Final[tuple[Callable[[], Check], ...]] = (
    check_python,
    check_model,
    check_packs,
    check_h264,
    check_sqlite,
    check_disk,
    check_extras,
)


def examine() -> list[Check]:
    """Every check, in order."""
    return [check() for check in CHECKS]
