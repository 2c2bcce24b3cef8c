"""The words of visits and campaigns; msgids here, both languages in ``locale/``."""

from __future__ import annotations

from typing import Final

from api.inspections.rules import Answer, Kind, Outcome, State, WhyNot
from api.web.words import N_

KIND: Final[dict[Kind, str]] = {
    "routine": N_("Routine visit"),
    "complaint": N_("Complaint"),
    "campaign": N_("Campaign"),
    "case": N_("Re-inspection"),
}
STATE: Final[dict[State, str]] = {
    "planned": N_("planned"),
    "under_way": N_("under way"),
    "done": N_("done"),
    "cancelled": N_("cancelled"),
}
OUTCOME: Final[dict[Outcome, str]] = {
    "met": N_("All met"),
    "partly": N_("Partly met"),
    "not_met": N_("Not met"),
}
OUTCOME_LOOK: Final[dict[Outcome, str]] = {"met": "ok", "partly": "warn", "not_met": "bad"}
ANSWER: Final[dict[Answer, str]] = {
    "met": N_("Met"),
    "not_met": N_("Not met"),
    "na": N_("N/A"),
}
WHY_NOT: Final[dict[WhyNot, str]] = {
    "not_done_here": N_("not done here"),
    "not_present": N_("not there today"),
    "not_open": N_("could not be looked at"),
}
