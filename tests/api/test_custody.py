"""The chain of custody: every file that is kept, in order, and nothing can be taken out of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from api.audit import AuditRow, verify_audit
from api.database import Database
from api.evidence import custody
from api.evidence.models import CustodyDay, CustodyRow, EvidenceRow
from api.evidence.signing import open_signer
from api.migrations import alembic_config, upgrade
from api.settings import Settings
from tests.api.building import JPEG, MP4, Kitchen, assert_problem, key_of, ref, review
from vision.custody import signature_fits
from vision.sealing import statement, tree_root

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOON.date()
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def kept(kitchen: Kitchen, *bodies: bytes, **changes: Any) -> str:
    """The id of an alert whose files have come."""
    refs = [ref(body) for body in bodies]
    alert_id = kitchen.posted(evidence=[file.model_dump() for file in refs], **changes)
    key = kitchen.other_camera if changes.get("camera_id") == kitchen.other_camera.id else None
    for file, body in zip(refs, bodies, strict=True):
        path = f"/api/v1/alerts/{alert_id}/evidence/{file.sha256}"
        answer = kitchen.anonymous.put(path, content=body, headers=key_of(key or kitchen.camera))
        assert answer.status_code == 201
    return alert_id


def picture(number: int) -> bytes:
    """One of many."""
    return JPEG + number.to_bytes(4)


def test_each_file_that_is_kept_becomes_a_link_of_its_restaurants_chain(kitchen: Kitchen) -> None:
    first = kept(kitchen, picture(0), picture(1))
    second = kept(kitchen, picture(0))
    kept(kitchen, picture(2), camera_id=kitchen.other_camera.id)
    with kitchen.database.reading() as session:
        mine = CustodyRow.restaurant_id == kitchen.restaurant
        rows = session.scalars(select(CustodyRow).where(mine).order_by(CustodyRow.seq)).all()
        told = [(row.seq, str(row.alert_id), row.action, row.sha256) for row in rows]
        assert told == [
            (1, first, "stored", ref(picture(0)).sha256),
            (2, first, "stored", ref(picture(1)).sha256),
            (3, second, "stored", ref(picture(0)).sha256),
        ]
        assert custody.check_chain(session, kitchen.restaurant) == custody.ChainCheck(3, None)
        assert custody.check_chain(session, kitchen.other_restaurant).entries == 1


def test_sending_a_file_again_adds_nothing(kitchen: Kitchen) -> None:
    alert_id = kept(kitchen, JPEG)
    assert kitchen.put(alert_id, ref(JPEG).sha256, JPEG).status_code == 200
    with kitchen.database.reading() as session:
        assert custody.check_chain(session, kitchen.restaurant).entries == 1


def test_uploads_at_the_same_moment_make_one_chain(kitchen: Kitchen) -> None:
    threads = [
        threading.Thread(target=kept, args=(kitchen, picture(number))) for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with kitchen.database.reading() as session:
        assert custody.check_chain(session, kitchen.restaurant) == custody.ChainCheck(12, None)
        assert verify_audit(session).broken_at is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE custody_entries SET sha256 = 'x'",
        "DELETE FROM custody_entries",
        "UPDATE custody_days SET root = 'x'",
        "DELETE FROM custody_days",
    ],
)
def test_the_database_refuses_to_change_it(kitchen: Kitchen, statement: str) -> None:
    kept(kitchen, JPEG)
    with kitchen.database.writing() as session:
        custody.seal_days(session, None, TODAY + timedelta(days=36_500))
    with pytest.raises(DatabaseError, match="append-only"), kitchen.database.writing() as session:
        session.execute(text(statement))


@sqlite_only
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE custody_entries SET sha256 = '0' || substr(sha256, 2) WHERE seq = 2", "entry 2"),
        ("DELETE FROM custody_entries WHERE seq = 2", "entry 2"),
        ("DELETE FROM custody_entries WHERE seq = 3", "cut off"),
        ("UPDATE custody_days SET root = previous", "daily root"),
        ("UPDATE custody_days SET last_seq = last_seq - 1", "daily root"),
    ],
)
def test_whoever_changes_it_all_the_same_is_found(
    kitchen: Kitchen, change: str, fault: str
) -> None:
    kept(kitchen, *(picture(number) for number in range(3)))
    with kitchen.database.writing() as session:
        custody.seal_days(session, None, TODAY + timedelta(days=36_500))
        for table in ("custody_entries", "custody_days"):
            for name in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER {table}_no_{name}"))
    with kitchen.database.writing() as session:
        session.execute(text(change))
    with kitchen.database.reading() as session:
        check = custody.check_chain(session, kitchen.restaurant)
    assert check.fault is not None and fault in check.fault


def test_finished_days_are_tied_together_and_signed(kitchen: Kitchen, settings: Settings) -> None:
    signer = open_signer(settings)
    assert signer is not None
    for day in range(3):
        with time_machine.travel(NOON + timedelta(days=day), tick=True):
            kept(kitchen, *(picture(10 * day + number) for number in range(day + 1)))
    with kitchen.database.writing() as session:
        sealed = custody.seal_days(session, signer, TODAY + timedelta(days=2))
        assert [(day.first, day.last) for day in sealed] == [(1, 1), (2, 3)]
        assert custody.seal_days(session, signer, TODAY + timedelta(days=2)) == []
    with kitchen.database.reading() as session:
        days = session.scalars(select(CustodyDay).order_by(CustodyDay.day)).all()
        hashes = session.scalars(select(CustodyRow.hash).order_by(CustodyRow.seq)).all()
        assert [day.root for day in days] == [tree_root(hashes[:1]), tree_root(hashes[1:3])]
        assert days[1].previous == days[0].hash
        for row in days:
            said = statement(custody.day_fields(row))
            key, signature = bytes.fromhex(row.key or ""), bytes.fromhex(row.signature or "")
            assert signature_fits(key, said, signature) is True
            assert signature_fits(key, said + b" ", signature) is False
        assert custody.check_chain(session, kitchen.restaurant).fault is None


def test_a_clock_that_is_set_back_reopens_no_day(kitchen: Kitchen) -> None:
    with time_machine.travel(NOON, tick=True):
        kept(kitchen, picture(0))
    with time_machine.travel(NOON - timedelta(days=2), tick=True):
        kept(kitchen, picture(1), started_at="2026-11-20T06:30:00Z")
    with kitchen.database.writing() as session:
        sealed = custody.seal_days(session, None, TODAY + timedelta(days=1))
        assert [(day.day, day.first, day.last) for day in sealed] == [(TODAY, 1, 2)]


@sqlite_only
def test_the_key_is_made_once_and_nobody_else_can_read_it(settings: Settings) -> None:
    first, second = open_signer(settings), open_signer(settings)
    assert first is not None and second is not None and first.key == second.key
    assert (settings.data / "custody-key.pem").stat().st_mode & 0o077 == 0


def test_an_altered_file_is_logged_counted_and_shown_to_supervision(
    kitchen: Kitchen, settings: Settings
) -> None:
    alert_id = kept(kitchen, JPEG)
    sha256 = ref(JPEG).sha256
    (settings.evidence_folder / sha256[:2] / sha256).write_bytes(MP4)
    patrol, path = kitchen.person("patrol"), f"/api/v1/alerts/{alert_id}/evidence/{sha256}"
    for _ in range(2):
        assert_problem(patrol.get(path), 500, "evidence-altered")
    with kitchen.database.reading() as session:
        assert session.scalars(select(EvidenceRow.altered_at)).one() is not None
        wanted = select(AuditRow).where(AuditRow.subject == alert_id)
        actions = [row.action for row in session.scalars(wanted)]
        assert actions.count("evidence.altered") == 1 and "evidence.viewed" not in actions
    assert "brightkitchen_evidence_altered_total 2.0" in kitchen.anonymous.get("/metrics").text


def test_the_custody_log_says_who_saw_what_in_which_form(kitchen: Kitchen) -> None:
    alert_id = kept(kitchen, JPEG)
    patrol = kitchen.person("patrol", "Pat")
    patrol.get(f"/api/v1/alerts/{alert_id}/evidence/{ref(JPEG).sha256}")
    review(patrol, alert_id, "upheld")
    told = kitchen.person("supervisor").get(f"/api/v1/alerts/{alert_id}/custody").json()
    steps = [(step["actor"], step["action"], step["sent"]) for step in told["log"]]
    assert ("range", "evidence.stored", None) in steps
    assert ("Pat", "evidence.viewed", "original") in steps
    assert [entry["action"] for entry in told["entries"]] == ["stored"]
    assert [(hold["id"], hold["standing"]) for hold in told["holds"]] == [("upheld", True)]
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    shown = owner.get(f"/api/v1/alerts/{alert_id}/custody").json()
    assert "patrol" in {step["actor"] for step in shown["log"]}
    assert "Pat" not in {step["actor"] for step in shown["log"]}


def test_nobody_learns_of_another_tenants_custody(kitchen: Kitchen) -> None:
    foreign = kept(kitchen, JPEG, camera_id=kitchen.other_camera.id)
    review(kitchen.person("patrol"), foreign, "upheld")
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    inspector = kitchen.person("inspector", station="North")
    for client in (owner, inspector):
        assert_problem(client.get(f"/api/v1/alerts/{foreign}/custody"), 404, "not-found")
    path = f"/api/v1/alerts/{foreign}/unblur"
    assert_problem(inspector.post(path, json={"reason": "case"}), 404, "not-found")
    assert_problem(owner.get("/api/v1/custody/days"), 403, "forbidden")


def test_evidence_from_before_the_chains_is_taken_over(kitchen: Kitchen, database_url: str) -> None:
    kept(kitchen, picture(0), picture(1))
    kept(kitchen, picture(2), camera_id=kitchen.other_camera.id)
    kitchen.database.close()
    database = Database(database_url)
    with database.connection() as connection:
        versions = ScriptDirectory.from_config(alembic_config(connection)).walk_revisions()
        mine = next(step for step in versions if "chain of custody" in (step.doc or ""))
        command.downgrade(alembic_config(connection), str(mine.down_revision))
    upgrade(database_url)
    with database.reading() as session:
        rows = session.scalars(select(CustodyRow)).all()
        assert len(rows) == 3 and all('"taken_over":true' in row.detail for row in rows)
        for restaurant in (kitchen.restaurant, kitchen.other_restaurant):
            assert custody.check_chain(session, restaurant).fault is None
    database.close()
