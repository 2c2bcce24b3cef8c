"""Evidence goes when its time has come, never while it is held, and never without a receipt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from api.audit import AuditRow, verify_audit
from api.database import now
from api.evidence import retention
from api.evidence.custody import check_chain
from api.evidence.inspection import inspect
from api.evidence.keeping import policy_of
from api.evidence.models import CustodyRow, EvidenceRow
from api.evidence.retention import Plan
from api.samples.models import PlanRow, SampleFileRow, SampleRow
from api.settings import Settings
from api.storage import EvidenceStorage
from tests.api.building import JPEG, Kitchen, assert_problem, ref, review
from tests.api.test_bundle import states, unpacked
from tests.api.test_custody import kept, picture
from tests.commands import Run, said
from vision.chain import verify

LONG_AGO = datetime.now(UTC) - timedelta(days=100)
THEN = {"started_at": (LONG_AGO - timedelta(hours=1)).isoformat()}
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def decided(kitchen: Kitchen, verdict: str, *bodies: bytes, **more: Any) -> str:
    """An alert with evidence that was decided a hundred days ago."""
    with time_machine.travel(LONG_AGO, tick=True):
        alert_id = kept(kitchen, *bodies, **THEN)
        if verdict != "waiting":
            given = review(kitchen.person("patrol", f"P{alert_id[:8]}"), alert_id, verdict, **more)
            assert given.status_code == 201, given.text
    return alert_id


def dismissed(kitchen: Kitchen, *bodies: bytes) -> str:
    """One whose time has come."""
    return decided(kitchen, "dismissed", *bodies, reason="allowed_here")


def storage_of(kitchen: Kitchen) -> EvidenceStorage:
    """The application's own."""
    storage: EvidenceStorage = kitchen.app.state.storage
    return storage


def run_retention(kitchen: Kitchen, settings: Settings) -> Plan:
    """What the command does."""
    days = settings.retention_samples_days
    return retention.apply(kitchen.database, storage_of(kitchen), policy_of(settings), days)


def planned(kitchen: Kitchen, settings: Settings) -> Plan:
    """What the dry run says."""
    with kitchen.database.reading() as session:
        days = settings.retention_samples_days
        return retention.plan(session, now(), policy_of(settings), days)


def gone(told: Plan) -> list[str]:
    """Whose evidence went."""
    return [str(one.alert_id) for one in told.alerts]


def on_disk(settings: Settings) -> set[str]:
    """The names of kept files."""
    return {path.name for path in settings.evidence_folder.glob("[0-9a-f][0-9a-f]/*")}


def test_only_what_is_decided_and_not_held_goes(kitchen: Kitchen, settings: Settings) -> None:
    due = dismissed(kitchen, picture(0), picture(1))
    decided(kitchen, "upheld", picture(2))
    decided(kitchen, "waiting", picture(3))
    decided(kitchen, "unsure", picture(4))
    fresh = kept(kitchen, picture(5))
    review(kitchen.person("patrol"), fresh, "dismissed", reason="allowed_here")
    held = dismissed(kitchen, picture(6))
    path = f"/api/v1/alerts/{held}/holds"
    supervisor = kitchen.person("supervisor")
    assert supervisor.post(path, json={"reason": "court"}).status_code == 201
    before = on_disk(settings)
    plan = planned(kitchen, settings)
    assert gone(plan) == [due] and on_disk(settings) == before
    done = run_retention(kitchen, settings)
    assert (gone(done), done.files, done.freed_bytes) == (
        [due],
        plan.files,
        plan.freed_bytes,
    )
    assert before - on_disk(settings) == {ref(picture(n)).sha256 for n in (0, 1)}
    assert gone(run_retention(kitchen, settings)) == []


def test_each_deleted_file_leaves_a_receipt_in_the_chain(
    kitchen: Kitchen, settings: Settings, tmp_path: Path
) -> None:
    alert_id = dismissed(kitchen, JPEG)
    run_retention(kitchen, settings)
    with kitchen.database.reading() as session:
        receipt = session.scalars(select(CustodyRow).where(CustodyRow.action == "deleted")).one()
        assert (receipt.sha256, receipt.size_bytes) == (ref(JPEG).sha256, len(JPEG))
        assert '"policy":"dismissed"' in receipt.detail and '"days":30' in receipt.detail
        assert check_chain(session, kitchen.restaurant).fault is None
        assert verify_audit(session).broken_at is None
        assert session.scalars(select(EvidenceRow)).one().here is False
    supervisor = kitchen.person("supervisor")
    path = f"/api/v1/alerts/{alert_id}/evidence/{ref(JPEG).sha256}"
    assert "retention deleted" in supervisor.get(path).json()["detail"]
    assert_problem(kitchen.put(alert_id, ref(JPEG).sha256, JPEG), 409, "conflict")
    folder = unpacked(supervisor, tmp_path / "b", alert_id)
    assert states(folder) == ["deleted"]
    verdict = verify(folder)
    assert verdict.first_bad is None
    assert any("deleted by retention" in note for note in verdict.notes)


