"""An append-only chain of hashes: whatever is changed in an evidence folder shows.

``chain.jsonl`` holds one link a line; each names a file, its SHA-256 and the hash of the
link before, so that nothing can be edited, removed or reordered unseen (Haber and
Stornetta 1991). Taking links off the end shows only against a ``root`` kept elsewhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from vision.closing import Closing
from vision.custody import check_bundle
from vision.errors import EvidenceError
from vision.sealing import GENESIS, link_hash
from vision.sealing import canonical as canonical

CHAIN: Final = "chain.jsonl"
LOCK: Final = ".chain.lock"
# Half-written files are named like this until they are whole; they are no evidence.
PART: Final = ".part"


@dataclass(frozen=True, slots=True)
class Link:
    """One file of the folder, tied to all links before it."""

    seq: int
    path: str
    sha256: str
    bytes: int
    kind: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What ``verify`` found: links counted, the first bad one, files nobody listed.

    ``notes`` tell what a reader of a case bundle should know: whose signature it carries, its
    daily roots, what retention deleted.
    """

    links: int
    first_bad: str | None
    root: str
    unlisted: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Chain(Closing):
    """The chain of ``folder``, open for one writer; close it, or use it in ``with``.

    EvidenceError when another writer has it, or when what is there is broken.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / CHAIN
        with ExitStack() as undone:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._lock = undone.enter_context(_locked(folder / LOCK))
                # An analysis that found nothing has a chain too: an empty one, not a missing one.
                self._path.touch()
            except OSError as error:
                raise EvidenceError(
                    f"{folder} cannot be written ({error.strerror}); mend its rights or free space"
                ) from error
            self._listed = self._resume()
            self._by_path = {link.path: link for link in self._listed}
            undone.pop_all()

    def close(self) -> None:
        """Let the next writer in."""
        self._lock.close()

    def root(self) -> str:
        """Hash of the last link; it stands for the whole folder."""
        return self._listed[-1].hash if self._listed else GENESIS

    def find(self, path: Path) -> Link | None:
        """The newest link of a file, None when it has none."""
        return self._by_path.get(path.relative_to(self._folder).as_posix())

    def append(self, path: Path, kind: str) -> Link:
        """Hash a file of the folder and tie it in; on disk when this returns."""
        sha256, size = digest(path)
        relative = path.relative_to(self._folder).as_posix()
        link = tie(len(self._listed), self.root(), (relative, sha256, size, kind))
        self._write(canonical(asdict(link)) + b"\n")
        self._listed.append(link)
        self._by_path[relative] = link
        return link

    def _write(self, line: bytes) -> None:
        """Append whole or not at all: a failed write is cut off again."""
        with self._path.open("ab") as file:
            end = file.tell()
            try:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.truncate(self._path, end)
                raise
        sync_folder(self._folder)

    def _resume(self) -> list[Link]:
        """The links so far; a last line torn by a crash was never acknowledged and goes."""
        if not self._path.exists():
            return []
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        listed = []
        for link, complaint in read_links(content[:whole]):
            if link is None:
                raise EvidenceError(f"{self._path}: {complaint}; keep it and start a new folder")
            listed.append(link)
        if whole < len(content):
            os.truncate(self._path, whole)
        return listed


def tie(seq: int, previous: str, file: tuple[str, str, int, str]) -> Link:
    """The link number ``seq`` of a file: its path, SHA-256, size and kind."""
    loose = Link(seq, *file, previous=previous, hash="")
    return replace(loose, hash=link_hash(asdict(loose)))


def chain_of(files: Iterable[tuple[str, str, int, str]]) -> bytes:
    """The chain file of a folder that is written elsewhere, say into a zip."""
    lines, last = [], GENESIS
    for seq, file in enumerate(files):
        link = tie(seq, last, file)
        lines.append(canonical(asdict(link)) + b"\n")
        last = link.hash
    return b"".join(lines)


def read_links(content: bytes) -> Iterator[tuple[Link | None, str]]:
    """Each link of a chain file, up to the first bad line: (None, what is wrong)."""
    last = GENESIS
    for seq, line in enumerate(content.splitlines(keepends=True)):
        link, complaint = _read_link(line, seq, last)
        yield link, complaint
        if link is None:
            return
        last = link.hash


def _read_link(line: bytes, seq: int, last: str) -> tuple[Link | None, str]:
    where = f"line {seq + 1}"
    try:
        fields = json.loads(line)
        link = Link(**fields)
        # One spelling only: a changed byte that means the same is a changed byte.
        exact = canonical(fields) + b"\n" == line
    except (ValueError, TypeError, RecursionError):
        return None, f"{where} is not a whole link"
    if not exact or link.hash != link_hash(fields):
        return None, f"{where} was altered"
    if not isinstance(link.path, str) or link.seq != seq or link.previous != last:
        return None, f"{where} does not follow the one before: links are missing or moved"
    return link, ""


def verify(folder: Path) -> Verdict:
    """Check every link and every file, offline; EvidenceError when there is no chain at all.

    A case bundle is also checked for what its manifest says of custody.
    """
    try:
        content = (folder / CHAIN).read_bytes()
    except OSError as error:
        raise EvidenceError(f"{folder} has no readable {CHAIN}; check the path") from error
    links, last, listed = 0, GENESIS, dict[str, str]()
    for link, complaint in read_links(content):
        bad = complaint if link is None else _file_fault(folder, link)
        if link is None or bad:
            return Verdict(links, bad, last)
        links, last = links + 1, link.hash
        listed[link.path] = link.sha256
    bundle = check_bundle(folder, listed)
    unlisted = tuple(sorted(_present(folder) - set(listed)))
    return Verdict(links, bundle.fault, last, unlisted, bundle.notes)


def _file_fault(folder: Path, link: Link) -> str | None:
    place = PurePosixPath(link.path)
    if place.is_absolute() or ".." in place.parts:
        return f"{link.path} lies outside the folder"
    try:
        sha256, size = digest(folder / link.path)
    except OSError:
        return f"{link.path} is missing"
    return None if (sha256, size) == (link.sha256, link.bytes) else f"{link.path} was altered"


def _present(folder: Path) -> set[str]:
    """Files of the folder as relative paths, but the chain's own and half-written ones."""
    files = (path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix() for path in files if path.suffix != PART}
    return names - {CHAIN, LOCK}


def digest(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file, read as a stream."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return sha256, file.tell()


def _locked(path: Path) -> BinaryIO:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise EvidenceError(
            f"{path.parent} is being written by another run; wait for it or choose another folder"
        ) from error
    return file


def sync_folder(folder: Path) -> None:
    """Put the folder's own entries on disk: a new name is not safe before that."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
