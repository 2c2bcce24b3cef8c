"""Messages: from a verdict to a receiver, once, in time, and never into a private network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import select, update

from api.alerts.models import AlertRow
from api.app import create_app
from api.database import now
from api.errors import SendError
from api.notifications.models import NotificationRow, SubscriptionRow, WorkerRow
from api.notifications.rules import MOST_ATTEMPTS, verified
from api.notifications.webhook import post
from api.notifications.worker import Worker
from api.outbound import Policy
from api.reports.worker import ReportWorker
from api.restaurants.models import StationRow
from api.restaurants.store import district_id_of
from api.settings import Settings
from tests.api.building import Kitchen, assert_problem, review
from tests.api.receivers import Certificate, Receiver, make_certificate, receiver

SUBSCRIPTIONS = "/api/v1/subscriptions"


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """A receiver on loopback."""
    with receiver() as kept:
        yield kept


@pytest.fixture
def settings(database_url: str, tmp_path: Path, hook: Receiver) -> Settings:
    """The operator allows loopback, which nobody else would."""
    return Settings(
        data=tmp_path, database_url=SecretStr(database_url), argon2_memory_kib=8, argon2_rounds=1,
        review_double_share=0, samples_per_day=0, outbound_http=True, public_url="https://k.example.org",
        outbound_ports=(443, hook.port), outbound_allow=("127.0.0.0/8",),
    )  # fmt: skip


@pytest.fixture
def kitchen(settings: Settings) -> Iterator[Kitchen]:
    """An application that runs."""
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Kitchen(app, client)


def worker(kitchen: Kitchen) -> Worker:
    """The one that serve runs; its first round begins at the present."""
    made = Worker(kitchen.database, kitchen.app.state.settings)
    assert made.round() is not None
    return made


def subscribe(client: TestClient, hook: Receiver, **changes: Any) -> dict[str, Any]:
    """A webhook for the office, told of each upheld alert at once."""
    body = {
        "label": "Desk",
        "channel": "webhook",
        "target": hook.url,
        "language": "en",
        "cooldown_s": 0,
    }
    answer = client.post(SUBSCRIPTIONS, json=body | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def make_due(kitchen: Kitchen) -> None:
    """Time passes."""
    with kitchen.database.writing() as session:
        waiting = NotificationRow.status == "waiting"
        session.execute(
            update(NotificationRow).where(waiting).values(due_at=now() - timedelta(seconds=1))
        )


def statuses(kitchen: Kitchen) -> list[tuple[str, str]]:
    """Trigger and status of every message, oldest first."""
    with kitchen.database.reading() as session:
        rows = session.scalars(select(NotificationRow).order_by(NotificationRow.created_at))
        return [(row.trigger, row.status) for row in rows]


def test_an_upheld_alert_is_told_once_signed_and_without_a_picture(
    kitchen: Kitchen, hook: Receiver
) -> None:
    patrol, made = kitchen.person("patrol"), worker(kitchen)
    secret = subscribe(kitchen.person("supervisor"), hook)["secret"]
    alert_id = kitchen.posted()
    review(patrol, alert_id, "upheld")
    made.round()
    assert hook.received == []  # there is still time to undo
    make_due(kitchen)
    for _ in range(3):
        made.round()
    (one,) = hook.received
    told = json.loads(one.body)
    assert one.path == "/hook?kitchen=1"
    assert (told["trigger"], told["facts"]["alert"]) == ("alert_upheld", alert_id)
    assert told["link"] == f"https://k.example.org/alerts/{alert_id}"
    assert (
        "No hat" in told["title"]
        and "Golden Wok" in told["text"]
        and "sha256" not in one.body.decode()
    )
    at = int(one.headers["X-BrightKitchen-Timestamp"])
    assert verified(secret, at, one.body, one.headers["X-BrightKitchen-Signature"], at)
    assert one.headers["X-BrightKitchen-Delivery"] == told["id"]
    assert statuses(kitchen) == [("alert_upheld", "sent")]


def test_a_verdict_undone_in_time_is_told_to_nobody_and_one_undone_later_is_corrected(
    kitchen: Kitchen, hook: Receiver
) -> None:
    patrol, made = kitchen.person("patrol"), worker(kitchen)
    subscribe(kitchen.person("supervisor"), hook)
    alert_id = kitchen.posted()
    path = f"/api/v1/alerts/{alert_id}/reviews"
    given = review(patrol, alert_id, "upheld").json()["id"]
    made.round()
    patrol.delete(f"{path}/{given}")
    make_due(kitchen)
    made.round()
    assert hook.received == [] and statuses(kitchen) == [("alert_upheld", "withdrawn")]
    given = review(patrol, alert_id, "upheld").json()["id"]
    made.round()
    make_due(kitchen)
    made.round()
    patrol.delete(f"{path}/{given}")
    made.round()
    assert [json.loads(one.body)["trigger"] for one in hook.received] == [
        "alert_upheld",
        "alert_withdrawn",
    ]
    assert "no longer holds" in json.loads(hook.received[1].body)["text"]


def test_what_fails_is_tried_again_later_then_given_up_and_can_be_revived(
    kitchen: Kitchen, hook: Receiver
) -> None:
    supervisor, made = kitchen.person("supervisor"), worker(kitchen)
    made_ = subscribe(supervisor, hook)["subscription"]
    hook.status = 500
    supervisor.post(f"{SUBSCRIPTIONS}/{made_['id']}/test")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        made.round()
        assert len(hook.received) == attempt
        made.round()
        assert len(hook.received) == attempt  # not due again yet
        make_due(kitchen)
    (dead,) = supervisor.get("/api/v1/notifications", params={"status": "dead"}).json()["items"]
    assert (dead["attempts"], dead["problem"]) == (MOST_ATTEMPTS, "the receiver answered 500")
    hook.status = 200
    assert (
        supervisor.post(f"/api/v1/notifications/{dead['id']}/retry").json()["status"] == "waiting"
    )
    made.round()
    assert statuses(kitchen) == [("test", "sent")]
    assert_problem(supervisor.post(f"/api/v1/notifications/{dead['id']}/retry"), 409, "conflict")


def test_a_cool_down_begins_with_a_message_that_was_really_sent(
    kitchen: Kitchen, hook: Receiver
) -> None:
    patrol, made = kitchen.person("patrol"), worker(kitchen)
    subscribe(kitchen.person("supervisor"), hook, cooldown_s=3600)
    hook.status = 500
    review(patrol, kitchen.posted(), "upheld")
    made.round()
    make_due(kitchen)
    made.round()
    hook.status = 200
    review(patrol, kitchen.posted(), "upheld")
    made.round()
    make_due(kitchen)
    made.round()
    # The failed one hushed nothing; the first that went through folds the other.
    assert sorted(status for _, status in statuses(kitchen)) == ["folded", "sent"]
    review(patrol, kitchen.posted(rule="pest_rodent", severity="critical"), "upheld")
    made.round()
    make_due(kitchen)
    made.round()
    assert sorted(status for _, status in statuses(kitchen)) == ["folded", "sent", "sent"]


def test_quiet_hours_hold_what_is_not_urgent(kitchen: Kitchen, hook: Receiver) -> None:
    patrol, made = kitchen.person("patrol"), worker(kitchen)
    there = now().astimezone()
    minute = (there.astimezone(now().tzinfo).hour * 60 + there.minute) % 1440
    quiet = {"quiet_from": (minute - 60) % 1440, "quiet_until": (minute + 120) % 1440}
    subscribe(kitchen.person("supervisor"), hook, time_zone="UTC", **quiet)
    review(patrol, kitchen.posted(), "upheld")
    review(patrol, kitchen.posted(rule="pest_rodent", severity="critical"), "upheld")
    made.round()
    with kitchen.database.reading() as session:
        waits = {
            json.loads(row.facts)["severity"]: row.due_at - now()
            for row in session.scalars(select(NotificationRow))
        }
    assert waits["critical"] < timedelta(minutes=2)
    assert timedelta(hours=1, minutes=50) < waits["major"] <= timedelta(hours=2, minutes=1)


def test_a_restaurant_gets_its_own_summary_with_what_was_upheld(
    kitchen: Kitchen, hook: Receiver
) -> None:
    patrol, made = kitchen.person("patrol"), worker(kitchen)
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    told = subscribe(owner, hook, restaurant_id=kitchen.restaurant, digest="daily", time_zone="UTC")
    review(patrol, kitchen.posted(), "upheld")
    review(patrol, kitchen.posted(camera_id=kitchen.other_camera.id), "upheld")
    made.round()
    assert statuses(kitchen) == []  # the summary will tell, and it is not due yet
    with kitchen.database.writing() as session:
        row = session.get_one(SubscriptionRow, told["subscription"]["id"])
        row.created_at, row.digest_minute = (
            now() - timedelta(days=2),
            (now().hour * 60 + now().minute) % 1440,
        )
        session.execute(update(AlertRow).values(settled_at=now() - timedelta(hours=1)))
    made.round()
    made.round()
    (one,) = hook.received
    summary = json.loads(one.body)
    assert summary["trigger"] == "digest" and summary["facts"]["upheld"] == [["missing_hat", 1]]
    assert "No hat: 1 upheld" in summary["text"] and "Golden Wok" in summary["title"]


def test_a_critical_alert_that_waits_too_long_is_told_to_the_office_alone(
    kitchen: Kitchen, hook: Receiver
) -> None:
    made, supervisor = worker(kitchen), kitchen.person("supervisor")
    subscribe(supervisor, hook, triggers=["alert_late"], digest="daily")
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    subscribe(
        owner, hook, restaurant_id=kitchen.restaurant, triggers=["alert_late", "alert_upheld"]
    )
    kitchen.posted(rule="pest_rodent", severity="critical")
    kitchen.posted()
    with kitchen.database.writing() as session:
        session.execute(update(AlertRow).values(due_at=now() - timedelta(minutes=5)))
    made.round()
    made.round()
    (one,) = hook.received
    assert (
        json.loads(one.body)["trigger"] == "alert_late"
        and "Rodent" in json.loads(one.body)["title"]
    )


def test_an_offline_camera_is_told_when_it_is_reported(kitchen: Kitchen, hook: Receiver) -> None:
    made = worker(kitchen)
    subscribe(kitchen.person("supervisor"), hook, triggers=["camera_offline"])
    kitchen.posted(rule="camera_offline", severity="minor")
    made.round()
    assert "Camera offline: range" in json.loads(hook.received[0].body)["title"]


def test_a_report_is_told_to_the_place_that_it_is_of(kitchen: Kitchen, hook: Receiver) -> None:
    made, supervisor = worker(kitchen), kitchen.person("supervisor")
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    with kitchen.database.reading() as session:
        north = session.scalars(select(StationRow.id).where(StationRow.name == "North")).one()
    with kitchen.database.writing() as session:
        district = district_id_of(session, "East")
        session.get_one(StationRow, north).district_id = district
    wanted = {"triggers": ["report_made"], "cooldown_s": 0}
    subscribe(supervisor, hook, **wanted)
    subscribe(supervisor, hook, station_id=north, **wanted)
    subscribe(supervisor, hook, district_id=district, **wanted)
    subscribe(owner, hook, restaurant_id=kitchen.restaurant, **wanted)
    ReportWorker(kitchen.database, kitchen.app.state.settings).round()
    made.round()
    made.round()
    told = [json.loads(one.body) for one in hook.received]
    assert sorted((one["facts"]["report_kind"], one["facts"]["area"]) for one in told) == [
        ("monthly", ""), ("monthly", "East"), ("monthly", "North"),
        ("weekly", ""), ("weekly", "East"), ("weekly", "North"),
    ]  # fmt: skip
    assert all("visits 0" in one["text"] for one in told)
    assert {"Weekly", "Monthly"} == {one["title"].split()[0] for one in told}


def test_one_process_sends_at_a_time_and_another_takes_over_when_it_dies(
    kitchen: Kitchen, hook: Receiver
) -> None:
    first = worker(kitchen)
    second = Worker(kitchen.database, kitchen.app.state.settings)
    assert second.round() is None and first.round() is not None
    with kitchen.database.writing() as session:
        session.execute(update(WorkerRow).values(expires_at=now() - timedelta(seconds=1)))
    assert second.round() is not None
    assert first.round() is None


def test_everybody_edits_their_own_subscriptions_alone(kitchen: Kitchen, hook: Receiver) -> None:
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    other = kitchen.person("restaurant", "other", restaurant_id=kitchen.other_restaurant)
    mine = subscribe(owner, hook, restaurant_id=kitchen.restaurant)["subscription"]
    office = subscribe(kitchen.person("supervisor"), hook)["subscription"]
    assert [one["id"] for one in owner.get(SUBSCRIPTIONS).json()] == [mine["id"]]
    assert other.get(SUBSCRIPTIONS).json() == []
    body = {name: mine[name] for name in mine if name not in ("id", "created_at", "place")}
    for one in (mine, office):
        assert_problem(other.put(f"{SUBSCRIPTIONS}/{one['id']}", json=body), 404, "not-found")
        assert_problem(other.post(f"{SUBSCRIPTIONS}/{one['id']}/test"), 404, "not-found")
        assert_problem(other.post(f"{SUBSCRIPTIONS}/{one['id']}/secret"), 404, "not-found")
    for place in (
        {"restaurant_id": kitchen.restaurant},
        {"restaurant_id": None},
        {"station_id": "x"},
        {"district_id": "x"},
    ):
        answer = other.post(SUBSCRIPTIONS, json=body | {"restaurant_id": None} | place)
        assert_problem(answer, 404, "not-found")
    assert_problem(kitchen.person("patrol").get(SUBSCRIPTIONS), 403, "forbidden")
    stopped = owner.put(f"{SUBSCRIPTIONS}/{mine['id']}", json=body | {"active": False})
    assert stopped.json()["active"] is False
    old = owner.post(f"{SUBSCRIPTIONS}/{mine['id']}/secret").json()["secret"]
    assert len(old) > 30 and "secret" not in owner.get(SUBSCRIPTIONS).text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "target",
    [
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://[::1]/",
        "file:///etc/passwd",
        "https://[::ffff:169.254.169.254]/",
        "https://user:pass@example.org/",
        "https://192.168.1.1/",
        "x" * 10,
    ],
)
def test_a_webhook_into_a_private_network_is_refused_when_it_is_saved(
    kitchen: Kitchen, hook: Receiver, target: str
) -> None:
    body = {"label": "Desk", "channel": "webhook", "target": target}
    answer = kitchen.person("supervisor").post(SUBSCRIPTIONS, json=body)
    assert_problem(answer, 422, "invalid", "target")
    assert "pass" not in answer.json()["detail"].replace("password", "")


def test_a_name_that_answers_differently_at_sending_is_refused_there(hook: Receiver) -> None:
    policy = Policy(frozenset({"http"}), frozenset({hook.port}))
    with pytest.raises(SendError, match="private or special"):
        post(
            f"http://hooks.example.org:{hook.port}/",
            "s",
            "1",
            {},
            policy,
            lambda h, p: ["127.0.0.1"],
        )
    assert hook.received == []


def test_a_redirect_is_not_followed(hook: Receiver) -> None:
    with receiver() as inner:
        hook.status, hook.headers = 302, {"Location": inner.url}
        policy = Policy(frozenset({"http"}), frozenset({hook.port}), hosts=frozenset({"127.0.0.1"}))
        with pytest.raises(SendError, match="answered 302"):
            post(hook.url, "s", "1", {}, policy)
        assert len(hook.received) == 1 and inner.received == []


def test_a_receiver_that_is_not_there_is_said_to_be_so() -> None:
    with receiver() as gone:
        port = gone.port
    policy = Policy(frozenset({"http"}), frozenset({port}), hosts=frozenset({"127.0.0.1"}))
    with pytest.raises(SendError, match="cannot be reached"):
        post(f"http://127.0.0.1:{port}/", "s", "1", {}, policy)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """For localhost."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


