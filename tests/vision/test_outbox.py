import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import make_alert
from tests.vision.alert_server import KEY, Shelf, serving, write
from vision.alert import Alert, AlertUpdate
from vision.delivery import FIRST_DELAY_S, LONGEST_DELAY_S, Backoff, judge
from vision.errors import ConfigError, ConflictError, DeliveryError, EvidenceError
from vision.outbox import EVERYWHERE, Api, Delivery, Outbox


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with serving(Shelf()) as shelf:
        yield shelf


@pytest.fixture
def api(shelf: Shelf) -> Iterator[Api]:
    with Api(shelf.url, KEY, timeout_s=5) as api:
        yield api


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.db") as outbox:
        yield outbox


def with_evidence(tmp_path: Path, count: int = 2, **changes: Any) -> tuple[Alert, dict[str, Path]]:
    made = [write(tmp_path / f"{number}.jpg", b"picture %d" % number) for number in range(count)]
    files = {sha256: path for _, each in made for sha256, path in each.items()}
    return make_alert(evidence=[ref for ref, _ in made], **changes), files


def closed_port() -> str:
    with serving(Shelf()) as gone:
        return gone.url


def test_an_alert_goes_out_with_its_evidence_and_leaves_nothing_behind(
    outbox: Outbox, api: Api, shelf: Shelf, tmp_path: Path
) -> None:
    alert, files = with_evidence(tmp_path)
    outbox.put(alert, files)
    assert [item.alert_id for item in outbox.pending()] == [str(alert.id)]
    assert outbox.deliver(api) == Delivery(sent=1)
    assert Alert.model_validate(shelf.alerts[str(alert.id)]) == alert
    assert {sha256 for _, sha256 in shelf.evidence} == set(files)
    assert outbox.pending() == [] and list((tmp_path / "outbox.db.files").iterdir()) == []
    assert all(path.exists() for path in files.values())


def test_evidence_cannot_vanish_under_a_waiting_alert(
    outbox: Outbox, api: Api, shelf: Shelf, tmp_path: Path
) -> None:
    alert, files = with_evidence(tmp_path)
    outbox.put(alert, files)
    for path in files.values():
        path.unlink()
    assert outbox.deliver(api).sent == 1
    assert len(shelf.evidence) == 2


def test_evidence_on_another_disk_is_copied(outbox: Outbox, tmp_path: Path) -> None:
    shm = Path("/dev/shm")  # noqa: S108 - the one other file system every Linux has
    if not shm.is_dir() or shm.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system")
    other = shm / f"{os.getpid()}.jpg"
    ref, files = write(other, b"elsewhere")
    outbox.put(make_alert(evidence=[ref]), files)
    other.unlink()
    assert len(list((tmp_path / "outbox.db.files").glob("*/*"))) == 1


def test_the_server_may_be_away_for_as_long_as_it_likes(
    outbox: Outbox, shelf: Shelf, tmp_path: Path
) -> None:
    alerts = [make_alert(camera_id=str(number)) for number in range(3)]
    for alert in alerts:
        outbox.put(alert, {})
    with Api(closed_port(), KEY) as away:
        delivery = outbox.deliver(away)
    assert (delivery.sent, delivery.kept) == (0, 3)
    assert "does not answer" in str(delivery.error) and KEY not in str(delivery.error)
    assert list(delivery.reasons) == [EVERYWHERE]
    with Api(shelf.url, KEY) as api:
        assert outbox.deliver(api) == Delivery(sent=3)
    assert list(shelf.alerts) == [str(alert.id) for alert in alerts]


def test_a_server_in_trouble_is_tried_again(outbox: Outbox, api: Api, shelf: Shelf) -> None:
    outbox.put(make_alert(), {})
    shelf.fault("POST", 500)
    shelf.fault("POST", 500)
    assert [outbox.deliver(api).sent for _ in range(3)] == [0, 0, 1]
    assert [status for _, status in shelf.log] == [500, 500, 201]