def test_an_upheld_alert_goes_once_a_supervisor_released_it(
    kitchen: Kitchen, settings: Settings
) -> None:
    short = settings.model_copy(update={"retention_upheld_days": 60})
    alert_id = decided(kitchen, "upheld", JPEG)
    assert gone(planned(kitchen, short)) == []
    path = f"/api/v1/alerts/{alert_id}/holds/upheld/release"
    assert_problem(kitchen.person("patrol").post(path, json={"reason": "x"}), 403, "forbidden")
    supervisor = kitchen.person("supervisor")
    assert_problem(supervisor.post(path, json={"reason": "  "}), 422, "invalid", "reason")
    assert supervisor.post(path, json={"reason": "closed"}).json()["standing"] is False
    assert_problem(supervisor.post(path, json={"reason": "again"}), 409, "conflict")
    assert gone(planned(kitchen, settings)) == []
    assert gone(planned(kitchen, short)) == [alert_id]


def test_a_hold_ends_by_itself_at_its_moment(kitchen: Kitchen, settings: Settings) -> None:
    alert_id = dismissed(kitchen, JPEG)
    path, supervisor = f"/api/v1/alerts/{alert_id}/holds", kitchen.person("supervisor")
    past = (now() - timedelta(days=1)).isoformat()
    answer = supervisor.post(path, json={"reason": "court", "until": past})
    assert_problem(answer, 422, "invalid", "until")
    soon = (now() + timedelta(days=2)).isoformat()
    supervisor.post(path, json={"reason": "court", "until": soon})
    assert gone(planned(kitchen, settings)) == []
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        assert gone(planned(kitchen, settings)) == [alert_id]


def test_an_open_alert_cannot_be_released(kitchen: Kitchen) -> None:
    path = f"/api/v1/alerts/{kept(kitchen, JPEG)}/holds/open/release"
    supervisor = kitchen.person("supervisor")
    assert_problem(supervisor.post(path, json={"reason": "x"}), 409, "conflict")


def test_a_released_hold_holds_no_longer(kitchen: Kitchen, settings: Settings) -> None:
    alert_id = dismissed(kitchen, JPEG)
    path, supervisor = f"/api/v1/alerts/{alert_id}/holds", kitchen.person("supervisor")
    hold = supervisor.post(path, json={"reason": "court"}).json()["id"]
    supervisor.post(f"{path}/{hold}/release", json={"reason": "settled"})
    told = supervisor.get(f"/api/v1/alerts/{alert_id}/custody").json()
    assert [(one["kind"], one["standing"]) for one in told["holds"]] == [("placed", False)]
    assert gone(planned(kitchen, settings)) == [alert_id]
    missing = supervisor.post(f"{path}/nonsense/release", json={"reason": "x"})
    assert_problem(missing, 404, "not-found")


def test_a_file_that_another_alert_counts_on_stays(kitchen: Kitchen, settings: Settings) -> None:
    going = dismissed(kitchen, JPEG)
    staying = kept(kitchen, JPEG)
    plan = planned(kitchen, settings)
    assert (gone(plan), plan.files, plan.freed_bytes) == ([going], 0, 0)
    run_retention(kitchen, settings)
    path = f"/api/v1/alerts/{staying}/evidence/{ref(JPEG).sha256}"
    assert kitchen.person("supervisor").get(path).content == JPEG


def test_an_announced_file_is_not_taken_from_under_its_upload(
    kitchen: Kitchen, settings: Settings
) -> None:
    dismissed(kitchen, JPEG)
    coming = kitchen.posted(evidence=[ref(JPEG).model_dump()])
    run_retention(kitchen, settings)
    assert kitchen.put(coming, ref(JPEG).sha256, JPEG).status_code == 201
    assert inspect(kitchen.database, storage_of(kitchen)).faults == []