def test_a_webhook_over_tls_checks_the_name_it_was_given(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver(certificate.server) as kept:
        hosts = frozenset({"localhost", "elsewhere.example"})
        policy = Policy(ports=frozenset({kept.port}), hosts=hosts)
        address = f"https://localhost:{kept.port}/"
        with pytest.raises(SendError, match="SSLCertVerificationError"):
            post(address, "s", "1", {}, policy)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
        post(address, "s", "1", {"a": 1}, policy, lambda host, port: ["127.0.0.1"])
        other = f"https://elsewhere.example:{kept.port}/"
        with pytest.raises(SendError, match="SSLCertVerificationError"):
            post(other, "s", "1", {}, policy, lambda host, port: ["127.0.0.1"])
    assert [one.body for one in kept.received] == [b'{"a": 1}']


class Letters:
    """Keeps what the mail server takes."""

    def __init__(self) -> None:
        self.kept: list[tuple[list[str], str]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's own
        """One mail."""
        self.kept.append((list(envelope.rcpt_tos), envelope.content.decode()))
        return "250 taken"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("security", ["none", "starttls"])
def test_mail_is_plain_words_with_a_link(
    settings: Settings,
    hook: Receiver,
    certificate: Certificate,
    security: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    letters = Letters()
    tls = certificate.server if security == "starttls" else None
    controller = Controller(
        letters, hostname="127.0.0.1", port=0, tls_context=tls, require_starttls=bool(tls)
    )
    controller.port = free_port()
    controller.start()
    try:
        changed = {
            "smtp_host": "127.0.0.1",
            "smtp_port": controller.port,
            "smtp_security": security,
        }
        app = create_app(settings.model_copy(update=changed))
        with TestClient(app, raise_server_exceptions=False) as client:
            kitchen = Kitchen(app, client)
            made, patrol = worker(kitchen), kitchen.person("patrol")
            supervisor = kitchen.person("supervisor")
            subscribe(supervisor, hook, channel="email", target="desk@example.org", language="zh")
            for target in ("a@b@c", "desk@example.org\r\nBcc: x@y.org", "a,b@example.org", "desk"):
                body = {"label": "x", "channel": "email", "target": target}
                assert_problem(supervisor.post(SUBSCRIPTIONS, json=body), 422, "invalid", "target")
            alert_id = kitchen.posted()
            review(patrol, alert_id, "upheld")
            made.round()
            make_due(kitchen)
            made.round()
            assert statuses(kitchen) == [("alert_upheld", "sent")]
    finally:
        controller.stop()
    ((to, letter),) = letters.kept
    assert to == ["desk@example.org"] and "Auto-Submitted: auto-generated" in letter
    assert "image" not in letter and "Content-Type: text/plain" in letter


def free_port() -> int:
    """A port that nobody listens on."""
    with receiver() as kept:
        return kept.port


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_mail_server_mail_cannot_be_chosen(kitchen: Kitchen) -> None:
    body = {"label": "Desk", "channel": "email", "target": "desk@example.org"}
    assert_problem(
        kitchen.person("supervisor").post(SUBSCRIPTIONS, json=body), 422, "invalid", "channel"
    )
