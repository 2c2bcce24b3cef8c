"""What the bar at the head of every page leads to, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.accounts.schemas import ROLES, Role
from api.web.words import N_

STAFF: Final[tuple[Role, ...]] = ("patrol", "inspector", "supervisor", "admin")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the bar; it is marked as the present one on every address below it."""

    address: str
    label: str
    roles: tuple[Role, ...]


ENTRIES: Final[tuple[Entry, ...]] = (
    Entry("/review", N_("Review"), ("patrol", "supervisor", "admin")),
    Entry("/patrol", N_("Patrol"), STAFF),
    Entry("/alerts", N_("Alerts"), ROLES),
    Entry("/cameras", N_("Cameras"), ROLES),
    Entry("/custody", N_("Custody"), ("supervisor", "admin")),
    Entry("/samples", N_("Minutes"), ("patrol", "supervisor", "admin")),
    Entry("/precision", N_("Precision"), STAFF),
    Entry("/notifications", N_("Messages"), ("restaurant", "supervisor", "admin")),
    Entry("/admin", N_("Administration"), ("supervisor", "admin")),
    Entry("/account", N_("Account"), ROLES),
)


def entries_for(role: Role) -> tuple[Entry, ...]:
    """The bar of this role, in reading order."""
    return tuple(entry for entry in ENTRIES if role in entry.roles)
