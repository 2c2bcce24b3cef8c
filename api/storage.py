"""Evidence files: written once, named by their SHA-256, checked whenever they are read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit
from uuid import uuid4

import obstore
from anyio import to_thread
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.exceptions import NotFoundError as NoSuchObjectError
from obstore.store import LocalStore, S3Store

from api.database import now
from api.errors import AlteredError, StorageError
from api.evidence.intake import checked
from api.settings import Settings
from vision.alert import EvidenceRef
from vision.errors import ConfigError, NotFoundError

INCOMING: Final = "incoming"
DERIVED: Final = "derived"
ABANDONED_AFTER: Final = timedelta(days=1)
CHUNK_BYTES: Final = 256 * 1024
# S3 takes parts of 5 MiB or more; two at a time bound the memory of an upload.
PART_BYTES: Final = 5 * 1024 * 1024
PARTS_AT_ONCE: Final = 2
# Up to here a file is hashed and sent from one reading.
AT_ONCE_BYTES: Final = 1024 * 1024
FULL: Final = "the evidence could not be stored; free space on its disk or mend its storage"
GONE: Final = (NoSuchObjectError, FileNotFoundError)


class EvidenceStorage:
    """A place of checked files; nothing half-written ever has a final name.

    ``altered`` is told the name of a file whose bytes are no longer the ones it was named by.
    """

    def __init__(self, store: LocalStore | S3Store, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder
        self.altered: Callable[[str], None] = lambda sha256: None
        self._forget_abandoned()

    async def add(self, expected: EvidenceRef, body: AsyncIterator[bytes]) -> None:
        """Keep the body when it is what was announced; InvalidError keeps nothing.

        Raises StorageError when the disk is full or the storage cannot be written.
        """
        incoming = f"{INCOMING}/{uuid4().hex}"
        try:
            await obstore.put_async(
                self._store,
                incoming,
                checked(expected, body),
                chunk_size=PART_BYTES,
                max_concurrency=PARTS_AT_ONCE,
            )
            await to_thread.run_sync(self._keep, incoming, path_of(expected.sha256))
        except (BaseError, OSError) as error:
            await to_thread.run_sync(self._drop, incoming)
            raise StorageError(FULL) from error

    def keep(self, content: bytes) -> str:
        """Keep bytes that were made or cleaned here; gives their hash. Twice does no harm."""
        sha256, incoming = hashlib.sha256(content).hexdigest(), f"{INCOMING}/{uuid4().hex}"
        try:
            obstore.put(self._store, incoming, content)
            self._keep(incoming, path_of(sha256))
        except (BaseError, OSError) as error:
            self._drop(incoming)
            raise StorageError(FULL) from error
        return sha256

    def _keep(self, incoming: str, final: str) -> None:
        """Give a checked file its name, unless the same bytes have it already."""
        self._sync(incoming)
        try:
            if self._folder is None:
                obstore.copy(self._store, incoming, final, overwrite=False)
                self._drop(incoming)
            else:
                obstore.rename(self._store, incoming, final, overwrite=False)
        except AlreadyExistsError:
            self._drop(incoming)

    def _drop(self, path: str) -> None:
        """Remove a file that was never named; what cannot be removed is swept up later."""
        try:
            if self._folder is None:
                obstore.delete(self._store, path)
            else:
                (self._folder / path).unlink(missing_ok=True)
        except (BaseError, OSError):
            return

    def _sync(self, path: str) -> None:
        """Ask the disk to keep it before the database says it is kept."""
        if self._folder is not None:
            with (self._folder / path).open("rb") as file:
                os.fsync(file.fileno())

    def read(self, sha256: str, start: int, end: int) -> Iterator[bytes]:
        """The bytes from ``start`` up to ``end``, once the whole file has its hash.

        NotFoundError when the file is gone; AlteredError when it is not that file any more.
        """
        found = self._get(path_of(sha256))
        if found.meta["size"] <= AT_ONCE_BYTES:
            content = bytes(found.bytes())
            self._check(sha256, hashlib.sha256(content))
            return iter([content[start:end]])
        digest = hashlib.sha256()
        for piece in found.stream(min_chunk_size=CHUNK_BYTES):
            digest.update(piece)
        self._check(sha256, digest)
        part = self._get(path_of(sha256), {"range": (start, end)})
        return (bytes(piece) for piece in part.stream(min_chunk_size=CHUNK_BYTES))

    def _get(self, path: str, options: dict[str, Any] | None = None) -> Any:  # obstore's result
        try:
            return obstore.get(self._store, path, options=cast("Any", options))
        except GONE as error:
            raise NotFoundError("the evidence file is not in its storage") from error
        except BaseError as error:
            raise StorageError("the evidence storage cannot be read") from error

    def _check(self, sha256: str, digest: Any) -> None:
        if digest.hexdigest() != sha256:
            self.altered(sha256)
            raise AlteredError(
                f"evidence {sha256[:12]} was altered in its storage and is not shown; "
                "bring it back from a backup"
            )

    def size(self, sha256: str) -> int | None:
        """How many bytes lie under that name, whole or not; None when there is no such file."""
        try:
            return int(obstore.head(self._store, path_of(sha256))["size"])
        except GONE:
            return None
        except BaseError as error:
            raise StorageError("the evidence storage cannot be read") from error

    def delete(self, sha256: str) -> None:
        """Remove a file for good, with what was derived from it; harmless when it is gone."""
        try:
            self._sweep(f"{DERIVED}/{sha256}", timedelta())
            obstore.delete(self._store, path_of(sha256))
        except GONE:
            return
        except BaseError as error:
            raise StorageError("the evidence storage cannot be written") from error

    def keep_derived(self, sha256: str, name: str, content: bytes) -> None:
        """Keep what can be made again from a file; it is no evidence, and goes with the file."""
        try:
            obstore.put(self._store, f"{DERIVED}/{sha256}/{name}", content)
        except (BaseError, OSError) as error:
            raise StorageError("the evidence storage cannot be written") from error

    def derived(self, sha256: str, name: str) -> bytes | None:
        """What was derived before, None when it must be made (again)."""
        try:
            return bytes(self._get(f"{DERIVED}/{sha256}/{name}").bytes())
        except NotFoundError:
            return None

    def forget_derived(self, older_than: timedelta) -> int:
        """Remove derived files of that age; how many there were."""
        return self._sweep(DERIVED, older_than)

    def writable(self) -> bool:
        """Whether a file can be written now."""
        probe = f"{INCOMING}/{uuid4().hex}"
        try:
            obstore.put(self._store, probe, b"probe", mode="create")
            obstore.delete(self._store, probe)
        except (BaseError, OSError):
            return False
        return True

    def _forget_abandoned(self) -> None:
        """Remove what a killed server left half-written; storage that is away is asked later."""
        try:
            self._sweep(INCOMING, ABANDONED_AFTER)
        except (BaseError, OSError):
            return

    def _sweep(self, prefix: str, older_than: timedelta) -> int:
        limit = now() - older_than
        old = [
            item["path"]
            for batch in obstore.list(self._store, prefix)
            for item in batch
            if not older_than or item["last_modified"] < limit
        ]
        for path in old:
            obstore.delete(self._store, path)
        return len(old)


def open_storage(settings: Settings) -> EvidenceStorage:
    """The storage that the settings name; ConfigError when its address cannot be used."""
    if settings.evidence_url is None:
        return folder_storage(settings.evidence_folder)
    address = urlsplit(settings.evidence_url)
    if address.scheme != "s3" or not address.hostname or address.query or address.username:
        raise ConfigError("BRIGHTKITCHEN_EVIDENCE_URL must be s3://BUCKET or s3://BUCKET/PREFIX")
    return EvidenceStorage(_bucket(settings, address.netloc, address.path.strip("/")))


def folder_storage(folder: Path) -> EvidenceStorage:
    """Evidence in a local folder, made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    return EvidenceStorage(LocalStore(folder), folder)


def _bucket(settings: Settings, bucket: str, prefix: str) -> S3Store:
    """Write once, also for two servers at one moment: S3 refuses a name that is taken."""
    config: dict[str, Any] = {"region": settings.s3_region, "copy_if_not_exists": "multipart"}
    if settings.s3_access_key_id is not None and settings.s3_secret_access_key is not None:
        config["access_key_id"] = settings.s3_access_key_id
        config["secret_access_key"] = settings.s3_secret_access_key.get_secret_value()
    endpoint = settings.s3_endpoint
    if endpoint is not None:
        config |= {"endpoint": endpoint, "virtual_hosted_style_request": False}
    plain = endpoint is not None and endpoint.startswith("http://")
    options: Any = {"allow_http": plain, "timeout": "60s", "connect_timeout": "5s"}
    retries: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=30)}
    return S3Store(
        bucket, prefix=prefix or None, client_options=options, retry_config=retries, **config
    )


def path_of(sha256: str) -> str:
    """Where a file lies: 256 folders keep each one short."""
    return f"{sha256[:2]}/{sha256}"
