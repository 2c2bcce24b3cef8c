"""What the bar at the head of every page leads to, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.accounts.schemas import ROLES, Role
from api.web.words import N_

STAFF: Final[tuple[Role, ...]] = ("patrol", "inspector", "supervisor", "admin")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the bar; it is marked as the present one on every address below it.

    What is not needed ``often`` stands in the menu alone.
    """

    address: str
    label: str
    roles: tuple[Role, ...]
    often: bool = True

    def holds(self, path: str) -> bool:
        """Whether the path lies below it."""
        return f"{path}/".startswith(f"{self.address}/")


ENTRIES: Final[tuple[Entry, ...]] = (
    Entry("/score", N_("Score"), ("restaurant", "inspector", "supervisor", "admin")),
    Entry("/review", N_("Review"), ("patrol", "supervisor", "admin")),
    Entry("/patrol", N_("Patrol"), STAFF),
    Entry("/visits", N_("Visits"), ("inspector", "restaurant", "supervisor", "admin")),
    Entry("/alerts", N_("Alerts"), ROLES),
    Entry("/cases", N_("Cases"), ROLES),
    Entry(
        "/appeals", N_("Appeals"), ("restaurant", "inspector", "supervisor", "admin"), often=False
    ),
    Entry("/sheets", N_("Self-control"), ("restaurant", "inspector", "supervisor", "admin")),
    Entry("/cameras", N_("Cameras"), ROLES),
    Entry("/office", N_("Supervision"), ("supervisor", "admin")),
    Entry("/reports", N_("Reports of the office"), ("supervisor", "admin"), often=False),
    Entry("/ledger", N_("Ledger"), ("inspector", "supervisor", "admin"), often=False),
    Entry("/precision", N_("Precision"), STAFF),
    Entry("/campaigns", N_("Campaigns"), ("inspector", "supervisor", "admin"), often=False),
    Entry("/samples", N_("Minutes"), ("patrol", "supervisor", "admin"), often=False),
    Entry("/recorded", N_("Recordings"), ("supervisor", "admin"), often=False),
    Entry("/custody", N_("Custody"), ("supervisor", "admin"), often=False),
    Entry("/card", N_("Public card"), ("restaurant", "supervisor", "admin"), often=False),
    Entry("/notifications", N_("Messages"), ("restaurant", "supervisor", "admin"), often=False),
    Entry("/admin", N_("Administration"), ("supervisor", "admin"), often=False),
    Entry("/account", N_("Account"), ROLES, often=False),
)


def entries_for(role: Role) -> tuple[Entry, ...]:
    """Every page of this role, in reading order."""
    return tuple(entry for entry in ENTRIES if role in entry.roles)


def bar_for(role: Role, path: str) -> tuple[Entry, ...]:
    """The pages that stand in the bar itself: those needed often, and the present one."""
    return tuple(entry for entry in entries_for(role) if entry.often or entry.holds(path))
