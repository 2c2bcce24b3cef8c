"""People who sign in through an OpenID provider, in the database."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.claims import Claimed
from api.accounts.devices import digest
from api.accounts.models import IdentityRow, OidcTripRow, UserRow
from api.accounts.people import Wanted, add_user, edit_user, person_of
from api.accounts.rules import Scope, fold
from api.accounts.schemas import Person, Trip
from api.database import now
from api.errors import SignInError
from api.restaurants.models import DistrictRow, StationRow
from api.restaurants.naming import restaurants_named
from vision.errors import ForbiddenError, InvalidError

ACTOR: Final = "oidc"
TRIP_S: Final = 600
LOST: Final = "the way back took too long or was opened in another browser; begin again"


def new_trip() -> Trip:
    """Secrets that nobody used before."""
    return Trip(*(secrets.token_urlsafe(32) for _ in range(3)))


def set_out(session: Session, trip: Trip, next_path: str) -> None:
    """Remember a browser that goes to the provider; forget those that did not come back."""
    moment = now()
    session.execute(delete(OidcTripRow).where(OidcTripRow.expires_at < moment))
    session.add(
        OidcTripRow(
            state_sha256=digest(trip.state),
            nonce=trip.nonce,
            verifier=trip.verifier,
            next_path=next_path[:2000],
            expires_at=moment + timedelta(seconds=TRIP_S),
        )
    )


def come_back(session: Session, state: str) -> tuple[Trip, str]:
    """The trip and where it leads; SignInError when nobody set out so, or came back before."""
    gone = delete(OidcTripRow).where(OidcTripRow.state_sha256 == digest(state))
    columns = OidcTripRow.nonce, OidcTripRow.verifier, OidcTripRow.next_path, OidcTripRow.expires_at
    row = session.execute(gone.returning(*columns)).first()
    if row is None or row.expires_at <= now():
        raise SignInError(LOST)
    return Trip(state, row.nonce, row.verifier), row.next_path


def person_for(session: Session, issuer: str, subject: str, claimed: Claimed) -> Person:
    """Who that is here, as the claims say now; an account is made at the first sign-in.

    Nothing but issuer and subject links them: a name that is taken is not taken over. Raises
    ForbiddenError for places that are not known and for an account that is switched off,
    ConflictError for a name that is taken.
    """
    wanted = _wanted(session, claimed)
    row = session.scalar(
        select(UserRow)
        .join(IdentityRow, IdentityRow.user_id == UserRow.id)
        .where(IdentityRow.issuer == issuer, IdentityRow.subject == subject)
    )
    if row is None:
        user_id = add_user(session, ACTOR, wanted, "")
        session.add(IdentityRow(issuer=issuer, subject=subject, user_id=user_id, created_at=now()))
        session.flush()
        audit.append(session, ACTOR, "user.linked", user_id, issuer=issuer, provider_id=subject)
        return person_of(session.get_one(UserRow, user_id))
    if not row.active:
        raise ForbiddenError("this account is switched off; ask your administrator")
    edit_user(session, ACTOR, row.id, _keep_name(session, row, wanted))
    return person_of(row)


def _keep_name(session: Session, row: UserRow, wanted: Wanted) -> Wanted:
    """A new name is taken on unless somebody has it."""
    taken = select(UserRow.id).where(UserRow.folded_name == fold(wanted.name), UserRow.id != row.id)
    free = session.scalar(taken) is None
    return wanted if free else Wanted(row.name, wanted.role, wanted.scope)


def _wanted(session: Session, claimed: Claimed) -> Wanted:
    try:
        restaurants = restaurants_named(session, "\n".join(claimed.restaurants))
    except InvalidError as error:
        raise ForbiddenError(f"the provider's claims do not fit: {error}") from error
    scope = Scope(
        restaurants,
        _place(session, StationRow, "station", claimed.station),
        _place(session, DistrictRow, "district", claimed.district),
    )
    return Wanted(claimed.name, claimed.role, scope)


def _place(
    session: Session, table: type[StationRow | DistrictRow], what: str, name: str | None
) -> str | None:
    if name is None:
        return None
    found = session.scalar(select(table.id).where(table.name == name))
    if found is None:
        raise ForbiddenError(f"the provider names a {what} that is not known here: {name[:100]}")
    return found
