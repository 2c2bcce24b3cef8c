"""Commands about the models, on a machine without torch."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from models.cli import app
from vision.errors import ConfigError


def test_info_tells_what_the_shipped_model_is() -> None:
    result = CliRunner().invoke(app, ["info"])
    assert result.exit_code == 0
    assert "kitchen-n" in result.stdout and "rat-dpk" in result.stdout


def test_training_without_torch_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec

    def find_all_but_torch(name: str, package: str | None = None) -> Any:
        return None if name == "torch" else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_all_but_torch)
    words = ["train", "--data", str(tmp_path), "--start", "a.pt", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, ConfigError)
    assert "pip install -e '.[train]'" in str(result.exception)
