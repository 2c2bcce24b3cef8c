"""The whole command line: what looks at footage, the models, the server and its upkeep.

A command imports the server's parts when it runs: `verify` need not wait for them (two seconds).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from api.accounts.cli import announce_first_run, people
from api.evidence.cli import learning, upkeep
from api.history.cli import generating
from api.imports.cli import importing
from api.options import DatabaseUrl, DataDir, open_database, settings_for
from api.stats.cli import counting
from models.cli import app as models_app
from vision.cli import app as vision_app
from vision.errors import ConfigError, KitchenError, RecordError, SourceError

EXIT_CODES: Final[tuple[tuple[type[KitchenError], int], ...]] = (
    (ConfigError, 2),
    (RecordError, 2),
    (SourceError, 3),
    (KitchenError, 1),
)

app = typer.Typer(
    name="brightkitchen",
    help="Bright Kitchen 明厨亮灶: detect, review, rectify, score.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
admin = typer.Typer(help="Restaurants, cameras and people.", no_args_is_help=True)
app.add_typer(vision_app)
app.add_typer(models_app, name="models", help="The detector: facts, training, measuring.")
app.add_typer(admin, name="admin")
admin.add_typer(people)
admin.add_typer(upkeep)
admin.add_typer(importing)
admin.add_typer(generating)
admin.add_typer(counting)
models_app.add_typer(learning)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    database_url: DatabaseUrl = None,
    data: DataDir = None,
) -> None:
    """Serve the API and the pages."""
    import uvicorn

    from api.app import create_app
    from api.workers import working

    settings = settings_for(database_url, data)
    open_database(settings).close()
    announce_first_run(settings, host, port)
    served = create_app(settings)
    with working(served):
        # The metrics count requests; a line for each costs a tenth of the time.
        uvicorn.run(served, host=host, port=port, access_log=False, server_header=False)


@app.command()
def demo(
    exit_: Annotated[bool, typer.Option("--exit", help="Stop once the alerts are stored.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")] = 8000,
    data: Annotated[Path, typer.Option("--data", help="Folder of the demo.")] = Path("demo-data"),
) -> None:
    """Analyse the sample videos, post the alerts to an own server, say where to look."""
    from api.demo import run_demo

    run_demo(data, port, stop=exit_)


@app.command("demo-live")
def demo_live(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")] = 8000,
    data: Annotated[Path, typer.Option("--data", help="Folder of the demo.")] = Path("demo-data"),
) -> None:
    """Watch two simulated cameras, and serve what they tell."""
    from api.demo_live import run_live_demo

    run_live_demo(data, port)


@app.command()
def doctor() -> None:
    """Check the installation; exit 1 when something must be mended."""
    from api.doctor import examine

    findings = examine()
    for finding in findings:
        typer.echo(finding.line)
    if not all(finding.fine for finding in findings):
        raise typer.Exit(1)


@admin.command("create-restaurant")
def admin_create_restaurant(
    name: Annotated[str, typer.Option()],
    station: Annotated[str | None, typer.Option(help="Made when it is new.")] = None,
    database_url: DatabaseUrl = None,
    data: DataDir = None,
) -> None:
    """Add a restaurant; prints {"id": ...}."""
    from api.restaurants.store import create_restaurant

    settings = settings_for(database_url, data)
    with open_database(settings) as database, database.writing() as session:
        restaurant_id = create_restaurant(session, name, station)
    typer.echo(json.dumps({"id": restaurant_id}))


@admin.command("create-camera")
def admin_create_camera(
    restaurant: Annotated[str, typer.Option(help="The restaurant's id.")],
    name: Annotated[str, typer.Option()],
    database_url: DatabaseUrl = None,
    data: DataDir = None,
) -> None:
    """Add a camera; prints {"id": ..., "key": ...}. The key is shown this once."""
    from api.cameras.store import create_camera

    settings = settings_for(database_url, data)
    with open_database(settings) as database, database.writing() as session:
        camera = create_camera(session, restaurant, name)
    typer.echo(json.dumps({"id": camera.id, "key": camera.key}))


@admin.command("rotate-key")
def admin_rotate_key(
    camera: Annotated[str, typer.Option(help="The camera's id.")],
    database_url: DatabaseUrl = None,
    data: DataDir = None,
) -> None:
    """Give a camera a new key; the old one stops working at once."""
    from api.cameras.store import rotate_key

    settings = settings_for(database_url, data)
    with open_database(settings) as database, database.writing() as session:
        renewed = rotate_key(session, camera)
    typer.echo(json.dumps({"id": renewed.id, "key": renewed.key}))


@admin.command("backup")
def admin_backup(
    file: Annotated[Path, typer.Argument(help="A new file.")],
    database_url: DatabaseUrl = None,
    data: DataDir = None,
) -> None:
    """Copy database and evidence into one file; the server may go on."""
    from api.admin import backup

    made = backup(settings_for(database_url, data), file)
    typer.echo(f"{file}: database and {made.evidence_files} evidence files")
    if made.evidence_at is not None:
        typer.echo(f"the evidence lies in {made.evidence_at} and is not in the backup")


@admin.command("restore")
def admin_restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    database_url: DatabaseUrl = None,
    data: DataDir = None,
) -> None:
    """Bring a backup back into an empty data folder, after checking every hash in it."""
    from api.admin import restore

    brought = restore(settings_for(database_url, data), file)
    typer.echo(f"restored: database and {brought.evidence_files} evidence files")


@admin.command("send-notifications")
def admin_send_notifications(database_url: DatabaseUrl = None, data: DataDir = None) -> None:
    """One round of messages, for a timer where `serve` does not run all the time."""
    from api.notifications.worker import Worker

    settings = settings_for(database_url, data)
    with open_database(settings) as database:
        done = Worker(database, settings).round()
    if done is None:
        typer.echo("another process sends them now")
    else:
        typer.echo(f"{done.sent} sent, {done.failed} failed, {done.dead} given up")


@admin.command("verify-audit")
def admin_verify_audit(database_url: DatabaseUrl = None, data: DataDir = None) -> None:
    """Check the audit log's chain; exit 1 and the first bad entry when it was altered."""
    from api.audit import verify_audit

    settings = settings_for(database_url, data)
    with open_database(settings) as database, database.reading() as session:
        check = verify_audit(session)
    if check.broken_at is not None:
        raise KitchenError(f"the audit log was altered at entry {check.broken_at}; do not trust it")
    typer.echo(f"{check.entries} entries, all whole")


def exit_code(error: KitchenError) -> int:
    """What the shell learns."""
    return next(code for kind, code in EXIT_CODES if isinstance(error, kind))


def guarded(command: Callable[[], None]) -> int:
    """Run a command; an error becomes one sentence on stderr and its exit code."""
    try:
        command()
    except KitchenError as error:
        typer.echo(f"brightkitchen: {error}", err=True)
        return exit_code(error)
    except KeyboardInterrupt:
        return 130
    return 0


def main() -> None:
    """Entry point of the ``brightkitchen`` command."""
    sys.exit(guarded(app))
