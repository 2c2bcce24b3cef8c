"""``brightkitchen admin verify-counts``."""

from __future__ import annotations

from typing import Annotated

import typer

from api.options import DatabaseUrl, DataDir, open_database, settings_for

counting = typer.Typer()


@counting.command("verify-counts")
def verify_counts(
    mend: Annotated[bool, typer.Option("--mend", help="Count anew where they differ.")] = False,
    database_url: DatabaseUrl = None,
    data: DataDir = None,
) -> None:
    """Compare what the figures are made of with the alerts themselves; exit 1 where they differ."""
    from zoneinfo import ZoneInfo

    from api.stats.counting import count_anew, counts_in, differences_now

    settings = settings_for(database_url, data)
    zone = ZoneInfo(settings.time_zone)
    with open_database(settings) as database:
        with database.reading() as session:
            found = differences_now(session, zone) if counts_in(session, zone) else None
        for one in (found or ())[:20]:
            cell = " ".join(map(str, one.cell))
            typer.echo(f"{cell}: counted {one.counted}, alerts {one.alerts}")
        if found == []:
            typer.echo("the counts are those of the alerts")
            return
        told = "nothing is counted in this time zone yet" if found is None else "they differ"
        if mend:
            with database.writing() as session:
                cells = count_anew(session, zone)
            typer.echo(f"{told}; counted anew: {cells} cells")
            return
    typer.echo(f"{told}: run it again with --mend", err=True)
    raise typer.Exit(1)
