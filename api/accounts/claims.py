"""What a provider's claims make somebody here: by the operator's table, never by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.accounts.schemas import Role
from vision.errors import ForbiddenError


@dataclass(frozen=True, slots=True)
class ClaimTable:
    """Which claim says what; a claim with dots lies within others (``realm_access.roles``).

    ``roles`` maps a value of the role claim to a role. A scope's claim holds the name of a
    station, a district or a restaurant; empty means that no claim tells it.
    """

    role: str = "roles"
    roles: Mapping[str, Role] = field(default_factory=dict)
    name: str = "name"
    station: str = ""
    district: str = ""
    restaurant: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who somebody is said to be; places by their names."""

    name: str
    role: Role
    station: str | None
    district: str | None
    restaurants: tuple[str, ...]


def read_claims(claims: Mapping[str, Any], table: ClaimTable) -> Claimed:
    """What the claims make of somebody; ForbiddenError, with what to mend, when they do not."""
    known = {table.roles[value] for value in _texts(claims, table.role) if value in table.roles}
    if len(known) != 1:
        wanted = "no role" if not known else "more than one role"
        raise ForbiddenError(
            f"the provider's claim {table.role} gives {wanted} here; your administrator sets it"
        )
    (role,) = known
    places = {
        "station": _one(claims, table.station) if role != "restaurant" else None,
        "district": _one(claims, table.district) if role != "restaurant" else None,
    }
    if places["station"] is not None:
        places["district"] = None
    restaurants = tuple(_texts(claims, table.restaurant)) if role == "restaurant" else ()
    name = _one(claims, table.name)
    if not name:
        raise ForbiddenError(f"the provider's claim {table.name} gives no name")
    return Claimed(name[:100], role, places["station"], places["district"], restaurants)


def _one(claims: Mapping[str, Any], path: str) -> str | None:
    found = _texts(claims, path)
    if len(found) > 1:
        raise ForbiddenError(f"the provider's claim {path} must have one value")
    return found[0] if found else None


def _texts(claims: Mapping[str, Any], path: str) -> list[str]:
    """The values of a claim that are texts with something in them."""
    if not path:
        return []
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    values = found if isinstance(found, list) else [found]
    texts = [value.strip() for value in values if isinstance(value, str) and "\0" not in value]
    return [text for text in texts if text]
