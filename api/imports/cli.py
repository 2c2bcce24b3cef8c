"""``brightkitchen admin import``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.options import DatabaseUrl, DataDir, open_database, settings_for
from vision.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from api.imports.schemas import ImportOut


importing = typer.Typer()


@importing.command("import")
def import_table(
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8, GB18030) or Excel workbook.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    result: Annotated[
        Path | None, typer.Option(help="New CSV for ids and the new cameras' keys, shown once.")
    ] = None,
    database_url: DatabaseUrl = None,
    data: DataDir = None,
) -> None:
    """Take restaurants and cameras from a table: all of it, or nothing when a line is wrong."""
    from api.audit import SYSTEM
    from api.imports import store

    if result is not None and result.exists():
        raise ConfigError(f"{result} exists; give the result a new name")
    settings = settings_for(database_url, data)
    check = store.stream_check(settings)
    with open_database(settings) as database:
        with database.writing() as session:
            told = store.check_import(session, SYSTEM, file.name, _content(file), check)
        _report(told)
        store.refuse_wrong(told)
        if dry_run:
            typer.echo("a dry run: nothing was changed")
            return
        with database.writing() as session:
            told = store.do_import(session, SYSTEM, told.id, check)
        store.refuse_wrong(told)
        if result is None:
            if told.keys_due:
                typer.echo(
                    f"{told.keys_due} cameras have no key yet: run it again with --result FILE"
                )
            return
        with database.writing() as session:
            keys = store.give_keys(session, SYSTEM, told.id) if told.keys_due else {}
            _write(result, told, keys)
        typer.echo(f"{result}: ids and {len(keys)} new keys; keep it where nobody else reads")


def _write(result: Path, told: ImportOut, keys: Mapping[str, str]) -> None:
    """Before the keys are kept: were the disk full, none would be lost."""
    from api.imports.results import result_csv

    result.touch(mode=0o600, exist_ok=False)
    result.write_text(result_csv(told, keys), "utf-8", newline="")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SourceError(f"{file} cannot be read; give a CSV file or an Excel workbook") from error


def _report(told: ImportOut) -> None:
    for heading in told.unread:
        typer.echo(f"the column {heading} is not known and was left out")
    for problem in told.problems:
        named = f" ({problem.column})" if problem.column else ""
        typer.echo(f"line {problem.line}{named}: {problem.text}", err=True)
    for kind, counts in (("restaurants", told.restaurants), ("cameras", told.cameras)):
        typer.echo(f"{kind}: " + ", ".join(f"{n} {outcome}" for outcome, n in counts.items()))
