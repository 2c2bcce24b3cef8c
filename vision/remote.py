"""The door to footage elsewhere: listed and fetched by URL, never with a secret in the URL.

``s3://bucket/folder/``, ``https://host/file.mp4``; credentials come from the environment alone, as
the storage's own tools take them (AWS_ACCESS_KEY_ID, AWS_ENDPOINT, ...). A recording is fetched
as a whole before it is read: a line that breaks must not look like a damaged recording.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, cast
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import HTTPStore, S3Store

from vision.errors import ConfigError, SourceError
from vision.footage import VIDEO_SUFFIXES, Footage

SCHEMES: Final = ("s3", "https", "http")
SCRATCH: Final = "BRIGHTKITCHEN_SCRATCH"
HEADER_BYTES: Final = 256 * 1024
PIECE_BYTES: Final = 8 * 1024 * 1024
# So much stays free on the disk of the scratch folder: what is not in use is removed first.
LEAST_FREE_BYTES: Final = 1024 * 1024 * 1024


def is_url(text: str) -> bool:
    """Whether this names something elsewhere."""
    return "://" in text


def search(url: str) -> list[Footage]:
    """The recordings that a URL names: one file, or every video below a folder of a bucket.

    ConfigError for a URL that cannot be taken; SourceError where nothing is found.
    """
    store, path = _open(url)
    try:
        if _is_video(path) or urlsplit(url).scheme != "s3":
            found = [obstore.head(store, path)]
        else:
            found = [item for page in obstore.list(store, path or None) for item in page]
    except (BaseError, OSError) as error:
        raise SourceError(f"{url} cannot be listed ({_why(error)}); check it") from error
    videos = [one for one in found if _is_video(one["path"])]
    if not videos:
        raise SourceError(f"{url} holds no video; give a video or a folder with some")
    return [_footage(url, path, one) for one in videos]


def _is_video(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in VIDEO_SUFFIXES


def _footage(url: str, path: str, found: Any) -> Footage:
    """As the results call it: by what follows the URL, or by its last part for a single file."""
    own = str(found["path"])
    label = own.removeprefix(path).lstrip("/") or PurePosixPath(own).name
    parts = urlsplit(url)
    version = str(found.get("e_tag") or found["last_modified"])
    address = f"{parts.scheme}://{parts.netloc}/{own}"
    name = hashlib.sha256(f"{address}|{version}|{found['size']}".encode()).hexdigest()[:32]
    local = scratch() / (name + PurePosixPath(own).suffix.lower())
    return Footage(local, label, address, f"{found['size']} {version}")


def _open(url: str) -> tuple[Any, str]:
    """The storage, and the path in it. Secrets in a URL would end up in lists and logs."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ConfigError(f"no footage by {parts.scheme}://; give {', '.join(SCHEMES)} or a path")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigError(
            f"the URL on {parts.hostname} carries a secret or a query: leave it out, "
            "and give credentials in the environment"
        )
    path = unquote(parts.path).lstrip("/")
    if parts.scheme == "s3":
        return S3Store(parts.netloc), path
    plain = parts.scheme == "http"
    address = f"{parts.scheme}://{parts.netloc}"
    return HTTPStore.from_url(address, client_options={"allow_http": plain}), path


def scratch() -> Path:
    """This host's folder for what is fetched; BRIGHTKITCHEN_SCRATCH names another."""
    given = os.environ.get(SCRATCH)
    return Path(given or Path(tempfile.gettempdir()) / f"brightkitchen-scratch-{os.getuid()}")


@contextmanager
def at_hand(footage: Footage) -> Iterator[Footage]:
    """The recording as a local file while the block lasts; fetched once a host.

    SourceError when it cannot be fetched, or is not what was listed any more.
    """
    if not footage.url:
        yield footage
        return
    here = replace(footage, path=scratch() / footage.path.name)
    here.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _lock(here.path).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not here.path.exists():
            _fetch(here)
        # Others may read it meanwhile; nobody removes it.
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield here


class _Reader:
    """As much of a file elsewhere as is asked for, as the bytes that PyAV insists on."""

    def __init__(self, store: Any, path: str) -> None:
        self._file = obstore.open_reader(store, path, buffer_size=HEADER_BYTES)
        self.seek, self.tell = self._file.seek, self._file.tell

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes."""
        return bytes(self._file.read(size))


@contextmanager
def header_of(footage: Footage) -> Iterator[Path | IO[bytes]]:
    """What its header can be read from; of a recording elsewhere only the bytes asked for come."""
    if not footage.url:
        yield footage.path
        return
    store, path = _open(footage.url)
    try:
        yield cast("IO[bytes]", _Reader(store, path))
    except (BaseError, OSError) as error:
        raise SourceError(f"{footage.url} cannot be fetched ({_why(error)}); try again") from error


def _lock(path: Path) -> Path:
    return path.with_suffix(".lock")


def _fetch(footage: Footage) -> None:
    store, path = _open(footage.url)
    half = footage.path.with_suffix(".part")
    try:
        found = obstore.get(store, path)
        told = str(found.meta.get("e_tag") or found.meta["last_modified"])
        if footage.version != f"{found.meta['size']} {told}":
            raise SourceError(f"{footage.url} changed since it was listed; analyse it again")
        make_room(footage.path.parent, found.meta["size"])
        with half.open("wb") as file:
            for piece in found.stream(min_chunk_size=PIECE_BYTES):
                file.write(piece)
        half.replace(footage.path)
    except (BaseError, OSError) as error:
        raise SourceError(f"{footage.url} cannot be fetched ({_why(error)}); try again") from error
    finally:
        half.unlink(missing_ok=True)


def make_room(folder: Path, needed_bytes: int) -> None:
    """Remove what nobody reads, the oldest first, until so much fits beside what must stay free."""
    kept = sorted(
        (path for path in folder.iterdir() if path.suffix in VIDEO_SUFFIXES),
        key=lambda path: path.stat().st_mtime_ns,
    )
    for path in kept:
        if shutil.disk_usage(folder).free >= needed_bytes + LEAST_FREE_BYTES:
            return
        forget(path)


def forget(path: Path) -> None:
    """Remove a fetched recording unless somebody reads it now."""
    with _lock(path).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        path.unlink(missing_ok=True)


def publish(folder: Path, url: str, names: Sequence[str]) -> int:
    """Copy these files of a folder to a URL; how many. ConfigError when they cannot be written."""
    store, path = _open(url)
    try:
        for name in names:
            obstore.put(store, f"{path.rstrip('/')}/{name}".lstrip("/"), folder / name)
    except (BaseError, OSError) as error:
        raise ConfigError(f"{url} cannot be written ({_why(error)}); check it") from error
    return len(names)


def _why(error: Exception) -> str:
    """The kind of fault alone: the library's own words may name an address with a signature."""
    return getattr(error, "strerror", None) or type(error).__name__.removesuffix("Error")