def test_what_a_run_that_died_left_is_removed_by_the_next(
    kitchen: Kitchen, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    dismissed(kitchen, JPEG)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(retention, "_remove", killed)
        with pytest.raises(KeyboardInterrupt):
            run_retention(kitchen, settings)
    assert on_disk(settings) == {ref(JPEG).sha256}
    assert inspect(kitchen.database, storage_of(kitchen)).faults == []
    run_retention(kitchen, settings)
    assert on_disk(settings) == set()


@sqlite_only
def test_the_inspection_tells_deleted_from_missing_and_altered(
    kitchen: Kitchen, settings: Settings
) -> None:
    dismissed(kitchen, picture(0))
    kept(kitchen, picture(1), picture(2), picture(3))
    run_retention(kitchen, settings)
    storage = storage_of(kitchen)
    found = inspect(kitchen.database, storage)
    assert (found.entries, found.files, found.deleted, found.faults) == (5, 3, 1, [])
    names = [ref(picture(number)).sha256 for number in (1, 2)]
    paths = [settings.evidence_folder / name[:2] / name for name in names]
    whole = paths[1].read_bytes()
    paths[0].unlink()
    paths[1].write_bytes(b"other")
    faults = inspect(kitchen.database, storage).faults
    assert sorted(fault.rsplit(" ", 1)[1] for fault in faults) == ["altered", "missing"]
    paths[0].write_bytes(picture(1))
    paths[1].write_bytes(whole)
    assert inspect(kitchen.database, storage).faults == []
    with kitchen.database.reading() as session:
        assert set(session.scalars(select(EvidenceRow.altered_at))) == {None}


@sqlite_only
def test_the_commands_say_what_goes_and_what_is_wrong(
    kitchen: Kitchen, settings: Settings, run: Run
) -> None:
    alert_id = dismissed(kitchen, JPEG)
    where = ("--data", settings.data, "--database-url", settings.url)
    dry = run("admin", "retention", "--dry-run", *where)
    assert dry.code == 0 and alert_id in dry.out
    assert "would go: evidence of 1 alerts, 0 sample files, 0 files of cases and appeals" in dry.out
    assert f"1 files, {len(JPEG)} bytes" in dry.out
    assert on_disk(settings) == {ref(JPEG).sha256}
    assert "gone: evidence of 1 alerts" in run("admin", "retention", *where).out
    roots = run("admin", "daily-roots", *where)
    assert roots.code == 0 and len(roots.out.splitlines()) == 1
    assert run("admin", "daily-roots", *where).out == ""
    assert "1 deleted by retention" in run("admin", "verify-evidence", *where).out
    other = kept(kitchen, picture(7))
    name = ref(picture(7)).sha256
    (settings.evidence_folder / name[:2] / name).write_bytes(b"other")
    broken = run("admin", "verify-evidence", *where)
    assert broken.code == 1 and f"of alert {other} was altered" in said(broken)


@sqlite_only
def test_what_goes_next_is_listed_for_supervision(kitchen: Kitchen) -> None:
    alert_id = dismissed(kitchen, JPEG)
    supervisor = kitchen.person("supervisor")
    told = supervisor.get("/api/v1/custody/due").json()
    assert [(one["alert_id"], one["files"], one["bytes"]) for one in told] == [
        (alert_id, 1, len(JPEG))
    ]
    assert_problem(kitchen.person("patrol").get("/api/v1/custody/due"), 403, "forbidden")


def sampled(kitchen: Kitchen, sample_id: str, body: bytes, stored_at: datetime) -> None:
    """A sampled minute with one stored picture."""

    async def pieces() -> AsyncIterator[bytes]:
        yield body

    asyncio.run(storage_of(kitchen).add(ref(body), pieces()))
    plan = PlanRow(
        id=f"plan-{sample_id}", day=stored_at.date(), district=sample_id, seed="s", strata="{}",
        created_at=stored_at,
    )  # fmt: skip
    sample = SampleRow(
        id=sample_id, plan_id=plan.id, camera_id=kitchen.camera.id, status="supplied",
        restaurant_id=kitchen.restaurant, stratum="food/day", minute_at=stored_at,
    )  # fmt: skip
    file = SampleFileRow(
        sample_id=sample_id, sha256=ref(body).sha256, position=0, kind="frame",
        media_type="image/jpeg", size_bytes=len(body), created_at=stored_at, stored_at=stored_at,
    )  # fmt: skip
    with kitchen.database.writing() as session:
        for row in (plan, sample, file):
            session.add(row)
            session.flush()


def test_pictures_of_samples_go_after_their_days(kitchen: Kitchen, settings: Settings) -> None:
    sampled(kitchen, "old", picture(0), LONG_AGO)
    sampled(kitchen, "new", picture(1), now())
    sampled(kitchen, "shared", picture(2), LONG_AGO)
    kept(kitchen, picture(2))
    plan = planned(kitchen, settings)
    assert (plan.samples, plan.files, plan.freed_bytes) == (2, 1, len(picture(0)))
    done = run_retention(kitchen, settings)
    assert (done.samples, done.files, done.freed_bytes) == (2, 1, len(picture(0)))
    assert on_disk(settings) == {ref(picture(number)).sha256 for number in (1, 2)}
    with kitchen.database.reading() as session:
        assert session.scalars(select(SampleFileRow.sample_id)).all() == ["new"]
        assert len(session.scalars(select(SampleRow.id)).all()) == 3
        wanted = select(AuditRow.subject).where(AuditRow.action == "sample.deleted")
        assert set(session.scalars(wanted)) == {"old", "shared"}
