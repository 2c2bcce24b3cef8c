"""``brightkitchen admin generate-history``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from api.options import DatabaseUrl, DataDir, open_database, settings_for

generating = typer.Typer()


@generating.command("generate-history")
def generate_history(
    restaurants: Annotated[int, typer.Option(min=1, max=20_000)] = 1_055,
    cameras_per_restaurant: Annotated[int, typer.Option(min=1, max=50)] = 4,
    days: Annotated[int, typer.Option(min=1, max=1_100)] = 365,
    seed: Annotated[int, typer.Option(help="The same seed makes the same past.")] = 7,
    alerts: Annotated[
        float, typer.Option(min=0, max=20, help="Of one camera in one day, on average.")
    ] = 0.4,
    until: Annotated[
        datetime | None, typer.Option(help="Where the past ends (UTC); default: now.")
    ] = None,
    beside_real: Annotated[
        bool, typer.Option("--beside-real", help="Also where there are real alerts.")
    ] = False,
    database_url: DatabaseUrl = None,
    data: DataDir = None,
) -> None:
    """Fill an empty database with a generated past to try and to measure with.

    Everything is named GENERATED 生成数据, so that nobody takes it for a real one.
    """
    from zoneinfo import ZoneInfo

    from api.history.generate import Size, generate

    settings = settings_for(database_url, data)
    size = Size(restaurants, cameras_per_restaurant, days, seed, alerts)
    ends = until.replace(tzinfo=UTC) if until else datetime.now(UTC)
    with (
        open_database(settings) as database,
        typer.progressbar(length=days, label="days") as bar,
    ):
        written = generate(
            database,
            size,
            ends,
            ZoneInfo(settings.time_zone),
            lambda day: bar.update(1),
            beside_real=beside_real,
        )
    typer.echo(", ".join(f"{count} {name}" for name, count in written.items()))
