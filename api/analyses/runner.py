"""The part of a server that runs analyses: one at a time, each a process of its own."""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Final

from api.analyses import jobs
from api.analyses.folders import JobFolder, free_bytes, inside, job_folder, videos_in
from api.analyses.jobs import Job
from api.analyses.places import command, environment, tell_places
from api.analyses.posting import Desk
from api.analyses.results import read_batch
from api.analyses.rules import MAX_DETAIL, Outcome, Progress, advanced, outcome
from api.database import Database, new_id
from api.errors import FAULT_DETAIL, DatabaseBusyError
from api.reviews.order import policy_of
from api.settings import Settings
from api.storage import EvidenceStorage
from vision.errors import KitchenError

POLL_S: Final = 2.0
BEAT_S: Final = 1.0
# Not heard by the database for so long, the job is given up before another server takes it.
UNHEARD_S: Final = jobs.LEASE.total_seconds() / 2
PATIENCE_S: Final = 10.0
MAX_SAID: Final = 20_000
log = logging.getLogger("brightkitchen.analyses")


class Runner:
    """Takes jobs and runs them until each has ended, was cancelled, or the server stops."""

    def __init__(self, database: Database, settings: Settings, storage: EvidenceStorage) -> None:
        self._database = database
        self._settings = settings
        self._storage = storage
        self._holder = new_id()
        self._quit = threading.Event()

    def round(self) -> bool:
        """Run one job to its end; False when none waits."""
        with self._database.reading() as session:
            waits = jobs.waits(session)
        if not waits:
            return False
        with self._database.writing() as session:
            job = jobs.take(session, self._holder)
        if job is None:
            return False
        came: Outcome | None = None
        try:
            came = self._run(job)
        except DatabaseBusyError as error:
            log.warning("analysis %s is given up for now: %s", job.id, error)
        except KitchenError as error:
            came = Outcome("refused", str(error)[:MAX_DETAIL])
        except Exception:
            log.exception("analysis %s failed", job.id)
            came = Outcome("fault", FAULT_DETAIL)
        with self._database.writing() as session:
            jobs.end(session, job.id, self._holder, came)
        return True

    def run(self) -> None:
        """Rounds until the server stops; a database that is busy is asked again."""
        while not self._quit.is_set():
            try:
                if self.round():
                    continue
            except DatabaseBusyError as error:
                log.warning("analyses wait: %s", error)
            self._quit.wait(POLL_S)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run in a thread of its own beside the server; what runs then is left for the next one."""
        thread = threading.Thread(target=self.run, name="analyses", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._quit.set()
            thread.join(timeout=PATIENCE_S + UNHEARD_S)

    def _run(self, job: Job) -> Outcome | None:
        """None when it was stopped from outside."""
        place = job_folder(self._settings, job.id)
        footage = place.footage if job.folder is None else inside(self._settings, job.folder)
        videos_in(footage.resolve())
        tell_places(job, place, self._settings.time_zone)
        run = _Run(command(job, place, footage), place)
        try:
            came = self._watch(job, run, place)
        finally:
            run.stop()
        if came is None or came.problem or not job.into_review:
            return came
        return self._post(job, place, run.progress)

    def _watch(self, job: Job, run: _Run, place: JobFolder) -> Outcome | None:
        heard_s = time.monotonic()
        while (ended := run.ended(BEAT_S)) is None:
            if self._quit.is_set():
                return None
            try:
                if not self._beat(job, run.progress):
                    return None
                heard_s = time.monotonic()
            except DatabaseBusyError:
                if time.monotonic() - heard_s > UNHEARD_S:
                    raise
            if not free_bytes(place.root):
                return Outcome("disk")
        if not self._beat(job, run.progress):
            return None
        full = ended.problem and not free_bytes(place.root)
        return Outcome("disk", ended.detail) if full else ended

    def _beat(self, job: Job, progress: Progress) -> bool:
        with self._database.writing() as session:
            return jobs.beat(session, job.id, self._holder, progress)

    def _post(self, job: Job, place: JobFolder, progress: Progress) -> Outcome | None:
        assert job.camera is not None, "the form asks for a camera first"
        batch, policy = read_batch(place), policy_of(self._settings)
        desk = Desk(self._database, self._storage, policy, job.camera, job.created_by)
        posted = left_out = 0
        for filed in batch.filed:
            if self._quit.is_set() or not self._beat(job, progress):
                return None
            fits = desk.post(batch, filed, place.out)
            posted, left_out = posted + fits, left_out + (not fits)
        desk.expose(batch)
        with self._database.writing() as session:
            jobs.note_posted(session, job.id, posted, left_out)
        return Outcome()


class _Run:
    """One process, its progress and its last words."""

    def __init__(self, arguments: list[str], place: JobFolder) -> None:
        self.progress = Progress()
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._said = place.root / "said.txt"
        with self._said.open("wb") as said:
            # Its stdin stays open as long as this process lives: see api.analyses.child.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "api.analyses.child", *arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
                env=environment(), cwd=place.root, text=True, encoding="utf-8", errors="replace",
            )  # fmt: skip
        assert self._process.stdout is not None
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stdout,), daemon=True
        )
        self._reader.start()

    def _read(self, lines: IO[str]) -> None:
        for line in lines:
            self._lines.put(line)
        self._lines.put(None)

    def ended(self, wait_s: float) -> Outcome | None:
        """Take in what it tells for so long; how it ended, None while it goes on."""
        until_s = time.monotonic() + wait_s
        while (left_s := until_s - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left_s)
            except queue.Empty:
                return None
            if line is None:
                return outcome(self._process.wait(), self._last_words())
            self.progress = advanced(self.progress, line)
        return None

    def _last_words(self) -> str:
        """Without the places of this server: they are nobody's business on a page."""
        said = self._said.read_bytes()[-MAX_SAID:].decode("utf-8", "replace")
        return said.replace(f"{self._said.parent}{os.sep}", "")

    def stop(self) -> None:
        """End it if it still runs: asked first, then made to."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join(PATIENCE_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
