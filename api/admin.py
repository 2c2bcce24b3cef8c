"""Backup and restore: one tar file with the database, the evidence, and what to check them by."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from api.audit import verify_audit
from api.database import Database, now
from api.migrations import upgrade
from api.settings import Settings
from vision.errors import ConfigError, SourceError

SCHEMA: Final = "brightkitchen.backup/1"
MANIFEST: Final = "manifest.json"
DATABASE: Final = "brightkitchen.db"
EVIDENCE: Final = re.compile(r"evidence/([0-9a-f]{2})/(\1[0-9a-f]{62})")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds."""

    schema: str
    made_at: str
    database_sha256: str
    evidence_files: int
    # Where the evidence lies when it is not in the backup: a bucket keeps its own copies.
    evidence_at: str | None = None


def backup(settings: Settings, file: Path) -> Backup:
    """Write everything to a new file, while the server may go on working.

    The database is copied first: evidence is kept before the database says so, and never
    changes, so that every file the copy knows of is there. The signing key is left out: whoever
    has a backup must not be able to sign in the server's name.
    """
    if file.exists():
        raise ConfigError(f"{file} exists; give a backup a new name")
    partial = file.with_name(file.name + ".partial")
    with tempfile.TemporaryDirectory(dir=settings.data, prefix=".backup-") as made:
        copy = Path(made) / DATABASE
        with closing(Database(settings.url)) as database:
            database.copy_to(copy)
        evidence = _evidence_files(settings)
        summary = Backup(
            SCHEMA, now().isoformat(), _sha256(copy), len(evidence), settings.evidence_url
        )
        with tarfile.open(partial, "w") as tar:
            _add_text(tar, MANIFEST, json.dumps(asdict(summary)))
            tar.add(copy, DATABASE)
            for path in evidence:
                tar.add(path, f"evidence/{path.parent.name}/{path.name}")
    partial.rename(file)
    return summary


def _evidence_files(settings: Settings) -> list[Path]:
    """The files themselves, without half-written and derived ones; none when a bucket has them."""
    if settings.evidence_url is not None:
        return []
    return sorted(settings.evidence_folder.glob("[0-9a-f][0-9a-f]/*"))


def restore(settings: Settings, file: Path) -> Backup:
    """Bring a backup back into an empty data folder, once every hash in it was checked.

    ConfigError when something is there already; SourceError when the backup is damaged.
    """
    if settings.database_url is not None:
        raise ConfigError("restore works on the data folder's own SQLite file; unset the address")
    if (settings.data / DATABASE).exists() or settings.evidence_folder.exists():
        raise ConfigError(f"{settings.data} is not empty; move what is there away first")
    settings.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data, prefix=".restore-") as made:
        folder = Path(made)
        summary = _unpack(file, folder)
        _check(folder, summary)
        (folder / "evidence").mkdir(exist_ok=True)
        shutil.move(folder / "evidence", settings.evidence_folder)
        shutil.move(folder / DATABASE, settings.data / DATABASE)
    return summary


def _unpack(file: Path, folder: Path) -> Backup:
    with _damage(file), tarfile.open(file, "r") as tar:
        for member in tar:
            name = member.name
            if not member.isfile() or not (
                name in (MANIFEST, DATABASE) or EVIDENCE.fullmatch(name)
            ):
                raise SourceError(f"{file} holds {name}, which no backup of ours does")
            _write_member(tar, member, folder / name)
        summary = Backup(**json.loads((folder / MANIFEST).read_text("utf-8")))
    if summary.schema != SCHEMA:
        raise SourceError(f"{file} is a backup of another version ({summary.schema})")
    return summary


def _write_member(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    """The content alone, under a name already checked: no rights, owners or links are taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = tar.extractfile(member)
    if content is None:
        raise tarfile.TarError(f"{member.name} is no file")
    with content, path.open("wb") as written:
        shutil.copyfileobj(content, written)


@contextmanager
def _damage(file: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, OSError, ValueError, TypeError) as error:
        raise SourceError(f"{file} cannot be read as a backup; try an older one") from error


def _check(folder: Path, summary: Backup) -> None:
    """SourceError unless the database, its audit log and every evidence file are whole."""
    database, files = folder / DATABASE, list(folder.glob("evidence/*/*"))
    if not database.exists() or _sha256(database) != summary.database_sha256:
        raise SourceError("the backup's database was altered; try an older backup")
    for path in files:
        if _sha256(path) != path.name:
            raise SourceError(f"evidence {path.name} was altered; try an older backup")
    if len(files) != summary.evidence_files:
        raise SourceError("the backup lacks evidence files; try an older backup")
    url = f"sqlite:///{database}"
    upgrade(url)
    with closing(Database(url)) as opened, opened.reading() as session:
        broken_at = verify_audit(session).broken_at
    if broken_at is not None:
        raise SourceError(f"the backup's audit log breaks at entry {broken_at}; do not trust it")


def _sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(text.encode())
    tar.addfile(entry, io.BytesIO(text.encode()))
