"""What holds for every answer, and what the operator's machines ask."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.settings import Settings
from tests.api.building import Kitchen, assert_problem


def test_a_healthy_server_is_alive_and_ready(kitchen: Kitchen) -> None:
    assert kitchen.anonymous.get("/healthz").json() == {"status": "ok"}
    ready = kitchen.anonymous.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": True, "storage": True})


def test_without_its_storage_a_server_is_alive_but_not_ready(
    kitchen: Kitchen, settings: Settings
) -> None:
    shutil.rmtree(settings.evidence_folder)
    settings.evidence_folder.write_text("a file where the folder was")
    ready = kitchen.anonymous.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"database": True, "storage": False})
    assert kitchen.anonymous.get("/healthz").status_code == 200


def test_a_database_that_is_locked_is_said_to_be_busy(sqlite_file: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_file, tmp_path / "brightkitchen.db")
    app = create_app(Settings(data=tmp_path, busy_timeout_s=0.05, argon2_memory_kib=8))
    with TestClient(app, raise_server_exceptions=False) as client:
        kitchen = Kitchen(app, client)
        with kitchen.database.writing() as session:
            session.execute(text("DELETE FROM sessions"))
            assert_problem(kitchen.post(kitchen.alert()), 503, "database-busy")
        assert kitchen.post(kitchen.alert()).status_code == 201


def test_metrics_count_requests_by_route_and_alerts_by_rule(kitchen: Kitchen) -> None:
    kitchen.posted()
    kitchen.anonymous.get("/api/v1/alerts/no-such-id")
    kitchen.anonymous.request("BREW", "/pot")
    shown = kitchen.anonymous.get("/metrics").text
    assert 'brightkitchen_alerts_total{origin="camera",rule="missing_hat"} 1.0' in shown
    route = 'method="POST",route="/api/v1/alerts",status="201"'
    assert f"brightkitchen_http_requests_total{{{route}}} 1.0" in shown
    assert "no-such-id" not in shown and "BREW" not in shown


def test_two_applications_count_for_themselves(kitchen: Kitchen, settings: Settings) -> None:
    kitchen.posted()
    second = create_app(settings)
    assert "missing_hat" not in TestClient(second).get("/metrics").text
    second.state.database.close()


def test_answers_carry_protecting_headers(kitchen: Kitchen) -> None:
    for path in ("/healthz", "/api/docs", "/api/v1/alerts", "/nowhere", "/api/docs/start.js"):
        headers = kitchen.anonymous.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert ("no-store" in headers.get("cache-control", "")) != path.endswith(".js")


def test_unknown_places_and_methods_are_problems(kitchen: Kitchen) -> None:
    assert_problem(kitchen.anonymous.get("/api/v1/nowhere"), 404, "not-found")
    answer = kitchen.anonymous.delete("/api/v1/alerts")
    assert_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"]


def test_the_docs_need_nothing_from_elsewhere(kitchen: Kitchen) -> None:
    page = kitchen.anonymous.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "http" not in page.text.replace("https://json", "")
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js"):
        assert f"/api/docs/{name}" in page.text
        assert kitchen.anonymous.get(f"/api/docs/{name}").status_code == 200


def test_only_trusted_host_names_are_answered(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"trusted_hosts": ("kitchen.example",)}))
    assert TestClient(app, base_url="http://kitchen.example").get("/healthz").status_code == 200
    assert TestClient(app, base_url="http://evil.example").get("/healthz").status_code == 400
    app.state.database.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_fault_is_a_problem_that_tells_no_secret(kitchen: Kitchen) -> None:
    kitchen.app.state.storage = None
    answer = kitchen.anonymous.get("/readyz")
    assert_problem(answer, 500, "fault")
    assert "NoneType" not in answer.text
