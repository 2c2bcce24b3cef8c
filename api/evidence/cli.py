"""Upkeep of evidence, and pictures for training; the server's parts load when a command runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.options import DatabaseUrl, DataDir, open_database, settings_for
from vision.errors import ConfigError, KitchenError

if TYPE_CHECKING:
    from api.database import Database
    from api.settings import Settings
    from api.storage import EvidenceStorage

upkeep = typer.Typer()
learning = typer.Typer()


@upkeep.command()
def retention(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would go, and how many bytes.")
    ] = False,
    database_url: DatabaseUrl = None,
    data: DataDir = None,
) -> None:
    """Delete evidence whose time has come, leaving a receipt for each file; never what is held."""
    from api.database import now
    from api.evidence.keeping import policy_of
    from api.evidence.retention import apply, plan

    with _opened(database_url, data) as (settings, database, storage):
        policy, samples_days = policy_of(settings), settings.retention_samples_days
        if dry_run:
            with database.reading() as session:
                told = plan(session, now(), policy, samples_days)
        else:
            told = apply(database, storage, policy, samples_days)
    for one in told.alerts:
        typer.echo(
            f"{one.alert_id}  {one.status}  decided {one.settled_at:%Y-%m-%d}  "
            f"{one.files} files  {one.bytes} bytes"
        )
    verb = "would go" if dry_run else "gone"
    typer.echo(
        f"{verb}: evidence of {len(told.alerts)} alerts, {told.samples} sample files, "
        f"{told.papers} files of cases and appeals; "
        f"{told.files} files, {told.freed_bytes} bytes freed"
    )


@upkeep.command("daily-roots")
def daily_roots(database_url: DatabaseUrl = None, data: DataDir = None) -> None:
    """Close every finished day of every chain and print what is new, one signed JSON line each."""
    from api.database import now
    from api.evidence.custody import day_fields, seal_days
    from api.evidence.signing import open_signer

    with _opened(database_url, data) as (settings, database, _), database.writing() as session:
        days = [day_fields(day) for day in seal_days(session, open_signer(settings), now().date())]
    for day in days:
        typer.echo(json.dumps(day, sort_keys=True))


@upkeep.command("verify-evidence")
def verify_evidence(database_url: DatabaseUrl = None, data: DataDir = None) -> None:
    """Check every chain of custody, receipt and file; exit 1 and the first thing that is wrong."""
    from api.evidence.alarm import alarm
    from api.evidence.inspection import inspect
    from api.metrics import Metrics

    with _opened(database_url, data) as (_, database, storage):
        storage.altered = alarm(database, Metrics())
        found = inspect(database, storage)
    for fault in found.faults[1:]:
        typer.echo(fault, err=True)
    if found.faults:
        raise KitchenError(f"{len(found.faults)} faults, the first: {found.faults[0]}")
    typer.echo(
        f"{found.entries} entries, {found.files} files, all whole; "
        f"{found.deleted} deleted by retention, each with its receipt"
    )


@learning.command("export-dataset")
def export_dataset(
    out: Annotated[Path, typer.Option("--out", help="A new folder.")],
    blur: Annotated[bool, typer.Option("--blur", help="Blur the eyes of every head.")] = False,
    database_url: DatabaseUrl = None,
    data: DataDir = None,
) -> None:
    """Turn verdicts into pictures for training, in the layout that `models train` reads."""
    from api.evidence.examples import Harvest
    from models.export_dataset import write_dataset

    if out.exists():
        raise ConfigError(f"{out} exists; give a new folder, nothing is overwritten")
    with _opened(database_url, data) as (_, database, storage):
        harvest = Harvest(database, storage, blur=blur)
        counts = write_dataset(out, harvest.examples(), harvest.about)
        harvest.note(counts)
    for name, count in sorted((counts | harvest.skipped).items()):
        typer.echo(f"{count:7d}  {name}")
    typer.echo(f"{out}: read {out}/SOURCE.md before you pass it on")


@contextmanager
def _opened(
    database_url: str | None, data: Path | None
) -> Iterator[tuple[Settings, Database, EvidenceStorage]]:
    from api.storage import open_storage

    settings = settings_for(database_url, data)
    with open_database(settings) as database:
        yield settings, database, open_storage(settings)
