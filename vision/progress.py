"""How an analysis tells how far it is: a bar for people, lines of JSON for programs, or nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from vision.batch import Observer, Silent
from vision.results import VideoRecord
from vision.watching import Seen, Task

HOUR_S: Final = 3600.0
console = Console(stderr=True)


class Counts:
    """What was looked at so far, and how quickly."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self.total_s = 0.0
        self._done_s = 0.0
        self._underway_s = 0.0
        self.videos = 0
        self.episodes = 0

    def began(self, tasks: Sequence[Task]) -> None:
        """More is to be looked at."""
        self.total_s += sum(task.length_s for task in tasks)

    def looking(self, looked_s: float) -> None:
        """So much of the pieces at work was."""
        self._underway_s = looked_s

    def looked(self, task: Task, seen: Seen) -> None:
        """One piece was."""
        self._done_s += task.length_s
        # What is at work beside it says so again in a moment.
        self._underway_s = max(self._underway_s - task.length_s, 0.0)

    def filed(self, video: VideoRecord, episodes: int) -> None:
        """One recording is finished."""
        self.videos += 1
        self.episodes += episodes

    @property
    def looked_s(self) -> float:
        """Of ``total_s``, pieces at work included."""
        return min(self._done_s + self._underway_s, self.total_s)

    @property
    def speed(self) -> float:
        """Seconds of footage a second."""
        return self.looked_s / max(time.monotonic() - self._began_s, 1e-3)


class Bar(Counts):
    """A bar on stderr, and a line for each recording."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress
        self._task: TaskID = progress.add_task("", total=None)

    def began(self, tasks: Sequence[Task]) -> None:
        """The bar knows its length."""
        super().began(tasks)
        self._show()

    def looking(self, looked_s: float) -> None:
        """The bar moves within a piece too."""
        super().looking(looked_s)
        self._show()

    def looked(self, task: Task, seen: Seen) -> None:
        """The bar moves on."""
        super().looked(task, seen)
        self._show()

    def filed(self, video: VideoRecord, episodes: int) -> None:
        """A line says what became of the recording."""
        super().filed(video, episodes)
        found = f"{video.analysed_s:.1f} s analysed, {episodes} episodes"
        line = f"{video.path}: {video.error or found}"
        self._progress.console.print(line, highlight=False, markup=False)
        self._show()

    def _show(self) -> None:
        told = f"{self.videos} videos, {self.episodes} episodes, {self.speed:.1f} x real time"
        hours = f"{self.looked_s / HOUR_S:.2f}/{self.total_s / HOUR_S:.2f} h"
        self._progress.update(
            self._task,
            total=max(self.total_s, 1e-3),
            completed=self.looked_s,
            description=f"{hours} {told}",
        )


class Lines(Counts):
    """One JSON object a line on stdout for each step."""

    def began(self, tasks: Sequence[Task]) -> None:
        """How much is to do."""
        super().began(tasks)
        tell_line("began", pieces=len(tasks), footage_s=round(self.total_s, 3))

    def looking(self, looked_s: float) -> None:
        """How far it is, now and then."""
        super().looking(looked_s)
        tell_line("looking", **self._far())

    def looked(self, task: Task, seen: Seen) -> None:
        """How far it is after a piece."""
        super().looked(task, seen)
        tell_line("looked", video=task.footage.label, **self._far())

    def _far(self) -> dict[str, float]:
        return {
            "looked_s": round(self.looked_s, 3),
            "footage_s": round(self.total_s, 3),
            "speed": round(self.speed, 2),
        }

    def filed(self, video: VideoRecord, episodes: int) -> None:
        """What became of a recording."""
        super().filed(video, episodes)
        tell_line("filed", video=video.path, episodes=episodes, error=video.error)


def tell_line(event: str, **more: Any) -> None:
    """One line for a program."""
    typer.echo(json.dumps({"event": event, **more}, ensure_ascii=False))


@contextmanager
def observing(quiet: bool, as_json: bool) -> Iterator[Observer]:
    """Who hears of the progress."""
    if as_json:
        yield Lines()
    elif quiet:
        yield Silent()
    else:
        columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
        with Progress(*columns, console=console) as progress:
            yield Bar(progress)