@pytest.mark.parametrize("status", [409, 413, 422])
def test_what_is_refused_is_set_aside_and_blocks_nobody(
    outbox: Outbox, api: Api, shelf: Shelf, status: int
) -> None:
    first, second = make_alert(), make_alert()
    outbox.put(first, {})
    outbox.put(second, {})
    shelf.fault("POST", status)
    assert outbox.deliver(api) == Delivery(sent=1, refused=1)
    (refused,) = outbox.refused()
    assert refused.alert_id == str(first.id)
    assert refused.problem == f"the API answers {status}: because {status}"
    assert outbox.pending() == [] and list(shelf.alerts) == [str(second.id)]


def test_a_true_conflict_is_refused(outbox: Outbox, api: Api, shelf: Shelf, tmp_path: Path) -> None:
    alert = make_alert(subjects=1)
    outbox.put(alert, {})
    outbox.deliver(api)
    outbox.put(alert.model_copy(update={"subjects": 2}), {})
    assert outbox.deliver(api).refused == 1
    assert shelf.alerts[str(alert.id)]["subjects"] == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_keeps_the_alert_and_says_what_to_mend(
    outbox: Outbox, api: Api, shelf: Shelf, status: int
) -> None:
    outbox.put(make_alert(), {})
    shelf.fault("POST", status)
    delivery = outbox.deliver(api)
    assert (delivery.kept, delivery.refused) == (1, 0)
    assert "check the camera's key" in str(delivery.error)
    assert outbox.deliver(api).sent == 1


def test_each_camera_speaks_with_its_own_key(outbox: Outbox, shelf: Shelf) -> None:
    for camera in ("1", "2", "3"):
        outbox.put(make_alert(camera_id=camera), {})
    with Api(shelf.url, {"1": KEY, "2": "wrong"}) as api:
        delivery = outbox.deliver(api)
    assert (delivery.sent, delivery.kept) == (1, 2)
    assert "check the camera's key" in delivery.reasons["2"].detail
    assert delivery.reasons["3"].detail == "there is no key for camera 3; configure it"


def test_one_cameras_trouble_holds_back_its_own_later_alerts_only(
    outbox: Outbox, api: Api, shelf: Shelf
) -> None:
    alerts = [make_alert(camera_id=camera) for camera in ("1", "1", "2")]
    for alert in alerts:
        outbox.put(alert, {})
    shelf.fault("POST", 500)
    assert outbox.deliver(api).sent == 1
    assert list(shelf.alerts) == [str(alerts[2].id)]
    assert outbox.deliver(api).sent == 2
    assert list(shelf.alerts)[1:] == [str(alerts[0].id), str(alerts[1].id)]


def test_updates_follow_their_alert_in_order(outbox: Outbox, api: Api, shelf: Shelf) -> None:
    alert = make_alert()
    outbox.put(alert, {})
    outbox.update(alert.id, AlertUpdate(subjects=2))
    shelf.fault("POST", 503)
    assert outbox.deliver(api).sent == 0 and shelf.updates == []
    outbox.update(alert.id, AlertUpdate(subjects=3, confidence=0.5))
    assert outbox.deliver(api) == Delivery(sent=3)
    assert shelf.updates == [
        (str(alert.id), {"subjects": 2}),
        (str(alert.id), {"subjects": 3, "confidence": 0.5}),
    ]


def test_an_update_may_come_after_its_alert_is_gone(outbox: Outbox, api: Api, shelf: Shelf) -> None:
    alert = make_alert()
    outbox.put(alert, {})
    outbox.deliver(api)
    outbox.update(alert.id, AlertUpdate(subjects=2), alert.camera_id)
    assert outbox.deliver(api).sent == 1
    outbox.update(make_alert().id, AlertUpdate(subjects=2), "1")
    assert outbox.deliver(api).refused == 1


def test_evidence_goes_on_where_it_stopped(
    outbox: Outbox, api: Api, shelf: Shelf, tmp_path: Path
) -> None:
    alert, files = with_evidence(tmp_path, 3)
    outbox.put(alert, files)
    shelf.fault("PUT", 500)
    assert outbox.deliver(api).kept == 1
    assert outbox.deliver(api).sent == 1
    assert sum(line.startswith("POST") for line, _ in shelf.log) == 1
    assert len(shelf.evidence) == 3


