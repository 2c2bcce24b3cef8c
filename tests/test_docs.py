"""What exists is described: each command and option, each setting, each route."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from api.app import create_app
from api.cli import app
from api.settings import Settings

ROOT = Path(__file__).parent.parent
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text("utf-8")
ROUTES = (ROOT / "docs" / "http.md").read_text("utf-8")


def commands(group: TyperGroup, prefix: str = "") -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{prefix}{name} ")
        elif isinstance(command, TyperCommand):
            yield f"{prefix}{name}", command


ALL = dict(commands(typer.main.get_group(app)))


def test_there_are_as_many_commands_as_we_think() -> None:
    assert len(ALL) >= 12


@pytest.mark.parametrize("name", ALL)
def test_each_command_is_described(name: str) -> None:
    assert f"`brightkitchen {name}" in COMMANDS or f"`{name}" in COMMANDS


@pytest.mark.parametrize("name", [n for n in ALL if not n.startswith("models ")])
def test_each_option_is_described(name: str) -> None:
    options = [option for p in ALL[name].params for option in p.opts if option.startswith("--")]
    assert [option for option in options if option not in COMMANDS] == []


@pytest.mark.parametrize("name", Settings.model_fields)
def test_each_setting_is_described(name: str) -> None:
    assert f"`BRIGHTKITCHEN_{name.upper()}`" in SETTINGS


def test_each_route_is_described(tmp_path: Path) -> None:
    paths = create_app(Settings(data=tmp_path)).openapi()["paths"]
    routes = [f"`{verb.upper()} {path}`" for path, verbs in paths.items() for verb in verbs]
    assert len(routes) > 10
    assert [route for route in routes if route not in ROUTES] == []
