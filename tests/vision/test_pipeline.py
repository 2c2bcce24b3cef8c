"""A frame goes in, findings come out; the detector is played from a script."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.factories import make_detections
from vision.detections import Detections, HatState, MaskState
from vision.frames import Frame
from vision.pipeline import Finding, Pipeline
from vision.rulepacks import load_pack
from vision.tracker import NearestTracker
from vision.zones import Zone, whole_picture

NOISE = np.random.default_rng(1)
COOKING = whole_picture("cooking")
BARE = make_detections((40, 20, 60, 45), hat=HatState.MISSING, mask=MaskState.MISSING)
DRESSED = make_detections((40, 20, 60, 45), hat=HatState.WORN, mask=MaskState.WORN)
UNCLEAR = make_detections((40, 20, 60, 45))


class Script:
    """A detector that says at each second what the script says."""

    def __init__(self, script: Callable[[float], Detections]) -> None:
        self._script = script

    def detect(self, frame: Frame) -> Detections:
        return self._script(frame.time_s)


def frame(time_s: float, *, still: bool = False) -> Frame:
    picture = NOISE.integers(50, 200, (90, 160, 3), np.uint8)
    return Frame(np.full_like(picture, 99) if still else picture, time_s)


def run(
    script: Callable[[float], Detections],
    zone: Zone = COOKING,
    pack: str = "strict",
    still: bool = False,
) -> tuple[list[Finding], Pipeline]:
    pipeline = Pipeline(Script(script), NearestTracker(), [zone], load_pack(pack).pack)
    closed: list[Finding] = []
    for k in range(60):
        closed += pipeline.step(frame(k * 0.2, still=still)).closed
    return closed + list(pipeline.finish()), pipeline


def rules(findings: list[Finding]) -> set[str]:
    return {finding.setting.id for finding in findings}


def test_a_bare_cook_breaks_both_rules_where_both_are_asked() -> None:
    findings, _ = run(lambda _: BARE)
    assert rules(findings) == {"missing_hat", "missing_mask"}
    assert all(finding.episode.start_s == 0 for finding in findings)


def test_the_same_cook_needs_no_mask_at_the_stove_under_the_national_standard() -> None:
    findings, _ = run(lambda _: BARE, pack="gb31654")
    assert rules(findings) == {"missing_hat"}


def test_a_dressed_cook_breaks_nothing() -> None:
    findings, _ = run(lambda _: DRESSED)
    assert findings == []


def test_who_stands_outside_every_zone_is_not_judged() -> None:
    far = Zone("far", "cooking", ((0.8, 0.8), (1, 0.8), (1, 1)))
    findings, pipeline = run(lambda _: BARE, zone=far)
    assert findings == [] and pipeline.exposure.hat_s == 0


def test_a_frozen_picture_earns_neither_evidence_nor_exposure() -> None:
    findings, pipeline = run(lambda t: BARE if t > 5 else Detections.empty(), still=True)
    assert findings == []
    assert pipeline.exposure.camera_s == pytest.approx(4.8, abs=0.21)
    assert [i.state for i in pipeline.health.intervals] == ["frozen"]


def test_an_unclear_head_is_not_observed_time() -> None:
    _, pipeline = run(lambda t: DRESSED if t < 6 else UNCLEAR)
    assert pipeline.exposure.camera_s == pytest.approx(11.8)
    assert pipeline.exposure.hat_s == pytest.approx(5.8, abs=0.21)


def test_masks_are_not_exposed_where_none_is_asked() -> None:
    _, pipeline = run(lambda _: DRESSED, pack="gb31654")
    assert pipeline.exposure.mask_s == 0 and pipeline.exposure.hat_s > 0


def test_a_rat_that_runs_is_found_and_a_stain_is_not() -> None:
    running, _ = run(lambda t: make_detections((t * 8, 60, t * 8 + 20, 70), kind="rodent"))
    stain, _ = run(lambda _: make_detections((40, 60, 60, 70), kind="rodent"))
    assert rules(running) == {"pest_rodent"} and stain == []
