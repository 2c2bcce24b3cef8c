"""Episodes of recorded footage reach the API once, or say why they do not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.vision.alert_server import KEY, Shelf, serving
from vision.batch import Batch, Options, analyse
from vision.delivery import Api
from vision.errors import DeliveryError
from vision.exposure_hours import ExposureIn
from vision.model import DEFAULT_MODEL
from vision.posting import post
from vision.recordings import Place, Places
from vision.zones import whole_picture

SAMPLE = Path(__file__).parent.parent.parent / "sample_videos" / "range-no-hat.mp4"
BEGAN = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def places(camera_id: str | None = "c1", began: datetime | None = BEGAN) -> Places:
    return Places((("*", Place((whole_picture("cooking"),), "range", camera_id, began)),))


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Batch, Batch]:
    """The sample analysed with a time and without one."""
    out = tmp_path_factory.mktemp("timed")
    timed = analyse([SAMPLE], out, Options(DEFAULT_MODEL, "strict", places()))
    options = Options(DEFAULT_MODEL, "strict", places(began=None))
    untimed = analyse([SAMPLE], tmp_path_factory.mktemp("untimed"), options)
    return out, timed, untimed


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A real server on loopback."""
    with serving(Shelf()) as found:
        yield found


def test_each_episode_is_posted_once_however_often_it_is_tried(
    analysed: tuple[Path, Batch, Batch], shelf: Shelf
) -> None:
    out, timed, _ = analysed
    with Api(shelf.url, KEY) as api:
        first, again = (post(timed, out, places(), api) for _ in range(2))
    episodes = timed.analysis.episodes
    assert episodes and (first.sent, again.sent) == (len(episodes),) * 2
    assert set(shelf.created.values()) == {1} and len(shelf.alerts) == len(episodes)
    told = shelf.alerts[str(episodes[0].id)]
    assert told["origin"] == "batch" and told["camera_id"] == "c1"
    assert told["started_at"].startswith("2026-11-24T06:30:0")
    assert len(shelf.evidence) == sum(len({ref.sha256 for ref, _ in f.files}) for f in timed.filed)


def test_the_observed_hours_are_told_as_totals_of_the_recording(
    analysed: tuple[Path, Batch, Batch], shelf: Shelf
) -> None:
    out, timed, _ = analysed
    with Api(shelf.url, KEY) as api:
        posted = [post(timed, out, places(), api) for _ in range(2)]
    assert [one.observed for one in posted] == [1, 1]
    first, again = shelf.exposures["c1"]
    (video,) = timed.analysis.videos
    told = ExposureIn.model_validate_json(json.dumps(first))
    assert first == again and (told.origin, told.source) == ("batch", video.sha256)
    (hour,) = told.hours
    assert hour.hour_at == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert hour.scheduled_s == pytest.approx(video.duration_s)
    assert hour.effective_s == pytest.approx(video.exposure.camera_effective_s)
    assert hour.hat_person_s == pytest.approx(video.exposure.person_assessable_s.hat)


def test_hours_that_the_api_refuses_are_told(
    analysed: tuple[Path, Batch, Batch], shelf: Shelf
) -> None:
    out, timed, _ = analysed
    shelf.fault("PUT", 422)
    with Api(shelf.url, KEY) as api:
        posted = post(replace(timed, filed=()), out, places(), api)
    assert (posted.sent, posted.observed) == (0, 0)
    assert posted.left_out == (
        "range-no-hat.mp4: the observed hours: the API answers 422: because 422",
    )


def test_without_a_camera_or_a_time_nothing_is_posted_and_it_says_why(
    analysed: tuple[Path, Batch, Batch], shelf: Shelf
) -> None:
    out, timed, untimed = analysed
    with Api(shelf.url, KEY) as api:
        nobody = post(timed, out, places(camera_id=None), api)
        never = post(untimed, out, places(began=None), api)
    assert not shelf.alerts and not shelf.exposures
    assert nobody.left_out == (
        "range-no-hat.mp4: which camera took it is not known; give its camera_id",
    )
    assert "when it was taken is not known" in never.left_out[0]


def test_what_the_api_does_not_take_now_waits(
    analysed: tuple[Path, Batch, Batch], shelf: Shelf
) -> None:
    out, timed, _ = analysed
    shelf.fault("POST", 503)
    with Api(shelf.url, KEY) as api:
        with pytest.raises(DeliveryError, match="wait in"):
            post(timed, out, places(), api)
        assert post(timed, out, places(), api).sent == len(timed.filed)
