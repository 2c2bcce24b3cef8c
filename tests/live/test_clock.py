"""The host's clock is set: what is measured does not notice, what is told follows the new clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.live.driven import Site, ago, drive
from tests.live.seen import clip, kitchen, sent
from vision.live import clocks


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_that_is_set_while_an_alert_is_open_ends_nothing_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    site = Site(tmp_path, reopen_s=600.0)
    camera = site.camera()
    film = clip(tmp_path, kitchen(45), 5)
    pieces = sent(film, ago(30))
    drive(camera, site, pieces)
    there = datetime.now(UTC)

    class Set(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # UTC alone is asked
            return there + timedelta(hours=hours)

    with monkeypatch.context() as patched:
        patched.setattr(clocks, "datetime", Set)
        drive(camera, site, sent(film, pieces[-1].time_s + 0.2))
        camera.tick()
        site.work()
        assert len(site.alerts()) == 1 and site.updates() == []
        assert len(camera.open_alerts()) == 1
    site.close()
