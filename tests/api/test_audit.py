"""The audit log tells everything and forgets nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from api.audit import AuditCheck, AuditRow, append, verify_audit
from api.database import Database
from tests.api.building import JPEG, Kitchen, ref


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with five entries."""
    with Database(database_url) as database:
        for number in range(5):
            with database.writing() as session:
                append(session, "Li", "tested", str(number), comment="汉字", number=number)
        yield database


def lift_the_guard(session: Session) -> None:
    """What somebody with the database's own password could do."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER audit_log_no_update"))
        session.execute(text("DROP TRIGGER audit_log_no_delete"))
    else:
        session.execute(text("DROP TRIGGER audit_log_append_only ON audit_log"))


def checked(database: Database) -> AuditCheck:
    """The chain, walked."""
    with database.reading() as session:
        return verify_audit(session)


def test_an_untouched_log_holds(database: Database) -> None:
    assert checked(database) == AuditCheck(entries=5, broken_at=None)


def test_the_database_refuses_to_change_an_entry(database: Database) -> None:
    for statement in (update(AuditRow).values(actor="Wang"), delete(AuditRow)):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            database.writing() as session,
        ):
            session.execute(statement)
    assert checked(database).broken_at is None


@pytest.mark.parametrize("column", ["actor", "action", "subject", "detail", "hash", "previous"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_altered_entry_is_found(database: Database, column: str) -> None:
    with database.writing() as session:
        lift_the_guard(session)
        session.execute(update(AuditRow).where(AuditRow.seq == 3).values({column: "other"}))
    assert checked(database) == AuditCheck(entries=2, broken_at=3)


def test_a_missing_entry_is_found(database: Database) -> None:
    with database.writing() as session:
        lift_the_guard(session)
        session.execute(delete(AuditRow).where(AuditRow.seq == 2))
    assert checked(database).broken_at == 2


def test_entries_cut_off_at_the_end_are_found(database: Database) -> None:
    with database.writing() as session:
        lift_the_guard(session)
        session.execute(delete(AuditRow).where(AuditRow.seq == 5))
    assert checked(database) == AuditCheck(entries=4, broken_at=5)


def test_an_entry_is_undone_with_its_transaction(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            append(session, "Li", "tested", "6")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert checked(database) == AuditCheck(entries=5, broken_at=None)


def test_every_view_of_evidence_is_logged(kitchen: Kitchen) -> None:
    file = ref(JPEG)
    alert_id = kitchen.posted(evidence=[file.model_dump()])
    kitchen.put(alert_id, file.sha256, JPEG)
    viewer = kitchen.add_user("Li", "patrol")
    client = kitchen.signed_in("Li")
    for _ in range(2):
        client.get(f"/api/v1/alerts/{alert_id}/evidence/{file.sha256}")
    with kitchen.database.reading() as session:
        entries = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
        assert verify_audit(session).broken_at is None
    told = [(entry.actor, entry.action) for entry in entries if entry.subject == alert_id]
    camera = f"camera:{kitchen.camera.id}"
    assert told == [
        (camera, "alert.received"),
        (camera, "evidence.stored"),
        (viewer, "evidence.viewed"),
        (viewer, "evidence.viewed"),
    ]


AUDIT = "/api/v1/audit"


def test_entries_are_found_by_who_what_when_and_object(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin", "Ann")
    restaurant = f"/api/v1/restaurants/{kitchen.restaurant}"
    changed = admin.put(restaurant, json={"name": "Golden Wok", "risk": "D"})
    assert changed.json()["risk"] == "D"

    def found(**asked: str) -> list[str]:
        items = admin.get(AUDIT, params=asked).json()["items"]
        return [item["action"] for item in items]

    assert found(to=kitchen.restaurant, what="restaurant") == [
        "restaurant.changed",
        "restaurant.created",
    ]
    assert found(who="ann") == ["restaurant.changed", "session.opened"]
    assert found(who="ann", what="restaurant.changed") == ["restaurant.changed"]
    assert found(who="system", what="user") == ["user.created"]
    assert found(since="2100-01-01T00:00:00Z") == found(until="2000-01-01T00:00:00Z") == []
    assert found(what="%") == found(who="%") == []
    (entry,) = admin.get(AUDIT, params={"what": "restaurant.changed"}).json()["items"]
    assert entry["actor_name"] == "Ann"
    assert entry["detail"]["risk"] == "D" and entry["detail"]["before"]["risk"] == "C"


def test_entries_come_in_pages_newest_first(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    seen: list[int] = []
    before: str | None = None
    while True:
        asked = {"limit": "3"} | ({"before": before} if before else {})
        page = admin.get(AUDIT, params=asked).json()
        seen += [item["seq"] for item in page["items"]]
        if (before := page["next_cursor"]) is None:
            break
    assert seen == list(range(len(seen), 0, -1))


def test_the_chain_is_checked_on_demand(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    whole = admin.get(f"{AUDIT}/check").json()
    assert whole["broken_at"] is None and whole["entries"] > 3
    with kitchen.database.writing() as session:
        lift_the_guard(session)
        session.execute(update(AuditRow).where(AuditRow.seq == 2).values(actor="nobody"))
    assert admin.get(f"{AUDIT}/check").json()["broken_at"] == 2
    page = admin.get("/admin/audit", headers={"Accept-Language": "en"})
    assert "altered at entry 2" in page.text


def test_an_export_is_safe_for_a_spreadsheet_and_is_logged_itself(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin", "=cmd|' /C calc'!A0")
    text = admin.get(f"{AUDIT}.csv", params={"what": "user"}).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["action"] for row in rows] == ["user.created"]
    everything = admin.get(f"{AUDIT}.csv").content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(everything)))
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "@"))]
    assert any(cell.startswith("'=cmd") for line in lines for cell in line)
    exported = admin.get(AUDIT, params={"what": "audit"}).json()["items"]
    assert [item["detail"] for item in exported] == [{}, {"what": "user"}]


def test_the_log_is_for_those_who_look_after_the_whole_city(kitchen: Kitchen) -> None:
    assert kitchen.person("supervisor").get(AUDIT).status_code == 200
    limited = kitchen.person("supervisor", "north", station="North")
    for path in (AUDIT, f"{AUDIT}.csv", f"{AUDIT}/check", "/admin/audit"):
        assert limited.get(path).status_code == 403
        assert kitchen.signed_in("north").get(path).status_code == 403
    for role, scope in (("patrol", {}), ("inspector", {"station": "North"})):
        assert kitchen.person(role, **scope).get(AUDIT).status_code == 403  # type: ignore[arg-type]
