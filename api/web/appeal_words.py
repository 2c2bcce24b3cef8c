"""The words of appeals; msgids here, both languages in ``locale/``."""

from __future__ import annotations

from typing import Final

from api.web.words import N_

APPEAL_STATE: Final[dict[str, str]] = {
    "filed": N_("awaiting the office's decision"),
    "granted": N_("granted"),
    "refused": N_("refused"),
    "withdrawn": N_("withdrawn"),
}
# How a badge looks, and its icon.
APPEAL_LOOK: Final[dict[str, tuple[str, str]]] = {
    "filed": ("", "clock"),
    "granted": ("ok", "check"),
    "refused": ("bad", "cross"),
    "withdrawn": ("", "undo"),
}
APPEAL_CLOCK: Final[dict[str, tuple[str, str]]] = {
    "in_time": ("", N_("in time")),
    "soon": ("warn", N_("due soon")),
    "late": ("bad", N_("late")),
}
WHY_NOT: Final[dict[str, str]] = {
    "not_upheld": N_("This episode no longer counts, so there is nothing to appeal against."),
    "open": N_("You have appealed already. The office has not decided yet."),
    "decided": N_("The office has decided on an appeal against this episode."),
    "too_late": N_("The time to appeal against this episode is over."),
}
FILED: Final = N_("Your appeal is with the office.")
FILE_PROBLEM: Final = N_(
    "A photograph cannot be read. Choose a photo (JPEG, PNG, HEIC) of 40 MB at most."
)
TOO_MANY: Final = N_("Eight photographs at most: choose fewer.")
NEEDS_WORDS: Final = N_("Write in a few words why the verdict is not right.")
NEEDS_REASON: Final = N_("Give the reason; to grant it, say also what was really to be seen.")
OVER: Final = N_("This appeal had been closed already; here is how it stands now.")
INVOLVED: Final = N_("You judged or reported this episode. Another person decides.")
