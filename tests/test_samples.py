"""The sample videos: the rules find what they show from truth, the shipped model what it can."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.synthesis.truth import Subject, Track, read_expected, read_track
from vision.batch import Batch, Options, analyse
from vision.detections import KINDS, Detections, HatState, MaskState
from vision.frames import Frame
from vision.model import DEFAULT_MODEL
from vision.pipeline import Pipeline
from vision.recordings import everywhere
from vision.rulepacks import load_pack
from vision.tracker import NearestTracker
from vision.video import open_video
from vision.zones import whole_picture

SAMPLES = Path(__file__).parent.parent / "sample_videos"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.mp4"))
# Seconds by which an episode may begin or end off the truth: sampling, and when it is sure.
SLACK_S = 0.7


class Truth:
    """A detector that reads each frame's truth instead of the picture."""

    def __init__(self, track: Track) -> None:
        self._track = track

    def detect(self, frame: Frame) -> Detections:
        index = round(frame.time_s * self._track.fps)
        seen = [s for s in self._track.subjects if s.boxes[index] is not None]
        boxes = np.array([s.boxes[index] for s in seen], np.float32).reshape(-1, 4)
        kinds = np.array([KINDS.index(s.kind) for s in seen], np.int64)
        told = Detections.of(boxes, np.ones(len(seen), np.float32), kinds)
        return told.with_columns(
            hat=np.array([hat_state(s) for s in seen], np.int64),
            mask=np.array([mask_state(s) for s in seen], np.int64),
            hat_confidence=np.ones(len(seen), np.float32),
            mask_confidence=np.ones(len(seen), np.float32),
        )


def hat_state(subject: Subject) -> HatState:
    return HatState[subject.hat.upper()] if subject.hat else HatState.UNCLEAR


def mask_state(subject: Subject) -> MaskState:
    return MaskState[subject.mask.upper()] if subject.mask else MaskState.UNCLEAR


def found_from_truth(name: str, fps: float) -> list[tuple[str, float, float]]:
    """Rule, start and end of each episode when the detector is perfect."""
    expected = read_expected(SAMPLES / f"{name}.expected.toml")
    zone, pack = whole_picture(expected.zone_type), load_pack(expected.rules).pack
    track = read_track(SAMPLES / f"{name}.truth.json")
    pipeline = Pipeline(Truth(track), NearestTracker(), [zone], pack)
    with open_video(SAMPLES / f"{name}.mp4") as video:
        closed = [f for frame in video.frames(fps) for f in pipeline.step(frame).closed]
    findings = [*closed, *pipeline.finish()]
    return sorted((f.setting.id, f.episode.start_s, f.episode.last_s) for f in findings)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    options = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("cooking")]))
    return analyse([SAMPLES], tmp_path_factory.mktemp("samples"), options)


@pytest.mark.parametrize("fps", [2.0, 5.0])
@pytest.mark.parametrize("name", NAMES)
def test_from_truth_the_rules_find_exactly_what_the_clip_shows(name: str, fps: float) -> None:
    expected = read_expected(SAMPLES / f"{name}.expected.toml").episodes
    found = found_from_truth(name, fps)
    assert [rule for rule, _, _ in found] == sorted(e.rule for e in expected)
    for (_, start_s, end_s), e in zip(found, sorted(expected, key=lambda e: e.rule), strict=True):
        assert start_s == pytest.approx(e.start_s, abs=SLACK_S)
        assert end_s == pytest.approx(e.end_s, abs=SLACK_S)


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_model_finds_what_the_clip_shows(shipped: Batch, name: str) -> None:
    expected = read_expected(SAMPLES / f"{name}.expected.toml").episodes
    found = [e.rule for e in shipped.analysis.episodes if e.video == f"{name}.mp4"]
    assert sorted(found) == sorted(e.rule for e in expected)
