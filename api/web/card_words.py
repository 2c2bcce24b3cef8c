"""The words of the public card; msgids here, both languages in ``locale/``."""

from __future__ import annotations

from typing import Final

from api.web.words import N_

GRADE_SAYS: Final[dict[str, str]] = {
    "A": N_("Very good: hardly anything was found."),
    "B": N_("Good: little was found, and it was put right."),
    "C": N_("Fair: some things were found."),
    "D": N_("Poor: much was found, or it is not put right yet."),
}
SWITCHED: Final = N_("Saved.")
NOT_SWITCHED: Final = N_("Not saved: this restaurant has no card yet. Show it first.")
SIZES: Final[dict[str, str]] = {"a5": "A5", "a6": "A6"}
