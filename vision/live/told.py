"""Which alerts of a camera are open: one a rule and zone, across lost tracks and restarts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from pydantic import AwareDatetime, Field, ValidationError

from vision.alert import Alert
from vision.names import RuleId
from vision.strict import Strict
from vision.whole import writing_whole

# After a restart a rule needs its on-delay again before it can know an old violation.
RESUMES_WITHIN_S: Final = 90.0

Stage = Literal["raising", "written", "told"]
Key = tuple[RuleId, str]


class OpenAlert(Strict):
    """One alert that has not ended; ``zone`` is empty for the camera's own health.

    raising   its evidence is being written
    written   ``alert`` and ``files`` are whole, but may not be in the outbox yet
    told      the outbox has it
    """

    id: UUID
    rule: RuleId
    zone: str
    started_at: AwareDatetime
    last_at: AwareDatetime
    subjects: int = 1
    stage: Stage = "raising"
    alert: Alert | None = None
    files: dict[str, str] = Field(default_factory=dict)
    ends_at: AwareDatetime | None = None

    @property
    def key(self) -> Key:
        """What there is only one of."""
        return self.rule, self.zone


class _File(Strict):
    open: tuple[OpenAlert, ...]


class Book:
    """The open alerts of one camera, on disk after each change that matters; any thread may."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = RLock()
        self._open: dict[Key, OpenAlert] = {}
        for one in _read(path):
            # What was never written down whole never happened: it is seen again if it lasts.
            if one.stage != "raising":
                self._open[one.key] = one

    def __iter__(self) -> Iterator[OpenAlert]:
        with self._guard:
            return iter(tuple(self._open.values()))

    def find(self, key: Key) -> OpenAlert | None:
        """The open alert of a rule in a zone."""
        return self._open.get(key)

    def begin(self, key: Key, started_at: datetime, last_at: datetime) -> OpenAlert:
        """A new alert, in memory alone until its evidence is written."""
        new = OpenAlert(
            id=uuid4(), rule=key[0], zone=key[1], started_at=started_at, last_at=last_at
        )
        with self._guard:
            self._open[key] = new
        return new

    def change(self, one: OpenAlert, save: bool = True, **changes: Any) -> OpenAlert:
        """Note what changed; nothing when the alert is not open any more."""
        with self._guard:
            known = self._open.get(one.key)
            if known is None or known.id != one.id:
                return one
            changed = known.model_copy(update=changes)
            self._open[one.key] = changed
            if save:
                self.save()
            return changed

    def adopt(self, one: OpenAlert) -> None:
        """Go on with an alert that was begun elsewhere."""
        with self._guard:
            self._open[one.key] = one
            self._save_if_possible()

    def leave(self) -> None:
        """Forget what the office has: whoever watches now goes on with it."""
        with self._guard:
            for one in self:
                if one.stage == "told":
                    del self._open[one.key]
            self._save_if_possible()

    def forget(self, one: OpenAlert) -> None:
        """It has ended, or could not be told."""
        with self._guard:
            known = self._open.get(one.key)
            if known is not None and known.id == one.id:
                del self._open[one.key]
                self._save_if_possible()

    def resume(self, now: datetime) -> None:
        """After a restart: what is not seen again soon has ended while nobody watched."""
        for one in self:
            ends_at = now + timedelta(seconds=RESUMES_WITHIN_S)
            self.change(one, save=False, ends_at=ends_at)

    def over(self, now: datetime) -> list[OpenAlert]:
        """The alerts whose time to be seen again has run out."""
        return [one for one in self if one.ends_at is not None and one.ends_at <= now]

    def _save_if_possible(self) -> None:
        """What has ended or is the office's already may be read again after a restart."""
        # A full disk must not end the thread that would go on once there is room.
        with suppress(OSError):
            self.save()

    def save(self) -> None:
        """Replace the file; OSError when there is no room."""
        with (
            self._guard,
            writing_whole(self._path) as half,
            half.open("w", encoding="utf-8") as file,
        ):
            file.write(_File(open=tuple(self)).model_dump_json())
            file.flush()
            os.fsync(file.fileno())


def _read(path: Path) -> tuple[OpenAlert, ...]:
    try:
        return _File.model_validate_json(path.read_bytes()).open
    except FileNotFoundError:
        return ()
    except ValidationError:
        # Written by another version: those alerts stay open until the office ends them.
        path.replace(path.with_suffix(".unreadable"))
        return ()
