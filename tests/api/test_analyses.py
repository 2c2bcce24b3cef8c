"""Analyses of recordings: uploaded or from a folder, run by the server, entered into review."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select, update
from starlette.requests import ClientDisconnect

from api.analyses import folders, jobs
from api.analyses.folders import job_folder
from api.analyses.intake import receive
from api.analyses.models import AnalysisRow
from api.analyses.rules import Progress
from api.analyses.runner import Runner
from api.audit import AuditRow
from api.database import now
from api.settings import Settings
from tests.api.building import Kitchen, assert_problem, review
from tests.vision.clips import numbered, render_clip
from vision.errors import ConfigError, InvalidError
from vision.folders import only_one

SAMPLE: Final = Path(__file__).parent.parent.parent / "sample_videos" / "range-no-hat.mp4"
NAMED: Final = "2026-11-24_08-30-00.mp4"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """With a folder of recordings beside the data, and room for small uploads only."""
    footage = tmp_path / "recorder"
    footage.mkdir()
    return settings.model_copy(
        update={"footage_folder": footage, "footage_upload_bytes": 40_000_000}
    )


@pytest.fixture
def runner(kitchen: Kitchen, settings: Settings) -> Runner:
    """What `serve` runs beside the pages."""
    return Runner(kitchen.database, settings, kitchen.app.state.storage)


@pytest.fixture
def admin(kitchen: Kitchen) -> TestClient:
    """Somebody who sees everything."""
    return kitchen.person("admin")


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds in which nothing happens."""
    path = tmp_path_factory.mktemp("clips") / "quiet.mp4"
    return render_clip(path, (numbered(index) for index in range(50)))