def test_one_refused_file_does_not_hold_the_others_back(
    outbox: Outbox, api: Api, shelf: Shelf, tmp_path: Path
) -> None:
    alert, files = with_evidence(tmp_path, 3)
    outbox.put(alert, files)
    shelf.fault("PUT", 413)
    assert outbox.deliver(api).refused == 1
    assert len(shelf.evidence) == 2
    assert "evidence" in outbox.refused()[0].problem and "413" in outbox.refused()[0].problem


def test_an_altered_spool_file_is_refused_by_the_server(
    outbox: Outbox, api: Api, shelf: Shelf, tmp_path: Path
) -> None:
    alert, files = with_evidence(tmp_path, 1)
    outbox.put(alert, files)
    (spooled,) = (tmp_path / "outbox.db.files").glob("*/*")
    spooled.write_bytes(b"altered")
    assert outbox.deliver(api).refused == 1 and not shelf.evidence


def test_putting_it_again_changes_nothing_and_other_content_is_refused(outbox: Outbox) -> None:
    alert = make_alert()
    outbox.put(alert, {})
    outbox.put(alert, {})
    assert len(outbox.pending()) == 1
    with pytest.raises(ConflictError, match="other content"):
        outbox.put(alert.model_copy(update={"subjects": 9}), {})


def test_evidence_must_be_there_and_be_what_the_alert_names(outbox: Outbox, tmp_path: Path) -> None:
    alert, files = with_evidence(tmp_path, 1)
    (path,) = files.values()
    with pytest.raises(EvidenceError, match="lacks the file"):
        outbox.put(alert, {})
    path.write_bytes(b"other")
    with pytest.raises(EvidenceError, match="not what its alert names"):
        outbox.put(alert, files)
    path.unlink()
    with pytest.raises(EvidenceError, match="is missing"):
        outbox.put(alert, files)
    assert outbox.pending() == []


def test_what_waits_is_still_there_after_a_restart(tmp_path: Path) -> None:
    alert, files = with_evidence(tmp_path)
    with Outbox(tmp_path / "outbox.db") as first:
        first.put(alert, files)
    with Outbox(tmp_path / "outbox.db") as second:
        assert [item.alert_id for item in second.pending()] == [str(alert.id)]


def test_a_folder_left_by_a_crash_is_swept_once_it_is_old(tmp_path: Path) -> None:
    place = tmp_path / "outbox.db.files" / "left"
    place.mkdir(parents=True)
    Outbox(tmp_path / "outbox.db").close()
    assert place.exists()
    os.utime(place, (0, 0))
    Outbox(tmp_path / "outbox.db").close()
    assert not place.exists()


def test_what_is_no_outbox_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    path.write_bytes(b"not a database" * 99)
    with pytest.raises(DeliveryError, match="move it away"):
        Outbox(path)
    assert path.read_bytes() == b"not a database" * 99


@pytest.mark.parametrize("url", ["", "kitchen", "ftp://host", "http://", "http://[::1"])
def test_an_address_that_is_none_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError, match="address"):
        Api(url, KEY)


def test_no_message_shows_a_key_or_a_password(outbox: Outbox) -> None:
    outbox.put(make_alert(), {})
    address = closed_port().replace("http://", "http://user:hidden@")
    with Api(address, KEY) as api:
        delivery = outbox.deliver(api)
    for text in (repr(api), repr(delivery), str(delivery.error)):
        assert KEY not in text and "hidden" not in text


def test_the_loop_delivers_as_alerts_come_and_outlives_faults(
    outbox: Outbox, api: Api, shelf: Shelf
) -> None:
    shelf.fault("POST", 500)
    quit, done, heard = Event(), Event(), list[Delivery]()

    def report(delivery: Delivery) -> None:
        heard.append(delivery)
        if delivery.sent and not delivery.kept:
            done.set()

    thread = Thread(target=outbox.run, args=(api, quit, report))
    thread.start()
    outbox.put(make_alert(camera_id="1"), {})
    outbox.put(make_alert(camera_id="2"), {})
    assert done.wait(20)
    quit.set()
    thread.join(5)
    assert not thread.is_alive() and len(shelf.alerts) == 2
    assert sum(delivery.sent for delivery in heard) == 2


