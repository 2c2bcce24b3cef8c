"""Texts of the pages about recordings: states, reasons, rule packs."""

from __future__ import annotations

from typing import Final

from api.analyses.rules import Problem, State
from api.web.words import N_

RECORDED_STATE: Final[dict[State, str]] = {
    "uploading": N_("waits for videos"),
    "queued": N_("waits for its turn"),
    "running": N_("running"),
    "cancelled": N_("cancelled"),
    "failed": N_("failed"),
    "finished": N_("finished"),
}
LOOK: Final[dict[State, tuple[str, str]]] = {
    "uploading": ("", "clock"),
    "queued": ("", "clock"),
    "running": ("", "play"),
    "cancelled": ("warn", "cross"),
    "failed": ("bad", "warning"),
    "finished": ("ok", "check"),
}
PROBLEM: Final[dict[Problem, str]] = {
    "disk": N_("The disk is nearly full. Free space, then resume; what was done is kept."),
    "nothing_read": N_("None of the videos could be read. The reasons stand below."),
    "refused": N_("The analysis could not begin. Mend what is named below, then resume."),
    "killed": N_(
        "The system ended the analysis, most likely for want of memory. Resume it when "
        "the server has more."
    ),
    "fault": N_(
        "The analysis broke off. Resume it; should it happen again, show what stands below "
        "to whoever runs the server."
    ),
}
PACK: Final[dict[str, str]] = {
    "strict": N_("Strict: hat and mask in every food zone"),
    "gb31654": N_("National standard GB 31654-2021"),
    "hats-only": N_("Hats only"),
}
