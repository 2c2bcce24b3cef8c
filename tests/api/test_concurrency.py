"""Many at once: nothing twice, nothing lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from api.alerts.models import AlertRow
from api.audit import verify_audit
from tests.api.building import JPEG, Kitchen, ref


def test_identical_alerts_posted_at_once_are_one_alert(kitchen: Kitchen) -> None:
    alert = kitchen.alert(evidence=[ref(JPEG).model_dump()])
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(kitchen.post, [alert] * 6))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert all(answer.json() == answers[0].json() for answer in answers)


def test_different_alerts_under_one_id_posted_at_once_leave_one(kitchen: Kitchen) -> None:
    alert = kitchen.alert()
    others = [alert | {"subjects": number} for number in range(1, 7)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(kitchen.post, others))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5


def test_many_alerts_at_once_are_all_kept_and_the_audit_chain_holds(kitchen: Kitchen) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(kitchen.post, [kitchen.alert() for _ in range(60)]))
    assert {answer.status_code for answer in answers} == {201}
    with kitchen.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AlertRow)) == 60
        assert verify_audit(session).broken_at is None


def test_one_file_uploaded_many_times_at_once_is_kept_once(kitchen: Kitchen) -> None:
    file = ref(JPEG)
    alert_id = kitchen.posted(evidence=[file.model_dump()])
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: kitchen.put(alert_id, file.sha256, JPEG), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