@settings(deadline=None)
@given(st.integers(1, 40), st.one_of(st.none(), st.floats(0, 3600)), st.integers())
def test_delays_double_up_to_a_limit_and_heed_the_server(
    failures: int, retry_after_s: float | None, seed: int
) -> None:
    backoff = Backoff(random.Random(seed))
    for _ in range(failures):
        backoff.failed("1", 100.0, retry_after_s)
    whole_s = max(min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** (failures - 1)), retry_after_s or 0)
    soonest_s = max(
        min(LONGEST_DELAY_S, whole_s) / 2 if not retry_after_s else 0, retry_after_s or 0
    )
    assert backoff.waiting(100.0 + soonest_s * 0.99) == {"1"}
    assert backoff.waiting(100.0 + whole_s) == frozenset()
    backoff.succeeded("1")
    assert backoff.failing() == frozenset()


@pytest.mark.parametrize(
    ("text", "low_s", "high_s"),
    [
        ("7", 7, 7),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("soon", None, None),
        ("9" * 400, 3600, 3600),
    ],
)
def test_retry_after_is_read_in_both_spellings(
    outbox: Outbox, api: Api, shelf: Shelf, text: str, low_s: float | None, high_s: float | None
) -> None:
    outbox.put(make_alert(), {})
    shelf.fault("POST", 429, Retry_After=text)
    (answer,) = outbox.deliver(api).reasons.values()
    assert answer.retry_after_s == low_s == high_s


@settings(deadline=None)
@given(st.sampled_from(["POST", "PUT", "PATCH"]), st.integers(100, 599))
def test_every_status_has_a_meaning(method: str, status: int) -> None:
    answer = judge(method, status, "detail")
    assert (answer.outcome == "taken") == (status in {200, 201, 204})
    if status >= 500 or status in {401, 403, 408, 429}:
        assert answer.outcome == "later"
    if status in {409, 413, 422}:
        assert answer.outcome == "refused"


CHILD = """
import sys
from pathlib import Path
from threading import Event, Thread
from tests.vision.alert_server import KEY, numbered_alert
from vision.outbox import Api, Outbox

folder, url, first = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
outbox = Outbox(folder / "outbox.db")
Thread(target=outbox.run, args=(Api(url, KEY), Event()), daemon=True).start()
for number in range(first, first + 10_000):
    outbox.put(*numbered_alert(folder, number))
    print(number, flush=True)
"""


def run_and_kill(folder: Path, url: str, first: int, puts: int) -> int:
    """Start a child that puts and delivers, kill -9 it after ``puts``; how many it was told of."""
    command = [sys.executable, "-c", CHILD, str(folder), url, str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = 0
        for line in child.stdout:
            told += line.strip().isdigit()
            if told == puts:
                os.kill(child.pid, signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        return told


def test_kill_9_loses_nothing_and_doubles_nothing(shelf: Shelf, tmp_path: Path) -> None:
    chance = random.Random(11)
    told: set[int] = set()
    for first in (0, 1000, 2000):
        count = run_and_kill(tmp_path, shelf.url, first, chance.randint(1, 60))
        told |= set(range(first, first + count))
    with Outbox(tmp_path / "outbox.db") as outbox, Api(shelf.url, KEY) as api:
        delivery = outbox.deliver(api)
        assert (delivery.kept, delivery.refused, outbox.refused()) == (0, 0, [])
    wanted = {str(uuid5(UUID(int=0), str(number))) for number in told}
    assert wanted <= set(shelf.alerts)
    assert set(shelf.created.values()) == {1}
    assert len(shelf.alerts) <= len(wanted) + 3
    assert all(status in {200, 201} for _, status in shelf.log)
    evidence = {(alert["id"], alert["evidence"][0]["sha256"]) for alert in shelf.alerts.values()}
    assert evidence == set(shelf.evidence)
