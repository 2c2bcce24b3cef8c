"""The words of the score page; msgids here, both languages in ``locale/``.

Read aloud to somebody who cooks: no formula, no word that a kitchen does not use.
"""

from __future__ import annotations

from typing import Final

from api.web.words import N_

PART: Final[dict[str, str]] = {
    "pests": N_("Rats, mice, cockroaches"),
    "hat": N_("Hats"),
    "mask": N_("Masks"),
    "rectification": N_("Put right in time"),
    "observability": N_("Cameras working"),
}
PART_ICON: Final[dict[str, str]] = {
    "pests": "pest_rodent",
    "hat": "missing_hat",
    "mask": "missing_mask",
    "rectification": "check",
    "observability": "camera",
}
# What pulls the score down most, said first of all.
WORST: Final[dict[str, str]] = {
    "pests": N_("Animals that were seen cost you most."),
    "hat": N_("Missing hats cost you most."),
    "mask": N_("Missing masks cost you most."),
    "rectification": N_("Orders that were met late cost you most."),
    "observability": N_("Cameras that do not work cost you most."),
}
NOTHING_FOUND: Final = N_("Nothing was found. The score rises by itself as more hours are watched.")
ALL_WELL: Final = N_("Nothing pulls you down. Keep it like this.")
CAP: Final[dict[str, str]] = {
    "open_pest": N_("A rat, mouse or cockroach was seen and is not cleared yet."),
    "repeated_overdue": N_("Something happened again, and its order is overdue."),
}
NEED: Final[dict[str, str]] = {
    "days": N_("days on which the cameras worked"),
    "hours": N_("hours in which it could be seen"),
    "reviewed": N_("reports that people have looked at, in per cent"),
}
EPISODE_STATE: Final[dict[str, tuple[str, str, str]]] = {
    "open": ("warn", "clock", N_("not put right yet")),
    "overdue": ("bad", "warning", N_("order overdue")),
    "repeated": ("bad", "undo", N_("happened again")),
    "passed": ("ok", "check", N_("put right and checked")),
    "same": ("", "check", N_("counts with another one")),
}
IF_PASSED: Final = N_("Everything open is put right, and the look-back passes")
IF_QUIET: Final = N_("Nothing new happens for 30 days")
IF_BOTH: Final = N_("Both together")
