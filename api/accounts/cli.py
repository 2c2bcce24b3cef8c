"""``brightkitchen admin``: people. What the server needs is imported when a command runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.options import DatabaseUrl, DataDir, open_database, read_password, settings_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from api.settings import Settings

people = typer.Typer()

UserName = Annotated[str, typer.Option(help="As the person signs in.")]
FIRST_RUN_S = 3_600


@people.command("create-user")
def create_user(
    name: Annotated[str, typer.Option()],
    role: Annotated[str, typer.Option(help="patrol, inspector, restaurant, supervisor, admin")],
    password_file: Annotated[str, typer.Option(help="File with the password; - reads stdin.")],
    restaurant: Annotated[str | None, typer.Option(help="Id, for role restaurant.")] = None,
    station: Annotated[str | None, typer.Option(help="Name; limits the person to it.")] = None,
    district: Annotated[str | None, typer.Option(help="Name; limits the person to it.")] = None,
    database_url: DatabaseUrl = None,
    data: DataDir = None,
) -> None:
    """Add a person; prints {"id": ...}."""
    from api.accounts import store
    from api.accounts.passwords import password_hasher
    from api.accounts.schemas import NewUser

    settings = settings_for(database_url, data)
    new = NewUser(name, role, read_password(password_file), restaurant, station, district)
    with_session(
        settings,
        lambda session: {"id": store.create_user(session, new, password_hasher(settings))},
    )


@people.command("list-users")
def list_users(database_url: DatabaseUrl = None, data: DataDir = None) -> None:
    """One JSON line an account, by name."""
    from api.accounts.directory import list_users as listed
    from api.accounts.user_schemas import UserQuery

    settings, query = settings_for(database_url, data), UserQuery(limit=200)
    with open_database(settings) as database, database.reading() as session:
        page = listed(session, query)
        while page.items:
            for user in page.items:
                typer.echo(user.model_dump_json())
            if page.next_cursor is None:
                break
            page = listed(session, query.model_copy(update={"cursor": page.next_cursor}))


@people.command("reset-password")
def reset_password(name: UserName, database_url: DatabaseUrl = None, data: DataDir = None) -> None:
    """A link with which that person sets a new password; prints {"path": ..., "expires_at": ...}.

    The path follows the server's own address. It works once; the old password works until then.
    """
    from api import audit
    from api.accounts import store

    settings = settings_for(database_url, data)

    def made(session: Session) -> dict[str, str]:
        user_id, lifetime_s = store.id_named(session, name), settings.password_link_lifetime_s
        link = store.invite(session, audit.SYSTEM, user_id, lifetime_s)
        return {"path": link.path, "expires_at": link.expires_at.isoformat(timespec="seconds")}

    with_session(settings, made)


@people.command("deactivate-user")
def deactivate_user(name: UserName, database_url: DatabaseUrl = None, data: DataDir = None) -> None:
    """Switch an account off and end its sessions; prints {"id": ..., "active": false}."""
    _switch(name, database_url, data, active=False)


@people.command("activate-user")
def activate_user(name: UserName, database_url: DatabaseUrl = None, data: DataDir = None) -> None:
    """Switch an account on again; prints {"id": ..., "active": true}."""
    _switch(name, database_url, data, active=True)


def _switch(name: str, database_url: str | None, data: Path | None, *, active: bool) -> None:
    from api import audit
    from api.accounts import store

    def switched(session: Session) -> dict[str, object]:
        user_id = store.id_named(session, name)
        store.switch(session, audit.SYSTEM, user_id, active)
        return {"id": user_id, "active": active}

    with_session(settings_for(database_url, data), switched)


def with_session(settings: Settings, told: Callable[[Session], Mapping[str, object]]) -> None:
    """Do it in one transaction and print what it gives."""
    with open_database(settings) as database, database.writing() as session:
        answer = told(session)
    typer.echo(json.dumps(answer))


def announce_first_run(settings: Settings, host: str, port: int) -> None:
    """While nobody has an account: print the link that makes the first administrator, once."""
    from api.accounts.links import make_link
    from api.accounts.people import count_users

    with open_database(settings) as database, database.writing() as session:
        link = None if count_users(session) else make_link(session, "first_run", None, FIRST_RUN_S)
    if link is None:
        return
    reached = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared only
    base = settings.public_url or f"http://{f'[{reached}]' if ':' in reached else reached}:{port}"
    typer.echo("Nobody has an account yet. Open this within an hour to make the first one:")
    typer.echo(f"  {base.rstrip('/')}{link.path}")