def asked(client: TestClient, **more: Any) -> Any:
    """A new analysis."""
    answer = client.post("/api/v1/analyses", json={"source": "upload"} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def put(client: TestClient, job: Any, name: str, content: bytes) -> Response:
    """Upload one video."""
    return client.put(
        f"/api/v1/analyses/{job['id']}/footage", params={"name": name}, content=content
    )


def step(client: TestClient, job: Any, what: str) -> Response:
    """Start, cancel or resume it."""
    return client.post(f"/api/v1/analyses/{job['id']}/{what}")


def read(client: TestClient, job: Any) -> Any:
    """As it is now."""
    return client.get(f"/api/v1/analyses/{job['id']}").json()


def uploaded(client: TestClient, path: Path, name: str = NAMED, **more: Any) -> Any:
    """A started analysis of one video."""
    job = asked(client, **{"fps": 2} | more)
    assert put(client, job, name, path.read_bytes()).status_code == 201
    assert step(client, job, "start").status_code == 200
    return job


def actions(kitchen: Kitchen, job: Any) -> list[str]:
    """What the audit log says of it, in order."""
    wanted = select(AuditRow.action).where(AuditRow.subject == job["id"]).order_by(AuditRow.seq)
    with kitchen.database.reading() as session:
        return list(session.scalars(wanted))


def test_an_uploaded_video_is_analysed_and_its_results_can_be_read(
    kitchen: Kitchen, admin: TestClient, runner: Runner, clip: Path
) -> None:
    job = uploaded(admin, clip, rules="gb31654")
    assert read(admin, job)["state"] == "queued"
    assert runner.round()
    assert not runner.round(), "nothing else waits"
    done = read(admin, job)
    assert (done["state"], done["videos_done"], done["videos_failed"]) == ("finished", 1, 0)
    assert done["looked_s"] == done["footage_s"] == pytest.approx(2, abs=0.1)
    found = admin.get(f"/api/v1/analyses/{job['id']}/episodes").json()
    assert [video["path"] for video in found["videos"]] == [NAMED]
    assert found["videos"][0]["recorded"]["source"] == "name"
    assert found["rules"]["name"] == "gb31654"
    for kind in ("xlsx", "parquet"):
        table = admin.get(f"/api/v1/analyses/{job['id']}/episodes", params={"format": kind})
        assert table.status_code == 200 and len(table.content) > 100
    assert actions(kitchen, job)[:3] == [
        "analysis.created",
        "analysis.video_added",
        "analysis.started",
    ]
    assert "analysis.finished" in actions(kitchen, job)


def test_a_folder_waits_for_its_turn_at_once(
    admin: TestClient, runner: Runner, settings: Settings, clip: Path
) -> None:
    assert settings.footage_folder is not None
    deep = settings.footage_folder / "ch01" / "2026-11-24"
    deep.mkdir(parents=True)
    shutil.copy(clip, deep / "08-30-00.mp4")
    listed = admin.get("/api/v1/footage-folders", params={"under": "ch01"}).json()
    assert listed == {"path": "ch01", "folders": ["2026-11-24"], "videos": 0}
    job = asked(admin, source="folder", folder="ch01", zone_type="storage")
    assert (job["state"], job["videos"], job["folder"]) == ("queued", 1, "ch01")
    assert runner.round()
    found = admin.get(f"/api/v1/analyses/{job['id']}/episodes").json()
    assert [video["path"] for video in found["videos"]] == ["2026-11-24/08-30-00.mp4"]
    assert found["options"]["zones"][0]["type"] == "storage"


@pytest.mark.parametrize(
    "path", ["..", "../data", "/etc", "ch01/../..", "none", "out", "\\..", "~"]
)
def test_no_path_leads_out_of_the_footage_folder(
    admin: TestClient, settings: Settings, tmp_path: Path, path: str
) -> None:
    assert settings.footage_folder is not None
    (settings.footage_folder / "ch01").mkdir()
    (settings.footage_folder / "out").symlink_to(tmp_path)
    answer = admin.post("/api/v1/analyses", json={"source": "folder", "folder": path})
    assert_problem(answer, 404, "not-found")
    assert_problem(admin.get("/api/v1/footage-folders", params={"under": path}), 404, "not-found")


def test_a_video_that_is_a_link_out_of_the_folder_is_refused(
    admin: TestClient, settings: Settings, clip: Path
) -> None:
    assert settings.footage_folder is not None
    (settings.footage_folder / "ch01").mkdir()
    (settings.footage_folder / "ch01" / "secret.mp4").symlink_to(clip)
    answer = admin.post("/api/v1/analyses", json={"source": "folder", "folder": "ch01"})
    assert_problem(answer, 422, "invalid", "folder")


def test_the_folder_is_not_for_who_looks_after_a_district_only(kitchen: Kitchen) -> None:
    client = kitchen.person("supervisor", station="North")
    answer = client.post("/api/v1/analyses", json={"source": "folder"})
    assert_problem(answer, 403, "forbidden")
    assert_problem(client.get("/api/v1/footage-folders"), 403, "forbidden")


@pytest.mark.parametrize("role", ["patrol", "inspector", "restaurant"])
def test_only_supervision_asks_for_analyses(kitchen: Kitchen, role: Any) -> None:
    scope = {"inspector": {"station": "North"}, "restaurant": {"restaurant_id": kitchen.restaurant}}
    client = kitchen.person(role, **scope.get(role, {}))
    assert_problem(client.post("/api/v1/analyses", json={"source": "upload"}), 403, "forbidden")
    assert_problem(client.get("/api/v1/analyses"), 403, "forbidden")


def test_each_sees_those_of_cameras_in_care_and_ones_own(kitchen: Kitchen) -> None:
    north = kitchen.person("supervisor", "Nora", station="North")
    south = kitchen.person("supervisor", "Sam", station="South")
    theirs = asked(south, camera_id=kitchen.other_camera.id)
    plain = asked(south)
    mine = asked(north, camera_id=kitchen.camera.id)
    everything = kitchen.person("admin").get("/api/v1/analyses").json()["items"]
    assert {job["id"] for job in everything} == {theirs["id"], plain["id"], mine["id"]}
    assert [job["id"] for job in north.get("/api/v1/analyses").json()["items"]] == [mine["id"]]
    for job in (theirs, plain):
        assert_problem(step(north, job, "cancel"), 404, "not-found")
    body = {"source": "upload", "camera_id": kitchen.other_camera.id}
    assert_problem(north.post("/api/v1/analyses", json=body), 404, "not-found")


def test_what_is_no_video_is_refused_and_leaves_nothing(
    admin: TestClient, settings: Settings
) -> None:
    job = asked(admin)
    assert_problem(put(admin, job, "notes.txt", b"x"), 422, "invalid", "name")
    assert_problem(put(admin, job, "empty.mp4", b""), 422, "invalid", "body")
    large = settings.footage_upload_bytes + 1
    announced = {"Content-Length": str(large)}
    address = f"/api/v1/analyses/{job['id']}/footage?name=a.mp4"
    assert_problem(admin.put(address, content=b"x", headers=announced), 413, "too-large")
    assert_problem(put(admin, job, "a.mp4", bytes(large)), 413, "too-large")
    assert_problem(step(admin, job, "start"), 422, "invalid", "videos")
    left = [path for path in job_folder(settings, job["id"]).root.rglob("*") if path.is_file()]
    assert left == []


def test_an_upload_that_breaks_off_leaves_nothing(settings: Settings) -> None:
    place = job_folder(settings, "a" * 16)

    async def body() -> AsyncIterator[bytes]:
        yield bytes(3_000_000)
        assert [path.stat().st_size for path in place.incoming.iterdir()] != []
        raise ClientDisconnect

    with pytest.raises(InvalidError, match="broke off"):
        asyncio.run(receive(place, body(), 0, settings.footage_upload_bytes))
    assert list(place.incoming.iterdir()) == []


def test_a_disk_without_room_takes_no_upload(
    admin: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(admin)
    monkeypatch.setattr(folders, "LEAST_FREE_BYTES", 2**62)
    assert_problem(put(admin, job, "a.mp4", b"x"), 507, "storage")


def test_a_disk_that_runs_full_stops_the_run_and_says_so(
    admin: TestClient, runner: Runner, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = uploaded(admin, clip)
    with monkeypatch.context() as patch:
        patch.setattr(folders, "LEAST_FREE_BYTES", 2**62)
        runner.round()
    assert (read(admin, job)["state"], read(admin, job)["problem"]) == ("failed", "disk")
    again = step(admin, job, "resume").json()
    assert (again["state"], again["problem"]) == ("queued", "")


def test_two_videos_of_one_name_are_both_kept(admin: TestClient, clip: Path) -> None:
    job = asked(admin)
    for _ in range(2):
        told = put(admin, job, "cam 1.mp4", clip.read_bytes()).json()
    assert told["uploads"] == [{"name": "cam 1.mp4", "bytes": clip.stat().st_size}] * 2
    assert told["videos"] == 2


def test_a_damaged_video_is_told_with_its_reason_and_the_rest_goes_on(
    admin: TestClient, runner: Runner, clip: Path
) -> None:
    job = asked(admin)
    put(admin, job, "good.mp4", clip.read_bytes())
    put(admin, job, "bad.mp4", b"no video at all")
    step(admin, job, "start")
    runner.round()
    done = read(admin, job)
    assert (done["state"], done["videos_done"], done["videos_failed"]) == ("finished", 2, 1)
    assert done["failures"][0]["video"] == "bad.mp4" and done["failures"][0]["reason"]


def test_where_nothing_can_be_read_the_job_fails_with_the_reason(
    admin: TestClient, runner: Runner
) -> None:
    job = asked(admin)
    put(admin, job, "bad.mp4", b"no video at all")
    step(admin, job, "start")
    runner.round()
    done = read(admin, job)
    assert (done["state"], done["problem"]) == ("failed", "nothing_read")
    assert done["detail"].startswith("nothing could be read; see out/episodes.json")


def test_a_waiting_job_that_is_cancelled_does_not_run_until_it_is_resumed(
    admin: TestClient, runner: Runner, clip: Path
) -> None:
    job = uploaded(admin, clip)
    assert step(admin, job, "cancel").json()["state"] == "cancelled"
    assert not runner.round()
    assert_problem(step(admin, job, "cancel"), 409, "conflict")
    assert step(admin, job, "resume").json()["state"] == "queued"
    assert runner.round()
    assert read(admin, job)["state"] == "finished"
    assert_problem(step(admin, job, "resume"), 409, "conflict")


def long_clip(path: Path) -> Path:
    """Half a minute: long enough to be cancelled in the middle."""
    return render_clip(path, (numbered(index % 200) for index in range(25 * 40)))


@pytest.mark.cluster  # works for half a minute, so that there is a middle
def test_cancelling_a_running_job_ends_its_process_and_resuming_goes_on(
    admin: TestClient, runner: Runner, clip: Path, tmp_path: Path, kitchen: Kitchen
) -> None:
    job = asked(admin, fps=25)
    put(admin, job, "1.mp4", clip.read_bytes())
    put(admin, job, "2.mp4", long_clip(tmp_path / "long.mp4").read_bytes())
    step(admin, job, "start")
    working = threading.Thread(target=runner.round)
    working.start()
    until(lambda: read(admin, job)["videos_done"] >= 1)
    assert step(admin, job, "cancel").json()["state"] == "cancelled"
    working.join(timeout=60)
    stopped = read(admin, job)
    assert (stopped["state"], stopped["videos_done"]) == ("cancelled", 1)
    with kitchen.database.reading() as session:
        assert session.get_one(AnalysisRow, job["id"]).holder is None
    step(admin, job, "resume")
    assert runner.round()
    done = read(admin, job)
    assert (done["state"], done["videos_done"]) == ("finished", 2)
    assert done["footage_s"] == pytest.approx(40, abs=1), "the first video was not looked at again"


def test_two_servers_never_take_the_same_job(
    kitchen: Kitchen, admin: TestClient, clip: Path
) -> None:
    job = uploaded(admin, clip)
    with kitchen.database.writing() as session:
        taken = jobs.take(session, "one")
    assert taken is not None and taken.id == job["id"]
    with kitchen.database.writing() as session:
        assert jobs.take(session, "two") is None
        assert jobs.beat(session, job["id"], "one", Progress(looked_s=1, footage_s=2))
        assert not jobs.beat(session, job["id"], "two", Progress())


def test_a_job_whose_server_was_killed_is_taken_up_by_another(
    kitchen: Kitchen, admin: TestClient, runner: Runner, clip: Path
) -> None:
    job = uploaded(admin, clip)
    with kitchen.database.writing() as session:
        jobs.take(session, "killed")
    assert not runner.round(), "its lease still holds"
    with kitchen.database.writing() as session:
        session.execute(update(AnalysisRow).values(lease_until=now() - timedelta(seconds=1)))
    with kitchen.database.writing() as session:
        taken = jobs.take(session, "another")
    assert taken is not None and taken.id == job["id"]
    with kitchen.database.writing() as session:
        assert not jobs.beat(session, job["id"], "killed", Progress()), "should it wake up again"


SERVER: Final = """
import sys
from pathlib import Path
from api.analyses.runner import Runner
from api.database import Database
from api.settings import Settings
from api.storage import folder_storage
settings = Settings(data=Path(sys.argv[1]))
Runner(Database(sys.argv[2]), settings, folder_storage(settings.evidence_folder)).round()
"""


@pytest.mark.cluster  # works for half a minute, so that there is a middle
def test_a_killed_server_takes_its_process_with_it_and_another_server_goes_on(
    kitchen: Kitchen, admin: TestClient, runner: Runner, settings: Settings, clip: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    job = asked(admin, fps=25)
    put(admin, job, "1.mp4", clip.read_bytes())
    put(admin, job, "2.mp4", long_clip(tmp_path / "long.mp4").read_bytes())
    step(admin, job, "start")
    arguments = [sys.executable, "-c", SERVER, str(settings.data), settings.url]
    with subprocess.Popen(arguments) as server:
        until(lambda: read(admin, job)["videos_done"] >= 1)
        server.kill()
    until(lambda: not held(job_folder(settings, job["id"]).out))
    with kitchen.database.writing() as session:
        session.execute(update(AnalysisRow).values(lease_until=now() - timedelta(seconds=1)))
    assert runner.round()
    done = read(admin, job)
    assert (done["state"], done["videos_done"]) == ("finished", 2)


def held(out: Path) -> bool:
    """Whether a process writes there."""
    try:
        with only_one(out):
            return False
    except ConfigError:
        return True


def until(fits: Callable[[], bool]) -> None:
    """Wait for it, for a minute at most."""
    pause = threading.Event()
    for _ in range(600):
        if fits():
            return
        pause.wait(0.1)
    pytest.fail("it did not come to that within a minute")


def test_what_is_cancelled_is_not_taken_again_while_its_process_still_ends(
    kitchen: Kitchen, admin: TestClient, runner: Runner, clip: Path
) -> None:
    job = uploaded(admin, clip)
    with kitchen.database.writing() as session:
        jobs.take(session, "slow")
    step(admin, job, "cancel")
    step(admin, job, "resume")
    assert not runner.round()
    with kitchen.database.writing() as session:
        assert not jobs.beat(session, job["id"], "slow", Progress())
        jobs.end(session, job["id"], "slow", None)
    with kitchen.database.writing() as session:
        assert jobs.take(session, "quick") is not None


def test_episodes_of_a_known_camera_and_time_enter_review_once_and_outlive_the_analysis(
    kitchen: Kitchen, admin: TestClient, runner: Runner, settings: Settings
) -> None:
    job = uploaded(admin, SAMPLE, camera_id=kitchen.camera.id, into_review=True)
    assert runner.round()
    done = read(admin, job)
    assert done["state"] == "finished" and done["episodes"] > 0
    assert (done["alerts_posted"], done["alerts_left_out"]) == (done["episodes"], 0)
    alerts = admin.get("/api/v1/alerts").json()["items"]
    assert len(alerts) == done["episodes"]
    assert {alert["origin"] for alert in alerts} == {"batch"}
    assert all(file["stored"] for alert in alerts for file in alert["evidence"])
    with kitchen.database.writing() as session:
        again = {"state": "queued", "lease_until": None}
        session.execute(update(AnalysisRow).values(**again))
    address = f"/api/v1/analyses/{job['id']}"
    assert_problem(admin.delete(address), 409, "conflict")
    assert runner.round()
    assert admin.get("/api/v1/alerts").json()["items"] == alerts
    assert admin.delete(address).status_code == 204
    assert not (settings.data / "analyses" / job["id"]).exists(), "no footage is left"
    assert_problem(admin.get(address), 404, "not-found")
    assert admin.get("/api/v1/alerts").json()["items"] == alerts
    assert actions(kitchen, job)[-1] == "analysis.removed"


def test_episodes_without_a_known_time_are_counted_and_left_out(
    kitchen: Kitchen, admin: TestClient, runner: Runner
) -> None:
    job = uploaded(admin, SAMPLE, "cam.mp4", camera_id=kitchen.camera.id, into_review=True)
    assert runner.round()
    done = read(admin, job)
    assert (done["alerts_posted"], done["alerts_left_out"]) == (0, done["episodes"])
    assert admin.get("/api/v1/alerts").json()["items"] == []


def test_review_needs_a_camera(admin: TestClient) -> None:
    answer = admin.post("/api/v1/analyses", json={"source": "upload", "into_review": True})
    assert_problem(answer, 422, "invalid")


def test_the_report_runs_nothing_shows_verdicts_and_opens_only_what_it_lists(
    kitchen: Kitchen, admin: TestClient, runner: Runner, settings: Settings
) -> None:
    job = uploaded(admin, SAMPLE, camera_id=kitchen.camera.id, into_review=True)
    address = f"/recorded/{job['id']}/report"
    assert admin.get(address).status_code == 404, "not before it was analysed"
    assert runner.round()
    before = admin.get(address)
    policy = before.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "sandbox allow-same-origin" in policy
    assert "script" not in policy and "复核属实率" not in before.text
    alert = admin.get("/api/v1/alerts").json()["items"][0]
    assert review(admin, alert["id"], "upheld").status_code == 201
    assert "复核属实率" in admin.get(address).text
    assert actions(kitchen, job).count("analysis.report_viewed") == 2
    only_what_is_listed_can_be_read(admin, job, settings)


def only_what_is_listed_can_be_read(admin: TestClient, job: Any, settings: Settings) -> None:
    """Pictures and clips beside the report."""
    found = admin.get(f"/api/v1/analyses/{job['id']}/episodes").json()
    paths = {item["path"] for episode in found["episodes"] for item in episode["evidence"]}
    for path in paths:
        got = admin.get(f"/recorded/{job['id']}/{path}")
        assert got.content == (job_folder(settings, job["id"]).out / path).read_bytes()
        assert got.headers["content-type"] in ("image/jpeg", "video/mp4")
    for other in ("chain.jsonl", "../episodes.json", "%2e%2e/episodes.json", "/etc/passwd", ""):
        answer = admin.get(f"/recorded/{job['id']}/evidence/{other}")
        assert answer.status_code == 404, other


def test_the_form_begins_an_analysis_and_says_what_is_missing(
    kitchen: Kitchen, admin: TestClient
) -> None:
    admin.headers["Accept-Language"] = "en"
    page = admin.post("/recorded", data={"into_review": "1"})
    assert page.status_code == 422 and "choose a camera" in page.text
    assert admin.post("/recorded", data={"fps": "much"}).status_code == 422
    made = admin.post("/recorded", data={"camera_id": kitchen.camera.id, "into_review": "1"})
    assert made.status_code == 200 and "Golden Wok" in made.text
    job = admin.get("/api/v1/analyses").json()["items"][0]
    assert (job["state"], job["into_review"]) == ("uploading", True)
    too_late = admin.post(f"/recorded/{job['id']}/resume")
    assert too_late.status_code == 409 and "moved on" in too_late.text


def test_the_recordings_in_the_folder_are_never_deleted(
    admin: TestClient, settings: Settings, clip: Path
) -> None:
    assert settings.footage_folder is not None
    shutil.copy(clip, settings.footage_folder / "a.mp4")
    job = asked(admin, source="folder")
    step(admin, job, "cancel")
    assert admin.post(f"/recorded/{job['id']}/remove").status_code == 200
    assert (settings.footage_folder / "a.mp4").is_file()
    assert admin.get("/api/v1/analyses").json()["items"] == []
