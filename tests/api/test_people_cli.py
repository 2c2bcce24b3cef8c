"""People from the command line, and the link that a fresh server prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.accounts.cli import announce_first_run
from api.app import create_app
from api.settings import read_settings
from tests.commands import Outcome, Run

PASSWORD = "noodles with seven vegetables"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, and passwords that are cheap to check."""
    monkeypatch.setenv("BRIGHTKITCHEN_ARGON2_MEMORY_KIB", "8")
    monkeypatch.setenv("BRIGHTKITCHEN_ARGON2_ROUNDS", "1")
    (tmp_path / "password").write_text(f"{PASSWORD}\n", "utf-8")
    return tmp_path


def create(run: Run, data: Path, name: str, role: str, *scope: str) -> Outcome:
    """``admin create-user``."""
    given = ("--name", name, "--role", role, "--password-file", data / "password", *scope)
    return run("admin", "create-user", *given, "--data", data)


def listed(run: Run, data: Path) -> list[dict[str, Any]]:
    """``admin list-users``."""
    return [
        json.loads(line) for line in run("admin", "list-users", "--data", data).out.splitlines()
    ]


def test_people_are_limited_to_a_station_or_district_by_name(run: Run, data: Path) -> None:
    create(run, data, "Ina", "inspector", "--station", "Quay")
    create(run, data, "Dis", "patrol", "--district", "Harbour")
    both = create(run, data, "Bo", "patrol", "--station", "Quay", "--district", "Harbour")
    assert both.code == 2 and "not both" in both.err
    shown = {user["name"]: user for user in listed(run, data)}
    assert set(shown) == {"Ina", "Dis"}
    assert shown["Ina"]["station"]["name"] == "Quay"
    assert shown["Dis"]["district"]["name"] == "Harbour"


def test_a_common_password_is_refused(run: Run, data: Path) -> None:
    (data / "password").write_text("1q2w3e4r5t", "utf-8")
    refused = create(run, data, "Li", "patrol")
    assert refused.code == 2 and "guessed" in refused.err


def test_an_account_is_switched_off_and_on_by_name(run: Run, data: Path) -> None:
    create(run, data, "Li Wei", "patrol")
    off = json.loads(run("admin", "deactivate-user", "--name", "LI WEI", "--data", data).out)
    assert off["active"] is False and not listed(run, data)[0]["active"]
    run("admin", "activate-user", "--name", "Li Wei", "--data", data)
    assert listed(run, data)[0]["active"]
    unknown = run("admin", "deactivate-user", "--name", "nobody", "--data", data)
    assert unknown.code == 2 and "list-users" in unknown.err


def test_a_password_is_reset_with_a_link_that_a_browser_opens(run: Run, data: Path) -> None:
    create(run, data, "Li", "patrol")
    link = json.loads(run("admin", "reset-password", "--name", "Li", "--data", data).out)["path"]
    with TestClient(create_app(read_settings(data=data))) as browser:
        assert browser.get(link).status_code == 200


def test_a_fresh_server_prints_a_link_and_one_with_people_does_not(
    run: Run, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = read_settings(data=data / "server")
    announce_first_run(settings, "0.0.0.0", 8123)  # noqa: S104 - what an operator types
    told = capsys.readouterr().out
    assert "http://127.0.0.1:8123/first-run?token=" in told
    create(run, data, "Ann", "admin")
    run("admin", "list-users", "--data", data)
    capsys.readouterr()
    announce_first_run(read_settings(data=data), "::1", 8123)
    assert capsys.readouterr().out == ""
