"""The bench: it measures what it says, writes it down, and refuses what it cannot run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.test_samples import SAMPLES
from vision.bench import Peer
from vision.bench_cli import Wanted, run_bench
from vision.errors import ConfigError
from vision.model import DEFAULT_MODEL

CLIP = SAMPLES / "range-no-hat.mp4"


@pytest.fixture(autouse=True)
def log() -> Iterator[None]:
    """The bench silences the log of its process."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_it_holds_cameras_and_writes_figures_and_a_picture(tmp_path: Path) -> None:
    streams = {"keys": [1]}
    wanted = Wanted(0, 1, 5.0, 1.0, streams, 0, None, None)
    run_bench([CLIP], tmp_path, DEFAULT_MODEL, wanted)
    told = json.loads((tmp_path / "bench.json").read_text("utf-8"))
    assert [(run["streams"], run["mode"]) for run in told["density"]] == [(1, "keys")]
    assert "1 cameras, keys" in (tmp_path / "bench.svg").read_text("utf-8")


def test_a_python_without_ultralytics_is_named_as_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--peer-python"):
        Peer(sys.executable, tmp_path / "none.pt", 512)
