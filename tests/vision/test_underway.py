"""A long piece says how far it is while it is looked at, and nothing is left of that."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.vision.clips import numbered, render_clip
from vision import underway
from vision.batch import Options, Silent, analyse
from vision.engines import Done, ResultT, TaskT
from vision.footage import Footage
from vision.frames import Frame
from vision.model import DEFAULT_MODEL
from vision.progress import Lines
from vision.recordings import everywhere
from vision.segments import Segment
from vision.watching import Seen, Task
from vision.zones import whole_picture

OPTIONS = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("storage")]))


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not after two seconds only."""
    monkeypatch.setattr(underway, "EVERY_S", 0.0)


class Hears(Silent):
    """Remembers the first time that it is told of a piece at work."""

    def __init__(self) -> None:
        self.told_s: list[float] = []
        self.heard = threading.Event()

    def looking(self, looked_s: float) -> None:
        """One more."""
        if looked_s:
            self.told_s.append(looked_s)
            self.heard.set()


class Waits:
    """An engine that gives its result once it was heard how far it is."""

    def __init__(self, hears: Hears) -> None:
        self._hears = hears

    def run(
        self, function: Callable[[TaskT], ResultT], tasks: Sequence[TaskT]
    ) -> Iterator[Done[TaskT, ResultT]]:
        """One after the other."""
        for task in tasks:
            result = function(task)
            assert self._hears.heard.wait(20)
            yield Done(task, result)


def test_a_piece_is_heard_of_before_it_is_done(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mp4", [numbered(0)] * 75)
    hears, out = Hears(), tmp_path / "out"
    analyse([clip], out, OPTIONS, Waits(hears), hears)
    assert 0 < hears.told_s[0] <= 3
    assert not (out / "parts" / "underway").exists()


def test_a_note_counts_from_where_the_piece_begins(tmp_path: Path) -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    noted = []
    for _ in underway.noting((Frame(picture, t) for t in (50.0, 61.0, 75.0)), 60, tmp_path / "n"):
        noted.append((tmp_path / "n").read_text() if (tmp_path / "n").exists() else "")
    assert noted == ["", "0.0", "1.0"] and (tmp_path / "n").read_text() == "15.0"


def test_what_cannot_be_noted_stops_nothing(tmp_path: Path) -> None:
    frames = [Frame(np.zeros((2, 2, 3), np.uint8), 1.0)]
    assert list(underway.noting(frames, 0, tmp_path / "elsewhere" / "n")) == frames


def test_programs_are_told_within_a_piece_too(capsys: pytest.CaptureFixture[str]) -> None:
    lines, task = Lines(), Task(Footage(Path("a"), "a"), Segment(0, 0, 1800), OPTIONS, 1800.0)
    lines.began([task, task])
    lines.looking(900.0)
    lines.looked(task, Seen())
    lines.looking(5000.0)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["event"] for one in told] == ["began", "looking", "looked", "looking"]
    assert [one["looked_s"] for one in told[1:]] == [900.0, 1800.0, 3600.0]
