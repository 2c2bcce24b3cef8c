"""Settings come from the environment, and a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import Settings, read_settings
from vision.errors import ConfigError


def test_without_settings_everything_lies_in_the_data_folder(tmp_path: Path) -> None:
    settings = read_settings(data=tmp_path)
    assert settings.url == f"sqlite:///{tmp_path / 'brightkitchen.db'}"
    assert settings.evidence_folder.parent == tmp_path


def test_the_environment_sets_and_an_argument_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTKITCHEN_SESSION_IDLE_S", "600")
    monkeypatch.setenv("BRIGHTKITCHEN_TRUSTED_HOSTS", '["kitchen.example"]')
    assert read_settings().session_idle_s == 600
    assert read_settings().trusted_hosts == ("kitchen.example",)
    assert read_settings(session_idle_s=700).session_idle_s == 700


def test_a_secret_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "brightkitchen_database_url").write_text("postgresql://u:hidden@h/n\n")
    monkeypatch.setenv("BRIGHTKITCHEN_SECRETS_FOLDER", str(tmp_path))
    settings = read_settings()
    assert settings.url == "postgresql://u:hidden@h/n"
    assert "hidden" not in repr(settings)


def test_an_unknown_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTKITCHEN_SESION_IDLE_S", "600")
    with pytest.raises(ConfigError, match="did you mean BRIGHTKITCHEN_SESSION_IDLE_S"):
        read_settings()


def test_a_value_out_of_bounds_is_named_but_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTKITCHEN_SESSION_IDLE_S", "-77")
    with pytest.raises(ConfigError, match="SESSION_IDLE_S") as caught:
        read_settings()
    assert "-77" not in str(caught.value)


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ConfigError, match="TIME_ZONE"):
        read_settings(time_zone="Mars/Olympus")


TIMES = ("_s", "_minutes", "_h", "_days")
AMOUNTS = ("_kib", "_bytes", "_share", "_per_day", "_rounds", "_attempts", "_ring", "_port")


def test_every_setting_with_a_number_has_bounds_and_a_unit() -> None:
    for name, field in Settings.model_fields.items():
        if field.annotation in (int, float):
            assert len(field.metadata) == 2, name
            assert name.endswith(TIMES + AMOUNTS), name
