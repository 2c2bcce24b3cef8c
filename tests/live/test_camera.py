"""What a camera sees is told once, proved before it is told, and never forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.live.driven import Site, ago, camera_config, drive, zone
from tests.live.seen import clip, kitchen, sent
from vision.chain import verify
from vision.errors import EvidenceError
from vision.live.clocks import now_at, wall_at
from vision.live.duty import duty_of
from vision.live.pieces import Piece
from vision.thresholds import Thresholds, digest, with_thresholds
from vision.video import open_video

FPS_STEP = 5  # five pictures a second


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    bare = clip(folder, kitchen(45), FPS_STEP)
    empty = clip(folder, kitchen(115, red=False), FPS_STEP)
    return {"bare": bare, "empty": empty}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.close()


def bare(clips: dict[str, Path], from_s: float) -> list[Piece]:
    """Nine seconds of somebody without a hat."""
    return sent(clips["bare"], from_s)


def test_somebody_without_a_hat_is_one_alert_with_its_proof(
    site: Site, clips: dict[str, Path]
) -> None:
    camera = site.camera()
    drive(camera, site, bare(clips, ago(9)))
    site.work()
    (alert,) = site.alerts()
    assert (alert["rule"], alert["zone"], alert["subjects"]) == ("missing_hat", "cooking", 1)
    kinds = [item["kind"] for item in alert["evidence"]]
    assert kinds[0] == "frame" and kinds.count("clip") == 1 and kinds[-1] == "data"
    left, _top, _right, bottom = alert["box"]
    assert abs(left - 60 / 320) < 0.05 and abs(bottom - 100 / 192) < 0.08


def test_the_evidence_lies_in_a_chain_and_the_clip_shows_what_came_before(
    site: Site, clips: dict[str, Path]
) -> None:
    drive(site.camera(), site, bare(clips, ago(9)))
    site.work()
    day = site.folder / "evidence" / now_at().date().isoformat()
    assert verify(day).first_bad is None
    (path,) = day.glob("*-clip.mp4")
    with open_video(path) as video:
        assert 3.0 <= video.duration_s <= 10.5
        assert video.stream.codec_context.name == "h264"


def test_an_alert_ends_when_it_is_not_seen_any_more(site: Site, clips: dict[str, Path]) -> None:
    camera = site.camera()
    pieces = bare(clips, ago(60))
    drive(camera, site, pieces)
    drive(camera, site, sent(clips["empty"], pieces[-1].time_s + 0.2))
    site.work()
    camera.tick()
    site.work()
    (update,) = site.updates()
    ended = datetime.fromisoformat(update["ended_at"])
    expected = wall_at(pieces[-1].time_s)
    assert abs(ended - expected) < timedelta(seconds=4)
    assert camera.open_alerts() == []


def test_a_crash_and_a_restart_make_no_second_alert(site: Site, clips: dict[str, Path]) -> None:
    drive(site.camera(), site, bare(clips, ago(30)))
    site.work()
    site.restart()
    again = site.camera()
    drive(again, site, bare(clips, ago(15)))
    site.work()
    assert len(site.alerts()) == 1 and len(again.open_alerts()) == 1


def test_a_crash_before_the_outbox_had_it_loses_nothing_and_doubles_nothing(
    site: Site, clips: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    drive(site.camera(), site, bare(clips, ago(9)))
    with monkeypatch.context() as crash:
        crash.setattr(site.outbox, "put", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            site.work()
    assert site.alerts() == []
    site.restart()
    site.camera()
    site.camera()
    assert len(site.alerts()) == 1


def test_what_comes_back_soon_is_the_same_alert(tmp_path: Path, clips: dict[str, Path]) -> None:
    site = Site(tmp_path, reopen_s=600.0)
    camera = site.camera()
    pieces = bare(clips, ago(120))
    drive(camera, site, pieces)
    empty = sent(clips["empty"], pieces[-1].time_s + 0.2)
    drive(camera, site, empty)
    camera.tick()
    drive(camera, site, bare(clips, empty[-1].time_s + 0.2))
    site.work()
    assert len(site.alerts()) == 1 and site.updates() == []
    site.close()


def test_a_threshold_keeps_an_unsure_episode_from_being_told(
    site: Site, clips: dict[str, Path]
) -> None:
    config = camera_config()
    duty = duty_of(config, "Asia/Shanghai", None)
    by_rule = {"missing_hat": 1.0}
    strict = Thresholds(version=1, sha256=digest(1, by_rule), by_rule=by_rule)  # type: ignore[arg-type]
    duty = replace(duty, rules=with_thresholds(duty.rules.loaded, strict))
    drive(site.camera(config, duty), site, bare(clips, ago(9)))
    site.work()
    assert site.alerts() == []


def test_a_full_disk_tells_nothing_it_cannot_prove_and_goes_on_when_there_is_room(
    site: Site, clips: dict[str, Path]
) -> None:
    camera = site.camera()
    site.free[0] = 0.0
    pieces = bare(clips, ago(20))
    drive(camera, site, pieces)
    site.work()
    assert site.alerts() == [] and not site.clerk.recording and camera.open_alerts() == []
    site.free[0] = 1e12
    drive(camera, site, bare(clips, pieces[-1].time_s + 0.2))
    site.work()
    assert len(site.alerts()) == 1 and site.clerk.recording


def test_while_nothing_can_be_recorded_nothing_counts_as_observed(
    site: Site, clips: dict[str, Path]
) -> None:
    camera = site.camera()
    site.clerk.recording = False
    drive(camera, site, bare(clips, ago(9)))
    camera.close()
    due = site.tools.hours.due("cam")
    assert due is not None and sum(hour.effective_s for hour in due.hours) == 0.0


def test_what_was_seen_counts_as_hours_of_the_camera_and_of_its_people(
    site: Site, clips: dict[str, Path]
) -> None:
    camera = site.camera()
    camera._noted_s = ago(10)
    drive(camera, site, bare(clips, ago(9)))
    camera.close()
    due = site.tools.hours.due("cam")
    assert due is not None
    assert 8.0 <= sum(hour.effective_s for hour in due.hours) <= 9.0
    assert 7.0 <= sum(hour.hat_person_s for hour in due.hours) <= 9.0


def test_neighbours_that_see_the_same_place_tell_it_once(
    tmp_path: Path, clips: dict[str, Path]
) -> None:
    site = Site(tmp_path, groups=(frozenset({"a", "b"}),))
    for name in ("a", "b"):
        drive(site.camera(camera_config(name)), site, bare(clips, ago(9)))
    site.work()
    assert [alert["camera_id"] for alert in site.alerts()] == ["a"]
    site.close()


def test_a_person_where_nobody_is_expected_at_this_hour(site: Site, clips: dict[str, Path]) -> None:
    there = now_at() + timedelta(hours=8)
    opens, closes = there + timedelta(hours=3), there + timedelta(hours=5)
    hours = [
        {
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "opens": f"{opens:%H:%M}",
            "closes": f"{closes:%H:%M}",
        }
    ]
    config = camera_config(zones=[zone(hours=hours)])
    drive(site.camera(config), site, bare(clips, ago(9)))
    site.work()
    assert [alert["rule"] for alert in site.alerts()] == ["person_out_of_hours"]


def test_a_camera_that_sends_nothing_any_more_is_told_with_its_last_picture(
    site: Site, clips: dict[str, Path]
) -> None:
    camera = site.camera()
    drive(camera, site, bare(clips, ago(9))[:5])
    camera.eye.seen_s = ago(55)
    camera.tick()
    site.work()
    (alert,) = site.alerts()
    assert alert["rule"] == "camera_offline" and alert["model"]["name"] == "camera health"
    assert [item["kind"] for item in alert["evidence"]] == ["frame"]
    began = datetime.fromisoformat(alert["started_at"])
    assert abs(now_at() - began - timedelta(seconds=55)) < timedelta(seconds=5)


def test_quiet_rooms_are_looked_at_seldom_and_still_watched(
    site: Site, clips: dict[str, Path]
) -> None:
    camera = site.camera(camera_config(sampling="adaptive"))
    camera._noted_s = ago(23)
    looked = drive(camera, site, sent(clips["empty"], ago(23)))
    camera.close()
    due = site.tools.hours.due("cam")
    assert looked <= 20 and due is not None
    assert sum(hour.effective_s for hour in due.hours) >= 20.0


def test_evidence_under_way_when_the_disk_breaks_leaves_no_half_alert(
    site: Site, clips: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise EvidenceError("the disk is gone")

    camera = site.camera()
    drive(camera, site, bare(clips, ago(9)))
    monkeypatch.setattr(site.outbox, "put", broken)
    site.work()
    (one,) = camera.open_alerts()
    assert one.stage == "written"
    monkeypatch.undo()
    camera.retell()
    site.work()
    assert len(site.alerts()) == 1
